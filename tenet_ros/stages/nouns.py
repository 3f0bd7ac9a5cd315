"""Which of a detector's classes a noun phrase means, and how well."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import numpy as np

from tenet_ros.language.coco_nouns import NOUN_CLASSES
from tenet_ros.language.expression import Phrase
from tenet_ros.language.grammar.inflection import singular
from tenet_ros.types import FloatArray

__all__ = ['NounLikeness', 'NounMatcher', 'compounds']


class NounLikeness(Protocol):
    """Compares words by meaning; for nouns that no table has."""

    def nearest(self, noun: str) -> tuple[str, float]:
        """Return the likest noun of the table and how far it may stand for ``noun``, in [0, 1]."""
        ...


class NounMatcher:
    """Turns the noun of a phrase into weights over a detector's classes.

    Args:
        classes: names of the detector's classes, in its order.
        likeness: asked about nouns that the table does not have.
        table: noun -> {class name: weight}; classes that the detector lacks are left out.
    """

    def __init__(
        self,
        classes: tuple[str, ...],
        likeness: NounLikeness | None = None,
        table: Mapping[str, Mapping[str, float]] = NOUN_CLASSES,
    ) -> None:
        self._column = {name: column for column, name in enumerate(classes)}
        self._likeness = likeness
        self._table = table

    def weights(self, phrase: Phrase) -> FloatArray:
        """Return how well each class fits the noun of ``phrase``.

        A compound goes before its head: a hot dog is not a dog, nor a teddy bear a bear.

        Returns:
            (C,) float32 in [0, 1]; ones where the phrase has no noun and so fits anything; zeros
            where nothing fits.

        >>> mug = Phrase(text='red mug', noun='mug')
        >>> NounMatcher(('cat', 'cup')).weights(mug).tolist()
        [0.0, 0.949999988079071]
        """
        if not phrase.noun:
            return np.ones(len(self._column), np.float32)
        for noun in compounds(phrase):
            weights = self._look_up(noun)
            if weights.any():
                return weights
        if self._likeness is None:
            return np.zeros(len(self._column), np.float32)
        noun, trust = self._likeness.nearest(phrase.noun)
        return np.asarray(self._look_up(noun) * trust, np.float32)

    def _look_up(self, noun: str) -> FloatArray:
        weights = np.zeros(len(self._column), np.float32)
        for name, weight in self._table.get(noun, {}).items():
            if name in self._column:
                weights[self._column[name]] = weight
        if noun in self._column:
            weights[self._column[noun]] = 1.0
        return weights


def compounds(phrase: Phrase) -> list[str]:
    """Return the noun with as many words before it as possible, then with fewer, then alone."""
    words = phrase.text.lower().split()
    head = phrase.noun.split()
    # The text has the noun as it was said, perhaps in the plural.
    ends = [n for n, word in enumerate(words) if head[-1] in {word, singular(word)[0]}]
    before = words[: ends[-1] - len(head) + 1] if ends else []
    return [' '.join([*before[start:], phrase.noun]) for start in range(len(before) + 1)]
