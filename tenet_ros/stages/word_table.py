"""Nouns as vectors in a detector's embedding space, without a text model.

A text-aligned detector gives every box an embedding; the dot product with a noun's vector says how
well the noun fits. The vectors of some two thousand everyday nouns come with the detector. Other
words need a sentence encoder, if there is one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from zipfile import BadZipFile

import numpy as np

from tenet_ros.errors import EngineError
from tenet_ros.types import FloatArray

__all__ = ['TextEncoder', 'WordTable', 'sigmoid']

_FIELDS = (
    'words', 'vectors', 'bias', 'categories', 'prototypes', 'colours', 'patterns', 'mean', 'matrix',
)  # fmt: skip

FOUND = 0.3
"""A noun is findable if a typical thing of some trained category would get at least this score."""


class TextEncoder(Protocol):
    """Turns short texts into sentence vectors; see ``inference.minilm.SentenceEncoder``."""

    def encode(self, texts: Sequence[str]) -> FloatArray:
        """Return one vector of length 1 per text, (texts, D) float32."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WordTable:
    """The words of a text-aligned detector.

    A box with noun embedding e fits a noun with vector v with probability
    ``sigmoid(e @ v + bias)``.

    Attributes:
        words: V nouns and compounds, lower case, lemmas.
        vectors: (V, K) float32.
        bias: of every noun.
        categories: names of the C kinds of things that it was trained on; all are in ``words``.
        prototypes: (C, K) float32, mean noun embedding of each kind.
        colours: colour words that have an output each, in output order.
        patterns: attributes that have an output each, in output order.
        mean: (D,) float32 of sentence vectors.
        matrix: (D, K) float32; ``(sentence vector - mean) @ matrix`` is a noun's vector.
    """

    words: tuple[str, ...]
    vectors: FloatArray
    bias: float
    categories: tuple[str, ...]
    prototypes: FloatArray
    colours: tuple[str, ...]
    patterns: tuple[str, ...]
    mean: FloatArray
    matrix: FloatArray

    @classmethod
    def load(cls, path: Path) -> WordTable:
        """Read a table that ``save`` wrote.

        Raises:
            EngineError: the file is missing or is something else.
        """
        try:
            with np.load(path) as file:
                fields = {name: file[name] for name in _FIELDS}
        except (OSError, EOFError, KeyError, ValueError, BadZipFile) as error:
            reason = ' '.join(str(error).split())
            raise EngineError(
                f'word table: expected one at {path}, got {reason}; reinstall the package'
            ) from error

        def names(name: str) -> tuple[str, ...]:
            return tuple(str(word) for word in fields[name])

        def numbers(name: str) -> FloatArray:
            return np.asarray(fields[name], np.float32)

        return cls(
            words=names('words'),
            vectors=numbers('vectors'),
            bias=float(fields['bias']),
            categories=names('categories'),
            prototypes=numbers('prototypes'),
            colours=names('colours'),
            patterns=names('patterns'),
            mean=numbers('mean'),
            matrix=numbers('matrix'),
        )

    def save(self, path: Path) -> None:
        """Write the table, its numbers as float16."""
        fields: dict[str, Any] = {name: np.asarray(getattr(self, name)) for name in _FIELDS}
        np.savez_compressed(
            path,
            **{
                name: value.astype(np.float16) if value.dtype == np.float32 else value
                for name, value in fields.items()
            },
        )

    def vector(self, noun: str, encoder: TextEncoder | None = None) -> FloatArray | None:
        """Return the vector of a noun, (K,) float32, or None where there is none.

        Args:
            noun: lower case, a lemma.
            encoder: of words that the table does not have.
        """
        if noun in self.words:
            return np.asarray(self.vectors[self.words.index(noun)])
        if encoder is None:
            return None
        return np.asarray((encoder.encode([noun])[0] - self.mean) @ self.matrix, np.float32)

    def findable(self, vector: FloatArray) -> bool:
        """Return whether a typical thing of some trained kind would be called so.

        The table knows more words than the detector knows things: "elephant" has a vector, and
        nothing that was trained on comes near it.
        """
        return bool((sigmoid(self.prototypes @ vector + self.bias) >= FOUND).any())


def sigmoid(logits: FloatArray) -> FloatArray:
    """Return ``1 / (1 + exp(-logits))`` without overflow, float32."""
    return np.asarray(0.5 * (1 + np.tanh(0.5 * logits)), np.float32)
