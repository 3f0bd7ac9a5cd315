from __future__ import annotations

import re

import pytest

from tenet_ros.sim import catalogue
from tenet_ros.sim.expressions import pools, pools_test, pools_val
from tenet_ros.sim.expressions.meaning import Deed, Place

TABLES = ('NOUNS', 'WORDS', 'SHAPES', 'FRAMES')
HOLES = {'n', 'ns', 'a', 'b', 'c', 'd', 'is', 'isnt', 'was', 'has', 'does', 's', 'the', 'bare'}


def entries(pool, table):
    return {entry for entries in getattr(pool, table).values() for entry in entries}


@pytest.mark.parametrize('table', TABLES)
def test_no_pool_shares_an_entry_with_another(table):
    common, val, test = (entries(pool, table) for pool in (pools, pools_val, pools_test))
    for own in (val, test):
        assert len(common) > len(own) / 2 > 0
    assert not common & val
    assert not (common | val) & test


@pytest.mark.parametrize('table', TABLES)
@pytest.mark.parametrize('pool', [pools_val, pools_test])
def test_held_out_pools_say_what_the_common_one_says(pool, table):
    assert set(getattr(pool, table)) <= set(getattr(pools, table))


def test_everything_in_the_catalogue_has_a_word():
    assert set(pools.NOUNS) == {*catalogue.CATEGORIES, ''}
    assert set(pools.WORDS) >= set(catalogue.COLOURS)


def test_every_deed_and_place_has_a_shape():
    assert set(pools.SHAPES) >= {deed.value for deed in Deed} | {place.value for place in Place}


@pytest.mark.parametrize('pool', [pools, pools_val, pools_test])
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
