"""What ``tenet-ros view`` shows: real messages, live and from a bag, read back from the file."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from tenet_ros.cli.main import main
from tenet_ros.cli.session import client_node, spin_until
from tenet_ros.cli.view_topics import OUTPUTS, camera_topics
from tenet_ros.ros import api

NS = 10**9
STAMP = 1_700_000_000 * NS
TF = api.msg('tf2_msgs/msg/TFMessage')


@pytest.fixture
def view():
    """The modules that need the extra."""
    pytest.importorskip('rerun', reason='needs the Rerun SDK (extra viz)')
    from tenet_ros.cli import view_live, view_scene, view_window

    return SimpleNamespace(Scene=view_scene.Scene, Ears=view_live.Ears, window=view_window)


@pytest.fixture
def shown(view, tmp_path):
    """Show something in a scene; return what the file holds: by entity, rows of components."""
    chunks = pytest.importorskip('rerun.chunk', reason='reads files with a newer Rerun')

    def read(path):
        rows = {}
        for chunk in chunks.RrdReader(str(path)).stream():
            batch = chunk.to_record_batch()
            for row in range(batch.num_rows):
                fields = {}
                for name in batch.schema.names:
                    cell = batch.column(name)[row]
                    fields[name.split(':')[-1]] = getattr(cell, 'value', None) or cell.as_py()
                rows.setdefault(str(chunk.entity_path).lstrip('/'), []).append(fields)
        return rows

    def show(fill, **options):
        path = tmp_path / 'out.rrd'
        with view.window.recording('/tenet', save=path, connect=None) as stream:
            fill(view.Scene(stream, '/tenet', **options))
        return read(path)

    show.read = read
    return show


def header(index=0, frame='optical'):
    sec, nanosec = divmod(STAMP + index * NS // 10, NS)
    return api.Header(stamp=api.TimeMessage(sec=sec, nanosec=nanosec), frame_id=frame)


def image_of(pixels, encoding, index=0):
    height, width = pixels.shape[:2]
    message = api.Image(
        header=header(index), height=height, width=width, encoding=encoding,
        step=pixels.nbytes // height,
    )  # fmt: skip
    api.fill_bytes(message, pixels)
    return message


def picture(index=0):
    return image_of(np.full((24, 32, 3), (200, 10, 60), np.uint8), 'rgb8', index)


def labels(index=0):
    slots = np.zeros((24, 32), np.uint16)
    slots[4:8, 6:10] = 2
    return image_of(slots, 'mono16', index)


def detections(*found, index=0):
    array = api.Detection2DArray(header=header(index))
    for track_id, name, score in found:
        each = api.Detection2D(id=track_id, results=[api.ObjectHypothesisWithPose()])
        each.results[0].hypothesis.class_id, each.results[0].hypothesis.score = name, score
        each.bbox.center.position.x, each.bbox.center.position.y = 10.0, 8.0
        each.bbox.size_x, each.bbox.size_y = 4.0, 6.0
        array.detections = [*array.detections, each]
    return array


def cloud(index=0, frame='optical'):
    rows = np.zeros(3, [('x', '<f4'), ('y', '<f4'), ('z', '<f4'), ('rgb', '<u4')])
    rows['x'], rows['z'], rows['rgb'] = (1, 2, 3), 0.5, 0x102030
    message = api.PointCloud2(header=header(index, frame), height=1, width=3, point_step=16)
    message.row_step = 48
    message.fields = [
        api.PointField(name=name, offset=4 * place, datatype=api.PointField.FLOAT32, count=1)
        for place, name in enumerate(('x', 'y', 'z', 'rgb'))
    ]
    api.fill_bytes(message, rows)
    return message


def box(index=0):
    each = api.Detection3D(id='7', results=[api.ObjectHypothesisWithPose()])
    each.results[0].hypothesis.class_id, each.results[0].hypothesis.score = 'the mug', 0.75
    each.bbox.center.position.z, each.bbox.center.orientation.z = 0.5, 1.0
    each.bbox.center.orientation.w = 0.0
    each.bbox.size.x = 0.2
    return api.Detection3DArray(header=header(index), detections=[each])


def pose(index=0):
    message = api.PoseStamped(header=header(index))
    message.pose.position.z, message.pose.orientation.w = 0.5, 1.0
    return message


def said(**values):
    pairs = [api.KeyValue(key=key, value=value) for key, value in values.items()]
    return api.DiagnosticStatus(name='tenet: target', message='COMMITTED', values=pairs)


def status(index=0, **values):
    at = STAMP + index * NS // 10
    usual = {
        'stamp': f'{at // NS}.{at % NS:09d}', 'targets': '1', 'tracks': '3', 'frame_age_ms': '41.5',
        'detections_age_ms': '', 'state': 'COMMITTED', 'text': 'the mug', 'track_id': '7',
        'preference': '0.75', 'margin': '0.5', 'switches': '0', 'space': 'ok',
        'position_m': '0.1 0.2 0.5',
    }  # fmt: skip
    return said(**(usual | values))


def diagnostics(name='tenet', **values):
    one = said(image_topic='/eye/image', out_hz='9.50', stamp_age_ms_p95='80.1', **values)
    one.name, one.message = f'{name}: stream', 'all is well'
    return api.DiagnosticArray(status=[one])


def info():
    message = api.CameraInfo(header=header(), height=24, width=32)
    message.k = [30.0, 0.0, 16.0, 0.0, 30.0, 12.0, 0.0, 0.0, 1.0]
    return message


SENTENCES = api.LabelInfo(
    header=header(),
    class_map=[
        api.VisionClass(class_id=1, class_name='the mug'),
        api.VisionClass(class_id=2, class_name='the cup'),
    ],
)
EVERYTHING = (
    ('sentences', SENTENCES), ('calibration', info()), ('image', picture()), ('masks', labels()),
    ('tracks', detections(('7', 'mug', 0.5), ('8', 'cup', 0.25))),
    ('targets', detections(('7', 'the mug', 0.75))), ('points', cloud()), ('pose', pose()),
    ('boxes', box()), ('status', status()), ('diagnostics', diagnostics()),
)  # fmt: skip


def take(scene, messages):
    for number, (part, message) in enumerate(messages):
        scene.take(part, message, STAMP + number)


def test_every_part_is_shown_at_the_stamp_of_its_image(shown):
    rows = shown(lambda scene: take(scene, EVERYTHING))
    (seen,) = rows['world/camera/image']
    assert seen['stamp'] == STAMP
    decoded = cv2.imdecode(np.asarray(seen['blob'][0], np.uint8), cv2.IMREAD_COLOR)
    np.testing.assert_allclose(decoded[0, 0, ::-1], (200, 10, 60), atol=4)
    mask = np.asarray(rows['world/camera/masks'][0]['buffer'][0], np.uint8).reshape(24, 32)
    assert (mask[4:8, 6:10] == 2).all()
    assert mask.sum() == 2 * 16
    assert rows['world/camera/tracks'][0]['labels'] == ['7 mug 0.50', '8 cup 0.25']
    assert rows['world/camera/targets'][0]['labels'] == ['#7 the mug: 0.75']
    assert rows['world/camera/targets'][0]['centers'] == [[10, 8]]
    assert rows['world/camera/targets'][0]['half_sizes'] == [[2, 3]]
    (points,) = rows['world/target/points']
    assert points['positions'] == [[1, 0, 0.5], [2, 0, 0.5], [3, 0, 0.5]]
    assert [colour >> 8 for colour in points['colors']] == [0x102030] * 3
    placed = rows['world/target/boxes'][0]
    assert placed['labels'] == ['#7 the mug: 0.75']
    np.testing.assert_allclose(np.abs(placed['quaternions'][0]), (0, 0, 1, 0), atol=1e-6)
    assert rows['world/target/pose'][0]['origins'][0] == [0, 0, 0.5]
    assert rows['plots/latency/frame_age_ms'][0]['scalars'] == [41.5]
    assert rows['plots/preference/1'][0]['scalars'] == [0.75]
    assert rows['plots/rate/out_hz'][0]['scalars'] == [9.5]
    assert rows['plots/rate/out_hz'][0]['stamp'] == STAMP
    assert rows['log/state/1'][0]['text'] == ['the mug: COMMITTED, track 7']
    assert 'plots/latency/detections_age_ms' not in rows


def test_a_change_of_state_is_one_line_and_takes_the_target_out_of_space(shown):
    answers = [
        ('points', cloud()), ('status', status()), ('status', status(1)),
        ('status', status(2, state='LOST', track_id='', space='not committed: LOST')),
        ('status', status(3, state='LOST', track_id='', space='not committed: LOST')),
    ]  # fmt: skip
    rows = shown(lambda scene: take(scene, answers))
    lines = [row['text'] for row in rows['log/state/1']]
    assert lines == [['the mug: COMMITTED, track 7'], ['the mug: LOST']]
    (cleared,) = rows['world/target']
    assert cleared['is_recursive'] == [True]
    assert cleared['stamp'] == STAMP + 2 * NS // 10
    assert [row['scalars'] for row in rows['plots/state/1']] == [[3.0], [3.0], [4.0], [4.0]]


def test_no_targets_take_away_the_box_of_the_last_one(shown):
    rows = shown(
        lambda scene: take(
            scene, [('targets', detections(('7', 'a', 0.5))), ('targets', detections(index=1))]
        )
    )
    assert [row['centers'] for row in rows['world/camera/targets']] == [[[10, 8]], []]


def test_images_and_masks_are_thinned_out_together_and_figures_are_not(shown):
    frames = [
        item
        for index in range(10)
        for item in (
            ('image', picture(index)), ('masks', labels(index)), ('status', status(index)),
        )
    ]  # fmt: skip
    rows = shown(lambda scene: take(scene, frames), image_hz=5.0)
    stamps = [row['stamp'] for row in rows['world/camera/image']]
    assert len(stamps) == 5
    assert [row['stamp'] for row in rows['world/camera/masks']] == stamps
    assert len(rows['plots/counts/tracks']) == 10


def test_another_node_s_diagnostics_are_not_shown(shown):
    rows = shown(lambda scene: take(scene, [('diagnostics', diagnostics('front/tenet'))]))
    assert not any(path.startswith('plots') for path in rows)


def test_an_uncalibrated_camera_has_no_pinhole_and_a_bad_image_is_a_line(shown):
    blank = api.CameraInfo(header=header(), height=24, width=32)
    broken = picture()
    broken.encoding = 'nonsense'
    rows = shown(
        lambda scene: take(scene, [('calibration', blank), ('image', broken), ('image', broken)])
    )
    assert 'world/camera' not in rows
    (line,) = rows['log/image']
    assert 'nonsense' in line['text'][0]


def test_poses_in_another_frame_put_the_camera_into_that_one(shown):
    link = api.TransformStamped(header=header(frame='map'), child_frame_id='optical')
    link.transform.translation.x, link.transform.rotation.w = 3.0, 1.0
    known = [('tf_static', TF(transforms=[link]))]
    seen = [('calibration', info()), ('points', cloud(frame='map'))]
    rows = shown(lambda scene: take(scene, known + seen))
    placed = [row for row in rows['world/camera'] if row.get('translation')]
    assert [row['translation'] for row in placed] == [[[3, 0, 0]]]
    rows = shown(lambda scene: take(scene, seen))
    assert not [row for row in rows['world/camera'] if row.get('translation')]
    assert rows['log/tf'][0]['text'][0].startswith('optical is not placed in map')


def publish_all(node):
    """Publish everything once, latched, so that whoever comes gets it."""
    named = {t.part: t for t in (*OUTPUTS, *camera_topics('/eye/image', None))}
    latched = api.QoSProfile(depth=1, durability=api.DurabilityPolicy.TRANSIENT_LOCAL)
    publishers = [
        (node.create_publisher(api.msg(t.type_name), t.of('/tenet'), latched), message)
        for t, message in ((named[part], message) for part, message in EVERYTHING)
    ]
    return lambda: [publisher.publish(message) for publisher, message in publishers]


def test_live_topics_are_shown_and_the_camera_is_found(view, shown, ros_domain):
    with client_node('test', []) as node:
        again = publish_all(node)

        def listen(scene):
            ears = view.Ears(node, scene, '/tenet', image=None, depth=None)
            wanted = {part for part, _ in EVERYTHING}
            for _ in range(200):
                again()
                ears.spin(0.1)
                if scene.counts.keys() >= wanted:
                    return
            pytest.fail(f'only {scene.counts}')

        rows = shown(listen)
    assert rows['world/camera/targets'][0]['labels'] == ['#7 the mug: 0.75']
    assert rows['world/camera/image'][0]['stamp'] == STAMP


def test_a_recorded_bag_shows_the_same(shown, ros_domain, tmp_path):
    from tenet_ros.cli.bag_writer import BagWriter
    from tenet_ros.cli.recorder import Recorder

    bag = tmp_path / 'a.mcap'
    with BagWriter(bag) as writer, client_node('test', []) as node:
        again = publish_all(node)
        topics = [t.of('/tenet') for t in OUTPUTS if not t.name.startswith('/tf')]
        recorder = Recorder(
            node, writer, target='/tenet', topics=[*topics, '/eye/image'], inputs=False
        )
        complete = lambda: len(writer.counts) == 11 and all(writer.counts.values())  # noqa: E731
        for _ in range(200):
            list(recorder.discover())
            again()
            if spin_until(node, complete, 0.1):
                break
    out = tmp_path / 'a.rrd'
    assert main(['view', str(bag), '--save', str(out)]) == 0
    rows = shown.read(out)
    assert rows['world/camera/image'][0]['stamp'] == STAMP
    assert rows['world/camera/tracks'][0]['labels'] == ['7 mug 0.50', '8 cup 0.25']
    assert rows['log/state/1'][0]['text'] == ['the mug: COMMITTED, track 7']


def test_a_bag_of_another_node_names_it_and_leaves_no_file(view, ros_domain, tmp_path, capsys):
    from tenet_ros.cli.bag_writer import BagWriter
    from tenet_ros.cli.recorder import Recorder

    bag, out = tmp_path / 'a.mcap', tmp_path / 'out.rrd'
    with BagWriter(bag) as writer, client_node('test', []) as node:
        again = publish_all(node)
        recorder = Recorder(node, writer, target='x', topics=['/tenet/status'], inputs=False)
        for _ in range(200):
            list(recorder.discover())
            again()
            if spin_until(node, lambda: any(writer.counts.values()), 0.1):
                break
    assert main(['view', str(bag), '--node', '/front/tenet', '--save', str(out)]) == 1
    assert '--node could be /tenet' in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ['a.mcap']


def test_without_a_display_it_says_what_to_do(view, monkeypatch, capsys):
    monkeypatch.delenv('DISPLAY', raising=False)
    monkeypatch.delenv('WAYLAND_DISPLAY', raising=False)
    assert main(['view']) == 1
    assert '--save OUT.rrd' in capsys.readouterr().err


def test_without_the_extra_it_says_how_to_get_it(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, 'rerun', None)
    assert main(['view', '--save', 'out.rrd']) == 1
    said = capsys.readouterr().err
    assert 'pip install "tenet_ros[viz]"' in said
    assert said.count('\n') == 1
