"""What people say instead of the plainest words, and that it means the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from tenet_ros.language.grammar.idioms import plainly
from tenet_ros.language.parser import parse

_LINES = Path(__file__).with_name('paraphrases.txt').read_text().splitlines()[1:]
SENTENCES = [tuple(line.split('  ->  ')) for line in _LINES]


@pytest.mark.parametrize(('sentence', 'expected'), SENTENCES)
def test_paraphrase_means(sentence, expected, meaning):
    assert meaning(parse(sentence)) == expected


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
    ],
)
def test_set_phrases_get_plain_words(said, plain):
    assert ' '.join(plainly(tuple(said.split()))) == plain
