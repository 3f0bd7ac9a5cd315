"""Sentences about scenes: which thing is meant, and how surely."""

from __future__ import annotations

import dataclasses
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenet_ros.config import PreferenceConfig
from tenet_ros.language.expression import Prompt
from tenet_ros.language.parser import parse
from tenet_ros.stages.preference import ExplicitPreference
from tenet_ros.types import TrackSet

SECOND = 1_000_000_000
SIZE = (480, 640)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Thing:
    """A box, what it is, and how it came there.

    Attributes:
        what: its noun; a phrase with this noun scores ``score`` for it.
        box: xyxy now.
        score: how sure the detector is.
        moves: pixels per second, x and y.
        grows: share per second.
        until_s: when it stopped, seconds before now.
        watched_s: how long it has been tracked.
        unseen_s: how long it has not been detected.
        colour: its colour; a phrase of another colour scores little for it.
    """

    what: str
    box: tuple[float, float, float, float]
    score: float = 0.6
    moves: tuple[float, float] = (0.0, 0.0)
    grows: float = 0.0
    until_s: float = 0.0
    watched_s: float = 2.0
    unseen_s: float = 0.0
    colour: str = ''


def square(x, y, side=40.0):
    return (x - side / 2, y - side / 2, x + side / 2, y + side / 2)


def track_set(query, things, *, evidence=6, reference=None, jitter=0.0, unlooked_s=0.0):
    expression = query.expression
    times_s = np.linspace(-2.0, 0.0, 31)
    rng = np.random.default_rng(0)
    n = len(things)
    history = np.zeros((n, len(times_s), 4))
    for row, thing in enumerate(things):
        box = np.asarray(thing.box)
        elapsed = np.minimum(times_s + thing.until_s, 0.0)
        centre = (box[:2] + box[2:]) / 2 + elapsed[:, None] * np.asarray(thing.moves)
        half = (box[2:] - box[:2]) / 2 * np.exp(thing.grows * elapsed)[:, None]
        history[row] = np.concatenate([centre - half, centre + half], axis=1)
        history[row] += rng.normal(0.0, jitter * (box[2] - box[0]), history[row].shape)
    phrase_scores = [
        [
            thing.score
            * (not phrase.noun or phrase.noun == thing.what)
            * (0.08 if phrase.colours and thing.colour not in phrase.colours else 1.0)
            * (0.08 if thing.colour in phrase.excluded_colours else 1.0)
            for phrase in expression.phrases
        ]
        for thing in things
    ]
    hits = np.zeros((n, 1)) if reference is None else np.asarray(reference)[:, None]
    watched = np.asarray([thing.watched_s for thing in things]).reshape(n, 1)
    stamps = np.round((times_s + 2.0) * SECOND).astype(np.int64)
    return dataclasses.replace(
        TrackSet.empty(int(stamps[-1]), len(expression.phrases), 1),
        ids=np.arange(1, n + 1),
        boxes=np.asarray([thing.box for thing in things], np.float32).reshape(n, 4),
        velocities=np.zeros((n, 4), np.float32),
        scores=np.asarray([thing.score for thing in things], np.float32),
        hits=np.full(n, evidence),
        age_ns=(watched[:, 0] * SECOND).astype(np.int64),
        unseen_ns=np.asarray([t.unseen_s * SECOND for t in things], np.int64),
        phrase_scores=np.asarray(phrase_scores, np.float32).reshape(n, len(expression.phrases)),
        reference_hits=hits.astype(np.float32),
        evidence=np.full(n, evidence),
        history=history.astype(np.float32),
        history_valid=np.broadcast_to(times_s >= -watched - 1e-6, (n, len(times_s))).copy(),
        history_stamps_ns=stamps,
        labels=tuple(thing.what for thing in things),
        looks=10,
        unlooked_ns=round(unlooked_s * SECOND),
    )


@pytest.fixture
def judge():
    """Return what the scorer says of a sentence about things: scores."""

    def score(sentence, things, *, findable=(), config=None, size=SIZE, **options):
        query = Prompt.of(1, (parse(sentence),)).queries[0]
        query = dataclasses.replace(query, findable=findable)
        preference = ExplicitPreference(config or PreferenceConfig())
        return preference.score(query, track_set(query, things, **options), size)

    return score


@pytest.fixture
def best(judge):
    """Return the index of the thing that a sentence means, or None if it means none."""

    def choose(sentence, things, **options):
        scores = judge(sentence, things, **options)
        row = int(scores.logits.argmax())
        return row if scores.logits[row] > scores.null else None

    return choose


