"""Where phrases meet: pauses, lists and corrections take nothing of what is meant."""

from __future__ import annotations

import pytest

from tenet_ros.language.grammar.joints import joined
from tenet_ros.language.grammar.words import split_words
from tenet_ros.language.parser import parse


@pytest.mark.parametrize(
    ('said', 'plain'),
    [
        ('the... red mug', 'the red mug'),
        ('the red... mug', 'the red mug'),
        ('the (red) mug', 'the red mug'),
        ('red, mug', 'red mug'),
        ('the \u2014 uh \u2014 the mug', 'the mug'),
        ('the small (red) mug left of the (blue) box', 'the small , red mug left of the blue box'),
        ('the mug, red', 'the mug , red'),
        ('the red, orange and blue balls', 'the red , orange and blue balls'),
        ('the mug that is red, box and all', 'the mug that is red , box and all'),
        ('the mug, the box and the ball', 'the mug and the box and the ball'),
        ('a mug, a box, and a red ball', 'a mug and a box and a red ball'),
        ('mugs, boxes and balls', 'mugs and boxes and balls'),
        ('the mug, the red one and the box', 'the mug , the red one and the box'),
        ('the mug, and the box', 'the mug , and the box'),
        ('the mug, the box', 'the mug , the box'),
        ('not the red mug but the blue one', 'the blue mug'),
        ('the mug, not the red one but the blue one', 'the mug , the blue one'),
        ('the mug that is not on the box but on the plate', None),
        ('the mug but not the red one', None),
        ('not', None),
        ('and', None),
        ('the', None),
        ('a, and', 'a and'),
    ],
)
def test_words_are_joined(said, plain):
    words = split_words(said)
    assert ' '.join(joined(words)) == (plain or ' '.join(words))


@pytest.mark.parametrize('said', ['the mug, bowl and ball', 'the mug, the bowl, and the ball'])
def test_every_thing_of_a_list_is_meant(said):
    found = parse(said)
    assert found.count == 3
    assert [found.phrases[i].noun for i in found.targets] == ['mug', 'bowl', 'ball']
    assert not found.ignored


def test_what_is_corrected_is_one_thing():
    found = parse('not the red mug but the blue one')
    assert (found.target.noun, found.target.colours, found.count) == ('mug', ('blue',), 1)


@pytest.mark.parametrize('said', ['the red... mug', 'the (red) mug', 'teh red mug asap'])
def test_a_pause_or_a_slip_leaves_the_noun(said):
    assert parse(said).target.text == 'red mug'
