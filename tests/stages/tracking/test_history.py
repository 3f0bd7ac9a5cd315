"""Where tracks were, seen from now."""

from __future__ import annotations

import numpy as np

from tenet_ros.stages.tracking.history import Past, Whereabouts, positions

SECOND = 1_000_000_000


def where(at_s: float, ids: list[int], x: float, motion: np.ndarray | None = None) -> Whereabouts:
    boxes = [[x + i, 0, x + i + 10, 10] for i in ids]
    return Whereabouts(
        clock_ns=round(at_s * SECOND),
        ids=np.asarray(ids, np.int64),
        boxes=np.asarray(boxes, np.float32).reshape(-1, 4),
        camera_motion=motion,
    )


def test_a_track_is_found_where_it_existed_and_nowhere_else() -> None:
    past = [where(0, [1], 0), where(1, [1, 2], 10), where(2, [2, 5], 20)]
    boxes, valid, clocks = positions(past, np.asarray([2, 5]), 2 * SECOND, 32)
    assert clocks.tolist() == [0, SECOND, 2 * SECOND]
    assert valid.tolist() == [[False, True, True], [False, False, True]]
    assert boxes[0, :, 0].tolist() == [0, 12, 22]
    assert boxes.flags.c_contiguous


def test_the_number_of_samples_is_bounded_and_the_newest_is_among_them() -> None:
    past = [where(i / 60, [1], i) for i in range(600)]
    _, valid, clocks = positions(past, np.asarray([1]), 8 * SECOND, 32)
    assert 24 <= len(clocks) <= 32
    assert clocks[-1] == past[-1].clock_ns
    assert 7.9 * SECOND <= clocks[-1] - clocks[0] <= 8 * SECOND
    assert (np.diff(clocks) > 0).all()
    assert valid.all()


def test_samples_lie_denser_towards_now() -> None:
    past = [where(i / 30, [1], i) for i in range(300)]
    _, _, clocks = positions(past, np.asarray([1]), 8 * SECOND, 32)
    ages = (clocks[-1] - clocks) / SECOND
    assert (ages <= 1.0).sum() >= 10
    assert ((ages > 1.0) & (ages <= 4.0)).sum() >= 6
    assert np.diff(ages).min() >= -0.6


def test_the_past_is_thinned_and_keeps_its_newest_frame() -> None:
    past = Past(4 * SECOND)
    for i in range(300):
        past.append(where(i / 30, [1], i))
        past.forget(where(i / 30, [], 0).clock_ns)
    kept = list(past)
    assert len(kept) <= 42
    assert kept[-1].boxes[0, 0] == 300
    assert kept[0].clock_ns >= (299 / 30 - 4) * SECOND - 1


def test_the_cameras_motion_over_dropped_frames_is_not_lost() -> None:
    rng = np.random.default_rng(0)
    motions = [
        np.asarray([[1 + a, b, x], [-b, 1 + a, y]])
        for a, b, x, y in rng.normal(0, (0.01, 0.01, 2.0, 2.0), (120, 4))
    ]
    frames = [where(i / 30, [1], 50, motion) for i, motion in enumerate(motions)]
    past = Past(8 * SECOND)
    for frame in frames:
        past.append(frame)
    thin, _, clocks = positions(list(past), np.asarray([1]), 8 * SECOND, 500)
    full, _, all_clocks = positions(frames, np.asarray([1]), 8 * SECOND, 5000)
    assert len(clocks) > 10
    same = np.isin(all_clocks, clocks)
    np.testing.assert_allclose(thin[0], full[0, same], atol=1e-3)


def test_the_cameras_own_motion_is_taken_out() -> None:
    shift = np.asarray([[1, 0, 7], [0, 1, 0]], np.float32)
    zoom = np.asarray([[2, 0, 0], [0, 2, 0]], np.float32)
    past = [where(0, [1], 0), where(1, [1], 7, shift), where(2, [1], 14, zoom)]
    boxes, _, _ = positions(past, np.asarray([1]), 2 * SECOND, 32)
    # One pixel right of the left edge, moved by 7, then doubled about the origin.
    assert boxes[0, :, 0].tolist() == [16, 16, 15]
    assert boxes[0, :, 2].tolist() == [36, 36, 25]


def test_no_tracks_now_and_none_ever() -> None:
    past = [where(0, [], 0), where(1, [], 0)]
    boxes, valid, clocks = positions(past, np.zeros(0, np.int64), 2 * SECOND, 32)
    assert (boxes.shape, valid.shape, len(clocks)) == ((0, 2, 4), (0, 2), 2)


def test_one_sample_is_now() -> None:
    past = [where(0, [1], 0), where(1, [1], 5)]
    boxes, valid, clocks = positions(past, np.asarray([1]), 2 * SECOND, 1)
    assert clocks.tolist() == [SECOND]
    assert boxes[0, 0, 0] == 6
    assert valid.all()
