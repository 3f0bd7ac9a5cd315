"""What a phrase says about colours, compared with the pixels of boxes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tenet_ros.language.expression import Part, Phrase
from tenet_ros.stages.colours import COLOURS, ColourSamples
from tenet_ros.types import FloatArray

__all__ = ['Appearance']

_FLOOR = 0.05
"""A box of the wrong colour keeps this much: light may have changed the colour, not the object."""

_PART_FLOOR = 0.15
"""The same for clothes and other parts, whose place in the box is a guess."""

# Share of an object that has a colour: at the first it is hardly so named, from the second it is.
# Some need more: every object has shadows, and many a background is grey, green or brown.
_ENOUGH = {
    'black': (0.20, 0.48),
    'grey': (0.15, 0.42),
    'white': (0.10, 0.32),
    'silver': (0.15, 0.42),
    'green': (0.12, 0.34),
    'brown': (0.10, 0.32),
    'beige': (0.10, 0.30),
}
_ENOUGH_CHROMATIC = (0.07, 0.26)

_PART_NEEDS = 0.7
"""Clothes cover a part of a person, so a smaller share is enough."""

_REGION = {
    noun: region
    for region, nouns in {
        'head': 'head hair hat cap helmet beanie hood glasses sunglasses beard face mask turban',
        'upper': 'shirt t-shirt tshirt tee tee-shirt sweater sweatshirt jacket coat hoodie blouse '
        'top vest jersey pullover cardigan tie scarf blazer tunic apron',
        'lower': 'trousers pants jeans shorts skirt leggings tights',
        'feet': 'shoe boot sneaker sandal sock slipper',
    }.items()
    for noun in nouns.split()
}
"""Where clothes are on a person who stands or sits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Colour:
    """One colour word, where to look for it, and how much of it is enough."""

    word: str
    region: str
    low: float
    high: float

    def agreement(self, samples: ColourSamples) -> FloatArray:
        """Return (N,) float32 in [0, 1]: a smooth step over the share that has the colour."""
        share = samples.share(self.word, self.region)
        step = np.clip((share - self.low) / (self.high - self.low), 0, 1)
        return np.asarray(step * step * (3 - 2 * step), np.float32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Appearance:
    """The colours that one phrase asks for.

    Attributes:
        wanted: groups of colours, each with the least that it may multiply the answer by: the
            object's own colours, then those of each part. Within a group the mean counts.
        unwanted: colours that count against a box.
    """

    wanted: tuple[tuple[float, tuple[_Colour, ...]], ...] = ()
    unwanted: tuple[_Colour, ...] = ()

    @classmethod
    def of(cls, phrase: Phrase, *, person: bool) -> Appearance:
        """Read a phrase.

        Colour words that ``COLOURS`` does not have are left out: they say nothing here.

        Args:
            phrase: with ``colours``, ``excluded_colours`` and ``parts``.
            person: whether it names a person, whose colours are those of the clothes.
        """
        needs = _PART_NEEDS if person else 1.0
        groups = [(_FLOOR, _colours(phrase.colours, 'whole', needs))]
        unwanted = list(_colours(phrase.excluded_colours, 'whole', needs, each=True))
        for part in phrase.parts:
            region = _region(part, person=person)
            groups.append((_PART_FLOOR, _colours(part.colours, region, _PART_NEEDS)))
            unwanted += _colours(part.excluded_colours, region, _PART_NEEDS, each=True)
        return cls(wanted=tuple(g for g in groups if g[1]), unwanted=tuple(unwanted))

    def __bool__(self) -> bool:
        """Return whether any colour is asked for."""
        return bool(self.wanted or self.unwanted)

    def agreement(self, samples: ColourSamples) -> FloatArray:
        """Return how well each box fits: (N,) float32 in [0, 1], ones if nothing is asked for."""
        result = np.ones(len(samples.bins), np.float32)
        for floor, colours in self.wanted:
            mean = np.mean([colour.agreement(samples) for colour in colours], axis=0)
            result *= np.maximum(mean, np.float32(floor))
        for colour in self.unwanted:
            result *= np.maximum(1 - colour.agreement(samples), np.float32(_FLOOR))
        return result


def _colours(
    words: tuple[str, ...], region: str, needs: float, *, each: bool = False
) -> tuple[_Colour, ...]:
    """Return the known colours of a list; several that share an object need less each."""
    known = [word for word in words if word in COLOURS]
    scale = needs if each else needs / max(1, len(known)) ** 0.5
    return tuple(
        _Colour(word=word, region=region, low=scale * low, high=scale * high)
        for word in known
        for low, high in [_ENOUGH.get(word.split()[-1], _ENOUGH_CHROMATIC)]
    )


def _region(part: Part, *, person: bool) -> str:
    return _REGION.get(part.noun, 'whole') if person else 'whole'
