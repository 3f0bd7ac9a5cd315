"""A grasping world on ROS: camera and depth out, targets of the hand in."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tenet_ros.cli.camera_publisher import CameraPublisher
from tenet_ros.cli.world_messages import header, transform
from tenet_ros.ros import api
from tenet_ros.sim.grasp.hand import HandPose
from tenet_ros.sim.grasp.world import GraspWorld, Sight
from tenet_ros.sources.frame import Depth, RawPicture, SourceFrame
from tenet_ros.sources.recorded import FRAME_ID, calibration_of

__all__ = ['NODE_ARGUMENTS', 'GraspNode']

WORLD_FRAME = 'world'
IMAGE = '/camera/image_raw'
NODE_ARGUMENTS = ('--ros-args', '-p', f'target_frame:={WORLD_FRAME}')
"""With these ``tenet-ros node`` answers in this world's frame."""

_NS = 1_000_000_000


class GraspNode:
    """Publishes a camera with depth where ``tenet-ros camera`` does, ``/tf``, and the gripper's state.

    ``gripper/pose`` and ``gripper/opening`` say where the hand is; ``gripper/target``
    (PoseStamped, the point between the fingertips in the frame ``world``, turned about z) and
    ``gripper/target_opening`` (Float64, metres) where it is to go. The stamps are those of the
    simulation: from ``start_ns`` on, and as slow as the machine.

    Args:
        node: whose publishers and subscriptions these are.
        world: what is published.
        rate_hz: frames per second of simulated time.
        start_ns: stamp of the first frame.
    """

    def __init__(self, node: api.Node, world: GraspWorld, *, rate_hz: float, start_ns: int) -> None:
        self._node, self.world, self._period_s = node, world, 1.0 / rate_hz
        self._start_ns, self.frames = start_ns, 0
        self._wish = world.hand()
        self._camera = CameraPublisher(node, IMAGE, transport='raw')
        self._tf_message = api.msg('tf2_msgs/msg/TFMessage')
        self._number = api.msg('std_msgs/msg/Float64')
        create = node.create_publisher
        self._tf = create(self._tf_message, '/tf', 10)
        self._pose = create(api.PoseStamped, 'gripper/pose', 10)
        self._opening = create(self._number, 'gripper/opening', 10)
        self._made = [self._tf, self._pose, self._opening]
        self._heard = [
            node.create_subscription(api.PoseStamped, 'gripper/target', self._on_target, 10),
            node.create_subscription(self._number, 'gripper/target_opening', self._on_opening, 10),
        ]

    @property
    def seconds(self) -> float:
        """Simulated time so far."""
        return self.frames * self._period_s

    def subscribers(self) -> int:
        """Return how many have subscribed to the pictures."""
        return self._camera.subscribers()

    def tick(self) -> Sight:
        """Let one period pass, publish what is then to be seen, and return it."""
        self.world.advance(self._period_s)
        sight = self.world.see()
        stamp_ns = self._start_ns + round(self.seconds * _NS)
        self.frames += 1
        self._tell_camera_pose(stamp_ns)
        self._tell_hand(stamp_ns)
        frame = SourceFrame(
            picture=RawPicture.of_rgb(sight.image),
            stamp_ns=stamp_ns,
            due_ns=0,
            frame_id=FRAME_ID,
            calibration=calibration_of(self.world.task.scene.camera),
            depth=Depth(image=sight.depth, stamp_ns=stamp_ns, frame_id=FRAME_ID),
        )
        self._camera.publish(self._camera.prepare(frame), stamp_ns)
        return sight

    def destroy(self) -> None:
        """Destroy what hears and the gripper's publishers; the node has the rest."""
        for each in self._heard:
            self._node.destroy_subscription(each)
        for publisher in self._made:
            self._node.destroy_publisher(publisher)
        self._camera.destroy()

    def _tell_camera_pose(self, stamp_ns: int) -> None:
        message = transform(WORLD_FRAME, FRAME_ID, self.world.camera_pose(), stamp_ns)
        self._tf.publish(self._tf_message(transforms=[message]))

    def _tell_hand(self, stamp_ns: int) -> None:
        hand = self.world.hand()
        message = api.PoseStamped(header=header(WORLD_FRAME, stamp_ns))
        at, turn = message.pose.position, message.pose.orientation
        at.x, at.y, at.z = hand.x, hand.y, hand.z
        half = math.remainder(hand.yaw, 2 * math.pi) / 2
        turn.z, turn.w = math.sin(half), math.cos(half)
        self._pose.publish(message)
        self._opening.publish(self._number(data=hand.opening))

    def _on_target(self, message: Any) -> None:
        at, turn = message.pose.position, message.pose.orientation
        values = np.asarray([at.x, at.y, at.z, turn.z, turn.w], np.float64)
        if message.header.frame_id != WORLD_FRAME or not np.isfinite(values).all():
            self._node.get_logger().warning(
                f'gripper/target: expected a finite pose in the frame {WORLD_FRAME!r}, got '
                f'{values.tolist()} in {message.header.frame_id!r}; it is ignored'
            )
            return
        x, y, z, _, _ = values.tolist()
        yaw = 2 * math.atan2(turn.z, turn.w)
        self._move(HandPose(x=x, y=y, z=z, yaw=yaw, opening=self._wish.opening))

    def _on_opening(self, message: Any) -> None:
        wish = self._wish
        if math.isfinite(message.data):
            opening = float(message.data)
            self._move(HandPose(x=wish.x, y=wish.y, z=wish.z, yaw=wish.yaw, opening=opening))

    def _move(self, wish: HandPose) -> None:
        self._wish = wish
        self.world.move(wish)
