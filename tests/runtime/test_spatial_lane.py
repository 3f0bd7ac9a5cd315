"""Results and depth that come in any order: what is placed, and under which stamp."""

from __future__ import annotations

import dataclasses
import queue

import numpy as np
import pytest

from tenet_ros.answers import StepResult, TargetResult
from tenet_ros.runtime.metrics import StreamMetrics
from tenet_ros.runtime.observer import Pose
from tenet_ros.runtime.spatial_lane import SpatialLane, SpatialSettings
from tenet_ros.spatial.seen import DepthImage, PinholeCamera, SpatialTarget
from tenet_ros.stages.protocols import Decision
from tenet_ros.types import Command, Mask, State, TrackSet

TIMEOUT_S, MS = 10.0, 1_000_000
HEIGHT, WIDTH = 120, 160
CAMERA = PinholeCamera(height=HEIGHT, width=WIDTH, fx=100, fy=100, cx=79.5, cy=59.5)
IMAGE = np.zeros((HEIGHT, WIDTH, 3), np.uint8)


def result(
    stamp_ms: float,
    *,
    seen: bool = True,
    left: int = 60,
    unseen_ms: float = 0,
    looked_ms: float | None = None,
) -> StepResult:
    box = np.asarray([[left, 40, left + 40, 80]], np.float32)
    tracks = TrackSet.empty(int(stamp_ms * MS))
    if seen:
        fields = {name: getattr(tracks, name) for name in TrackSet.__slots__}
        fields |= {name: np.zeros(1, np.int64) for name in ('hits', 'age_ns', 'evidence')}
        fields |= {
            'ids': np.asarray([7], np.int64),
            'boxes': box,
            'velocities': np.zeros((1, 4), np.float32),
            'scores': np.ones(1, np.float32),
            'unseen_ns': np.asarray([unseen_ms * MS], np.int64),
            'phrase_scores': np.zeros((1, 0), np.float32),
            'reference_hits': np.zeros((1, 0), np.float32),
            'history': box[:, None],
            'history_valid': np.ones((1, 1), np.bool_),
            'labels': ('',),
        }
        tracks = TrackSet(**fields)
    mask = Mask(crop=np.ones((40, 40), np.uint8), x0=left, y0=40, quality=1.0)
    target = TargetResult(
        sentence='the mug',
        decision=Decision(state=State.COMMITTED if seen else State.LOST),
        track_ids=(7,) if seen else (),
        boxes=box if seen else box[:0],
        masks=(mask,) if seen else (),
    )
    return StepResult(
        sequence=int(stamp_ms),
        stamp_ns=int(stamp_ms * MS),
        frame_id='optical',
        height=HEIGHT,
        width=WIDTH,
        command=Command.parse(1, 'the mug'),
        queries=(),
        tracks=tracks,
        targets=(target,),
        detections_stamp_ns=-1 if looked_ms is None else int(looked_ms * MS),
        stage_ns={},
    )


def depth(stamp_ms: float, metres: float = 1.0, shape=(HEIGHT, WIDTH)) -> DepthImage:
    image = np.full(shape, metres * 1e3, np.uint16)
    return DepthImage(millimetres=image, stamp_ns=int(stamp_ms * MS))


@pytest.fixture
def start():
    lanes = []

    def make(*, camera=CAMERA, fixed_pose=None, **settings):
        placed = queue.Queue()
        lane = SpatialLane(
            on_result=placed.put,
            on_error=placed.put,
            metrics=StreamMetrics(),
            settings=SpatialSettings(**settings),
            **({'fixed_pose': fixed_pose} if fixed_pose else {}),
        )
        if camera:
            lane.set_camera(camera)
        lane.start()
        lanes.append(lane)
        return lane, lambda: placed.get(timeout=TIMEOUT_S)

    yield make
    for lane in lanes:
        assert lane.stop(TIMEOUT_S)


def test_depth_may_come_before_or_after_the_masks(start):
    lane, placed = start()
    lane.add_depth(depth(100))
    lane.add_result(result(100), IMAGE)
    assert placed().depth_stamp_ns == 100 * MS
    lane.add_result(result(133), IMAGE)
    lane.add_depth(depth(133, 2.0))
    second = placed()
    assert (second.result.stamp_ns, second.depth_stamp_ns) == (133 * MS, 133 * MS)
    assert second.targets[0][0].box.centre[2] == pytest.approx(2.0)


