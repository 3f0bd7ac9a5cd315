"""The motion model: times add up, gaps stay finite, motion is learnt."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenet_ros.stages.tracking.kalman import (
    DRIFT,
    POSITION,
    VARIANCE,
    VELOCITY,
    MotionModel,
    corners,
    predict,
    to_centre_size,
    update,
)

NOISE = np.asarray([0.03, 0.03, 0.05, 0.05])
# A size that rests keeps the scale of the noise, so that times add up exactly.
MODEL = MotionModel(
    spread=np.asarray([1.0, 1.0, 1e-9, 1e-9]), memory_s=np.asarray([3.0, 3.0, 0.5, 0.5])
)


def moving(pixels_per_second: float = 90.0) -> np.ndarray:
    """Filters of one box that was seen to move to the right for a second."""
    filters = MODEL.start(np.asarray([[100.0, 100.0, 50.0, 50.0]]), NOISE)
    for frame in range(1, 31):
        predict(filters, MODEL.transition(1 / 30))
        box = np.asarray([[100.0 + pixels_per_second * frame / 30, 100.0, 50.0, 50.0]])
        update(filters, box, NOISE)
    return filters


@given(st.lists(st.floats(0.001, 2.0), min_size=1, max_size=8))
def test_predicting_in_parts_is_predicting_at_once(parts: list[float]) -> None:
    stepped, whole = moving(), moving()
    for part in parts:
        predict(stepped, MODEL.transition(part))
    predict(whole, MODEL.transition(sum(parts)))
    assert np.allclose(stepped, whole, rtol=1e-6, atol=1e-9)


def test_one_transition_per_track_is_the_same_as_one_for_all() -> None:
    together, apart = np.repeat(moving(), 2, axis=0), np.repeat(moving(), 2, axis=0)
    predict(together, MODEL.transition(0.5))
    predict(apart, MODEL.transition(np.asarray([[0.5], [0.5]])))
    assert np.array_equal(together, apart)


def test_velocity_is_learnt() -> None:
    assert moving(90)[0, VELOCITY, 0] == pytest.approx(90, rel=0.1)


@pytest.mark.parametrize('seconds', [0.0, 1e-9, 1.0, 60.0, 3600.0])
def test_a_gap_explodes_nothing(seconds: float) -> None:
    filters = moving(90)
    before = filters[0, POSITION, 0]
    predict(filters, MODEL.transition(seconds))
    assert np.isfinite(filters).all()
    assert filters[0, DRIFT, 0] <= 50.0**2 * 1.0001
    assert filters[0, POSITION, 0] - before <= 90 * 1.1 * 3.0, 'it comes to rest'
    assert filters[0, VARIANCE, 0] > 0
    update(filters, np.asarray([[500.0, 300.0, 50.0, 50.0]]), NOISE)
    assert np.isfinite(filters).all()


def test_a_box_keeps_a_size() -> None:
    model = MotionModel(spread=np.ones(4), memory_s=np.ones(4))
    filters = model.start(np.asarray([[0.0, 0.0, 10.0, 10.0]]), NOISE)
    filters[:, VELOCITY, 2:] = -1000
    predict(filters, model.transition(1.0))
    assert (filters[:, POSITION, 2:] == 1).all()


def test_boxes_there_and_back() -> None:
    boxes = np.asarray([[0, 0, 2, 4], [-3, 5, 10, 7]], np.float32)
    assert corners(to_centre_size(boxes)).tolist() == boxes.tolist()
    assert corners(to_centre_size(boxes[:0])).shape == (0, 4)
