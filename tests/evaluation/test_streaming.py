"""A late answer is a wrong answer."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenet_ros.errors import ContractError
from tenet_ros.evaluation.streaming import newest_published, score_streaming

FRAME_NS = 33_000_000


def moving(count=10, step=6):
    """A square that moves ``step`` pixels a frame, as label images."""
    labels = np.zeros((count, 30, 90), np.uint8)
    for index in range(count):
        labels[index, 10:20, index * step : index * step + 10] = 1
    return labels


def score(delay_ns, labels):
    truth_ns = np.arange(len(labels), dtype=np.int64) * FRAME_NS
    return score_streaming(
        truth_ns=truth_ns,
        labels=labels,
        published_ns=truth_ns + delay_ns,
        masks=labels > 0,
        object_ids=[1],
    )


def test_answers_at_once_keep_their_score():
    assert score(0, moving()).jf == 1.0


def test_the_later_the_answer_the_lower_the_score():
    figures = [score(delay * FRAME_NS, moving()).jf for delay in (0, 1, 2, 3)]
    assert figures == sorted(figures, reverse=True)
    assert figures[-1] < figures[0]


def test_late_answers_about_a_still_object_cost_only_the_start():
    late = score(2 * FRAME_NS, moving(step=0))
    assert late.j.tolist() == [0.0, 0.0] + [1.0] * 8


def test_before_the_first_answer_nothing_is_said():
    late = score(FRAME_NS // 2, moving())
    assert late.answered.tolist() == [False] + [True] * 9


def test_no_answer_at_all_is_scored():
    labels = moving()
    silent = score_streaming(
        truth_ns=np.arange(10, dtype=np.int64),
        labels=labels,
        published_ns=np.zeros(0, np.int64),
        masks=[],
        object_ids=[1],
    )
    assert silent.jf == 0.0
    assert silent.wrong_target_fraction == 0.0


def test_of_results_published_at_one_instant_the_last_counts():
    pairs = newest_published(np.asarray([5]), np.asarray([5, 5, 6]))
    assert pairs.tolist() == [1]


@given(
    st.lists(st.integers(0, 1000), max_size=20).map(sorted),
    st.lists(st.integers(0, 1000), max_size=20),
)
def test_pairing_looks_back_only_and_no_further_than_needed(published, moments):
    pairs = newest_published(np.asarray(moments, np.int64), np.asarray(published, np.int64))
    for moment, pair in zip(moments, pairs, strict=True):
        assert pair == sum(time <= moment for time in published) - 1


def test_publish_times_that_step_back_are_refused():
    with pytest.raises(ContractError, match='ascending'):
        newest_published(np.asarray([5]), np.asarray([2, 1]))


def test_times_and_masks_must_agree_in_number():
    with pytest.raises(ContractError, match='one time per'):
        score_streaming(
            truth_ns=np.zeros(3, np.int64),
            labels=moving(2),
            published_ns=np.zeros(0, np.int64),
            masks=[],
            object_ids=[1],
        )
