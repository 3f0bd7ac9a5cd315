"""A node that takes its time publishes late, and leaves out what it has no time for."""

from __future__ import annotations

from tenet_ros.evaluation.tabletop.outbox import Outbox


def played(period_ns, taken_ns):
    box = Outbox(period_ns)
    for frame, taken in enumerate(taken_ns):
        box.work(frame, taken)
    return [box.newest(frame) for frame in range(len(taken_ns))]


def test_an_answer_at_once_is_the_frames_own():
    assert played(30, [0, 0, 0]) == [0, 1, 2]


def test_an_answer_within_a_period_is_one_frame_late():
    assert played(30, [29, 29, 29, 29]) == [-1, 0, 1, 2]


def test_a_node_half_as_fast_as_the_camera_answers_every_second_frame():
    # Works on 0 until 55, then on 1, which waited, until 110; 2 was replaced by 3 at 90.
    assert played(30, [55] * 7) == [-1, -1, 0, 0, 1, 1, 3]


def test_one_slow_frame_makes_the_next_one_late_and_then_it_is_over():
    assert played(30, [10, 45, 10, 10, 10]) == [-1, 0, 0, 2, 3]
