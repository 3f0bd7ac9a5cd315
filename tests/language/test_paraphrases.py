"""What people say instead of the plainest words, and that it means the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from tenet_ros.language.grammar.idioms import plainly
from tenet_ros.language.grammar.reshape import reshaped
from tenet_ros.language.parser import parse

_LINES = Path(__file__).with_name('paraphrases.txt').read_text().splitlines()[1:]
SENTENCES = [tuple(line.split('  ->  ')) for line in _LINES]


@pytest.mark.parametrize(('sentence', 'expected'), SENTENCES)
def test_paraphrase_means(sentence, expected, meaning):
    assert meaning(parse(sentence)) == expected


@pytest.mark.parametrize(
    ('said', 'plain'),
    [
        ('the mug with a can on either side', 'the mug between two cans'),
        (
            'the mug that has a can on one side and a box on the other',
            'the mug that is between a can and a box',
        ),
        ('the mug separating the can from the box', 'the mug between the can and the box'),
        ('a hand lifts the mug', 'the mug being lifted by a hand'),
        ('the mug with a can on it', 'the mug with a can on it'),
        ('the hand next to the mug', 'the hand next to the mug'),
    ],
)
def test_constructions_get_a_plainer_order(said, plain):
    assert ' '.join(reshaped(tuple(said.split()))) == plain


@pytest.mark.parametrize(
    'asking',
    [
        'be so kind as to mark {}',
        'I believe there might be {}',
        'scan the table for {}',
        'draw a box around {}',
        'my colleague asked for {}',
        'user says: follow {}',
        'would it be possible for you to locate {}',
        'blah blah {}',
    ],
)
def test_an_unforeseen_request_leaves_the_thing(asking):
    assert parse(asking.format('the red mug')).target.text == 'red mug'


@pytest.mark.parametrize(
    ('said', 'plain'),
    [
        ('the mug side by side with the can', 'the mug next to the can'),
        ('a trio of cubes', 'three cubes'),
        ('every mug bar the red one', 'every mug except the red one'),
        ('the toy on the bar the man made', 'the toy on the bar the man made'),
        ('the second mug counting from the left', 'the second mug from the left'),
        ('the ball rolling all the way to the left', 'the ball rolling all the way to the left'),
        ('the mug number two from the right', 'the mug second from the right'),
        ('like a top', 'like a top'),
        ('the mug that has got stripes', 'the mug that has stripes'),
        ('the mug that has got pushed', 'the mug that has got pushed'),
        ('the knocked over can', 'the toppled can'),
        ('the can knocked over by the arm', 'the can knocked over by the arm'),
        ('mug three from the left', 'mug third from the left'),
        ('spinning on its own axis', 'spinning on its own axis'),
    ],
)
def test_set_phrases_get_plain_words(said, plain):
    assert ' '.join(plainly(tuple(said.split()))) == plain
