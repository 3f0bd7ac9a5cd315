"""Which things a noun phrase fits, and which only perhaps."""

from __future__ import annotations

import numpy as np

from tenet_ros.sim import catalogue
from tenet_ros.sim.expressions.facts import Facts
from tenet_ros.sim.expressions.meaning import Name
from tenet_ros.sim.expressions.trits import Trits, all_of
from tenet_ros.sim.scene import Thing

__all__ = ['colour_of', 'fits', 'pattern_of', 'resembles']

_SAME_WORD = frozenset(frozenset(p) for p in (('mug', 'cup'), ('box', 'cube')))
"""Pairs of which either may be called by the other's noun, however well one sees them."""

_ALSO = {'hammer': ('grey', 'white'), 'screwdriver': ('grey', 'white'), 'spoon': ('black',)}
"""Category -> what its unpainted metal, or its shaded hollow, may pass for."""


def fits(facts: Facts, name: Name) -> Trits:
    """Return how clearly each thing exists and fits the name, (T, N)."""
    values = [facts.exists]
    if name.category:
        values.append(_category(facts, name.category))
    if name.colour:
        values.append(_static([colour_of(t, name.colour) for t in facts.things]))
    if name.excluded:
        values.append(-_static([colour_of(t, name.excluded) for t in facts.things]))
    if name.pattern:
        values.append(_static([pattern_of(t, name) for t in facts.things]))
    return all_of(*values)


def _static(values: list[int]) -> Trits:
    return np.array(values, np.int8)[None, :]


def _category(facts: Facts, category: str) -> Trits:
    """Whether each thing is one, (T, N): look-alikes need a good look."""
    values = np.empty((facts.frames, facts.named), np.int8)
    for i, thing in enumerate(facts.things):
        likeness = resembles(thing.category, category)
        if likeness == 0 and frozenset((thing.category, category)) not in _SAME_WORD:
            values[:, i] = np.where(facts.inspected[:, i], -1, 0)
        else:
            values[:, i] = likeness
    return values


def resembles(one: str, other: str) -> int:
    """Return 1 for the same category, 0 for one that a person may mix up with it, else -1."""
    if one == other:
        return 1
    return 0 if catalogue.confusable(one, other) else -1


def colour_of(thing: Thing, colour: str) -> int:
    """Return 1 if that is its main colour, 0 if it may pass for it in part or in shade, else -1."""
    if thing.colour == colour:
        return 1
    near = catalogue.confusable_colours(thing.colour, colour)
    shown = bool(thing.second) and catalogue.confusable_colours(thing.second, colour)
    return 0 if near or shown or colour in _ALSO.get(thing.category, ()) else -1


def pattern_of(thing: Thing, name: Name) -> int:
    """Return 1 if it wears the named pattern (in the named colour), -1 if another or none."""
    if thing.pattern != name.pattern:
        return -1
    if not name.second or thing.second == name.second:
        return 1
    return 0 if catalogue.confusable_colours(thing.second, name.second) else -1
