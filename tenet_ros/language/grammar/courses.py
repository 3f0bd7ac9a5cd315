"""Reads how a movement goes on or ends: "in circles", "on the spot", "to a halt", "back", "in".

Every function takes the index after the verb and returns the index after what it read, or the
same index if what stands there is not its own.
"""

from __future__ import annotations

from tenet_ros.language.grammar import lexicon as lex
from tenet_ros.language.grammar.sentence import Sentence
from tenet_ros.language.grammar.words import vocabulary

__all__ = [
    'read_back_and_forth',
    'read_entry',
    'read_halt',
    'read_rest',
    'read_return',
    'read_round',
    'read_spot',
]

_ROUND = frozenset(('round', 'around'))
_RINGS = vocabulary('circle circles loop loops lap laps ring rings orbit round rounds circuit')
_STOPS = vocabulary('stop halt standstill rest')
_SPOTS = vocabulary('place spot')
_AXES = vocabulary('axis axle centre center self itself')


def read_round(s: Sentence, start: int) -> int:
    """Read "in circles", "around in a circle", "round and round", "laps"."""
    index = start + (s.at(start) in _ROUND)
    if index > start and s.at(index) == 'and' and s.at(index + 1) in _ROUND:
        return read_round(s, index + 2) if s.at(index + 2) == 'in' else index + 2
    ring = index + (s.at(index) in {'in', 'along', 'on', 'through'})
    ring += s.at(ring) in {'a', 'the', 'its', 'some'}
    while s.at(ring) in lex.SIZES or s.at(ring) in {'full', 'complete', 'perfect', 'circular'}:
        ring += 1
    if s.at(ring) in _RINGS or (ring > index + 1 and s.at(ring - 1) == 'circular'):
        return ring + 1
    return start


def read_spot(s: Sentence, start: int) -> int:
    """Read "around", "in place", "on the spot", "about its own axis"."""
    if s.at(start) in _ROUND and s.at(start + 1) in _AXES:
        return start + 2
    index = start + (s.at(start) in _ROUND and not s.opens(start + 1))
    if index > start and s.at(index) == 'and' and s.at(index + 1) in _ROUND:
        index += 2
    after = index + (s.at(index) in {'in', 'on', 'about', 'around', 'round'})
    if after == index:
        return index
    after += s.at(after) in {'the', 'its', 'one', 'a', 'their'}
    after += s.at(after) in {'own', 'same', 'vertical', 'one'}
    return after + 1 if s.at(after) in _SPOTS or s.at(after) in _AXES else index


def read_halt(s: Sentence, start: int) -> int:
    """Read "to rest", "to a halt", "to a complete stop" (after "comes" or "rolls")."""
    if s.at(start) != 'to':
        return start
    index = start + 1 + (s.at(start + 1) in {'a', 'the'})
    index += s.at(index) in {'complete', 'full', 'sudden', 'dead'}
    return index + 1 if s.at(index) in _STOPS else start


def read_rest(s: Sentence, start: int) -> int:
    """Read "at rest", "at a standstill" (after "is")."""
    index = start + 1 + (s.at(start + 1) == 'a')
    return index + 1 if s.at(start) == 'at' and s.at(index) in _STOPS else start


def read_entry(s: Sentence, start: int) -> int:
    """Read "into view", "into the picture", "in from the left" up to "in"."""
    index = start + (s.at(start) in {'into', 'onto', 'in', 'within', 'on'})
    if index == start:
        return start
    into = s.at(start) in {'into', 'onto'} or s.at(index) == 'to'
    index += s.at(index) == 'to'
    index += into and s.at(index) in lex.DETERMINERS
    if s.at(index) in ({'view', 'sight'} | lex.FRAME if into else {'view', 'sight'}):
        return index + 1 + (s.at(index + 1) in lex.FRAME)
    lone = s.at(start) == 'in' and s.at(start + 1) in {'', ',', 'from', 'and', 'later', 'last'}
    return start + 1 if lone else start


def read_return(s: Sentence, start: int) -> int:
    """Read "back", "back into view", "back again"; not "back and forth" or "back left"."""
    if s.at(start) != 'back' or s.at(start + 1) in lex.DIRECTIONS or s.at(start + 1) == 'of':
        return start
    if read_back_and_forth(s, start) > start:
        return start
    index = start + 1
    entered = read_entry(s, index)
    index = max(index, entered)
    framed = s.at(index) in {'in', 'on'} and s.at(index + 1) in lex.DETERMINERS
    index += 3 * (framed and s.at(index + 2) in lex.FRAME)
    return index + (s.at(index) == 'again')


def read_back_and_forth(s: Sentence, start: int) -> int:
    """Read "back and forth", "to and fro", "from side to side"."""
    for words in (
        ('back', 'and', 'forth'),
        ('backwards', 'and', 'forwards'),
        ('forwards', 'and', 'backwards'),
        ('to', 'and', 'fro'),
        ('from', 'side', 'to', 'side'),
        ('left', 'and', 'right'),
    ):
        if s.follows(start, *words):
            return start + len(words)
    return start
