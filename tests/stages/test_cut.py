"""From belief to mask."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from tenet_ros.stages.cut import best_cut, enlarge, tidy


def expected_iou(belief, chosen):
    return belief[chosen].sum() / (belief.sum() + (1 - belief[chosen]).sum())


@given(hnp.arrays(np.float32, st.integers(1, 30), elements=st.floats(0.0625, 1, width=32)))
def test_no_level_promises_more_than_the_best(belief):
    level, expected = best_cut(belief)
    assert expected == pytest.approx(expected_iou(belief, belief >= level), abs=0.05)
    for other in belief:
        assert expected >= expected_iou(belief, belief >= other) - 1e-5


def test_doubt_lowers_the_level():
    sure = np.asarray([0.95] * 10 + [0.05] * 10, np.float32)
    unsure = np.asarray([0.5] * 10 + [0.3] * 10, np.float32)
    assert best_cut(unsure)[0] < best_cut(sure)[0]


def test_belief_in_nothing_promises_nothing():
    assert best_cut(np.zeros(9, np.float32)) == (0.0, 0.0)


def test_crumbs_go_and_pieces_stay():
    mask = np.zeros((60, 60), np.uint8)
    mask[5:35, 5:35] = 1
    mask[45:55, 45:55] = 1
    mask[50, 5] = 1
    tidied = tidy(mask)
    assert tidied[20, 20] == 1
    assert tidied[50, 50] == 1
    assert tidied[50, 5] == 0


def test_pinholes_are_filled_and_holes_stay():
    mask = np.ones((100, 100), np.uint8)
    mask[20, 20] = 0
    mask[50:60, 50:60] = 0
    tidied = tidy(mask)
    assert tidied[20, 20] == 1
    assert tidied[55, 55] == 0


@pytest.mark.parametrize('value', [0, 1])
def test_an_empty_and_a_full_mask_stay_as_they_are(value):
    mask = np.full((7, 9), value, np.uint8)
    assert np.array_equal(tidy(mask), mask)


def test_an_enlarged_mask_has_the_size_and_the_place():
    mask = np.zeros((10, 20), np.uint8)
    mask[2:8, 5:15] = 1
    large = enlarge(mask, (30, 60))
    assert large.shape == (30, 60)
    assert set(np.unique(large)) == {0, 1}
    assert large[6:24, 15:45].mean() > 0.95
    assert large.sum() == pytest.approx(mask.sum() * 9, rel=0.1)