# A table with a laptop on it; mugs to its left, to its right, and on the floor.
TABLE = Thing(what='table', box=(150, 200, 500, 400))
LAPTOP = Thing(what='laptop', box=(280, 180, 370, 240))
LEFT_MUG = Thing(what='mug', box=square(230, 230), colour='red')
RIGHT_MUG = Thing(what='mug', box=square(430, 230), colour='blue')
FLOOR_MUG = Thing(what='mug', box=square(560, 440), colour='blue')
MUGS = [LEFT_MUG, RIGHT_MUG, FLOOR_MUG, LAPTOP, TABLE]


@pytest.mark.parametrize(
    ('sentence', 'row'),
    [
        ('the mug to the left of the laptop', 0),
        ('the mug right of the laptop on the table', 1),
        ('the mug that is not on the table', 2),
        ('the mug far from the laptop', 2),
        ('the red mug', 0),
        ('the mug that is not red next to the laptop', 1),
        ('the leftmost mug', 0),
        ('the second mug from the left', 1),
        ('the third mug from the left', 2),
        ('the mug on the right', 2),
        ('the middle mug', 1),
        ('the mug closest to the camera', 2),
        ('the lowest mug', 2),
        ('the mug farthest from the laptop', 2),
        ('the thing the mugs are on', 4),
        ('the laptop between the mugs', 3),
        ('the laptop between the red mug and the blue mug', 3),
        ('the table under the laptop', 4),
        ('the biggest thing', 4),
    ],
)
def test_the_thing_that_is_meant_is_preferred(best, sentence, row):
    assert best(sentence, MUGS) == row


def test_the_same_words_mean_something_else_in_a_mirror(best):
    mirrored = [
        Thing(what=t.what, box=(640 - t.box[2], t.box[1], 640 - t.box[0], t.box[3]))
        for t in (LEFT_MUG, RIGHT_MUG, LAPTOP)
    ]
    assert best('the mug to the left of the laptop', mirrored) == 1
    assert best('the leftmost mug', mirrored) == 1


def test_category_that_nothing_has_is_absent(best):
    assert best('the dog', MUGS) is None


def test_right_category_in_the_wrong_colour_is_absent(best):
    assert best('the green mug', MUGS) is None


def test_two_of_a_kind_leave_a_doubt(judge):
    scores = judge('the mug', [LEFT_MUG, RIGHT_MUG])
    assert scores.logits[0] == pytest.approx(scores.logits[1])
    assert scores.logits[0] > scores.null


def test_confidence_alone_does_not_choose(judge):
    unlike = [Thing(what='mug', box=square(100, 200), score=s) for s in (0.5, 0.9)]
    near = judge('the mug', unlike).logits
    assert near[1] - near[0] < 1.0
    assert judge('the mug on the left', unlike).logits.argmax() == 0 or near[0] < near[1]


def test_several_targets_are_each_judged_by_themselves(judge):
    scores = judge('the mugs', MUGS)
    assert (scores.logits[:3] > 0).all()
    assert (scores.logits[3:] < 0).all()


def test_coordinated_targets_are_one_of_each(judge):
    dogs = [Thing(what='dog', box=square(100, 200)), Thing(what='dog', box=square(300, 200))]
    ball = Thing(what='ball', box=square(340, 220, 20))
    scores = judge('the dog next to the ball and the ball', [*dogs, ball])
    assert scores.logits[1] > scores.logits[0]


def test_of_the_two_largest_both_are_meant(judge):
    boxes = [Thing(what='box', box=square(100 * i + 60, 200, 20.0 * i)) for i in (1, 2, 3, 4)]
    logits = judge('the two largest boxes', boxes).logits
    assert logits[[2, 3]].min() > max(logits[[0, 1]].max(), 0.5)


def test_a_track_is_not_its_own_anchor(best):
    alone = [Thing(what='dog', box=square(100, 200))]
    assert best('the dog next to the dog', alone, findable=(True, True)) in {None, 0}
    three = [Thing(what='dog', box=square(x, 200)) for x in (100, 150, 600)]
    assert best('the dog next to the dog', three) in {0, 1}


def test_who_does_it_and_to_whom_it_is_done_are_told_apart(best):
    dog = Thing(what='dog', box=square(200, 200), moves=(120, 0))
    cat = Thing(what='cat', box=square(320, 200), moves=(120, 0))
    rest = Thing(what='cat', box=square(60, 200))
    assert best('the cat that the dog is chasing', [dog, cat, rest]) == 1
    assert best('the dog chasing the cat', [dog, cat, rest]) == 0
    assert best('the cat not chased by the dog', [dog, cat, rest]) == 2


def test_relations_of_an_anchor_choose_the_anchor(best):
    men = [Thing(what='man', box=(x, 100, x + 60, 300)) for x in (100, 400)]
    bike = Thing(what='bike', box=(390, 220, 480, 320))
    dogs = [Thing(what='dog', box=square(x, 290)) for x in (200, 520)]
    scene = [*men, bike, *dogs]
    assert best('the dog next to the man who is riding the bike', scene) == 4
    assert best('the dog next to the leftmost man', scene) == 3


