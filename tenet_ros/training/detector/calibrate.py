"""Probabilities that mean what they say: Platt's scaling of each kind of output."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import expit

from tenet_ros.training.detector.deploy import Calibration

__all__ = ['fit', 'platt']

_EDGE = 1e-6
"""Probabilities are kept so far from 0 and 1: their logits are finite."""


def platt(answers: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Return factor and offset on logits that make probabilities likeliest.

    Platt, "Probabilistic outputs for support vector machines" (1999).

    Args:
        answers: uncalibrated probability and whether (1, 0) it was right; both must occur.

    >>> sure_and_half_wrong = [(0.99, 1.0), (0.99, 0.0), (0.01, 0.0), (0.01, 0.0), (0.02, 1.0)]
    >>> factor, offset = platt(sure_and_half_wrong)
    >>> 0 < factor < 0.5
    True
    """
    probability, right = np.asarray(answers, np.float64).T
    clipped = np.clip(probability, _EDGE, 1 - _EDGE)
    features = np.stack([np.log(clipped / (1 - clipped)), np.ones(len(right))], axis=1)

    def loss(weights: npt.NDArray[np.float64]) -> tuple[float, npt.NDArray[np.float64]]:
        logits = features @ weights
        entropy = np.logaddexp(0.0, logits) - right * logits
        return float(entropy.mean()), features.T @ (expit(logits) - right) / len(right)

    found = minimize(loss, np.asarray([1.0, 0.0]), jac=True, method='BFGS')
    return float(found.x[0]), float(found.x[1])


def fit(answers: dict[str, list[tuple[float, float]]]) -> Calibration:
    """Return the calibration for ``Figures.answers`` of an uncalibrated model."""
    return Calibration(**{name: platt(pairs) for name, pairs in answers.items()})
