"""The parsed form of a referring expression.

A sentence is split into *phrases*, whose words are open ("red mug", "traffic cone": the
detector's job), and a *skeleton* of closed vocabulary (relation, order, motion, number,
negation: the preference's job).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum

__all__ = [
    'Expression',
    'Extreme',
    'Motion',
    'MotionKind',
    'Order',
    'Part',
    'Phrase',
    'Prompt',
    'Query',
    'Relation',
    'RelationKind',
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Something that an object wears or is made of, to be looked for on its own pixels.

    Attributes:
        noun: lemma ("shirt", "head"); "clothes" where only a colour is said ("the man in red").
        colours: its colours, normalised; may be empty.
        excluded_colours: colours that it must not have.
    """

    noun: str
    colours: tuple[str, ...] = ()
    excluded_colours: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """A noun phrase, as it can be handed to an open-vocabulary detector.

    Attributes:
        text: the words, without article and without relations: "red striped mug".
        noun: lemma of the head noun ("mug"), or of a known compound ("traffic light"); '' for
            "one", "thing", "object", which fit anything.
        colours: colour words, normalised (``lexicon.BASE_COLOURS``, each perhaps after "dark" or
            "light": "grey" for "gray", "dark blue" for "navy"), in order.
        attributes: other modifiers ("striped", "plastic"), in order; patterns are normalised
            (``lexicon.PATTERNS``: "striped" for "stripy" and "with stripes").
        excluded_colours: colours that the phrase must not have ("the mug that is not red").
        plural: whether the head noun was plural.
        parts: clothes and body parts with their colours ("the person in a red shirt"), which a
            detector without such categories can still compare with the object's pixels.
    """

    text: str
    noun: str
    colours: tuple[str, ...] = ()
    attributes: tuple[str, ...] = ()
    excluded_colours: tuple[str, ...] = ()
    plural: bool = False
    parts: tuple[Part, ...] = ()
    excluded_attributes: tuple[str, ...] = ()


class RelationKind(str, Enum):
    """How the target lies, or moves, with respect to its anchor(s)."""

    LEFT_OF = 'left_of'
    RIGHT_OF = 'right_of'
    ABOVE = 'above'
    BELOW = 'below'
    ON = 'on'
    IN = 'in'
    NEAR = 'near'
    FAR_FROM = 'far_from'
    BETWEEN = 'between'
    BEHIND = 'behind'
    IN_FRONT_OF = 'in_front_of'
    WITH = 'with'
    """Has, holds, wears, rides: the anchor overlaps the target or touches it."""
    CHASING = 'chasing'
    """Moves towards the anchor, or behind it."""
    LEAVING = 'leaving'
    """Moves away from the anchor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """One relation of the target, or of an anchor, to other things.

    Attributes:
        kind: which.
        anchors: indexes into ``Expression.phrases``; two for BETWEEN two named things, one else.
        negated: "not on the table".
        subject: whose relation it is; 0, the target, or the index of an anchor, always smaller
            than ``anchors`` ("the dog next to the man *on the bench*").
        inverted: the anchor does it to the subject ("the ball that the dog is chasing").
        superlative: only the candidate that fits best is meant ("closest to the laptop").
    """

    kind: RelationKind
    anchors: tuple[int, ...]
    negated: bool = False
    subject: int = 0
    inverted: bool = False
    superlative: bool = False


class Extreme(str, Enum):
    """The end of an ordering over the candidates."""

    LEFT = 'left'
    RIGHT = 'right'
    TOP = 'top'
    BOTTOM = 'bottom'
    MIDDLE = 'middle'
    LARGEST = 'largest'
    SMALLEST = 'smallest'
    TALLEST = 'tallest'
    SHORTEST = 'shortest'
    NEAREST = 'nearest'
    FARTHEST = 'farthest'
    FASTEST = 'fastest'
    SLOWEST = 'slowest'
    FIRST_MOVED = 'first_moved'
    """Began to move before the others did."""
    LAST_MOVED = 'last_moved'
    """Began to move after the others did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A place in an ordering of the candidates that fit the target phrase.

    Attributes:
        extreme: the end from which to count.
        rank: 1 for "the leftmost", 2 for "the second from the left".
        strict: False for a region hint ("the dog on the left"), which a lone candidate may fail
            without being excluded; True for a superlative or an ordinal.
        negated: "not the largest".
        subject: whose place it is; 0, the target, or the index of an anchor.
    """

    extreme: Extreme
    rank: int = 1
    strict: bool = True
    negated: bool = False
    subject: int = 0


class MotionKind(str, Enum):
    """What the target does, in the image."""

    MOVING = 'moving'
    STILL = 'still'
    LEFTWARD = 'leftward'
    RIGHTWARD = 'rightward'
    UPWARD = 'upward'
    DOWNWARD = 'downward'
    APPROACHING = 'approaching'
    """Towards the camera: the box grows."""
    RECEDING = 'receding'
    """Away from the camera: the box shrinks."""
    STOPPED = 'stopped'
    """Was moving, and is still now."""
    STARTED = 'started'
    """Was still, and moves now."""
    ENTERED = 'entered'
    """Was not there when the stream began."""
    SPINNING = 'spinning'
    """Turns in its place."""
    CIRCLING = 'circling'
    """Goes round along a circle."""
    RETURNED = 'returned'
    """Was out of view for a while, and is back."""
    MOVED = 'moved'
    """Has moved at some time, and perhaps is still now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Motion:
    """One statement about how the target, or an anchor, moves.

    Attributes:
        kind: which.
        negated: "not moving".
        strict: False for a posture or an activity ("sitting", "dancing") that only makes
            stillness or movement likely.
        subject: who moves; 0, the target, or the index of an anchor.
        past: it may be over by now ("fell", "was lifted"); MOVED is the past of MOVING.
    """

    kind: MotionKind
    negated: bool = False
    strict: bool = True
    subject: int = 0
    past: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Expression:
    """One sentence, parsed.

    Attributes:
        text: the sentence as it came.
        phrases: the target first, then the anchors.
        relations: of the target to anchors.
        orders: places in orderings.
        motions: what the target does.
        count: how many objects are meant: 1, or n ("the two dogs"), or 0 for all ("the dogs").
        skeleton: the sentence with its phrases replaced: "[T] to the left of [A1]".
        ignored: words that no rule could use, for the log and for ``~/status``.
        targets: indexes of the phrases that are meant, more than one for "the boy and his bike";
            ``count`` is then their sum.
    """

    text: str
    phrases: tuple[Phrase, ...]
    relations: tuple[Relation, ...] = ()
    orders: tuple[Order, ...] = ()
    motions: tuple[Motion, ...] = ()
    count: int = 1
    skeleton: str = '[T]'
    ignored: tuple[str, ...] = ()
    targets: tuple[int, ...] = (0,)

    @property
    def target(self) -> Phrase:
        """The phrase that names the referred object."""
        return self.phrases[0]

    @property
    def speaks_of_motion(self) -> bool:
        """Whether it matters what moves, and so what of that is the camera's own motion."""
        return bool(
            self.motions
            or any(order.extreme in _MOVING_EXTREMES for order in self.orders)
            or any(relation.kind in _MOVING_RELATIONS for relation in self.relations)
        )


