"""How a detector with fixed classes answers phrases with open words."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tenet_ros.language.expression import Prompt
from tenet_ros.stages.appearance import Appearance
from tenet_ros.stages.colours import sample
from tenet_ros.stages.nouns import NounMatcher
from tenet_ros.stages.reference import top_answers
from tenet_ros.types import BoolArray, FloatArray, IntArray, UInt8Array

__all__ = ['ClassPhrases', 'prepare_phrases']

_WORTH_A_LOOK = 0.02
"""Below this score colours are not measured: they could not make the box matter."""

_PERSON = 'person'


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ClassPhrases:
    """A prompt in terms of a detector's classes.

    Attributes:
        class_weights: (P, C) float32 in [0, 1], how well each class fits each phrase's noun.
        any_object: (P,) bool, phrases without a noun, which every box fits.
        appearances: P, what each phrase says about colours.
        targets: for each expression the columns of the phrases that it means.
        unknown: nouns that no class fits, each once; their columns are always zero. Clothes and
            other parts whose colours are compared with the pixels of their owner are not among
            them, though their own columns are zero too.
    """

    class_weights: FloatArray
    any_object: BoolArray
    appearances: tuple[Appearance, ...]
    targets: tuple[tuple[int, ...], ...]
    unknown: tuple[str, ...]

    @property
    def findable(self) -> tuple[bool, ...]:
        """For each phrase, whether any class fits its noun."""
        return tuple(bool(known) for known in self.class_weights.any(axis=1) | self.any_object)

    def score(
        self, image: UInt8Array, boxes: FloatArray, scores: FloatArray, evidence: FloatArray
    ) -> FloatArray:
        """Return how well each box fits each phrase, (N, P) float32 in [0, 1].

        Args:
            image: (H, W, 3) uint8 RGB.
            boxes: (N, 4) float32 xyxy source pixels, each with area inside the image.
            scores: (N,) float32, confidence that the box is an object at all.
            evidence: (N, C) float32, confidence that it is an object of each class.
        """
        # Classes exclude each other, so what several members of a group have adds up.
        fit = np.minimum(evidence @ self.class_weights.T, np.float32(1))
        fit = np.where(self.any_object, scores[:, None], fit).astype(np.float32)
        coloured = [column for column, look in enumerate(self.appearances) if look]
        rows = np.flatnonzero((fit[:, coloured] > _WORTH_A_LOOK).any(axis=1))
        if len(rows):
            samples = sample(image, boxes[rows])
            for column in coloured:
                fit[rows, column] *= self.appearances[column].agreement(samples)
        return fit

    def reference(self, phrase_scores: FloatArray, threshold: float) -> IntArray:
        """Return the reference proposals, (E,) int64; see ``top_answers``."""
        return top_answers(phrase_scores, self.targets, threshold)


def prepare_phrases(prompt: Prompt, matcher: NounMatcher, classes: tuple[str, ...]) -> ClassPhrases:
    """Match every phrase of a prompt to classes, once per command.

    Args:
        prompt: the phrases.
        matcher: made for ``classes``.
        classes: the detector's classes in its order.
    """
    phrases = prompt.phrases
    weights = np.zeros((len(phrases), len(classes)), np.float32)
    for row, phrase in enumerate(phrases):
        weights[row] = matcher.weights(phrase)
    person = classes.index(_PERSON) if _PERSON in classes else None
    # A person is meant where no class fits the noun better: "man", but not "animal".
    is_person = [
        person is not None and row[person] > 0 and row[person] == row.max() and row.min() < 1
        for row in weights
    ]
    seen_as_parts = {part.noun for phrase in phrases for part in phrase.parts if part.colours}
    unmatched = (p.noun for p, row in zip(phrases, weights, strict=True) if not row.any())
    unknown = [noun for noun in unmatched if noun not in seen_as_parts]
    return ClassPhrases(
        class_weights=weights,
        any_object=np.asarray([not phrase.noun for phrase in phrases], np.bool_),
        appearances=tuple(
            Appearance.of(phrase, person=human)
            for phrase, human in zip(phrases, is_person, strict=True)
        ),
        targets=tuple(
            tuple(query.first_column + phrase for phrase in query.expression.targets)
            for query in prompt.queries
        ),
        unknown=tuple(dict.fromkeys(unknown)),
    )
