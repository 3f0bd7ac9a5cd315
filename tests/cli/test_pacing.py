"""Deadlines that do not drift, and what happens when they are missed."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tenet_ros.cli.pacing import MOST_LAG_NS, Pacer

PERIOD_NS = 33_333_333


class Clock:
    """A clock that only sleeping, and work that a test does, moves on."""

    def __init__(self):
        self.now_ns = 10**15

    def __call__(self):
        return self.now_ns

    def sleep(self, seconds):
        self.now_ns += round(seconds * 1e9)

    def work(self, ns):
        self.now_ns += ns


def play(work_ns, clock=None):
    """Return when each frame was shown, after the first, and the pacer."""
    clock = clock or Clock()
    pacer = Pacer(clock_ns=clock, sleep=clock.sleep)
    shown = []
    for index, work in enumerate(work_ns):
        clock.work(work)
        pacer.wait(index * PERIOD_NS)
        shown.append(clock.now_ns)
    return [s - shown[0] for s in shown], pacer


@given(st.lists(st.integers(0, PERIOD_NS), min_size=2, max_size=50))
def test_work_that_fits_into_the_period_never_shifts_a_frame(work_ns):
    shown, pacer = play(work_ns)
    assert all(abs(s - i * PERIOD_NS) <= 1 for i, s in enumerate(shown))
    assert pacer.late == 0


def test_a_late_frame_is_shown_at_once_and_the_next_is_on_time_again():
    shown, pacer = play([0, PERIOD_NS + 5_000_000, 0, 0])
    assert shown[1] == PERIOD_NS + 5_000_000
    assert shown[2:] == [2 * PERIOD_NS, 3 * PERIOD_NS]
    assert pacer.late == 1
    assert pacer.moved_ns == 0


def test_a_long_pause_moves_the_schedule_in_place_of_a_burst():
    shown, pacer = play([0, 2 * MOST_LAG_NS, 0, 0])
    assert shown[2] - shown[1] == PERIOD_NS
    assert shown[3] - shown[2] == PERIOD_NS
    assert pacer.moved_ns == 2 * MOST_LAG_NS - PERIOD_NS


def test_a_source_that_is_always_too_slow_plays_at_its_own_speed():
    work = [0, *[50_000_000] * 99]
    shown, pacer = play(work)
    assert shown[-1] == 99 * 50_000_000
    assert pacer.late > 90


def test_the_first_frame_is_shown_at_once_whenever_it_is_due():
    clock = Clock()
    pacer = Pacer(clock_ns=clock, sleep=clock.sleep)
    before = clock.now_ns
    pacer.wait(5 * PERIOD_NS)
    assert clock.now_ns == before
    pacer.wait(6 * PERIOD_NS)
    assert clock.now_ns == before + PERIOD_NS
