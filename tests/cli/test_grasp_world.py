"""The grasping world over DDS: one moment under one stamp, and a hand that goes where it is told."""

from __future__ import annotations

import math
import time

import numpy as np
import pytest

from tenet_ros.ros import api

TF = api.msg('tf2_msgs/msg/TFMessage')
FLOAT = api.msg('std_msgs/msg/Float64')
START_NS = 1_700_000_000_000_000_000
TIMEOUT_S = 20.0


@pytest.fixture
def world(graphics, ros_domain):
    """A world and a client in one process: ``tick()`` lets a tenth of a second pass."""
    from tenet_ros.cli.grasp_world import GraspNode
    from tenet_ros.sim.grasp.task import task_of
    from tenet_ros.sim.grasp.world import GraspWorld

    api.init(args=[])
    node = api.Node('client')
    made = GraspNode(node, GraspWorld(task_of(0)), rate_hz=10.0, start_ns=START_NS)
    made.client = node
    made.heard = {}
    for kind, topic in (
        (api.Image, '/camera/image_raw'),
        (api.Image, '/camera/depth/image_raw'),
        (api.CameraInfo, '/camera/camera_info'),
        (TF, '/tf'),
        (api.PoseStamped, 'gripper/pose'),
        (FLOAT, 'gripper/opening'),
    ):
        made.heard[topic] = []
        node.create_subscription(kind, topic, made.heard[topic].append, 50)
    made.target = node.create_publisher(api.PoseStamped, 'gripper/target', 10)
    made.opening = node.create_publisher(FLOAT, 'gripper/target_opening', 10)
    yield made
    made.world.close()
    node.destroy_node()
    api.try_shutdown()


def tick_until(world, true):
    """Let time pass until something is true of what is heard."""
    end = time.monotonic() + TIMEOUT_S
    while not true():
        assert time.monotonic() < end, {key: len(value) for key, value in world.heard.items()}
        world.tick()
        api.spin_once(world.client, timeout_sec=0.02)


def pose(frame, x, y, z, yaw):
    message = api.PoseStamped(header=api.Header(frame_id=frame))
    at, turn = message.pose.position, message.pose.orientation
    at.x, at.y, at.z, turn.z, turn.w = x, y, z, math.sin(yaw / 2), math.cos(yaw / 2)
    return message


def stamp_of(header):
    return header.stamp.sec * 10**9 + header.stamp.nanosec


def test_picture_depth_calibration_and_camera_pose_share_their_stamps(world):
    told = lambda: [t for m in world.heard['/tf'] for t in m.transforms]  # noqa: E731

    def stamps():
        return [
            {stamp_of(t.header) for t in told()},
            *(
                {stamp_of(m.header) for m in world.heard[topic]}
                for topic in ('/camera/image_raw', '/camera/depth/image_raw', '/camera/camera_info')
            ),
        ]

    tick_until(world, lambda: set.intersection(*stamps()))
    assert all((s - START_NS) % 100_000_000 == 0 for s in set.union(*stamps()))
    assert {(t.header.frame_id, t.child_frame_id) for t in told()} == {('world', 'camera')}
    depth = world.heard['/camera/depth/image_raw'][-1]
    assert (depth.encoding, depth.width, depth.height) == ('16UC1', 640, 480)
    eye = told()[-1].transform.translation
    assert (eye.x, eye.y, eye.z) == pytest.approx(world.world.camera_pose()[:3, 3].tolist())


def test_the_hand_goes_where_it_is_told(world):
    tick_until(world, lambda: world.target.get_subscription_count() > 0)
    world.target.publish(pose('world', 0.1, 0.1, 0.3, 0.5))
    world.opening.publish(FLOAT(data=0.05))

    def there():
        hand = world.heard['gripper/pose'][-1].pose if world.heard['gripper/pose'] else None
        return (
            hand is not None
            and math.dist((hand.position.x, hand.position.y, hand.position.z), (0.1, 0.1, 0.3))
            < 0.003
            and hand.orientation.z == pytest.approx(math.sin(0.25), abs=0.01)
            and world.heard['gripper/opening'][-1].data == pytest.approx(0.05, abs=0.002)
        )

    tick_until(world, there)


@pytest.mark.parametrize(('frame', 'x'), [('camera', 0.0), ('world', math.nan)])
def test_a_target_that_cannot_be_meant_moves_nothing(world, capfd, frame, x):
    tick_until(world, lambda: world.target.get_subscription_count() > 0)
    before = world.world.hand()
    world.target.publish(pose(frame, x, 0.0, 0.3, 0.0))
    said = []
    tick_until(world, lambda: said.append(capfd.readouterr().err) or 'is ignored' in ''.join(said))
    for _ in range(5):
        world.tick()
    after = world.world.hand()
    assert np.allclose((after.x, after.y, after.z), (before.x, before.y, before.z), atol=1e-4)
