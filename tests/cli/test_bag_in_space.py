"""A recorded RGB-D bag, played to the node as it comes: where the annotated object truly is."""

from __future__ import annotations

import json

import numpy as np
import pytest

from tenet_ros.ros import api

FIRST_FRAME, START_NS, RATE_HZ = 20, 1_700_000_000_000_000_000, 30
FRAME, MUG = '54', '2'
REGISTERED_M = 0.03
"""Colour and depth of the sequence lie apart by more than the pose may err."""


@pytest.fixture
def ear(ros_domain):
    """Return a function that subscribes, and one that takes messages while something is so."""
    api.init(args=[])
    node = api.Node('ear')
    executor = api.SingleThreadedExecutor()
    executor.add_node(node)

    def hear(kind, topic):
        heard = []
        node.create_subscription(kind, topic, heard.append, api.QoSProfile(depth=100))
        return heard

    yield hear, lambda: executor.spin_once(timeout_sec=0.1)
    executor.shutdown()
    node.destroy_node()
    api.try_shutdown()


def annotated(folder):
    """Return where the mug is in the camera's frame, (3,) metres."""
    notes = json.loads((folder / 'expressions.json').read_text())
    points = notes['world_points']['points'][MUG]
    world = next(p['world_xyz_m'] for p in points if str(p['frame']) == FRAME)
    pose = np.loadtxt(folder / 'pose' / f'{int(FRAME):06d}.txt')
    return (np.linalg.inv(pose) @ [*world, 1.0])[:3]


@pytest.mark.slow
@pytest.mark.timeout(120)
def test_the_mug_of_the_bag_is_where_it_was_annotated(shared_data, shared_models, start, ear):
    hear, take = ear
    poses, statuses = (
        hear(api.PoseStamped, '/tenet/target/pose'),
        hear(api.DiagnosticStatus, '/tenet/status'),
    )
    topics = {'image': 'image_raw', 'camera_info': 'camera_info', 'depth': 'depth/image_raw'}
    remappings = [word for k, v in topics.items() for word in ('-r', f'{k}:=/camera/{v}')]
    start(
        'node', '--preset', 'coco', '--model', str(shared_models / 'yolox_nano_416.onnx'),
        '--ros-args', *remappings, '-p', 'command:=the cup',
    )  # fmt: skip
    while not any(status.message.startswith('ACTIVE') for status in statuses):
        take()
    camera = start(
        'camera', str(shared_data / 'bags' / 'rgbd_7scenes_mcap'), '--stamps', 'recorded',
        '--rate', '6', '--wait-for-subscribers', '1',
    )  # fmt: skip
    wanted_ns = START_NS + round((int(FRAME) - FIRST_FRAME) * 1e9 / RATE_HZ)

    def found():
        return [
            pose
            for pose in poses
            if abs(pose.header.stamp.sec * 10**9 + pose.header.stamp.nanosec - wanted_ns) < 10**6
        ]

    while not found():
        take()
        assert camera.poll() in {None, 0}
    folder = shared_data / 'rgbd' / '7scenes_redkitchen'
    at = found()[0].pose.position
    error_m = np.linalg.norm(np.asarray([at.x, at.y, at.z]) - annotated(folder))
    assert error_m < REGISTERED_M
