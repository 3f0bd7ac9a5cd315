"""Pairing: the best sum, in any order, agreeing with the full assignment problem."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from tenet_ros.stages.tracking.association import assign, bearing


def test_nothing_to_assign() -> None:
    none = np.zeros(0, np.int64)
    assert assign(none, none, np.zeros(0, np.float32)).tolist() == []


@given(
    seed=st.integers(0, 10_000), n=st.integers(1, 8), m=st.integers(1, 8), share=st.floats(0.1, 1)
)
def test_the_sum_is_that_of_the_full_problem(seed: int, n: int, m: int, share: float) -> None:
    random = np.random.default_rng(seed)
    similarity = random.uniform(0.1, 1, (n, m)).astype(np.float32)
    allowed = random.random((n, m)) < share
    rows, columns = np.nonzero(allowed)
    chosen = assign(rows, columns, similarity[rows, columns])
    rows, columns = rows[chosen], columns[chosen]
    assert len(set(rows)) == len(rows)
    assert len(set(columns)) == len(columns)
    full = np.where(allowed, similarity, 0)
    best = full[linear_sum_assignment(full, maximize=True)].sum()
    assert full[rows, columns].sum() == pytest.approx(best, rel=1e-5)


def test_a_direction_fades_in_the_jitter() -> None:
    offsets = np.asarray([[100.0, 0.0], [1.0, 0.0], [0.0, 0.0]])
    length = np.linalg.norm(bearing(offsets, np.full((3, 1), 5.0)), axis=1)
    assert length[0] > 0.99
    assert length[1] < 0.2
    assert length[2] == 0
