"""The reference proposal: a detector's own top answer to a whole sentence (arXiv 2510.07319)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tenet_ros.types import FloatArray, IntArray

__all__ = ['top_answers']


def top_answers(
    phrase_scores: FloatArray, targets: Sequence[Sequence[int]], threshold: float
) -> IntArray:
    """Return the top row for each expression, (E,) int64, -1 where none reaches ``threshold``.

    Args:
        phrase_scores: (N, P) float32 in [0, 1].
        targets: E, the columns of the phrases that each expression means.
        threshold: least phrase score of an answer.

    >>> top_answers(np.asarray([[0.2, 0.9], [0.4, 0.1]], np.float32), [(0,), (1,)], 0.5).tolist()
    [-1, 0]
    """
    answer = np.full(len(targets), -1, np.int64)
    if len(phrase_scores):
        for index, columns in enumerate(targets):
            best = phrase_scores[:, list(columns)].max(axis=1)
            row = int(best.argmax())
            if best[row] >= threshold:
                answer[index] = row
    return answer
