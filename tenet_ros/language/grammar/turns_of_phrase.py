"""Set phrases that are such only beside certain words: "has got" before a thing, "bar" after "all"."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from tenet_ros.language.grammar import lexicon as lex
from tenet_ros.language.grammar.inflection import singular
from tenet_ros.language.grammar.turns import ENDS, Rule, Turns, Words, at, by_word, thing
from tenet_ros.language.grammar.turns_of_looks import LOOK_TURNS
from tenet_ros.language.grammar.turns_of_motion import MOTION_TURNS
from tenet_ros.language.grammar.verbs import Form, read_verb
from tenet_ros.language.grammar.words import BREAK, vocabulary

__all__ = ['by_context']

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
_SIDES = frozenset(('left', 'right'))
_ABOUT = vocabulary('about some only just roughly around approximately within barely')
_UNITS = vocabulary(
    'centimetre centimetres centimeter centimeters cm inch inches millimetres millimeters mm foot',
    'feet metre metres meter meters step steps',
)
_PLACES = vocabulary('to left right in behind above below beyond ahead')
"""With these a place may begin after a measure."""
_HOLLOW = vocabulary('bowl pan cup mug teapot pot box basket bin crate')


def by_context(words: Words, index: int) -> Turns:
    """Yield set phrases at ``index`` that are such beside these words, each with its plain equal."""
    for rule in _RULES.get(words[index], ()):
        yield from rule(words, index)


def _all_the_way(words: Words, index: int) -> Turns:
    if read_verb(at(words, index - 1)) is None:
        # What *rolls* all the way to the left is on its way there.
        yield ('all', 'the', 'way', 'to', 'the'), ('furthest', 'to', 'the')


def _all_over(words: Words, index: int) -> Turns:
    if at(words, index + 2) in ENDS:
        yield ('all', 'over'), ()


def _alone(words: Words, index: int) -> Turns:
    if at(words, index + 3) in ENDS:
        yield ('on', 'its', 'own'), ()
        yield ('on', 'their', 'own'), ()


def _counted(words: Words, index: int) -> Turns:
    """Read "mug three from the left"."""
    if index and words[index] in _ORDINAL_OF and read_verb(words[index - 1]) is None:
        yield (words[index], 'from', 'the'), (_ORDINAL_OF[words[index]], 'from', 'the')


def _among(words: Words, index: int) -> Turns:
    """Read "the largest one among the boxes" as the largest of the boxes."""
    last = words[max(index - 2, 0) : index]
    one = at(words, index - 1) in {'one', 'ones'}
    ranked = not _UTMOST.isdisjoint(words[:index])
    sided = index > 2 and words[index - 3 : index - 1] == ('from', 'the')
    if ranked and (one or sided or not _UTMOST.isdisjoint(last)):
        for said in (('among',), ('amongst',), ('out', 'of'), ('from', 'among')):
            yield (*said, 'the'), ('of', 'the')
            yield (*said, 'all'), ('of', 'all')
    if one and at(words, index - 2) in _DESCRIBED:
        for said in (('among',), ('amongst',), ('out', 'of'), ('from', 'among'), ('from',)):
            yield (*said, 'the'), ('of', 'the')
    if one:
        for number in ('two', 'three', 'four', 'five'):
            yield ('out', 'of', 'the', number), ('of', 'the', number)


def _out_of(words: Words, index: int) -> Turns:
    """Pass "out of three" at the end."""
    if at(words, index + 2) in lex.NUMBERS and at(words, index + 3) in ENDS:
        yield ('out', 'of', words[index + 2]), ()


def _got(words: Words, index: int) -> Turns:
    if singular(at(words, index + 2))[0] in _OWNED:
        yield (words[index], 'got'), ('has' if words[index] == 'is' else words[index],)


def _ordinal(words: Words, index: int) -> Turns:
    """Read "third from left mug", and "second to the left"."""
    side = index + 2 + (at(words, index + 2) == 'the')
    sided = at(words, side) in _SIDES
    if sided and at(words, index + 1) == 'from' and singular(at(words, side + 1))[0] in lex.NOUNS:
        yield words[index : side + 1], (words[index], words[side])
    if sided and at(words, index + 1) == 'to' and at(words, side + 1) != 'of':
        yield (words[index], 'to', 'the'), (words[index], 'from', 'the')


def _hides(words: Words, index: int) -> Turns:
    if at(words, index + 1) in lex.DETERMINERS:
        yield (words[index],), ('in', 'front', 'of')


def _surrounded(words: Words, index: int) -> Turns:
    if 'and' in words[index:]:
        yield ('surrounded', 'by'), ('between',)


def _way(words: Words, index: int) -> Turns:
    """Read "the pan way in the back"."""
    leans = at(words, index + 1) in {'in', 'on', 'at', 'back', 'over'}
    if leans and singular(at(words, index - 1))[0] in lex.NOUNS:
        yield ('way',), ()


def _most_distant(words: Words, index: int) -> Turns:
    if at(words, index + 2) in ENDS:
        yield ('most', 'distant'), ('furthest', 'away')
    else:
        yield ('most', 'distant'), ('farthest',)


def _but_one(words: Words, index: int) -> Turns:
    """Read "the rightmost but one bottle" as the second rightmost."""
    yield (words[index], 'but', 'one'), ('second', words[index])


def _outermost(words: Words, index: int) -> Turns:
    """Read "the outermost mug on the right" as the rightmost."""
    for side in ('left', 'right'):
        if side in words[index + 2 :]:
            yield (words[index],), (f'{side}most',)


def _in_line(words: Words, index: int) -> Turns:
    """Read "third in line from the left"."""
    if at(words, index - 1) in lex.ORDINALS:
        for line in (
            ('line',),
            ('order',),
            ('sequence',),
            ('the', 'row'),
            ('the', 'line'),
            ('turn',),
        ):
            yield ('in', *line), ()


def _covered(words: Words, index: int) -> Turns:
    """Read "covered by the bowl" as "behind the bowl", and by dots as with dots."""
    named = at(words, index + 2) in lex.DETERMINERS
    yield ('covered', 'by'), ('hidden', 'behind') if named else ('covered', 'with')


def _stands_there(words: Words, index: int) -> Turns:
    """Read "with the bowl standing behind it" as "with the bowl behind it"."""
    told = not {'with', 'has', 'having', 'have'}.isdisjoint(words[:index])
    if told and thing(words, index - 1) and not {'it', 'its'}.isdisjoint(words[index : index + 6]):
        yield (words[index],), ()


def _a_bit(words: Words, index: int) -> Turns:
    """Read "a bit further left" as "further left"."""
    if at(words, index + 2) in lex.SUPERLATIVES or at(words, index + 2) == 'more':
        for much in ('bit', 'little', 'tad', 'lot', 'touch'):
            yield ('a', much), ()


def _any_but(words: Words, index: int) -> Turns:
    if at(words, index - 1) == BREAK:
        yield (words[index], 'but'), ('except',)


def _nearby(words: Words, index: int) -> Turns:
    if at(words, index - 1) in lex.DETERMINERS and at(words, index + 1):
        yield ('nearby',), ('near',)


def _excluding(words: Words, index: int) -> Turns:
    if not _ALL.isdisjoint(words[:index]):
        yield (words[index], 'the'), ('except', 'the')


def _counting(words: Words, index: int) -> Turns:
    if not index or not lex.ORDINALS.keys().isdisjoint(words[:index]):
        yield (words[index], 'from', 'the'), ('from', 'the')
        for one, other in (('left', 'right'), ('right', 'left')):
            for before in ((words[index],), (words[index], 'in', 'order'), (words[index], 'them')):
                yield (*before, 'from', one, 'to', other), ('from', 'the', one)


def _from_left_to_right(words: Words, index: int) -> Turns:
    """Read "the second can from left to right"."""
    if not lex.ORDINALS.keys().isdisjoint(words[:index]) and not any(map(_goes, words[:index])):
        for one, other in (('left', 'right'), ('right', 'left')):
            yield ('from', one, 'to', other), ('from', 'the', one)


def _goes(word: str) -> bool:
    verb = read_verb(word)
    return verb is not None and verb.form is Form.ING


def _measured(words: Words, index: int) -> Turns:
    """Read "ten centimetres to the left of" as "to the left of", "an inch from" as "near"."""
    end = index
    while at(words, end) in _ABOUT:
        end += 1
    if at(words, end) in {'a', 'an', 'several'} or at(words, end) in lex.NUMBERS:
        end += 1 + (at(words, end + 1) in {'few', 'couple'})
        end += at(words, end) == 'of'
    if end == index or at(words, end) not in _UNITS:
        return
    end += 1 + 2 * (words[end + 1 : end + 3] == ('or', 'so'))
    away = at(words, end) in {'away', 'off'}
    if at(words, end + away) == 'from':
        yield words[index : end + away + 1], ('near',)
    elif words[index] == 'within' and at(words, end) == 'of':
        yield words[index : end + 1], ('near',)
    elif at(words, end) in _PLACES:
        yield words[index:end], ()


def _out_of_what_holds(words: Words, index: int) -> Turns:
    """Read "the banana from the bowl" as "the banana in the bowl"."""
    if thing(words, index - 1) and _hollow(words, index + 1):
        yield ('from',), ('in',)


def _at_the_bottom(words: Words, index: int) -> Turns:
    """Read "at the bottom of the bowl" as "in the bowl"."""
    if _hollow(words, index + 4):
        yield ('at', 'the', 'bottom', 'of'), ('in',)


def _hollow(words: Words, index: int) -> bool:
    """Whether "the red bowl" stands at ``index``."""
    if at(words, index) not in lex.DETERMINERS:
        return False
    index += 1 + (at(words, index + 1) in _DESCRIBED)
    return at(words, index) in _HOLLOW


def _as_seen(words: Words, index: int) -> Turns:
    if index and not lex.ORDINALS.keys().isdisjoint(words[:index]):
        yield (words[index], *words[index + 1 : index + 2], 'from'), ('from',)


_RULED: tuple[tuple[str, Rule], ...] = (
    ('all', _all_the_way),
    ('all', _all_over),
    ('on', _alone),
    (' '.join(number for number in _ORDINAL_OF if number != 'one'), _counted),
    ('among amongst out from', _among),
    ('out', _out_of),
    ('has have', _got),
    (' '.join(lex.ORDINALS), _ordinal),
    ('blocks hides hiding obscures occludes', _hides),
    ('surrounded', _surrounded),
    ('way', _way),
    ('most', _most_distant),
    ('outermost utmost', _outermost),
    ('in', _in_line),
    ('covered', _covered),
    ('standing lying sitting resting placed located positioned situated', _stands_there),
    ('is', _got),
    ('a', _a_bit),
    ('any anything', _any_but),
    (' '.join(lex.SUPERLATIVES), _but_one),
    ('nearby', _nearby),
    ('bar save', _excluding),
    ('counting counted starting going reading looking numbered ordered sorted', _counting),
    ('from', _from_left_to_right),
    ('when as', _as_seen),
    (' '.join((*_ABOUT, 'a', 'an', 'several', *lex.NUMBERS)), _measured),
    ('from', _out_of_what_holds),
    ('at', _at_the_bottom),
)


_RULES = by_word((*_RULED, *LOOK_TURNS, *MOTION_TURNS))
