"""Reads verbs: which reading of a word holds here, and what a subject does to an object."""

from __future__ import annotations

from tenet_ros.language.expression import MotionKind, RelationKind
from tenet_ros.language.grammar import lexicon as lex
from tenet_ros.language.grammar.context import Context
from tenet_ros.language.grammar.courses import read_round
from tenet_ros.language.grammar.draft import Draft
from tenet_ros.language.grammar.headings import HeadingReader
from tenet_ros.language.grammar.movements import MovementReader
from tenet_ros.language.grammar.noun_phrases import NounPhraseReader
from tenet_ros.language.grammar.passives import PassiveReader
from tenet_ros.language.grammar.reader import Reader
from tenet_ros.language.grammar.relations import RelationReader
from tenet_ros.language.grammar.sentence import Sentence
from tenet_ros.language.grammar.verbs import Form, Sense, Verb, read_verb
from tenet_ros.language.grammar.words import BREAK

__all__ = ['ActionReader']

_K = MotionKind
_R = RelationKind
_FLYING = frozenset(
    (
        'plane',
        'airplane',
        'aeroplane',
        'bird',
        'kite',
        'helicopter',
        'drone',
        'balloon',
        'duck',
        'jet',
    )
)
"""What goes up when it takes off; a car only starts."""
_SAME_PARTICIPLE = frozenset(('come', 'run', 'overrun'))
"""Past participles that are spelt as the base is: "has come"."""


