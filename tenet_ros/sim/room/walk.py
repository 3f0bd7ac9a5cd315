"""How figures go about: round the room on their way, and aside for whoever comes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tenet_ros.sim.room.figure import STRIDE_M, gait

__all__ = ['Route', 'Walker']

Array = npt.NDArray[np.float64]

AHEAD_M, BESIDE_M, HALT_M = 1.7, 0.75, 0.75
"""Who is so far ahead, and so little to the side, is walked round; so near, waited for."""
ASIDE_M, SIDESTEP_MPS, SPEED_UP_MPS2 = 0.7, 0.45, 0.9
TURN_RPS = 2.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A way round the room's middle, and how it is walked.

    Attributes:
        radii: of the ellipse along x and y, metres.
        wobble: share by which the radii change on the way round, as ``turns`` waves.
        turns: waves of the wobble.
        start: angle on the ellipse at first, radians.
        direction: 1 is counter-clockwise, -1 clockwise.
        speed_mps: when nothing is in the way.
        rests: (from, to) in seconds when the figure stands.
    """

    radii: tuple[float, float]
    wobble: float
    turns: int
    start: float
    direction: int
    speed_mps: float
    rests: tuple[tuple[float, float], ...] = ()

    def at(self, angle: float) -> Array:
        """Return the point at an angle, (2,) metres."""
        scale = 1 + self.wobble * np.sin(self.turns * angle + self.start)
        circle = np.asarray((np.cos(angle), np.sin(angle)), np.float64)
        return np.asarray(circle * np.asarray(self.radii) * scale, np.float64)

    def resting(self, seconds: float) -> bool:
        """Return whether the figure is to stand at a time."""
        return any(start <= seconds < end for start, end in self.rests)


class Walker:
    """One figure on its route. Steps depend on nothing but what is given.

    Args:
        route: where it goes.
    """

    def __init__(self, route: Route) -> None:
        self.route = route
        self._angle, self._aside, self._phase = route.start, 0.0, route.start
        self.speed_mps, self._aside_mps = 0.0, 0.0
        self.yaw = self._heading()
        self.place = route.at(self._angle)

    def step(self, seconds: float, period_s: float, others: Sequence[Array]) -> None:
        """Go on for a period.

        Args:
            seconds: since the start.
            period_s: how long.
            others: (2,) places of everybody else, the base among them.
        """
        wish = 0.0 if self.route.resting(seconds) else self.route.speed_mps
        aside = 0.0
        along = np.asarray((np.cos(self._heading()), np.sin(self._heading())))
        left = np.asarray((-along[1], along[0]))
        for other in others:
            ahead, beside = float((other - self.place) @ along), float((other - self.place) @ left)
            if 0.0 < ahead < AHEAD_M and abs(beside) < BESIDE_M:
                # To the right where it is all the same, so that two who meet pass each other.
                aside = ASIDE_M if beside < -0.15 else -ASIDE_M
                near = np.hypot(ahead, beside)
                wish = min(wish, self.route.speed_mps * np.clip((near - HALT_M) / 0.5, 0, 1))
        most = SPEED_UP_MPS2 * period_s
        self.speed_mps += float(np.clip(wish - self.speed_mps, -2 * most, most))
        shift = float(np.clip(aside - self._aside, -SIDESTEP_MPS, SIDESTEP_MPS)) * period_s
        shift *= min(1.0, 0.3 + self.speed_mps)
        before = self.place
        step = self.route.at(self._angle + 0.01) - self.route.at(self._angle)
        self._angle += (
            self.route.direction * 0.01 * self.speed_mps * period_s / float(np.linalg.norm(step))
        )
        self._aside += shift if self.speed_mps > 0.02 or aside else 0.0
        self.place = self.route.at(self._angle) + self._aside * self._left()
        way = float(np.linalg.norm(self.place - before))
        self._phase += 2 * np.pi * way / STRIDE_M
        self._turn(period_s)

    def pose(self) -> Array:
        """Return x, y, z, yaw and the angles of ``gait``, (12,) for ``FIGURE_JOINTS``."""
        posture = gait(self._phase, min(1.0, self.speed_mps / 0.5))
        return np.concatenate((self.place, posture[:1], (self.yaw,), posture[1:]))

    def _heading(self) -> float:
        step = self.route.at(self._angle + 0.01) - self.route.at(self._angle - 0.01)
        return float(np.arctan2(*(self.route.direction * step)[::-1]))

    def _left(self) -> Array:
        heading = self._heading()
        return np.asarray((-np.sin(heading), np.cos(heading)))

    def _turn(self, period_s: float) -> None:
        turn = (self._heading() - self.yaw + np.pi) % (2 * np.pi) - np.pi
        self.yaw += float(np.clip(turn, -TURN_RPS * period_s, TURN_RPS * period_s))