class TestMissingAnchors:
    dog = Thing(what='dog', box=square(200, 200))

    def test_what_the_detector_cannot_know_does_not_count_against(self, best):
        assert best('the dog in front of the wall', [self.dog], findable=(True, False)) == 0

    def test_what_it_knows_and_does_not_see_does(self, best):
        assert best('the dog with the frisbee', [self.dog], findable=(True, True)) is None

    def test_a_missing_place_is_only_a_doubt(self, judge):
        sure = judge('the dog', [self.dog]).logits[0]
        doubtful = judge('the dog on the sofa', [self.dog], findable=(True, True)).logits[0]
        assert 0 < doubtful < sure

    def test_where_nobody_says_the_certainty_is_reduced(self, judge):
        sure = judge('the dog', [self.dog]).logits[0]
        doubtful = judge('the dog next to the wall', [self.dog]).logits[0]
        assert 0 < doubtful < sure

    def test_absence_agrees_with_without(self, judge):
        sentence = 'the dog without a frisbee'
        assert judge(sentence, [self.dog], findable=(True, True)).logits[0] > 1.0

    def test_clothes_are_judged_by_their_wearer(self, best):
        man = Thing(what='man', box=(100, 100, 160, 300))
        assert best('the man in the red shirt', [man], findable=(True, True)) == 0


class TestMotion:
    parked = Thing(what='car', box=square(100, 300, 60))
    left = Thing(what='car', box=square(300, 300, 60), moves=(-60, 0))
    right = Thing(what='car', box=square(500, 300, 60), moves=(60, 0))
    coming = Thing(what='car', box=square(400, 200, 60), grows=0.5)
    cars = (parked, left, right, coming)

    @pytest.mark.parametrize(
        ('sentence', 'row'),
        [
            ('the parked car', 0),
            ('the car that is not moving', 0),
            ('the car moving to the left', 1),
            ('the car driving to the right', 2),
            ('the car driving towards the camera', 3),
        ],
    )
    def test_motion_chooses(self, best, sentence, row):
        assert best(sentence, self.cars) == row

    def test_motion_is_seen_through_jitter(self, best):
        assert best('the car moving to the left', self.cars, jitter=0.04) == 1
        assert best('the parked car', self.cars[:3], jitter=0.04) == 0

    def test_what_stopped_is_preferred_to_what_always_stood(self, best):
        stopped = Thing(what='car', box=square(500, 300, 60), moves=(90, 0), until_s=1.2)
        assert best('the car that stopped', [self.parked, stopped, self.left]) == 1

    def test_what_came_later_has_entered(self, best):
        new = Thing(what='car', box=square(500, 300, 60), watched_s=0.8)
        assert best('the car that enters', [self.parked, new]) == 1

    def test_motion_is_not_settled_before_it_was_watched(self, judge):
        fresh = Thing(what='car', box=square(300, 300), moves=(-60, 0), watched_s=0.2)
        known = Thing(what='car', box=square(300, 300), moves=(-60, 0))
        assert judge('the moving car', [fresh]).settled < 0.5
        assert judge('the moving car', [known]).settled == 1.0
        assert judge('the car', [fresh]).settled == 1.0

    def test_unwatched_motion_says_nothing(self, judge):
        fresh = Thing(what='car', box=square(300, 300), watched_s=0.05)
        moving, plain = (judge(s, [fresh]).logits[0] for s in ('the moving car', 'the car'))
        assert moving == pytest.approx(plain, abs=0.05)

    def test_the_cameras_own_motion_is_taken_out(self, best):
        pan = [Thing(what='car', box=square(80 * i + 60, 300), moves=(-200, 0)) for i in range(6)]
        follows = Thing(what='car', box=square(300, 200), moves=(5, 0))
        assert best('the moving car', [*pan, follows]) == 6
        assert best('the fastest car', [*pan, follows]) == 6

    def test_dancing_on_the_spot_is_motion(self, best):
        rng = np.random.default_rng(3)
        query = Prompt.of(1, (parse('the person dancing'),)).queries[0]
        people = [Thing(what='person', box=(x, 100, x + 60, 300)) for x in (100, 300)]
        tracks = track_set(query, people, jitter=0.02)
        tracks.history[1] += rng.normal(0, 25, tracks.history[1].shape).astype(np.float32)
        logits = ExplicitPreference().score(query, tracks, SIZE).logits
        assert logits[1] > logits[0] + 1.0


def test_the_detectors_own_answer_counts_where_there_is_one(judge):
    twins = [Thing(what='dog', box=square(x, 200)) for x in (100, 300)]
    with_answer = judge('the dog', twins, reference=[0.0, 1.0]).logits
    assert with_answer[1] > with_answer[0]


