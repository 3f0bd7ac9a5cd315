import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenet_ros.sim import motions
from tenet_ros.sim.rotations import IDENTITY, about, matrix, multiply, upright

TIMES = np.arange(0, 8, 1 / 30)
ORIGIN = np.zeros(3)


@given(st.floats(-0.5, 6), st.floats(0.3, 5), st.floats(0.05, 0.5))
def test_progress_is_smooth_and_exactly_still_outside(start, length, ramp):
    done = motions.progress(TIMES, start, start + length, ramp)
    assert (done[start >= TIMES] == 0).all()
    assert (done[start + length <= TIMES] == 1).all()
    step = np.diff(done)
    assert (step >= -1e-12).all()
    assert step.max() <= 1 / 30 / (length - min(ramp, length / 2)) + 1e-9


def test_ball_turns_once_per_circumference():
    way = np.array([2 * np.pi * 0.04, 0, 0])
    done = np.linspace(0, 1, 9)
    places, turns = motions.roll(ORIGIN, IDENTITY, np.array([0, 0, 0.04]), 0.04, way, done)
    np.testing.assert_allclose(places[-1], way, atol=1e-12)
    np.testing.assert_allclose(matrix(turns[-1]), np.eye(3), atol=1e-12)
    quarter = matrix(turns[2]) @ np.array([0, 0, 1.0])
    np.testing.assert_allclose(quarter, [1, 0, 0], atol=1e-12)


def test_rolling_contact_point_is_at_rest():
    way, times = np.array([0.3, 0.1, 0]), np.linspace(0, 1, 1001)
    radius = 0.05
    places, turns = motions.roll(ORIGIN, IDENTITY, np.array([0, 0, radius]), radius, way, times)
    middles = places + np.einsum('tij,j->ti', matrix(turns), [0, 0, radius])
    touching = middles[500] - [0, 0, radius]
    body = matrix(turns[500]).T @ (touching - places[500])
    after = places[501] + matrix(turns[501]) @ body
    assert np.linalg.norm(after - touching) < 0.02 * np.linalg.norm(way) / 1000 * 2


def test_circle_keeps_its_distance_to_the_middle():
    pivot = np.array([0.1, 0.05, 0])
    places, _ = motions.turn_about(ORIGIN, IDENTITY, pivot, np.linspace(0, 5, 50))
    np.testing.assert_allclose(np.linalg.norm(places - pivot, axis=1), np.hypot(0.1, 0.05))


def test_drop_hangs_then_falls_then_rests():
    since = TIMES - 1
    places, _ = motions.drop(np.array([0, 0, 0.02]), IDENTITY, 0.2, since, 4.0)
    assert places[since <= 0, 2] == pytest.approx(0.22)
    rest = since >= 1.6 * np.sqrt(2 * 0.2 / 4)
    np.testing.assert_allclose(places[rest, 2], 0.02, atol=1e-12)
    assert places[:, 2].min() >= 0.02 - 1e-12


def test_topple_ends_on_its_side():
    edge, axis = np.array([0.03, 0, 0]), np.array([0, 1.0, 0])
    _, turns = motions.topple(ORIGIN, IDENTITY, edge, axis, np.array([0, 0.5, 1]))
    np.testing.assert_allclose(matrix(turns[-1]) @ [0, 0, 1], [1, 0, 0], atol=1e-12)


@given(st.floats(-3, 3), st.floats(-3, 3))
def test_multiply_applies_the_right_one_first(one, other):
    left, right = upright(one), about((1.0, 2.0, 0.5), other)
    np.testing.assert_allclose(
        matrix(multiply(left, right)), matrix(left) @ matrix(right), atol=1e-12
    )
