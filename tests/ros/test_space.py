"""The target in space over DDS, as a robot gets it: and when it gets none, why."""

from __future__ import annotations

import numpy as np
import pytest

from tenet_ros.pipeline import Pipeline
from tenet_ros.ros import api, placing

FAR, NEAR = 1500, 1000


def depth_of(picture: np.ndarray) -> np.ndarray:
    """Coloured squares lie at one metre, all else half a metre behind."""
    return np.where((picture == 128).all(axis=2), FAR, NEAR).astype(np.uint16)


class Sensor:
    """An RGB-D camera: shows a picture and its depth under one stamp."""

    def __init__(self, me, picture, *, depth=None, lag_ns=0, **changes):
        self.me, self.picture = me, picture
        self.depth = depth_of(picture) if depth is None else depth
        self.lag_ns, self.changes = lag_ns, changes
        self.tell_pose = lambda _stamp_ns: None
        me.spin_until(lambda: me.depths.get_subscription_count() > 0)

    def show(self) -> int:
        stamp_ns = self.me.show(self.picture)
        self.tell_pose(stamp_ns)
        self.me.show_depth(self.depth, stamp_ns - self.lag_ns, **self.changes)
        return stamp_ns

    def until(self, true):
        """Show until something is true of the status, and return that status' values."""
        return self.me.values(self.me.answered(self.show, true))


@pytest.fixture
def me(run_node, robot, request):
    """A robot, its node looking for the dog, with whatever parameters a test asks for."""
    run_node(command='the dog', **getattr(request, 'param', {}))
    made = robot(outputs=('status', 'mask', 'pose', 'points', 'boxes', 'tf'))
    made.wait_for_node()
    made.calibrate(240, 320)
    return made


def test_pose_points_box_and_frame_carry_the_very_stamp_of_an_image(me):
    sensor = Sensor(me, me.squares(red=100))
    stamps = set()
    me.spin_until(lambda: stamps.add(sensor.show()) or me.heard['pose'])
    pose = me.heard['pose'][0]
    stamp = me.stamp_of(pose)
    assert stamp in stamps
    assert pose.header.frame_id == 'optical'
    at = pose.pose.position
    # The square is 60 pixels wide around (130, 110), with f = 100 and the centre at (160, 120).
    assert (at.x, at.y, at.z) == pytest.approx((-0.3, -0.1, 1.0), abs=0.02)
    cloud = me.stamped(stamp, 'points')
    assert [(f.name, f.offset, f.datatype) for f in cloud.fields] == [
        ('x', 0, 7),
        ('y', 4, 7),
        ('z', 8, 7),
        ('rgb', 12, 7),
    ]
    assert (cloud.height, cloud.point_step, cloud.row_step) == (1, 16, 16 * cloud.width)
    rows = api.as_bytes_view(cloud.data).view(np.dtype('<f4, <f4, <f4, <u4'))
    assert len(rows) == cloud.width > 1000
    assert np.abs(rows['f2'] - 1.0).max() < 0.01
    assert (rows['f3'] == 0xFF0000).all()
    box = me.stamped(stamp, 'boxes').detections[0]
    assert box.results[0].hypothesis.class_id == 'the dog'
    assert min(box.bbox.size.x, box.bbox.size.y) == pytest.approx(0.55, abs=0.1)
    assert box.results[0].pose.covariance.reshape(6, 6).trace() > 0
    sent = me.spin_until(lambda: [t for m in me.heard['tf'] for t in m.transforms])[0]
    assert (sent.header.frame_id, sent.child_frame_id) == ('optical', 'target')


def test_the_status_says_where_it_is(me):
    values = Sensor(me, me.squares(red=100)).until(lambda v: v.get('space') == 'ok')
    assert [float(v) for v in values['position_m'].split()] == pytest.approx(
        (-0.3, -0.1, 1.0), abs=0.02
    )


def test_without_depth_2d_goes_on_and_says_so(me):
    status = me.follow(me.squares(red=100))
    assert me.values(status)['space'] == 'no depth'
    assert me.mask_of(me.answer(me.squares(red=100), 'mask')).any()
    assert not me.heard['pose']


