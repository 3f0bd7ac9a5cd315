"""Extents of point sets along a fixed fan of directions: cheap proofs that bodies are apart.

Two bodies whose extents along any one direction do not overlap do not touch (a discrete
oriented polytope, Klosowski et al. 1998). The same proof says which of them hides the other.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ['DIRECTIONS', 'gaps', 'in_front', 'spans']

Array = npt.NDArray[np.float64]

_FAN = np.arange(16) * (np.pi / 16)
DIRECTIONS: Array = np.concatenate(
    (np.stack((np.cos(_FAN), np.sin(_FAN), np.zeros(16)), axis=1), [[0.0, 0.0, 1.0]])
)
"""(17, 3) unit vectors in the world: sixteen along the table and one upwards."""
DIRECTIONS.flags.writeable = False


def spans(points: Array) -> tuple[Array, Array]:
    """Return the least and greatest coordinate of point sets along every direction.

    Args:
        points: (..., V, 3) world, metres.

    Returns:
        low, high: (..., 17) float64 metres.
    """
    along = points @ DIRECTIONS.T
    return along.min(axis=-2), along.max(axis=-2)


def gaps(one: tuple[Array, Array], other: tuple[Array, Array]) -> Array:
    """Return the widest gap between bodies along any direction, metres; negative: none proven.

    Args:
        one: low and high, (..., 17) each, as ``spans`` gives them.
        other: likewise, of a shape that broadcasts.

    Returns:
        (...) float64.
    """
    apart = np.maximum(one[0] - other[1], other[0] - one[1])
    return np.asarray(apart.max(axis=-1), np.float64)


def in_front(low: Array, high: Array, eye: Array, slack: float = 1e-4) -> npt.NDArray[np.bool_]:
    """Return which of N bodies provably hides which, and never the other way round.

    A body is before another if a plane parts them that has the eye on the first one's side.

    Args:
        low: (N, 17) as ``spans`` gives it.
        high: likewise.
        eye: (3,) the camera's centre in the world.
        slack: how far bodies that touch may overlap, metres.

    Returns:
        (N, N) bool; [a, b] if a is before b.
    """
    at = DIRECTIONS @ eye
    above = (low[:, None] >= high[None] - slack) & (at >= high)[None]
    below = (high[:, None] <= low[None] + slack) & (at <= low)[None]
    before = (above | below).any(axis=-1)
    return np.asarray(before & ~before.T, np.bool_)
