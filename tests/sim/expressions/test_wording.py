from __future__ import annotations

import re

import numpy as np
import pytest

from tenet_ros.sim.expressions.meaning import (
    Deed,
    End,
    Meaning,
    Name,
    Order,
    Place,
    Relation,
    Statement,
)
from tenet_ros.sim.expressions.wording import say

MUG = Name(category='mug')
BESIDE = Relation(place=Place.NEAR, anchors=(Name(category='bowl', colour='blue'),))


def texts(meaning, *, pool='train', tries=150):
    """Return the different sentences for a meaning."""
    said = (say(meaning, np.random.default_rng(seed), pool=pool) for seed in range(tries))
    return {wording.text for wording in said if wording is not None}


@pytest.mark.parametrize(
    ('meaning', 'expected'),
    [
        (Meaning(name=MUG), 'the mug'),
        (Meaning(name=Name(category='mug', colour='red')), 'find the red mug'),
        (Meaning(name=MUG, relations=(BESIDE,)), 'the mug next to the blue bowl'),
        (Meaning(name=MUG, order=Order(end=End.LEFT, rank=2)), 'the second mug from the left'),
        (Meaning(name=MUG, statements=(Statement(deed=Deed.MOVING),)), 'the mug that is moving'),
        (Meaning(name=Name(category='box'), number=2), 'the two boxes'),
        (Meaning(name=Name(category='mug', excluded='red')), 'the mug that is not red'),
        (Meaning(name=Name(), statements=(Statement(deed=Deed.STOPPED),)), 'the one that stopped'),
        (
            Meaning(
                name=Name(category='ball'),
                statements=(Statement(deed=Deed.ROLLING), Statement(deed=Deed.AWAY)),
            ),
            'the ball rolling away',
        ),
    ],
)
def test_the_plain_words_are_among_those_said(meaning, expected):
    assert expected in texts(meaning, tries=600)


def test_verbs_agree_with_several():
    moving = Meaning(name=MUG, statements=(Statement(deed=Deed.MOVING),), number=0)
    said = texts(moving)
    assert 'all mugs that are moving' in ' | '.join(said)
    assert not [text for text in said if ' mug ' in f'{text} ' or 'that is' in text]


def test_articles_fit_the_sound():
    for category in ('apple', 'mug'):
        for text in texts(Meaning(name=Name(category=category, colour='orange'))):
            assert 'a orange' not in text
            assert 'an mug' not in text


def test_only_one_clause_follows_the_noun():
    rolling = (Statement(deed=Deed.ROLLING),)
    for text in texts(Meaning(name=MUG, relations=(BESIDE,), statements=rolling)):
        assert 'rolling mug' in text


@pytest.mark.parametrize('pool', ['val', 'test'])
def test_held_out_wording_uses_its_own_pool_and_other_wording_never_does(pool):
    meaning = Meaning(name=MUG, relations=(BESIDE,))
    assert texts(meaning) & texts(meaning, pool=pool) == set()
    for seed in range(50):
        rng = np.random.default_rng(seed)
        new, common = say(meaning, rng, pool=pool), say(meaning, rng, pool='train')
        assert new.held_out
        assert f'.{pool}.' in new.form
        assert not common.held_out
        assert set(re.findall(r'\.(train|val|test)\.', new.form)) <= {'train', pool}
        assert set(re.findall(r'\.(train|val|test)\.', common.form)) == {'train'}


def test_a_held_out_pair_is_held_out_in_any_words():
    assert say(
        Meaning(name=Name(category='mug', colour='yellow')), np.random.default_rng(0), pool='train'
    ).held_out