@pytest.mark.parametrize(
    ('change', 'reason'),
    [
        ({'lag_ns': 3 * 10**9}, 'behind the image'),
        ({'depth': np.zeros((240, 320), np.uint16)}, 'no depth on the object'),
        (
            {'depth': np.full((120, 160), NEAR, np.uint16)},
            'depth is 160 x 120, the image 320 x 240',
        ),
    ],
    ids=['lags by seconds', 'transparent', 'another size'],
)
def test_where_nothing_can_be_known_nothing_is_published_but_the_reason(me, change, reason):
    sensor = Sensor(me, me.squares(red=100), **change)
    values = sensor.until(lambda v: v.get('state') == 'COMMITTED' and reason in v.get('space', ''))
    assert values['position_m'] == ''
    assert not me.heard['pose']
    assert not me.heard['points']
    assert not me.heard['tf']


def test_a_calibration_of_another_size_gives_no_pose(me):
    me.calibrate(480, 640)
    sensor = Sensor(me, me.squares(red=100))
    sensor.until(lambda v: 'camera_info is for 640 x 480' in v.get('space', ''))
    assert not me.heard['pose']


def test_depth_that_cannot_be_read_costs_one_line(me, capfd):
    sensor = Sensor(me, me.squares(red=100), encoding='rgb8', step=960)
    sensor.until(lambda v: v.get('state') == 'COMMITTED')
    assert ': depth: expected encoding 16UC1 (mm) or 32FC1 (m)' in (said := capfd.readouterr().err)
    assert 'depth: depth:' not in said
    sensor = Sensor(me, me.squares(red=100))
    sensor.until(lambda v: v.get('space') == 'ok')


def test_only_a_commitment_has_a_pose(me):
    sensor = Sensor(me, me.squares(blue=100))
    sensor.until(lambda v: v.get('space', '').startswith('not committed'))
    assert not me.heard['pose']


@pytest.mark.parametrize('me', [{'target_frame': 'map', 'frame_prefix': 'arm/'}], indirect=True)
def test_in_another_frame_at_the_stamp_of_the_image_or_not_at_all(me):
    sensor = Sensor(me, me.squares(red=100))
    sensor.until(lambda v: 'no transform connects optical with map' in v.get('space', ''))
    assert not me.heard['pose']
    tf_message = api.msg('tf2_msgs/msg/TFMessage')

    def tell_pose(stamp_ns):
        stamp = api.TimeMessage(sec=stamp_ns // 10**9, nanosec=stamp_ns % 10**9)
        header = api.Header(frame_id='map', stamp=stamp)
        message = api.TransformStamped(header=header, child_frame_id='optical')
        message.transform.translation.x = 5.0
        me.transforms.publish(tf_message(transforms=[message]))

    sensor.tell_pose = tell_pose
    sensor.until(lambda v: v.get('space') == 'ok')
    pose = me.spin_until(lambda: me.heard['pose'])[-1]
    assert pose.header.frame_id == 'map'
    assert pose.pose.position.x == pytest.approx(4.7, abs=0.02)
    children = lambda: {t.child_frame_id for m in me.heard['tf'] for t in m.transforms}  # noqa: E731
    me.spin_until(lambda: 'arm/target' in children())


def test_a_failure_in_space_leaves_the_masks_alone(me, monkeypatch, capfd):
    def fail(*_arguments):
        raise ZeroDivisionError('of no use')

    monkeypatch.setattr('tenet_ros.runtime.observer.cloud_of', fail)
    sensor = Sensor(me, me.squares(red=100))
    sensor.until(lambda v: v.get('space', '').startswith('ended by ZeroDivisionError: of no use'))
    assert me.mask_of(me.answer(me.squares(red=100), 'mask')).any()
    assert not me.heard['pose']
    assert capfd.readouterr().err.count('the spatial lane has ended') == 1


def test_once_depth_has_ended_no_track_is_anywhere_in_space(run_node, robot, monkeypatch):
    looked_up = []
    monkeypatch.setattr(Pipeline, 'look_in', lambda _pipeline, space_of: looked_up.append(space_of))
    run_node(command='the dog')
    me = robot(outputs=('status', 'mask', 'pose'))
    me.wait_for_node()
    me.calibrate(240, 320)
    Sensor(me, me.squares(red=100)).until(lambda v: v.get('space') == 'ok')
    (space_of,) = looked_up
    some = np.arange(1, 4)
    assert np.isfinite(space_of(some).positions).any()
    monkeypatch.setattr(placing, '_DEPTH_STALE_S', 0.0)
    assert space_of(some) is None
