"""The tracker's behaviour on small scripted streams, and its laws on arbitrary ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from time import perf_counter

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tenet_ros.config import TrackerConfig
from tenet_ros.errors import ConfigError, ContractError
from tenet_ros.evaluation.bench_tracker import synthetic_crowd
from tenet_ros.stages.tracker import OcSortTracker
from tenet_ros.types import Detections, TimedDetections, TrackSet

FRAME_NS = 33_333_333
SECOND = 1_000_000_000


def box(x: float, y: float = 100, size: float = 50) -> list[float]:
    """Return a square by its centre."""
    return [x - size / 2, y - size / 2, x + size / 2, y + size / 2]


def seen(
    *boxes: Sequence[float],
    scores: float | Sequence[float] = 0.9,
    phrases: Sequence[Sequence[float]] | None = None,
    reference: Sequence[int] = (),
    labels: Sequence[str] | None = None,
    appearance: Sequence[Sequence[float]] = (),
) -> Detections:
    n = len(boxes)
    return Detections(
        boxes=np.asarray(boxes, np.float32).reshape(-1, 4),
        scores=np.broadcast_to(np.asarray(scores, np.float32), (n,)).copy(),
        phrase_scores=np.asarray([[]] * n if phrases is None else phrases, np.float32).reshape(
            n, -1 if n and phrases else 0
        ),
        reference=np.asarray(reference, np.int64),
        labels=tuple(labels or [''] * n),
        appearance=np.asarray(appearance, np.float32).reshape(n, -1 if n and appearance else 0),
    )


class Stream:
    """A tracker and a frame counter."""

    def __init__(self, config: TrackerConfig | None = None, *, command: int = 1) -> None:
        self.tracker = OcSortTracker(config)
        self.command = command
        self.frame = -1

    def advance(self, stamp_ns: int | None = None, motion: np.ndarray | None = None) -> TrackSet:
        self.frame += 1
        self.tracker.advance(
            sequence=self.frame,
            stamp_ns=self.frame * FRAME_NS if stamp_ns is None else stamp_ns,
            camera_motion=motion,
        )
        return self.tracker.snapshot()

    def apply(
        self, found: Detections, *, at: int | None = None, command: int | None = None
    ) -> bool:
        sequence = self.frame if at is None else at
        return self.tracker.apply(
            TimedDetections(
                sequence=sequence,
                stamp_ns=sequence * FRAME_NS,
                command_id=self.command if command is None else command,
                detections=found,
            )
        )

    def step(self, *boxes: Sequence[float]) -> TrackSet:
        self.advance()
        assert self.apply(seen(*boxes))
        return self.tracker.snapshot()


def test_an_object_keeps_its_id() -> None:
    stream = Stream()
    ids = {int(i) for x in range(0, 300, 5) for i in stream.step(box(x)).ids}
    assert len(ids) == 1


def test_a_track_survives_one_missed_frame() -> None:
    stream = Stream()
    for x in range(0, 100, 5):
        before = stream.step(box(x))
    during = stream.step()
    after = stream.step(box(105))
    assert before.ids.tolist() == during.ids.tolist() == after.ids.tolist()
    assert during.unseen_ns.tolist() == [FRAME_NS]
    assert after.unseen_ns.tolist() == [0]
    assert during.boxes[0, 0] > before.boxes[0, 0], 'it coasts'


def test_a_lost_object_is_found_again_where_it_was_seen_last() -> None:
    stream = Stream()
    for x in range(0, 200, 10):
        first = stream.step(box(x))
    for _ in range(20):
        stream.step()
    assert stream.step(box(200)).ids.tolist() == first.ids.tolist()


def test_crossing_objects_keep_their_ids() -> None:
    stream = Stream()
    for t in range(60):
        left, right = box(50 + 5 * t, 100), box(350 - 5 * t, 110)
        hidden = 26 <= t <= 34  # the nearer one hides the other
        tracks = stream.step(left) if hidden else stream.step(left, right)
        if t == 10:
            start = dict(zip(tracks.boxes[:, 0] < 150, tracks.ids.tolist(), strict=True))
    end = dict(zip(tracks.boxes[:, 0] > 200, tracks.ids.tolist(), strict=True))
    assert end == start


def test_a_lost_track_does_not_take_the_detection_of_a_visible_one() -> None:
    stream = Stream()
    for t in range(10):
        tracks = stream.step(box(100 + 8 * t, 100), box(300, 100))
    resting = int(tracks.ids[tracks.boxes[:, 0] > 250][0])
    for _ in range(25):  # the moving one disappears and coasts across the resting one
        tracks = stream.step(box(300, 100))
        assert tracks.ids[tracks.unseen_ns == 0].tolist() == [resting]


def test_an_empty_set_advances() -> None:
    stream = Stream()
    stream.step(box(100))
    for missed in range(1, 4):
        tracks = stream.step()
        assert tracks.unseen_ns.tolist() == [missed * FRAME_NS]
        assert tracks.stamp_ns == stream.frame * FRAME_NS


def test_a_track_dies_after_enough_looks_without_it() -> None:
    stream = Stream(TrackerConfig(max_missed_looks=5))
    stream.step(box(100))
    assert [len(stream.step()) for _ in range(6)] == [1, 1, 1, 1, 1, 0]


def test_frames_without_a_look_are_not_missed() -> None:
    stream = Stream(TrackerConfig(max_missed_looks=2))
    stream.step(box(100))
    assert all(len(stream.advance()) == 1 for _ in range(20))
    assert stream.apply(seen(box(100)))
    assert stream.tracker.snapshot().unseen_ns.tolist() == [0]


def test_it_says_how_long_ago_the_newest_look_was() -> None:
    stream = Stream()
    assert stream.advance().unlooked_ns == 0, 'there was none yet'
    assert stream.step(box(100)).unlooked_ns == 0
    for frames in range(1, 4):
        assert stream.advance().unlooked_ns == pytest.approx(frames * FRAME_NS, abs=10)
    assert stream.apply(seen(), at=stream.frame - 1)
    late = stream.tracker.snapshot()
    assert late.unlooked_ns == pytest.approx(FRAME_NS, abs=10)
    assert late.unseen_ns.tolist() == pytest.approx([3 * FRAME_NS], abs=10)


def test_nothing_lives_unseen_beyond_the_time_limit() -> None:
    stream = Stream(TrackerConfig(max_unseen_s=1.0))
    stream.step(box(100))
    assert len(stream.advance(SECOND)) == 1
    assert len(stream.advance(SECOND + FRAME_NS)) == 0


def test_a_new_object_is_published_once_confirmed_and_at_once_when_the_stream_is_young() -> None:
    stream = Stream(TrackerConfig(min_hits=3))
    assert len(stream.step(box(100))) == 1
    for _ in range(5):
        stream.step(box(100))
    counts = [len(stream.step(box(100), box(400))) for _ in range(4)]
    assert counts == [1, 1, 2, 2]


def test_a_flicker_is_never_published() -> None:
    stream = Stream()
    for _ in range(3):
        stream.step(box(100))
    assert len(stream.step(box(100), box(400))) == 1
    assert all(len(stream.step(box(100))) == 1 for _ in range(10))


def test_a_weak_detection_continues_a_track_and_begins_none() -> None:
    stream = Stream(TrackerConfig(high_score=0.5, low_score=0.1))
    stream.step(box(100))
    stream.advance()
    stream.apply(seen(box(102), box(400), scores=0.2))
    tracks = stream.tracker.snapshot()
    assert tracks.ids.tolist() == [1]
    assert tracks.unseen_ns.tolist() == [0]
    assert tracks.scores.tolist() == pytest.approx([0.2])
    stream.advance()
    stream.apply(seen(box(104), scores=0.05))
    assert stream.tracker.snapshot().unseen_ns.tolist() == [FRAME_NS]


def test_the_second_association_is_an_option() -> None:
    stream = Stream(TrackerConfig(high_score=0.5, second_association=False))
    stream.step(box(100))
    stream.advance()
    stream.apply(seen(box(100), scores=0.2))
    assert stream.tracker.snapshot().unseen_ns.tolist() == [FRAME_NS]


def test_a_small_fast_object_is_followed_by_a_slow_detector() -> None:
    stream = Stream()
    for look in range(10):
        stream.advance(look * SECOND // 5)
        stream.apply(seen(box(100 + 35 * look, size=40)))
    assert stream.tracker.snapshot().ids.tolist() == [1]


def test_velocity_is_in_pixels_per_second() -> None:
    stream = Stream()
    for t in range(30):
        tracks = stream.step(box(100 + 4 * t))
    assert tracks.velocities[0, [0, 2]] == pytest.approx([120, 120], rel=0.05)


def test_a_class_flicker_does_not_change_the_label() -> None:
    stream = Stream()
    for label in ('dog', 'dog', 'cat', 'dog', 'dog'):
        stream.advance()
        stream.apply(seen(box(100), labels=[label]))
    assert stream.tracker.snapshot().labels == ('dog',)


def test_overlapping_objects_of_two_classes_keep_apart() -> None:
    stream = Stream()
    person, bicycle = [100, 100, 160, 300], [90, 160, 170, 320]
    for _ in range(4):
        stream.advance()
        stream.apply(seen(person, bicycle, labels=['person', 'bicycle']))
    tracks = stream.tracker.snapshot()
    before = dict(zip(tracks.labels, tracks.ids.tolist(), strict=True))
    for _ in range(4):  # the person is missed: the bicycle must not become the person
        stream.advance()
        stream.apply(seen(bicycle, labels=['bicycle']))
    tracks = stream.tracker.snapshot()
    assert dict(zip(tracks.labels, tracks.ids.tolist(), strict=True)) == before
    assert tracks.unseen_ns[tracks.ids == before['person']] > 0


def test_zero_objects_and_two_hundred() -> None:
    stream = Stream()
    assert len(stream.tracker.snapshot()) == 0, 'before the first frame'
    for found in synthetic_crowd(200, frames=20):
        stream.advance()
        stream.apply(found)
        tracks = stream.tracker.snapshot()
    assert 190 <= len(tracks) <= 210
    assert tracks.history.shape == (len(tracks), len(tracks.history_stamps_ns), 4)
    for _ in range(40):
        tracks = stream.step()
    assert len(tracks) == 0


@pytest.mark.parametrize('jump', [-10 * SECOND, 0, 1_700_000_000 * SECOND])
def test_stamps_may_jump(jump: int) -> None:
    stream = Stream()
    stamp = 0
    for t in range(20):
        stamp += jump if t == 10 else FRAME_NS
        tracks = stream.advance(stamp)
        stream.apply(seen(box(100 + 3 * t)))
        tracks = stream.tracker.snapshot()
        assert tracks.stamp_ns == stamp == tracks.history_stamps_ns[-1]
        assert np.isfinite(tracks.boxes).all()
        assert (np.diff(tracks.history_stamps_ns) > 0).all()
        assert (tracks.age_ns >= 0).all()
    assert tracks.boxes[0] == pytest.approx(box(157), abs=3)
    if jump <= 0:
        assert tracks.ids.tolist() == [1]
        assert tracks.age_ns.tolist() == [19 * FRAME_NS], 'a jump counts as a nominal frame'


def test_stamps_that_go_to_and_fro_do_not_run_off_the_clock() -> None:
    stream = Stream()
    for t in range(40):
        stream.advance(t % 2 * 1_700_000_000 * SECOND)
        stream.apply(seen(box(100)))
        tracks = stream.tracker.snapshot()
        assert (tracks.age_ns >= 0).all()
    for _ in range(2):
        tracks = stream.step(box(100))
    assert len(tracks) == 1


def test_sequences_must_increase() -> None:
    stream = Stream()
    stream.advance()
    with pytest.raises(ContractError, match='expected a sequence above 0, got 0'):
        stream.tracker.advance(sequence=0, stamp_ns=1)


def test_history_is_where_it_was() -> None:
    stream = Stream()
    for t in range(120):
        tracks = stream.step(box(100 + t), box(300)) if t >= 100 else stream.step(box(100 + t))
    assert tracks.history.shape[1] <= 32
    assert tracks.history_stamps_ns[-1] == tracks.stamp_ns
    assert tracks.history_stamps_ns[0] == 0, 'four seconds are remembered in full'
    old, young = tracks.history_valid[0], tracks.history_valid[1]
    assert old.all()
    assert 0 < young.sum() < 15
    assert tracks.history[0, -1].tolist() == tracks.boxes[0].tolist()
    frame = tracks.history_stamps_ns / FRAME_NS
    assert tracks.history[0, :, 0] == pytest.approx(75 + frame, abs=1.5)


def test_a_moving_camera_is_taken_out_of_history_and_velocity() -> None:
    shift = np.asarray([[1, 0, 6], [0, 1, 0]], np.float32)
    stream = Stream()
    for t in range(30):
        stream.advance(motion=shift)
        stream.apply(seen(box(100 + 6 * t)))
    tracks = stream.tracker.snapshot()
    assert tracks.velocities[0] == pytest.approx([0, 0, 0, 0], abs=5)
    assert tracks.history[0, :, 0] == pytest.approx(tracks.boxes[0, 0], abs=1)
    for t in range(30, 40):  # nobody looks; the box goes with the picture
        tracks = stream.advance(motion=shift)
        assert tracks.boxes[0] == pytest.approx(box(100 + 6 * t), abs=2)


def test_a_camera_motion_that_is_none_is_refused() -> None:
    stream = Stream()
    with pytest.raises(ContractError, match=r'\(2, 3\) finite'):
        stream.advance(motion=np.full((2, 3), np.nan))


# Mask boxes ---------------------------------------------------------------------------------


def test_mask_boxes_move_a_track_between_looks() -> None:
    stream, blind = Stream(), Stream()
    for s in (stream, blind):
        s.step(box(100))
        s.step(box(100))
    for t in range(1, 10):
        stream.advance()
        blind.advance()
        stream.tracker.correct(np.asarray([1]), np.asarray([box(100 + 4 * t)], np.float32))
    followed, left = stream.tracker.snapshot(), blind.tracker.snapshot()
    assert followed.boxes[0, 0] == pytest.approx(box(136)[0], abs=8)
    assert left.boxes[0, 0] == pytest.approx(box(100)[0], abs=1)
    assert followed.unseen_ns.tolist() == [0], 'seen'
    assert followed.hits.tolist() == left.hits.tolist() == [2], 'but not detected'


def test_a_mask_is_no_sign_of_life_once_the_detector_keeps_missing_the_object() -> None:
    stream = Stream(TrackerConfig(fresh_looks=3))
    stream.step(box(100))
    unseen = []
    for _ in range(6):
        stream.step()
        stream.tracker.correct(np.asarray([1]), np.asarray([box(100)], np.float32))
        unseen.append(stream.tracker.snapshot().unseen_ns[0] // FRAME_NS)
    assert unseen == [0, 0, 0, 1, 2, 3]


def test_mask_boxes_do_not_keep_alive_what_the_detector_misses() -> None:
    stream = Stream(TrackerConfig(max_missed_looks=3))
    stream.step(box(100))
    for _ in range(4):
        tracks = stream.step()
        stream.tracker.correct(tracks.ids, tracks.boxes)
    assert len(stream.tracker.snapshot()) == 0


@pytest.mark.parametrize(
    ('ids', 'boxes'),
    [
        ([1], [box(400)]),
        ([1], [[np.nan] * 4]),
        ([1], [[0, 0, 0, 0]]),
        ([99], [box(100)]),
        ([], []),
    ],
    ids=['elsewhere', 'not a number', 'no area', 'nobody', 'none'],
)
def test_mask_boxes_that_do_not_fit_are_ignored(ids: list[int], boxes: list) -> None:
    stream = Stream()
    stream.step(box(100))
    before = stream.advance()
    stream.tracker.correct(np.asarray(ids, np.int64), np.asarray(boxes, np.float32).reshape(-1, 4))
    _assert_same(stream.tracker.snapshot(), before)


def test_one_mask_box_per_id() -> None:
    stream = Stream()
    stream.step(box(100))
    with pytest.raises(ContractError, match='one box per id'):
        stream.tracker.correct(np.asarray([1, 2]), np.zeros((1, 4), np.float32))


# Language evidence --------------------------------------------------------------------------


def evident(stream: Stream, scores: Sequence[float], *, reference: int, command: int = 1) -> bool:
    return stream.apply(seen(box(100), phrases=[scores], reference=[reference]), command=command)


def test_evidence_is_the_mean_over_a_tracks_detections() -> None:
    stream = Stream()
    stream.tracker.set_prompt(1, 2, 1)
    for first, reference in ((0.2, 0), (0.4, -1), (0.6, 0), (0.8, -1)):
        stream.advance()
        evident(stream, (first, 0.5), reference=reference)
    tracks = stream.tracker.snapshot()
    assert tracks.phrase_scores[0] == pytest.approx([0.5, 0.5])
    assert tracks.reference_hits[0] == pytest.approx([0.5])
    assert tracks.evidence.tolist() == [4]


def test_one_outlier_moves_the_evidence_by_its_share() -> None:
    stream = Stream(TrackerConfig(evidence_window=10))
    stream.tracker.set_prompt(1, 1, 1)
    for score in [0.8] * 30 + [0.0]:
        stream.advance()
        evident(stream, (score,), reference=0)
    assert stream.tracker.snapshot().phrase_scores[0, 0] == pytest.approx(0.72)


@pytest.mark.parametrize(
    ('shown', 'mean'),
    [
        ([('whole', 0.9)] * 10 + [('cut', 0.1)] * 5, 0.9 - 0.8 * (1 - 0.98**5)),
        ([('cut', 0.1), ('cut', 0.3)], 0.2),
        ([('cut', 0.1)] * 10 + [('whole', 0.9)] * 3, (2 * 0.1 + 3 * 0.9) / 5),
    ],
    ids=['it leaves', 'never seen whole', 'it comes in'],
)
def test_what_the_border_cuts_off_counts_for_little(
    shown: Sequence[tuple[str, float]], mean: float
) -> None:
    tracker = OcSortTracker(TrackerConfig(evidence_window=10, cut_weight=0.2))
    tracker.set_prompt(1, 1, 1)
    for frame, (view, score) in enumerate(shown):
        tracker.advance(sequence=frame, stamp_ns=frame * FRAME_NS)
        size = (400, 400) if view == 'whole' else (400, 125)
        found = seen(box(100), phrases=[(score,)], reference=[-1])
        tracker.apply(
            TimedDetections(
                sequence=frame,
                stamp_ns=frame * FRAME_NS,
                command_id=1,
                detections=found,
                size=size,
            )
        )
    tracks = tracker.snapshot()
    assert tracks.phrase_scores[0, 0] == pytest.approx(mean, abs=1e-5)
    assert tracks.evidence.tolist() == [len(shown)]


def test_a_new_prompt_resets_evidence_and_no_id() -> None:
    stream = Stream()
    stream.tracker.set_prompt(1, 1, 1)
    for _ in range(5):
        stream.advance()
        evident(stream, (0.7,), reference=0)
    before = stream.tracker.snapshot()
    stream.tracker.set_prompt(2, 3, 2)
    after = stream.tracker.snapshot()
    assert after.ids.tolist() == before.ids.tolist()
    assert after.boxes.tolist() == before.boxes.tolist()
    assert after.hits.tolist() == before.hits.tolist()
    assert after.phrase_scores.tolist() == [[0, 0, 0]]
    assert after.reference_hits.tolist() == [[0, 0]]
    assert after.evidence.tolist() == [0]


def test_looks_count_the_sets_that_answer_the_prompt() -> None:
    stream = Stream()
    stream.tracker.set_prompt(1, 0, 0)
    assert stream.tracker.snapshot().looks == 0
    stream.step()
    stream.step(box(100))
    stream.advance()
    stream.apply(seen(), command=0)
    stream.advance()
    assert stream.tracker.snapshot().looks == 2
    stream.tracker.set_prompt(2, 0, 0)
    assert stream.tracker.snapshot().looks == 0


def test_detections_of_another_command_move_boxes_only() -> None:
    stream = Stream()
    stream.tracker.set_prompt(2, 3, 1)
    stream.advance()
    evident(stream, (0.7,), reference=0, command=1)
    stream.advance()
    stream.apply(seen(box(110), phrases=[[0.9]], reference=[0]), command=1)
    tracks = stream.tracker.snapshot()
    assert tracks.hits.tolist() == [2]
    assert tracks.boxes[0, 0] > box(105)[0]
    assert tracks.evidence.tolist() == [0]
    assert tracks.phrase_scores.tolist() == [[0, 0, 0]]


def test_a_late_set_counts_once_though_frames_are_replayed() -> None:
    stream = Stream()
    stream.tracker.set_prompt(1, 1, 1)
    for k in range(12):
        stream.advance()
        if k >= 3:
            assert stream.apply(seen(box(100), phrases=[[0.5]], reference=[0]), at=k - 3)
    tracks = stream.tracker.snapshot()
    assert tracks.evidence.tolist() == tracks.hits.tolist() == [9]
    assert tracks.phrase_scores[0, 0] == pytest.approx(0.5)


def test_a_prompt_of_another_size_is_named() -> None:
    stream = Stream()
    stream.tracker.set_prompt(1, 2, 1)
    stream.advance()
    with pytest.raises(ContractError, match='expected 2 phrases and 1 expressions, got 1 and 1'):
        evident(stream, (0.7,), reference=0)


# Late detections ----------------------------------------------------------------------------


def test_late_detections_are_applied_at_their_own_frame() -> None:
    stream = Stream()
    for t in range(40):
        stream.advance()
        if t >= 5:
            assert stream.apply(seen(box(100 + 4 * (t - 5))), at=t - 5)
    tracks = stream.tracker.snapshot()
    assert tracks.boxes[0] == pytest.approx(box(100 + 4 * 39), abs=3), 'where it is by now'
    assert tracks.unseen_ns.tolist() == [5 * FRAME_NS]


def test_frames_are_kept_for_a_detector_however_late_up_to_a_limit() -> None:
    stream = Stream(TrackerConfig(replay_frames=4, replay_s=3.0))
    for t in range(200):
        stream.advance()
        if t >= 60 and t % 60 == 0:
            assert stream.apply(seen(box(100 + t - 60)), at=t - 60), 'two seconds late, each'
    assert stream.tracker.snapshot().hits.tolist() == [3]
    assert not stream.apply(seen(box(300)), at=stream.frame - 100), 'beyond the limit'


def test_for_a_fast_detector_few_frames_are_kept() -> None:
    stream = Stream(TrackerConfig(replay_frames=4, replay_s=3.0))
    for t in range(200):
        stream.step(box(100 + t))
    assert not stream.apply(seen(box(1)), at=stream.frame - 10)
    stream.advance()
    assert stream.apply(seen(box(301)), at=stream.frame)


@pytest.mark.parametrize('gap_ns', [1, 1000, FRAME_NS // 100])
def test_stamps_that_hardly_advance_do_not_fill_the_memory(gap_ns: int) -> None:
    stream = Stream()
    for t in range(2000):
        stream.advance(t * gap_ns)
    assert len(stream.tracker._ring) < 1000
    assert stream.apply(seen(box(100)), at=stream.frame - 300)


def test_a_set_of_a_frame_that_never_came_is_no_reason_to_keep_more() -> None:
    stream = Stream(TrackerConfig(replay_frames=4, replay_s=3.0))
    for t in range(50):
        stream.step(box(100 + t))
    dropped = stream.frame = stream.frame + 1
    stream.advance()
    assert not stream.apply(seen(box(150)), at=dropped)
    for _ in range(20):
        stream.advance()
    assert not stream.apply(seen(box(1)), at=stream.frame - 15)


def test_sets_out_of_order_too_old_or_of_no_frame_are_refused() -> None:
    stream = Stream(TrackerConfig(replay_frames=4, replay_s=0.1))
    for _ in range(10):
        stream.advance()
    assert not stream.apply(seen(box(1)), at=5), 'too old'
    assert stream.apply(seen(box(100)), at=7)
    assert not stream.apply(seen(box(1)), at=6), 'older than what was applied'
    assert not stream.apply(seen(box(1)), at=7), 'a second set of one frame'
    assert not stream.apply(seen(box(1)), at=42), 'of a frame that has not come'
    assert stream.apply(seen(box(100)), at=9)
    assert stream.tracker.snapshot().hits.tolist() == [2]


def _scenario(seed: int, frames: int, every: int, *, looks: bool) -> list[Detections]:
    random = np.random.default_rng(seed)
    n = int(random.integers(1, 7))
    centre, speed = random.uniform(50, 400, (n, 2)), random.normal(0, 4, (n, 2))
    half = random.uniform(10, 60, (n, 2))
    what = random.normal(0, 1, (n, 8))
    found = []
    for _ in range(0, frames, every):
        centre = centre + speed * every
        middle = centre + random.normal(0, 2, (n, 2))
        kept = random.random(n) > 0.3
        if looks:  # things leave for a while and come back elsewhere
            away = random.random(n) < 0.1
            centre[away] += random.normal(0, 60, (int(away.sum()), 2))
        boxes = np.concatenate([middle - half, middle + half], axis=1)[kept]
        rows = len(boxes)
        found.append(
            seen(
                *boxes.tolist(),
                scores=random.uniform(0.05, 1, rows),
                phrases=random.random((rows, 2)).tolist() if rows else None,
                reference=[int(random.integers(-1, rows + 1)) if rows else -1],
                labels=random.choice(['dog', 'cat'], rows).tolist(),
                appearance=what[kept].tolist() if looks else (),
            )
            if rows
            else Detections.empty(2, 1)
        )
    return found


LOOKED, REST, NEW_PROMPT_AT = 30, 12, 15


def _play(
    seed: int, *, every: int, delay: int, moves: bool, corrects: bool, looks: bool
) -> TrackSet:
    """Play a scenario in which every k-th frame is looked at; each set arrives ``delay`` later.

    Stamps, camera motions and mask boxes are those of the frame, whenever the sets arrive.
    """
    stream = Stream()
    stream.tracker.set_prompt(1, 2, 1)
    found = _scenario(seed, LOOKED, every, looks=looks)
    stamp = 0
    for t in range(LOOKED + REST):
        random = np.random.default_rng((seed, t))
        stamp += int(random.integers(-1, 4)) * FRAME_NS
        turn = random.normal(0, 0.01, (2, 2)) + np.eye(2)
        motion = np.concatenate([turn, random.normal(0, 3, (2, 1))], axis=1)
        if t == NEW_PROMPT_AT:
            stream.tracker.set_prompt(2, 2, 1)
        stream.advance(stamp, motion if moves else None)
        at = t - delay
        if 0 <= at < LOOKED and at % every == 0:
            assert stream.apply(found[at // every], at=at, command=1 + (at >= NEW_PROMPT_AT))
        if corrects:
            ids, middle = random.integers(1, 8, 3), random.uniform(50, 400, (3, 2))
            boxes = np.concatenate([middle - 40, middle + 40], axis=1).astype(np.float32)
            stream.tracker.correct(ids, boxes)
    return stream.tracker.snapshot()


def _assert_same(one: TrackSet, other: TrackSet) -> None:
    for field in fields(TrackSet):
        a, b = getattr(one, field.name), getattr(other, field.name)
        same = np.array_equal(a, b) if isinstance(a, np.ndarray) else a == b
        assert same, f'{field.name}: {a} against {b}'


@settings(max_examples=20, deadline=None)
@given(
    seed=st.integers(0, 1_000_000),
    every=st.integers(1, 5),
    delay=st.integers(1, REST),
    moves=st.booleans(),
    others=st.sampled_from([(False, False), (True, False), (False, True)]),
)
def test_late_is_the_same_as_on_time(
    *, seed: int, every: int, delay: int, moves: bool, others: tuple[bool, bool]
) -> None:
    # Not both: whether a mask's id is one that was given up depends on when that is known.
    corrects, looks = others
    late = _play(seed, every=every, delay=delay, moves=moves, corrects=corrects, looks=looks)
    on_time = _play(seed, every=every, delay=0, moves=moves, corrects=corrects, looks=looks)
    _assert_same(late, on_time)


# Laws ---------------------------------------------------------------------------------------

_number = st.one_of(
    st.floats(-100, 700, width=32),
    st.sampled_from([0.0, np.nan, np.inf, -np.inf, 1e30, -1e30, 3e38]),
)
_boxes = st.lists(st.tuples(_number, _number, _number, _number), max_size=6)
_event = st.one_of(
    st.tuples(st.just('advance'), st.integers(-(10**11), 10**11)),
    st.tuples(st.just('apply'), st.integers(0, 6), _boxes, st.booleans()),
    st.tuples(st.just('correct'), st.lists(st.integers(-1, 12), max_size=4), _boxes),
    st.tuples(st.just('prompt'), st.integers(0, 3), st.integers(0, 2)),
    st.just(('reset',)),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(_event, max_size=40))
def test_ids_are_unique_and_numbers_are_numbers_on_any_stream(events: list[tuple]) -> None:
    stream = Stream()
    size, stamp, gone = (0, 0), 0, set()
    alive: set[int] = set()
    given_up: set[int] = set()
    for event in events:
        if event[0] == 'advance':
            stamp += event[1]
            stream.advance(stamp)
        elif event[0] == 'apply':
            found = _detections(event[2], size, weak=event[3])
            stream.apply(found, at=stream.frame - event[1])
        elif event[0] == 'correct':
            n = min(len(event[1]), len(event[2]))
            stream.tracker.correct(
                np.asarray(event[1][:n], np.int64),
                np.asarray(event[2][:n], np.float32).reshape(-1, 4),
            )
        elif event[0] == 'prompt':
            size = event[1:]
            stream.tracker.set_prompt(stream.command, *size)
        else:
            gone |= alive
            stream.tracker.reset()
            stream.frame = -1
        tracks = stream.tracker.snapshot()
        ids = tracks.ids.tolist()
        assert ids == sorted(set(ids))
        assert not gone & set(ids), 'an id of before the reset came back'
        given_up |= set(tracks.former_ids.tolist())
        assert not given_up & set(ids), 'an id was given a second time'
        alive |= set(ids)
        for name in ('boxes', 'velocities', 'scores', 'phrase_scores', 'reference_hits', 'history'):
            assert np.isfinite(getattr(tracks, name)).all(), name
        assert (tracks.boxes[:, :2] < tracks.boxes[:, 2:]).all()
        assert (tracks.unseen_ns >= 0).all()
        assert (tracks.age_ns >= tracks.unseen_ns).all()
        assert (tracks.hits >= tracks.evidence).all()


def _detections(boxes: list[tuple], size: tuple[int, int], *, weak: bool) -> Detections:
    n = len(boxes)
    return Detections(
        boxes=np.asarray(boxes, np.float32).reshape(-1, 4),
        scores=np.full(n, 0.2 if weak else 0.9, np.float32),
        phrase_scores=np.full((n, size[0]), 0.5, np.float32),
        reference=np.zeros(size[1], np.int64),
        labels=('thing',) * n,
        appearance=np.where(np.asarray(boxes).reshape(-1, 4)[:, :2] > 300, 1, -1).astype(
            np.float32
        ),
    )


def test_the_same_stream_gives_the_same_tracks() -> None:
    _assert_same(
        *(_play(7, every=2, delay=3, moves=True, corrects=True, looks=True) for _ in range(2))
    )


def test_two_trackers_number_their_tracks_by_themselves() -> None:
    first, second = Stream(), Stream()
    assert first.step(box(1)).ids.tolist() == second.step(box(1)).ids.tolist() == [1]


def test_a_snapshot_does_not_change_later() -> None:
    stream = Stream()
    stream.tracker.set_prompt(1, 0, 0)
    for t in range(5):
        before = stream.step(box(100 + t))
    kept = {f.name: np.copy(getattr(before, f.name)) for f in fields(TrackSet)}
    for t in range(5, 10):
        stream.step(box(100 + t))
        stream.tracker.correct(np.asarray([1]), np.asarray([box(100 + t)], np.float32))
    stream.tracker.set_prompt(2, 1, 1)
    for name, value in kept.items():
        assert np.array_equal(getattr(before, name), value), name


@pytest.mark.parametrize(
    ('name', 'value'),
    [
        ('high_score', 1.5),
        ('min_hits', 0),
        ('max_missed_known', -1),
        ('speed', 0.0),
        ('history_s', float('inf')),
    ],
)
def test_a_setting_out_of_range_is_named(name: str, value: float) -> None:
    with pytest.raises(ConfigError, match=rf'tracker\.{name}: expected .*, got'):
        TrackerConfig(**{name: value})


@pytest.mark.slow
@pytest.mark.parametrize(('count', 'budget_ms'), [(50, 1.0), (200, 4.0)])
def test_a_frame_costs_no_more_than_its_budget(count: int, budget_ms: float) -> None:
    stream = Stream()
    spent = []
    for found in synthetic_crowd(count, frames=150):
        begin = perf_counter()
        stream.advance()
        stream.apply(found)
        stream.tracker.snapshot()
        spent.append(1e3 * (perf_counter() - begin))
    # A tenth of the frames tells what the work costs; the rest, what else the machine does.
    assert np.percentile(spent[30:], 10) <= budget_ms
