"""Where nothing has to move, what is written down speaks beside the head.

The evidence of the explicit preference is among the head's features, and still the head is worse
than it at relations between things that a good detector sees plainly: it has learned with worse
detectors, and to doubt. Where a sentence speaks of motion, or of several things, the head is the
better of the two by far. So for one thing without motion both are heard, by a weighted mean of
their log odds (a logarithmic opinion pool), and the rest is the head's alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from tenet_ros.language.expression import Query
from tenet_ros.stages.preference.learned_features import FITS, Features
from tenet_ros.stages.protocols import PreferenceScores
from tenet_ros.types import FloatArray

__all__ = ['with_rules']

_RULES = 0.6
"""Weight of the rules: from 0.5 to 0.7 makes no difference on clips kept for validation."""
_TOTAL_UNIT = np.float32(4.0)
"""Log odds of one unit in the features' column."""


def with_rules(
    scores: Sequence[PreferenceScores], queries: Sequence[Query], features: Features
) -> tuple[PreferenceScores, ...]:
    """Return scores that heed the explicit evidence where it is the better judge.

    Args:
        scores: of the head, for S sentences and all N tracks.
        queries: the S sentences.
        features: of these sentences and tracks.
    """
    explicit = _TOTAL_UNIT * features.fits[:, :, FITS['total'].start]
    best = explicit.max(axis=1).tolist()
    return tuple(
        _pooled(score, rules, most) if _is_static(query) else score
        for score, query, rules, most in zip(scores, queries, explicit, best, strict=True)
    )


def _is_static(query: Query) -> bool:
    return query.expression.count == 1 and not query.expression.speaks_of_motion


def _pooled(score: PreferenceScores, rules: FloatArray, most: float) -> PreferenceScores:
    """Return both opinions as one; the rules' null is against their best, ``most``."""
    null = (1 - _RULES) * score.null - _RULES * most
    logits = np.float32(1 - _RULES) * score.logits + np.float32(_RULES) * rules
    return replace(score, logits=logits, null=null)
