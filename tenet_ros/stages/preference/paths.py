"""Measures of paths: straight lines fitted to stretches of them, and how they turn.

Velocity and growth are slopes of least squares over the watched time, so the jitter of single
boxes counts little.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tenet_ros.stages.preference.evidence import Array
from tenet_ros.types import BoolArray, TrackSet

__all__ = ['Window', 'departed', 'sizes', 'stretches', 'turning']

_ORBIT_S = 4.0
"""How far back a path is looked at for turns, seconds."""
_LOOKS = 4
"""Least number of looks at a stretch of a path."""
_AWAY = 0.2
"""Box sizes from its first place at which a thing has plainly left it."""
_LEG_S = 0.3
"""Time over which a path's direction is taken, seconds."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Window:
    """Motion over a part of the history, or over each of W parts: then (W, N) in place of (N,).

    Attributes:
        velocity: (N, 2) box sizes per second, x right and y down.
        growth: (N,) d log(size)/dt, per second.
        stir: (N,) deviation from steady motion and shape, box sizes.
        sway: (N,) the part of it that is the shape's: of the log of the aspect.
        watched_s: (N,) time between the first and the last valid position, seconds.
    """

    velocity: Array
    growth: Array
    stir: Array
    sway: Array
    watched_s: Array

    @classmethod
    def of(cls, boxes: Array, valid: BoolArray, times_s: Array) -> Window:
        """Fit straight lines to (N, T, 4) boxes at (T,) times, where ``valid``, (N, T) or more."""
        weight = valid.astype(np.float64)
        count = np.maximum(weight.sum(axis=-1), 1.0)
        log_extent = np.log(np.maximum(boxes[..., 2:] - boxes[..., :2], 1.0))
        log_size = log_extent.mean(axis=2)
        size = np.exp((weight * log_size).sum(axis=-1) / count)
        centre = (boxes[..., :2] + boxes[..., 2:]) / 2
        # Position, log size, log aspect: five lines per track, fitted at once.
        shape = (log_extent[..., 1] - log_extent[..., 0])[..., None]
        values = np.concatenate([centre, log_size[..., None], shape], axis=2)
        mean_t = (weight * times_s).sum(axis=-1) / count
        t = (times_s - mean_t[..., None]) * weight
        mean = np.einsum('...nt,ntk->...nk', weight, values) / count[..., None]
        rest = (values - mean[..., None, :]) * weight[..., None]
        spread = np.maximum((t * t).sum(axis=-1), 1e-6)
        slope = np.einsum('...nt,...ntk->...nk', t, rest) / spread[..., None]
        error = rest - slope[..., None, :] * t[..., None]
        across, down, _, bend = np.moveaxis((error * error).sum(axis=-2) / count[..., None], -1, 0)
        first = np.where(valid, times_s, np.inf).min(axis=-1, initial=np.inf)
        last = np.where(valid, times_s, -np.inf).max(axis=-1, initial=-np.inf)
        watched = np.where(np.isfinite(first) & np.isfinite(last), last - first, 0.0)
        slope = np.where(((count >= 3) & (watched > 0))[..., None], slope, 0.0)
        return cls(
            velocity=slope[..., :2] / size[..., None],
            growth=slope[..., 2],
            stir=np.sqrt((across + down) / size**2 + bend),
            sway=np.sqrt(bend),
            watched_s=watched,
        )


def stretches(times_s: Array, length_s: float) -> list[npt.NDArray[np.intp]]:
    """Cut times into stretches, the newest first; each shares an end with the next.

    A stretch is as long as ``length_s``, or longer where looks are rare: it takes a few of them
    to tell motion from jitter.

    Args:
        times_s: (T,) ascending.
        length_s: least length, less a tenth so that nothing small is left over.

    >>> [s.tolist() for s in stretches(np.asarray([-6.0, -5.0, -4.0, -3.0, -2.0]), 1.0)]
    [[1, 2, 3, 4], [0, 1, 2, 3]]
    """
    found, end = [], len(times_s) - 1
    while end > 0:
        start = end
        while start > 0 and (
            times_s[end] - times_s[start] < 0.9 * length_s or end - start < _LOOKS - 1
        ):
            start -= 1
        last = min(max(end, start + _LOOKS - 1), len(times_s) - 1)
        found.append(np.arange(start, last + 1))
        end = start
    return found


def departed(tracks: TrackSet, times_s: Array, size: Array) -> Array:
    """Return how long ago each track first was plainly away from where it began, (N,) seconds.

    0 where it never was.

    Args:
        tracks: with their history.
        times_s: (T,) of the history, now is 0.
        size: (N,) pixels.
    """
    if not tracks.history.size:
        return np.zeros(len(tracks))
    valid = tracks.history_valid
    boxes = tracks.history.astype(np.float64)
    centre = (boxes[..., :2] + boxes[..., 2:]) / 2
    # The first few places together: the first box of a track is its worst.
    early = valid & (np.cumsum(valid, axis=1) <= 3)
    began = (centre * early[..., None]).sum(axis=1) / np.maximum(early.sum(axis=1), 1)[:, None]
    distance = np.hypot(*(centre - began[:, None]).transpose(2, 0, 1)) / size[:, None]
    away = valid & (distance > _AWAY)
    # Twice in a row: a single box may be wrong.
    away[:, :-1] &= away[:, 1:]
    return np.asarray(np.where(away.any(axis=1), -times_s[away.argmax(axis=1)], 0.0), np.float64)


def turning(tracks: TrackSet, times_s: Array, size: Array, floor: Array) -> Array:
    """Return the turn of each track's direction over the history, (N,) radians.

    The path is cut into legs; the angles between one leg and the next add up on a circle, however
    foreshortened, and cancel on a path that sways. Legs too short to have a direction count less.
    """
    backwards = [len(times_s) - 1]
    for index in range(len(times_s) - 2, -1, -1):
        if times_s[backwards[-1]] - times_s[index] > _LEG_S - 1e-6 and times_s[index] >= -_ORBIT_S:
            backwards.append(index)
    picked = np.asarray(backwards[::-1])
    if len(picked) < 3:
        return np.zeros(len(tracks))
    boxes = tracks.history[:, picked].astype(np.float64)
    valid = tracks.history_valid[:, picked]
    legs = np.diff((boxes[..., :2] + boxes[..., 2:]) / 2, axis=1) / size[:, None, None]
    legs *= (valid[:, 1:] & valid[:, :-1])[..., None]
    a, b = legs[:, :-1], legs[:, 1:]
    cross = a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0]
    angle = np.arctan2(cross, (a * b).sum(axis=2))
    shorter = np.minimum(np.hypot(*a.transpose(2, 0, 1)), np.hypot(*b.transpose(2, 0, 1)))
    least = floor[:, None] * np.diff(times_s[picked])[None, 1:]
    sure = 1.0 - np.exp(-((shorter / least) ** 2))
    return np.asarray(np.abs((angle * sure).sum(axis=1)), np.float64)


def sizes(tracks: TrackSet) -> Array:
    """Return the root of each box's area, (N,) pixels, at least 1."""
    extent = np.maximum(tracks.boxes[:, 2:] - tracks.boxes[:, :2], 1.0).astype(np.float64)
    return np.asarray(np.sqrt(extent[:, 0] * extent[:, 1]), np.float64)
