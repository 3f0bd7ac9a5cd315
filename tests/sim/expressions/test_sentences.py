"""Sentences about generated clips, checked against the truth by other means than made them."""

from __future__ import annotations

import collections
import dataclasses
import re

import numpy as np
import pytest

from tenet_ros.errors import ContractError
from tenet_ros.sim import catalogue
from tenet_ros.sim.expressions import sentences
from tenet_ros.sim.expressions.meaning import Deed, End, Place
from tenet_ros.sim.expressions.referent import Clip
from tenet_ros.sim.expressions.sentences import meant
from tenet_ros.sim.generator import generate
from tenet_ros.sim.projection import observe
from tenet_ros.sim.sentence import KINDS

RATE_HZ = 6.0
CLIPS = 12


@pytest.fixture(scope='module')
def clips():
    """Return some clips of the training split and of the test split."""
    made = []
    for seed in range(CLIPS):
        split = 'train' if seed % 2 else 'test'
        scene = generate(seed, split, rate_hz=RATE_HZ)
        made.append((scene, observe(scene)))
    return made


@pytest.fixture(scope='module')
def spoken(clips):
    """Return (scene, truth, sentence, meaning) of all of them."""
    return [
        (scene, truth, sentence, meaning)
        for scene, truth in clips
        for sentence, meaning in meant(
            scene, truth, split=scene.split, seed=1, count=20, pool=scene.split
        )
    ]


def fits(thing, name):
    """Return whether a thing has every quality that a name says, without any doubt."""
    return (
        name.category in {'', thing.category}
        and name.colour in {'', thing.colour}
        and name.pattern in {'', thing.pattern}
        and name.second in {'', thing.second}
        and (not name.excluded or thing.colour != name.excluded)
    )


def test_exactly_the_things_of_that_name_are_meant(spoken):
    checked = 0
    for scene, truth, sentence, meaning in spoken:
        bare = not (meaning.relations or meaning.order or meaning.side or meaning.statements)
        if not bare:
            continue
        for t in np.flatnonzero(sentence.judged):
            seen = (truth.visible_px[: t + 1] > 0).any(axis=0)
            named = [
                i for i in range(scene.named) if seen[i] and fits(scene.things[i], meaning.name)
            ]
            assert np.flatnonzero(sentence.targets[t]).tolist() == named, sentence.text
            checked += 1
    assert checked > 500


def test_nothing_is_meant_that_does_not_bear_the_name(spoken):
    for scene, _, sentence, meaning in spoken:
        for i in np.flatnonzero(sentence.targets.any(axis=0)):
            assert fits(scene.things[i], meaning.name), sentence.text


def measured(place, truth, t, i, m):
    """Return whether the relation holds by the boxes and the distances of one frame."""
    a, b = truth.centres[t, i], truth.centres[t, m]
    if place is Place.LEFT_OF:
        return a[0] / a[2] < b[0] / b[2]
    if place is Place.RIGHT_OF:
        return a[0] / a[2] > b[0] / b[2]
    apart = np.linalg.norm(truth.world[t, i, :2] - truth.world[t, m, :2])
    if place in {Place.ON, Place.IN}:
        return apart < 0.25 and truth.world[t, i, 2] > truth.world[t, m, 2] - 0.03
    if place is Place.UNDER:
        return measured(Place.ON, truth, t, m, i)
    if place is Place.NEAR:
        return apart < 0.45
    height = np.hypot(*a[1:]), np.hypot(*b[1:])
    return height[0] > height[1] if place is Place.BEHIND else height[0] < height[1]


def test_a_relation_said_to_hold_holds_and_one_said_not_to_does_not(spoken):
    checked = 0
    for scene, truth, sentence, meaning in spoken:
        if len(meaning.relations) != 1 or meaning.relations[0].place is Place.BETWEEN:
            continue
        link = meaning.relations[0]
        anchors = [i for i, x in enumerate(scene.things[: scene.named]) if fits(x, link.anchors[0])]
        for t in np.flatnonzero(sentence.judged):
            seen = (truth.visible_px[: t + 1] > 0).any(axis=0)
            m = [i for i in anchors if seen[i]]
            assert len(m) == 1, sentence.text
            for i in np.flatnonzero(sentence.targets[t]):
                holds = measured(link.place, truth, t, i, m[0])
                assert link.negated or holds, (sentence.text, t)
                checked += 1
    assert checked > 300


def test_orders_hold_among_all_of_that_name(spoken):
    checked = 0
    for scene, truth, sentence, meaning in spoken:
        if meaning.order is None or meaning.relations or meaning.statements:
            continue
        named = [i for i in range(scene.named) if fits(scene.things[i], meaning.name)]
        for t, i in np.argwhere(sentence.targets):
            seen = [k for k in named if (truth.visible_px[: t + 1, k] > 0).any()]
            columns = truth.centres[t, :, 0] / truth.centres[t, :, 2]
            rank = sorted(seen, key=lambda k: columns[k]).index(i)
            if meaning.order.end is End.LEFT:
                assert rank == meaning.order.rank - 1, sentence.text
            elif meaning.order.end is End.RIGHT:
                assert len(seen) - rank == meaning.order.rank, sentence.text
            elif meaning.order.end is End.LARGEST:
                assert i == max(seen, key=lambda k: np.prod(scene.things[k].extent))
            else:
                continue
            checked += 1
    assert checked > 100


