"""A sentence as tokens for the learned preference: its skeleton's words, and what they were read as.

Each token is a bag of at most ``BAG`` numbers, whose vectors are added. A word brings its own
number, if it is one of the closed vocabulary, and those of its letter groups, so that unseen words
are not all alike. A phrase, a relation, an order or a motion brings one number per field: what
carries over to sentences that nobody trained on is their structure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from zlib import crc32

import numpy as np

from tenet_ros.language.expression import Expression, Query
from tenet_ros.stages.preference.learned_words import WORDS
from tenet_ros.types import IntArray

__all__ = [
    'BAG',
    'NUMBERS',
    'PAD',
    'PIECES',
    'UNKNOWN',
    'WORD',
    'mirrored_numbers',
    'sentence_tokens',
]

BAG = 8
"""Most numbers of one token."""
PIECES = 256
"""Letter groups are hashed to so many numbers."""
MOST_WORDS = 20
"""Words after these are left out: a long sentence says what it means early."""
MOST_TOKENS = 36

_FIELDS = (
    'word', 'phrase', 'relation', 'order', 'motion', 'count',
    'negated', 'strict', 'superlative', 'inverted', 'past', 'plural', 'meant',
    'anything', 'colour', 'other colour', 'attribute', 'part',
    'findable', 'not findable',
    'subject 0', 'subject 1', 'subject 2', 'subject 3',
    'anchor 0', 'anchor 1', 'anchor 2', 'anchor 3',
    'rank 1', 'rank 2', 'rank 3', 'rank 4', 'rank 5',
    'count 0', 'count 1', 'count 2', 'count 3', 'count 4',
    'left_of', 'right_of', 'above', 'below', 'on', 'in', 'near', 'far_from', 'between', 'behind',
    'in_front_of', 'with', 'chasing', 'leaving',
    'at left', 'at right', 'at top', 'at bottom', 'at middle', 'at largest', 'at smallest',
    'at tallest', 'at shortest', 'at nearest', 'at farthest', 'at fastest', 'at slowest',
    'at first_moved', 'at last_moved',
    'moving', 'still', 'leftward', 'rightward', 'upward', 'downward', 'approaching', 'receding',
    'stopped', 'started', 'entered', 'spinning', 'circling', 'returned', 'moved',
    *(f'place {place}' for place in range(MOST_WORDS)),
)  # fmt: skip
"""What a token may be or have. Shipped weights know these by their number: add at the end only."""

PAD = 0
UNKNOWN = 1
WORD = 2
"""Number of the field that every word has."""
_NAMES = {name: number + 2 for number, name in enumerate(_FIELDS)}
_FIRST_PIECE = 2 + 128
_FIRST_WORD = _FIRST_PIECE + PIECES
_WORD_NUMBERS = {word: _FIRST_WORD + number for number, word in enumerate(WORDS)}
NUMBERS = _FIRST_WORD + 512
"""Size of the table of vectors: fields, letter groups, words, with room for more of each."""

_TOKEN = re.compile(r"\[[A-Z0-9]+\]|[a-z0-9']+")


def sentence_tokens(queries: Sequence[Query]) -> IntArray:
    """Return the tokens of each sentence, (S, L, BAG) int64, padded with zeros.

    Args:
        queries: S sentences.
    """
    bags = [_bags(query.expression, query.findable) for query in queries]
    longest = max(len(bag) for bag in bags)
    tokens = np.zeros((len(bags), longest, BAG), np.int64)
    for row, bag in zip(tokens, bags, strict=True):
        row[: len(bag)] = bag
    return tokens


def mirrored_numbers() -> IntArray:
    """Return for each number the one that it has in a mirror, (NUMBERS,) int64."""
    mirrored = np.arange(NUMBERS)
    fields = [('left_of', 'right_of'), ('at left', 'at right'), ('leftward', 'rightward')]
    words = [('left', 'right'), ('leftmost', 'rightmost')]
    for table, pairs in ((_NAMES, fields), (_WORD_NUMBERS, words)):
        for one, other in pairs:
            mirrored[[table[one], table[other]]] = table[other], table[one]
    return mirrored


@lru_cache(maxsize=256)
def _bags(expression: Expression, findable: tuple[bool, ...]) -> IntArray:
    """Return the tokens of one sentence, (L, BAG) int64."""
    bags = [*_structure(expression, findable), *_words(expression.skeleton)][:MOST_TOKENS]
    table = np.zeros((len(bags), BAG), np.int64)
    for row, bag in zip(table, bags, strict=True):
        row[: len(bag[:BAG])] = bag[:BAG]
    return table


def _structure(expression: Expression, findable: tuple[bool, ...]) -> Iterator[list[int]]:
    yield _bag('count', f'count {min(expression.count, 4)}')
    for index, phrase in enumerate(expression.phrases):
        sight = ('findable' if findable[index] else 'not findable') if findable else ''
        yield _bag(
            'phrase',
            f'anchor {min(index, 3)}',
            'meant' if index in expression.targets else '',
            'plural' if phrase.plural else '',
            '' if phrase.noun else 'anything',
            'colour' if phrase.colours else 'other colour' if phrase.excluded_colours else '',
            'attribute' if phrase.attributes else 'part' if phrase.parts else '',
            sight,
        )
    for relation in expression.relations:
        yield _bag(
            'relation',
            relation.kind.value,
            f'subject {min(relation.subject, 3)}',
            *(f'anchor {min(anchor, 3)}' for anchor in relation.anchors[:2]),
            'negated' if relation.negated else '',
            'superlative' if relation.superlative else '',
            'inverted' if relation.inverted else '',
        )
    for order in expression.orders:
        yield _bag(
            'order',
            f'at {order.extreme.value}',
            f'subject {min(order.subject, 3)}',
            f'rank {min(order.rank, 5)}',
            'strict' if order.strict else '',
            'negated' if order.negated else '',
        )
    for motion in expression.motions:
        yield _bag(
            'motion',
            motion.kind.value,
            f'subject {min(motion.subject, 3)}',
            'strict' if motion.strict else '',
            'negated' if motion.negated else '',
            'past' if motion.past else '',
        )


def _words(skeleton: str) -> Iterator[list[int]]:
    """Yield one bag per word of the skeleton: itself, its place, its letter groups."""
    for place, word in enumerate(_TOKEN.findall(skeleton)[:MOST_WORDS]):
        number = _WORD_NUMBERS.get(word, UNKNOWN)
        yield [WORD, number, _NAMES[f'place {place}'], *_pieces(word)]


def _pieces(word: str) -> list[int]:
    """Return the numbers of up to five groups of three letters, the first and the last with them."""
    if word.startswith('['):
        return []
    padded = f'<{word}>'
    groups = [padded[at : at + 3] for at in range(len(padded) - 2)]
    picked = np.linspace(0, len(groups) - 1, min(len(groups), BAG - 3)).astype(int)
    return [_FIRST_PIECE + crc32(groups[at].encode()) % PIECES for at in picked]


def _bag(*names: str) -> list[int]:
    return [_NAMES.get(name, UNKNOWN) for name in names if name]
