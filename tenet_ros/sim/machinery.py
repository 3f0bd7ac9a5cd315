"""What no sentence may mean: an arm, a pusher, a screen, a string."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tenet_ros.sim.primitives import chain, part, rod
from tenet_ros.sim.scene import Part, Solid
from tenet_ros.sim.solids import thing_points

__all__ = ['ARM', 'PUSHER', 'SCREEN', 'STRING', 'build_unnamed']

Array = npt.NDArray[np.float64]
Random = np.random.Generator

ARM, PUSHER, SCREEN, STRING = 'arm', 'pusher', 'screen', 'string'


def _line(start: npt.ArrayLike, end: npt.ArrayLike, radius: float, paint: str) -> tuple[Part, ...]:
    """Return a rod in eight short pieces: a short piece is bounded tightly by its extents."""
    a, b = np.asarray(start, np.float64), np.asarray(end, np.float64)
    return chain(a + np.linspace(0, 1, 9)[:, None] * (b - a), np.full(8, radius), paint)


def build_unnamed(kind: str, rng: Random, grip: float = 0.03) -> tuple[tuple[Part, ...], Array]:
    """Return the parts and extent of something that no sentence may mean.

    Args:
        kind: ``ARM``, a gripper that hangs from a long forearm, its fingertips beside the origin,
            the forearm upwards and a little towards -x; ``PUSHER``, a rod with a block, the
            block's face at x = 0, the rod towards -x and up; ``SCREEN``, an upright panel on the
            table, its face along x; ``STRING``, a thread that hangs down to the origin.
        rng: gives the proportions.
        grip: from the middle to the inner side of each finger, metres.

    Returns:
        As ``build``, but not centred.
    """
    if kind == ARM:
        lean = np.asarray((rng.uniform(-0.25, -0.1), rng.uniform(-0.1, 0.1), 1.0))
        wrist, y = np.asarray((0.0, 0.0, 0.07)), grip + 0.006
        parts: tuple[Part, ...] = (
            rod((0, y, 0.006), (0, y, 0.06), 0.006, 'dark'),
            rod((0, -y, 0.006), (0, -y, 0.06), 0.006, 'dark'),
            part(Solid.BOX, (0.018, y + 0.012, 0.014), (0, 0, 0.072), paint='dark'),
            rod(wrist, wrist + lean * 0.12, 0.02, 'metal'),
            *_line(wrist + lean * 0.12, wrist + lean * 0.95, 0.03, 'main'),
        )
    elif kind == PUSHER:
        parts = (
            part(Solid.BOX, (0.007, 0.03, 0.03), (-0.007, 0, 0.034), paint='dark'),
            *_line((-0.014, 0, 0.04), (-0.45, 0, 0.6), 0.011, 'main'),
        )
    elif kind == SCREEN:
        half = (0.004, rng.uniform(0.06, 0.12), rng.uniform(0.07, 0.12))
        parts = (
            part(Solid.BOX, half, (0, 0, half[2])),
            part(Solid.BOX, (0.022, half[1] * 0.8, 0.004), (0, 0, 0.004), paint='dark'),
        )
    else:
        parts = _line((0, 0, 0.003), (0, 0, 0.95), 0.0025, 'dark')
    points = thing_points(parts)
    return parts, points.max(axis=0) - points.min(axis=0)