def test_what_is_said_to_move_has_moved_and_what_rests_has_not(spoken):
    checked = 0
    for scene, truth, sentence, meaning in spoken:
        for statement in meaning.statements:
            w = round(0.5 * scene.rate_hz)
            for t, i in np.argwhere(sentence.targets):
                went = np.linalg.norm(truth.world[t, i] - truth.world[max(t - w, 0), i])
                still = statement.deed in {Deed.STILL, Deed.STOPPED, Deed.WAS_PUSHED}
                if statement.deed is Deed.MOVING and not statement.negated:
                    assert went > 0.005, sentence.text
                elif still or (statement.deed is Deed.MOVING and statement.negated):
                    assert went < 0.004, sentence.text
                else:
                    continue
                checked += 1
    assert checked > 50


def test_absent_things_are_never_meant_and_others_are_seen_for_a_second(spoken):
    for scene, truth, sentence, _ in spoken:
        absent = sentence.kind.startswith('absent')
        assert sentence.absent == absent
        assert sentence.targets.shape == (len(scene), scene.named)
        assert sentence.judged.mean() >= (0.6 if absent else 0.4)
        assert not sentence.targets[~sentence.judged].any()
        if not absent:
            shown = sentence.targets & (truth.visible_px[:, : scene.named] > 100)
            assert shown.any(axis=1).sum() >= scene.rate_hz


def test_one_is_meant_where_one_is_said(spoken):
    for _, _, sentence, meaning in spoken:
        count = sentence.targets.sum(axis=1)
        if meaning.number == 1:
            assert count.max() <= 1, sentence.text
        else:
            assert (count[sentence.judged] != 1).all(), sentence.text


@pytest.mark.parametrize('share', [0.2, 0.55, 0.9])
def test_truth_does_not_depend_on_what_comes(clips, spoken, cut, share):
    for scene, truth in clips[:6]:
        frames = round(share * len(scene))
        part = Clip(*cut(scene, truth, frames))
        for other, _, sentence, meaning in spoken:
            if other is scene:
                early = part.refer(meaning)
                assert (early.targets == sentence.targets[:frames]).all(), sentence.text
                assert (early.judged == sentence.judged[:frames]).all(), sentence.text


def test_texts_are_clean_english(spoken):
    for _, _, sentence, _ in spoken:
        text = sentence.text
        assert text == ' '.join(text.split())
        assert not re.search(r'[{}_]', text)
        assert not re.search(r'\ba [aeiou]', text), text
        assert not re.search(r'\ban [^aeiou]', text), text
        assert not re.search(r'\bthe the\b|\bthe a\b|\bones? ones?\b', text), text


def test_held_out_sentences_stand_in_the_test_split_alone(spoken):
    shares = collections.defaultdict(list)
    for scene, _, sentence, _ in spoken:
        assert ('.test.' in sentence.form) <= sentence.held_out
        shares[scene.split].append(sentence.held_out)
    assert not any(shares['train'])
    assert 0.35 < np.mean(shares['test']) < 0.7


def test_at_most_a_third_is_absent_and_no_sentence_comes_twice(clips):
    for scene, truth in clips[:5]:
        found = sentences(scene, truth, split=scene.split, seed=3, count=9)
        assert len(found) <= 9
        assert sum(s.kind.startswith('absent') for s in found) <= 3
        assert len({s.text for s in found}) == len(found)


def test_the_same_seed_gives_the_same_sentences(clips):
    scene, truth = clips[0]

    def said(seed):
        return [s.text for s in sentences(scene, truth, split='test', seed=seed, count=12)]

    assert said(5) == said(5)
    assert said(5) != said(6)


def test_only_the_wanted_kinds_come(clips):
    wanted = ('attribute', 'absent_colour')
    for scene, truth in clips[:4]:
        found = sentences(scene, truth, split=scene.split, seed=1, count=6, kinds=wanted)
        assert {s.kind for s in found} <= set(wanted)


def test_every_kind_occurs(spoken):
    counts = collections.Counter(sentence.kind for _, _, sentence, _ in spoken)
    assert set(counts) == set(KINDS)


def test_a_missing_category_is_not_there_nor_anything_like_it(spoken):
    for scene, _, sentence, meaning in spoken:
        if sentence.kind == 'absent_category':
            for thing in scene.things[: scene.named]:
                assert not catalogue.confusable(thing.category, meaning.name.category)


def test_a_single_frame_has_sentences_about_what_it_shows(clips, cut):
    scene, truth = cut(*clips[1], 1)
    scene = dataclasses.replace(scene, rate_hz=1.0)
    kinds = {s.kind for s in sentences(scene, truth, split='train', seed=0)}
    assert kinds & {'category', 'attribute', 'order', 'relation'}
    assert not kinds & {'motion', 'temporal', 'absent_motion'}


def test_wrong_arguments_are_refused(clips):
    scene, truth = clips[0]
    with pytest.raises(ContractError, match='split'):
        sentences(scene, truth, split='dev', seed=0)
    with pytest.raises(ContractError, match='kinds'):
        sentences(scene, truth, split='test', seed=0, kinds=('colour',))
    with pytest.raises(ContractError, match='frames'):
        sentences(generate(1, 'test', seconds=1.0), truth, split='test', seed=0)
    with pytest.raises(ContractError, match='pool'):
        sentences(scene, truth, split='test', seed=0, pool='dev')


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_kinds_are_balanced_over_many_clips():
    counts = collections.Counter()
    for seed in range(200):
        scene = generate(seed, 'val', rate_hz=RATE_HZ)
        found = sentences(scene, observe(scene), split='val', seed=seed, count=6)
        counts.update(sentence.kind for sentence in found)
    assert sum(counts.values()) > 1000
    assert min(counts[kind] for kind in KINDS) > 25
