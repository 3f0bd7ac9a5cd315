"""Reads places and headings: "on the far left side of", "from left to right", "away"."""

from __future__ import annotations

from dataclasses import dataclass

from tenet_ros.language.expression import MotionKind
from tenet_ros.language.grammar import lexicon as lex
from tenet_ros.language.grammar.sentence import Sentence
from tenet_ros.language.grammar.verbs import Form, read_verb
from tenet_ros.language.grammar.words import vocabulary

__all__ = ['Place', 'read_heading', 'read_place', 'skip_time']

_BEFORE = vocabulary('on to at in from towards toward near by onto into')
_STRICT = frozenset(('far', 'extreme', 'most', 'furthest', 'farthest', 'utmost'))
_AIMS = frozenset(('to', 'towards', 'toward', 'into', 'in', 'for'))
_PARTICLES = {
    'left': MotionKind.LEFTWARD,
    'leftward': MotionKind.LEFTWARD,
    'leftwards': MotionKind.LEFTWARD,
    'right': MotionKind.RIGHTWARD,
    'rightward': MotionKind.RIGHTWARD,
    'rightwards': MotionKind.RIGHTWARD,
    'up': MotionKind.UPWARD,
    'upward': MotionKind.UPWARD,
    'upwards': MotionKind.UPWARD,
    'down': MotionKind.DOWNWARD,
    'downward': MotionKind.DOWNWARD,
    'downwards': MotionKind.DOWNWARD,
    'away': MotionKind.RECEDING,
    'backward': MotionKind.RECEDING,
    'backwards': MotionKind.RECEDING,
    'forward': MotionKind.APPROACHING,
    'forwards': MotionKind.APPROACHING,
    'closer': MotionKind.APPROACHING,
    'nearer': MotionKind.APPROACHING,
}
_TOWARDS = {
    'left': MotionKind.LEFTWARD,
    'right': MotionKind.RIGHTWARD,
    'top': MotionKind.UPWARD,
    'bottom': MotionKind.DOWNWARD,
    'front': MotionKind.APPROACHING,
    'back': MotionKind.RECEDING,
}
_AWAY = {
    'left': MotionKind.RIGHTWARD,
    'right': MotionKind.LEFTWARD,
    'top': MotionKind.DOWNWARD,
    'bottom': MotionKind.UPWARD,
    'front': MotionKind.RECEDING,
    'back': MotionKind.APPROACHING,
}


