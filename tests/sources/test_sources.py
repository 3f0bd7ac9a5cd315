"""Every kind of source keeps pictures, order, stamps and intervals, and says why it cannot open."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest
from rosbags.rosbag2 import StoragePlugin, Writer
from rosbags.typesys import Stores, get_typestore

from tenet_ros.errors import ContractError, SourceError
from tenet_ros.images import BadImage
from tenet_ros.sources import CompressedPicture, RawPicture, open_source, opened

STORE = get_typestore(Stores.ROS2_JAZZY)
START_NS = 1_700_000_000_000_000_000
PERIOD_NS = 50_000_000
FRAMES = 5
HEIGHT, WIDTH = 24, 32


def picture(index):
    """Return a (24, 32, 3) uint8 RGB picture that tells its index by its brightness."""
    return np.full((HEIGHT, WIDTH, 3), 20 + 40 * index, np.uint8)


def header(stamp_ns, frame_id):
    time = STORE.types['builtin_interfaces/msg/Time']
    return STORE.types['std_msgs/msg/Header'](
        stamp=time(sec=stamp_ns // 10**9, nanosec=stamp_ns % 10**9), frame_id=frame_id
    )


def image_message(pixels, encoding, stamp_ns, frame_id='optical'):
    height, width = pixels.shape[:2]
    return STORE.types['sensor_msgs/msg/Image'](
        header=header(stamp_ns, frame_id),
        height=height,
        width=width,
        encoding=encoding,
        is_bigendian=0,
        step=pixels.nbytes // height,
        data=np.frombuffer(pixels.tobytes(), np.uint8),
    )


def jpeg_message(pixels, stamp_ns):
    _, data = cv2.imencode('.jpg', pixels)
    return STORE.types['sensor_msgs/msg/CompressedImage'](
        header=header(stamp_ns, 'optical'), format='jpeg', data=data.reshape(-1)
    )


def info_message(stamp_ns):
    matrix = np.asarray([30, 0, 16, 0, 30, 12, 0, 0, 1], np.float64)
    return STORE.types['sensor_msgs/msg/CameraInfo'](
        header=header(stamp_ns, 'optical'),
        height=HEIGHT,
        width=WIDTH,
        distortion_model='plumb_bob',
        d=np.zeros(5),
        k=matrix,
        r=np.eye(3).reshape(-1),
        p=np.zeros(12),
        binning_x=0,
        binning_y=0,
        roi=STORE.types['sensor_msgs/msg/RegionOfInterest'](
            x_offset=0, y_offset=0, height=0, width=0, do_rectify=False
        ),
    )


def write_bag(path, messages, storage=StoragePlugin.MCAP):
    """Write (topic, time of recording, message) triples."""
    with Writer(path, version=9, storage_plugin=storage) as writer:
        connections = {}
        for topic, logged_ns, message in messages:
            kind = message.__msgtype__
            if topic not in connections:
                connections[topic] = writer.add_connection(topic, kind, typestore=STORE)
            writer.write(connections[topic], logged_ns, STORE.serialize_cdr(message, kind))
    return path


@pytest.fixture
def video(tmp_path) -> Path:
    path = tmp_path / 'clip.mp4'
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*'mp4v'), 20.0, (WIDTH, HEIGHT))
    for index in range(FRAMES):
        writer.write(picture(index))
    writer.release()
    return path


@pytest.fixture
def folder(tmp_path) -> Path:
    path = tmp_path / 'images'
    path.mkdir()
    for index in range(FRAMES):
        cv2.imwrite(str(path / f'frame{index * 5}.jpg'), picture(index))
    (path / 'notes.txt').write_text('not an image')
    return path


@pytest.fixture(params=[StoragePlugin.MCAP, StoragePlugin.SQLITE3], ids=['mcap', 'sqlite3'])
def rgbd_bag(tmp_path, request) -> Path:
    """Colour and camera_info at 20 Hz, depth of every second picture, 3 ms late."""
    messages = []
    for index in range(FRAMES):
        stamp = START_NS + index * PERIOD_NS
        messages += [
            ('/cam/color/image_raw', stamp, image_message(picture(index), 'rgb8', stamp)),
            ('/cam/color/camera_info', stamp + 1000, info_message(stamp)),
        ]
        if index % 2 == 0:
            depth = np.full((HEIGHT, WIDTH), 1000 + index, np.uint16)
            late = stamp + 3_000_000
            messages.append(('/cam/depth/image_raw', late, image_message(depth, '16UC1', late)))
    return write_bag(tmp_path / 'rgbd', messages, request.param)


def read(source):
    with opened(source):
        return list(source.frames())


def indexes(frames):
    """Tell each picture's index by its brightness."""
    return [round((float(f.picture.rgb().mean()) - 20) / 40) for f in frames]


