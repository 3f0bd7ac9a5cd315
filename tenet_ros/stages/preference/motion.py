"""What tracks do, from where they have been.

Speeds are in box sizes (roots of areas) per second: what looks like walking does so near and far.
Velocity and growth are slopes of least squares over the watched time, so the jitter of single
boxes counts little.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

import numpy as np

from tenet_ros.config import PreferenceConfig
from tenet_ros.language.expression import MotionKind
from tenet_ros.stages.preference.evidence import Array, logistic
from tenet_ros.types import BoolArray, TrackSet

__all__ = ['Movement']

_CONSENSUS = 0.5
"""Tracks whose velocities differ from the median by less than this share of it move as one."""
_PARALLAX = 0.5
"""Share of the camera's own motion that may be left where it was taken out."""
_CROWD = 5
"""Tracks that it takes to call their common motion the camera's."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Window:
    """Motion over a part of the history.

    Attributes:
        velocity: (N, 2) box sizes per second, x right and y down.
        growth: (N,) d log(size)/dt, per second.
        stir: (N,) deviation from steady motion and shape, box sizes.
        watched_s: (N,) time between the first and the last valid position, seconds.
    """

    velocity: Array
    growth: Array
    stir: Array
    watched_s: Array

    @classmethod
    def of(cls, boxes: Array, valid: BoolArray, times_s: Array) -> _Window:
        """Fit straight lines to (N, T, 4) boxes at (T,) times, where ``valid`` (N, T)."""
        weight = valid.astype(np.float64)
        count = np.maximum(weight.sum(axis=1), 1.0)
        extent = np.maximum(boxes[..., 2:] - boxes[..., :2], 1.0)
        log_extent = np.log(extent)
        log_size = log_extent.mean(axis=2)
        size = np.exp((weight * log_size).sum(axis=1) / count)
        centre = (boxes[..., :2] + boxes[..., 2:]) / 2 / size[:, None, None]
        # Position, log size, log aspect: five lines per track, fitted at once.
        shape = (log_extent[..., 1] - log_extent[..., 0])[..., None]
        values = np.concatenate([centre, log_size[..., None], shape], axis=2)
        mean_t = (weight * times_s).sum(axis=1) / count
        t = (times_s - mean_t[:, None]) * weight
        mean = (weight[..., None] * values).sum(axis=1) / count[:, None]
        rest = (values - mean[:, None]) * weight[..., None]
        spread = np.maximum((t * t).sum(axis=1), 1e-6)
        slope = np.einsum('nt,ntk->nk', t, rest) / spread[:, None]
        error = rest - slope[:, None] * t[..., None]
        stir = np.sqrt((error[..., [0, 1, 3]] ** 2).sum(axis=(1, 2)) / count)
        first = np.where(valid, times_s, np.inf).min(axis=1, initial=np.inf)
        last = np.where(valid, times_s, -np.inf).max(axis=1, initial=-np.inf)
        watched = np.where(np.isfinite(first) & np.isfinite(last), last - first, 0.0)
        enough = (count >= 3)[:, None] & (watched > 0)[:, None]
        slope = np.where(enough, slope, 0.0)
        return cls(velocity=slope[:, :2], growth=slope[:, 2], stir=stir, watched_s=watched)


class Movement:
    """What every track does now and did before.

    Args:
        tracks: with their history.
        config: thresholds.

    Attributes:
        velocity: (N, 2) over the recent time, box sizes per second, x right and y down.
        speed: (N,) its length.
        floor: (N,) speed that is as likely motion as rest, box sizes per second.
        moving: (N,) probability that it moves now, from its place or in it.
        watched: (N,) in [0, 1], how much of the time that it takes was seen; 0 for a track that
            is not seen now.
    """

    def __init__(self, tracks: TrackSet, config: PreferenceConfig) -> None:
        self._tracks = tracks
        self._config = config
        self._times_s = (tracks.history_stamps_ns - tracks.history_stamps_ns[-1]) / 1e9
        now = self._window(self._times_s >= -config.motion_recent_s)
        seen = np.clip(1.0 - (tracks.unseen_ns / 1e9 - 0.2) / 0.5, 0.0, 1.0)
        size = _sizes(tracks)
        camera = _camera_velocity(now.velocity * size[:, None], seen * (now.watched_s > 0.2))
        self.velocity = now.velocity - camera / size[:, None]
        self.speed = np.hypot(self.velocity[:, 0], self.velocity[:, 1])
        # Near and far things follow the camera's motion differently: what is left of it is noise.
        self.floor = np.hypot(config.motion_speed, _PARALLAX * np.hypot(*camera) / size)
        self.moving = _moving(self.speed, now, self.floor, config)
        needs_s = config.motion_needs_s - 0.1
        self.watched = seen * np.clip((now.watched_s - 0.1) / needs_s, 0.0, 1.0)
        self._growth = now.growth

    def _window(self, when: BoolArray) -> _Window:
        """Fit the part of the history that (T,) ``when`` picks."""
        boxes = self._tracks.history[:, when].astype(np.float64)
        return _Window.of(boxes, self._tracks.history_valid[:, when], self._times_s[when])

    @cached_property
    def past(self) -> tuple[Array, Array]:
        """Probability that each moved before that, and how much of that time was seen, (N,)."""
        before = self._window(self._times_s < -self._config.motion_recent_s)
        moved = _moving(np.hypot(*before.velocity.T), before, self.floor, self._config)
        return moved, np.minimum(before.watched_s / 0.4, 1.0)

    @property
    def newness_s(self) -> Array:
        """How much later than the oldest track each appeared, (N,) seconds."""
        age_s = self._tracks.age_ns / 1e9
        return np.asarray(age_s.max(initial=0.0) - age_s, np.float64)

    def fits(self, kind: MotionKind) -> Array:
        """Return the probability of a statement about each track, (N,) in [0, 1]."""
        return _KINDS[kind](self)

    def closing(self, dx: Array, dy: Array) -> Array:
        """Return the speed of i towards j, (N, N) box sizes of i per second.

        Args:
            dx: (N, N) from i to j, pixels.
            dy: (N, N) likewise.
        """
        distance = np.maximum(np.hypot(dx, dy), 1.0)
        towards = self.velocity[:, :1] * dx + self.velocity[:, 1:] * dy
        return np.asarray(towards / distance, np.float64)

    def heads(self, axis: int, sign: int) -> Array:
        """Return the probability of a direction: axis 0 for x, sign 1 for right or down."""
        return logistic(2.0 * (sign * self.velocity[:, axis] / self.floor - 1.0))

    def grows(self, sign: int) -> Array:
        """Return the probability that the box grows (1) or shrinks (-1)."""
        return logistic(2.0 * (sign * self._growth / self._config.motion_growth - 1.0))


def _moving(speed: Array, window: _Window, floor: Array, config: PreferenceConfig) -> Array:
    """Return the probability of motion: a soft step over the logarithm of what is seen of it."""
    stir = np.sqrt(np.maximum(window.stir**2 - config.motion_jitter**2, 0.0))
    activity = np.hypot(speed, config.motion_stir * stir)
    return logistic(3.0 * np.log(np.maximum(activity, 1e-3) / floor))


def _sizes(tracks: TrackSet) -> Array:
    """Return the root of each box's area, (N,) pixels, at least 1."""
    extent = np.maximum(tracks.boxes[:, 2:] - tracks.boxes[:, :2], 1.0).astype(np.float64)
    return np.asarray(np.sqrt(extent[:, 0] * extent[:, 1]), np.float64)


