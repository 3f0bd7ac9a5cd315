"""``tenet-ros camera sim``: the simulated tabletop on the wire."""

from __future__ import annotations

import json
import signal
import time

import numpy as np
import pytest

from tenet_ros.cli.camera import _stamps
from tenet_ros.cli.pacing import LateNotice, Pacer
from tenet_ros.cli.session import client_node, spin_until
from tenet_ros.ros import api
from tenet_ros.sources.tabletop import bundled_recordings

TIMEOUT_S = 60


class Clock:
    now_ns = 0

    def __call__(self):
        return self.now_ns


@pytest.fixture
def node(ros_domain):
    with client_node('test', []) as made:
        yield made


def listen(node, kind, topic):
    heard = []
    reliable = api.ReliabilityPolicy.RELIABLE
    node.create_subscription(
        kind, topic, heard.append, api.QoSProfile(depth=50, reliability=reliable)
    )
    return heard


def test_image_depth_and_calibration_are_published(graphics, node, start, tmp_path):
    images = listen(node, api.Image, '/camera/image_raw')
    infos = listen(node, api.CameraInfo, '/camera/camera_info')
    depths = listen(node, api.Image, '/camera/depth/image_raw')
    log = tmp_path / 'stamps'
    camera = start(
        'camera', 'sim', '--seed', '2', '--split', 'test', '--stamp-log', str(log),
        '--wait-for-subscribers', '1', '--start-delay', '0.5',
    )  # fmt: skip
    assert spin_until(node, lambda: min(map(len, (images, infos, depths))) >= 4, TIMEOUT_S)
    camera.send_signal(signal.SIGINT)
    said, _ = camera.communicate(timeout=TIMEOUT_S)
    assert 'sim:test:2+ (simulation; 640x480, rendered; 30 Hz)' in said
    assert 'Traceback' not in said
    assert camera.returncode == 0, 'only somebody who stops it ends it'
    assert (images[0].width, images[0].height, images[0].encoding) == (640, 480, 'rgb8')
    assert (depths[0].encoding, depths[0].step) == ('32FC1', 4 * 640)
    metres = np.frombuffer(bytes(depths[0].data), np.float32)
    assert 0.1 < metres.min() < 3
    assert infos[0].k[0] > 100
    assert images[0].header.frame_id == depths[0].header.frame_id == 'camera'
    stamps = [json.loads(line)['stamp_ns'] for line in log.read_text().splitlines()]
    assert stamps == sorted(set(stamps))


def test_stamps_of_a_simulation_are_regular_however_late_frames_are_published():
    clock = Clock()
    pacer = Pacer(clock_ns=clock, sleep=lambda _: None)
    stamp = _stamps('due', pacer)
    stamps = []
    for frame, lag_ns in enumerate((0, 5_000_000, 90_000_000, 20_000_000)):
        clock.now_ns = frame * 10**8 + lag_ns
        pacer.wait(frame * 10**8)
        stamps.append(stamp(0, frame * 10**8))
    assert set(np.diff(stamps)) == {10**8}
    assert _stamps('recorded', pacer)(17, 0) == 17
    assert _stamps('now', pacer)(0, 0) >= time.time_ns() - 10**9


@pytest.mark.parametrize(
    ('arguments', 'words'),
    [
        (('sim:3', '--seed', '4'), "'sim:3' has its own"),
        (('video.mp4', '--seed', '4'), 'are for the source "sim"'),
    ],
)
def test_a_seed_where_none_belongs_is_one_line(start, arguments, words):
    camera = start('camera', *arguments)
    said, _ = camera.communicate(timeout=TIMEOUT_S)
    assert camera.returncode == 1
    assert words in said
    assert said.count('\n') == 1


def test_without_graphics_the_camera_plays_recordings_or_says_what_to_install(start, monkeypatch):
    monkeypatch.setenv('MUJOCO_GL', 'bogus')
    camera = start('camera', 'sim', '--seed', '7', '--duration', '0.2')
    said, _ = camera.communicate(timeout=TIMEOUT_S)
    assert 'apt install' in said.splitlines()[0]
    assert 'Traceback' not in said
    assert camera.returncode == (0 if bundled_recordings() else 1)


@pytest.mark.parametrize(('lag_ns', 'lines'), [(0, 0), (10_000_000, 2)])
def test_lateness_is_said_every_few_seconds_with_its_count(lag_ns, lines):
    clock, said = Clock(), []
    pacer = Pacer(clock_ns=clock, sleep=lambda _: None)
    notice = LateNotice(pacer, said.append, clock_ns=clock)
    pacer.wait(0)
    for frame in range(1, 115):
        clock.now_ns = frame * 10**8 + lag_ns
        pacer.wait(frame * 10**8)
        notice.look()
    assert len(said) == lines
    if lines:
        assert said[0].startswith('50 frames late, 50 in all')
        assert said[1].startswith('50 frames late, 100 in all')


def test_a_hiccup_is_not_worth_a_line():
    clock, said = Clock(), []
    pacer = Pacer(clock_ns=clock, sleep=lambda _: None)
    notice = LateNotice(pacer, said.append, clock_ns=clock)
    pacer.wait(0)
    clock.now_ns = 20_000_000
    pacer.wait(10_000_000)
    clock.now_ns = 6 * 10**9
    notice.look()
    assert pacer.late == 1
    assert not said
