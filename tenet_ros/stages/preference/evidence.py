"""Evidence as log odds: what is said about a track adds up."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ['Array', 'bounded', 'compete', 'condition', 'finite', 'log_odds', 'logistic', 'soft_cap']

Array = npt.NDArray[np.float64]


def bounded(values: npt.NDArray[Any], low: float, high: float) -> npt.NDArray[Any]:
    """Return values cut to a range: ``numpy.clip``, whose detours cost more than a few tracks do.

    >>> bounded(np.asarray([-2.0, 0.5, 2.0]), 0.0, 1.0).tolist()
    [0.0, 0.5, 1.0]
    """
    return np.asarray(np.minimum(np.maximum(values, low), high))


def finite(values: Array) -> Array:
    """Return ``numpy.nan_to_num`` of values, at little cost where there is nothing to mend.

    >>> finite(np.asarray([0.5, np.nan])).tolist()
    [0.5, 0.0]
    """
    return values if np.isfinite(values).all() else np.nan_to_num(values)


def logistic(logits: npt.NDArray[Any]) -> Array:
    """Return the probability of each logit, float64 in (0, 1).

    >>> logistic(np.asarray([0.0, 700.0, -700.0])).round(3).tolist()
    [0.5, 1.0, 0.0]
    """
    return np.asarray(1.0 / (1.0 + np.exp(-bounded(logits, -60.0, 60.0))), np.float64)


def log_odds(probabilities: npt.NDArray[Any], floor: float = 1e-3) -> Array:
    """Return the logit of each probability, kept ``floor`` away from 0 and 1.

    >>> log_odds(np.asarray([0.5, 0.0])).round(2).tolist()
    [0.0, -6.91]
    """
    kept = bounded(np.asarray(probabilities, np.float64), floor, 1.0 - floor)
    return np.asarray(np.log(kept / (1.0 - kept)), np.float64)


def soft_cap(logits: Array, cap: float) -> Array:
    """Return logits that never exceed ``cap``; far below it they are unchanged.

    >>> soft_cap(np.asarray([-9.0, 0.0, 9.0]), 2.0).round(2).tolist()
    [-9.0, 0.0, 2.0]
    """
    return np.asarray(np.where(logits > 0, cap * np.tanh(logits / cap), logits), np.float64)


def condition(logits: Array, cap: float, bonus: float) -> Array:
    """Return the evidence of a condition: it excludes what misses it, and hardly vouches for more.

    That something is on the left says little of whether it is a bus.

    Args:
        logits: log odds that the condition holds.
        cap: most that missing it may say.
        bonus: most that meeting it may say.

    >>> condition(np.asarray([-9.0, -1.0, 0.0, 1.5, 9.0]), 3.0, 0.5).tolist()
    [-3.0, -1.0, 0.0, 0.25, 0.5]
    """
    kept = bounded(logits, -cap, cap)
    return np.asarray(np.where(kept > 0, kept * (bonus / cap), kept), np.float64)


def compete(logits: Array) -> Array:
    """Return the posterior log odds of each hypothesis if exactly one, or none, is true.

    With the odds ``e^L`` of each hypothesis against "none", the posterior of one is
    ``e^Li / (1 + sum e^Lj)``, that is, log odds ``Li - log(1 + sum of the others' e^Lj)``: Bayes
    with exclusive hypotheses.

    >>> compete(np.asarray([2.0, 2.0])).round(2).tolist()
    [-0.13, -0.13]
    """
    odds = np.exp(np.clip(logits, -30.0, 30.0))
    return np.asarray(logits - np.log1p(odds.sum() - odds), np.float64)
