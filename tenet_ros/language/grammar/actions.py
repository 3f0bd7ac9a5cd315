"""Reads verbs: motions, postures, and what is done to an object."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tenet_ros.language.expression import Extreme, MotionKind, RelationKind
from tenet_ros.language.grammar import lexicon as lex
from tenet_ros.language.grammar.context import Context
from tenet_ros.language.grammar.draft import Draft
from tenet_ros.language.grammar.noun_phrases import NounPhraseReader
from tenet_ros.language.grammar.places import read_heading
from tenet_ros.language.grammar.relations import RelationReader
from tenet_ros.language.grammar.sentence import Sentence
from tenet_ros.language.grammar.verbs import Form, Sense, Verb, read_verb
from tenet_ros.language.grammar.words import vocabulary

__all__ = ['ActionReader']

_K = MotionKind
_R = RelationKind
_SIMPLE = {
    Sense.FALL: _K.DOWNWARD,
    Sense.RISE: _K.UPWARD,
    Sense.RECEDE: _K.RECEDING,
    Sense.ENTER: _K.ENTERED,
}
_SHOVED = vocabulary('push pull drag throw kick hit toss lead tow take bring carry put bounce')
"""What is done to things that then move."""
_LIFTED = frozenset(('lift', 'raise', 'pick'))
_LOWERED = frozenset(('lower', 'drop', 'sink'))
_STRICT_REST = frozenset(('stay', 'remain', 'park'))
_PARTICLES = frozenset(('up', 'down', 'off', 'out', 'over', 'away', 'around', 'back', 'along'))
_PASSING = frozenset(('cross', 'pass', 'overtake', 'circle'))
_TURNED = frozenset(('turn', 'rotate', 'spin', 'swing'))


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
        if motion.kind is not _K.MOVING or motion.subject != ctx.subject:
            ctx.motion = self._draft.move(kind, ctx.subject, negated=motion.negated)
            return end
        self._draft.motions.pop(ctx.motion)
        ctx.motion = self._draft.move(
            kind, ctx.subject, negated=motion.negated, strict=motion.strict
        )
        return end

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
        if ctx.no_longer:
            return self._no_longer(verb, after, ctx)
        return self._active(verb, index, ctx)

    def _may_be_verb(self, verb: Verb, index: int, ctx: Context) -> bool:
        word = self._s.at(index)
        if word == 'left':
            moved_off = self._s.at(index + 1) in {'the', 'a', 'its', 'his', 'her', ''}
            return ctx.relative and moved_off
        if verb.form is Form.BASE:
            plural = self._draft.phrases[ctx.subject].plural
            spoken = self._s.at(index - 1) in {'to', 'can', 'will', 'does', 'do', 'not'}
            return (ctx.relative and plural) or spoken or (plural and not self._s.noun(index))
        return True

    def _active(self, verb: Verb, index: int, ctx: Context) -> int:
        after = index + 1
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
        if read_heading(self._s, after) is None and self._relations.has_object(after):
            if self._s.at(after) in lex.SPORTS:
                self._statement(_K.MOVING, ctx, strict=False)
                return self._draft.ignore(after, after + 1)
            passes = verb.base in _PASSING
            if passes:
                self._draft.move(_K.MOVING, ctx.subject, negated=ctx.negated != ctx.flip)
            return self._relations.relate(_R.NEAR if passes else _R.WITH, after, ctx)
        moved = self._statement(_K.MOVING, ctx, strict=strict)
        ctx.motion = moved if strict or verb.base in _TURNED else -1
        return after

    def _statement(self, kind: MotionKind, ctx: Context, *, strict: bool = True) -> int:
        return self._draft.move(kind, ctx.subject, negated=ctx.take_negation(), strict=strict)

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
        after = index + 1
        after += self._s.at(after) in {'up', 'down', 'around', 'away', 'off'}
        by = self._s.at(after) == 'by' and self._nouns.read(after + 1) is not None
        denied = ctx.negated
        kind = _passive_motion(verb)
        if kind is not None:
            ctx.motion = self._statement(kind, ctx, strict=going_on or verb.sense is Sense.MOVE)
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


def _passive_motion(verb: Verb) -> MotionKind | None:
    """Return how a thing moves to which this is done."""
    if verb.base in _LIFTED:
        return _K.UPWARD
    if verb.base in _LOWERED:
        return _K.DOWNWARD
    moved = verb.base in _SHOVED or verb.sense in {Sense.MOVE, Sense.ACT}
    return _K.MOVING if moved else None
