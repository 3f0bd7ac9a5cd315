"""Kalman filters of all tracks at once, without a matrix.

A box is centre and size: ``(x, y, w, h)``. Each of the four moves by itself, so a track's 8 x 8
covariance is four 2 x 2 blocks, an update divides by a scalar, and all tracks fit in one array.

The velocity is an Ornstein-Uhlenbeck process: it persists for about ``memory_s``, and its standard
deviation is ``spread`` when nothing is known. Compared with constant velocity, (1) predicting 0.1 s twice is
exactly predicting 0.2 s once, so frames may come at any interval; (2) a gap of seconds leaves a
finite velocity variance and a coasting box that comes to rest; (3) a new track's velocity has a
variance that means something, ``spread`` squared. Transition and noise: D. T. Gillespie, "Exact
numerical simulation of the Ornstein-Uhlenbeck process and its integral", 1996.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tenet_ros.types import FloatArray

__all__ = [
    'COVARIANCE',
    'DRIFT',
    'POSITION',
    'VARIANCE',
    'VELOCITY',
    'Filters',
    'MotionModel',
    'Transition',
    'Values',
    'box_scales',
    'corners',
    'predict',
    'to_centre_size',
    'update',
]

Filters = npt.NDArray[np.float64]
"""(N, 5, 4): per track and coordinate (x, y, w, h) the position, velocity, variance of the
position, covariance of both, variance of the velocity; pixels and seconds."""
Values = npt.NDArray[np.float64]

POSITION, VELOCITY, VARIANCE, COVARIANCE, DRIFT = range(5)


def to_centre_size(boxes: FloatArray) -> Values:
    """Return (N, 4) float64 x, y, w, h of (N, 4) xyxy boxes.

    >>> to_centre_size(np.asarray([[0, 0, 2, 4]], np.float32)).tolist()
    [[1.0, 2.0, 2.0, 4.0]]
    """
    low, high = boxes[:, :2].astype(np.float64), boxes[:, 2:].astype(np.float64)
    return np.concatenate([(low + high) / 2, high - low], axis=1)


def corners(boxes: Values) -> FloatArray:
    """Return (N, 4) float32 xyxy of (N, 4) x, y, w, h boxes.

    >>> corners(np.asarray([[1.0, 2.0, 2.0, 4.0]])).tolist()
    [[0.0, 0.0, 2.0, 4.0]]
    """
    result = np.empty(boxes.shape, np.float32)
    half = boxes[:, 2:] / 2
    result[:, :2] = boxes[:, :2] - half
    result[:, 2:] = boxes[:, :2] + half
    return result


def box_scales(boxes: Values) -> Values:
    """Return the size that noise is measured in: (N, 1), the root of each box's area, pixels."""
    return np.sqrt(_squares(boxes))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Transition:
    """What a stretch of time does to a filter: (4,) float64 each, or (N, 4) if it differs.

    Attributes:
        keep: share of the velocity that is left.
        reach: seconds for which the velocity has, in effect, lasted.
        noise: variance, covariance and velocity variance that are added, per squared box size.
    """

    keep: Values
    reach: Values
    noise: tuple[Values, Values, Values]


class MotionModel:
    """How boxes move."""

    def __init__(self, *, spread: Values, memory_s: Values) -> None:
        """Set the process.

        Args:
            spread: (4,) for x, y, w, h, standard deviation of the velocity, box sizes per second.
            memory_s: (4,) how long a velocity persists, seconds.
        """
        self._power = np.square(spread)
        self._memory_s = memory_s

    def start(self, boxes: Values, noise: Values) -> Filters:
        """Return filters of newly seen boxes, at rest as far as is known.

        Args:
            boxes: (N, 4) x, y, w, h.
            noise: (4,) standard deviation of the measurement, box sizes.
        """
        filters = np.zeros((len(boxes), 5, 4))
        filters[:, POSITION] = boxes
        filters[:, VARIANCE] = _squares(boxes) * np.square(noise)
        filters[:, DRIFT] = _squares(boxes) * self._power
        return filters

    def transition(self, seconds: float | Values) -> Transition:
        """Return the effect of ``seconds`` >= 0, one for all tracks or (N, 1)."""
        tau = self._memory_s
        fade = np.expm1(-seconds / tau)
        keep, reach = 1 + fade, -tau * fade
        return Transition(
            keep=keep,
            reach=reach,
            noise=(
                self._power * (2 * tau * (seconds - reach) - reach * reach),
                self._power * (reach * reach / tau),
                self._power * (1 - keep * keep),
            ),
        )


def predict(filters: Filters, by: Transition) -> None:
    """Move ``filters``, (N, 5, 4), on in place; boxes stay at least a pixel wide and high."""
    scale = _squares(filters[:, POSITION])
    cross = filters[:, COVARIANCE] + by.reach * filters[:, DRIFT]
    filters[:, POSITION] += by.reach * filters[:, VELOCITY]
    filters[:, VELOCITY] *= by.keep
    filters[:, VARIANCE] += by.reach * (filters[:, COVARIANCE] + cross) + scale * by.noise[0]
    filters[:, COVARIANCE] = by.keep * cross + scale * by.noise[1]
    filters[:, DRIFT] = by.keep * by.keep * filters[:, DRIFT] + scale * by.noise[2]
    np.maximum(filters[:, POSITION, 2:], 1.0, out=filters[:, POSITION, 2:])


def update(filters: Filters, measured: Values, noise: Values) -> None:
    """Correct ``filters`` in place by measured boxes.

    Args:
        filters: (N, 5, 4).
        measured: (N, 4) x, y, w, h.
        noise: (4,) standard deviation of the measurement, in shares of the measured box's size.
    """
    variance, covariance = filters[:, VARIANCE], filters[:, COVARIANCE]
    total = variance + _squares(measured) * np.square(noise)
    gain, gain_velocity = variance / total, covariance / total
    surprise = measured - filters[:, POSITION]
    filters[:, POSITION] += gain * surprise
    filters[:, VELOCITY] += gain_velocity * surprise
    filters[:, DRIFT] -= gain_velocity * covariance
    filters[:, VARIANCE : COVARIANCE + 1] *= (1 - gain)[:, None]


def _squares(boxes: Values) -> Values:
    """Return the square of each box's size: (N, 1), its area, pixels^2, at least one."""
    return np.maximum(boxes[:, 2:3] * boxes[:, 3:4], 1.0)
