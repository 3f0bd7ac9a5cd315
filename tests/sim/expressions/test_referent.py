from __future__ import annotations

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
from tenet_ros.sim.expressions.referent import Clip


def means(clip, *, frame=-1, **meaning):
    """Return the indices a meaning refers to at a frame; None where nobody could say."""
    found = Clip(*clip).refer(Meaning(**meaning))
    return np.flatnonzero(found.targets[frame]).tolist() if found.judged[frame] else None


BALL = Name(category='ball')


def test_two_that_fit_are_ambiguous_and_none_is_absent(stage, thing):
    clip = stage((thing(), (0, 0)), (thing(colour='blue'), (0.2, 0)))
    assert means(clip, name=BALL) is None
    assert means(clip, name=Name(category='ball', colour='blue')) == [1]
    assert means(clip, name=Name(category='ball', colour='green')) == []
    assert means(clip, name=BALL, number=2) == [0, 1]
    assert means(clip, name=BALL, number=0) == [0, 1]
    assert means(clip, name=BALL, number=3) is None


def test_look_alikes_make_doubt(stage, thing):
    clip = stage((thing('mug'), (0, 0)), (thing('cup'), (0.2, 0)))
    assert means(clip, name=Name(category='mug')) is None
    clip = stage((thing('mug', colour='red'), (0, 0)), (thing('mug', colour='orange'), (0.2, 0)))
    assert means(clip, name=Name(category='mug', colour='red')) is None


def test_a_second_colour_is_no_reason_against_the_only_one_of_the_first(stage, thing):
    striped = thing('mug', pattern='striped', second='white')
    alone = stage((striped, (0, 0)), (thing('mug', colour='blue'), (0.2, 0)))
    assert means(alone, name=Name(category='mug', colour='red')) == [0]
    assert means(alone, name=Name(category='mug', colour='white')) is None
    assert means(alone, name=Name(category='mug', pattern='striped', second='white')) == [0]
    assert means(alone, name=Name(category='mug', excluded='red')) == [1]


def test_what_has_not_been_seen_does_not_exist_and_what_was_seen_goes_on_existing(stage, thing):
    clip = stage((thing(), (0, 0)), (thing(), (0.2, 0)), hidden=[(1, 0, 30), (0, 10, 20)])
    assert means(clip, name=BALL, frame=5) == [0]
    assert means(clip, name=BALL, frame=15) == [0]
    assert means(clip, name=BALL, frame=40) is None


def test_a_relation_chooses_among_equals(stage, thing):
    clip = stage((thing(), (-0.3, 0)), (thing(), (0.3, 0)), (thing('bowl', size=0.12), (0, 0)))
    bowl = (Name(category='bowl'),)
    left = Relation(place=Place.LEFT_OF, anchors=bowl)
    assert means(clip, name=BALL, relations=(left,)) == [0]
    denied = Relation(place=Place.LEFT_OF, anchors=bowl, negated=True)
    assert means(clip, name=BALL, relations=(denied,)) == [1]
    behind = Relation(place=Place.BEHIND, anchors=bowl)
    assert means(clip, name=BALL, relations=(behind,)) == []


def test_an_anchor_that_is_two_things_or_none_says_nothing(stage, thing):
    clip = stage((thing(), (-0.3, 0)), (thing('mug'), (0, 0)), (thing('mug'), (0.3, 0.2)))
    for anchor in ('mug', 'book'):
        link = Relation(place=Place.LEFT_OF, anchors=(Name(category=anchor),))
        assert means(clip, name=BALL, relations=(link,)) is None


@pytest.mark.parametrize(
    ('order', 'expected'),
    [
        (Order(end=End.LEFT), [0]),
        (Order(end=End.LEFT, rank=2), [1]),
        (Order(end=End.RIGHT), [2]),
        (Order(end=End.MIDDLE), [1]),
        (Order(end=End.NEAREST), [1]),
        (Order(end=End.FARTHEST), [2]),
        (Order(end=End.LARGEST), [2]),
        (Order(end=End.SMALLEST), [0]),
    ],
)
def test_places_in_an_ordering(stage, thing, order, expected):
    clip = stage(
        (thing(size=0.05), (-0.3, 0)),
        (thing(size=0.065), (0, -0.2)),
        (thing(size=0.09), (0.3, 0.1)),
    )
    assert means(clip, name=BALL, order=order) == expected


