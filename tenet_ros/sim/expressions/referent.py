"""From a meaning to its truth over a clip."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tenet_ros.sim.expressions.deeds import Deeds
from tenet_ros.sim.expressions.facts import Facts
from tenet_ros.sim.expressions.meaning import Meaning, Name, Order, Place, Relation
from tenet_ros.sim.expressions.names import fits
from tenet_ros.sim.expressions.orders import place_in, side_of
from tenet_ros.sim.expressions.places import between, relation
from tenet_ros.sim.expressions.trits import Flags, Trits, all_of
from tenet_ros.sim.scene import Scene, Truth

__all__ = ['Clip', 'Referent']


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Referent:
    """What a meaning refers to.

    Attributes:
        targets: (T, N) bool, only at judged frames.
        judged: (T,) bool, frames at which every thing that could matter is clear.
    """

    targets: Flags
    judged: Flags


class Clip:
    """A clip in which meanings are looked up; what they share is worked out once."""

    def __init__(self, scene: Scene, truth: Truth) -> None:
        self.facts = Facts(scene, truth)
        self.deeds = Deeds(self.facts)
        self._names: dict[Name, Trits] = {}
        self._places: dict[tuple[Place, tuple[int, ...]], Trits] = {}

    def refer(self, meaning: Meaning) -> Referent:
        """Return what the meaning refers to at each frame, given the frames up to it."""
        values = self.values(meaning)
        holds = values > 0
        count = holds.sum(axis=1)
        judged = ~(values == 0).any(axis=1)
        if meaning.number == 1:
            judged &= count <= 1
        elif meaning.number:
            judged &= (count == meaning.number) | (count == 0)
        else:
            judged &= (count >= 2) | (count == 0)
        return Referent(targets=holds & judged[:, None], judged=judged)

    def values(self, meaning: Meaning) -> Trits:
        """Return how clearly each thing fits the meaning, (T, N).

        "The big mug behind the box" may be the biggest mug, which is behind the box, or the
        biggest of those behind it: where the readings part there is doubt.
        """
        named = self.named(meaning.name)
        conditions = [self.related(link) for link in meaning.relations]
        for statement in meaning.statements:
            deed = self.deeds[statement.deed]
            conditions.append((-deed).astype(np.int8) if statement.negated else deed)
        rest = all_of(named, *conditions)
        if meaning.side:
            sided = (side_of(self.facts, meaning.side, v) for v in (named, rest))
            rest = all_of(rest, *sided)
        if meaning.order is None:
            return rest
        wide = all_of(self._ordered(meaning.order, named, alone=False), rest)
        if not conditions:
            return wide
        narrow = self._ordered(meaning.order, rest, alone=True)
        return np.where(wide == narrow, wide, 0).astype(np.int8)

    def named(self, name: Name) -> Trits:
        """Return how clearly each thing exists and fits the name, (T, N)."""
        if name not in self._names:
            self._names[name] = fits(self.facts, name)
        return self._names[name]

    def related(self, link: Relation) -> Trits:
        """Return how clearly each thing stands in the relation, (T, N).

        Doubtful while an anchor's name fits nothing, or more than one thing.
        """
        resolved = [self._anchors(name) for name in link.anchors]
        values = np.zeros((self.facts.frames, self.facts.named), np.int8)
        for m, when in resolved[0].items():
            if link.place is Place.BETWEEN:
                for k, also in resolved[1].items():
                    if k != m:
                        found = self.place(link.place, (m, k))
                        values = np.where((when & also)[:, None], found, values)
            else:
                values = np.where(when[:, None], self.place(link.place, (m,)), values)
        if not link.negated:
            return values
        values = -values
        for anchors in resolved:
            for m, when in anchors.items():
                values[when, m] = -1
        return values

    def place(self, place: Place, anchors: tuple[int, ...]) -> Trits:
        """Return how clearly each thing stands in a relation to the things ``anchors``, (T, N)."""
        key = (place, anchors)
        if key not in self._places:
            self._places[key] = self._related_to(place, anchors)
        return self._places[key]

    def _related_to(self, place: Place, anchors: tuple[int, ...]) -> Trits:
        if place is Place.BETWEEN:
            return between(self.facts, *anchors)
        if place is Place.UNDER:
            (m,) = anchors
            others = range(self.facts.named)
            return np.stack([self.place(Place.ON, (i,))[:, m] for i in others], axis=1)
        return relation(self.facts, place, anchors[0])

    def _anchors(self, name: Name) -> dict[int, Flags]:
        """Return the things that a name means, each with the frames at which it does, (T,)."""
        values = self.named(name)
        holds = values > 0
        alone = (holds.sum(axis=1) == 1) & ~(values == 0).any(axis=1)
        return {int(m): alone & holds[:, m] for m in np.flatnonzero((holds.T & alone).any(axis=1))}

    def _ordered(self, order: Order, candidates: Trits, *, alone: bool) -> Trits:
        if order.anchor is None:
            return place_in(self.facts, self.deeds, order, candidates, anchor=-1, alone=alone)
        values = np.where(candidates < 0, -1, 0).astype(np.int8)
        for m, when in self._anchors(order.anchor).items():
            others = candidates.copy()
            others[:, m] = -1
            found = place_in(self.facts, self.deeds, order, others, anchor=m, alone=alone)
            values = np.where(when[:, None], found, values).astype(np.int8)
        return values