_MOVING_EXTREMES = frozenset(
    {Extreme.FASTEST, Extreme.SLOWEST, Extreme.FIRST_MOVED, Extreme.LAST_MOVED}
)
_MOVING_RELATIONS = frozenset({RelationKind.CHASING, RelationKind.LEAVING})


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """One expression's place in a prompt.

    Attributes:
        expression: the sentence.
        index: its column in ``Detections.reference`` and ``TrackSet.reference_hits``.
        first_column: column of its target phrase in ``phrase_scores``; its anchors follow.
        findable: for each phrase, whether the detector can find such a thing at all; empty while
            nobody has said. It tells "there is no frisbee" from "this detector knows no walls".
    """

    expression: Expression
    index: int
    first_column: int
    findable: tuple[bool, ...] = ()

    @property
    def columns(self) -> slice:
        """The columns of ``phrase_scores`` that hold this expression's phrases, in order."""
        return slice(self.first_column, self.first_column + len(self.expression.phrases))


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """All that a command asks of a detector.

    Attributes:
        command_id: the command it was made from.
        queries: one per sentence, in order.
    """

    command_id: int
    queries: tuple[Query, ...]

    @classmethod
    def of(cls, command_id: int, expressions: tuple[Expression, ...]) -> Prompt:
        """Lay the phrases of all expressions side by side."""
        queries, column = [], 0
        for index, expression in enumerate(expressions):
            queries.append(Query(expression=expression, index=index, first_column=column))
            column += len(expression.phrases)
        return cls(command_id=command_id, queries=tuple(queries))

    def with_findable(self, findable: Sequence[bool]) -> Prompt:
        """Return the prompt with what its detector can find, one value per phrase."""
        queries = (replace(q, findable=tuple(findable[q.columns])) for q in self.queries)
        return replace(self, queries=tuple(queries))

    @property
    def phrases(self) -> tuple[Phrase, ...]:
        """Every phrase, in column order."""
        return tuple(phrase for query in self.queries for phrase in query.expression.phrases)
