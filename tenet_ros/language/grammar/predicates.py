"""Reads what is said of a subject without another object: "is red", "still", "is the largest"."""

from __future__ import annotations

from tenet_ros.language.expression import MotionKind, Part, RelationKind
from tenet_ros.language.grammar import lexicon as lex
from tenet_ros.language.grammar.context import Context
from tenet_ros.language.grammar.courses import read_rest, read_return
from tenet_ros.language.grammar.noun_phrase import NounPhrase
from tenet_ros.language.grammar.places import skip_time
from tenet_ros.language.grammar.reader import Reader
from tenet_ros.language.grammar.verbs import Sense, read_verb
from tenet_ros.language.grammar.words import BREAK

__all__ = ['PredicateReader']


_VAGUE_NOUNS = frozenset(
    ('', 'toy', 'tool', 'fruit', 'container', 'vessel', 'utensil', 'gadget', 'ornament')
)
"""What a more telling noun may take the place of: "the toy that is a duck"."""


class PredicateReader(Reader):
    """Reads adjectives, colours, states and predicate nouns of one clause."""

    def describe(self, said: NounPhrase, subject: int, *, denied: bool) -> None:
        """Say of the subject what another noun phrase says: "is *the largest red one*"."""
        for colour in said.colours:
            self._draft.colour(subject, colour, excluded=denied)
        for attribute in said.attributes:
            self._draft.attribute(subject, attribute, excluded=denied)
        for order in said.orders:
            self._draft.order(
                order.extreme, subject, rank=order.rank, strict=order.strict, negated=denied
            )
        for motion in said.motions:
            self._draft.move(
                motion.kind, subject, negated=denied, strict=motion.strict, past=motion.past
            )
        for place in range(said.start, said.end):
            if place not in said.kept:
                self._draft.hide(place, place + 1)

    def noun(self, index: int, ctx: Context) -> int:
        """Read "the largest one" after "that is"."""
        s = self._s
        if not ctx.predicate or not (s.at(index) in lex.DETERMINERS or s.at(index) in lex.NUMBERS):
            return index
        said = self._nouns.read(index)
        if said is None:
            return index
        denied = ctx.take_negation()
        self.describe(said, ctx.subject, denied=denied)
        subject = self._draft.phrases[ctx.subject]
        subject.rank = subject.rank or said.rank
        unknown = subject.noun in _VAGUE_NOUNS or not (
            s.noun(subject.head) or s.compound(subject.head - 1)
        )
        if unknown and said.noun and not denied and (not subject.noun or s.noun(said.head)):
            # "My favourite is the red car" names a car.
            subject.noun, subject.said = said.noun, {subject.head: said.noun}
            subject.attributes = list(said.attributes)
        return said.end

    def whose(self, index: int, ctx: Context) -> int:
        """Read "whose shirt is red"."""
        if self._s.at(index) != 'whose':
            return index
        owned = self._nouns.read(index + 1)
        if owned is None:
            return index + 1
        end = owned.end
        if self._s.at(end) in lex.AUXILIARIES:
            denied = self._s.at(end + 1) == 'not'
            said = self._nouns.read(end + 1 + denied)
            if said is not None and said.colours and owned.noun in {'colour', 'color'}:
                for colour in said.colours:
                    self._draft.colour(ctx.subject, colour, excluded=denied)
                self._draft.hide(index, said.end)
                return said.end
            if said is not None and said.colours and not said.noun:
                colours = tuple(said.colours)
                part = Part(
                    noun=owned.noun,
                    colours=() if denied else colours,
                    excluded_colours=colours if denied else (),
                )
                self._draft.parts[ctx.subject].append(part)
                self._draft.hide(index, said.end)
                return said.end
        last = read_verb(self._s.at(end - 1)) if len(owned.nominals) > 1 else None
        end -= last is not None and last.sense is Sense.GAZE
        verb = read_verb(self._s.at(end))
        if verb is not None and verb.sense is Sense.GAZE:
            end += 1
            while (
                self._s.at(end) in lex.DIRECTIONS
                or self._s.at(end) in lex.GAZE_PARTICLES
                or self._s.at(end) in lex.DETERMINERS
            ):
                end += 1
        return self._draft.ignore(index, end)

    def state(self, index: int, ctx: Context) -> int:
        """Read "still", "stationary", "in motion", "at rest"; pass adverbs."""
        s, word = self._s, self._s.at(index)
        if word in {'coloured', 'colored', 'painted', 'tinted', 'dyed'} and self._is_colour(
            index + 1
        ):
            ctx.predicate = True
            self._draft.hide(index, index + 1)
            return index + 1
        if s.follows(index, 'upside', 'down'):
            return self._draft.ignore(index, index + 2)
        end, kind = index + 1, MotionKind.STILL
        rested = read_rest(s, index)
        if s.follows(index, 'in', 'motion') or s.follows(index, 'on', 'the', 'move'):
            began = s.at(index - 1) in {'set', 'put', 'got'}
            kind = MotionKind.STARTED if began else MotionKind.MOVING
            end = index + 2 + (s.at(index) == 'on')
        elif rested > index:
            end = rested
        elif word not in lex.STILL:
            passed = word in lex.INTENSIFIERS and word not in lex.DIRECTIONS
            return end if passed else index
        elif word == 'still' and (
            read_verb(s.at(end)) or (s.at(end) in lex.PREPOSITIONS and skip_time(s, end) == end)
        ):
            return end
        if ctx.no_longer:
            ctx.no_longer = False
            kind = MotionKind.STARTED if kind is MotionKind.STILL else MotionKind.STOPPED
        told = self._draft.move(kind, ctx.subject, negated=ctx.take_negation(), past=ctx.past)
        if kind is MotionKind.MOVING:
            ctx.motion = told
        return end

    def anymore(self, index: int, ctx: Context) -> int:
        """Read "anymore" after "is not moving": it stopped."""
        if self._s.at(index) != 'anymore':
            return index
        mine = [m for m in self._draft.motions if m.subject == ctx.subject and m.negated]
        if mine and mine[-1].kind in {MotionKind.MOVING, MotionKind.MOVED, MotionKind.STILL}:
            rested = mine[-1].kind is MotionKind.STILL
            self._draft.motions.remove(mine[-1])
            kind = MotionKind.STARTED if rested else MotionKind.STOPPED
            self._draft.move(kind, ctx.subject)
        return index + 1

    def back(self, index: int, ctx: Context) -> int:
        """Read "is back", "is visible again", "in view again"."""
        s = self._s
        absent = ctx.past and ctx.negated and not ctx.flip
        if absent and s.at(index) in {'there', 'here', 'present', 'visible', 'seen'}:
            ctx.negated = False
            self._draft.move(MotionKind.ENTERED, ctx.subject)
            return skip_time(s, index + 1 + (s.at(index + 1) in {'before', 'initially', 'yet'}))
        if s.at(index - 1) not in lex.AUXILIARIES and s.at(index - 1) not in lex.INTENSIFIERS:
            return index
        end = read_return(s, index) if ctx.predicate else index
        if end == index + 1 and s.at(end) not in {'', BREAK, 'and', 'on', 'again', 'now'}:
            end = index
        if end == index:
            seen = index + 1 + (s.at(index) == 'in' and s.at(index + 1) in {'view', 'sight'})
            known = s.at(index) in {'visible', 'there', 'here', 'in', 'present', 'seen'}
            end = seen + 1 if known and s.at(seen) == 'again' else index
        if end > index:
            self._draft.move(MotionKind.RETURNED, ctx.subject, negated=ctx.take_negation())
        return end

    def adjective(self, index: int, ctx: Context) -> int:
        """Read "that is red", "mug, small", "man red shirt"."""
        word = self._s.at(index)
        coloured = self._is_colour(index)
        if (coloured and not ctx.predicate) or word in lex.CLOTHES:
            worn = self._nouns.read(index)
            if worn is not None and worn.noun and worn.noun.split()[-1] in lex.CLOTHES:
                return self._relations.relate(RelationKind.WITH, index, ctx)
        if coloured:
            return self._colours(index, ctx)
        if word in lex.SIZES:
            negated = ctx.take_negation()
            self._draft.order(lex.SIZES[word], ctx.subject, strict=False, negated=negated)
            return index + 1
        if word in lex.ADJECTIVES or word in lex.PATTERNS:
            self._draft.attribute(ctx.subject, word, excluded=ctx.take_negation())
            self._draft.hide(self._told_from(index) if ctx.predicate else index, index + 1)
            return index + 1
        return index

    def _told_from(self, index: int) -> int:
        """Return where "that is not" begins before ``index``: a phrase says all of it."""
        s = self._s
        while s.at(index - 1) in lex.AUXILIARIES or s.at(index - 1) in {'not', 'neither'}:
            index -= 1
        return index - (s.at(index - 1) in {'that', 'which', 'who'})

    def _is_colour(self, index: int) -> bool:
        return bool(self._s.colour(index)[0])

    def _colours(self, index: int, ctx: Context) -> int:
        """Read "red", "dark blue and white", "red in colour"."""
        s, start, excluded = self._s, index, ctx.take_negation()
        while self._is_colour(index):
            normal, index = s.colour(index)
            self._draft.colour(ctx.subject, normal, excluded=excluded)
            if s.at(index) in {'and', 'or', BREAK} and self._is_colour(index + 1):
                index += 1
        self._draft.hide(self._told_from(start), index)
        if s.at(index) == 'in' and s.at(index + 1) in {'color', 'colour'}:
            index += 2
        return index
