"""The runtime beside real ROS 2 nodes; needs a sourced ROS 2 whose Python has both wheels too.

Run with `pytest -m ros tests/standalone/test_with_ros.py`.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

pytestmark = pytest.mark.ros

RMWS = ('rmw_cyclonedds_cpp', 'rmw_fastrtps_cpp')


@pytest.fixture(params=RMWS)
def rmw(request, ros_domain, monkeypatch) -> str:
    pytest.importorskip('rclpy')
    if shutil.which('ros2') is None:
        pytest.skip('needs the ros2 command')
    library = f'lib{request.param}.so'
    folders = os.environ.get('LD_LIBRARY_PATH', '').split(':')
    if not any((Path(folder) / library).exists() for folder in folders):
        pytest.skip(f'needs {request.param}')
    monkeypatch.setenv('RMW_IMPLEMENTATION', request.param)
    monkeypatch.setenv('PYTHONUNBUFFERED', '1')
    return request.param


def ros2(*arguments: str, timeout: float = 40.0) -> str:
    """Run the ros2 command; return what it prints."""
    return subprocess.run(
        ['ros2', *arguments], capture_output=True, text=True, timeout=timeout, check=False
    ).stdout


LOOK = ('--no-daemon', '--spin-time', '3')


def test_strings_and_images_arrive_from_real_nodes(rmw, start):
    listener = start('listener')
    listener.expect('ready')
    start('talker', '--ros-args', '-p', 'images:=true', TENET_ROS_BACKEND='rclpy')
    listener.expect('heard hello')
    listener.expect('480x640 rgb8 921600')


def test_strings_and_images_arrive_at_real_nodes(rmw, start):
    listener = start(
        'listener', '--ros-args', '-p', 'reliable_images:=false', TENET_ROS_BACKEND='rclpy'
    )
    listener.expect('ready')
    start('talker', '--ros-args', '-p', 'images:=true')
    listener.expect('heard hello')
    listener.expect('480x640 rgb8 921600')


@pytest.mark.parametrize('real', ['talker', 'listener'])
def test_late_joiners_get_transient_local(rmw, start, real):
    backends = dict.fromkeys(('talker', 'listener'), 'standalone') | {real: 'rclpy'}
    talker = start('talker', '--ros-args', '-p', 'once:=true', TENET_ROS_BACKEND=backends['talker'])
    talker.expect('spinning')
    listener = start(
        *('listener', '--ros-args', '-p', 'transient_local:=true'),
        TENET_ROS_BACKEND=backends['listener'],
    )
    listener.expect('heard hello 1')


@pytest.mark.parametrize('real', ['talker', 'listener'])
def test_incompatible_qos_is_said_on_both_sides(rmw, start, real):
    backends = dict.fromkeys(('talker', 'listener'), 'standalone') | {real: 'rclpy'}
    talker = start(
        *('talker', '--ros-args', '-p', 'reliability:=best_effort'),
        TENET_ROS_BACKEND=backends['talker'],
    )
    listener = start('listener', TENET_ROS_BACKEND=backends['listener'])
    assert 'RELIABILITY' in talker.expect('ncompatible')
    assert 'RELIABILITY' in listener.expect('ncompatible')


def test_the_command_line_sees_nodes_topics_types_and_qos(rmw, start):
    start('managed').expect('ready standalone')
    start('listener').expect('ready')
    nodes = ros2('node', 'list', *LOOK)
    assert {'/managed', '/listener'} <= set(nodes.split())
    topics = ros2('topic', 'list', '-t', *LOOK)
    assert '/managed/output [std_msgs/msg/String]' in topics
    assert '/image [sensor_msgs/msg/Image]' in topics
    info = ros2('topic', 'info', '-v', '/image', *LOOK)
    assert 'Node name: listener' in info
    assert 'Endpoint type: SUBSCRIPTION' in info
    assert 'Reliability: BEST_EFFORT' in info
    assert re.search(r'Topic type hash: RIHS01_d31d41a9', info)
    node = ros2('node', 'info', '/managed', *LOOK)
    assert '/managed/transition_event: lifecycle_msgs/msg/TransitionEvent' in node
    assert 'data: tick' in ros2('topic', 'echo', '--once', '/managed/output', *LOOK)


def test_the_command_line_publishes_to_us(rmw, start):
    listener = start('listener')
    listener.expect('ready')
    # Six seconds: Cyclone, ours and rmw_cyclonedds_cpp alike, takes reliable data only after the
    # writer's first heartbeat, which Fast DDS sends every three.
    ros2('topic', 'pub', '--times', '6', '/chatter', 'std_msgs/msg/String', 'data: you')
    listener.expect('heard you')


def test_the_same_lifecycle_node_runs_on_rclpy(rmw, start):
    managed = start('managed', '--ros-args', '-p', 'rate_hz:=50.0', TENET_ROS_BACKEND='rclpy')
    managed.expect('configured from unconfigured')
    managed.expect('ready rclpy')
    listener = start('listener', '--ros-args', '-r', 'chatter:=/managed/output')
    listener.expect('heard tick')
    assert 'active [3]' in ros2('lifecycle', 'get', '/managed', *LOOK)
    assert 'Transitioning successful' in ros2('lifecycle', 'set', '/managed', 'deactivate', *LOOK)
    managed.expect('deactivated from active')
    assert '50.0' in ros2('param', 'get', '/managed', 'rate_hz', *LOOK)
    assert managed.stop(signal.SIGINT) == 0


def test_our_view_of_real_nodes(rmw, start, make_node, spin_until):
    start('talker', TENET_ROS_BACKEND='rclpy').expect('spinning')
    node = make_node('watcher')
    spin_until(lambda: 'talker' in node.get_node_names(), node)
    spin_until(lambda: node.count_publishers('/chatter') == 1, node)
    info = node.get_publishers_info_by_topic('/chatter')[0]
    assert (info.node_name, info.topic_type) == ('talker', 'std_msgs/msg/String')
    assert info.topic_type_hash.startswith('RIHS01_df668c74')
    assert info.qos_profile.reliability.name == 'RELIABLE'
