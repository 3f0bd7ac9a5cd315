"""Every figure on cases small enough to count by hand: 10 frames a second, two or three things."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tenet_ros.errors import ContractError
from tenet_ros.evaluation.tabletop.figures import (
    first_commit_s,
    judge,
    median_or_none,
    pool,
    returns_s,
    switches,
)
from tenet_ros.evaluation.tabletop.record import NOWHERE, Case, Trace, thing_bits

FRAMES, RATE = 40, 10.0


def a_case(targets=0, *, kind='category', judged=None, pixels=1000, frames=FRAMES, things=3):
    """``targets``: a thing, None for nothing, or (T, N)."""
    if targets is None:
        rows = np.zeros((frames, things), bool)
    elif isinstance(targets, int):
        rows = np.zeros((frames, things), bool)
        rows[:, targets] = True
    else:
        rows = np.asarray(targets)
    visible = np.zeros(rows.shape, np.int64)
    visible[:] = pixels
    return Case(
        text='the mug', kind=kind, held_out=False, new_pair=False, rate_hz=RATE, targets=rows,
        judged=np.ones(len(rows), bool) if judged is None else judged, visible_px=visible,
    )  # fmt: skip


def a_trace(case, on, *, committed=None, j=None):
    """``on``: per frame the thing under the answer, -1 for nothing, None for no answer."""
    answered = np.asarray([o is not None for o in on])
    things = np.asarray([0 if o is None else thing_bits(np.asarray([o])) for o in on], np.int64)
    right = np.asarray(
        [o is not None and o >= 0 and case.targets[t, o] for t, o in enumerate(on)], bool
    )
    empty_truth = ~(case.targets & (case.visible_px > 0)).any(axis=1)
    fits = np.where(answered, right, empty_truth).astype(np.float32) if j is None else j
    scored = np.flatnonzero(case.judged)
    return Trace(
        answered=answered, right=right, things=things, scored=scored,
        committed=answered if committed is None else np.asarray(committed),
        j=fits[scored], f=fits[scored], stream_j=fits[scored], stream_f=fits[scored],
        wrong=(answered & ~right)[scored],
    )  # fmt: skip


def test_a_perfect_system_scores_one_everywhere():
    cases = [a_case(0), a_case(1, kind='motion'), a_case(None, kind='absent_colour')]
    traces = [
        a_trace(cases[0], [0] * FRAMES),
        a_trace(cases[1], [1] * FRAMES),
        a_trace(cases[2], [None] * FRAMES),
    ]
    found = pool([judge(c, t) for c, t in zip(cases, traces, strict=True)])
    ones = ('jf', 'streaming_jf', 'jf_target', 'n_acc', 'n_acc_sentences', 't_acc')
    assert [found[name] for name in ones] == [1.0] * len(ones)
    assert found['wrong_target_fraction'] == found['switches_per_min'] == 0
    assert found['commit_s_median'] == {'static': 0.0, 'motion': 0.0}


def test_swapping_to_another_thing_costs_exactly_its_time():
    case = a_case(0)
    on = [0] * 30 + [1] * 10
    found = pool([judge(case, a_trace(case, on))])
    assert found['wrong_target_fraction'] == 0.25
    assert found['jf'] == 0.75
    assert found['t_acc'] == 1.0, 'a wrong answer is an answer'
    assert found['switches_per_min'] == pytest.approx(1 / 4 * 60)


def test_frames_that_are_not_judged_count_nowhere():
    judged = np.ones(FRAMES, bool)
    judged[:20] = False
    case = a_case(0, judged=judged)
    good = judge(case, a_trace(case, [0] * FRAMES))
    confused = judge(case, a_trace(case, [1, None] * 10 + [0] * 20))
    assert pool([good]) == pool([confused])
    assert good.judged_s == 2.0


def test_a_late_commitment_is_late_by_its_frames():
    case = a_case(0)
    committed = [False] * 7 + [True] * 33
    assert first_commit_s(case, a_trace(case, [0] * FRAMES, committed=committed)) == 0.7


def test_a_commitment_to_the_wrong_thing_does_not_count():
    case = a_case(0)
    assert first_commit_s(case, a_trace(case, [1] * 12 + [0] * 28)) == pytest.approx(1.2)
    assert math.isinf(first_commit_s(case, a_trace(case, [1] * FRAMES)))


def test_time_to_commit_begins_when_the_thing_comes_into_view():
    pixels = np.full((FRAMES, 3), 1000)
    pixels[:15, 0] = 49
    case = a_case(0, pixels=pixels)
    assert first_commit_s(case, a_trace(case, [None] * 18 + [0] * 22)) == pytest.approx(0.3)


def test_time_to_commit_begins_when_a_person_could_tell():
    judged = np.arange(FRAMES) >= 10
    case = a_case(0, kind='motion', judged=judged)
    early = a_trace(case, [0] * FRAMES)
    assert first_commit_s(case, early) == 0.0, 'earlier than a person is not counted as late'


def test_a_sentence_never_committed_to_is_infinite_in_the_median():
    assert median_or_none([0.1, 0.2, math.inf]) == 0.2
    assert median_or_none([0.1, math.inf]) is None
    assert median_or_none([]) is None


def test_no_target_accuracy_counts_frames_of_sentences_without_object():
    case = a_case(None, kind='absent_category')
    found = pool([judge(case, a_trace(case, [None] * 30 + [2] * 10, committed=[False] * 40))])
    assert found['n_acc'] == 0.75
    assert found['n_acc_sentences'] == 1.0, 'a tentative mask is not a commitment'
    assert found['wrong_target_fraction'] == 0.25
    assert found['t_acc'] is None
    assert found['commit_s_median'] == {'static': None, 'motion': None}


def test_target_accuracy_gives_half_a_second_and_then_wants_an_answer():
    case = a_case(0)
    assert pool([judge(case, a_trace(case, [None] * 5 + [0] * 35))])['t_acc'] == 1.0
    found = pool([judge(case, a_trace(case, [None] * 12 + [0] * 28))])
    assert found['t_acc'] == pytest.approx(28 / 35)


def test_target_accuracy_gives_a_sentence_about_motion_longer():
    case = a_case(0, kind='temporal')
    assert pool([judge(case, a_trace(case, [None] * 15 + [0] * 25))])['t_acc'] == 1.0


def test_an_answer_while_the_thing_is_hidden_does_not_help_target_accuracy():
    pixels = np.full((FRAMES, 3), 1000)
    pixels[20:, 0] = 0
    case = a_case(0, pixels=pixels)
    assert len(judge(case, a_trace(case, [0] * FRAMES)).answered) == 15


def test_following_a_truth_that_changes_is_no_switch():
    targets = np.zeros((FRAMES, 3), bool)
    targets[:20, 0] = targets[20:, 1] = True
    case = a_case(targets)
    assert switches(case, a_trace(case, [0] * 20 + [1] * 20)) == 0
    assert switches(case, a_trace(case, [0] * 25 + [1] * 15)) == 0 + 1, 'too late, so from wrong'
    assert switches(case, a_trace(case, [0] * 20 + [None] * 5 + [2] * 15)) == 1


def test_silence_between_two_answers_on_one_thing_is_no_switch():
    case = a_case(0)
    assert switches(case, a_trace(case, [0] * 10 + [None] * 10 + [0] * 20)) == 0


def test_an_answer_on_nothing_is_a_thing_of_its_own():
    case = a_case(0)
    assert thing_bits(np.asarray([-1])) == 1 << NOWHERE
    assert switches(case, a_trace(case, [0] * 10 + [-1] * 30)) == 1


def hidden(start, end, left=0):
    pixels = np.full((FRAMES, 3), 1000)
    pixels[start:end, 0] = left
    return pixels


def test_a_return_is_answered_by_a_mask_on_it():
    case = a_case(0, pixels=hidden(10, 20))
    on = [0] * 10 + [None] * 14 + [0] * 16
    assert returns_s(case, a_trace(case, on)) == (0.4,)
    found = pool([judge(case, a_trace(case, on))])
    assert found['reacquire_rate'] == 1.0
    assert found['reacquire_s_median'] == 0.4


def test_a_return_answered_too_late_or_on_another_thing_is_missed():
    case = a_case(0, pixels=hidden(10, 20))
    late = pool([judge(case, a_trace(case, [0] * 10 + [None] * 16 + [0] * 14))])
    other = pool([judge(case, a_trace(case, [0] * 10 + [1] * 30))])
    assert late['reacquire_rate'] == other['reacquire_rate'] == 0.0
    assert late['reacquire_s_median'] == 0.6
    assert other['reacquire_s_median'] is None


@pytest.mark.parametrize(
    ('pixels', 'why'),
    [
        (hidden(10, 12), 'gone for less than 0.3 s'),
        (hidden(0, 10), 'never seen before'),
        (hidden(10, 20, left=60), 'still to be seen'),
        (hidden(30, 37), 'too little of the clip is left'),
    ],
)
def test_what_is_no_return(pixels, why):
    case = a_case(0, pixels=pixels)
    assert returns_s(case, a_trace(case, [0] * FRAMES)) == (), why


def test_a_return_counts_only_while_the_thing_is_referred_to():
    judged = np.ones(FRAMES, bool)
    judged[22] = False
    case = a_case(0, pixels=hidden(10, 20), judged=judged)
    assert returns_s(case, a_trace(case, [0] * FRAMES)) == ()


def test_each_sentence_counts_once_in_jf_however_many_frames_it_has():
    short = a_case(0, judged=np.arange(FRAMES) < 4)
    whole = a_case(0)
    found = pool(
        [judge(short, a_trace(short, [1] * FRAMES)), judge(whole, a_trace(whole, [0] * FRAMES))]
    )
    assert found['jf'] == 0.5
    assert found['wrong_target_fraction'] == pytest.approx(4 / 44, abs=1e-4)


def test_a_case_checks_its_arrays():
    with pytest.raises(ContractError, match='Case'):
        a_case(np.zeros((5, 3), bool), judged=np.ones(4, bool))
