"""A mobile base with two driven wheels: it follows what it is told, as fast as it can change."""

from __future__ import annotations

import math
from dataclasses import dataclass

__all__ = ['COMMAND_S', 'Base', 'Velocity']

FASTEST_MPS, FASTEST_RPS = 1.2, 2.0
SPEED_UP_MPS2, BRAKE_MPS2, TURN_RPS2 = 1.5, 4.0, 8.0
COMMAND_S = 0.5
"""A command is obeyed for so long; then the base stops by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Velocity:
    """Forward, metres per second, and counter-clockwise, radians per second."""

    forward: float = 0.0
    turn: float = 0.0


class Base:
    """Where the base is and how it moves.

    Args:
        x: in the map, metres.
        y: likewise.
        yaw: radians, 0 looks along x.
    """

    def __init__(self, x: float, y: float, yaw: float) -> None:
        self.x, self.y, self.yaw = x, y, yaw
        self.velocity = Velocity()
        self._wish, self._told_s = Velocity(), -math.inf

    def tell(self, wish: Velocity, seconds: float) -> None:
        """Take a command; what is faster than the base can go is cut.

        Args:
            wish: finite.
            seconds: when it comes.
        """
        self._wish = Velocity(
            forward=max(-FASTEST_MPS, min(FASTEST_MPS, wish.forward)),
            turn=max(-FASTEST_RPS, min(FASTEST_RPS, wish.turn)),
        )
        self._told_s = seconds

    def step(self, seconds: float, period_s: float) -> None:
        """Move for a period that begins at ``seconds``."""
        wish = self._wish if seconds - self._told_s < COMMAND_S else Velocity()
        now = self.velocity
        slower = abs(wish.forward) < abs(now.forward) or wish.forward * now.forward < 0
        most = (BRAKE_MPS2 if slower else SPEED_UP_MPS2) * period_s
        self.velocity = Velocity(
            forward=now.forward + max(-most, min(most, wish.forward - now.forward)),
            turn=now.turn
            + max(-TURN_RPS2 * period_s, min(TURN_RPS2 * period_s, wish.turn - now.turn)),
        )
        middle = self.yaw + self.velocity.turn * period_s / 2
        self.x += self.velocity.forward * math.cos(middle) * period_s
        self.y += self.velocity.forward * math.sin(middle) * period_s
        self.yaw += self.velocity.turn * period_s

    def bump(self, x: float, y: float) -> None:
        """Be held at a place by what is in the way."""
        self.x, self.y = x, y
        self.velocity = Velocity(turn=self.velocity.turn)
