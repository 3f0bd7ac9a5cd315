"""What is counted as an answer, and for how much."""

from __future__ import annotations

import json

import pytest

from tenet_ros.cli.tour.pictures import contact_sheet
from tenet_ros.cli.tour.score import score, summary
from tenet_ros.evaluation.tabletop.figures import pool
from tenet_ros.types import State


def test_right_answers_are_worth_everything_but_the_latency(programme, perform, flawless):
    scored = score(programme, perform(programme, flawless))
    one, other, none = scored
    assert [s.case.text for s in scored] == ['the one', 'the other', 'none']
    assert all(s.good for s in scored)
    assert one.verdict.jf == other.verdict.jf == none.verdict.jf == 1.0
    assert 0.8 < one.verdict.streaming_jf < 1.0
    assert one.commit_s == 0.0
    assert none.answer == 'absent'
    things = programme.showings[0].recording.scene.things
    assert one.answer == f'{things[0].colour} {things[0].category}'


def test_a_sentence_holds_from_its_command_to_the_next(programme, perform, flawless):
    one, other, _ = score(programme, perform(programme, flawless))
    assert (one.first, one.last) == (1, 31)
    assert (other.first, other.last) == (31, 90)
    assert not one.case.judged[31:].any()
    assert not other.case.judged[:31].any()


def test_an_answer_to_another_command_is_none(programme, perform, flawless):
    def late(frame):
        return flawless(min(frame, 30)) if frame < 45 else flawless(frame)

    _, other, _ = score(programme, perform(programme, late))
    assert other.commit_s == pytest.approx(14 / 30, abs=1e-6)
    assert other.states[0] == ''
    assert other.verdict.jf < 0.8


def test_the_wrong_thing_is_wrong(programme, perform, flawless, answer):
    def swapped(frame):
        texts, targets = flawless(frame)
        return texts, [answer(texts[0], 1 if frame <= 30 else 0), *targets[1:]]

    one, other, none = score(programme, perform(programme, swapped))
    assert not one.good
    assert not other.good
    assert none.good
    assert one.verdict.wrong.all()
    assert one.commit_s == float('inf')


def test_a_mask_for_what_is_not_there_is_wrong(programme, perform, flawless, answer):
    def sees_ghosts(frame):
        texts, targets = flawless(frame)
        ghost = answer('none', 0, State.TENTATIVE)
        return texts, [*targets[:1], ghost] if frame > 30 else targets

    *_, none = score(programme, perform(programme, sees_ghosts))
    assert not none.good
    assert none.verdict.wrong.all()


def test_at_a_dropped_frame_the_newest_answer_stands(programme, perform, flawless):
    one, *_ = score(programme, perform(programme, lambda f: flawless(f) if f % 5 == 0 else None))
    assert one.states.count('COMMITTED') == 6
    assert one.states.count('') == 24
    # The first answer is to frame 5 and is out before frame 7.
    assert one.verdict.jf == pytest.approx(8 / 10)
    assert one.good


def test_the_summary_has_the_figures_of_the_benchmark(programme, perform, flawless):
    performance = perform(programme, flawless)
    figures = summary(score(programme, performance), performance)
    assert set(pool([])) | {'latency_ms', 'per_kind'} <= set(figures)
    assert set(figures['latency_ms']) == {'p50', 'p95', 'p99'}
    assert figures['latency_ms']['p50'] == pytest.approx(40.0)
    assert figures['jf'] == 1.0
    assert figures['violations'] == []
    assert [row['sentence'] for row in figures['asked']] == ['the one', 'the other', 'none']
    json.dumps(figures, allow_nan=False)


def test_the_sheet_has_a_strip_for_every_sentence(programme, perform, flawless):
    performance = perform(programme, flawless)
    scored = score(programme, performance)
    sheet = contact_sheet(programme, performance, scored)
    one = contact_sheet(programme, performance, scored[:1])
    assert sheet.shape == (2 * one.shape[0], one.shape[1], 3)
    assert (sheet[:, :, 0] > 200).any()
