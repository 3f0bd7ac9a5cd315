from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tenet_ros.sim.expressions.trits import all_of, decided, past_or_now, settled

VALUES = st.lists(st.sampled_from([-1, 0, 1]), min_size=1, max_size=30)


def test_one_failure_decides_and_one_doubt_prevails_over_truth():
    a = np.array([1, 1, 1, 0, 0, -1], np.int8)
    b = np.array([1, 0, -1, 0, -1, -1], np.int8)
    assert all_of(a, b).tolist() == [1, 0, -1, 0, -1, -1]


def test_what_holds_and_fails_at_once_is_doubtful():
    assert decided(np.array([True]), np.array([True])).tolist() == [0]


@given(VALUES, st.integers(1, 6))
def test_a_value_counts_only_after_it_has_lasted(values, frames):
    found = settled(np.array(values, np.int8), frames)
    for t, value in enumerate(found):
        if value:
            since = next((k for k in range(t, 0, -1) if values[k] != values[k - 1]), None)
            assert values[t] == value
            assert since is None or t - since >= frames


@given(VALUES, st.integers(1, 6), st.integers(1, 30))
def test_settling_never_looks_ahead(values, frames, length):
    whole = settled(np.array(values, np.int8), frames)
    part = settled(np.array(values[:length], np.int8), frames)
    assert part.tolist() == whole[:length].tolist()


def test_past_or_now_stays_up():
    flags = np.array([[False, True], [True, False], [False, False]])
    assert past_or_now(flags).tolist() == [[False, True], [True, True], [True, True]]
