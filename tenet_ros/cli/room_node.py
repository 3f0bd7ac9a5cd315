"""The room on ROS: a camera with depth, odometry and frames out, velocities of the base in."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tenet_ros.cli.camera_publisher import CameraPublisher
from tenet_ros.cli.world_messages import header, transform
from tenet_ros.ros import api
from tenet_ros.sim.room.base import Velocity
from tenet_ros.sim.room.view import FOCAL_PX, HEIGHT, WIDTH
from tenet_ros.sim.room.world import CAMERA_IN_BASE, RoomWorld, Sight
from tenet_ros.sources.frame import Calibration, Depth, RawPicture, SourceFrame

__all__ = ['MOVES', 'NODE_ARGUMENTS', 'RATE_HZ', 'RoomNode']

MAP, BASE, CAMERA = 'map', 'base_link', 'camera'
IMAGE = '/camera/image_raw'
NODE_ARGUMENTS = ('--ros-args', '-p', f'target_frame:={MAP}')
"""With these ``tenet-ros node`` answers in this world's frame."""
RATE_HZ, MOVES = 15, 2
"""Pictures per second of simulated time; odometry messages per picture."""

_NS = 1_000_000_000


class RoomNode:
    """Publishes what the base's sensors give, and obeys ``cmd_vel``.

    A camera where ``tenet-ros camera`` has it, ``odom`` (nav_msgs/Odometry in the frame ``map``),
    the base on ``/tf`` at every picture's stamp, and the camera in the base on ``/tf_static``. The
    stamps are those of the simulation: from ``start_ns`` on, and as slow as the machine.

    Args:
        node: whose publishers and subscriptions these are.
        world: what is published.
        start_ns: stamp of the first picture.
    """

    def __init__(self, node: api.Node, world: RoomWorld, *, start_ns: int) -> None:
        self._node, self.world, self._stamp_ns = node, world, start_ns
        self._camera = CameraPublisher(node, IMAGE, transport='raw')
        self._tf_message = api.msg('tf2_msgs/msg/TFMessage')
        self._odometry = api.msg('nav_msgs/msg/Odometry')
        latched = api.QoSProfile(depth=1, durability=api.DurabilityPolicy.TRANSIENT_LOCAL)
        create = node.create_publisher
        self._tf = create(self._tf_message, '/tf', 10)
        self._fixed = create(self._tf_message, '/tf_static', latched)
        self._odom = create(self._odometry, 'odom', 5)
        self.commands = 0
        self._heard = node.create_subscription(
            api.msg('geometry_msgs/msg/Twist'), 'cmd_vel', self._on_command, 5
        )
        self._fixed.publish(
            self._tf_message(transforms=[transform(BASE, CAMERA, CAMERA_IN_BASE, start_ns)])
        )

    def listeners(self) -> tuple[int, int]:
        """Return how many want the pictures, and how many the odometry."""
        return self._camera.subscribers(), self._odom.get_subscription_count()

    def look(self) -> tuple[int, Sight]:
        """Publish what is to be seen now; return its stamp and it."""
        stamp_ns, sight = self._stamp_ns, self.world.see()
        pose = transform(MAP, BASE, self.world.base_pose(), stamp_ns)
        self._tf.publish(self._tf_message(transforms=[pose]))
        frame = SourceFrame(
            picture=RawPicture.of_rgb(sight.image),
            stamp_ns=stamp_ns,
            due_ns=0,
            frame_id=CAMERA,
            calibration=_calibration(),
            depth=Depth(image=sight.depth, stamp_ns=stamp_ns, frame_id=CAMERA),
        )
        self._camera.publish(self._camera.prepare(frame), stamp_ns)
        return stamp_ns, sight

    def move(self, *, still: bool = False) -> None:
        """Let a ``MOVES``-th of a picture's period pass and publish the odometry after it.

        Args:
            still: let only the stamps go on, and nobody in the room.
        """
        seconds = 1 / (RATE_HZ * MOVES)
        if not still:
            self.world.advance(seconds)
        self._stamp_ns += round(seconds * _NS)
        base = self.world.base
        message = self._odometry(header=header(MAP, self._stamp_ns), child_frame_id=BASE)
        at, turn = message.pose.pose.position, message.pose.pose.orientation
        at.x, at.y = float(base.x), float(base.y)
        turn.z, turn.w = math.sin(base.yaw / 2), math.cos(base.yaw / 2)
        message.twist.twist.linear.x = float(base.velocity.forward)
        message.twist.twist.angular.z = float(base.velocity.turn)
        self._odom.publish(message)

    def destroy(self) -> None:
        """Destroy the subscription and the publishers."""
        self._node.destroy_subscription(self._heard)
        for publisher in (self._tf, self._fixed, self._odom):
            self._node.destroy_publisher(publisher)
        self._camera.destroy()

    def _on_command(self, message: Any) -> None:
        self.commands += 1
        forward, turn = float(message.linear.x), float(message.angular.z)
        if not (math.isfinite(forward) and math.isfinite(turn)):
            self._node.get_logger().warning(
                f'cmd_vel: expected finite speeds, got {forward} and {turn}; the base stops'
            )
            forward = turn = 0.0
        self.world.tell(Velocity(forward=forward, turn=turn))


def _calibration() -> Calibration:
    cx, cy, f = (WIDTH - 1) / 2, (HEIGHT - 1) / 2, FOCAL_PX
    return Calibration(
        height=HEIGHT,
        width=WIDTH,
        distortion_model='plumb_bob',
        d=np.zeros(5),
        k=np.array([f, 0, cx, 0, f, cy, 0, 0, 1]),
        r=np.eye(3).reshape(-1),
        p=np.array([f, 0, cx, 0, 0, f, cy, 0, 0, 0, 1, 0]),
    )
