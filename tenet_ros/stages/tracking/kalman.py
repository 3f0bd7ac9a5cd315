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

__all__ = ['Filters', 'MotionModel', 'Values', 'box_scales', 'corners', 'to_centre_size', 'update']

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
    return np.sqrt(np.maximum(boxes[:, 2:3] * boxes[:, 3:4], 1.0))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MotionModel:
    """How boxes move: (4,) float64 each, for x, y, w, h.

    Attributes:
        spread: standard deviation of the velocity, box sizes per second.
        memory_s: how long a velocity persists, seconds.
    """

    spread: Values
    memory_s: Values

    def start(self, boxes: Values, noise: Values) -> Filters:
        """Return filters of newly seen boxes, at rest as far as is known.

        Args:
            boxes: (N, 4) x, y, w, h.
            noise: (4,) standard deviation of the measurement, box sizes.
        """
        scale = box_scales(boxes)
        filters = np.zeros((len(boxes), 5, 4))
        filters[:, POSITION] = boxes
        filters[:, VARIANCE] = np.square(scale * noise)
        filters[:, DRIFT] = np.square(scale * self.spread)
        return filters

    def predict(self, filters: Filters, seconds: float | Values) -> None:
        """Move ``filters`` on in place.

        Args:
            filters: (N, 5, 4).
            seconds: >= 0, one for all or (N, 1).
        """
        tau = self.memory_s
        keep = np.exp(-seconds / tau)
        reach = -tau * np.expm1(-seconds / tau)
        spread = np.square(box_scales(filters[:, POSITION]) * self.spread)
        cross = filters[:, COVARIANCE] + reach * filters[:, DRIFT]
        filters[:, POSITION] += reach * filters[:, VELOCITY]
        filters[:, VELOCITY] *= keep
        filters[:, VARIANCE] += reach * (filters[:, COVARIANCE] + cross)
        filters[:, VARIANCE] += spread * (2 * tau * (seconds - reach) - reach * reach)
        filters[:, COVARIANCE] = keep * cross + spread * (reach * reach / tau)
        filters[:, DRIFT] = keep * keep * filters[:, DRIFT] + spread * (1 - keep * keep)
        np.maximum(filters[:, POSITION, 2:], 1.0, out=filters[:, POSITION, 2:])


def update(filters: Filters, measured: Values, noise: Values) -> None:
    """Correct ``filters`` in place by measured boxes.

    Args:
        filters: (N, 5, 4).
        measured: (N, 4) x, y, w, h.
        noise: (4,) standard deviation of the measurement, in shares of the measured box's size.
    """
    variance = filters[:, VARIANCE]
    total = variance + np.square(box_scales(measured) * noise)
    gain, gain_velocity = variance / total, filters[:, COVARIANCE] / total
    surprise = measured - filters[:, POSITION]
    filters[:, POSITION] += gain * surprise
    filters[:, VELOCITY] += gain_velocity * surprise
    filters[:, DRIFT] -= gain_velocity * filters[:, COVARIANCE]
    filters[:, COVARIANCE] *= 1 - gain
    filters[:, VARIANCE] *= 1 - gain