def test_unseen_track_counts_less(judge):
    twins = [Thing(what='dog', box=square(100, 200), unseen_s=u) for u in (0.0, 1.0)]
    logits = judge('the dog', twins).logits
    assert logits[0] > logits[1]


def test_what_a_slow_detector_has_not_looked_for_is_not_missing(judge):
    dog = Thing(what='dog', box=square(100, 200), unseen_s=1.0)
    seen = judge('the dog', [dataclasses.replace(dog, unseen_s=0.0)])
    waiting, missed, long_missed = (judge('the dog', [dog], unlooked_s=u) for u in (1.0, 0.5, 0.0))
    assert waiting.logits == seen.logits
    assert waiting.null < 0
    assert waiting.logits > missed.logits > long_missed.logits


def test_first_look_is_not_enough_to_be_settled(judge):
    assert judge('the mug', MUGS, evidence=0).settled == 0.0
    assert judge('the mug', MUGS, evidence=1).settled == 0.5
    assert judge('the mug', MUGS, evidence=2).settled == 1.0


def test_without_tracks_there_is_nothing(judge):
    scores = judge('the dog', [])
    assert scores.logits.shape == (0,)
    assert scores.null > 0


boxes = st.tuples(
    st.floats(-50, 700), st.floats(-50, 500), st.floats(0, 300), st.floats(0, 300)
).map(lambda b: (b[0], b[1], b[0] + b[2], b[1] + b[3]))
SENTENCES = (
    'the dog left of the cat',
    'the cat between the dogs',
    'the largest dog closest to the cat',
    'the dog chasing the cat that is moving left',
    'the second dog from the left, not the parked one',
    'the dog and the cat',
    'the fastest thing on the cat',
    'the dogs away from the cat',
)


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(SENTENCES),
    st.lists(st.tuples(st.sampled_from(['dog', 'cat']), boxes, st.floats(0, 1)), max_size=6),
    st.sampled_from([(), (True,), (False,)]),
)
def test_any_boxes_give_finite_scores_and_the_same_again(sentence, drawn, known):
    things = [Thing(what=what, box=box, score=score) for what, box, score in drawn]
    expression = parse(sentence)
    query = Prompt.of(1, (expression,)).with_findable(known * len(expression.phrases)).queries[0]
    tracks = track_set(query, things)
    first = ExplicitPreference().score(query, tracks, SIZE)
    again = ExplicitPreference().score(query, tracks, SIZE)
    assert first.logits.shape == (len(things),)
    assert np.isfinite(first.logits).all()
    assert np.isfinite(first.null)
    assert 0.0 <= first.settled <= 1.0
    np.testing.assert_array_equal(first.logits, again.logits)


def test_a_sentence_among_others_scores_exactly_as_it_does_alone():
    prompt = Prompt.of(1, tuple(parse(sentence) for sentence in SENTENCES))
    things = [Thing(what=w, box=square(90 * i, 200)) for i, w in enumerate(['dog', 'cat'] * 3)]
    each = [track_set(query, things) for query in prompt.queries]
    tracks = dataclasses.replace(
        each[0],
        phrase_scores=np.concatenate([tracks.phrase_scores for tracks in each], axis=1),
        reference_hits=np.concatenate([tracks.reference_hits for tracks in each], axis=1),
    )
    preference = ExplicitPreference()
    together = preference.score_all(prompt.queries, tracks, SIZE)
    for query, scores in zip(prompt.queries, together, strict=True):
        alone = preference.score(query, tracks, SIZE)
        np.testing.assert_array_equal(scores.logits, alone.logits)
        assert (scores.null, scores.settled) == (alone.null, alone.settled)
    assert preference.score_all((), tracks, SIZE) == ()


def test_order_of_tracks_does_not_matter(judge):
    forwards = judge('the mug to the left of the laptop', MUGS).logits
    backwards = judge('the mug to the left of the laptop', MUGS[::-1]).logits
    np.testing.assert_allclose(forwards, backwards[::-1], rtol=1e-4)


def test_twenty_tracks_take_about_a_millisecond():
    query = Prompt.of(1, (parse('the small mug left of the laptop on the table'),)).queries[0]
    things = [Thing(what='mug', box=square(20 + 30 * i, 200)) for i in range(20)]
    tracks, preference = track_set(query, things), ExplicitPreference()
    spent = []
    for _ in range(30):
        start = time.perf_counter()
        preference.score(query, tracks, SIZE)
        spent.append(time.perf_counter() - start)
    assert min(spent) < 2e-3


def test_score_of_an_empty_history_is_defined():
    query = Prompt.of(1, (parse('the moving dog'),)).queries[0]
    scores = ExplicitPreference().score(query, TrackSet.empty(0, 1, 1), SIZE)
    assert len(scores.logits) == 0
