"""Nouns as vectors in a detector's embedding space, without a text model.

A text-aligned detector gives every box an embedding; its dot product with a noun's vector says how
well the noun fits. The vectors of some two thousand everyday nouns come with the detector. Other
words need a sentence encoder, if there is one, and borrow the vector of the likest known noun.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol
from zipfile import BadZipFile

import numpy as np

from tenet_ros.errors import EngineError
from tenet_ros.types import FloatArray

__all__ = ['FAR', 'NEAR', 'TRUST', 'Noun', 'TextEncoder', 'WordTable', 'sigmoid']

FOUND = 0.3
"""A noun is findable if it fits things of some trained category at least so well."""

FAR, NEAR = 0.75, 0.85
"""Cosine of reduced sentence vectors up to which the likeness of two nouns is of spelling or of
scene ("pane" and "pan" 0.78), and from which one may stand for the other ("cooking pan" and
"frying pan" 0.89). Of nouns whose nearest other name is nearer than 0.8, it names the same thing
for 94 in 100."""

TRUST = 0.8
"""Weight of the best possible likeness: less than a name's own."""


class TextEncoder(Protocol):
    """Turns short texts into sentence vectors; see ``inference.minilm.SentenceEncoder``."""

    def encode(self, texts: Sequence[str]) -> FloatArray:
        """Return one vector of length 1 per text, (texts, D) float32."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Noun:
    """A noun as a detector understands it.

    Attributes:
        vector: (K,) float32.
        bias: added to the dot product; the sum is a logit.
        weight: factor on the probability, less than 1 for a noun that borrows its vector.
        fits: how well it fits things of the category that it fits best, in [0, 1].
    """

    vector: FloatArray
    bias: float
    weight: float
    fits: float

    @property
    def findable(self) -> bool:
        """Whether the detector was trained on anything that is called so.

        The table knows more words than the detector knows things: "elephant" has a vector, and
        it fits nothing.
        """
        return self.fits >= FOUND

    def score(self, embeddings: FloatArray) -> FloatArray:
        """Return how well boxes fit, (N,) float32 in [0, 1], of their (N, K) embeddings."""
        return np.asarray(self.weight * sigmoid(embeddings @ self.vector + self.bias), np.float32)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WordTable:
    """The words of a text-aligned detector.

    Attributes:
        words: V nouns and compounds, lower case, lemmas.
        vectors: (V, K) float32.
        biases: (V,) float32.
        weights: (V,) float32 in [0, 1], of nouns that are understood by their likeness to others.
        fits: (V,) float32, how well each fits things of the category that it fits best.
        meanings: (V, M) float32 of length 1, by which other words are compared with these.
        categories: names of the C kinds of things that it was trained on; all are in ``words``.
        colours: colour words that have an output each, in output order.
        patterns: attributes that have an output each, in output order.
        mean: (D,) float32 of sentence vectors.
        axes: (D, M) float32; ``(sentence vector - mean) @ axes`` is a word's meaning.
    """

    words: tuple[str, ...]
    vectors: FloatArray
    biases: FloatArray
    weights: FloatArray
    fits: FloatArray
    meanings: FloatArray
    categories: tuple[str, ...]
    colours: tuple[str, ...]
    patterns: tuple[str, ...]
    mean: FloatArray
    axes: FloatArray

    @classmethod
    def load(cls, path: Path) -> WordTable:
        """Read a table that ``save`` wrote.

        Raises:
            EngineError: the file is missing or is something else.
        """
        try:
            with np.load(path) as file:
                fields = {name: file[name] for name in cls.__slots__}
        except (OSError, EOFError, KeyError, ValueError, BadZipFile) as error:
            reason = ' '.join(str(error).split())
            raise EngineError(
                f'word table: expected one at {path}, got {reason}; reinstall the package'
            ) from error
        values: dict[str, Any] = {
            name: tuple(str(word) for word in value)
            if value.dtype.kind == 'U'
            else np.asarray(value, np.float32)
            for name, value in fields.items()
        }
        return cls(**values)

    def save(self, path: Path) -> None:
        """Write the table, its numbers as float16."""
        fields: dict[str, Any] = {name: np.asarray(getattr(self, name)) for name in self.__slots__}
        np.savez_compressed(
            path,
            **{
                name: value.astype(np.float16) if value.dtype == np.float32 else value
                for name, value in fields.items()
            },
        )

    def noun(self, word: str, encoder: TextEncoder | None = None) -> Noun | None:
        """Return what a noun means to the detector, or None where nobody knows it.

        Args:
            word: lower case, a lemma.
            encoder: of words that the table does not have.
        """
        if word in self.words:
            return self._row(self.words.index(word))
        if encoder is None:
            return None
        meaning = (encoder.encode([word])[0] - self.mean) @ self.axes
        likeness = self.meanings @ (meaning / max(float(np.linalg.norm(meaning)), 1e-9))
        best = int(likeness.argmax())
        trust = TRUST * min(max((float(likeness[best]) - FAR) / (NEAR - FAR), 0.0), 1.0)
        known = self._row(best)
        return replace(known, weight=trust * known.weight, fits=trust * known.fits)

    def _row(self, row: int) -> Noun:
        return Noun(
            vector=np.asarray(self.vectors[row]),
            bias=float(self.biases[row]),
            weight=float(self.weights[row]),
            fits=float(self.fits[row]),
        )


def sigmoid(logits: FloatArray) -> FloatArray:
    """Return ``1 / (1 + exp(-logits))`` without overflow, float32."""
    return np.asarray(0.5 * (1 + np.tanh(0.5 * logits)), np.float32)
