"""Single parts and simple arrangements of them, from which all shapes are built."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tenet_ros.sim.rotations import IDENTITY, about, multiply, upright
from tenet_ros.sim.scene import Part, Solid

__all__ = ['chain', 'part', 'rod', 'wall']

Array = npt.NDArray[np.float64]
_UP = (0.0, 0.0, 1.0)


def part(
    solid: Solid,
    size: tuple[float, ...],
    at: tuple[float, float, float],
    rotation: Array = IDENTITY,
    *,
    paint: str = 'main',
    patterned: bool = False,
) -> Part:
    """Return a part, its measures as ``Solid`` says, its centre at ``at``."""
    return Part(
        solid=solid,
        size=tuple(float(s) for s in size),
        position=np.asarray(at, np.float64),
        rotation=np.asarray(rotation, np.float64),
        paint=paint,
        patterned=patterned,
    )


def _along(direction: Array) -> Array:
    """Return a rotation that takes z to ``direction``."""
    unit = direction / np.linalg.norm(direction)
    axis = np.cross(_UP, unit)
    if np.linalg.norm(axis) < 1e-9:
        return IDENTITY if unit[2] > 0 else about((1.0, 0.0, 0.0), np.pi)
    return about(axis, np.arccos(np.clip(unit[2], -1, 1)))


def rod(start: npt.ArrayLike, end: npt.ArrayLike, radius: float, paint: str = 'main') -> Part:
    """Return a capsule between two points."""
    a, b = np.asarray(start, np.float64), np.asarray(end, np.float64)
    half = float(np.linalg.norm(b - a)) / 2
    middle = (a + b) / 2
    at = (float(middle[0]), float(middle[1]), float(middle[2]))
    return part(Solid.CAPSULE, (radius, half), at, _along(b - a), paint=paint)


def chain(points: Array, radii: Array, paint: str = 'main') -> tuple[Part, ...]:
    """Return capsules along a polyline of K points, with K - 1 radii."""
    pairs = zip(points[:-1], points[1:], radii, strict=True)
    return tuple(rod(a, b, float(radius), paint) for a, b, radius in pairs)


def wall(
    bottom: float, top: float, base: float, height: float, thickness: float, count: int = 16
) -> tuple[Part, ...]:
    """Return flat staves that stand in a ring and lean outwards: the wall of a hollow thing."""
    lean = np.arctan2(top - bottom, height)
    length = float(np.hypot(top - bottom, height)) / 2
    width = max(bottom, top) * float(np.tan(np.pi / count))
    staves = []
    for k in range(count):
        yaw = 2 * np.pi * k / count
        radius = (bottom + top) / 2
        at = (float(radius * np.cos(yaw)), float(radius * np.sin(yaw)), base + height / 2)
        turn = multiply(upright(yaw), about((0.0, 1.0, 0.0), lean))
        staves.append(part(Solid.BOX, (thickness / 2, width, length), at, turn))
    return tuple(staves)