_SCENE = lex.FRAME | {'table', 'tabletop', 'desk', 'counter', 'worktop'}


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the picture, or beside something.

    Attributes:
        end: index after its last word; after "of" where ``of``.
        words: the direction words, keys of ``lexicon.DIRECTIONS``; or "far" alone.
        preposition: the word before, or ''.
        strict: "far left", "leftmost".
        article: whether "the" came before the direction.
        of: whether "of" (or "to", "from") follows: something else is needed.
    """

    end: int
    words: tuple[str, ...]
    preposition: str
    strict: bool
    article: bool
    of: bool


def read_place(s: Sentence, start: int) -> Place | None:
    """Return the place that begins at ``start``, or None."""
    index, preposition = start, ''
    if s.at(index) in _BEFORE:
        preposition, index = s.at(index), index + 1
    article = s.at(index) in lex.DETERMINERS or s.at(index) in lex.POSSESSIVES
    index += article
    strict = False
    while s.at(index) in _STRICT or (s.at(index) in {'very', 'immediate'} and article):
        strict |= (
            s.at(index) in _STRICT
            or s.follows(index, 'very', 'left')
            or s.follows(index, 'very', 'right')
        )
        index += 1
    first = index
    while s.at(index) in lex.DIRECTIONS or (index > first and s.at(index) == 'hand'):
        index += 1
    words = tuple(w for w in s.words[first:index] if w != 'hand')
    if not words:
        return _far_side(s, index, preposition, strict=strict)
    before_region = index
    while s.at(index) in lex.REGION_NOUNS:
        index += 1
    bare = before_region == index
    if bare and preposition and article and _names_thing(s, index):
        return None
    joined = s.at(index) == 'of'
    if not joined and bare and words[-1] in {'left', 'right'}:
        joined = s.at(index) in {'to', 'from'} and s.opens(index + 1) and not preposition
    if not preposition and not joined and _is_intensifier(s, index, words):
        return None
    return Place(index + joined, words, preposition, strict, article, joined)


def _names_thing(s: Sentence, index: int) -> bool:
    """Whether a noun goes on after "on the left": "on the left *shelf*" is a thing."""
    verb = read_verb(s.at(index))
    acts = verb is not None and verb.form is Form.ING
    return s.nominal(index) and not acts and s.at(index) not in lex.AFTERTHOUGHTS


def _is_intensifier(s: Sentence, after: int, words: tuple[str, ...]) -> bool:
    """Whether a bare "right" or "back" only leans on what follows: "right next to"."""
    leaning = s.at(after) in lex.PREPOSITIONS and s.at(after) not in {'of', 'with'}
    return words in {('right',), ('back',)} and leaning


def _far_side(s: Sentence, index: int, preposition: str, *, strict: bool) -> Place | None:
    """Read "at the far end" and "in the distance"."""
    if preposition and strict and s.at(index) in {'side', 'end'} and s.at(index + 1) != 'of':
        return Place(index + 1, ('far',), preposition, False, True, False)
    if preposition == 'in' and s.at(index) == 'distance':
        return Place(index + 1, ('far',), preposition, False, True, False)
    return None


def read_heading(s: Sentence, start: int) -> tuple[MotionKind, int] | None:
    """Return where something moves, said by the words from ``start`` on, and the index after.

    "Towards the man" and "away from the car" are relations, not headings; "down the street" is
    neither.
    """
    # "Up to the camera" leads to the camera, not upwards.
    start += s.at(start) == 'up' and s.at(start + 1) in {'to', 'towards', 'toward'}
    word = s.at(start)
    if word in _AIMS or word in {'from', 'at'}:
        # What comes at us approaches; what moves at the left does so there.
        return _read_aim(s, start, {'from': _AWAY, 'at': {}}.get(word, _TOWARDS))
    kind = _PARTICLES.get(word)
    if kind is None or s.at(start + 1) == 'of':
        return None
    if word in {'up', 'down'}:
        along = s.opens(start + 1) and s.at(start + 2) in lex.WAYS
        apart = s.at(start + 1) in {'and', 'or'} and s.at(start + 2) in {'up', 'down'}
        return (MotionKind.MOVING, start + 3) if apart else None if along else (kind, start + 1)
    if word in {'left', 'right'} and s.at(start + 1) in {'next', 'behind', 'beside', 'in'}:
        return None
    if word in {'away', 'closer', 'nearer'}:
        return _read_distance(s, start, kind)
    return kind, start + 1


def _read_aim(
    s: Sentence, start: int, table: dict[str, MotionKind]
) -> tuple[MotionKind, int] | None:
    """Read "to the left", "towards the camera", "from the right", "from left to right"."""
    place = read_place(s, start + (s.at(start) == 'for'))
    if place is not None:
        direction = lex.DIRECTIONS.get(place.words[0], '')
        sided = s.at(place.end - 2) in lex.REGION_NOUNS
        framed = place.of and _camera_at(s, place.end, _SCENE if sided else lex.FRAME)
        if direction not in table or (place.of and not framed):
            return None
        if place.of:
            return table[direction], framed
        if s.at(start) == 'from' and s.at(place.end) == 'to':
            onward = _read_aim(s, place.end, _TOWARDS)
            return onward or (table[direction], place.end)
        return table[direction], place.end
    if s.at(start) in {'to', 'towards', 'toward', 'for', 'at'}:
        end = _camera_at(s, start + 1, lex.CAMERA)
        return (MotionKind.APPROACHING, end) if end else None
    return None


def _read_distance(s: Sentence, start: int, kind: MotionKind) -> tuple[MotionKind, int] | None:
    """Read "away", "away from the camera", "closer", "closer to us"."""
    if s.at(start + 1) not in {'from', 'to'}:
        return kind, start + 1
    end = _camera_at(s, start + 2, lex.CAMERA)
    return (kind, end) if end else None


_PASSING_TIMES = (
    ('all', 'the', 'time'), ('the', 'whole', 'time'), ('at', 'all'), ('at', 'once'),
    ('for', 'a', 'while'), ('for', 'some', 'time'), ('until', 'now'), ('so', 'far'),
    ('at', 'some', 'point'), ('a', 'while', 'ago'), ('just', 'now'), ('by', 'now'), ('at', 'first'),
)  # fmt: skip


def _camera_at(s: Sentence, index: int, names: frozenset[str]) -> int:
    """Return the index after "the camera" at ``index``, or 0."""
    index += s.at(index) in lex.DETERMINERS
    return index + 1 if s.at(index) in names else 0


def _skip_span(s: Sentence, start: int) -> int:
    """Return the index after "all the time", "a moment ago"; ``start`` if none."""
    for words in _PASSING_TIMES:
        if s.follows(start, *words):
            return start + len(words)
    if s.at(start) in lex.NUMBERS or s.at(start) in {'a', 'some', 'few'}:
        ago = next((i for i in range(start + 1, start + 4) if s.at(i) == 'ago'), start - 1)
        return ago + 1
    return start


def skip_time(s: Sentence, start: int) -> int:
    """Return the index after "at the start", "near the end of the video"; ``start`` if none."""
    passed = _skip_span(s, start)
    if passed > start:
        return passed
    index = start + (s.at(start) in {'at', 'in', 'near', 'for', 'from', 'by', 'on', 'until'})
    if index == start:
        return start
    index += s.at(index) in {'the', 'a', 'its'}
    index += s.at(index) in {'very', 'first', 'last'} and s.at(index + 1) in lex.TIMES
    names_thing = s.nominal(index + 1) and s.at(index + 1) not in lex.TIMES
    if s.at(index) not in lex.TIMES or s.at(index + 1) == 'from' or names_thing:
        return start
    index += 1
    if s.at(index) == 'of':
        return _camera_at(s, index + 1, lex.FRAME) or start
    return index
