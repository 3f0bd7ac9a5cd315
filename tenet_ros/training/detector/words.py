"""Word vectors for training: all-MiniLM-L6-v2 reduced to its principal axes over a vocabulary.

The detector never sees a sentence model. It learns one matrix from these vectors into its own noun
space; the products of all of the vocabulary's vectors with that matrix are what is shipped.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from tenet_ros.errors import ConfigError
from tenet_ros.language.tabletop_nouns import TABLETOP_NOUNS
from tenet_ros.sim.catalogue import CATEGORIES
from tenet_ros.training.detector.vocabulary import EVERYDAY
from tenet_ros.types import FloatArray

__all__ = ['AXES', 'BaseVectors', 'Vocabulary', 'encode']

AXES = 96
"""Principal axes kept: nine tenths of the variance of everyday nouns."""

NEAR = 0.5
"""Cosine from which a word may be another name of a category: it is not taught as a wrong one."""

_SURE = 0.85
"""Weight in the noun table from which a noun names a category; below it, it is left open."""

_WRONG_WEIGHT = 0.3
"""Of a random word against a category: there are many, and each says little."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BaseVectors:
    """Words with their reduced sentence vectors.

    Attributes:
        words: V words.
        vectors: (V, AXES) float32, about unit length.
        mean: (384,) float32, subtracted from a sentence vector first.
        axes: (384, AXES) float32, then multiplied with it.
    """

    words: tuple[str, ...]
    vectors: FloatArray
    mean: FloatArray
    axes: FloatArray

    @classmethod
    def load(cls, path: Path) -> BaseVectors:
        """Return what ``save`` wrote.

        Raises:
            ConfigError: there is no such file.
        """
        if not path.is_file():
            raise ConfigError(
                f'expected word vectors at {path}, got no such file; run --words first'
            )
        with np.load(path) as file:
            return cls(
                words=tuple(str(word) for word in file['words']),
                vectors=file['vectors'].astype(np.float32),
                mean=file['mean'].astype(np.float32),
                axes=file['axes'].astype(np.float32),
            )

    def save(self, path: Path) -> None:
        """Write everything, vectors as float16."""
        np.savez_compressed(
            path,
            words=np.asarray(self.words),
            vectors=self.vectors.astype(np.float16),
            mean=self.mean.astype(np.float16),
            axes=self.axes.astype(np.float16),
        )


def encode(folder: Path) -> BaseVectors:
    """Return vectors for every word of the vocabulary and every name of a category.

    Args:
        folder: holds ``model.onnx`` and ``tokenizer.json`` of all-MiniLM-L6-v2.

    Raises:
        EngineError: the files are missing, or the package ``tokenizers`` is.
    """
    from tenet_ros.inference.minilm import SentenceEncoder, load_tokenizer
    from tenet_ros.inference.ort import OrtSession

    words = tuple(dict.fromkeys([*CATEGORIES, *TABLETOP_NOUNS, *EVERYDAY]))
    with OrtSession(folder / 'model.onnx', threads=1) as session:
        encoder = SentenceEncoder(session, load_tokenizer(folder / 'tokenizer.json'))
        batches = [encoder.encode(words[at : at + 64]) for at in range(0, len(words), 64)]
    raw = np.concatenate(batches)
    mean = raw.mean(axis=0)
    axes = np.linalg.svd(raw - mean, full_matrices=False)[2][:AXES].T
    axes = axes / np.linalg.norm((raw - mean) @ axes, axis=1).mean()
    return BaseVectors(
        words=words,
        vectors=np.asarray((raw - mean) @ axes, np.float32),
        mean=np.asarray(mean, np.float32),
        axes=np.asarray(axes, np.float32),
    )


class Vocabulary:
    """Draws words for a training step: categories, other nouns for them, and nouns for neither.

    Args:
        base: vectors of at least the categories and the nouns of ``TABLETOP_NOUNS``.
        nouns: how many nouns of that table go into a step.
        wrong: how many words that name nothing on a tabletop.
    """

    def __init__(self, base: BaseVectors, nouns: int = 48, wrong: int = 96) -> None:
        row = {word: number for number, word in enumerate(base.words)}
        self.vectors = torch.from_numpy(base.vectors)
        self.first = np.asarray([row[category] for category in CATEGORIES])
        self._nouns = np.asarray([row[n] for n in TABLETOP_NOUNS if n not in CATEGORIES])
        self._others = np.setdiff1d(np.arange(len(row)), [*self.first, *self._nouns])
        self._counts = nouns, wrong
        target, weight = _statements(base, row)
        self.target, self.weight = torch.from_numpy(target), torch.from_numpy(weight)

    def draw(self, rng: np.random.Generator) -> Tensor:
        """Return the rows of the words for one step, (S,) int64: every category comes first.

        What is true of them stands in ``target`` and ``weight``.
        """
        nouns = rng.choice(self._nouns, self._counts[0], replace=False)
        wrong = rng.choice(self._others, self._counts[1], replace=False)
        return torch.from_numpy(np.concatenate([self.first, nouns, wrong]).astype(np.int64))


def _statements(base: BaseVectors, row: dict[str, int]) -> tuple[FloatArray, FloatArray]:
    """Return whether each word names each category, (V, categories), and how much that counts."""
    target = np.zeros((len(row), len(CATEGORIES)), np.float32)
    weight = np.full_like(target, _WRONG_WEIGHT)
    unit = base.vectors / np.linalg.norm(base.vectors, axis=1, keepdims=True)
    for column, category in enumerate(CATEGORIES):
        fits = {noun: weights.get(category, 0.0) for noun, weights in TABLETOP_NOUNS.items()}
        named = [row[noun] for noun, value in fits.items() if value >= _SURE]
        near = (unit @ unit[named].T).max(axis=1) >= NEAR
        weight[near, column] = 0
        for noun, value in fits.items():
            target[row[noun], column] = value >= _SURE
            weight[row[noun], column] = 0 if 0 < value < _SURE else 1
    for column, category in enumerate(CATEGORIES):
        # What a category is called by its own name is never left open: a mug is not a cup.
        target[row[category]], weight[row[category]] = 0, 1
        target[row[category], column] = 1
    return target, weight
