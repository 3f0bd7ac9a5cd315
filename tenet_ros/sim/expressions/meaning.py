"""What a sentence means, before it has words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

__all__ = ['Deed', 'End', 'Meaning', 'Name', 'Order', 'Place', 'Relation', 'Statement']


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """A noun phrase without relations.

    Attributes:
        category: key of ``catalogue.CATEGORIES``, or '' for "the one", "the thing".
        colour: key of ``catalogue.COLOURS``, or '' where none is said.
        pattern: 'plain', 'striped', 'dotted', 'checkered', or '' where none is said.
        second: colour of the pattern, or '' where none is said.
        excluded: a colour that it must not have, or ''.
    """

    category: str = ''
    colour: str = ''
    pattern: str = ''
    second: str = ''
    excluded: str = ''


class Place(str, Enum):
    """How the target lies with respect to one anchor (two for BETWEEN), as the camera sees it."""

    LEFT_OF = 'left_of'
    RIGHT_OF = 'right_of'
    BEHIND = 'behind'
    IN_FRONT_OF = 'in_front_of'
    NEAR = 'near'
    ON = 'on'
    UNDER = 'under'
    IN = 'in'
    BETWEEN = 'between'


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """One relation of the target to its anchors.

    Attributes:
        place: which.
        anchors: one name, two for BETWEEN.
        negated: "not next to the bowl".
    """

    place: Place
    anchors: tuple[Name, ...]
    negated: bool = False


class End(str, Enum):
    """The end of an ordering of the candidates."""

    LEFT = 'left'
    RIGHT = 'right'
    MIDDLE = 'middle'
    NEAREST = 'nearest'
    """To the camera."""
    FARTHEST = 'farthest'
    LARGEST = 'largest'
    SMALLEST = 'smallest'
    CLOSEST_TO = 'closest_to'
    """To the order's anchor."""
    FARTHEST_FROM = 'farthest_from'
    FIRST_MOVED = 'first_moved'


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A place in an ordering of the things that fit the name.

    Attributes:
        end: from which to count.
        rank: 1 for "the leftmost", 2 for "the second from the left".
        anchor: of CLOSEST_TO and FARTHEST_FROM.
        word: 'big', 'larger', 'small' or 'smaller' where sizes are not said as superlatives.
    """

    end: End
    rank: int = 1
    anchor: Name | None = None
    word: str = ''


class Deed(str, Enum):
    """What the target does, or has done."""

    MOVING = 'moving'
    STILL = 'still'
    LEFTWARD = 'leftward'
    RIGHTWARD = 'rightward'
    TOWARDS = 'towards'
    """The camera."""
    AWAY = 'away'
    """From the camera."""
    ROLLING = 'rolling'
    SLIDING = 'sliding'
    PUSHED = 'pushed'
    SPINNING = 'spinning'
    FALLING = 'falling'
    LIFTED = 'lifted'
    CIRCLING = 'circling'
    STOPPED = 'stopped'
    STARTED = 'started'
    CAME_BACK = 'came_back'
    FELL = 'fell'
    WAS_PUSHED = 'was_pushed'
    ENTERED = 'entered'


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One statement about what the target does."""

    deed: Deed
    negated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """A referring expression without words.

    Attributes:
        name: what the target is.
        relations: where it lies.
        order: its place among the things that fit the name.
        side: 'left' or 'right' for "the mug on the left", else ''.
        statements: what it does.
        number: 1, or n for "the two mugs", or 0 for "the mugs".
    """

    name: Name
    relations: tuple[Relation, ...] = ()
    order: Order | None = None
    side: str = ''
    statements: tuple[Statement, ...] = ()
    number: int = 1
