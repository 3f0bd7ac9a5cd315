"""Reads what refines a motion told before: "to the left", "fast", "first", "closer to the mug"."""

from __future__ import annotations

from tenet_ros.language.expression import Extreme, MotionKind, RelationKind
from tenet_ros.language.grammar import lexicon as lex
from tenet_ros.language.grammar.context import Context
from tenet_ros.language.grammar.draft import Draft
from tenet_ros.language.grammar.places import read_heading
from tenet_ros.language.grammar.relations import RelationReader
from tenet_ros.language.grammar.sentence import Sentence

__all__ = ['HeadingReader']

_K = MotionKind
_R = RelationKind
_VAGUE = tuple((word,) for word in ('away', 'backward', 'backwards', 'forward', 'forwards'))
"""From whom, or as the thing itself has its front, is not said."""
_UNTIMED = frozenset({_K.ENTERED, _K.RETURNED, _K.STOPPED})
"""What nobody measures the order of."""


class HeadingReader:
    """Reads directions, manners and times of motions."""

    def __init__(self, sentence: Sentence, draft: Draft, relations: RelationReader) -> None:
        self._s = sentence
        self._draft = draft
        self._relations = relations

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
        if self._s.words[index:end] in _VAGUE:
            # From whom is not said; the camera is only the likeliest.
            self._draft.move(kind, ctx.subject, negated=motion.negated, strict=False)
            return end
        self._refine(kind, ctx)
        return end

    def _refine(self, kind: MotionKind, ctx: Context) -> None:
        """Say which way the motion told last goes."""
        motion = self._draft.motions[ctx.motion]
        past = motion.past or motion.kind is _K.MOVED
        refined = motion.kind in {_K.MOVING, _K.MOVED} or (
            motion.kind is _K.SPINNING and not motion.strict
        )
        if not refined or motion.subject != ctx.subject:
            ctx.motion = self._draft.move(kind, ctx.subject, negated=motion.negated, past=past)
            return
        self._draft.motions.pop(ctx.motion)
        ctx.motion = self._draft.move(
            kind, ctx.subject, negated=motion.negated, strict=motion.strict, past=past
        )

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
        gets |= s.follows(index, s.at(index), 'and', s.at(index))
        after = index + 1
        while s.at(after) in {'and', 'away'} or s.at(after) in lex.COMPARED:
            after += 1
        framed = s.at(after) in {'to', 'from'} and (
            s.at(after + 1) in lex.CAMERA
            or (s.at(after + 1) == 'the' and s.at(after + 2) in lex.CAMERA)
        )
        gets |= framed and ctx.motion >= 0
        if gets and (framed or s.at(after) not in {'to', 'from', 'than'}):
            kind = _K.APPROACHING if s.at(index) in {'closer', 'nearer'} else _K.RECEDING
            if 0 <= ctx.motion < len(self._draft.motions):
                self._refine(kind, ctx)
            else:
                ctx.motion = self._draft.move(kind, ctx.subject, negated=ctx.negated != ctx.flip)
            return after + (2 + (s.at(after + 1) == 'the')) * framed
        if s.at(after) not in {'to', 'from'} or not s.opens(after + 1):
            return index
        if gets:
            self._draft.move(_K.MOVING, ctx.subject, negated=ctx.negated != ctx.flip)
        nears = s.at(index) in {'closer', 'nearer'}
        return self._relations.relate(_R.CHASING if nears else _R.LEAVING, after + 1, ctx)

    def manner(self, index: int, ctx: Context) -> int:
        """Read "fast" and "slowly": a hint at an order."""
        manner = lex.MANNER.get(self._s.at(index))
        if manner is None:
            return index
        extreme = Extreme.FASTEST if manner == 'fast' else Extreme.SLOWEST
        self._draft.order(extreme, ctx.subject, strict=False, negated=ctx.flip)
        return index + 1
