"""What tracks do, from where they have been.

Speeds are in box sizes (roots of areas) per second: what looks like walking does so near and far.
Velocity and growth are slopes of least squares over the watched time, so the jitter of single
boxes counts little.
"""

from __future__ import annotations

import math
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
_GLIMPSE_S = 0.25
"""Time within a stretch of the history that says nothing of the motion then."""
_ORBIT_S = 4.0
"""How far back a path is looked at for turns, seconds."""
_LEG_S = 0.3
"""Time over which a path's direction is taken, seconds."""
_ORBIT = 1.4
"""Turn of the direction that is as likely a circle as a bend, radians."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Window:
    """Motion over a part of the history.

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
        square = (error[..., [0, 1, 3]] ** 2).sum(axis=1) / count[:, None]
        stir, sway = np.sqrt(square.sum(axis=1)), np.sqrt(square[:, 2])
        first = np.where(valid, times_s, np.inf).min(axis=1, initial=np.inf)
        last = np.where(valid, times_s, -np.inf).max(axis=1, initial=-np.inf)
        watched = np.where(np.isfinite(first) & np.isfinite(last), last - first, 0.0)
        enough = (count >= 3)[:, None] & (watched > 0)[:, None]
        slope = np.where(enough, slope, 0.0)
        return cls(
            velocity=slope[:, :2], growth=slope[:, 2], stir=stir, sway=sway, watched_s=watched
        )


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
        now = self._window(-config.motion_recent_s, np.inf)
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
        self._now = now

    def _window(self, start_s: float, end_s: float) -> _Window:
        """Fit the part of the history from ``start_s`` to before ``end_s``; now is 0."""
        when = (self._times_s >= start_s) & (self._times_s < end_s)
        boxes = self._tracks.history[:, when].astype(np.float64)
        return _Window.of(boxes, self._tracks.history_valid[:, when], self._times_s[when])

    @cached_property
    def _before(self) -> tuple[tuple[float, _Window], ...]:
        """The history before now in stretches as long as "now", the newest first."""
        length = self._config.motion_recent_s
        oldest = float(self._times_s[0])
        ends = -length * np.arange(1, max(math.ceil(-oldest / length - 0.05), 2))
        return tuple((end, self._window(end - length, end)) for end in ends.tolist())

    @cached_property
    def past(self) -> tuple[Array, Array]:
        """Probability that each ever moved before now, and how much of then was seen, (N,)."""
        moved = [
            _moving(np.hypot(*window.velocity.T), window, self.floor, self._config)
            * (window.watched_s > _GLIMPSE_S)
            for _, window in self._before
        ]
        watched = sum(window.watched_s for _, window in self._before)
        return np.max(moved, axis=0), np.minimum(watched / 0.4, 1.0)

    @cached_property
    def onset_s(self) -> Array:
        """How long ago each first moved, (N,) seconds; 0 for what never did."""
        first = np.where(self.moving > 0.5, 0.5 * self._config.motion_recent_s, 0.0)
        for end_s, window in self._before:
            moved = _moving(np.hypot(*window.velocity.T), window, self.floor, self._config)
            moved = moved * (window.watched_s > _GLIMPSE_S)
            first = np.where(moved > 0.5, 0.5 * self._config.motion_recent_s - end_s, first)
        return np.asarray(first, np.float64)

    @cached_property
    def turned(self) -> Array:
        """How far the direction of motion turned, steadily one way, (N,) radians."""
        return _turning(self._tracks, self._times_s, _sizes(self._tracks), self.floor)

    @cached_property
    def spins(self) -> Array:
        """Probability that each turns in its place, (N,).

        A box shows no more of it than its width that comes and goes; of a round thing, nothing.
        """
        shape = np.sqrt(np.maximum(self._now.sway**2 - (0.5 * self._config.motion_jitter) ** 2, 0))
        travels = logistic(3.0 * np.log(np.maximum(self.speed, 1e-3) / (2.0 * self.floor)))
        turns = logistic(3.0 * np.log(np.maximum(shape, 1e-3) / self._config.motion_jitter))
        return np.asarray((0.25 + 0.7 * turns) * (1.0 - 0.9 * travels), np.float64)

    @property
    def newness_s(self) -> Array:
        """How much later than the oldest track each appeared, (N,) seconds."""
        age_s = self._tracks.age_ns / 1e9
        return np.asarray(age_s.max(initial=0.0) - age_s, np.float64)

    @property
    def absent_s(self) -> Array:
        """How long each was away between two times that it was there, (N,) seconds."""
        valid = self._tracks.history_valid
        if valid.shape[1] < 2:
            return np.zeros(len(valid))
        seen_before = np.maximum.accumulate(valid, axis=1)[:, :-1]
        away = seen_before & ~valid[:, 1:]
        return np.asarray((away * np.diff(self._times_s)).sum(axis=1) * valid[:, -1], np.float64)

    def fits(self, kind: MotionKind, *, past: bool = False) -> Array:
        """Return the probability of a statement about each track, (N,) in [0, 1].

        Args:
            kind: what it says.
            past: it may be over: any stretch of the history serves.
        """
        found = _KINDS[kind](self)
        direction = _HEADINGS.get(kind)
        if not past or direction is None:
            return found
        axis, sign = direction
        for _, window in self._before:
            then = _heads(window.velocity[:, axis], sign, self.floor)
            found = np.maximum(found, then * (window.watched_s > _GLIMPSE_S))
        return np.asarray(found, np.float64)

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
        return _heads(self.velocity[:, axis], sign, self.floor)

    def grows(self, sign: int) -> Array:
        """Return the probability that the box grows (1) or shrinks (-1)."""
        return logistic(2.0 * (sign * self._now.growth / self._config.motion_growth - 1.0))


