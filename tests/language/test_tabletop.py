"""Sentences of the tabletop: what each means, and what their nouns name."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tenet_ros.language.coco_nouns import NOUN_CLASSES
from tenet_ros.language.grammar import lexicon
from tenet_ros.language.parser import parse
from tenet_ros.language.tabletop_nouns import TABLETOP_NOUNS
from tenet_ros.sim.catalogue import CATEGORIES

_LINES = Path(__file__).with_name('tabletop_sentences.txt').read_text().splitlines()[1:]
SENTENCES = [tuple(line.split('  ->  ')) for line in _LINES]


@pytest.mark.parametrize(('sentence', 'expected'), SENTENCES)
def test_sentence_means(sentence, expected, meaning):
    assert meaning(parse(sentence)) == expected


@pytest.mark.parametrize(
    ('one', 'other'),
    [
        ('the red mug left of the blue bowl', 'the green mug left of the white bowl'),
        ('the mug that is red', 'the mug that is yellow'),
        ('the mug that is not red', 'the mug that is not dark blue'),
        ('the cup with red stripes', 'the cup with white stripes'),
        ('the navy blue can that is rolling', 'the orange can that is rolling'),
        ('the non-red ball next to a striped box', 'the non-grey ball next to a dotted box'),
    ],
)
def test_another_colour_changes_nothing_but_the_phrase(one, other):
    first, second = parse(one), parse(other)
    assert first.skeleton == second.skeleton
    assert first.relations == second.relations
    assert first.motions == second.motions
    assert [p.noun for p in first.phrases] == [p.noun for p in second.phrases]


@pytest.mark.parametrize(
    'wrapped',
    [
        'please find {}',
        'could you please track {}?',
        'Show me {}, please.',
        'grab {} for me',
        'I am looking for {}',
        'can you see {}?',
        'where is {}?',
        'keep an eye on {}',
        'robot, follow {}!',
        'is there {} on the table?',
    ],
)
@pytest.mark.parametrize('article', ['the', 'a'])
def test_a_request_leaves_the_phrase_alone(wrapped, article):
    for noun in ('red can', 'striped mug', 'toy car'):
        found = parse(wrapped.format(f'{article} {noun}'))
        assert found.target.text == noun
        assert not found.orders
        assert not found.motions


def test_a_pattern_has_one_name():
    said = ('striped mug', 'stripy mug', 'mug with stripes', 'red-striped mug', 'banded mug')
    assert {parse(f'the {words}').target.attributes for words in said} == {('striped',)}


def test_a_denied_pattern_is_kept_apart():
    for words in ('without stripes', 'with no stripes', 'that is not striped'):
        phrase = parse(f'the mug {words}').target
        assert phrase.excluded_attributes == ('striped',), words
        assert not phrase.attributes


def test_every_pattern_is_one_of_the_worlds():
    assert {'striped', 'dotted', 'checkered', 'plain'} == set(lexicon.PATTERNS.values())


def test_a_sentence_takes_less_than_a_millisecond():
    sentences = [sentence for sentence, _ in SENTENCES]
    best = min(_seconds(sentences) for _ in range(3))
    assert best / len(sentences) < 1e-3


def _seconds(sentences: list[str]) -> float:
    start = time.process_time()
    for sentence in sentences:
        parse(sentence)
    return time.process_time() - start


def test_every_category_names_itself():
    for category in CATEGORIES:
        assert TABLETOP_NOUNS[category][category] == 1.0


def test_nouns_name_categories_that_exist():
    for noun, weights in TABLETOP_NOUNS.items():
        assert set(weights) <= set(CATEGORIES), noun
        assert all(0 < weight <= 1 for weight in weights.values())


@pytest.mark.parametrize(
    ('noun', 'category'),
    [
        ('tumbler', 'cup'),
        ('sphere', 'ball'),
        ('die', 'cube'),
        ('tin', 'can'),
        ('carton', 'box'),
        ('skillet', 'pan'),
        ('mallet', 'hammer'),
        ('textbook', 'book'),
        ('vehicle', 'toy car'),
        ('kettle', 'teapot'),
        ('teaspoon', 'spoon'),
        ('duckling', 'duck'),
    ],
)
def test_another_word_means_the_category_most(noun, category):
    weights = TABLETOP_NOUNS[noun]
    assert max(weights, key=weights.__getitem__) == category


def test_a_group_names_all_its_kinds():
    assert set(TABLETOP_NOUNS['tool']) == {'screwdriver', 'hammer'}
    assert set(TABLETOP_NOUNS['fruit']) == {'banana', 'apple', 'pear'}


def test_a_toy_car_may_look_like_a_car():
    assert 'car' in NOUN_CLASSES[parse('the toy car').target.noun]