def watched(start, metres: float, **seen) -> SpatialTarget:
    """Return the target after a second at 2 m, then 66 ms of depth ``metres`` under its mask."""
    lane, placed = start()
    for stamp in range(0, 1000, 33):
        lane.add_depth(depth(stamp, 2.0))
        lane.add_result(result(stamp, looked_ms=stamp), IMAGE)
        placed()
    lane.add_depth(depth(1056, metres))
    lane.add_result(result(1056, **seen), IMAGE)
    return placed().targets[0][0]


@pytest.mark.parametrize('metres', [0.8, 5.0])
def test_what_hides_a_target_is_not_taken_for_it(start, metres):
    target = watched(start, metres, unseen_ms=66, looked_ms=1056)
    assert target.box is None
    assert target.reason == 'not detected, and something else where it was'


def test_a_detector_that_has_not_looked_yet_has_not_missed_it(start):
    assert watched(start, 0.8, unseen_ms=66, looked_ms=990).box is not None
    assert watched(start, 0.8, unseen_ms=66).box is not None, 'nobody says whether one looked'


def test_a_target_that_is_missed_but_where_it_was_keeps_its_place(start):
    target = watched(start, 2.0, unseen_ms=66, looked_ms=1056)
    assert target.box.centre[2] == pytest.approx(2.0)


def test_a_result_does_not_wait_for_ever_and_says_why(start):
    lane, placed = start(patience_ms=20)
    lane.add_depth(depth(0))
    lane.add_result(result(3000), IMAGE)
    target = placed().targets[0][0]
    assert target.box is None
    assert target.reason == 'depth is 3000 ms behind the image'


def test_without_calibration_there_is_no_place(start):
    lane, placed = start(camera=None)
    lane.add_depth(depth(100))
    lane.add_result(result(100), IMAGE)
    assert placed().targets[0][0].reason == 'no camera_info'


def test_a_flood_of_results_without_depth_still_gets_answers(start):
    lane, placed = start(patience_ms=60_000, kept=4)
    for stamp in range(100, 110):
        lane.add_result(result(stamp), IMAGE)
    assert placed().targets[0][0].reason == 'no depth'


def test_a_sentence_without_a_target_has_a_reason(start):
    lane, placed = start()
    lane.add_depth(depth(100))
    lane.add_result(result(100, seen=False), IMAGE)
    assert [t.reason for t in placed().targets[0]] == ['no target']


def test_depth_of_another_size_ends_nothing(start):
    lane, placed = start()
    lane.add_depth(depth(100, shape=(60, 80)))
    lane.add_result(result(100), IMAGE)
    assert 'depth is 80 x 60' in placed().targets[0][0].reason
    lane.add_depth(depth(133))
    lane.add_result(result(133), IMAGE)
    assert placed().targets[0][0].reason == ''


def test_tracks_are_known_in_metres_and_move(start):
    lane, placed = start()
    assert lane.space_of(np.asarray([7])) is None
    for n in range(20):
        stamp = 100 + 33 * n
        lane.add_depth(depth(stamp, 2.0 - 0.02 * n))
        lane.add_result(result(stamp), IMAGE)
        placed()
    space = lane.space_of(np.asarray([7, 8]))
    assert space.positions[0] == pytest.approx((0.0, 0.0, 1.62), abs=0.05)
    assert space.motions[0][2] == pytest.approx(-0.6, abs=0.15)
    assert np.isnan(space.positions[1]).all()


def test_the_cameras_own_motion_is_taken_out_in_a_fixed_frame(start):
    """The camera drives towards a thing that stands still."""

    def pose(_frame_id, stamp_ns):
        forward = np.asarray([0, 0, (stamp_ns / MS - 100) / 1000 * 0.6])
        return Pose(rotation=np.eye(3), translation=forward, up=np.asarray([0, -1.0, 0]))

    lane, placed = start(fixed_pose=pose)
    for n in range(20):
        stamp = 100 + 33 * n
        lane.add_depth(depth(stamp, 2.0 - 0.6 * 0.033 * n))
        lane.add_result(result(stamp), IMAGE)
        last = placed()
    assert np.abs(lane.space_of(np.asarray([7])).motions[0]).max() < 0.05
    assert np.abs(last.targets[0][0].place.velocity).max() < 0.05
    assert lane.space_of(np.asarray([7])).up.tolist() == [0, -1, 0]


def test_a_second_camera_on_the_same_topics_starts_places_anew(start):
    lane, placed = start()
    for stamp, metres, frame_id in ((0, 2.0, 'optical'), (33, 2.0, 'optical'), (66, 1.0, 'other')):
        lane.add_depth(depth(stamp, metres))
        lane.add_result(dataclasses.replace(result(stamp), frame_id=frame_id), IMAGE)
        target = placed().targets[0][0]
        assert target.place.position[2] == pytest.approx(metres, abs=0.02)
