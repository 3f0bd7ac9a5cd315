from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tenet_ros.runtime.typical import Typical

DURATIONS = st.integers(1, 10**9)


def after(*durations: int) -> float:
    typical = Typical()
    for spent_ns in durations:
        typical.add(spent_ns)
    return typical.ns


def test_nothing_is_typical_of_nothing():
    assert after() == 0


@given(st.lists(DURATIONS, min_size=1, max_size=60))
def test_it_lies_among_the_newest(durations):
    assert min(durations[-20:]) <= after(*durations) <= max(durations[-20:])


@given(st.lists(st.integers(10, 20), min_size=2, max_size=60), DURATIONS, st.data())
def test_one_that_is_exceptional_counts_for_nothing(durations, outlier, data):
    durations.insert(data.draw(st.integers(0, len(durations))), outlier)
    assert 10 <= after(*durations) <= 20


@given(st.lists(DURATIONS, max_size=60), DURATIONS)
def test_it_follows_a_change(before, duration):
    assert after(*before, *[duration] * 20) == duration
