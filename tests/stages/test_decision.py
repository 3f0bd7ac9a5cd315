"""Every arrow of the state diagram, and the hysteresis between them."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenet_ros.geometry import iou_matrix
from tenet_ros.language.expression import Expression, Extreme, Order, Phrase, Prompt
from tenet_ros.stages.decision import Decider
from tenet_ros.stages.decision_view import SAME_THING_IOU
from tenet_ros.stages.protocols import PreferenceScores
from tenet_ros.types import State, TrackSet

MS = 1_000_000
FRAME_MS = 33


def query(count=1, orders=()):
    phrase = Phrase(text='dog', noun='dog')
    dog = Expression(text='the dog', phrases=(phrase,), count=count, orders=orders)
    return Prompt.of(1, (dog,)).queries[0]


def track_set(
    ids,
    stamp_ms,
    *,
    unseen_ms=0.0,
    age_ms=60_000.0,
    evidence=5,
    looks=10,
    unlooked_ms=0.0,
    box=(0, 0, 0, 0),
    former_ids=(),
    gone_ms=None,
):
    n = len(ids)
    ago_ms = [2000, 0] if gone_ms is None else [2000, gone_ms, 0]
    return dataclasses.replace(
        TrackSet.empty(int(stamp_ms * MS), 1, 1),
        ids=np.asarray(ids, np.int64),
        boxes=np.tile(np.asarray([box], np.float32), (n, 1)),
        velocities=np.zeros((n, 4), np.float32),
        scores=np.ones(n, np.float32),
        hits=np.full(n, evidence, np.int64),
        age_ns=np.full(n, age_ms * MS, np.int64),
        unseen_ns=np.broadcast_to(np.asarray(unseen_ms, np.float64) * MS, (n,)).astype(np.int64),
        phrase_scores=np.zeros((n, 1), np.float32),
        reference_hits=np.zeros((n, 1), np.float32),
        evidence=np.full(n, evidence, np.int64),
        history=np.zeros((n, len(ago_ms), 4), np.float32),
        history_valid=np.tile(np.asarray(ago_ms) != gone_ms, (n, 1)),
        history_stamps_ns=np.asarray([(stamp_ms - ago) * MS for ago in ago_ms], np.int64),
        labels=('dog',) * n,
        looks=looks,
        unlooked_ns=int(unlooked_ms * MS),
        former_ids=np.asarray(former_ids, np.int64),
    )


def logit(p):
    return float(np.log(p / (1 - p)))


class Run:
    """A decider fed frame by frame with probabilities."""

    def __init__(self, count=1, orders=()):
        self.decider = Decider()
        self.query = query(count, orders)
        self.stamp_ms = 0.0

    def frame(self, fits, null=0.05, *, settled=1.0, **options):
        """``fits``: track id to probability."""
        self.stamp_ms += FRAME_MS
        scores = PreferenceScores(
            logits=np.asarray([logit(p) for p in fits.values()], np.float32),
            null=logit(null),
            settled=settled,
        )
        tracks = track_set(list(fits), self.stamp_ms, **options)
        return self.decider.update(self.query, scores, tracks)

    def frames(self, n, fits, null=0.05, **options):
        return [self.frame(fits, null, **options) for _ in range(n)]

    def committed(self, track_id=1):
        self.frames(20, {track_id: 0.9})
        return self


def test_nothing_there_is_searching_until_enough_looks_say_absent():
    run = Run()
    assert run.frame({}, null=0.9, looks=1).state is State.SEARCHING
    states = [d.state for d in run.frames(60, {}, null=0.9, looks=1)]
    assert set(states) == {State.SEARCHING}, 'one look is not enough, however long ago'
    states = [d.state for d in run.frames(60, {}, null=0.9, looks=20)]
    assert states[0] is State.SEARCHING
    assert states[-1] is State.ABSENT


def test_clear_leader_is_tentative_first_and_committed_after_its_dwell():
    run = Run()
    decisions = run.frames(20, {1: 0.9, 2: 0.2})
    assert decisions[0].state is State.TENTATIVE
    assert decisions[0].track_ids == (1,)
    assert decisions[-1].state is State.COMMITTED
    first = next(i for i, d in enumerate(decisions) if d.state is State.COMMITTED)
    assert 3 <= first <= 7


@pytest.mark.parametrize(
    ('fits', 'null', 'options'),
    [
        ({1: 0.8, 2: 0.78}, 0.05, {}),
        ({1: 0.6}, 0.55, {}),
        ({1: 0.45}, 0.05, {}),
        ({1: 0.9}, 0.05, {'settled': 0.3}),
        ({1: 0.9}, 0.05, {'evidence': 1}),
    ],
    ids=['no margin over a rival', 'no margin over the null', 'weak', 'unsettled', 'one look'],
)
def test_doubtful_leader_stays_tentative(fits, null, options):
    assert {d.state for d in Run().frames(90, fits, null, **options)} == {State.TENTATIVE}


def test_committed_track_is_lost_when_unseen_and_regained_at_once():
    run = Run().committed()
    lost = run.frame({1: 0.9}, unseen_ms=900)
    assert (lost.state, lost.track_ids) == (State.LOST, (1,))
    assert run.frame({}).state is State.LOST
    back = run.frame({1: 0.9})
    assert (back.state, back.track_ids, back.switches) == (State.COMMITTED, (1,), 0)


def test_short_gap_is_not_a_loss():
    run = Run().committed()
    assert run.frame({1: 0.9}, unseen_ms=200).state is State.COMMITTED


def test_a_track_that_looks_missed_is_lost_sooner_than_one_that_nothing_looked_for():
    seen_with = {1: 0.9, 2: 0.1}
    assert Run().committed().frame(seen_with, unseen_ms=400).state is State.COMMITTED
    assert Run().committed().frame(seen_with, unseen_ms=[400, 0]).state is State.LOST
    assert Run().committed().frame(seen_with, unseen_ms=[400, 200]).state is State.COMMITTED


def test_what_a_slow_detector_has_not_looked_for_is_not_lost():
    run = Run().committed()
    for age_ms in range(400, 1400, FRAME_MS):  # answers 400 ms late, every second
        assert run.frame({1: 0.9}, unseen_ms=age_ms, unlooked_ms=age_ms).state is State.COMMITTED
    assert run.frame({1: 0.9}, unseen_ms=1400, unlooked_ms=400).state is State.LOST, 'missed'


def test_a_detector_that_has_stopped_to_look_loses_everything():
    assert Run().committed().frame({1: 0.9}, unseen_ms=3e3, unlooked_ms=3e3).state is State.LOST


def test_another_track_takes_the_place_of_a_lost_one_more_slowly():
    run = Run().committed()
    decisions = run.frames(40, {7: 0.9})
    first = next(i for i, d in enumerate(decisions) if d.state is State.COMMITTED)
    assert 7 <= first <= 12
    assert decisions[first].track_ids == (7,)
    assert decisions[first].switched
    assert sum(d.switched for d in decisions) == 1


def test_a_track_that_is_new_since_the_loss_takes_its_place_soon():
    run = Run().committed()
    run.frames(20, {})
    decisions = [run.frame({7: 0.9}, age_ms=age) for age in range(0, 5 * FRAME_MS, FRAME_MS)]
    first = next(i for i, d in enumerate(decisions) if d.state is State.COMMITTED)
    assert 1 <= first <= 2
    assert decisions[first].track_ids == (7,)


def test_a_track_that_was_there_beside_the_lost_one_is_not_its_return():
    run = Run().committed()
    run.frames(20, {})
    states = [run.frame({7: 0.9}, age_ms=2_000.0).state for _ in range(5)]
    assert set(states) == {State.LOST}


def test_an_earlier_track_that_was_away_when_it_was_lost_takes_its_place_soon():
    run = Run().committed()
    run.frames(20, {})
    back = [run.frame({7: 0.9}, gone_ms=(20 + n) * FRAME_MS) for n in range(5)]
    assert back[3].state is State.COMMITTED
    assert back[3].track_ids == (7,)


class TestWhatMovedFirst:
    """What is true of one track for good: no doubt, and nothing that was there too, changes it."""

    def run(self):
        run = Run(orders=(Order(extreme=Extreme.FIRST_MOVED),))
        run.frames(20, {1: 0.9, 2: 0.05})
        return run

    def test_it_is_not_let_go_for_doubt(self):
        decisions = self.run().frames(60, {1: 0.1, 2: 0.05}, null=0.3)
        assert {d.state for d in decisions} == {State.COMMITTED}

    def test_nothing_that_was_there_takes_its_place(self):
        run = self.run()
        assert {d.state for d in run.frames(60, {2: 0.95})} == {State.LOST}
        assert run.frame({1: 0.9, 2: 0.2}).track_ids == (1,)

    def test_something_new_takes_its_place(self):
        run = self.run()
        run.frames(20, {2: 0.2})
        new = [run.frame({7: 0.95}, age_ms=age) for age in range(0, 5 * FRAME_MS, FRAME_MS)]
        assert new[-1].track_ids == (7,)

    def test_a_rival_that_is_plainly_better_does_too(self):
        assert self.run().frames(30, {1: 0.05, 2: 0.95})[-1].track_ids == (2,)

    def test_of_anything_else_doubt_lets_go(self):
        run = Run().committed()
        assert run.frames(60, {1: 0.1}, null=0.3)[-1].state is State.SEARCHING


@pytest.mark.parametrize('count', [1, 0])
def test_target_that_turns_out_to_be_an_earlier_track_stays_chosen(count):
    run = Run(count)
    run.frames(20, {9: 0.9})
    known = run.frame({3: 0.9}, former_ids=[9])
    assert (known.state, known.track_ids, known.switches) == (State.COMMITTED, (3,), 0)
    assert run.frame({3: 0.9}, former_ids=[9]).track_ids == (3,)


def test_lost_target_is_forgotten_in_the_end():
    run = Run().committed()
    states = [d.state for d in run.frames(600, {}, null=0.9)]
    assert states[0] is State.LOST
    assert states[-1] is State.ABSENT


def test_switch_needs_a_rival_that_is_better_for_a_while():
    run = Run().committed()
    blip = run.frames(5, {1: 0.5, 2: 0.95}) + run.frames(10, {1: 0.9, 2: 0.3})
    assert all(d.track_ids == (1,) for d in blip)
    decisions = run.frames(40, {1: 0.5, 2: 0.95})
    assert decisions[0].track_ids == (1,)
    assert decisions[-1].track_ids == (2,)
    assert decisions[-1].switches == 1


def test_committed_track_that_no_longer_fits_is_let_go():
    run = Run().committed()
    assert run.frame({1: 0.1}, null=0.9).state is State.COMMITTED
    states = [d.state for d in run.frames(90, {1: 0.1}, null=0.9)]
    assert states[-1] is State.ABSENT


@given(st.lists(st.floats(0.36, 0.79), min_size=30, max_size=60))
def test_scores_that_waver_within_the_hysteresis_change_nothing(scores):
    run = Run().committed()
    for p in scores:
        decision = run.frame({1: p, 2: 0.5}, null=0.1)
        assert (decision.state, decision.track_ids) == (State.COMMITTED, (1,))


def test_all_that_fit_are_selected_when_all_are_meant():
    decisions = Run(count=0).frames(20, {1: 0.9, 2: 0.2, 3: 0.7})
    assert decisions[-1].state is State.COMMITTED
    assert decisions[-1].track_ids == (1, 3)


def test_as_many_as_are_meant_are_selected():
    decisions = Run(count=2).frames(20, {1: 0.6, 2: 0.7, 3: 0.9})
    assert decisions[-1].track_ids == (3, 2)


def test_several_targets_are_lost_together_and_come_back():
    run = Run(count=0)
    run.frames(20, {1: 0.9, 2: 0.8})
    assert run.frame({}).state is State.LOST
    assert run.frame({1: 0.9, 2: 0.8}).state is State.COMMITTED


def test_stamps_that_stand_still_or_go_back_do_no_harm():
    run = Run()
    for _ in range(30):
        decision = run.frame({1: 0.9})
        run.stamp_ms -= 2 * FRAME_MS
    assert decision.state is State.COMMITTED


def test_two_perfect_fits_are_a_doubt_and_two_weak_ones_too():
    assert Run().frames(60, {1: 0.98, 2: 0.975})[-1].state is State.TENTATIVE
    assert Run().frames(60, {1: 0.6, 2: 0.58, 3: 0.55})[-1].state is State.TENTATIVE


def test_strong_fit_leads_a_good_one_though_both_probabilities_are_high():
    decision = Run().frames(60, {1: 0.99, 2: 0.9})[-1]
    assert decision.state is State.COMMITTED
    assert decision.margin > 0.2


def test_shown_leader_stays_until_another_is_plainly_better():
    run = Run()
    shown = [run.frame({1: p, 2: 0.7}).track_ids for p in (0.71, 0.69, 0.71, 0.69, 0.68)]
    assert set(shown) == {(1,)}
    assert run.frame({1: 0.5, 2: 0.7}).track_ids == (2,)


def test_second_track_on_the_same_thing_is_no_rival():
    decisions = Run().frames(30, {1: 0.9, 2: 0.88}, box=(0, 0, 10, 10))
    assert decisions[-1].state is State.COMMITTED


def test_pause_of_the_camera_is_no_dwell_and_no_loss():
    run = Run()
    run.frame({1: 0.9})
    run.stamp_ms += 3_600_000
    assert run.frame({1: 0.1}, null=0.9).state is State.SEARCHING
    run.committed()
    run.frame({}, null=0.9)
    run.stamp_ms += 3_600_000
    assert run.frame({}, null=0.9).state is State.LOST, 'still waited for'
    assert run.frame({1: 0.9}).track_ids == (1,)


def test_absence_ends_when_something_fits():
    run = Run()
    run.frames(60, {}, null=0.9)
    assert run.frame({5: 0.35}, null=0.65).state is State.ABSENT
    assert run.frame({5: 0.8}, null=0.2).state is State.TENTATIVE


@given(
    st.lists(
        st.tuples(
            st.dictionaries(st.integers(1, 4), st.floats(0.01, 0.99), max_size=4),
            st.floats(0.01, 0.99),
            st.sampled_from([0.0, 300.0, 2000.0]),
        ),
        max_size=40,
    ),
    st.sampled_from([0, 1, 2]),
)
def test_decision_keeps_its_contract_on_any_scores(frames, count):
    run, again = Run(count), Run(count)
    switches = 0
    for fits, null, unseen_ms in frames:
        decision = run.frame(fits, null, unseen_ms=unseen_ms)
        assert decision == again.frame(fits, null, unseen_ms=unseen_ms), 'deterministic'
        shown = decision.state in {State.TENTATIVE, State.COMMITTED}
        assert shown <= bool(decision.track_ids)
        assert set(decision.track_ids) <= set(fits) or not shown
        assert 0.0 <= decision.preference <= 1.0
        assert -1.0 <= decision.margin <= 1.0
        assert decision.switches == switches + decision.switched
        switches = decision.switches


@given(seed=st.integers(0, 10_000))
def test_margin_is_over_the_null_and_the_best_rival_that_is_another_thing(seed):
    rng = np.random.default_rng(seed)
    ids = list(range(int(rng.integers(1, 6))))
    low = rng.choice([0.0, 4.0, 60.0], (len(ids), 2))
    boxes = np.concatenate([low, low + 50], axis=1).astype(np.float32)
    tracks = dataclasses.replace(track_set(ids, 0), boxes=boxes)
    logits = rng.normal(size=len(ids), scale=2).astype(np.float32) + np.float32(1)
    scores = PreferenceScores(logits=logits, null=float(rng.normal(scale=2)), settled=1.0)
    decision = Decider().update(query(), scores, tracks)
    if not decision.track_ids:
        return
    row = decision.track_ids[0]
    shares = np.exp(logits) / np.exp(logits).sum()
    others = iou_matrix(boxes[row : row + 1], boxes)[0] < SAME_THING_IOU
    over_rivals = shares[row] - shares[others].max(initial=0.0)
    over_null = 1 / (1 + np.exp(-logits[row])) - 1 / (1 + np.exp(-scores.null))
    assert decision.margin == pytest.approx(min(over_rivals, over_null), abs=1e-5)
