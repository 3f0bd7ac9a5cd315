"""What an act is, and the choices of place and time that all acts share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tenet_ros.sim import motions
from tenet_ros.sim.layout import Body
from tenet_ros.sim.motions import Path
from tenet_ros.sim.scene import ActivityKind
from tenet_ros.sim.setting import Setting

__all__ = [
    'RAMP_S',
    'Act',
    'Helper',
    'Maker',
    'begin',
    'centre_of',
    'either_way',
    'flat',
    'stretches',
    'towards',
]

Array = npt.NDArray[np.float64]
Random = np.random.Generator
RAMP_S = 0.25
"""How long it takes to come up to speed."""


@dataclass(frozen=True, slots=True, eq=False)
class Helper:
    """Something unnamed and its path."""

    body: Body
    path: Path


@dataclass(frozen=True, slots=True, eq=False)
class Act:
    """A proposal.

    Attributes:
        kind: what it is.
        windows: (start, end) seconds of its stretches of motion, in order.
        carry: the path that it means for a place and turn, (3,) and (4,).
        helper: who does it, if any.
        loads: whether what stands on the thing goes along.
    """

    kind: ActivityKind
    windows: tuple[tuple[float, float], ...]
    carry: Callable[[Array, Array], Path]
    helper: tuple[Helper, ...] = ()
    loads: bool = True


Maker = Callable[[Random, Body, Setting], 'Act | None']
"""Returns one try at an act; None if this try came to nothing."""


def flat(x: float, y: float) -> Array:
    """Return a vector along the table, (3,)."""
    return np.asarray((x, y, 0.0))


def towards(angle: float) -> Array:
    """Return the unit vector along the table at an angle from x, radians."""
    return flat(np.cos(angle), np.sin(angle))


def either_way(rng: Random) -> float:
    """Return 1 or -1."""
    return 1.0 if rng.random() < 0.5 else -1.0


def centre_of(points: Array) -> Array:
    """Return the middle of the extent of points (V, 3)."""
    return np.asarray((points.min(axis=0) + points.max(axis=0)) / 2)


def begin(rng: Random, setting: Setting, needed: float, early: float = 0.25) -> float:
    """Return a start: at once, or later with most of the motion still in the clip."""
    if rng.random() < early:
        return -RAMP_S
    latest = max(setting.seconds - 0.7 * needed, 0.6)
    return float(rng.uniform(0.4, latest))


def stretches(
    rng: Random, setting: Setting, seconds: float, *, early: float = 0.25
) -> tuple[Array, tuple[tuple[float, float], ...]]:
    """Return the share done (T,) of a motion of some seconds and when it goes on.

    In a third of the cases it stops once on its way, and goes again.
    """
    pieces = 2 if seconds > 1.2 and rng.random() < 0.33 else 1
    share = float(rng.uniform(0.35, 0.65)) if pieces == 2 else 1.0
    pause = float(rng.uniform(0.8, 1.8)) if pieces == 2 else 0.0
    start = begin(rng, setting, seconds + pause, early)
    done = np.zeros(len(setting.times))
    windows = []
    for part in (share, 1 - share)[:pieces]:
        end = start + seconds * part + RAMP_S
        done = done + part * motions.progress(setting.times, start, end, RAMP_S)
        windows.append((start, end))
        start = end + pause
    return done, tuple(windows)
