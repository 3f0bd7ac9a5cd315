"""Two real processes over loopback DDS."""

from __future__ import annotations

import re
import signal
import time
import zlib

import numpy as np
import pytest

from tenet_ros.ros.api import wait_for_subscriptions
from tenet_ros.standalone import HistoryPolicy, QoSProfile, message

EXPECTED_PIXELS = np.arange(480 * 640 * 3, dtype=np.uint32).astype(np.uint8)


def test_strings_and_images_arrive(start):
    listener = start('listener')
    listener.expect('ready')
    start('talker', '--ros-args', '-p', 'images:=true')
    listener.expect('heard hello')
    line = listener.expect('saw frame')
    assert line.endswith(f'480x640 rgb8 921600 {zlib.crc32(EXPECTED_PIXELS)}')


def test_parameters_and_remaps_come_from_the_command_line(start):
    listener = start('listener', '--ros-args', '-r', 'chatter:=/left/talk')
    talker = start(
        'talker',
        *('--ros-args', '-r', '__node:=parrot', '-r', '__ns:=/left', '-r', 'chatter:=talk'),
        *('-p', 'text:=good day', '--'),
    )
    talker.expect('ready /left/parrot on /left/talk')
    listener.expect('heard good day')


def test_parameter_file_reaches_the_node_it_names(start, tmp_path):
    file = tmp_path / 'params.yaml'
    file.write_text(
        '/**:\n  ros__parameters:\n    text: for all\n    nobody_declares_this: 1\n'
        '/talker:\n  ros__parameters:\n    text: for the talker\n'
        '/other:\n  ros__parameters:\n    text: for another\n'
    )
    listener = start('listener')
    start('talker', '--ros-args', '--params-file', str(file))
    listener.expect('heard for the talker')


def test_late_joiner_gets_transient_local(start):
    talker = start('talker', '--ros-args', '-p', 'once:=true')
    talker.expect('ready')
    listener = start('listener', '--ros-args', '-p', 'transient_local:=true')
    listener.expect('heard hello 1')


def test_incompatible_qos_is_said_on_both_sides(start):
    talker = start('talker', '--ros-args', '-p', 'reliability:=best_effort')
    listener = start('listener')
    offered = talker.expect('incompatible')
    requested = listener.expect('incompatible')
    for line in (offered, requested):
        assert '/chatter' in line
        assert 'RELIABILITY' in line


@pytest.mark.parametrize(
    ('number', 'reason'),
    [
        # As in rclpy, Ctrl-C may show as either, depending on where it is noticed first.
        (signal.SIGINT, 'KeyboardInterrupt|ExternalShutdownException'),
        (signal.SIGTERM, 'ExternalShutdownException'),
    ],
)
def test_signals_end_spinning_cleanly(start, number, reason):
    talker = start('talker')
    talker.expect('spinning')
    assert talker.stop(number) == 0
    assert re.search(f'ended by ({reason}), ok False', talker.said)
    assert talker.said.endswith('closed')
    assert 'Traceback' not in talker.said


def test_signals_end_an_idle_process(start):
    talker = start('talker', '--ros-args', '-p', 'once:=true')
    talker.expect('spinning')
    assert talker.stop(signal.SIGINT) == 0


def test_wrong_parameter_type_is_one_clear_line(start):
    talker = start('talker', '--ros-args', '-p', 'text:=5')
    assert talker.wait() == 1
    assert "parameter 'text': expected STRING, got INTEGER 5" in talker.said


def test_lifecycle_node_starts_itself_and_publishes(start):
    managed = start('managed')
    managed.expect('configured from unconfigured')
    managed.expect('activated from inactive')
    managed.expect('ready standalone')
    listener = start('listener', '--ros-args', '-r', 'chatter:=/managed/output')
    listener.expect('heard tick')
    assert managed.stop(signal.SIGTERM) == 0


def test_processes_on_other_domains_do_not_meet(start):
    listener = start('listener', ROS_DOMAIN_ID='101')
    listener.expect('ready')
    talker = start('talker')
    talker.expect('ready')
    start('listener').expect('heard')
    listener.stop(signal.SIGINT)
    assert 'heard' not in listener.said


def test_a_stuck_reliable_reader_costs_messages_not_the_stream(start, make_node, capfd):
    listener = start('listener', '--ros-args', '-p', 'reliable_images:=true')
    listener.expect('ready')
    image = message('sensor_msgs/msg/Image')(height=480, width=640, data=EXPECTED_PIXELS)
    keep_all = QoSProfile(history=HistoryPolicy.KEEP_ALL)
    publisher = make_node().create_publisher(type(image), 'image', keep_all)
    assert wait_for_subscriptions(publisher, timeout_sec=15.0)
    publisher.publish(image)
    listener.expect('saw')
    listener.signal(signal.SIGSTOP)
    started = time.monotonic()
    for _ in range(4):
        publisher.publish(image)
    assert time.monotonic() - started < 1.5
    assert publisher.dropped >= 1
    assert 'did not take a message of 921' in capfd.readouterr().err
    listener.signal(signal.SIGCONT)
    publisher.publish(image)
    listener.expect('saw')
