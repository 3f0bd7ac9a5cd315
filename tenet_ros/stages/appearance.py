"""What a phrase says about colours, compared with the pixels of boxes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tenet_ros.language.expression import Phrase
from tenet_ros.stages.colours import COLOURS, ColourSamples
from tenet_ros.types import FloatArray

__all__ = ['Appearance']

_FLOOR = 0.05
"""A box of the wrong colour keeps this much: light may have changed the colour, not the object."""

_PART_FLOOR = 0.15
"""The same for clothes and other parts, whose place in the box is a guess."""

_SMALL_PART_FLOOR, _SMALL_PART_NEEDS = 0.3, 0.35
"""The same for parts of things that are not people: a dog's head is small, and anywhere."""

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

_PLACED = 1.2
"""Factor on the share that is enough where a garment is worn: there is more of it there."""

_ELSEWHERE = 0.6
"""What a garment's colour counts if it is on the person, but not where it should be worn: people
bend over, lie down and dance on their hands."""

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
    """One colour word, where to look for it, and how much of it is enough.

    Attributes:
        word: a key of ``COLOURS``.
        needs: factor on the share that is enough.
        region: a key of ``REGIONS`` where it should be, or '' for anywhere.
    """

    word: str
    needs: float
    region: str = ''

    def agreement(self, samples: ColourSamples) -> FloatArray:
        """Return (N,) float32 in [0, 1]: a smooth step over the share that has the colour."""
        anywhere = self._step(samples.share(self.word), self.needs)
        if not self.region:
            return anywhere
        share = samples.share(self.word, self.region)
        placed = self._step(share, self.needs * _PLACED)
        return np.asarray(np.maximum(placed, _ELSEWHERE * anywhere), np.float32)

    def _step(self, share: FloatArray, needs: float) -> FloatArray:
        low, high = _ENOUGH.get(self.word.split()[-1], _ENOUGH_CHROMATIC)
        step = np.clip((share - needs * low) / (needs * (high - low)), 0, 1)
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
        groups = [(_FLOOR, _together(phrase.colours, needs))]
        unwanted = list(_each(phrase.excluded_colours, needs))
        floor = _PART_FLOOR if person else _SMALL_PART_FLOOR
        needs = _PART_NEEDS if person else _SMALL_PART_NEEDS
        for part in phrase.parts:
            region = _REGION.get(part.noun, '') if person else ''
            groups.append((floor, _together(part.colours, needs, region)))
            unwanted += _each(part.excluded_colours, needs, region)
        return cls(wanted=tuple(g for g in groups if g[1]), unwanted=tuple(unwanted))

    def __bool__(self) -> bool:
        """Return whether any colour is asked for."""
        return bool(self.wanted or self.unwanted)

    def agreement(self, samples: ColourSamples) -> FloatArray:
        """Return how well each box fits: (N,) float32 in [0, 1], ones if nothing is asked for.

        A box fits as well as what fits worst, so that a long description does not fade away.
        """
        result = np.ones(len(samples.bins), np.float32)
        for floor, colours in self.wanted:
            mean = np.mean([colour.agreement(samples) for colour in colours], axis=0)
            result = np.minimum(result, np.maximum(mean, np.float32(floor)))
        for colour in self.unwanted:
            without = np.maximum(1 - colour.agreement(samples), np.float32(_FLOOR))
            result = np.minimum(result, without)
        return np.asarray(result, np.float32)


def _each(words: tuple[str, ...], needs: float, region: str = '') -> tuple[_Colour, ...]:
    """Return the known colours of a list, each for itself."""
    known = (word for word in words if word in COLOURS)
    return tuple(_Colour(word=word, needs=needs, region=region) for word in known)


def _together(words: tuple[str, ...], needs: float, region: str = '') -> tuple[_Colour, ...]:
    """Return the known colours of a list that share one object, so that each needs less of it."""
    count = sum(word in COLOURS for word in words)
    return _each(words, needs / max(1, count) ** 0.5, region)
