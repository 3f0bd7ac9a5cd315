"""What tracks do, from where they have been.

Speeds are in box sizes (roots of areas) per second: what looks like walking does so near and far.
What is over by now is looked for in stretches of the history, each as long as "now" is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from tenet_ros.config import PreferenceConfig
from tenet_ros.language.expression import MotionKind
from tenet_ros.stages.preference.evidence import Array, logistic
from tenet_ros.stages.preference.paths import Window, departed, sizes, stretches, turning
from tenet_ros.types import TrackSet

__all__ = ['Movement']

_CONSENSUS = 0.5
"""Tracks whose velocities differ from the median by less than this share of it move as one."""
_PARALLAX = 0.5
"""Share of the camera's own motion that may be left where it was taken out."""
_CROWD = 5
"""Tracks that it takes to call their common motion the camera's."""
_GLIMPSE_S = 0.25
"""Time within a stretch of the history that says nothing of the motion then."""
_ORBIT = 1.4
"""Turn of the direction that is as likely a circle as a bend, radians."""


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
        size = sizes(tracks)
        camera = _camera_velocity(now.velocity * size[:, None], seen * (now.watched_s > 0.2))
        self.velocity = now.velocity - camera / size[:, None]
        self.speed = np.hypot(self.velocity[:, 0], self.velocity[:, 1])
        # Near and far things follow the camera's motion differently: what is left of it is noise.
        self.floor = np.hypot(config.motion_speed, _PARALLAX * np.hypot(*camera) / size)
        self.moving = _moving(self.speed, now, self.floor, config)
        needs_s = config.motion_needs_s - 0.1
        self.watched = seen * np.clip((now.watched_s - 0.1) / needs_s, 0.0, 1.0)
        self._now = now

    def _window(self, start_s: float, end_s: float) -> Window:
        """Fit the part of the history from ``start_s`` to before ``end_s``; now is 0."""
        picked = np.flatnonzero((self._times_s >= start_s) & (self._times_s < end_s))
        boxes = self._tracks.history[:, picked].astype(np.float64)
        return Window.of(boxes, self._tracks.history_valid[:, picked], self._times_s[picked])

    @cached_property
    def _stretches(self) -> list[npt.NDArray[np.intp]]:
        """The history before now in W stretches, the newest first: indexes into it."""
        length = self._config.motion_recent_s
        return stretches(self._times_s[self._times_s < -length], length)

    @cached_property
    def _before(self) -> Window:
        """What was in each of the stretches before now, (W, N)."""
        count = max((int(picked[-1]) + 1 for picked in self._stretches), default=0)
        within = np.zeros((len(self._stretches), 1, count), np.bool_)
        for row, picked in zip(within, self._stretches, strict=True):
            row[:, picked] = True
        boxes = self._tracks.history[:, :count].astype(np.float64)
        valid = within & self._tracks.history_valid[:, :count]
        return Window.of(boxes, valid, self._times_s[:count])

    @cached_property
    def past(self) -> tuple[Array, Array]:
        """Probability that each ever moved before now, and how much of then was seen, (N,)."""
        watched = self._before.watched_s.sum(axis=0)
        return self._moved_then.max(axis=0, initial=0.0), np.minimum(watched / 0.4, 1.0)

    @cached_property
    def _moved_then(self) -> Array:
        """Probability that each moved in each of the stretches before now, (W, N)."""
        window = self._before
        speed = np.hypot(window.velocity[..., 0], window.velocity[..., 1])
        moved = _moving(speed, window, self.floor, self._config)
        return np.asarray(moved * (window.watched_s > _GLIMPSE_S), np.float64)

    @cached_property
    def onset_s(self) -> Array:
        """How long ago each first moved, (N,) seconds; 0 for what never did."""
        first = np.where(self.moving > 0.5, 0.5 * self._config.motion_recent_s, 0.0)
        for picked, moved in zip(self._stretches, self._moved_then, strict=True):
            first = np.where(moved > 0.5, -self._times_s[picked].mean(), first)
        # The stretches say who moved; the first place that is not the old one says when.
        away_s = departed(self._tracks, self._times_s, sizes(self._tracks))
        return np.asarray(np.where((first > 0) & (away_s > 0), away_s, first), np.float64)

    @cached_property
    def turned(self) -> Array:
        """How far the direction of motion turned, steadily one way, (N,) radians."""
        return turning(self._tracks, self._times_s, sizes(self._tracks), self.floor)

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
        then = _heads(self._before.velocity[..., axis], sign, self.floor)
        then = then * (self._before.watched_s > _GLIMPSE_S)
        return np.asarray(np.maximum(found, then.max(axis=0, initial=0.0)), np.float64)

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

    def nears(self, sign: int) -> Array:
        """Return the probability that each comes towards the camera (1) or goes away (-1).

        By metres per second where depth says so, else by whether the box grows. The threshold of
        growth, a share of the distance per second, is one of speed at that distance.
        """
        growth = self._now.growth
        space = self._tracks.space
        if space is not None:
            distance = np.linalg.norm(space.positions, axis=1).astype(np.float64)
            closing = (
                -(space.positions * space.motions).sum(axis=1) / np.maximum(distance, 0.05) ** 2
            )
            growth = np.where(np.isfinite(closing), closing, growth)
        return logistic(2.0 * (sign * growth / self._config.motion_growth - 1.0))


def _moving(speed: Array, window: Window, floor: Array, config: PreferenceConfig) -> Array:
    """Return the probability of motion: a soft step over the logarithm of what is seen of it."""
    stir = np.sqrt(np.maximum(window.stir**2 - config.motion_jitter**2, 0.0))
    activity = np.hypot(speed, config.motion_stir * stir)
    return logistic(3.0 * np.log(np.maximum(activity, 1e-3) / floor))


def _heads(velocity: Array, sign: int, floor: Array) -> Array:
    """Return the probability that velocities along one axis have the direction ``sign``."""
    return logistic(2.0 * (sign * velocity / floor - 1.0))


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
        MotionKind.APPROACHING: lambda m: m.nears(1),
        MotionKind.RECEDING: lambda m: m.nears(-1),
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
