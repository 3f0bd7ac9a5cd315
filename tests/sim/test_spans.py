import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenet_ros.sim.spans import gaps, in_front, spans

CUBE = np.stack(np.meshgrid([-1, 1], [-1, 1], [-1, 1]), axis=-1).reshape(-1, 3) * 0.05


@pytest.mark.parametrize(
    ('shift', 'gap'),
    [((0.3, 0, 0), 0.2), ((0, 0, 0.15), 0.05), ((0.1, 0, 0), 0.0), ((0.05, 0, 0), -0.05)],
)
def test_gap_between_two_cubes(shift, gap):
    assert float(gaps(spans(CUBE), spans(CUBE + shift))) == pytest.approx(gap, abs=1e-12)


@given(st.floats(0, 6.3), st.floats(0.001, 0.5))
def test_gap_is_never_larger_than_the_true_distance(angle, distance):
    step = np.array([np.cos(angle), np.sin(angle), 0])
    point = spans(np.zeros((1, 3)))
    other = spans((step * distance)[None])
    found = float(gaps(point, other))
    assert found <= distance + 1e-12
    assert found >= 0.99 * distance


def test_nearer_body_is_in_front_and_so_is_what_stands_on_top():
    places = np.array([[0, 0, 0.05], [0.3, 0, 0.05], [0, 0, 0.15]])
    low, high = spans(CUBE + places[:, None])
    front = in_front(low, high, np.array([1.0, 0, 0.6]))
    assert front[1, 0]
    assert front[2, 0]
    assert not front[0, 1]
    assert not front[0, 2]


def test_bodies_that_interlock_have_no_order():
    low, high = spans(np.stack((CUBE, CUBE * 0.5)))
    assert not in_front(low, high, np.array([1.0, 0, 1])).any()
