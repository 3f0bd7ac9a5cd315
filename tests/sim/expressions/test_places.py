from __future__ import annotations

import numpy as np
import pytest

from tenet_ros.sim.expressions.facts import Facts
from tenet_ros.sim.expressions.meaning import Place
from tenet_ros.sim.expressions.places import between, relation
from tenet_ros.sim.expressions.referent import Clip

PLATE = {'category': 'plate', 'size': 0.2}


def relate(clip, place):
    """Return how thing 0 stands to thing 1 in the last frame."""
    return int(relation(Facts(*clip), place, 1)[-1, 0])


@pytest.mark.parametrize(
    ('place', 'holds', 'doubtful', 'fails'),
    [
        (Place.LEFT_OF, (-0.3, 0), (-0.1, 0.25), (0.3, 0)),
        (Place.RIGHT_OF, (0.3, 0), (0.1, 0.25), (-0.3, 0)),
        (Place.BEHIND, (0, 0.3), (0.25, 0.12), (0, -0.3)),
        (Place.IN_FRONT_OF, (0, -0.3), (0.25, -0.12), (0, 0.3)),
        (Place.NEAR, (0.08, 0), (0.17, 0), (0.4, 0)),
    ],
)
def test_a_relation_holds_or_is_doubtful_or_fails(stage, thing, place, holds, doubtful, fails):
    for where, expected in ((holds, 1), (doubtful, 0), (fails, -1)):
        clip = stage((thing(), where), (thing('mug'), (0, 0)))
        assert relate(clip, place) == expected


@pytest.mark.parametrize('at', [(-0.2, 0.1), (0.25, 0.02), (0.02, 0.3), (0.1, -0.2)])
def test_who_is_left_has_the_other_on_the_right(stage, thing, at):
    one = stage((thing(), at), (thing('mug'), (0, 0)))
    other = stage((thing('mug'), (0, 0)), (thing(), at))
    assert relate(one, Place.LEFT_OF) == relate(other, Place.RIGHT_OF)
    assert relate(one, Place.BEHIND) == relate(other, Place.IN_FRONT_OF)


def test_a_thing_on_a_plate_is_on_it_and_neither_beside_nor_behind_it(stage, thing):
    clip = stage((thing(), (0.01, 0, 0.19)), (thing(**PLATE), (0, 0)))
    assert relate(clip, Place.ON) == 1
    assert Clip(*clip).place(Place.UNDER, (0,))[-1].tolist() == [-1, 1]
    for place in (Place.LEFT_OF, Place.BEHIND, Place.IN_FRONT_OF, Place.IN):
        assert relate(clip, place) <= 0


def test_nothing_is_on_a_plate_beside_it(stage, thing):
    clip = stage((thing(), (0.3, 0)), (thing(**PLATE), (0, 0)))
    assert relate(clip, Place.ON) == -1


def test_what_lies_in_a_bowl_is_in_it_and_only_perhaps_on_it(stage, thing):
    clip = stage((thing(size=0.05), (0, 0, 0.01)), (thing('bowl', size=0.16), (0, 0)))
    assert relate(clip, Place.IN) == 1
    assert relate(clip, Place.ON) == 0


def test_between_wants_the_middle_of_a_gap(stage, thing):
    posts = ((thing('mug'), (-0.2, 0)), (thing('bowl'), (0.2, 0)))
    for where, expected in (((0, 0.01), 1), ((0, 0.1), 0), ((0.4, 0), -1)):
        clip = stage((thing(), where), *posts)
        assert between(Facts(*clip), 1, 2)[-1, 0] == expected


def test_nobody_knows_where_a_thing_is_that_went_on_unseen(stage, thing, moves):
    way, _ = moves(0, (-0.3, 0), (-0.2, 0), 1.0, 2.0)
    seen = stage((thing(), way), (thing('mug'), (0, 0)))
    unseen = stage((thing(), way), (thing('mug'), (0, 0)), hidden=[(0, 8, 60)])
    waiting = stage((thing(), (-0.3, 0)), (thing('mug'), (0, 0)), hidden=[(0, 8, 60)])
    assert relate(seen, Place.LEFT_OF) == 1
    assert relate(unseen, Place.LEFT_OF) == 0
    assert relate(waiting, Place.LEFT_OF) == 1


def test_a_new_relation_counts_after_a_moment(stage, thing, moves):
    way, _ = moves(0, (0.3, 0), (-0.3, 0), 1.0, 1.5)
    values = relation(Facts(*stage((thing(), way), (thing('mug'), (0, 0)))), Place.LEFT_OF, 1)
    held = np.flatnonzero(values[:, 0] > 0)
    lies = np.flatnonzero(way[:, 0] <= -0.06)
    assert held[0] == lies[0] + 3
