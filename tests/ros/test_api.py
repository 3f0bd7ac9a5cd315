from __future__ import annotations

import array
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tenet_ros.errors import ConfigError
from tenet_ros.ros import api

REPOSITORY = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.skipif(api.HAVE_RCLPY, reason='tests the choice without ROS 2')


def test_every_name_is_there():
    for name in api.__all__:
        assert hasattr(api, name), name


def test_without_rclpy_the_standalone_runtime_is_chosen_and_the_reason_told():
    assert api._choose('') == ('standalone', api.BACKEND_REASON)
    assert api._choose('standalone') == ('standalone', 'TENET_ROS_BACKEND says so')
    assert 'rclpy' in api.BACKEND_REASON or 'TENET_ROS_BACKEND' in api.BACKEND_REASON


def test_rclpy_is_preferred_where_it_imports(monkeypatch):
    monkeypatch.setattr(api, '_failure', lambda *_: '')
    assert api._choose('') == ('rclpy', 'rclpy imports')
    assert api._choose('rclpy')[0] == 'rclpy'
    assert api._choose('standalone')[0] == 'standalone'


def test_a_missing_message_package_is_the_reason(monkeypatch):
    monkeypatch.setattr(
        api, '_failure', lambda *names: 'vision_msgs.msg is missing' if 'rclpy' in names else ''
    )
    assert api._choose('') == ('standalone', 'vision_msgs.msg is missing')


def test_forcing_what_is_not_there_is_explained(monkeypatch):
    with pytest.raises(ImportError, match='TENET_ROS_BACKEND=rclpy, but rclpy does not import'):
        api._choose('rclpy')
    monkeypatch.setattr(api, '_failure', lambda *names: f'{names[0]} does not import')
    with pytest.raises(ImportError, match='x86_64 only; on aarch64 use ROS 2'):
        api._choose('')


def test_an_unknown_backend_is_refused():
    with pytest.raises(ConfigError, match="rclpy or standalone, got 'ros3'"):
        api._choose('ros3')


def test_a_sourced_ros_that_does_not_import_is_warned_about():
    environment = {**os.environ, 'AMENT_PREFIX_PATH': '/opt/ros/jazzy'}
    environment.pop('TENET_ROS_BACKEND', None)
    warned = subprocess.run(
        [sys.executable, '-c', 'from tenet_ros.ros import api'],
        env=environment, capture_output=True, text=True, check=True, cwd=REPOSITORY,
    ).stderr  # fmt: skip
    assert 'ROS 2 is sourced, but rclpy does not import' in warned


def test_message_classes_come_by_name():
    assert api.msg('sensor_msgs/msg/Image') is api.Image
    assert api.Header(frame_id='x').frame_id == 'x'


@pytest.mark.parametrize(
    'content',
    [
        np.arange(24, dtype=np.uint8).reshape(2, 4, 3),
        np.arange(24, dtype=np.uint8).reshape(2, 4, 3)[:, ::-1],
        np.arange(12, dtype=np.uint16).reshape(3, 4),
        np.linspace(0, 1, 6, dtype=np.float32),
        b'jpeg',
        bytearray(b'png'),
        memoryview(b'view'),
        np.zeros((0, 3), dtype=np.uint8),
    ],
)
def test_bytes_of_anything_go_in_and_come_out(content):
    image = api.Image()
    api.fill_bytes(image, content)
    expected = content.tobytes() if isinstance(content, np.ndarray) else bytes(content)
    assert api.as_bytes_view(image.data).tobytes() == expected


def test_views_are_made_of_either_worlds_data():
    data = array.array('B', b'abc')  # what rclpy hands over
    assert api.as_bytes_view(data).tolist() == [97, 98, 99]


def test_levels_are_numbers_in_either_world():
    assert api.level_number(b'\x02') == 2
    assert api.level_number(api.DiagnosticStatus.ERROR) == 2


def test_autostart_says_whether_the_node_is_active(ros_domain):
    class Refusing(api.LifecycleNode):
        def on_activate(self, state):
            return api.TransitionCallbackReturn.FAILURE

    api.init(args=[])
    try:
        assert api.autostart(api.LifecycleNode('willing'))
        assert not api.autostart(Refusing('refusing'))
    finally:
        api.try_shutdown()


def test_waiting_for_subscriptions_ends(ros_domain):
    api.init(args=[])
    try:
        node = api.Node('node')
        publisher = node.create_publisher(api.String, 'c', 1)
        assert not api.wait_for_subscriptions(publisher, timeout_sec=0.05)
        node.create_subscription(api.String, 'c', lambda _: None, 1)
        assert api.wait_for_subscriptions(publisher)
        node.destroy_node()
    finally:
        api.try_shutdown()
