"""Set phrases of colours, patterns and sizes that are such only beside certain words."""

from __future__ import annotations

from tenet_ros.language.grammar import lexicon as lex
from tenet_ros.language.grammar.inflection import singular
from tenet_ros.language.grammar.turns import ENDS, Rule, Turns, Words, at

__all__ = ['LOOK_TURNS']

_DESCRIBED = frozenset().union(
    lex.COLOURS, lex.PATTERNS, lex.SIZES, lex.SUPERLATIVES, lex.DIRECTIONS
)
_DRAWN = {'striped': 'stripes', 'dotted': 'dots', 'checkered': 'checks'}
_OF_PATTERNS = tuple(w for w, kind in lex.PATTERNS.items() if w.endswith('ed') and kind in _DRAWN)


def _described_one(words: Words, index: int) -> Turns:
    """Read "the red 1"."""
    if at(words, index - 1) in _DESCRIBED and at(words, index + 1) != 'from':
        yield ('1',), ('one',)


def _comes_with(words: Words, index: int) -> Turns:
    if singular(at(words, index + 2))[0] in lex.PATTERN_NOUNS:
        yield (words[index], 'with'), ('has',)
    if at(words, index + 2) in lex.COLOURS or at(words, index + 2) in lex.SHADES:
        yield (words[index], 'in'), ('is' if words[index] == 'comes' else 'are',)


def _in_solid(words: Words, index: int) -> Turns:
    if at(words, index + 2) in lex.COLOURS:
        for plain in ('solid', 'plain'):
            yield ('in', plain), ('that', 'is', plain)


def _sized(words: Words, index: int) -> Turns:
    before = at(words, index - 1)
    if before in lex.SUPERLATIVES or before in lex.SIZES:
        yield ('sized',), ()


def _in_size(words: Words, index: int) -> Turns:
    """Read "smaller in size" as "smaller"."""
    before = at(words, index - 1)
    if before in lex.SUPERLATIVES or before in lex.SIZES:
        for measure in (
            'size',
            'dimension',
            'dimensions',
            'volume',
            'diameter',
            'stature',
            'build',
        ):
            yield ('in', measure), ()
            yield ('by', measure), ()


def _one_of(words: Words, index: int) -> Turns:
    """Read "in a bright yellow" as "in yellow"."""
    colour = index + 2 + (at(words, index + 2) in lex.SHADES)
    if at(words, colour) in lex.COLOURS and at(words, colour + 1) in ENDS | {'with'}:
        for article in ('a', 'an', 'the'):
            yield ('in', article), ('in',)


def _neither(words: Words, index: int) -> Turns:
    """Read "has neither dots nor stripes" as "has no dots or stripes"."""
    if at(words, index + 1) == 'neither' and singular(at(words, index + 2))[0] in lex.PATTERN_NOUNS:
        one, other = at(words, index + 2), at(words, index + 4)
        yield (words[index], 'neither', one, 'nor', other), ('without', one, 'or', other)


def _striped_in(words: Words, index: int) -> Turns:
    """Read "striped in red and white", "dotted with yellow" as "with yellow dots"."""
    end = index + 2
    while at(words, end) in lex.COLOURS or (end > index + 2 and at(words, end) == 'and'):
        end += 1
    one = end == index + 3 or at(words, index + 1) == 'with'
    told = at(words, index + 1) in {'in', 'with'} and end > index + 2 and one
    if told and at(words, end) in ENDS | {'that', 'which', 'on', 'in'}:
        drawn = _DRAWN[lex.PATTERNS[words[index]]]
        yield words[index:end], ('with', *words[index + 2 : end], drawn)


def _like(words: Words, index: int) -> Turns:
    """Read "whose colour is closest to red" as "whose colour is red"."""
    if at(words, index + 2) in lex.COLOURS and at(words, index + 3) in ENDS:
        yield (words[index], 'to'), ()


def _in_orange(words: Words, index: int) -> Turns:
    """Read "the cup in orange": what is a thing too is a colour here."""
    word = at(words, index + 1)
    if index and word in lex.COLOURS_OR_NOUNS and at(words, index + 2) in ENDS:
        yield ('in', word), ('that', 'is', word)


def _full_of(words: Words, index: int) -> Turns:
    """Read "full of red dots" as "with red dots"."""
    drawn = index + 2 + (at(words, index + 2) in lex.COLOURS)
    if singular(at(words, drawn))[0] in lex.PATTERN_NOUNS:
        for of in ('of', 'with'):
            yield (words[index], of), ('with',)


LOOK_TURNS: tuple[tuple[str, Rule], ...] = (
    ('1', _described_one),
    ('comes come', _comes_with),
    ('in', _in_solid),
    ('in by', _in_size),
    ('sized', _sized),
    (' '.join(_OF_PATTERNS), _striped_in),
    ('closest close similar near', _like),
    ('in', _in_orange),
    ('full filled plastered packed dense', _full_of),
    ('in', _one_of),
    ('has have with having shows', _neither),
)
"""Words -> the rule of set phrases that begin with one of them."""