class ActionReader(Reader):
    """Reads verbs of one clause.

    Attributes:
        headings: reads what refines a motion.
    """

    def __init__(
        self,
        sentence: Sentence,
        draft: Draft,
        nouns: NounPhraseReader,
        relations: RelationReader,
    ) -> None:
        super().__init__(sentence, draft, nouns, relations)
        self._movements = MovementReader(sentence, draft, nouns, relations)
        self._passives = PassiveReader(sentence, draft, nouns, relations)
        self.headings = HeadingReader(sentence, draft, relations)

    def infinitive(self, index: int, ctx: Context) -> int:
        """Read "to move" after "the first one": it has moved."""
        s, verb = self._s, read_verb(self._s.at(index + 1))
        subject = self._draft.phrases[ctx.subject]
        if s.at(index - 1) in {'first', 'last'} and not subject.rank:
            subject.rank = 1 if s.at(index - 1) == 'first' else -1
        ranked = bool(subject.rank) or s.at(index + 2) in {'first', 'last'}
        if s.at(index) != 'to' or not ranked or verb is None or verb.form is not Form.BASE:
            return index
        ctx.past = ctx.predicate = True
        return self.verb(index + 1, ctx)

    def laps(self, index: int, ctx: Context) -> int:
        """Read "doing laps", "making a circle"."""
        departs = self._s.at(index) in {'set', 'sets', 'setting'} and ctx.relative
        flies = _FLYING.intersection(self._draft.phrases[ctx.subject].noun.split())
        departs |= self._s.at(index) in {'took', 'takes', 'taking'} and not flies
        if departs and self._s.at(index + 1) in {'off', 'out'}:
            ctx.motion = self._movements.statement(_K.STARTED, ctx)
            return index + 2
        if self._s.at(index) not in {
            'doing',
            'does',
            'makes',
            'making',
            'driving',
            'describing',
            'describes',
        }:
            return index
        end = read_round(self._s, index + 1)
        return index if end == index + 1 else self._movements.go_round(end, ctx)

    def verb(self, index: int, ctx: Context) -> int:
        """Read the verb at ``index`` with its object."""
        verb = read_verb(self._s.at(index))
        if verb is None or not self._may_be_verb(verb, index, ctx):
            return index
        after = index + 1
        passive = verb.form is Form.PAST and (
            ctx.passive or self._s.at(after) == 'by' or self._again_done(verb, index)
        )
        bare = verb.form is Form.PAST and not ctx.relative and not ctx.predicate
        if passive or (bare and verb.sense in {Sense.CONTACT, Sense.CHASE}):
            return self._passives.read(verb, index, ctx)
        ctx.motion, ctx.passive, ctx.predicate = -1, False, True
        lasting = self._s.at(index - 2) in {'has', 'have'} and verb.form is Form.ING
        ctx.past &= verb.form is not Form.S and not lasting
        ctx.over = ctx.past or verb.form is Form.PAST
        if ctx.no_longer:
            return self._movements.no_longer(verb, after, ctx)
        return self._active(verb, index, ctx)

    def _again_done(self, verb: Verb, index: int) -> bool:
        """Whether "brought back" follows in "was taken away *and brought back*"."""
        s = self._s
        joined = s.at(index - 1) in {'and', 'then', 'but'} and verb.sense is Sense.CONTACT
        done = not {'was', 'were', 'been', 'being', 'got'}.isdisjoint(s.words[:index])
        return joined and done and not self._relations.has_object(index + 1)

    def _may_be_verb(self, verb: Verb, index: int, ctx: Context) -> bool:
        word = self._s.at(index)
        if word == 'left':
            moved_off = self._s.at(index + 1) in {'the', 'a', 'its', 'his', 'her', '', BREAK, 'and'}
            return ctx.relative and moved_off
        if verb.form is Form.BASE:
            plural = self._draft.phrases[ctx.subject].plural
            spoken = self._s.at(index - 1) in {'to', 'could', 'will', 'does', 'do', 'did', 'not'}
            spoken |= ctx.past and word in _SAME_PARTICIPLE
            return (ctx.relative and plural) or spoken or (plural and not self._s.noun(index))
        return True

    def _active(self, verb: Verb, index: int, ctx: Context) -> int:
        after = index + 1
        if verb.base in {'show', 'turn', 'pop'} and self._s.at(after) == 'up':
            again = self._s.at(after + 1) == 'again'
            self._movements.statement(_K.RETURNED if again else _K.ENTERED, ctx)
            return after + 1 + again
        got = self._s.at(index - 1) in {'got', 'gets', 'get'} and verb.form is Form.ING
        if got and verb.sense in {Sense.MOVE, Sense.SPIN, Sense.ORBIT}:
            ctx.motion = self._movements.statement(_K.STARTED, ctx)
            return after
        if verb.sense is Sense.GAZE:
            return self._gaze(index, after, ctx)
        turn = self._s.at(after) == 'a' and self._s.at(after + 1) in {'left', 'right'}
        if verb.base == 'make' and self._s.follows(after, 'its', 'way'):
            ctx.motion = self._movements.statement(_K.MOVING, ctx)
            return after + 2
        if verb.base == 'make' and turn:
            ctx.motion = self._movements.statement(_K.MOVING, ctx, strict=False)
            return self.headings.heading(after + 1, ctx)
        reader = self._movements.readers.get(verb.sense)
        return reader(verb, after, ctx) if reader else self._transitive(verb, index, ctx)

    def _gaze(self, start: int, index: int, ctx: Context) -> int:
        """Pass "looking at the camera", "facing left": a box does not show it."""
        s = self._s
        if s.modifier(index) or s.at(index + (s.at(index) == 'the')) in lex.SUPERLATIVES:
            ctx.predicate = True
            return index
        ctx.negated = False
        while s.at(index) in lex.DIRECTIONS or s.at(index) in (lex.GAZE_PARTICLES):
            index += 1
        if s.opens(index) or s.at(index) in lex.CAMERA:
            seen = self._nouns.read(index)
            index = seen.end if seen is not None else index + 1
        return self._draft.ignore(start, index)

    def _transitive(self, verb: Verb, index: int, ctx: Context) -> int:
        """Read a verb that bears, chases or leaves its object."""
        after = index + 1
        if self._movements.body_part(after):
            ctx.negated = False
            return self._draft.ignore(index, self._movements.skip_object(after))
        after += self._s.at(after) in lex.PARTICLES and self._relations.has_object(after + 1)
        if not self._relations.has_object(after):
            return self._without_object(verb, index, after, ctx)
        if verb.sense is Sense.LEAVE and self._s.at(after + 1) in lex.FRAME:
            self._movements.statement(_K.MOVING, ctx)
            return self._draft.ignore(after, after + 2)
        kind = {Sense.CHASE: _R.CHASING, Sense.LEAVE: _R.LEAVING, Sense.OTHER: _R.NEAR}
        return self._relations.relate(kind.get(verb.sense, _R.WITH), after, ctx)

    def _without_object(self, verb: Verb, index: int, after: int, ctx: Context) -> int:
        if verb.base == 'take' and self._s.at(after) == 'off':
            self._movements.statement(_K.UPWARD, ctx)
            return after + 1
        if verb.base == 'ride' or verb.sense is Sense.LEAVE:
            ctx.motion = self._movements.statement(_K.MOVING, ctx)
            return after
        if verb.base in {'wear', 'dress'} or self._s.at(after) in lex.PREPOSITIONS:
            return after if verb.base in {'dress', 'hold'} else self._draft.ignore(index, after)
        ctx.negated = False
        return self._draft.ignore(index, after)
