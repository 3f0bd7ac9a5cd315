"""Set phrases that are such only beside certain words: "has got" before a thing, "bar" after "all"."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from tenet_ros.language.grammar import lexicon as lex
from tenet_ros.language.grammar.inflection import singular
from tenet_ros.language.grammar.verbs import Form, read_verb
from tenet_ros.language.grammar.words import BREAK

__all__ = ['by_context']

_Words = tuple[str, ...]
_Turns = Iterator[tuple[_Words, _Words]]
_Rule = Callable[[_Words, int], _Turns]

_ALL = frozenset(('all', 'every', 'each', 'any', 'everything', 'anything'))
_UTMOST = frozenset(lex.SUPERLATIVES) | frozenset(lex.ORDINALS)
_DESCRIBED = frozenset().union(
    lex.COLOURS, lex.PATTERNS, lex.SIZES, lex.SUPERLATIVES, lex.DIRECTIONS
)
_OWNED = frozenset(('no',)).union(lex.DETERMINERS, lex.PATTERN_NOUNS, lex.COLOURS)
_ORDINAL_OF: Mapping[str, str] = MappingProxyType(
    {
        number: word
        for word, rank in lex.ORDINALS.items()
        for number, n in lex.NUMBERS.items()
        if n == rank and word.isalpha() and word != 'earliest'
    }
)
_ENDS = frozenset(('', BREAK, 'and', 'just'))
_SIDES = frozenset(('left', 'right'))


def by_context(words: _Words, index: int) -> _Turns:
    """Yield set phrases at ``index`` that are such beside these words, each with its plain equal."""
    for rule in _RULES.get(words[index], ()):
        yield from rule(words, index)


def _at(words: _Words, index: int) -> str:
    return words[index] if 0 <= index < len(words) else ''


def _thing(words: _Words, index: int) -> bool:
    noun = singular(_at(words, index))[0]
    return noun in lex.NOUNS or noun in lex.GENERIC


def _all_the_way(words: _Words, index: int) -> _Turns:
    if read_verb(_at(words, index - 1)) is None:
        # What *rolls* all the way to the left is on its way there.
        yield ('all', 'the', 'way', 'to', 'the'), ('furthest', 'to', 'the')


def _all_over(words: _Words, index: int) -> _Turns:
    if _at(words, index + 2) in _ENDS:
        yield ('all', 'over'), ()


def _alone(words: _Words, index: int) -> _Turns:
    if _at(words, index + 3) in _ENDS:
        yield ('on', 'its', 'own'), ()
        yield ('on', 'their', 'own'), ()


def _counted(words: _Words, index: int) -> _Turns:
    """Read "mug three from the left"."""
    if index and words[index] in _ORDINAL_OF and read_verb(words[index - 1]) is None:
        yield (words[index], 'from', 'the'), (_ORDINAL_OF[words[index]], 'from', 'the')


def _described_one(words: _Words, index: int) -> _Turns:
    """Read "the red 1"."""
    if _at(words, index - 1) in _DESCRIBED and _at(words, index + 1) != 'from':
        yield ('1',), ('one',)


def _among(words: _Words, index: int) -> _Turns:
    """Read "the largest one among the boxes" as the largest of the boxes."""
    last = words[max(index - 2, 0) : index]
    one = _at(words, index - 1) in {'one', 'ones'}
    ranked = not _UTMOST.isdisjoint(words[:index])
    if ranked and (one or not _UTMOST.isdisjoint(last)):
        for said in (('among',), ('amongst',), ('out', 'of'), ('from', 'among')):
            yield (*said, 'the'), ('of', 'the')
            yield (*said, 'all'), ('of', 'all')
    if one:
        for number in ('two', 'three', 'four', 'five'):
            yield ('out', 'of', 'the', number), ('of', 'the', number)


def _out_of(words: _Words, index: int) -> _Turns:
    """Pass "out of three" at the end."""
    if _at(words, index + 2) in lex.NUMBERS and _at(words, index + 3) in _ENDS:
        yield ('out', 'of', words[index + 2]), ()


def _got(words: _Words, index: int) -> _Turns:
    if singular(_at(words, index + 2))[0] in _OWNED:
        yield (words[index], 'got'), (words[index],)


def _went_over(words: _Words, index: int) -> _Turns:
    if _at(words, index + 2) in _ENDS:
        fell = 'falling' if words[index] == 'going' else 'fell'
        yield (words[index], 'over'), (fell, 'over')


def _felled(words: _Words, index: int) -> _Turns:
    """Read "the knocked over can"."""
    if _thing(words, index + 2):
        yield (words[index], 'over'), ('toppled',)
        yield ('falling', 'down'), ('falling',)


def _ordinal(words: _Words, index: int) -> _Turns:
    """Read "third from left mug", and "second to the left"."""
    side = index + 2 + (_at(words, index + 2) == 'the')
    sided = _at(words, side) in _SIDES
    if sided and _at(words, index + 1) == 'from' and singular(_at(words, side + 1))[0] in lex.NOUNS:
        yield words[index : side + 1], (words[index], words[side])
    if sided and _at(words, index + 1) == 'to' and _at(words, side + 1) != 'of':
        yield (words[index], 'to', 'the'), (words[index], 'from', 'the')


def _seen(words: _Words, index: int) -> _Turns:
    """Read "the can seen rolling"."""
    verb = read_verb(_at(words, index + 1))
    if index and verb is not None and verb.form is Form.ING:
        yield (words[index],), ()


def _hides(words: _Words, index: int) -> _Turns:
    if _at(words, index + 1) in lex.DETERMINERS:
        yield (words[index],), ('in', 'front', 'of')


def _surrounded(words: _Words, index: int) -> _Turns:
    if 'and' in words[index:]:
        yield ('surrounded', 'by'), ('between',)


def _comes_with(words: _Words, index: int) -> _Turns:
    if singular(_at(words, index + 2))[0] in lex.PATTERN_NOUNS:
        yield (words[index], 'with'), ('has',)


def _amid(words: _Words, index: int) -> _Turns:
    """Pass "in the middle of" before "falling"."""
    verb = read_verb(_at(words, index + 4))
    if verb is not None and verb.form is Form.ING:
        yield ('in', 'the', 'middle', 'of'), ()


def _to_the_ground(words: _Words, index: int) -> _Turns:
    if read_verb(_at(words, index - 1)) is not None:
        yield (words[index], 'the', 'ground'), ()
        yield (words[index], 'the', 'floor'), ()


def _in_solid(words: _Words, index: int) -> _Turns:
    if _at(words, index + 2) in lex.COLOURS:
        for plain in ('solid', 'plain'):
            yield ('in', plain), ('that', 'is', plain)


def _sized(words: _Words, index: int) -> _Turns:
    before = _at(words, index - 1)
    if before in lex.SUPERLATIVES or before in lex.SIZES:
        yield ('sized',), ()


def _way(words: _Words, index: int) -> _Turns:
    """Read "the pan way in the back"."""
    leans = _at(words, index + 1) in {'in', 'on', 'at', 'back', 'over'}
    if leans and singular(_at(words, index - 1))[0] in lex.NOUNS:
        yield ('way',), ()


def _most_distant(words: _Words, index: int) -> _Turns:
    if _at(words, index + 2) in _ENDS:
        yield ('most', 'distant'), ('furthest', 'away')
    else:
        yield ('most', 'distant'), ('farthest',)


def _in_size(words: _Words, index: int) -> _Turns:
    """Read "smaller in size" as "smaller"."""
    before = _at(words, index - 1)
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


def _added(words: _Words, index: int) -> _Turns:
    """Read "was brought onto the scene", "was added later"."""
    if words[index - 1 : index] and words[index - 1] in {'was', 'were', 'been', 'got'}:
        for onto in ('onto', 'into', 'on', 'to'):
            yield (words[index], onto, 'the', 'scene'), ('added',)
            yield (words[index], onto, 'the', 'picture'), ('added',)
            yield (words[index], onto, 'the', 'view'), ('added',)
            yield (words[index], onto, 'view'), ('added',)
        if _at(words, index + 1) == 'in' and _at(words, index + 2) in _ENDS:
            yield (words[index], 'in'), ('added',)
        for later in ('later', 'afterwards', 'subsequently'):
            yield (words[index], later), ('added',)
            yield (words[index], 'there', later), ('added',)
            yield (words[index], 'down', later), ('added',)


def _any_but(words: _Words, index: int) -> _Turns:
    if _at(words, index - 1) == BREAK:
        yield (words[index], 'but'), ('except',)


def _nearby(words: _Words, index: int) -> _Turns:
    if _at(words, index - 1) in lex.DETERMINERS and _at(words, index + 1):
        yield ('nearby',), ('near',)


def _excluding(words: _Words, index: int) -> _Turns:
    if not _ALL.isdisjoint(words[:index]):
        yield (words[index], 'the'), ('except', 'the')


def _counting(words: _Words, index: int) -> _Turns:
    if not index or not lex.ORDINALS.keys().isdisjoint(words[:index]):
        yield (words[index], 'from', 'the'), ('from', 'the')
        for one, other in (('left', 'right'), ('right', 'left')):
            for before in ((words[index],), (words[index], 'in', 'order'), (words[index], 'them')):
                yield (*before, 'from', one, 'to', other), ('from', 'the', one)


def _from_left_to_right(words: _Words, index: int) -> _Turns:
    """Read "the second can from left to right"."""
    if not lex.ORDINALS.keys().isdisjoint(words[:index]) and not any(map(_goes, words[:index])):
        for one, other in (('left', 'right'), ('right', 'left')):
            yield ('from', one, 'to', other), ('from', 'the', one)


def _goes(word: str) -> bool:
    verb = read_verb(word)
    return verb is not None and verb.form is Form.ING


def _as_seen(words: _Words, index: int) -> _Turns:
    if index and not lex.ORDINALS.keys().isdisjoint(words[:index]):
        yield (words[index], *words[index + 1 : index + 2], 'from'), ('from',)


_FELLED = 'knocked tipped toppled fallen pushed overturned falling'
_RULED: tuple[tuple[str, _Rule], ...] = (
    ('all', _all_the_way),
    ('all', _all_over),
    ('on', _alone),
    (' '.join(number for number in _ORDINAL_OF if number != 'one'), _counted),
    ('1', _described_one),
    ('among amongst out from', _among),
    ('out', _out_of),
    ('has have', _got),
    ('went goes going gone go', _went_over),
    (_FELLED, _felled),
    (' '.join(lex.ORDINALS), _ordinal),
    ('seen observed', _seen),
    ('blocks hides hiding obscures occludes', _hides),
    ('surrounded', _surrounded),
    ('comes come', _comes_with),
    ('in', _in_solid),
    ('in', _amid),
    ('in by', _in_size),
    ('brought carried put placed added set moved pushed rolled introduced taken', _added),
    ('to onto', _to_the_ground),
    ('sized', _sized),
    ('way', _way),
    ('most', _most_distant),
    ('any anything', _any_but),
    ('nearby', _nearby),
    ('bar save', _excluding),
    ('counting counted starting going reading looking numbered ordered sorted', _counting),
    ('from', _from_left_to_right),
    ('when as', _as_seen),
)


def _by_word() -> Mapping[str, tuple[_Rule, ...]]:
    table: dict[str, tuple[_Rule, ...]] = {}
    for words, rule in _RULED:
        for word in words.split():
            table[word] = (*table.get(word, ()), rule)
    return MappingProxyType(table)


_RULES = _by_word()
