"""Streaming accuracy: at every moment, the truth of now against the newest answer known by now.

The pairing of streaming perception (arXiv 2005.10420, "sAP"). A late answer is scored against a
world that has moved on, and no answer yet is an empty mask, so latency costs accuracy by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from tenet_ros.errors import ContractError
from tenet_ros.evaluation.masks import SentenceScore, score_sentence
from tenet_ros.types import IntArray, UInt8Array

__all__ = ['newest_published', 'score_streaming']


def newest_published(truth_ns: IntArray, published_ns: IntArray) -> IntArray:
    """Return for each moment the result that a subscriber would hold.

    Args:
        truth_ns: (T,) int64, when each frame of the ground truth was presented.
        published_ns: (K,) int64, when each result came out, ascending, on the same clock.

    Returns:
        (T,) int64 index of the last result with ``published_ns <= truth_ns``; -1 before the first.

    Raises:
        ContractError: the publish times descend.

    >>> newest_published(np.asarray([0, 10, 20, 30]), np.asarray([10, 12, 31])).tolist()
    [-1, 0, 1, 1]
    """
    if np.any(np.diff(published_ns) < 0):
        raise ContractError('published_ns: expected ascending times, got a step back; sort them')
    return np.asarray(np.searchsorted(published_ns, truth_ns, side='right') - 1, np.int64)


def score_streaming(
    *,
    truth_ns: IntArray,
    labels: Sequence[UInt8Array],
    published_ns: IntArray,
    masks: Sequence[npt.NDArray[Any]],
    object_ids: Sequence[int],
) -> SentenceScore:
    """Score what was published for one sentence, each frame by what was known at its moment.

    Args:
        truth_ns: (T,) int64, when each frame of the ground truth was presented.
        labels: T label images, (H, W) uint8, pixel value = object id, 0 = background.
        published_ns: (K,) int64, when each mask was published, ascending, on the same clock.
        masks: K masks of (H, W), set where non-zero.
        object_ids: what the sentence refers to; none for a no-target sentence.

    Returns:
        The score of each ground-truth frame; its ``jf`` is the streaming J&F.

    Raises:
        ContractError: counts or sizes differ, or the publish times descend.
    """
    if len(truth_ns) != len(labels) or len(published_ns) != len(masks):
        raise ContractError(
            f'expected one time per label image and per mask, got {len(truth_ns)} times for '
            f'{len(labels)} label images and {len(published_ns)} for {len(masks)} masks'
        )
    pairs = newest_published(truth_ns, published_ns)
    held = [
        masks[k] if k >= 0 else np.zeros_like(truth) for k, truth in zip(pairs, labels, strict=True)
    ]
    return score_sentence(held, labels, object_ids)