def _moving(speed: Array, window: _Window, floor: Array, config: PreferenceConfig) -> Array:
    """Return the probability of motion: a soft step over the logarithm of what is seen of it."""
    stir = np.sqrt(np.maximum(window.stir**2 - config.motion_jitter**2, 0.0))
    activity = np.hypot(speed, config.motion_stir * stir)
    return logistic(3.0 * np.log(np.maximum(activity, 1e-3) / floor))


def _heads(velocity: Array, sign: int, floor: Array) -> Array:
    """Return the probability that velocities (N,) along one axis have the direction ``sign``."""
    return logistic(2.0 * (sign * velocity / floor - 1.0))


def _turning(tracks: TrackSet, times_s: Array, size: Array, floor: Array) -> Array:
    """Return the turn of each track's direction over the history, (N,) radians.

    The path is cut into legs; the angles between one leg and the next add up on a circle, however
    foreshortened, and cancel on a path that sways. Legs too short to have a direction count less.
    """
    recent = np.flatnonzero(times_s >= -_ORBIT_S)
    step = max(int(np.searchsorted(times_s[recent] - times_s[recent[0]], _LEG_S)), 1)
    picked = recent[::-1][::step][::-1]
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


_HEADINGS: Mapping[MotionKind, tuple[int, int]] = MappingProxyType(
    {
        MotionKind.LEFTWARD: (0, -1),
        MotionKind.RIGHTWARD: (0, 1),
        MotionKind.UPWARD: (1, -1),
        MotionKind.DOWNWARD: (1, 1),
    }
)
"""Axis, and sign along it."""


def _heading(kind: MotionKind) -> Callable[[Movement], Array]:
    axis, sign = _HEADINGS[kind]
    return lambda m: m.heads(axis, sign)


_KINDS: Mapping[MotionKind, Callable[[Movement], Array]] = MappingProxyType(
    {
        MotionKind.MOVING: lambda m: m.moving,
        MotionKind.STILL: lambda m: 1.0 - m.moving,
        **{kind: _heading(kind) for kind in _HEADINGS},
        MotionKind.APPROACHING: lambda m: m.grows(1),
        MotionKind.RECEDING: lambda m: m.grows(-1),
        # Rest is evidence for "stopped" by itself, though weak: the stop may lie further back
        # than the history does.
        MotionKind.STOPPED: lambda m: (1.0 - m.moving) * (0.6 + 0.4 * m.past[0] * m.past[1]),
        MotionKind.STARTED: lambda m: m.moving * (0.6 + 0.4 * (1.0 - m.past[0]) * m.past[1]),
        MotionKind.ENTERED: lambda m: logistic(4.0 * (m.newness_s - 0.7)),
        MotionKind.SPINNING: lambda m: m.spins,
        MotionKind.CIRCLING: lambda m: m.moving * logistic(5.0 * (m.turned - _ORBIT)),
        # A thing that was away for long comes back as a new track, as what enters does.
        MotionKind.RETURNED: lambda m: np.maximum(
            logistic(20.0 * (m.absent_s - 0.2)), 0.8 * logistic(4.0 * (m.newness_s - 0.7))
        ),
        MotionKind.MOVED: lambda m: np.maximum(m.moving, m.past[0]),
    }
)