def _camera_velocity(pixels: Array, weight: Array) -> Array:
    """Return what most tracks do together, (2,) pixels per second: the camera's own motion.

    It stands in for a camera motion estimate where there is none, and finds nothing where there
    is one. Things that all move by themselves, and alike, are mistaken for a moving camera.
    """
    known = pixels[weight > 0.5]
    if len(known) < _CROWD:
        return np.zeros(2)
    common = np.median(known, axis=0)
    differs = np.hypot(*(known - common).T)
    alike = float((differs < _CONSENSUS * np.hypot(*common)).mean())
    return np.asarray(common if alike > 0.5 else np.zeros(2), np.float64)


_KINDS: Mapping[MotionKind, Callable[[Movement], Array]] = MappingProxyType(
    {
        MotionKind.MOVING: lambda m: m.moving,
        MotionKind.STILL: lambda m: 1.0 - m.moving,
        MotionKind.LEFTWARD: lambda m: m.heads(0, -1),
        MotionKind.RIGHTWARD: lambda m: m.heads(0, 1),
        MotionKind.UPWARD: lambda m: m.heads(1, -1),
        MotionKind.DOWNWARD: lambda m: m.heads(1, 1),
        MotionKind.APPROACHING: lambda m: m.grows(1),
        MotionKind.RECEDING: lambda m: m.grows(-1),
        # Rest is evidence for "stopped" by itself, though weak: the stop may lie further back
        # than the history does.
        MotionKind.STOPPED: lambda m: (1.0 - m.moving) * (0.6 + 0.4 * m.past[0] * m.past[1]),
        MotionKind.STARTED: lambda m: m.moving * (0.6 + 0.4 * (1.0 - m.past[0]) * m.past[1]),
        MotionKind.ENTERED: lambda m: logistic(4.0 * (m.newness_s - 0.7)),
    }
)