def test_a_video_plays_every_frame_at_its_own_time(video):
    source = open_source(video)
    frames = read(source)
    assert indexes(frames) == list(range(FRAMES))
    assert [f.due_ns for f in frames] == [i * PERIOD_NS for i in range(FRAMES)]
    assert (source.info.kind, source.info.length, source.info.live) == ('video', FRAMES, False)
    assert source.info.rate_hz == pytest.approx(20)


def test_a_given_rate_replaces_a_videos_own(video):
    source = open_source(video, fps=10)
    assert [f.due_ns for f in read(source)] == [i * 100_000_000 for i in range(FRAMES)]
    assert source.info.rate_hz == 10


def test_a_file_can_be_played_again(video):
    with opened(open_source(video)) as source:
        assert indexes(source.frames()) == indexes(source.frames()) == list(range(FRAMES))


def test_a_folder_plays_in_natural_order_with_its_bytes_untouched(folder):
    source = open_source(folder)
    frames = read(source)
    assert indexes(frames) == list(range(FRAMES))
    assert source.info.rate_hz == 24
    first = frames[0].picture
    assert isinstance(first, CompressedPicture)
    assert first.format == 'jpeg'
    assert first.data.tobytes() == (folder / 'frame0.jpg').read_bytes()


def test_stamps_of_a_folder_do_not_drift(folder):
    frames = read(open_source(folder, fps=30))
    assert [f.stamp_ns for f in frames] == [round(i * 1e9 / 30) for i in range(FRAMES)]


@pytest.mark.parametrize('inner', ['', 'JPEGImages'])
def test_a_clip_is_played_at_the_rate_it_declares(folder, tmp_path, inner):
    clip = tmp_path / 'dogs'
    clip.mkdir()
    folder.rename(clip / 'JPEGImages')
    (clip / 'expressions.json').write_text(json.dumps({'fps_nominal': 12}))
    info = open_source(clip / inner).info
    assert (info.name, info.kind, info.rate_hz, info.length) == ('dogs', 'clip', 12, FRAMES)


def test_a_damaged_image_costs_itself_alone(folder):
    (folder / 'frame5.jpg').write_bytes(b'no picture')
    frames = read(open_source(folder))
    with pytest.raises(ContractError, match='JPEG or PNG'):
        frames[1].frame(1)
    assert [frames[i].frame(i).sequence for i in (0, 2, 3, 4)] == [0, 2, 3, 4]


def test_a_bag_keeps_stamps_intervals_frame_and_calibration(rgbd_bag):
    source = open_source(rgbd_bag)
    frames = read(source)
    assert indexes(frames) == list(range(FRAMES))
    assert [f.stamp_ns for f in frames] == [START_NS + i * PERIOD_NS for i in range(FRAMES)]
    assert [f.due_ns for f in frames] == [i * PERIOD_NS for i in range(FRAMES)]
    assert {f.frame_id for f in frames} == {'optical'}
    assert frames[0].calibration is not None
    assert frames[0].calibration.k[0] == 30
    assert (source.info.length, source.info.rate_hz) == (FRAMES, pytest.approx(20))


def test_each_depth_image_of_a_bag_comes_once_with_its_own_stamp(rgbd_bag):
    depths = [f.depth for f in read(open_source(rgbd_bag))]
    assert [d is not None for d in depths] == [True, False, True, False, True]
    assert [d.image[0, 0] for d in depths if d] == [1000, 1002, 1004]
    assert depths[2].stamp_ns == START_NS + 2 * PERIOD_NS + 3_000_000
    assert depths[2].image.dtype == np.uint16


def test_a_bag_opens_by_its_only_file_and_without_metadata(rgbd_bag):
    inner = next(p for p in rgbd_bag.iterdir() if p.suffix in {'.mcap', '.db3'})
    assert len(read(open_source(inner))) == FRAMES
    (rgbd_bag / 'metadata.yaml').unlink()
    assert len(read(open_source(rgbd_bag))) == FRAMES


def test_depth_and_info_of_a_bag_can_be_left_out(rgbd_bag):
    frames = read(open_source(rgbd_bag, depth_topic='', info_topic=''))
    assert all(f.depth is None and f.calibration is None for f in frames)


def test_the_colour_topic_is_preferred_and_another_can_be_named(tmp_path):
    bag = write_bag(
        tmp_path / 'two',
        [
            ('/a/left/image_raw', START_NS, image_message(picture(1), 'bgr8', START_NS)),
            ('/b/color/compressed', START_NS, jpeg_message(picture(2), START_NS)),
        ],
    )
    assert indexes(read(open_source(bag))) == [2]
    named = read(open_source(bag, image_topic='/a/left/image_raw'))
    assert indexes(named) == [1]
    assert isinstance(named[0].picture, RawPicture)
    assert named[0].picture.encoding == 'bgr8'


