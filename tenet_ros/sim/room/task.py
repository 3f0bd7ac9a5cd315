"""What happens in a seeded run: who walks where, in which clothes, and whom to follow."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tenet_ros.sim.room.figure import Figure
from tenet_ros.sim.room.walk import Route

__all__ = ['FollowTask', 'follow_task']

RGB = tuple[float, float, float]

SHIRTS: dict[str, RGB] = {
    'red': (0.80, 0.07, 0.08),
    'blue': (0.12, 0.25, 0.70),
    'green': (0.10, 0.50, 0.20),
    'yellow': (0.90, 0.75, 0.15),
    'white': (0.90, 0.90, 0.88),
    'grey': (0.42, 0.43, 0.45),
}
TROUSERS: tuple[RGB, ...] = (
    (0.16, 0.19, 0.30),
    (0.35, 0.33, 0.30),
    (0.12, 0.12, 0.14),
    (0.25, 0.30, 0.42),
)
SKINS: tuple[RGB, ...] = ((0.80, 0.60, 0.48), (0.55, 0.38, 0.28), (0.85, 0.66, 0.55))
HAIRS: tuple[RGB, ...] = ((0.18, 0.11, 0.07), (0.06, 0.05, 0.05), (0.45, 0.30, 0.15))
SHOES: tuple[RGB, ...] = ((0.12, 0.10, 0.10), (0.88, 0.88, 0.88), (0.30, 0.20, 0.15))
COVERED_S = 1.5
START_M = 1.7
"""Of the base behind whom it is to follow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowTask:
    """A run.

    Attributes:
        seed: gives it again.
        sentence: whom to follow.
        figures: who is there; the first is meant.
        routes: of each figure.
        start: x, y, yaw of the base.
        covered: (from, to) in seconds when something covers the lens.
    """

    seed: int
    sentence: str
    figures: tuple[Figure, ...]
    routes: tuple[Route, ...]
    start: tuple[float, float, float]
    covered: tuple[float, float]


def follow_task(seed: int) -> FollowTask:
    """Return the run of a seed: somebody in red, two or three others, and the base behind."""
    rng = np.random.default_rng((61, seed))
    colours = ['red', *rng.permutation([name for name in SHIRTS if name != 'red'])]
    count = int(rng.integers(3, 5))
    figures = tuple(_figure(rng, str(colour)) for colour in colours[:count])
    radii = (float(rng.uniform(2.9, 3.6)), float(rng.uniform(2.1, 2.6)))
    direction = int(rng.choice((-1, 1)))
    start = float(rng.uniform(0, 2 * np.pi))
    rest = float(rng.uniform(12, 40))
    red = Route(
        radii=radii,
        wobble=float(rng.uniform(0.02, 0.06)),
        turns=int(rng.integers(2, 4)),
        start=start,
        direction=direction,
        speed_mps=float(rng.uniform(0.45, 0.75)),
        rests=((0.0, 4.0), (rest, rest + float(rng.uniform(3, 6)))),
    )
    others = [_other(rng, start, direction, i) for i in range(count - 1)]
    place = red.at(start)
    behind = red.at(start - direction * START_M / float(np.mean(radii)))
    yaw = float(np.arctan2(*(place - behind)[::-1]))
    covered = float(rng.uniform(20, 50))
    return FollowTask(
        seed=seed,
        sentence='the person in red',
        figures=figures,
        routes=(red, *others),
        start=(float(behind[0]), float(behind[1]), yaw),
        covered=(covered, covered + COVERED_S),
    )


def _other(rng: np.random.Generator, start: float, direction: int, index: int) -> Route:
    """Return the route of somebody else, at first on the other side of the room."""
    inner = index == 0
    radii = (rng.uniform(2.0, 2.4), rng.uniform(1.4, 1.6)) if inner else (
        rng.uniform(3.6, 4.2), rng.uniform(2.7, 3.0))  # fmt: skip
    rests = tuple((float(at), float(at + 4)) for at in rng.uniform(5, 55, 2))
    return Route(
        radii=(float(radii[0]), float(radii[1])),
        wobble=float(rng.uniform(0.0, 0.05)),
        turns=int(rng.integers(2, 4)),
        start=start + direction * (1.2 + 1.5 * index + float(rng.uniform(0, 0.8))),
        direction=int(rng.choice((-1, 1))),
        speed_mps=float(rng.uniform(0.35, 0.7)),
        rests=rests,
    )


def _figure(rng: np.random.Generator, colour: str) -> Figure:
    def one(of: tuple[RGB, ...]) -> RGB:
        return of[int(rng.integers(len(of)))]

    shade = float(rng.uniform(0.9, 1.05))
    red, green, blue = (min(1.0, shade * value) for value in SHIRTS[colour])
    return Figure(
        name=colour,
        shirt=(red, green, blue),
        trousers=one(TROUSERS),
        shoes=one(SHOES),
        skin=one(SKINS),
        hair=one(HAIRS),
        long_hair=bool(rng.random() < 0.4),
    )
