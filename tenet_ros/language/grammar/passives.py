"""Reads what is done, or was done, to a subject: "being pushed", "ridden by the boy", "parked"."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from tenet_ros.language.expression import MotionKind, RelationKind
from tenet_ros.language.grammar import lexicon as lex
from tenet_ros.language.grammar.context import Context
from tenet_ros.language.grammar.courses import read_return
from tenet_ros.language.grammar.draft import Draft
from tenet_ros.language.grammar.movements import MovementReader
from tenet_ros.language.grammar.noun_phrases import NounPhraseReader
from tenet_ros.language.grammar.reader import Reader
from tenet_ros.language.grammar.relations import RelationReader
from tenet_ros.language.grammar.sentence import Sentence
from tenet_ros.language.grammar.verbs import Form, Sense, Verb, read_verb
from tenet_ros.language.grammar.words import vocabulary

__all__ = ['PassiveReader', 'bearing', 'fells', 'passive_motion', 'steady']

_K = MotionKind
_R = RelationKind
_SHOVED = vocabulary(
    'push pull drag throw kick hit toss lead tow take bring carry put bounce shove nudge poke flick '
    'bump jostle prod propel thrust jolt haul whack swat tug yank jerk slap strike knock tap'
)
"""What is done to things that then move."""
_KEPT_IN_TOUCH = vocabulary('push pull drag shove nudge tow carry lift raise pick hoist lower')
"""What, being done, moves its object for as long as it is done."""
_LIFTED = frozenset(('lift', 'raise', 'pick', 'hoist', 'elevate'))
_LOWERED = frozenset(('lower', 'drop', 'sink', 'topple', 'overturn', 'tip'))
_FELLED = frozenset(('knock', 'push', 'tip', 'turn', 'kick', 'hit', 'bump', 'throw', 'blow'))
"""What, done to a thing "over", makes it fall."""
_WHERE = frozenset(('up', 'down', 'around', 'away', 'off', 'over', 'along', 'forward'))
_PUT = frozenset(('put', 'leave', 'keep', 'stick'))
_PUT_WHERE = vocabulary(
    'on in into onto inside next beside near behind under between atop upon by at to beneath '
    'underneath'
)
"""Where something is that was put there."""


_BORNE: Mapping[str, RelationKind] = MappingProxyType(
    {
        **dict.fromkeys(('carry', 'bear', 'support'), _R.ON),
        **dict.fromkeys(('hide', 'cover', 'block', 'obscure', 'occlude', 'conceal'), _R.BEHIND),
    }
)


class PassiveReader(Reader):
    """Reads participles of which the subject is the object."""

    def __init__(
        self,
        sentence: Sentence,
        draft: Draft,
        nouns: NounPhraseReader,
        relations: RelationReader,
    ) -> None:
        super().__init__(sentence, draft, nouns, relations)
        self._movements = MovementReader(sentence, draft, nouns, relations)

    def read(self, verb: Verb, index: int, ctx: Context) -> int:
        """Read the participle ``verb`` at ``index``, where it is done, and by whom."""
        s = self._s
        going_on = s.at(index - 1) in {'being', 'getting'}
        ctx.predicate, ctx.passive, ctx.over = True, False, ctx.past
        after = index + 1
        if verb.base in _PUT and not going_on and s.at(after) in _PUT_WHERE:
            # "Has been put on the plate" says where it is.
            return after
        back = read_return(s, after)
        if back > after and s.at(back) not in {'into', 'onto'}:
            self._movements.statement(_K.RETURNED, ctx)
            return back
        kind = self._motion(verb, after, denied=ctx.negated)
        after += s.at(after) in _WHERE and not s.follows(after, 'away', 'from')
        if kind is not None:
            return self._moved(kind, verb, after, ctx, going_on=going_on)
        told = self._told(verb, after, ctx)
        if told is not None:
            return told
        if self._by(after):
            return self._agent(verb, after, ctx)
        dressed = verb.base in {'dress', 'clad', 'surround'}
        return after if dressed else self._draft.ignore(index, after)

    def _motion(self, verb: Verb, after: int, *, denied: bool) -> MotionKind | None:
        """Return how the subject moves by what is done to it."""
        if fells(verb, self._s.at(after)):
            return _K.DOWNWARD
        if verb.base == 'hold' and self._s.at(after) in {'up', 'aloft'}:
            return _K.UPWARD
        if denied and verb.base in {'touch', 'handle', 'disturb'}:
            return _K.MOVING
        return passive_motion(verb)

    def _moved(
        self, kind: MotionKind, verb: Verb, after: int, ctx: Context, *, going_on: bool
    ) -> int:
        denied = ctx.negated
        if ctx.no_longer:
            ctx.no_longer, kind, going_on = False, _K.STOPPED, True
        felled = fells(verb, self._s.at(after - 1))
        ctx.over |= felled
        sure = going_on or verb.sense is Sense.MOVE or steady(verb)
        ctx.motion = self._movements.statement(kind, ctx, strict=sure)
        by = self._by(after)
        ctx.negated = denied and by
        return self._agent(verb, after, ctx) if by else after

    def _told(self, verb: Verb, after: int, ctx: Context) -> int | None:
        """Read a participle of rest, of an end, of coming in; None if it is none of these."""
        if verb.sense is Sense.REST:
            return self._movements.rest(verb, after, ctx)
        if verb.sense is Sense.ENTER:
            self._movements.statement(_K.ENTERED, ctx)
            return after
        if verb.sense is not Sense.STOP:
            return None
        following = read_verb(self._s.at(after))
        ceased = following is not None and following.form is Form.ING
        self._movements.statement(_K.STOPPED if ceased else _K.STILL, ctx)
        return after + ceased

    def _by(self, after: int) -> bool:
        return self._s.at(after) == 'by' and self._nouns.read(after + 1) is not None

    def _agent(self, verb: Verb, after: int, ctx: Context) -> int:
        """Read "by the boy"."""
        chased = verb.sense is Sense.CHASE
        agent = self._nouns.read(after + 1)
        inert = agent is not None and agent.noun in lex.NOUNS - lex.ANIMATE - {'robot'}
        borne = bearing(verb, agent.noun) if agent is not None and inert else None
        if borne is not None:
            return self._relations.relate(borne, after + 1, ctx)
        relation = _R.CHASING if chased else _R.NEAR if verb.sense is Sense.OTHER else _R.WITH
        return self._relations.relate(relation, after + 1, ctx, inverted=chased)


def bearing(verb: Verb, noun: str) -> RelationKind | None:
    """Return where the object of this is when a thing does it: what a bowl holds is in it."""
    if verb.base in {'hold', 'contain'}:
        return _R.IN if noun.rpartition(' ')[2] in lex.CONTAINERS | {'pan', 'teapot'} else None
    return _BORNE.get(verb.base)


def fells(verb: Verb, particle: str) -> bool:
    """Whether what this is done to falls: "knocked over"."""
    return verb.base in _FELLED and particle == 'over'


def steady(verb: Verb) -> bool:
    """Return whether what this is done to moves for as long as it is done."""
    return verb.base in _KEPT_IN_TOUCH


def passive_motion(verb: Verb) -> MotionKind | None:
    """Return how a thing moves to which this is done."""
    if verb.base in _LIFTED:
        return _K.UPWARD
    if verb.base in _LOWERED:
        return _K.DOWNWARD
    if verb.sense is Sense.SPIN or verb.base in {'turn', 'twist'}:
        return _K.SPINNING
    moved = verb.base in _SHOVED or verb.sense in {Sense.MOVE, Sense.ACT}
    return _K.MOVING if moved else None
