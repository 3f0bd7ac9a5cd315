import colorsys
import itertools

import cv2
import numpy as np
import pytest

from tenet_ros.language.parser import parse
from tenet_ros.sim.catalogue import (
    ALLOWED,
    CATEGORIES,
    COLOURS,
    CONFUSABLE,
    CONFUSABLE_COLOURS,
    HELD_OUT,
    confusable,
    confusable_colours,
)
from tenet_ros.sim.looks import paint


def test_the_world_is_rich_enough():
    assert len(CATEGORIES) >= 16
    assert len(COLOURS) >= 11


@pytest.mark.parametrize('category', CATEGORIES)
def test_category_is_the_noun_that_the_parser_finds(category):
    assert parse(f'the red {category}').target.noun == category


@pytest.mark.parametrize('colour', COLOURS)
def test_colour_is_the_word_that_the_parser_finds(colour):
    assert parse(f'the {colour} mug').target.colours == (colour,)


def test_confusable_pairs_are_of_the_catalogue():
    assert all(pair <= set(CATEGORIES) and len(pair) == 2 for pair in CONFUSABLE)
    assert all(pair <= set(COLOURS) and len(pair) == 2 for pair in CONFUSABLE_COLOURS)


def test_confusable_is_symmetric_and_reflexive():
    assert confusable('mug', 'cup')
    assert confusable('cup', 'mug')
    assert confusable('ball', 'ball')
    assert not confusable('ball', 'book')
    assert confusable_colours('purple', 'pink')
    assert not confusable_colours('red', 'green')


def test_held_out_pairs_are_an_eighth_and_leave_every_word_well_covered():
    assert 0.10 <= len(HELD_OUT) / (len(CATEGORIES) * len(COLOURS)) <= 0.14
    for category in CATEGORIES:
        assert len(ALLOWED['train'][category]) >= len(COLOURS) - 2
        assert len(ALLOWED['test'][category]) == len(COLOURS)
    for colour in COLOURS:
        held = sum(pair[0] == colour for pair in HELD_OUT)
        assert 1 <= held <= len(CATEGORIES) // 5


def _lab(rgb):
    pixel = np.asarray([[rgb]], np.float32)
    return cv2.cvtColor(pixel, cv2.COLOR_RGB2LAB)[0, 0]


def _shades(colour):
    ranges = COLOURS[colour]
    ends = itertools.product(ranges.hue, ranges.saturation, ranges.value)
    return [_lab(colorsys.hsv_to_rgb(h / 360 % 1, s, v)) for h, s, v in ends]


@pytest.mark.parametrize(('one', 'other'), list(itertools.combinations(COLOURS, 2)))
def test_no_shade_of_one_colour_is_near_any_of_another(one, other):
    least = min(np.linalg.norm(a - b) for a, b in itertools.product(_shades(one), _shades(other)))
    assert least > 20, 'CIELAB distance; 2 is just noticeable'


@pytest.mark.parametrize('colour', COLOURS)
def test_paint_stays_within_the_range_of_its_colour(colour):
    ranges = COLOURS[colour]
    rng = np.random.default_rng(0)
    for _ in range(20):
        _, saturation, value = colorsys.rgb_to_hsv(*paint(colour, rng))
        assert ranges.saturation[0] - 1e-9 <= saturation <= ranges.saturation[1] + 1e-9
        assert ranges.value[0] - 1e-9 <= value <= ranges.value[1] + 1e-9
