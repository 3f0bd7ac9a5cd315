"""The room over DDS: one moment under one stamp, and a base that goes as it is told."""

from __future__ import annotations

import math
import time

import pytest

from tenet_ros.ros import api

TF = api.msg('tf2_msgs/msg/TFMessage')
TWIST = api.msg('geometry_msgs/msg/Twist')
ODOMETRY = api.msg('nav_msgs/msg/Odometry')
START_NS = 1_700_000_000_000_000_000
TIMEOUT_S = 20.0


@pytest.fixture
def room(graphics, ros_domain):
    """A room and a client in one process."""
    from tenet_ros.cli.room_node import RoomNode
    from tenet_ros.sim.room.task import follow_task
    from tenet_ros.sim.room.world import RoomWorld

    api.init(args=[])
    node = api.Node('client')
    made = RoomNode(node, RoomWorld(follow_task(0)), start_ns=START_NS)
    made.client, made.heard = node, {}
    latched = api.QoSProfile(depth=1, durability=api.DurabilityPolicy.TRANSIENT_LOCAL)
    for kind, topic, qos in (
        (api.Image, '/camera/image_raw', 50),
        (api.Image, '/camera/depth/image_raw', 50),
        (api.CameraInfo, '/camera/camera_info', 50),
        (TF, '/tf', 50),
        (TF, '/tf_static', latched),
        (ODOMETRY, 'odom', 50),
    ):
        made.heard[topic] = []
        node.create_subscription(kind, topic, made.heard[topic].append, qos)
    made.wheels = node.create_publisher(TWIST, 'cmd_vel', 10)
    yield made
    made.world.close()
    node.destroy_node()
    api.try_shutdown()


def tick_until(room, true):
    """Let time pass until something is true of what is heard."""
    end = time.monotonic() + TIMEOUT_S
    while not true():
        assert time.monotonic() < end, {key: len(value) for key, value in room.heard.items()}
        room.look()
        room.move()
        room.move()
        api.spin_once(room.client, timeout_sec=0.02)


def twist(forward, turn):
    message = TWIST()
    message.linear.x, message.angular.z = forward, turn
    return message


def stamp_of(header):
    return header.stamp.sec * 10**9 + header.stamp.nanosec


def test_picture_depth_calibration_and_pose_share_their_stamps(room):
    told = lambda: [t for m in room.heard['/tf'] for t in m.transforms]  # noqa: E731

    def shared():
        stamps = [
            {stamp_of(m.header) for m in room.heard[topic]}
            for topic in ('/camera/image_raw', '/camera/depth/image_raw', '/camera/camera_info')
        ]
        return set.intersection({stamp_of(t.header) for t in told()}, *stamps)

    tick_until(room, lambda: shared() and all(room.heard.values()))
    assert {(t.header.frame_id, t.child_frame_id) for t in told()} == {('map', 'base_link')}
    fixed = room.heard['/tf_static'][-1].transforms
    assert [(t.header.frame_id, t.child_frame_id) for t in fixed] == [('base_link', 'camera')]
    depth = room.heard['/camera/depth/image_raw'][-1]
    assert (depth.encoding, depth.width, depth.height) == ('16UC1', 480, 360)
    odometry = room.heard['odom'][-1]
    assert (odometry.header.frame_id, odometry.child_frame_id) == ('map', 'base_link')


def test_the_base_goes_as_it_is_told_and_the_odometry_says_so(room):
    tick_until(room, lambda: room.wheels.get_subscription_count() > 0)
    yaw = room.world.base.yaw

    def turning():
        room.wheels.publish(twist(0.0, 0.5))
        said = room.heard['odom'][-1].twist.twist if room.heard['odom'] else None
        return said is not None and said.angular.z == pytest.approx(0.5)

    tick_until(room, turning)
    assert room.world.base.yaw > yaw


def test_a_command_that_is_no_number_stops_the_base(room, capfd):
    tick_until(room, lambda: room.wheels.get_subscription_count() > 0)
    said = []

    def stopped():
        room.wheels.publish(twist(math.nan, 0.3))
        said.append(capfd.readouterr().err)
        return 'expected finite speeds' in ''.join(said)

    tick_until(room, stopped)
    assert room.world.base.velocity.turn == 0
    assert math.isfinite(room.world.base.x)
