"""The subcommands that speak ROS, each a process of its own, over loopback."""

from __future__ import annotations

import json

import numpy as np
import pytest
from rosbags.highlevel import AnyReader
from rosbags.rosbag2 import StoragePlugin, Writer
from rosbags.typesys import Stores, get_typestore

from tenet_ros.cli.bag_writer import BagWriter
from tenet_ros.cli.camera_publisher import CameraPublisher
from tenet_ros.cli.monitor import STATUS_QOS, Monitor, targets_of
from tenet_ros.cli.recorder import Recorder
from tenet_ros.cli.session import client_node, spin_until
from tenet_ros.ros import api
from tenet_ros.sources import open_source, opened

FRAMES = 6
TIMEOUT_S = 30
# A writer that has seen a reader may still be unknown to it; what it writes until then is gone.
SETTLED = ('--wait-for-subscribers', '1', '--start-delay', '1')


@pytest.fixture
def node(ros_domain):
    with client_node('test', []) as made:
        yield made


def stamp_of(message):
    return message.header.stamp.sec * 10**9 + message.header.stamp.nanosec


def listen(node, kind, topic, *, reliable):
    """Return the list that messages of a topic will be in."""
    reliability = api.ReliabilityPolicy.RELIABLE if reliable else api.ReliabilityPolicy.BEST_EFFORT
    heard = []
    node.create_subscription(
        kind, topic, heard.append, api.QoSProfile(depth=50, reliability=reliability)
    )
    return heard


@pytest.mark.parametrize('reliable', [True, False], ids=['reliable', 'best_effort'])
def test_a_camera_reaches_either_kind_of_subscription_in_order(node, start, folder, reliable):
    images = listen(node, api.Image, '/camera/image_raw', reliable=reliable)
    camera = start('camera', str(folder), '--rate', '50', *SETTLED)
    assert spin_until(node, lambda: len(images) == FRAMES, TIMEOUT_S)
    said, _ = camera.communicate(timeout=TIMEOUT_S)
    assert camera.returncode == 0, said
    assert f'published {FRAMES} frames' in said
    greys = [int(np.frombuffer(m.data, np.uint8).mean()) for m in images]
    np.testing.assert_allclose(greys, [20 + 30 * i for i in range(FRAMES)], atol=2)
    stamps = [stamp_of(m) for m in images]
    assert stamps == sorted(set(stamps))
    assert (images[0].height, images[0].width, images[0].encoding) == (24, 32, 'rgb8')
    assert images[0].header.frame_id == 'camera'


def test_jpeg_bytes_are_passed_on_untouched_and_stamps_are_logged(node, start, folder, tmp_path):
    heard = listen(node, api.CompressedImage, '/eye/image/compressed', reliable=True)
    camera = start(
        'camera', str(folder), '--rate', '50', '--transport', 'compressed', '--topic', '/eye/image',
        *SETTLED, '--stamp-log', str(tmp_path / 'stamps'), '--frame-id', 'f',
    )  # fmt: skip
    assert spin_until(node, lambda: len(heard) == FRAMES, TIMEOUT_S)
    camera.communicate(timeout=TIMEOUT_S)
    files = sorted(folder.iterdir())
    assert [bytes(m.data) for m in heard] == [file.read_bytes() for file in files]
    assert {(m.format, m.header.frame_id) for m in heard} == {('jpeg', 'f')}
    logged = [json.loads(line) for line in (tmp_path / 'stamps').read_text().splitlines()]
    assert [entry['index'] for entry in logged] == list(range(FRAMES))
    assert [entry['stamp_ns'] for entry in logged] == [stamp_of(m) for m in heard]


