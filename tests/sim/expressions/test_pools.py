from __future__ import annotations

import re

import pytest

from tenet_ros.sim import catalogue
from tenet_ros.sim.expressions import pools, pools_test
from tenet_ros.sim.expressions.meaning import Deed, Place

TABLES = ('NOUNS', 'WORDS', 'SHAPES', 'FRAMES')
HOLES = {'n', 'ns', 'a', 'b', 'c', 'd', 'is', 'isnt', 'was', 'has', 'does', 's', 'the', 'bare'}


@pytest.mark.parametrize('table', TABLES)
def test_the_pools_share_no_entry(table):
    common = {entry for entries in getattr(pools, table).values() for entry in entries}
    test = {entry for entries in getattr(pools_test, table).values() for entry in entries}
    assert len(common) > len(test) / 2 > 0
    assert not common & test


@pytest.mark.parametrize('table', TABLES)
def test_the_test_pool_says_what_the_common_one_says(table):
    assert set(getattr(pools_test, table)) <= set(getattr(pools, table))


def test_everything_in_the_catalogue_has_a_word():
    assert set(pools.NOUNS) == {*catalogue.CATEGORIES, ''}
    assert set(pools.WORDS) >= set(catalogue.COLOURS)


def test_every_deed_and_place_has_a_shape():
    assert set(pools.SHAPES) >= {deed.value for deed in Deed} | {place.value for place in Place}


@pytest.mark.parametrize('pool', [pools, pools_test])
def test_shapes_are_well_formed(pool):
    for key, shapes in pool.SHAPES.items():
        for shape in shapes:
            holes = re.findall(r'{(\w+)}', shape)
            assert set(holes) <= HOLES, shape
            assert ('n' in holes) != ('ns' in holes) or holes.count('n') == 1, shape
            assert shape == ' '.join(shape.split()), shape
            assert ('b' in holes) == (key == 'between'), shape
            anchored = key.removeprefix('not_') in {p.value for p in Place}
            assert ('a' in holes) == (anchored or key in {'closest_to', 'farthest_from'}), shape