def test_a_bag_plays_every_encoding_that_the_node_reads(tmp_path):
    wide = picture(3).astype(np.uint16) << 8
    bag = write_bag(
        tmp_path / 'wide', [('/image', START_NS, image_message(wide, 'rgb16', START_NS))]
    )
    assert indexes(read(open_source(bag))) == [3]


def test_an_image_of_a_bag_that_does_not_fit_its_fields_is_refused_when_it_is_read(tmp_path):
    short = image_message(picture(0), 'rgb8', START_NS)
    short.data = short.data[:-1]
    frames = read(open_source(write_bag(tmp_path / 'short', [('/image', START_NS, short)])))
    with pytest.raises(BadImage, match=r'expected step \* height = 96 \* 24') as caught:
        frames[0].frame(0)
    assert caught.value.reason == 'data'


def test_a_header_without_a_stamp_takes_the_time_of_recording(tmp_path):
    bag = write_bag(
        tmp_path / 'unstamped', [('/image', START_NS, image_message(picture(0), 'rgb8', 0))]
    )
    assert read(open_source(bag))[0].stamp_ns == START_NS


def test_a_bag_without_images_lists_its_topics(tmp_path):
    bag = write_bag(tmp_path / 'blind', [('/cam/camera_info', START_NS, info_message(START_NS))])
    with pytest.raises(SourceError, match=r'no colour images.*/cam/camera_info \(CameraInfo\)'):
        open_source(bag)


def test_a_topic_that_a_bag_lacks_is_named_beside_those_it_has(rgbd_bag):
    with pytest.raises(SourceError, match=r'no topic /nope.*/cam/color/image_raw \(Image\)'):
        open_source(rgbd_bag, image_topic='/nope')


@pytest.mark.parametrize('name', ['broken.mcap', 'broken.db3', 'broken.mp4'])
def test_a_damaged_file_is_one_clear_error(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(b'\x00' * 100)
    with pytest.raises(SourceError, match=rf'{name}: expected a'):
        open_source(path)


def test_a_truncated_bag_is_one_clear_error(rgbd_bag):
    inner = next(p for p in rgbd_bag.iterdir() if p.suffix in {'.mcap', '.db3'})
    inner.write_bytes(inner.read_bytes()[: inner.stat().st_size // 2])
    with pytest.raises(SourceError, match='rgbd'):
        read(open_source(rgbd_bag))


def test_unreadable_metadata_of_a_bag_is_one_line(tmp_path):
    (tmp_path / 'metadata.yaml').write_text('{')
    with pytest.raises(SourceError) as caught:
        open_source(tmp_path)
    assert 'it does not open: ' in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_a_missing_file_says_what_was_expected(tmp_path):
    with pytest.raises(SourceError, match='no such file or folder; expected a video'):
        open_source(tmp_path / 'nothing.mp4')


def test_an_empty_folder_says_so(tmp_path):
    with pytest.raises(SourceError, match='found none among 0 entries'):
        open_source(tmp_path)


def test_a_single_image_is_not_a_source(folder):
    with pytest.raises(SourceError, match='give the folder'):
        open_source(folder / 'frame0.jpg')


def test_a_webcam_that_is_not_there_says_what_is():
    with pytest.raises(SourceError, match='/dev/video97 does not exist; cameras here:'):
        open_source('97')


@pytest.mark.parametrize('fps', [0, -1, 1e6, float('nan')])
def test_an_impossible_rate_is_refused(folder, fps):
    with pytest.raises(SourceError, match='frame rate'):
        open_source(folder, fps=fps)


def test_the_real_bags_open_with_their_depth_and_calibration(shared_data):
    lengths = {}
    for bag in sorted(path.parent for path in (shared_data / 'bags').glob('*/metadata.yaml')):
        with opened(open_source(bag)) as source:
            frames = list(source.frames())
            lengths[bag.name] = (len(frames), sum(f.depth is not None for f in frames))
            assert source.info.length == len(frames)
            assert all(a.stamp_ns < b.stamp_ns for a, b in pairwise(frames))
            assert all(f.calibration is not None for f in frames)
            assert frames[-1].frame(0).height in {240, 480}
    assert lengths == {
        'rgb_bmx-trees_db3': (80, 0),
        'rgb_dogs-jump_raw_mcap': (48, 0),
        'rgbd_7scenes_mcap': (45, 45),
    }
