"""Several cameras at once: a node for each, and nothing of one in what is said of another."""

from __future__ import annotations

import argparse
import os
import signal
from pathlib import Path

import cv2
import numpy as np
import pytest

from tenet_ros.cli.cameras import add_parser, node_of
from tenet_ros.cli.main import main
from tenet_ros.cli.session import client_node, spin_until
from tenet_ros.ros import api

SIZES = {'front': (24, 32), 'left': (36, 48)}
TIMEOUT_S = 60.0


def arguments_of(camera, *words, ros=()):
    parser = argparse.ArgumentParser()
    add_parser(parser.add_subparsers())
    args = parser.parse_args(['cameras', camera, *words])
    args.ros_args = list(ros)
    return node_of(camera, args)


def test_a_node_has_its_camera_s_namespace_topics_and_frames():
    words = ' '.join(arguments_of('front'))
    assert '--namespace /front --image image --camera-info camera_info --depth depth ' in words
    assert '-p frame_prefix:=front/' in words
    words = ' '.join(arguments_of('front', '--image', 'color/image_raw', '--depth', 'd'))
    assert '--image color/image_raw --camera-info color/camera_info' in words
    assert '--depth d ' in words
    assert arguments_of('front', ros=['--ros-args', '-p', 'threads:=1'])[-2:] == [
        '-p',
        'threads:=1',
    ]


def test_the_same_camera_twice_is_refused(capsys):
    assert main(['cameras', 'front', '/front']) == 1
    assert 'expected every camera once, got front again' in capsys.readouterr().err


class Heard:
    """Everything that one camera sends and its node answers."""

    def __init__(self, node, name):
        self.images, self.masks, self.targets, self.statuses = [], [], [], []
        reliable = api.QoSProfile(depth=50)
        topics = (
            (api.Image, f'/{name}/image', self.images),
            (api.Image, f'/{name}/tenet/target/mask', self.masks),
            (api.Detection2DArray, f'/{name}/tenet/target', self.targets),
            (api.DiagnosticStatus, f'/{name}/tenet/status', self.statuses),
        )
        for kind, topic, kept in topics:
            node.create_subscription(kind, topic, kept.append, reliable)

    def answers(self):
        """Return the statuses that answer an image."""
        found = [{v.key: v.value for v in status.values} for status in self.statuses]
        return [values for values in found if 'stamp' in values]


def child_of(process, word):
    """Return the id of the child process with a word in its command line."""
    children = Path(f'/proc/{process.pid}/task/{process.pid}/children').read_text().split()
    (found,) = [c for c in children if word in Path(f'/proc/{c}/cmdline').read_text().split('\0')]
    return int(found)


def stamp_of(message):
    return f'{message.header.stamp.sec}.{message.header.stamp.nanosec:09d}'


@pytest.fixture
def folders(tmp_path):
    """A folder of pictures for each camera, of a size of its own."""
    made = {}
    for name, size in SIZES.items():
        made[name] = tmp_path / name
        made[name].mkdir()
        for index in range(4):
            grey = np.full((*size, 3), 40 * index, np.uint8)
            cv2.imwrite(str(made[name] / f'{index}.jpg'), grey)
    return made


@pytest.fixture
def pair(ros_domain, start, folders):
    """Two cameras and ``tenet-ros cameras`` on them: the processes, and what is heard of each."""
    with client_node('test', []) as node:
        heard = {name: Heard(node, name) for name in SIZES}
        nodes = start(
            'cameras', *SIZES, '--preset', 'tabletop', '--command', 'the red mug',
            '--ros-args', '-p', 'threads:=1',
        )  # fmt: skip
        cameras = {
            name: start(
                'camera', str(folder), '--loop', '--rate', '8', '--topic', f'/{name}/image',
                '--frame-id', f'{name}_optical', '--wait-for-subscribers', '2', '--start-delay', '1',
            )
            for name, folder in folders.items()
        }  # fmt: skip
        yield node, nodes, cameras, heard


def test_outputs_are_never_mixed_and_what_dies_leaves_the_other_camera_alone(pair):
    node, nodes, cameras, heard = pair
    busy = lambda: all(min(len(h.masks), len(h.answers())) >= 8 for h in heard.values())  # noqa: E731
    assert spin_until(node, busy, TIMEOUT_S), {n: len(h.answers()) for n, h in heard.items()}
    for name, size in SIZES.items():
        one = heard[name]
        frame, sent = f'{name}_optical', {stamp_of(image) for image in one.images}
        assert {values['frame_id'] for values in one.answers()} == {frame}
        assert {message.header.frame_id for message in (*one.masks, *one.targets)} == {frame}
        assert {(mask.height, mask.width) for mask in one.masks} == {size}
        newest = max(sent)
        assert {stamp_of(mask) for mask in one.masks if stamp_of(mask) <= newest} <= sent
        assert {status.name for status in one.statuses} == {f'{name}/tenet: target'}

    cameras['front'].kill()
    cameras['front'].wait()
    before = len(heard['left'].answers())
    assert spin_until(node, lambda: len(heard['left'].answers()) >= before + 8, TIMEOUT_S)
    assert nodes.poll() is None
    os.kill(child_of(nodes, '/front'), signal.SIGKILL)
    before = len(heard['left'].answers())
    assert spin_until(node, lambda: len(heard['left'].answers()) >= before + 8, TIMEOUT_S)
    nodes.terminate()
    said, _ = nodes.communicate(timeout=TIMEOUT_S)
    assert 'front: its node ended with status -9; left go on' in said
