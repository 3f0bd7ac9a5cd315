from __future__ import annotations

import pytest

from tenet_ros.errors import ContractError
from tenet_ros.language.grammar.inflection import singular
from tenet_ros.language.grammar.words import BREAK, MAX_CHARACTERS, split_words


@pytest.mark.parametrize(
    ('text', 'words'),
    [
        ('The Red MUG', 'the red mug'),
        ('  the\tred \n mug ', 'the red mug'),
        ("the mug that isn't red", 'the mug that is not red'),
        ("that's moving", 'that is moving'),
        ("the man's hat", "the man 's hat"),
        ('the man\u2019s hat', "the man 's hat"),
        ('front-left penguin', 'front left penguin'),
        ('left-most cup', 'leftmost cup'),
        ('the right-hand cup', 'the right cup'),
        ('a yellow-green t-shirt', 'a yellow green t-shirt'),
        ('double-decker bus', 'double-decker bus'),
        ('non-red mug', 'not red mug'),
        ('red-coloured mug', 'red mug'),
        ('salt & pepper', 'salt and pepper'),
        ('the mug \u2013 the red one', f'the mug {BREAK} the red one'),
        ('the mug.', 'the mug'),
        ('\uff54\uff48\uff45 mug', 'the mug'),
        ('the\u200b mug\ufeff', 'the mug'),
        ('caf\u00e9 cup', 'caf\u00e9 cup'),
    ],
)
def test_sentence_splits_into_words(text, words):
    assert split_words(text) == tuple(words.split(' '))


@pytest.mark.parametrize(
    ('text', 'clue'),
    [
        ('', 'words'),
        ('   ', 'words'),
        ('?!...', 'words'),
        ('1234', 'words'),
        ('the \x00 mug', 'U+0000'),
        ('the \x1b[31m mug', 'U+001B'),
        ('the \ufffd mug', 'U+FFFD'),
        ('the \ud800 mug', 'U+D800'),
        ('mug ' * 400, str(MAX_CHARACTERS)),
        ('\ufdfa' * MAX_CHARACTERS, str(MAX_CHARACTERS)),
        (b'the mug', 'bytes'),
        (None, 'NoneType'),
    ],
)
def test_bad_text_gives_one_clear_error(text, clue):
    with pytest.raises(ContractError) as caught:
        split_words(text)
    assert clue in str(caught.value)
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize(
    ('plural', 'lemma'),
    [
        ('mugs', 'mug'),
        ('boxes', 'box'),
        ('buses', 'bus'),
        ('glasses', 'glasses'),
        ('dresses', 'dress'),
        ('dishes', 'dish'),
        ('benches', 'bench'),
        ('knives', 'knife'),
        ('gloves', 'glove'),
        ('leaves', 'leaf'),
        ('scarves', 'scarf'),
        ('mice', 'mouse'),
        ('geese', 'goose'),
        ('feet', 'foot'),
        ('people', 'person'),
        ('women', 'woman'),
        ('firemen', 'fireman'),
        ('children', 'child'),
        ('puppies', 'puppy'),
        ('keys', 'key'),
        ('toys', 'toy'),
        ('cookies', 'cookie'),
        ('ties', 'tie'),
        ('potatoes', 'potato'),
        ('shoes', 'shoe'),
        ('houses', 'house'),
        ('vases', 'vase'),
        ('horses', 'horse'),
        ('lenses', 'lens'),
        ('skis', 'ski'),
        ('sheep', 'sheep'),
        ('bus', 'bus'),
        ('glass', 'glass'),
        ('tennis', 'tennis'),
        ('scissors', 'scissors'),
        ('axes', 'axe'),
        ('taxis', 'taxi'),
        ('zebras', 'zebra'),
    ],
)
def test_nouns_have_their_lemma(plural, lemma):
    assert singular(plural)[0] == lemma
