"""Batches made harder or mirrored, so that the head learns structure rather than clips."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tenet_ros.stages.preference.learned_features import AGES_S, PAIRS, TRACKS
from tenet_ros.stages.preference.learned_sentence import UNKNOWN, WORD, mirrored_numbers
from tenet_ros.training.preference.examples import Batch

__all__ = ['forget_words', 'mirror']

_NO_WORDS = 0.2
"""Share of sentences all of whose words are unknown: what was read of them must do."""
_NO_WORD = 0.12
"""Share of words that are unknown in the others."""
_MIRROR = mirrored_numbers()


def forget_words(batch: Batch, rng: np.random.Generator) -> None:
    """Make some words unknown, in place: unseen paraphrases must be read by their structure."""
    words = batch.tokens[..., 0] == WORD
    lost = rng.random(words.shape) < _NO_WORD
    lost |= rng.random(words.shape[:2])[..., None] < _NO_WORDS
    lost &= words
    batch.tokens[lost, 1] = UNKNOWN
    rows = np.argwhere(lost)
    batch.tokens[rows[:, 0], rows[:, 1], rows[:, 2], 3:] = 0


def mirror(batch: Batch) -> None:
    """Exchange left and right, in place, in what is seen and in what is said."""
    history = batch.tracks[..., TRACKS['history']]
    history.reshape(*history.shape[:2], len(AGES_S), 5)[..., 0] *= -1
    for place in (TRACKS['velocity'].start, TRACKS['place'].start):
        batch.tracks[..., place] *= -1
    left = TRACKS['border'].start
    batch.tracks[..., [left, left + 2]] = batch.tracks[..., [left + 2, left]]
    offset, motion = PAIRS['offset'].start, PAIRS['motion'].start
    batch.pairs[..., [offset, offset + 2, motion + 1]] *= -1
    batch.tokens[:] = _mirrored(batch.tokens)


def _mirrored(tokens: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return the tokens with left for right; a mirrored word has no letter groups."""
    other = _MIRROR[tokens]
    turned = (other[..., 1] != tokens[..., 1]) & (tokens[..., 0] == WORD)
    other[turned, 3:] = 0
    return other
