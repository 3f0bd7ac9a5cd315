"""Drawing what might be said about a clip: things, names for them, what they do and where."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TypeVar

import numpy as np

from tenet_ros.sim.expressions.meaning import Deed, Name, Place
from tenet_ros.sim.expressions.names import colour_of, resembles
from tenet_ros.sim.expressions.referent import Clip
from tenet_ros.sim.scene import Thing

__all__ = ['BESIDE', 'Draw']

_T = TypeVar('_T')
BESIDE = (Place.LEFT_OF, Place.RIGHT_OF, Place.BEHIND, Place.IN_FRONT_OF, Place.NEAR)
"""Relations in which most things stand to most others."""
_LASTING_S = 0.5
"""Seconds for which something must hold to be worth proposing."""


class Draw:
    """Draws what a sentence might say about a clip.

    Attributes:
        clip: the clip.
        rng: the source of chance.
        used: how often each thing has been a target so far.
        visible: things that are clear in a good part of the clip.
        alone: whether no arm or screen is ever to be seen, which "the thing" could mean too.
    """

    def __init__(self, clip: Clip, rng: np.random.Generator) -> None:
        self.clip, self.rng = clip, rng
        self.used: Counter[int] = Counter()
        share = clip.facts.clear.mean(axis=0)
        self.visible = [i for i in range(clip.facts.named) if share[i] > 0.2]
        self.alone = not clip.facts.helpers
        self.categories = Counter(thing.category for thing in self.things)
        self._busy: dict[tuple[Deed, ...], list[int]] = {}

    @property
    def things(self) -> tuple[Thing, ...]:
        """The named things."""
        return self.clip.facts.things

    def one_of(self, options: Sequence[_T]) -> _T:
        """Return one of the options."""
        return options[int(self.rng.integers(len(options)))]

    def often(self, share: float) -> bool:
        """Return True in that share of the cases."""
        return bool(self.rng.random() < share)

    def thing(self, among: Sequence[int] | None = None) -> int:
        """Return a thing to speak of, those least spoken of first; -1 if there is none."""
        among = self.visible if among is None else among
        if not among:
            return -1
        weights = np.array([0.25 ** self.used[i] for i in among])
        return int(self.rng.choice(list(among), p=weights / weights.sum()))

    def twins(self) -> list[int]:
        """Return the visible things that share their category with another."""
        return [i for i in self.visible if self.categories[self.things[i].category] > 1]

    def name(self, i: int, *, colour: float = 0.3, anonymous: float = 0.0) -> Name:
        """Return a name that fits thing ``i``: with its colour, or with no noun, that often."""
        thing = self.things[i]
        category = '' if self.alone and self.often(anonymous) else thing.category
        return Name(category=category, colour=thing.colour if self.often(colour) else '')

    def anchor(self, *targets: int) -> tuple[int, Name]:
        """Return something else with a name that only it has, (-1, no name) if there is none."""
        options = []
        for m in self.visible:
            if m in targets:
                continue
            thing = self.things[m]
            others = [t for k, t in enumerate(self.things) if k != m]
            alike = [t for t in others if resembles(t.category, thing.category) >= 0]
            if not alike:
                options.append((m, Name(category=thing.category)))
            if all(colour_of(t, thing.colour) < 0 for t in alike):
                options.append((m, Name(category=thing.category, colour=thing.colour)))
        return self.one_of(options) if options else (-1, Name())

    def places(self, i: int, m: int) -> list[Place]:
        """Return the relations in which thing ``i`` stands to thing ``m`` for half a second."""
        least = self.clip.facts.count(_LASTING_S)
        places = (*BESIDE, Place.ON, Place.UNDER, Place.IN)
        return [p for p in places if (self.clip.place(p, (m,))[:, i] > 0).sum() >= least]

    def deeds(self, options: tuple[Deed, ...]) -> list[tuple[Deed, int]]:
        """Return who does or did what, clearly, for half a second."""
        least = self.clip.facts.count(_LASTING_S)
        found = []
        for deed in options:
            if not self.may(deed):
                continue
            does = (self.clip.deeds[deed] > 0).sum(axis=0) >= least
            found += [(deed, int(i)) for i in np.flatnonzero(does)]
        return found

    def deed(self, found: list[tuple[Deed, int]]) -> Deed:
        """Return one of the deeds found, plain "moving" only where there is little else to say."""
        deeds = sorted({deed for deed, _ in found})
        special = [deed for deed in deeds if deed is not Deed.MOVING]
        return self.one_of(special if special and self.often(0.7) else deeds)

    def may(self, deed: Deed) -> bool:
        """Return False where nothing in the clip can do it, to save the work of looking."""
        if deed in {Deed.CAME_BACK, Deed.ENTERED}:
            return bool(self.clip.facts.gone.any())
        return bool(self.clip.deeds.stirred.any())
