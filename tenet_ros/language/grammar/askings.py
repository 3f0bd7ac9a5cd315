"""Finds the thing asked for after words that no list foresaw: "scan the table for", "maybe there is".

A request is an open class. What gives it away is its build: an imperative at the very beginning,
"there is" after words that name nothing, and that no thing was named before.
"""

from __future__ import annotations

from tenet_ros.language.grammar import lexicon as lex
from tenet_ros.language.grammar.inflection import singular
from tenet_ros.language.grammar.sentence import Sentence
from tenet_ros.language.grammar.verbs import Form, Sense, read_verb
from tenet_ros.language.grammar.words import vocabulary

__all__ = ['imperative', 'past_instrument', 'there_is', 'wish']

_IMPERATIVES = vocabulary(
    'scan return output compute report print mask count check inspect query fixate wait stand reach '
    'drive head navigate attention eyes camera focus sights hunt zoom tilt steer aim attend '
    'put set mind tell guide let concentrate examine click tap select grasp nab snatch locate trace hover descend zero'
)
"""Words that begin a request, whatever else they may mean."""
_ONWARD = vocabulary(
    'at to for on onto over with up out after into in from near by towards toward around of above '
    'me us it you back down off away now only carefully slowly gently quickly once more closely '
    'all if whether please again ready above in'
)
"""What may stand between an imperative and its object."""
_INSTRUMENTS = vocabulary(
    'table tabletop desk scene room area gripper arm hand camera gaze eye focus attention rectangle '
    'marker label frame head view image picture workspace surroundings finger lens spotlight cursor'
)
"""What a request is carried out with, or where."""
_DRAWN = vocabulary('box rectangle circle mask label frame outline ring marker')
_DRAWING = vocabulary('put draw place make paint set')
_AIMING = _DRAWING | vocabulary(
    'move point keep turn direct aim bring train scan search check inspect'
)
_TO_THE_THING = vocabulary('for on onto over around to at above towards toward round near upon')
_BEING = vocabulary('is are be was were')
_WISHES: tuple[tuple[str, ...], ...] = tuple(
    tuple(words.split())
    for words in (
        'wants', 'needs', 'wanted', 'needed', 'requests', 'requested', 'asks', 'asked', 'requires',
        'prefers', 'has asked', 'would like', 'would love', 'would prefer', 'is looking', 'is asking',
        'is after', 'is searching', 'has lost', 'could not find', 'is interested in', 'is waiting',
        'wishes', 'is pointing', 'pointed', 'lost', 'was looking', 'is hoping', 'chose', 'picked',
        'is talking about', 'is speaking of', 'told me', 'told you', 'tells you', 'is thinking of',
    )
)  # fmt: skip
_AND_THEN = vocabulary(
    'for to have see get hold borrow use find know where is me you us at bring fetch take grab follow '
    'track touch watch pick up'
)
"""What may stand between who wishes and what is wished for."""
_HEDGES = vocabulary(
    'should must might may could would will can probably possibly maybe perhaps also'
)


def there_is(s: Sentence) -> int:
    """Return the index after "I believe there might be" at the beginning, or 0."""
    for index in range(len(s)):
        if s.at(index) == 'there':
            end = index + 1
            while s.at(end) in _HEDGES:
                end += 1
            if s.at(end) in _BEING and s.opens(end + 1):
                return end + 1
        elif _names(s, index) or s.at(index) in lex.RELATIVES - {'where'}:
            return 0
    return 0


def imperative(s: Sentence, start: int) -> int:
    """Return the index of what an imperative at ``start`` is about; ``start`` if there is none."""
    word, verb = s.at(start), read_verb(s.at(start))
    acts = verb is not None and verb.form is Form.BASE and not _names(s, start)
    if not acts and word not in _IMPERATIVES:
        return start
    index = start + 1
    while s.at(index) in _ONWARD or (s.nominal(index) and not _named(s, index)):
        index += 1
    if not _opens(s, index):
        return start
    # "Move left of the bowl" has no object; "stop next to the mug" is no name of a mug either.
    sure = verb is None or verb.sense not in {Sense.STOP, Sense.START}
    return index if sure else start


def wish(s: Sentence) -> int:
    """Return the index after "the boss wants", "my colleague asked for" at the beginning, or 0."""
    if s.at(0) not in lex.DETERMINERS and s.at(0) not in lex.POSSESSIVES:
        return 0
    for verb in (2, 3, 4):
        said = next((words for words in _WISHES if s.follows(verb, *words)), None)
        if said is not None:
            index = verb + len(said)
            while s.at(index) in _AND_THEN:
                index += 1
            return index if _opens(s, index) else 0
        if _names(s, verb - 1) and singular(s.at(verb - 1))[0] not in lex.ANIMATE:
            return 0
    return 0


def past_instrument(s: Sentence, start: int, index: int) -> int:
    """Return the index after "a box around" in "draw a box around the mug"; ``index`` if none.

    Args:
        s: the words.
        start: of the request.
        index: of the noun phrase after it.
    """
    asked = frozenset(s.words[start:index])
    end = _noun_after(s, index)
    drawn = bool(asked & _DRAWING) and s.at(end) in _DRAWN
    aside = drawn or (bool(asked & _AIMING) and s.at(end) in _INSTRUMENTS)
    goes_on = s.at(end + 1) in _TO_THE_THING and _opens(s, end + 2)
    return end + 2 if aside and goes_on else index


def _opens(s: Sentence, index: int) -> bool:
    return s.at(index) in lex.DETERMINERS or s.at(index) in lex.POSSESSIVES or s.noun(index)


def _named(s: Sentence, index: int) -> bool:
    """Whether a noun phrase without article may begin at ``index``."""
    return s.noun(index) or s.modifier(index) or s.at(index) in lex.DIRECTIONS


def _noun_after(s: Sentence, index: int) -> int:
    """Return the index of the noun after an article and modifiers."""
    index += 1
    while s.modifier(index):
        index += 1
    return index


def _names(s: Sentence, index: int) -> bool:
    """Whether a thing is named at ``index`` that could be the target."""
    return s.noun(index) and s.at(index) not in _INSTRUMENTS | {'robot', 'thing', 'one'}
