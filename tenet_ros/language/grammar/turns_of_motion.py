"""Set phrases of motion that are such only beside certain words: "was put there later"."""

from __future__ import annotations

from tenet_ros.language.grammar import lexicon as lex
from tenet_ros.language.grammar.turns import ENDS, Rule, Turns, Words, at, thing
from tenet_ros.language.grammar.verbs import Form, read_verb

__all__ = ['MOTION_TURNS']


def _went_over(words: Words, index: int) -> Turns:
    if at(words, index + 2) in ENDS:
        fell = 'falling' if words[index] == 'going' else 'fell'
        yield (words[index], 'over'), (fell, 'over')


def _felled(words: Words, index: int) -> Turns:
    """Read "the knocked over can"."""
    if thing(words, index + 2):
        yield (words[index], 'over'), ('toppled',)
        yield ('falling', 'down'), ('falling',)


def _seen(words: Words, index: int) -> Turns:
    """Read "the can seen rolling"."""
    verb = read_verb(at(words, index + 1))
    if index and verb is not None and verb.form is Form.ING:
        yield (words[index],), ()


def _amid(words: Words, index: int) -> Turns:
    """Pass "in the middle of" before "falling"."""
    verb = read_verb(at(words, index + 4))
    if verb is not None and verb.form is Form.ING:
        yield ('in', 'the', 'middle', 'of'), ()


def _to_the_ground(words: Words, index: int) -> Turns:
    if read_verb(at(words, index - 1)) is not None:
        yield (words[index], 'the', 'ground'), ()
        yield (words[index], 'the', 'floor'), ()


def _added(words: Words, index: int) -> Turns:
    """Read "was brought onto the scene", "was added later"."""
    if words[index - 1 : index] and words[index - 1] in {'was', 'were', 'been', 'got'}:
        for onto in ('onto', 'into', 'on', 'to'):
            yield (words[index], onto, 'the', 'scene'), ('added',)
            yield (words[index], onto, 'the', 'picture'), ('added',)
            yield (words[index], onto, 'the', 'view'), ('added',)
            yield (words[index], onto, 'view'), ('added',)
        if at(words, index + 1) == 'in' and at(words, index + 2) in ENDS:
            yield (words[index], 'in'), ('added',)
        for later in ('later', 'afterwards', 'subsequently'):
            yield (words[index], later), ('added',)
            yield (words[index], 'there', later), ('added',)
            yield (words[index], 'down', later), ('added',)


def _straight(words: Words, index: int) -> Turns:
    """Read "straight towards us" as "towards us"."""
    following = at(words, index + 1)
    if following in lex.PREPOSITIONS or following in lex.DIRECTIONS:
        yield (words[index],), ()


def _ever(words: Words, index: int) -> Turns:
    """Read "getting ever closer" as "getting closer"."""
    if at(words, index + 1) in lex.COMPARED:
        yield (words[index],), ()


def _apart(words: Words, index: int) -> Turns:
    """Read "standing apart from" as "standing far from"."""
    yield (words[index], 'apart', 'from'), (words[index], 'far', 'from')


def _something(words: Words, index: int) -> Turns:
    """Read "the box something pushed" as what someone pushed."""
    if index and thing(words, index - 1) and read_verb(at(words, index + 1)) is not None:
        yield (words[index],), ('someone',)


def _latest(words: Words, index: int) -> Turns:
    """Read "most recently started" as "started last"."""
    verb = read_verb(at(words, index + 2))
    if verb is not None:
        yield ('most', 'recently', at(words, index + 2)), ('last', at(words, index + 2))


def _thrown(words: Words, index: int) -> Turns:
    """Read "thrown to the floor" as "dropped"."""
    for onto in ('to', 'on', 'onto'):
        for ground in ('floor', 'ground'):
            yield (words[index], onto, 'the', ground), ('dropped',)


def _until(words: Words, index: int) -> Turns:
    """Read "was in motion until just now" as "was in motion but has stopped"."""
    rested = not {'still', 'rest', 'not', 'motionless'}.isdisjoint(words[:index])
    if 'was' in words[:index] and not rested:
        for end in ('just now', 'now', 'recently', 'a moment ago', 'a second ago', 'a while ago'):
            yield ('until', *end.split()), ('but', 'has', 'stopped')


def _does_not_stop(words: Words, index: int) -> Turns:
    """Read "will not stop rolling" as "keeps rolling"."""
    denied = at(words, index + 1) == 'not' or words[index] == 'never'
    stop = index + 1 + (at(words, index + 1) == 'not')
    ends = at(words, stop) in {'stop', 'stops', 'stopped', 'stopping', 'cease', 'quit'}
    if denied and ends and _going(words, stop + 1):
        yield words[index : stop + 1], ('keeps',)


def _set_going(words: Words, index: int) -> Turns:
    """Read "was set rolling" as "started rolling"."""
    if _going(words, index + 2):
        yield (words[index], 'set'), ('started',)
        yield (words[index], 'put'), ('started',)


def _going(words: Words, index: int) -> bool:
    verb = read_verb(at(words, index))
    return verb is not None and verb.form is Form.ING


MOTION_TURNS: tuple[tuple[str, Rule], ...] = (
    ('went goes going gone go', _went_over),
    ('knocked tipped toppled fallen pushed overturned falling', _felled),
    ('straight', _straight),
    ('ever steadily constantly continually', _ever),
    ('standing stands sitting lying lies placed located', _apart),
    ('something', _something),
    ('most', _latest),
    ('until', _until),
    ('thrown knocked tossed flung hurled swept cast pushed kicked', _thrown),
    ('seen observed', _seen),
    ('in', _amid),
    ('to onto', _to_the_ground),
    ('brought carried put placed added set moved pushed rolled introduced taken', _added),
    ('will does do did has have had is are was could would never', _does_not_stop),
    ('was were got gets is been', _set_going),
)
"""Words -> the rule of set phrases that begin with one of them."""
