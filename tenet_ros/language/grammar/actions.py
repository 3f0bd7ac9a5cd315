"""Reads verbs: motions, postures, and what is done to an object."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tenet_ros.language.expression import Extreme, MotionKind, RelationKind
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
from tenet_ros.language.grammar.places import read_heading
from tenet_ros.language.grammar.relations import RelationReader
from tenet_ros.language.grammar.sentence import Sentence
from tenet_ros.language.grammar.verbs import Form, Sense, Verb, read_verb
from tenet_ros.language.grammar.words import BREAK, vocabulary

__all__ = ['ActionReader', 'passive_motion']

_K = MotionKind
_R = RelationKind
_SIMPLE = {
    Sense.FALL: _K.DOWNWARD,
    Sense.RISE: _K.UPWARD,
    Sense.RECEDE: _K.RECEDING,
    Sense.ENTER: _K.ENTERED,
    Sense.RETURN: _K.RETURNED,
}
_SHOVED = vocabulary(
    'push pull drag throw kick hit toss lead tow take bring carry put bounce shove nudge poke flick'
)
"""What is done to things that then move."""
_KEPT_IN_TOUCH = vocabulary('push pull drag shove nudge tow carry lift raise pick hoist lower')
"""What, being done, moves its object for as long as it is done."""
_LIFTED = frozenset(('lift', 'raise', 'pick', 'hoist', 'elevate'))
_LOWERED = frozenset(('lower', 'drop', 'sink', 'topple', 'overturn', 'tip'))
_FELLED = frozenset(('knock', 'push', 'tip', 'turn', 'kick'))
"""What, done to a thing "over", makes it fall."""
_COMING = frozenset(('come', 'get', 'turn', 'go', 'bring', 'put'))
"""Verbs that say no more of a return than "back" does."""
_STRICT_REST = frozenset(('stay', 'remain', 'park'))
_PUSHED_WHERE = frozenset(('up', 'down', 'around', 'away', 'off', 'over', 'along', 'forward'))
_ROUND = frozenset(('round', 'around'))
_PARTICLES = frozenset(('up', 'down', 'off', 'out', 'over', 'away', 'around', 'back', 'along'))
_SAME_PARTICIPLE = frozenset(('come', 'run', 'overrun'))
"""Past participles that are spelt as the base is: "has come"."""
_UNTIMED = frozenset({_K.ENTERED, _K.RETURNED, _K.STOPPED})
"""What nobody measures the order of."""
_PASSING = frozenset(('cross', 'pass', 'overtake'))
_TURNED = frozenset(('turn', 'swing', 'rotate', 'spin', 'twirl', 'whirl', 'revolve', 'swivel'))


class ActionReader:
    """Reads verbs of one clause."""

    def __init__(
        self,
        sentence: Sentence,
        draft: Draft,
        nouns: NounPhraseReader,
        relations: RelationReader,
    ) -> None:
        self._s = sentence
        self._draft = draft
        self._nouns = nouns
        self._relations = relations
        self._readers: Mapping[Sense, Callable[[Verb, int, Context], int]] = {
            Sense.MOVE: self._move,
            Sense.ACT: self._move,
            Sense.SPIN: self._spin,
            Sense.ORBIT: self._orbit,
            Sense.RETURN: self._simple,
            Sense.REST: self._rest,
            Sense.FALL: self._simple,
            Sense.RISE: self._simple,
            Sense.RECEDE: self._simple,
            Sense.ENTER: self._simple,
            Sense.APPROACH: self._approach,
            Sense.STOP: self._stop,
            Sense.START: self._start,
            Sense.KEEP: self._keep,
        }

    # -- headings ----------------------------------------------------------------------------

    def heading(self, index: int, ctx: Context) -> int:
        """Read "to the left", "away", "fast" after a verb of motion."""
        if ctx.motion < 0:
            return index
        found = read_heading(self._s, index)
        if found is None:
            return index
        kind, end = found
        if ctx.motion >= len(self._draft.motions):
            return index
        motion = self._draft.motions[ctx.motion]
        if self._s.words[index:end] == ('away',):
            # From whom is not said; the camera is only the likeliest.
            self._draft.move(kind, ctx.subject, negated=motion.negated, strict=False)
            return end
        past = motion.past or motion.kind is _K.MOVED
        refined = motion.kind in {_K.MOVING, _K.MOVED} or (
            motion.kind is _K.SPINNING and not motion.strict
        )
        if not refined or motion.subject != ctx.subject:
            ctx.motion = self._draft.move(kind, ctx.subject, negated=motion.negated, past=past)
            return end
        self._draft.motions.pop(ctx.motion)
        ctx.motion = self._draft.move(
            kind, ctx.subject, negated=motion.negated, strict=motion.strict, past=past
        )
        return end

    def rank(self, index: int, ctx: Context) -> int:
        """Read "first" and "last" after "moved": before, or after, the others did."""
        s = self._s
        after = index + (s.at(index) == 'the')
        told = 0 <= ctx.motion < len(self._draft.motions)
        sequel = s.at(after + 1) == 'then' or s.at(after + 2) == 'then'
        if s.at(after) not in {'first', 'last'} or not told or s.nominal(after + 1) or sequel:
            return index
        if self._draft.motions[ctx.motion].kind in _UNTIMED:
            return self._draft.ignore(index, after + 1)
        extreme = Extreme.FIRST_MOVED if s.at(after) == 'first' else Extreme.LAST_MOVED
        self._draft.order(extreme, ctx.subject, negated=ctx.flip)
        return after + 1

    def before_others(self, index: int, ctx: Context) -> int:
        """Read "before the others", "after everything else" after "moved"."""
        s = self._s
        told = 0 <= ctx.motion < len(self._draft.motions)
        if s.at(index) not in {'before', 'after'} or not told:
            return index
        end = index + 1
        while s.at(end) in lex.DETERMINERS or s.at(end) in lex.QUANTIFIERS or s.at(end) == 'of':
            end += 1
        if s.at(end) in {'others', 'rest', 'else', 'ones', 'anything'} or s.at(end - 1) == 'other':
            extreme = Extreme.FIRST_MOVED if s.at(index) == 'before' else Extreme.LAST_MOVED
            self._draft.order(extreme, ctx.subject, negated=ctx.flip)
            return end + 1 + (s.at(end + 1) == 'else')
        return index

    def nearing(self, index: int, ctx: Context) -> int:
        """Read "closer to the mug", "further away from it" after "moving" or "getting"."""
        s = self._s
        gets = s.at(index - 1) in {'getting', 'gets', 'got', 'get'}
        if s.at(index) not in lex.COMPARED or not (gets or ctx.motion >= 0):
            return index
        after = index + 1
        while s.at(after) in {'and', 'away'} or s.at(after) in lex.COMPARED:
            after += 1
        if s.at(after) not in {'to', 'from'} or not s.opens(after + 1):
            return index
        if gets:
            self._draft.move(_K.MOVING, ctx.subject, negated=ctx.negated != ctx.flip)
        nears = s.at(index) in {'closer', 'nearer'}
        return self._relations.relate(_R.CHASING if nears else _R.LEAVING, after + 1, ctx)

    def infinitive(self, index: int, ctx: Context) -> int:
        """Read "to move" after "the first one": it has moved."""
        s, verb = self._s, read_verb(self._s.at(index + 1))
        ranked = bool(self._draft.phrases[ctx.subject].rank)
        if s.at(index) != 'to' or not ranked or verb is None or verb.form is not Form.BASE:
            return index
        ctx.past = ctx.predicate = True
        return self.verb(index + 1, ctx)

    def laps(self, index: int, ctx: Context) -> int:
        """Read "doing laps", "making a circle"."""
        if self._s.at(index) not in {'doing', 'does', 'makes', 'making', 'driving', 'describing'}:
            return index
        end = read_round(self._s, index + 1)
        return index if end == index + 1 else self._round(end, ctx)

    def manner(self, index: int, ctx: Context) -> int:
        """Read "fast" and "slowly": a hint at an order."""
        manner = lex.MANNER.get(self._s.at(index))
        if manner is None:
            return index
        extreme = Extreme.FASTEST if manner == 'fast' else Extreme.SLOWEST
        self._draft.order(extreme, ctx.subject, strict=False, negated=ctx.flip)
        return index + 1

    # -- verbs -------------------------------------------------------------------------------

    def verb(self, index: int, ctx: Context) -> int:
        """Read the verb at ``index`` with its object."""
        verb = read_verb(self._s.at(index))
        if verb is None or not self._may_be_verb(verb, index, ctx):
            return index
        after = index + 1
        passive = verb.form is Form.PAST and (ctx.passive or self._s.at(after) == 'by')
        bare = verb.form is Form.PAST and not ctx.relative and not ctx.predicate
        if passive or (bare and verb.sense in {Sense.CONTACT, Sense.CHASE}):
            return self._passive(verb, index, ctx)
        ctx.motion, ctx.passive, ctx.predicate = -1, False, True
        lasting = self._s.at(index - 2) in {'has', 'have'} and verb.form is Form.ING
        ctx.past &= verb.form is not Form.S and not lasting
        ctx.over = ctx.past or verb.form is Form.PAST
        if ctx.no_longer:
            return self._no_longer(verb, after, ctx)
        return self._active(verb, index, ctx)

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
            self._statement(_K.ENTERED, ctx)
            return after + 1
        if verb.sense is Sense.GAZE:
            return self._gaze(index, after, ctx)
        turn = self._s.at(after) == 'a' and self._s.at(after + 1) in {'left', 'right'}
        if verb.base == 'make' and turn:
            ctx.motion = self._statement(_K.MOVING, ctx, strict=False)
            return self.heading(after + 1, ctx)
        reader = self._readers.get(verb.sense)
        return reader(verb, after, ctx) if reader else self._transitive(verb, index, ctx)

    def _stop(self, verb: Verb, after: int, ctx: Context) -> int:
        """Read "stopped", "stops moving"."""
        del verb
        self._statement(_K.STOPPED, ctx)
        following = read_verb(self._s.at(after))
        return after + (following is not None and following.form is Form.ING)

    def _keep(self, verb: Verb, after: int, ctx: Context) -> int:
        """Pass "keeps": the next verb says what."""
        del verb, ctx
        return after

    def _move(self, verb: Verb, after: int, ctx: Context) -> int:
        """Move or act; "driving a car" and "swinging a bat" have their object with them."""
        strict = verb.sense is Sense.MOVE
        if self._body_part(after):
            self._statement(_K.MOVING, ctx, strict=False)
            return self._skip_object(after)
        after += verb.base == 'speed' and self._s.at(after) == 'up'
        course = self._course(verb, after, ctx)
        if course > after:
            return course
        if read_heading(self._s, after) is None and self._relations.has_object(after):
            return self._with_object(verb, after, ctx)
        turns = verb.base == 'turn' and not self._animate(ctx)
        moved = self._statement(_K.SPINNING if turns else _K.MOVING, ctx, strict=strict)
        ctx.motion = moved if strict or verb.base in _TURNED else -1
        around = self._s.at(after) in _ROUND and self._s.opens(after + 1)
        if strict and around and not self._animate(ctx):
            # To go round a thing is not always to go all the way round.
            self._draft.move(_K.CIRCLING, ctx.subject, strict=False, past=ctx.over)
        return after

    def _with_object(self, verb: Verb, after: int, ctx: Context) -> int:
        if self._s.at(after) in lex.SPORTS:
            self._statement(_K.MOVING, ctx, strict=False)
            return self._draft.ignore(after, after + 1)
        passes = verb.base in _PASSING
        if passes:
            negated = ctx.negated != ctx.flip
            self._draft.move(_K.MOVING, ctx.subject, negated=negated, past=ctx.over)
        return self._relations.relate(_R.NEAR if passes else _R.WITH, after, ctx)

    def _course(self, verb: Verb, after: int, ctx: Context) -> int:
        """Read "back", "to a halt", "into view", "in circles" after a verb; ``after`` if none."""
        s = self._s
        end = read_return(s, after)
        if end > after + (verb.base not in _COMING):
            onward = s.at(end) in lex.PREPOSITIONS
            if onward:
                self._draft.move(_K.MOVING, ctx.subject, past=ctx.over)
            self._statement(_K.RETURNED, ctx, strict=not onward)
            return end
        end = read_halt(s, after)
        if end > after:
            self._statement(_K.STOPPED, ctx)
            return end
        end = read_entry(s, after) if verb.sense is Sense.MOVE else after
        if end > after:
            self._statement(_K.ENTERED, ctx)
            return self._enter(end, ctx)
        end = read_back_and_forth(s, after)
        if end > after:
            self._statement(_K.MOVING, ctx, strict=verb.sense is Sense.MOVE)
            return end
        return self._goes_round(verb, after, ctx)

    def _goes_round(self, verb: Verb, after: int, ctx: Context) -> int:
        """Read "in circles", "round and round"; "around" alone says nothing after "walks"."""
        s = self._s
        end = read_spot(s, after) if verb.base == 'turn' else after
        if end > after and not self._animate(ctx):
            self._statement(_K.SPINNING, ctx, strict=end > after + 1)
            return end
        end = read_round(s, after)
        if end > after:
            return self._round(end, ctx)
        if s.at(after) not in _ROUND or self._relations.has_object(after + 1):
            return after
        if verb.base == 'go':
            return self._round(after + 1, ctx)
        ctx.motion = self._statement(_K.MOVING, ctx, strict=verb.sense is Sense.MOVE)
        return after + 1

    def _round(self, end: int, ctx: Context) -> int:
        ctx.motion = self._statement(_K.CIRCLING, ctx)
        return end

    def _spin(self, verb: Verb, after: int, ctx: Context) -> int:
        """Read "spinning", "rotating on the spot"; people who spin do not do so in place."""
        if self._animate(ctx) or self._relations.has_object(after):
            return self._move(verb, after, ctx)
        spot = max(read_spot(self._s, after), read_round(self._s, after))
        around = self._s.at(after) in _ROUND and self._s.opens(after + 1)
        if verb.base == 'revolve' and around and spot == after:
            return self._orbit(verb, after, ctx)
        ctx.motion = self._statement(_K.SPINNING, ctx)
        return spot

    def _orbit(self, verb: Verb, after: int, ctx: Context) -> int:
        """Read "circling", "circling the bowl", "orbiting around it"."""
        del verb
        after += self._s.at(after) in _ROUND
        if not self._relations.has_object(after):
            return self._round(after, ctx)
        negated = ctx.negated != ctx.flip
        self._draft.move(_K.CIRCLING, ctx.subject, negated=negated, past=ctx.over)
        return self._relations.relate(_R.NEAR, after, ctx)

    def _animate(self, ctx: Context) -> bool:
        named = self._draft.phrases[ctx.subject].noun.split()
        return bool(named) and named[-1] in lex.ANIMATE and named[-1] != 'duck'

    def _statement(self, kind: MotionKind, ctx: Context, *, strict: bool = True) -> int:
        return self._draft.move(
            kind, ctx.subject, negated=ctx.take_negation(), strict=strict, past=ctx.over
        )

    def _rest(self, verb: Verb, after: int, ctx: Context) -> int:
        strict = verb.base in _STRICT_REST or self._s.at(after) in lex.STILL
        self._statement(_K.STILL, ctx, strict=strict)
        if self._s.at(after) in lex.STILL or self._s.at(after) in {'up', 'down', 'upright'}:
            after += 1
        return after

    def _simple(self, verb: Verb, after: int, ctx: Context) -> int:
        if self._body_part(after):
            return self._skip_object(after)
        ctx.motion = self._statement(_SIMPLE[verb.sense], ctx)
        if self._s.at(after) in _PARTICLES and not self._relations.has_object(after + 1):
            after += 1
        if verb.sense is Sense.RETURN:
            return max(read_entry(self._s, after), after)
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
        ctx.motion = self._statement(_K.APPROACHING, ctx)
        return after

    def _start(self, verb: Verb, after: int, ctx: Context) -> int:
        del verb
        index = after + (self._s.at(after) == 'to')
        following = read_verb(self._s.at(index))
        if following is None:
            if not self._s.nominal(after):
                ctx.motion = self._statement(_K.STARTED, ctx)
            return after
        rests = following.sense in {Sense.REST, Sense.STOP}
        ctx.motion = self._statement(_K.STOPPED if rests else _K.STARTED, ctx)
        return index + 1

    def _no_longer(self, verb: Verb, after: int, ctx: Context) -> int:
        ctx.no_longer = False
        rests = verb.sense in {Sense.REST, Sense.STOP}
        self._statement(_K.STARTED if rests else _K.STOPPED, ctx)
        return after

    def _gaze(self, start: int, index: int, ctx: Context) -> int:
        """Pass "looking at the camera", "facing left": a box does not show it."""
        s = self._s
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
        if self._body_part(after):
            ctx.negated = False
            return self._draft.ignore(index, self._skip_object(after))
        after += self._s.at(after) in _PARTICLES and self._relations.has_object(after + 1)
        if not self._relations.has_object(after):
            return self._without_object(verb, index, after, ctx)
        if verb.sense is Sense.LEAVE and self._s.at(after + 1) in lex.FRAME:
            self._statement(_K.MOVING, ctx)
            return self._draft.ignore(after, after + 2)
        kind = {Sense.CHASE: _R.CHASING, Sense.LEAVE: _R.LEAVING, Sense.OTHER: _R.NEAR}
        return self._relations.relate(kind.get(verb.sense, _R.WITH), after, ctx)

    def _without_object(self, verb: Verb, index: int, after: int, ctx: Context) -> int:
        if verb.base == 'take' and self._s.at(after) == 'off':
            self._statement(_K.UPWARD, ctx)
            return after + 1
        if verb.base == 'ride' or verb.sense is Sense.LEAVE:
            ctx.motion = self._statement(_K.MOVING, ctx)
            return after
        if verb.base in {'wear', 'dress'} or self._s.at(after) in lex.PREPOSITIONS:
            return after if verb.base in {'dress', 'hold'} else self._draft.ignore(index, after)
        ctx.negated = False
        return self._draft.ignore(index, after)

    # -- passives ----------------------------------------------------------------------------

    def _passive(self, verb: Verb, index: int, ctx: Context) -> int:
        """Read "being pushed", "ridden by the boy", "parked", "chased by a dog"."""
        ctx.predicate = True
        going_on, ctx.passive = self._s.at(index - 1) == 'being', False
        ctx.over = ctx.past
        after = index + 1
        felled = verb.base in _FELLED and self._s.at(after) == 'over'
        after += self._s.at(after) in _PUSHED_WHERE
        by = self._s.at(after) == 'by' and self._nouns.read(after + 1) is not None
        denied = ctx.negated
        kind = _K.DOWNWARD if felled else passive_motion(verb)
        if kind is not None and ctx.no_longer:
            ctx.no_longer, kind, going_on = False, _K.STOPPED, True
        if kind is not None:
            ctx.over |= felled
            steady = going_on or verb.sense is Sense.MOVE or verb.base in _KEPT_IN_TOUCH
            ctx.motion = self._statement(kind, ctx, strict=steady)
            ctx.negated = denied and by
        elif verb.sense is Sense.REST:
            return self._rest(verb, after, ctx)
        elif verb.sense is Sense.STOP:
            self._statement(_K.STILL, ctx)
            return after
        if by:
            chased = verb.sense is Sense.CHASE
            relation = _R.CHASING if chased else _R.NEAR if verb.sense is Sense.OTHER else _R.WITH
            return self._relations.relate(relation, after + 1, ctx, inverted=chased)
        if kind is None and verb.base not in {'dress', 'clad', 'surround'}:
            return self._draft.ignore(index, after)
        return after

    # -- objects -----------------------------------------------------------------------------

    def _body_part(self, index: int) -> bool:
        """Whether "its head" stands here: what one does with one's own body."""
        if self._s.at(index) not in lex.POSSESSIVES:
            return False
        owned = self._nouns.read(index)
        return owned is not None and owned.noun in lex.BODY

    def _skip_object(self, index: int) -> int:
        owned = self._nouns.read(index)
        return self._draft.ignore(index, owned.end) if owned is not None else index


def passive_motion(verb: Verb) -> MotionKind | None:
    """Return how a thing moves to which this is done."""
    if verb.base in _LIFTED:
        return _K.UPWARD
    if verb.base in _LOWERED:
        return _K.DOWNWARD
    if verb.sense is Sense.SPIN:
        return _K.SPINNING
    moved = verb.base in _SHOVED or verb.sense in {Sense.MOVE, Sense.ACT}
    return _K.MOVING if moved else None
