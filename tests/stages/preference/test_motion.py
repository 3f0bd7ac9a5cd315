"""What is read from where tracks have been, over short and long histories."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from tenet_ros.config import PreferenceConfig
from tenet_ros.language.expression import Extreme, MotionKind, Order
from tenet_ros.stages.preference.motion import Movement
from tenet_ros.stages.preference.paths import Window
from tenet_ros.stages.preference.ranking import Scene, place_in_order
from tenet_ros.types import TrackSet

K = MotionKind
SIDE = 50.0


def track_set(paths, *, seconds=2.0, rate_hz=15.0, jitter=0.015, thinned=False):
    """Return tracks along ``paths``: time (T,) before now -> centre (T, 2), or (T, 4) with shape.

    The last two columns are log width and log height over ``SIDE``. NaN: not there then.
    ``thinned``: 32 looks, rarer the further back, as the tracker keeps them.
    """
    times = np.linspace(-seconds, 0.0, round(seconds * rate_hz) + 1)
    if thinned:
        times = -seconds * np.square(np.linspace(1.0, 0.0, 32))
    rng = np.random.default_rng(1)
    rows = []
    for path in paths:
        said = np.asarray(path(times), np.float64).reshape(len(times), -1)
        shape = said[:, 2:] if said.shape[1] == 4 else np.zeros((len(times), 2))
        half = SIDE / 2 * np.exp(shape)
        boxes = np.concatenate([said[:, :2] - half, said[:, :2] + half], axis=1)
        rows.append(boxes + rng.normal(0.0, jitter * SIDE, boxes.shape))
    history = np.asarray(rows).reshape(len(paths), len(times), 4)
    valid = np.isfinite(history).all(axis=2)
    age_s = np.asarray([-times[row][0] if row.any() else 0.0 for row in valid])
    n = len(paths)
    stamps = np.round((times + seconds) * 1e9).astype(np.int64)
    return dataclasses.replace(
        TrackSet.empty(int(stamps[-1]), 1, 1),
        ids=np.arange(n),
        boxes=np.nan_to_num(history[:, -1]).astype(np.float32),
        velocities=np.zeros((n, 4), np.float32),
        scores=np.ones(n, np.float32),
        hits=np.full(n, 10),
        age_ns=(age_s * 1e9).astype(np.int64),
        unseen_ns=np.zeros(n, np.int64),
        phrase_scores=np.ones((n, 1), np.float32),
        reference_hits=np.zeros((n, 1), np.float32),
        evidence=np.full(n, 10),
        history=np.nan_to_num(history).astype(np.float32),
        history_valid=valid,
        history_stamps_ns=stamps,
        labels=('ball',) * n,
        looks=10,
    )


def still(t):
    return np.stack([np.full_like(t, 100.0), np.full_like(t, 200.0)], axis=1)


def moves(start, end, speed=(80.0, 0.0)):
    """Return a path that moves from ``start`` to ``end``, seconds (negative: before now)."""

    def path(t):
        gone = np.clip(t, start, end) - end
        return np.asarray([300.0, 200.0]) + gone[:, None] * np.asarray(speed)

    return path


def circles(period=3.0, squash=0.5):
    def path(t):
        angle = 2 * np.pi * t / period
        return np.stack([300 + 80 * np.cos(angle), 200 + squash * 80 * np.sin(angle)], axis=1)

    return path


def spins(period=1.2, amount=0.2):
    def path(t):
        width = amount * np.sin(2 * np.pi * t / period)
        shape = np.stack([width, np.zeros_like(t)], axis=1)
        return np.concatenate([still(t), shape], axis=1)

    return path


def away(start, end):
    """Return a path that is at rest, and not there from ``start`` to ``end``."""

    def path(t):
        return np.where(((t > start) & (t < end))[:, None], np.nan, still(t))

    return path


@pytest.fixture(params=[False, True], ids=['evenly', 'thinned'])
def thinned(request):
    return request.param


@pytest.fixture
def fit(thinned):
    """Return the function that measures a kind of motion on tracks along paths."""

    def measure(kind, paths, *, past=False, **options):
        tracks = track_set(paths, thinned=thinned, **options)
        return Movement(tracks, PreferenceConfig()).fits(kind, past=past)

    return measure


@pytest.fixture
def place(thinned):
    """Return the function that measures places in an order of time."""

    def measure(extreme, paths, rank=1):
        tracks = track_set(paths, seconds=8.0, thinned=thinned)
        order = Order(extreme=extreme, rank=rank)
        scene = Scene(tracks, (480, 640), PreferenceConfig())
        return place_in_order(order, scene, np.ones(len(paths)), 1)

    return measure


SECONDS = pytest.mark.parametrize('seconds', [2.0, 4.0, 8.0])


@SECONDS
def test_what_turns_in_place_spins(fit, seconds):
    fits = fit(K.SPINNING, [spins(), still, moves(-seconds, 0.0)], seconds=seconds)
    assert fits[0] > 0.7
    assert fits[1] < 0.45
    assert fits[2] < 0.1


@SECONDS
def test_what_goes_round_circles(fit, seconds):
    swaying = lambda t: np.stack([300 + 80 * np.sin(3 * t), 200 + 0 * t], axis=1)  # noqa: E731
    fits = fit(K.CIRCLING, [circles(), moves(-seconds, 0.0), still, swaying], seconds=seconds)
    assert fits[0] > 0.85
    assert fits[1:3].max() < 0.2


@pytest.mark.parametrize('squash', [1.0, 0.6, 0.3])
def test_a_circle_seen_aslant_is_one(fit, squash):
    assert fit(K.CIRCLING, [circles(squash=squash)], seconds=3.0)[0] > 0.7


@SECONDS
def test_what_was_away_and_is_there_has_returned(fit, seconds):
    fits = fit(K.RETURNED, [away(-1.5, -0.6), still, moves(-1.0, 0.0)], seconds=seconds)
    assert fits[0] > 0.9
    assert fits[1:].max() < 0.2


def test_a_new_track_may_be_a_return(fit):
    fits = fit(K.RETURNED, [still, away(-9.0, -1.0)], seconds=4.0)
    assert fits[1] > 0.6 > fits[0]


@SECONDS
def test_what_moved_and_rests_has_moved(fit, seconds):
    paths = [moves(-seconds, 1.2 - seconds) if seconds > 2 else moves(-2.0, -1.0), still]
    fits = fit(K.MOVED, paths, seconds=seconds)
    assert fits[0] > 0.8
    assert fits[1] < 0.25
    assert fit(K.MOVING, paths, seconds=seconds)[0] < 0.3


@SECONDS
def test_stop_and_start_are_told_from_what_lasts(fit, seconds):
    paths = [moves(-seconds, -1.1), moves(-0.9, 0.0), still, moves(-seconds, 0.0)]
    assert fit(K.STOPPED, paths, seconds=seconds).argmax() == 0
    assert fit(K.STARTED, paths, seconds=seconds).argmax() == 1


def test_a_stop_far_back_is_remembered(fit):
    fits = fit(K.STOPPED, [moves(-6.0, -5.0), still], seconds=8.0)
    assert fits[0] > 0.8 > 0.7 > fits[1]


def test_a_fall_that_is_over_counts_where_the_past_does(fit):
    paths = [moves(-3.0, -2.4, (0.0, 160.0)), still]
    assert fit(K.DOWNWARD, paths, seconds=4.0).max() < 0.3
    past = fit(K.DOWNWARD, paths, seconds=4.0, past=True)
    assert past[0] > 0.7
    assert past[1] < 0.3


def test_who_moved_first_and_last_are_told_apart(place):
    paths = [moves(-2.5, -1.5), moves(-5.5, -4.5), still, moves(-0.9, 0.0)]
    assert place(Extreme.FIRST_MOVED, paths).argmax() == 1
    assert place(Extreme.FIRST_MOVED, paths, rank=2).argmax() == 0
    assert place(Extreme.LAST_MOVED, paths).argmax() == 3


def test_what_never_moved_is_neither_first_nor_last(place):
    paths = [still, moves(-3.0, -1.5), still]
    for extreme in (Extreme.FIRST_MOVED, Extreme.LAST_MOVED):
        assert place(extreme, paths).argmax() == 1


@pytest.mark.parametrize('kind', list(MotionKind))
@pytest.mark.parametrize('times', [1, 2, 3])
def test_a_short_history_is_no_trouble(kind, times):
    tracks = track_set([still, moves(-1.0, 0.0)], seconds=(times - 1) / 30, rate_hz=30)
    for past in (False, True):
        fits = Movement(tracks, PreferenceConfig()).fits(kind, past=past)
        assert np.isfinite(fits).all()
        assert fits.min() >= 0
        assert fits.max() <= 1


def test_no_tracks_have_no_motion():
    for kind in MotionKind:
        assert Movement(TrackSet.empty(), PreferenceConfig()).fits(kind, past=True).shape == (0,)


def test_several_parts_of_a_history_are_fitted_as_each_alone():
    tracks = track_set([lambda t: np.stack([100 + 40 * t, 50 + 5 * np.sin(9 * t)], axis=1)] * 3)
    times = (tracks.history_stamps_ns - tracks.history_stamps_ns[-1]) / 1e9
    boxes = tracks.history.astype(np.float64)
    rng = np.random.default_rng(2)
    parts = [np.arange(0, 12), np.arange(11, 25), np.arange(5, 7)]
    seen = rng.random(tracks.history_valid.shape) < 0.8
    within = np.stack([np.isin(np.arange(len(times)), part) for part in parts])
    together = Window.of(boxes, seen & within[:, None], times)
    for row, part in enumerate(parts):
        alone = Window.of(boxes[:, part], seen[:, part], times[part])
        for name in ('velocity', 'growth', 'stir', 'sway', 'watched_s'):
            np.testing.assert_allclose(
                getattr(together, name)[row], getattr(alone, name), atol=1e-9, err_msg=name
            )
