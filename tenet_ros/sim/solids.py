"""Points on the surface of every solid: their convex hull is the body, near enough."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from tenet_ros.sim.rotations import matrix
from tenet_ros.sim.scene import Part, Solid

__all__ = ['corners', 'part_points', 'thing_points']

Array = npt.NDArray[np.float64]
_RING = 16


@lru_cache(maxsize=1)
def _circle() -> Array:
    """(16, 2) points on the unit circle."""
    angles = np.arange(_RING) * (2 * np.pi / _RING)
    return np.stack((np.cos(angles), np.sin(angles)), axis=1)


@lru_cache(maxsize=1)
def _ball() -> Array:
    """(82, 3) points on the unit sphere: two poles and five parallels."""
    rings = [
        np.column_stack((_circle() * np.cos(level), np.full(_RING, np.sin(level))))
        for level in np.deg2rad((-60, -30, 0, 30, 60))
    ]
    return np.concatenate((*rings, [[0.0, 0.0, 1.0], [0.0, 0.0, -1.0]]))


def _rings(bottom: float, top: float, half: float) -> Array:
    """(32, 3) points of a bottom and a top circle."""
    ends = ((bottom, -half), (top, half))
    return np.concatenate(
        [np.column_stack((_circle() * radius, np.full(_RING, z))) for radius, z in ends]
    )


def corners(solid: Solid, size: tuple[float, ...]) -> Array:
    """Return points whose convex hull is the solid.

    Round bodies are inscribed polyhedra of 16 sides, too small by at most 2 % of the radius.

    Args:
        solid: which body.
        size: its measures in metres, as ``Solid`` says.

    Returns:
        (V, 3) float64 in the part's own frame, metres.
    """
    if solid is Solid.BOX:
        signs = np.asarray(np.meshgrid((-1, 1), (-1, 1), (-1, 1))).reshape(3, -1).T
        return np.asarray(signs * np.asarray(size), np.float64)
    if solid is Solid.SPHERE:
        return _ball() * size[0]
    if solid is Solid.ELLIPSOID:
        return np.asarray(_ball() * np.asarray(size))
    if solid is Solid.CYLINDER:
        return _rings(size[0], size[0], size[1])
    if solid is Solid.FRUSTUM:
        return _rings(size[0], size[1], size[2])
    radius, half = size
    ball = _ball() * radius
    up, down = ball[ball[:, 2] >= 0], ball[ball[:, 2] <= 0]
    shift = np.asarray((0.0, 0.0, half))
    return np.concatenate((up + shift, down - shift))


def part_points(part: Part) -> Array:
    """Return (V, 3) float64 points of a part in its thing's frame, metres."""
    return np.asarray(corners(part.solid, part.size) @ matrix(part.rotation).T + part.position)


def thing_points(parts: tuple[Part, ...]) -> Array:
    """Return (V, 3) float64 points of all parts in the thing's frame, metres."""
    return np.concatenate([part_points(part) for part in parts])