def test_an_ordering_without_a_clear_winner_is_not_judged(stage, thing):
    clip = stage((thing(), (0, 0)), (thing(), (0.02, 0.2)))
    assert means(clip, name=BALL, order=Order(end=End.LEFT)) is None
    assert means(clip, name=BALL, order=Order(end=End.LARGEST)) is None


def test_the_big_one_beside_the_bowl_must_be_big_in_both_readings(stage, thing):
    bowl = (thing('bowl', size=0.12), (0, 0))
    near = Relation(place=Place.RIGHT_OF, anchors=(Name(category='bowl'),))
    big = Order(end=End.LARGEST, word='big')
    agree = stage(bowl, (thing(size=0.05), (0.2, 0)), (thing(size=0.09), (0.4, 0)))
    assert means(agree, name=BALL, order=big, relations=(near,)) == [2]
    part = stage(
        bowl,
        (thing(size=0.05), (0.2, 0)),
        (thing(size=0.07), (0.4, 0)),
        (thing(size=0.1), (-0.3, 0)),
    )
    assert means(part, name=BALL, order=big, relations=(near,)) is None


def test_what_moves_is_meant_only_while_it_moves(stage, thing, moves):
    way, slide = moves(0, (-0.3, 0), (0.1, 0), 2.0, 4.0)
    clip = stage((thing('box'), way), (thing('box'), (0, 0.3)), activities=[slide])
    moving = (Statement(deed=Deed.MOVING),)
    name = Name(category='box')
    assert means(clip, name=name, statements=moving, frame=2) is None
    assert means(clip, name=name, statements=moving, frame=15) == []
    assert means(clip, name=name, statements=moving, frame=30) == [0]
    assert means(clip, name=name, statements=moving, frame=42) is None
    assert means(clip, name=name, statements=moving, frame=55) == []
    still = (Statement(deed=Deed.MOVING, negated=True),)
    assert means(clip, name=name, statements=still, frame=30) == [1]


def test_the_first_that_moved_stays_the_first(stage, thing, moves):
    one, early = moves(0, (-0.3, 0), (-0.1, 0), 1.0, 2.0)
    two, late = moves(1, (0.3, 0.2), (0.1, 0.2), 3.0, 4.0)
    clip = stage((thing(), one), (thing(), two), activities=[early, late])
    first = Order(end=End.FIRST_MOVED)
    assert means(clip, name=BALL, order=first, frame=9) == []
    assert means(clip, name=BALL, order=first, frame=20) == [0]
    assert means(clip, name=BALL, order=first, frame=59) == [0]


def test_two_that_start_together_have_no_first(stage, thing, moves):
    one, early = moves(0, (-0.3, 0), (-0.1, 0), 1.0, 2.0)
    two, late = moves(1, (0.3, 0.2), (0.1, 0.2), 1.2, 2.2)
    clip = stage((thing(), one), (thing(), two), activities=[early, late])
    assert means(clip, name=BALL, order=Order(end=End.FIRST_MOVED)) is None


@pytest.mark.parametrize('frames', [3, 12, 31, 45])
def test_no_truth_looks_ahead(stage, thing, moves, cut, frames):
    way, slide = moves(0, (-0.3, 0), (0.3, 0), 1.5, 4.0)
    clip = stage(
        (thing(), way),
        (thing(), (0, 0.2)),
        (thing('bowl'), (0, 0)),
        activities=[slide],
        hidden=[(1, 20, 40)],
    )
    bowl = (Name(category='bowl'),)
    meanings = [
        Meaning(name=BALL, statements=(Statement(deed=d, negated=n),))
        for d in Deed
        for n in (False, True)
    ]
    meanings += [
        Meaning(name=BALL, relations=(Relation(place=p, anchors=bowl, negated=n),))
        for p in Place
        if p is not Place.BETWEEN
        for n in (False, True)
    ]
    meanings += [
        Meaning(name=BALL, order=Order(end=e, anchor=bowl[0] if e is End.CLOSEST_TO else None))
        for e in End
        if e is not End.FARTHEST_FROM
    ]
    meanings += [Meaning(name=BALL, side='left'), Meaning(name=BALL, number=2)]
    whole, part = Clip(*clip), Clip(*cut(*clip, frames))
    for meaning in meanings:
        then, now = whole.refer(meaning), part.refer(meaning)
        assert (then.targets[:frames] == now.targets).all(), meaning
        assert (then.judged[:frames] == now.judged).all(), meaning