def rgbd_bag(path):
    """Write two frames with depth and calibration."""
    store = get_typestore(Stores.ROS2_JAZZY)

    def header(stamp_ns):
        time = store.types['builtin_interfaces/msg/Time']
        stamp = time(sec=stamp_ns // 10**9, nanosec=stamp_ns % 10**9)
        return store.types['std_msgs/msg/Header'](stamp=stamp, frame_id='optical')

    def image(stamp_ns, encoding, pixels):
        return store.types['sensor_msgs/msg/Image'](
            header=header(stamp_ns), height=4, width=6, encoding=encoding, is_bigendian=0,
            step=pixels.nbytes // 4, data=np.frombuffer(pixels.tobytes(), np.uint8),
        )  # fmt: skip

    def info(stamp_ns):
        region = store.types['sensor_msgs/msg/RegionOfInterest'](0, 0, 0, 0, do_rectify=False)
        k = np.asarray([5, 0, 3, 0, 5, 2, 0, 0, 1], np.float64)
        return store.types['sensor_msgs/msg/CameraInfo'](
            header=header(stamp_ns), height=4, width=6, distortion_model='plumb_bob',
            d=np.zeros(5), k=k, r=np.eye(3).ravel(), p=np.zeros(12), binning_x=0, binning_y=0,
            roi=region,
        )  # fmt: skip

    colour, depth = np.full((4, 6, 3), 9, np.uint8), np.full((4, 6), 1500, np.uint16)
    with Writer(path, version=9, storage_plugin=StoragePlugin.MCAP) as writer:
        topics = {
            '/c/image_raw': 'Image', '/c/camera_info': 'CameraInfo', '/d/image_raw': 'Image',
        }  # fmt: skip
        connections = {
            t: writer.add_connection(t, f'sensor_msgs/msg/{k}', typestore=store)
            for t, k in topics.items()
        }
        for stamp in (10**18, 10**18 + 50_000_000):
            made = {
                '/c/image_raw': image(stamp, 'bgr8', colour),
                '/c/camera_info': info(stamp),
                '/d/image_raw': image(stamp + 1_000_000, '16UC1', depth),
            }
            for topic, message in made.items():
                raw = store.serialize_cdr(message, message.__msgtype__)
                writer.write(connections[topic], stamp, raw)
    return path


def test_a_bag_is_published_with_its_depth_calibration_encoding_and_stamps(node, start, tmp_path):
    images = listen(node, api.Image, '/camera/image_raw', reliable=True)
    infos = listen(node, api.CameraInfo, '/camera/camera_info', reliable=True)
    depths = listen(node, api.Image, '/camera/depth/image_raw', reliable=True)
    start(
        'camera', str(rgbd_bag(tmp_path / 'bag')), '--stamps', 'recorded', '--loop', *SETTLED,
    )  # fmt: skip
    assert spin_until(node, lambda: min(len(images), len(infos), len(depths)) >= 3, TIMEOUT_S)
    assert images[0].encoding == 'bgr8'
    assert infos[0].k[0] == 5
    assert depths[0].encoding == '16UC1'
    assert np.frombuffer(depths[0].data, np.uint16)[0] == 1500
    assert [stamp_of(m) for m in images[:2]] == [10**18, 10**18 + 50_000_000]
    # The second round goes on where the first one ended.
    assert stamp_of(images[2]) == 10**18 + 100_000_000
    assert stamp_of(depths[0]) == 10**18 + 1_000_000


def test_nobody_who_listens_is_one_clear_error(start):
    said = start('say', 'the dog', '--timeout', '0.3')
    output, _ = said.communicate(timeout=TIMEOUT_S)
    assert said.returncode == 1
    assert output.startswith('tenet-ros say: nobody subscribed to /tenet/command within 0.3 s')
    assert output.count('\n') == 1


def status(command, command_id, **values):
    pairs = {
        'command': command, 'command_id': str(command_id), 'targets': '1', 'text': command,
        'state': 'COMMITTED', 'track_id': '7', 'preference': '0.912', 'margin': '0.4',
        'switches': '1', 'tracks': '3',
    }  # fmt: skip
    return api.DiagnosticStatus(
        level=api.DiagnosticStatus.OK,
        name='tenet',
        message='COMMITTED',
        values=[api.KeyValue(key=k, value=v) for k, v in (pairs | values).items()],
    )


class FakeNode:
    """Answers commands and says how it is, as the node does."""

    def __init__(self, node, *, deaf=False):
        self.heard = []
        self._deaf = deaf
        self._node = node
        self._status = node.create_publisher(api.DiagnosticStatus, '/tenet/status', STATUS_QOS)
        self._diagnostics = node.create_publisher(
            api.DiagnosticArray, '/diagnostics', api.QoSProfile(depth=10)
        )
        node.create_subscription(
            api.String, '/tenet/command', self._on_command, api.QoSProfile(depth=10)
        )
        node.create_timer(0.05, self._on_time)

    def _on_command(self, message):
        self.heard.append(message.data)
        text = 'something else' if self._deaf else message.data
        self._status.publish(status(text, len(self.heard)))

    def _on_time(self):
        figures = {'in_hz': '30.0', 'out_hz': '15.0', 'stamp_age_ms_p50': '42.0', 'drops': '12'}
        values = [api.KeyValue(key=k, value=v) for k, v in figures.items()]
        level = api.DiagnosticStatus.OK
        array = api.DiagnosticArray()
        array.status = [
            api.DiagnosticStatus(
                level=level, name='tenet: stream', message='ACTIVE: fine', values=values
            ),
            api.DiagnosticStatus(level=level, name='other: stream', message='not us'),
        ]
        self._diagnostics.publish(array)


def finish(node, process):
    """Run the node's callbacks until a process has ended; return its status and its words."""
    assert spin_until(node, lambda: process.poll() is not None, TIMEOUT_S)
    output, _ = process.communicate()
    return process.returncode, output


@pytest.mark.parametrize('sentence', ['the dog on the left', 'žlutý hrnek; the red mug', ''])
def test_say_delivers_the_sentence_and_reports_the_answer(node, start, sentence):
    fake = FakeNode(node)
    code, output = finish(node, start('say', sentence, '--wait', '--timeout', '20'))
    assert code == 0, output
    assert fake.heard == [sentence]
    assert output.startswith('command 1: ')
    assert 'COMMITTED' in output


def test_say_wait_tells_when_the_node_answers_something_else(node, start):
    FakeNode(node, deaf=True)
    code, output = finish(node, start('say', 'the dog', '--wait', '--timeout', '1.5'))
    assert code == 1
    assert 'did not name it within 1.5 s' in output


def test_watch_shows_state_track_preference_rates_and_latency(node, start):
    fake = FakeNode(node)
    fake._status.publish(status('the dog', 3))
    code, output = finish(node, start('watch', '--once', '--timeout', '20'))
    assert code == 0, output
    for words in ('COMMITTED', 'the dog', '7', '0.91', '+0.40', '/tenet: ACTIVE: fine', '30.0 Hz'):
        assert words in output
    assert 'stamp to publish 42.0 / - / - ms' in output
    assert 'dropped 12' in output
    assert 'not us' not in output


def test_watch_json_gives_the_values_as_they_came(node, start):
    fake = FakeNode(node)
    fake._status.publish(status('the dog', 3))
    code, output = finish(node, start('watch', '--json', '--timeout', '20'))
    assert code == 0, output
    values = json.loads(output)
    assert values['status']['track_id'] == '7'
    assert values['diagnostics']['in_hz'] == '30.0'


def test_a_monitor_tells_several_targets_apart():
    values = {
        'targets': '2', '1.text': 'the dog', '1.state': 'LOST', '1.track_id': '',
        '2.text': 'the cat', '2.state': 'COMMITTED', '2.track_id': '4,5', '2.preference': '0.5',
    }  # fmt: skip
    first, second = targets_of(values)
    assert (first.text, first.state, first.track_id) == ('the dog', 'LOST', '')
    assert (second.track_id, second.preference) == ('4,5', 0.5)
    assert targets_of({'state': 'IDLE', 'targets': '0'}) == []


def test_a_monitor_knows_nothing_before_it_heard_something(node):
    monitor = Monitor(node, '/tenet')
    assert np.isnan(monitor.number('in_hz'))
    assert monitor.command_id == -1


def test_a_recording_holds_every_message_and_plays_again(node, start, folder, tmp_path):
    out = tmp_path / 'out.mcap'
    wanted = ['/camera/image_raw', '/camera/image_raw/compressed']
    with BagWriter(out) as bag:
        recorder = Recorder(node, bag, target='/tenet', topics=wanted, inputs=False)
        start(
            'camera', str(folder), '--rate', '50', '--transport', 'both',
            '--wait-for-subscribers', '2', '--start-delay', '1',
        )  # fmt: skip

        def complete():
            list(recorder.discover())
            return sum(bag.counts.values()) == 2 * FRAMES

        assert spin_until(node, complete, TIMEOUT_S)
    with AnyReader([out]) as reader:
        assert {c.topic: c.msgcount for c in reader.connections} == dict.fromkeys(wanted, FRAMES)
        qos = reader.connections[0].ext.offered_qos_profiles
        assert qos[0].reliability.name == 'RELIABLE'
    with opened(open_source(out)) as source:
        assert sum(1 for _ in source.frames()) == FRAMES


def test_by_default_a_recording_takes_the_nodes_own_topics(node, tmp_path):
    name = node.get_fully_qualified_name()
    for topic in ('~/status', '~/overlay', '~/tracks'):
        node.create_publisher(api.String, topic, api.QoSProfile(depth=1))
    node.create_subscription(api.String, '/input', print, api.QoSProfile(depth=1))
    with BagWriter(tmp_path / 'out.mcap') as bag:
        recorder = Recorder(node, bag, target=name, topics=None, inputs=False)

        def found():
            list(recorder.discover())
            return len(bag.counts) == 2

        assert spin_until(node, found, TIMEOUT_S)
        assert set(bag.counts) == {f'{name}/status', f'{name}/tracks'}


def test_a_camera_of_junk_alone_fails(start, tmp_path):
    for name in ('a.jpg', 'b.jpg'):
        (tmp_path / name).write_bytes(b'junk')
    camera = start('camera', str(tmp_path))
    said, _ = camera.communicate(timeout=TIMEOUT_S)
    assert camera.returncode == 1
    assert said.splitlines()[-1].endswith('none of its frames could be decoded')


def test_what_a_camera_has_lies_beside_its_images_also_on_a_relative_name(node):
    bare = CameraPublisher(node, 'image', transport='raw')
    deep = CameraPublisher(node, '/front/rgb/image', transport='raw')
    assert (bare._info, bare._depth) == ('camera_info', 'depth/image_raw')
    assert (deep._info, deep._depth) == ('/front/rgb/camera_info', '/front/rgb/depth/image_raw')


@pytest.mark.parametrize('source', ['/dev/video97', 'cut.mp4'])
def test_a_source_that_does_not_open_is_one_line(start, tmp_path, source):
    (tmp_path / 'cut.mp4').write_bytes(b'\x00\x00\x00\x20ftypisom' + bytes(500))
    camera = start('camera', str(tmp_path / source))
    said, _ = camera.communicate(timeout=TIMEOUT_S)
    assert camera.returncode == 1
    assert len(said.splitlines()) == 1, said
