"""Reads verbs that tell of motion or rest, with how the movement goes on."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tenet_ros.language.expression import MotionKind, RelationKind
from tenet_ros.language.grammar import lexicon as lex
from tenet_ros.language.grammar.context import Context
from tenet_ros.language.grammar.courses import (
    read_back_and_forth,
    read_entry,
    read_halt,
    read_return,
    read_round,
    read_spot,
)
from tenet_ros.language.grammar.draft import Draft
from tenet_ros.language.grammar.noun_phrases import NounPhraseReader
from tenet_ros.language.grammar.places import read_heading, read_place
from tenet_ros.language.grammar.prepositions import read_preposition
from tenet_ros.language.grammar.reader import Reader
from tenet_ros.language.grammar.relations import GROUNDS, RelationReader
from tenet_ros.language.grammar.sentence import Sentence
from tenet_ros.language.grammar.verbs import Form, Sense, Verb, read_verb
from tenet_ros.language.grammar.words import vocabulary

__all__ = ['MovementReader']

_K = MotionKind
_R = RelationKind
_SIMPLE = {
    Sense.FALL: _K.DOWNWARD,
    Sense.RISE: _K.UPWARD,
    Sense.RECEDE: _K.RECEDING,
    Sense.ENTER: _K.ENTERED,
    Sense.RETURN: _K.RETURNED,
}
_COMING = frozenset(('come', 'get', 'turn', 'go', 'bring', 'put'))
"""Verbs that say no more of a return than "back" does."""
_STRICT_REST = frozenset(('stay', 'remain', 'park'))
_PLACED = vocabulary('lie lay locate situate place position sit stand rest perch balance stack')
"""Verbs that, before a place, only say that the place is one."""
_ROUND = frozenset(('round', 'around'))
_PASSING = frozenset(('cross', 'pass', 'overtake'))
_TURNED = frozenset(('turn', 'swing', 'rotate', 'spin', 'twirl', 'whirl', 'revolve', 'swivel'))


class MovementReader(Reader):
    """Reads verbs of motion and of rest.

    Attributes:
        readers: sense -> method that reads such a verb: given the verb, the index after it and
            the clause, it returns the index after all that it read.
    """

    def __init__(
        self,
        sentence: Sentence,
        draft: Draft,
        nouns: NounPhraseReader,
        relations: RelationReader,
    ) -> None:
        super().__init__(sentence, draft, nouns, relations)
        self.readers: Mapping[Sense, Callable[[Verb, int, Context], int]] = {
            Sense.MOVE: self._move,
            Sense.ACT: self._move,
            Sense.SPIN: self._spin,
            Sense.ORBIT: self._orbit,
            Sense.RETURN: self._simple,
            Sense.REST: self.rest,
            Sense.FALL: self._simple,
            Sense.RISE: self._simple,
            Sense.RECEDE: self._simple,
            Sense.ENTER: self._simple,
            Sense.APPROACH: self._approach,
            Sense.STOP: self._stop,
            Sense.START: self._start,
            Sense.KEEP: self._keep,
        }

    def _move(self, verb: Verb, after: int, ctx: Context) -> int:
        """Move or act; "driving a car" and "swinging a bat" have their object with them."""
        strict = verb.sense is Sense.MOVE
        if self.body_part(after):
            self.statement(_K.MOVING, ctx, strict=False)
            return self.skip_object(after)
        after += verb.base == 'speed' and self._s.at(after) == 'up'
        course = self._course(verb, after, ctx)
        if course > after:
            return course
        if read_heading(self._s, after) is None and self._relations.has_object(after):
            return self._with_object(verb, after, ctx)
        turns = verb.base == 'turn' and not self._animate(ctx)
        moved = self.statement(_K.SPINNING if turns else _K.MOVING, ctx, strict=strict)
        ctx.motion = moved if strict or verb.base in _TURNED else -1
        around = self._s.at(after) in _ROUND and self._s.opens(after + 1)
        if strict and around and not self._animate(ctx):
            # To go round a thing is not always to go all the way round.
            self._draft.move(_K.CIRCLING, ctx.subject, strict=False, past=ctx.over)
        return after

    def _with_object(self, verb: Verb, after: int, ctx: Context) -> int:
        if self._s.at(after) in lex.SPORTS:
            self.statement(_K.MOVING, ctx, strict=False)
            return self._draft.ignore(after, after + 1)
        passes = verb.base in _PASSING
        crossed = self._nouns.read(after) if passes else None
        if crossed is not None and crossed.noun in GROUNDS:
            ctx.motion = self.statement(_K.MOVING, ctx)
            self._draft.hide(after, crossed.end)
            return crossed.end
        if passes:
            negated = ctx.negated != ctx.flip
            ctx.motion = self._draft.move(_K.MOVING, ctx.subject, negated=negated, past=ctx.over)
        return self._relations.relate(_R.NEAR if passes else _R.WITH, after, ctx)

    def _course(self, verb: Verb, after: int, ctx: Context) -> int:
        """Read "back", "to a halt", "into view", "in circles" after a verb; ``after`` if none."""
        s = self._s
        end = read_return(s, after)
        if end > after + (verb.base not in _COMING):
            onward = s.at(end) in lex.PREPOSITIONS
            if onward:
                self._draft.move(_K.MOVING, ctx.subject, past=ctx.over)
            self.statement(_K.RETURNED, ctx, strict=not onward)
            return end
        end = read_halt(s, after)
        if end > after:
            self.statement(_K.STOPPED, ctx)
            return end
        end = read_entry(s, after) if verb.sense is Sense.MOVE else after
        if end > after:
            self.statement(_K.ENTERED, ctx)
            return self._enter(end, ctx)
        end = read_back_and_forth(s, after)
        if end > after:
            self.statement(_K.MOVING, ctx, strict=verb.sense is Sense.MOVE)
            return end
        return self._goes_round(verb, after, ctx)

    def _goes_round(self, verb: Verb, after: int, ctx: Context) -> int:
        """Read "in circles", "round and round"; "around" alone says nothing after "walks"."""
        s = self._s
        end = read_spot(s, after) if verb.base == 'turn' else after
        if end > after and not self._animate(ctx):
            self.statement(_K.SPINNING, ctx, strict=end > after + 1)
            return end
        spot = read_spot(s, after)
        if verb.base == 'go' and s.at(spot - 1) in {'spot', 'place', 'axis', 'itself'}:
            self.statement(_K.SPINNING, ctx)
            return spot
        end = read_round(s, after)
        if end > after:
            return self.go_round(end, ctx)
        if s.at(after) not in _ROUND or self._relations.has_object(after + 1):
            return after
        if verb.base == 'go':
            return self.go_round(after + 1, ctx)
        ctx.motion = self.statement(_K.MOVING, ctx, strict=verb.sense is Sense.MOVE)
        return after + 1

    def go_round(self, end: int, ctx: Context) -> int:
        """Note that the subject goes round; return ``end``."""
        ctx.motion = self.statement(_K.CIRCLING, ctx)
        return end

    def _spin(self, verb: Verb, after: int, ctx: Context) -> int:
        """Read "spinning", "rotating on the spot"; people who spin do not do so in place."""
        if self._animate(ctx) or self._relations.has_object(after):
            return self._move(verb, after, ctx)
        spot = max(read_spot(self._s, after), read_round(self._s, after))
        around = self._s.at(after) in _ROUND and self._s.opens(after + 1)
        if verb.base == 'revolve' and around and spot == after:
            return self._orbit(verb, after, ctx)
        ctx.motion = self.statement(_K.SPINNING, ctx)
        return spot

    def _orbit(self, verb: Verb, after: int, ctx: Context) -> int:
        """Read "circling", "circling the bowl", "orbiting around it"."""
        del verb
        after += self._s.at(after) in _ROUND
        if not self._relations.has_object(after):
            return self.go_round(after, ctx)
        negated = ctx.negated != ctx.flip
        self._draft.move(_K.CIRCLING, ctx.subject, negated=negated, past=ctx.over)
        return self._relations.relate(_R.NEAR, after, ctx)

    def rest(self, verb: Verb, after: int, ctx: Context) -> int:
        """Read "sits", "stands still", "parked"."""
        strict = verb.base in _STRICT_REST or self._s.at(after) in lex.STILL
        placed = read_preposition(self._s, after) or read_place(self._s, after)
        if ctx.negated and not strict and placed:
            # It stands, but not there.
            return after
        if verb.base in _PLACED and not strict and self._placed(after) and not self._animate(ctx):
            # Where a thing lies is said, not that it would do anything else.
            ctx.motion = -1
            return after
        self.statement(_K.STILL, ctx, strict=strict)
        if self._s.at(after) in lex.STILL or self._s.at(after) in {'up', 'down', 'upright'}:
            after += 1
        return read_spot(self._s, after)

    def _placed(self, index: int) -> bool:
        """Whether "left of the can", "on the left", "the closest to us" stands at ``index``."""
        s, place = self._s, read_place(self._s, index)
        index += s.at(index) in lex.INTENSIFIERS
        found = read_preposition(s, index)
        if found is not None and s.at(found[2]) not in lex.POSSESSIVES and s.opens(found[2]):
            return True
        utmost = s.at(index + (s.at(index) == 'the')) in lex.SUPERLATIVES
        return utmost or place is not None or read_place(s, index) is not None

    def _simple(self, verb: Verb, after: int, ctx: Context) -> int:
        if self.body_part(after):
            return self.skip_object(after)
        again = verb.sense is Sense.ENTER and self._s.at(after) == 'again'
        ctx.motion = self.statement(_K.RETURNED if again else _SIMPLE[verb.sense], ctx)
        after += again
        if self._s.at(after) in lex.PARTICLES and not self._relations.has_object(after + 1):
            after += 1
        if verb.sense is Sense.RETURN:
            entered = read_entry(self._s, after)
            return entered if entered > after else self._enter(after, ctx)
        if verb.sense is Sense.ENTER or not self._relations.has_object(after):
            return self._enter(after, ctx) if verb.sense is Sense.ENTER else after
        return self._relations.relate(_R.WITH, after, ctx)

    def _enter(self, after: int, ctx: Context) -> int:
        """Read "from the right" or "the frame" after "enters"."""
        found = read_heading(self._s, after)
        if found is not None:
            self._draft.move(found[0], ctx.subject, strict=False)
            return found[1]
        return self._relations.relate(_R.IN, after, ctx) if self._s.opens(after) else after

    def _approach(self, verb: Verb, after: int, ctx: Context) -> int:
        del verb
        if self._relations.has_object(after) or self._s.at(after) in lex.CAMERA:
            return self._relations.relate(_R.CHASING, after, ctx)
        ctx.motion = self.statement(_K.APPROACHING, ctx)
        return after

    def _stop(self, verb: Verb, after: int, ctx: Context) -> int:
        """Read "stopped", "stops moving"."""
        self.statement(_K.STOPPED, ctx)
        after += verb.base == 'cease' and self._s.at(after) == 'to'
        following = read_verb(self._s.at(after))
        ceased = self._s.at(after - 1) == 'to'
        return after + (following is not None and (ceased or following.form is Form.ING))

    def _start(self, verb: Verb, after: int, ctx: Context) -> int:
        del verb
        index = after + (self._s.at(after) == 'to')
        following = read_verb(self._s.at(index))
        if following is None:
            if not self._s.nominal(after):
                ctx.motion = self.statement(_K.STARTED, ctx)
            return after
        if following.sense in {Sense.FALL, Sense.RISE}:
            # What starts to fall is falling.
            return index
        rests = following.sense in {Sense.REST, Sense.STOP}
        ctx.motion = self.statement(_K.STOPPED if rests else _K.STARTED, ctx)
        return index + 1

    def _keep(self, verb: Verb, after: int, ctx: Context) -> int:
        """Pass "keeps": the next verb says what."""
        del verb, ctx
        return after + (self._s.at(after) == 'to' and read_verb(self._s.at(after + 1)) is not None)

    def no_longer(self, verb: Verb, after: int, ctx: Context) -> int:
        """Read a verb after "no longer"."""
        ctx.no_longer = False
        rests = verb.sense in {Sense.REST, Sense.STOP}
        self.statement(_K.STARTED if rests else _K.STOPPED, ctx)
        return after

    def statement(self, kind: MotionKind, ctx: Context, *, strict: bool = True) -> int:
        """Say a motion of the subject, as the clause denies and times it; return its index."""
        return self._draft.move(
            kind, ctx.subject, negated=ctx.take_negation(), strict=strict, past=ctx.over
        )

    def _animate(self, ctx: Context) -> bool:
        named = self._draft.phrases[ctx.subject].noun.split()
        return bool(named) and named[-1] in lex.ANIMATE and named[-1] != 'duck'

    def body_part(self, index: int) -> bool:
        """Whether "its head" stands here: what one does with one's own body."""
        if self._s.at(index) not in lex.POSSESSIVES:
            return False
        owned = self._nouns.read(index)
        return owned is not None and owned.noun in lex.BODY

    def skip_object(self, index: int) -> int:
        """Pass the noun phrase at ``index``."""
        owned = self._nouns.read(index)
        return self._draft.ignore(index, owned.end) if owned is not None else index
