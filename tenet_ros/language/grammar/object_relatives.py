"""Reads relative clauses of which the thing is the object: "the bike that the boy is riding"."""

from __future__ import annotations

from tenet_ros.language.expression import MotionKind, RelationKind
from tenet_ros.language.grammar import lexicon as lex
from tenet_ros.language.grammar.context import Context
from tenet_ros.language.grammar.passives import bearing, fells, passive_motion, steady
from tenet_ros.language.grammar.prepositions import read_preposition
from tenet_ros.language.grammar.reader import Reader
from tenet_ros.language.grammar.verbs import Form, Sense, Verb, read_verb
from tenet_ros.language.grammar.words import vocabulary

__all__ = ['ObjectRelativeReader']

_K = MotionKind
_R = RelationKind
_TRANSITIVE = vocabulary(
    'raise lower drop topple overturn move slide roll shift spin rotate turn swing shake tip twirl'
)
"""Verbs of motion that somebody may do to a thing."""
_SYMMETRIC = frozenset({_R.NEAR, _R.WITH, _R.FAR_FROM, _R.BETWEEN})


class ObjectRelativeReader(Reader):
    """Reads who does what to the subject, and where."""

    def read(self, index: int, ctx: Context) -> int:
        """Read "the boy is riding" after "the bike", "the dog is after" after "the ball"."""
        s = self._s
        pronoun = s.at(index) in lex.PRONOUNS
        goes_on = s.at(index) in {'it', 'they'} and s.at(index + 1) in lex.AUXILIARIES
        if goes_on and s.at(index - 1) not in lex.RELATIVES:
            # "There is a box and it is moving" speaks of the box, not of who moves it.
            return self._draft.ignore(index, index + 1)
        opens = s.at(index) in lex.DETERMINERS or s.at(index) in lex.POSSESSIVES
        if ctx.predicate or not (opens or pronoun):
            return index
        agent = None if pronoun else self._nouns.read(index)
        start = end = index + 1 if agent is None else agent.end
        while s.at(end) in lex.AUXILIARIES or s.at(end) in lex.NOT or s.at(end) in lex.INTENSIFIERS:
            end += 1
        verb = read_verb(s.at(end))
        preposition = read_preposition(s, end + (verb is not None))
        if verb is None and (preposition is None or end == start):
            return self._draft.ignore(index, start)
        if pronoun and verb is not None and verb.base in {'see', 'view', 'find', 'notice', 'spot'}:
            return self._draft.ignore(index, end + 1)
        denied = any(word in lex.NOT for word in s.words[start:end])
        denied ^= s.at(index) == 'nobody'
        felled = verb is not None and fells(verb, s.at(end + 1))
        inert = agent is not None and agent.noun in lex.NOUNS - lex.ANIMATE - {'robot'}
        acts = preposition is None and not inert
        moved = _K.DOWNWARD if felled else self._moved(verb, index, pronoun=pronoun, acts=acts)
        if moved is not None and verb is not None:
            ctx.motion = self._draft.move(
                moved,
                ctx.subject,
                negated=denied,
                past=verb.form is Form.PAST,
                strict=steady(verb) or verb.sense is not Sense.CONTACT,
            )
        preposition = None if felled else preposition
        placed = agent is None and preposition is not None and s.opens(preposition[2])
        end = preposition[2] if preposition is not None and not placed else end + 1 + felled
        if agent is None:
            self._draft.ignore(index, index + 1)
            return end
        kind, inverted = _object_role(verb, preposition)
        borne = bearing(verb, agent.noun) if verb is not None and inert else None
        if borne is not None:
            # What the box carries is on the box.
            kind, inverted = borne, False
            self._draft.motions = [m for m in self._draft.motions if m.subject != ctx.subject]
        number = self._draft.add(agent)
        negated = ctx.take_negation() != denied
        self._draft.relate(kind, ctx.subject, (number,), negated=negated, inverted=inverted)
        return end

    def _moved(
        self, verb: Verb | None, index: int, *, pronoun: bool, acts: bool
    ) -> MotionKind | None:
        """Return how the subject moves by what somebody does to it."""
        if verb is None:
            return None
        if self._s.at(index) == 'nobody' and verb.base in {'touch', 'handle'}:
            return _K.MOVING
        by_somebody = {Sense.CONTACT, Sense.MOVE, Sense.SPIN, Sense.FALL, Sense.RISE}
        done = verb.sense in by_somebody if pronoun else verb.sense is Sense.CONTACT
        return passive_motion(verb) if done or (acts and verb.base in _TRANSITIVE) else None


def _object_role(
    verb: Verb | None, preposition: tuple[RelationKind, bool, int] | None
) -> tuple[RelationKind, bool]:
    """Return how a thing relates to the one who does something to it, and whether inverted."""
    if preposition is not None and (verb is None or verb.sense in {Sense.REST, Sense.OTHER}):
        return preposition[0], preposition[0] not in _SYMMETRIC
    if verb is not None and verb.sense is Sense.CHASE:
        return _R.CHASING, True
    if preposition is not None and preposition[0] in {_R.CHASING, _R.LEAVING}:
        return preposition[0], True
    if verb is not None and verb.sense in {Sense.GAZE, Sense.OTHER}:
        return _R.NEAR, False
    return _R.WITH, False
