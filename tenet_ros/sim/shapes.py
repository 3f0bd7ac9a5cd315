"""How each category is built of convex parts.

Every builder gets a random generator for its proportions and returns parts of natural size, in
metres, standing on z = 0 around the z axis; ``build`` scales and centres them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from tenet_ros.sim.rotations import IDENTITY, about, multiply, upright
from tenet_ros.sim.scene import Part, Solid
from tenet_ros.sim.solids import thing_points

__all__ = ['ARM', 'PUSHER', 'SCREEN', 'STRING', 'build', 'build_unnamed']

Array = npt.NDArray[np.float64]
Random = np.random.Generator
_UP = (0.0, 0.0, 1.0)


def _part(
    solid: Solid,
    size: tuple[float, ...],
    at: tuple[float, float, float],
    rotation: Array = IDENTITY,
    *,
    paint: str = 'main',
    patterned: bool = False,
) -> Part:
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


def _rod(start: npt.ArrayLike, end: npt.ArrayLike, radius: float, paint: str = 'main') -> Part:
    """Return a capsule between two points."""
    a, b = np.asarray(start, np.float64), np.asarray(end, np.float64)
    half = float(np.linalg.norm(b - a)) / 2
    middle = (a + b) / 2
    at = (float(middle[0]), float(middle[1]), float(middle[2]))
    return _part(Solid.CAPSULE, (radius, half), at, _along(b - a), paint=paint)


def _chain(points: Array, radii: Array, paint: str = 'main') -> tuple[Part, ...]:
    """Return capsules along a polyline of K points, with K - 1 radii."""
    pairs = zip(points[:-1], points[1:], radii, strict=True)
    return tuple(_rod(a, b, float(radius), paint) for a, b, radius in pairs)


def _wall(
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
        staves.append(_part(Solid.BOX, (thickness / 2, width, length), at, turn))
    return tuple(staves)


def _handle(radius: float, low: float, high: float, reach: float, thick: float) -> tuple[Part, ...]:
    """Return the D of a mug's handle, on the +x side of a body of the given radius."""
    angles = np.linspace(-np.pi / 2, np.pi / 2, 6)
    middle, half = (low + high) / 2, (high - low) / 2
    x = radius - 0.004 + reach * np.cos(angles)
    points = np.stack((x, np.zeros(6), middle + half * np.sin(angles)), axis=1)
    return _chain(points, np.full(5, thick))


def _mug(rng: Random) -> tuple[Part, ...]:
    radius, height = rng.uniform(0.036, 0.043), rng.uniform(0.085, 0.105)
    return (
        _part(Solid.CYLINDER, (radius, height / 2), (0, 0, height / 2), patterned=True),
        _part(Solid.CYLINDER, (radius * 0.86, 0.0006), (0, 0, height), paint='dark'),
        *_handle(radius, 0.2 * height, 0.82 * height, 0.027, 0.0055),
    )


def _cup(rng: Random) -> tuple[Part, ...]:
    top, height = rng.uniform(0.036, 0.042), rng.uniform(0.075, 0.11)
    bottom = top * rng.uniform(0.62, 0.72)
    return (
        _part(Solid.FRUSTUM, (bottom, top, height / 2), (0, 0, height / 2), patterned=True),
        _part(Solid.CYLINDER, (top * 0.88, 0.0006), (0, 0, height), paint='dark'),
    )


def _bowl(rng: Random) -> tuple[Part, ...]:
    top, height = rng.uniform(0.075, 0.09), rng.uniform(0.055, 0.068)
    foot = top * 0.52
    middle = top * 0.87
    return (
        _part(Solid.CYLINDER, (foot, 0.004), (0, 0, 0.004)),
        *_wall(foot, middle, 0.004, height * 0.45, 0.006),
        *_wall(middle, top, 0.004 + height * 0.43, height * 0.55, 0.006),
    )


def _plate(rng: Random) -> tuple[Part, ...]:
    rim = rng.uniform(0.095, 0.115)
    foot = rim * 0.66
    return (
        _part(Solid.CYLINDER, (foot, 0.004), (0, 0, 0.004)),
        *_wall(foot - 0.002, rim, 0.004, rng.uniform(0.010, 0.016), 0.005, 20),
    )


def _pan(rng: Random) -> tuple[Part, ...]:
    rim = rng.uniform(0.075, 0.09)
    reach = rng.uniform(0.12, 0.15)
    return (
        _part(Solid.CYLINDER, (rim * 0.86, 0.004), (0, 0, 0.004)),
        *_wall(rim * 0.85, rim, 0.002, 0.036, 0.005),
        _rod((rim, 0, 0.030), (rim + reach, 0, 0.042), 0.009, 'dark'),
    )


def _bottle(rng: Random) -> tuple[Part, ...]:
    radius, body = rng.uniform(0.029, 0.035), rng.uniform(0.105, 0.13)
    neck, shoulder, stem = radius * 0.4, 0.036, 0.03
    top = body + shoulder + stem
    return (
        _part(Solid.CYLINDER, (radius, body / 2), (0, 0, body / 2), patterned=True),
        _part(Solid.FRUSTUM, (radius, neck, shoulder / 2), (0, 0, body + shoulder / 2)),
        _part(Solid.CYLINDER, (neck, stem / 2), (0, 0, body + shoulder + stem / 2)),
        _part(Solid.CYLINDER, (neck * 1.25, 0.009), (0, 0, top), paint='light'),
    )


def _can(rng: Random) -> tuple[Part, ...]:
    radius, height = rng.uniform(0.031, 0.035), rng.uniform(0.10, 0.12)
    half = height / 2 - 0.006
    return (
        _part(Solid.CYLINDER, (radius, half), (0, 0, height / 2), patterned=True),
        _part(Solid.FRUSTUM, (radius * 0.86, radius, 0.003), (0, 0, 0.003), paint='metal'),
        _part(Solid.FRUSTUM, (radius, radius * 0.86, 0.003), (0, 0, height - 0.003), paint='metal'),
        _part(Solid.BOX, (0.009, 0.005, 0.0008), (0.006, 0, height + 0.0006), paint='dark'),
    )


def _teapot(rng: Random) -> tuple[Part, ...]:
    radius = rng.uniform(0.056, 0.064)
    half = radius * 0.82
    return (
        _part(Solid.ELLIPSOID, (radius, radius, half), (0, 0, half * 0.95)),
        _part(Solid.ELLIPSOID, (radius * 0.55, radius * 0.55, half * 0.3), (0, 0, half * 1.8)),
        _part(Solid.SPHERE, (0.010,), (0, 0, half * 2.2)),
        _rod((-radius * 0.8, 0, half * 0.7), (-radius * 1.35, 0, half * 1.25), 0.012),
        _rod((-radius * 1.35, 0, half * 1.25), (-radius * 1.6, 0, half * 1.75), 0.0075),
        *_handle(radius * 0.93, half * 0.4, half * 1.6, 0.036, 0.006),
    )


def _spoon(rng: Random) -> tuple[Part, ...]:
    length = rng.uniform(0.13, 0.16)
    return (
        _part(Solid.ELLIPSOID, (0.034, 0.023, 0.008), (length / 2 + 0.02, 0, 0.008)),
        _part(
            Solid.ELLIPSOID, (0.026, 0.016, 0.0012), (length / 2 + 0.02, 0, 0.0155), paint='dark'
        ),
        _rod((-length / 2, 0, 0.008), (length / 2, 0, 0.010), 0.0062),
        _part(Solid.ELLIPSOID, (0.022, 0.011, 0.006), (-length / 2, 0, 0.008)),
    )


def _box(rng: Random) -> tuple[Part, ...]:
    x, y = rng.uniform(0.065, 0.09), rng.uniform(0.042, 0.055)
    z = rng.uniform(0.032, 0.05)
    lid = z * 0.24
    return (
        _part(Solid.BOX, (x, y, z - lid), (0, 0, z - lid), patterned=True),
        _part(Solid.BOX, (x + 0.004, y + 0.004, lid), (0, 0, 2 * z - lid)),
    )


def _cube(rng: Random) -> tuple[Part, ...]:
    half = rng.uniform(0.026, 0.034)
    return (_part(Solid.BOX, (half, half, half), (0, 0, half), patterned=True),)


def _book(rng: Random) -> tuple[Part, ...]:
    x, y, z = rng.uniform(0.06, 0.075), rng.uniform(0.085, 0.105), rng.uniform(0.010, 0.018)
    cover = 0.0022
    return (
        _part(Solid.BOX, (x - 0.003, y - 0.004, z - cover), (0, 0, z), paint='light'),
        _part(Solid.BOX, (x, y, cover), (0, 0, 2 * z - cover), patterned=True),
        _part(Solid.BOX, (x, y, cover), (0, 0, cover)),
        _part(Solid.BOX, (cover, y, z), (-x, 0, z)),
    )


def _ball(rng: Random) -> tuple[Part, ...]:
    radius = rng.uniform(0.028, 0.04)
    return (_part(Solid.SPHERE, (radius,), (0, 0, radius), patterned=True),)


def _banana(rng: Random) -> tuple[Part, ...]:
    bend, sweep = rng.uniform(0.085, 0.1), rng.uniform(0.85, 1.0)
    angles = np.linspace(-sweep, sweep, 7)
    flat = np.stack((bend * np.sin(angles), bend * (np.cos(angles) - 0.8)), axis=1)
    points = np.column_stack((flat, np.full(7, 0.0165)))
    radii = np.asarray((0.011, 0.0152, 0.0165, 0.0165, 0.0152, 0.011))
    tip = points[-1] + 0.35 * (points[-1] - points[-2])
    return (
        *_chain(points, radii),
        _rod(points[-1], tip, 0.006, 'dark'),
        _part(Solid.SPHERE, (0.006,), tuple(points[0] * 1.09), paint='dark'),
    )


def _apple(rng: Random) -> tuple[Part, ...]:
    radius = rng.uniform(0.034, 0.04)
    return (
        _part(Solid.ELLIPSOID, (radius, radius, radius * 0.82), (0, 0, radius * 1.02)),
        _part(Solid.ELLIPSOID, (radius * 0.8, radius * 0.8, radius * 0.7), (0, 0, radius * 0.7)),
        _rod((0, 0, radius * 1.75), (0.004, 0, radius * 2.3), 0.0028, 'dark'),
        _part(
            Solid.ELLIPSOID,
            (0.014, 0.007, 0.0016),
            (0.015, 0, radius * 2.12),
            about((0.0, 1.0, 0.0), -0.35),
            paint='dark',
        ),
    )


def _pear(rng: Random) -> tuple[Part, ...]:
    radius = rng.uniform(0.033, 0.038)
    return (
        _part(Solid.ELLIPSOID, (radius, radius, radius * 0.95), (0, 0, radius * 0.95)),
        _part(Solid.FRUSTUM, (radius * 0.92, radius * 0.53, radius * 0.5), (0, 0, radius * 1.75)),
        _part(Solid.ELLIPSOID, (radius * 0.55, radius * 0.55, radius * 0.6), (0, 0, radius * 2.2)),
        _rod((0, 0, radius * 2.7), (0.006, 0, radius * 3.25), 0.0026, 'dark'),
    )


_LYING = about((0.0, 1.0, 0.0), np.pi / 2)
"""Lays a solid's z axis along x."""


def _screwdriver(rng: Random) -> tuple[Part, ...]:
    grip, shaft, radius = rng.uniform(0.045, 0.055), rng.uniform(0.045, 0.06), 0.0145
    front = -0.05 + grip * 2
    return (
        _rod((-0.05 + radius, 0, radius), (front - radius, 0, radius), radius),
        _part(
            Solid.FRUSTUM, (radius * 0.95, 0.007, 0.008), (front, 0, radius), _LYING, paint='main'
        ),
        _part(Solid.CYLINDER, (0.0042, shaft), (front + shaft, 0, radius), _LYING, paint='metal'),
        _part(Solid.BOX, (0.007, 0.006, 0.0016), (front + 2 * shaft, 0, radius), paint='metal'),
    )


def _hammer(rng: Random) -> tuple[Part, ...]:
    length, half = rng.uniform(0.19, 0.22), rng.uniform(0.042, 0.05)
    end, z = length / 2, 0.017
    flat = about((1.0, 0.0, 0.0), np.pi / 2)
    return (
        _rod((-end, 0, z), (end - 0.01, 0, z), 0.0125),
        _part(Solid.BOX, (0.015, half * 0.7, 0.0165), (end, -0.004, z), paint='metal'),
        _part(Solid.CYLINDER, (0.017, 0.014), (end, half * 0.8, z), flat, paint='metal'),
        _part(Solid.BOX, (0.011, 0.016, 0.006), (end, -half, z), paint='metal'),
    )


def _toy_car(rng: Random) -> tuple[Part, ...]:
    x, y = rng.uniform(0.062, 0.075), rng.uniform(0.028, 0.033)
    wheel = 0.0155
    side = about((1.0, 0.0, 0.0), np.pi / 2)
    wheels = tuple(
        _part(Solid.CYLINDER, (wheel, 0.006), (sx * x * 0.58, sy * y, wheel), side, paint='dark')
        for sx in (-1, 1)
        for sy in (-1, 1)
    )
    lamps = tuple(
        _part(Solid.SPHERE, (0.005,), (x, sy * y * 0.6, 0.027), paint='light') for sy in (-1, 1)
    )
    return (
        _part(Solid.BOX, (x, y, 0.0125), (0, 0, 0.0235)),
        _part(Solid.BOX, (x * 0.52, y * 0.9, 0.012), (-x * 0.12, 0, 0.047)),
        _part(Solid.BOX, (x * 0.535, y * 0.75, 0.0075), (-x * 0.12, 0, 0.0465), paint='dark'),
        _part(Solid.BOX, (x * 0.4, y * 0.93, 0.0075), (-x * 0.12, 0, 0.0465), paint='dark'),
        *wheels,
        *lamps,
    )


def _duck(rng: Random) -> tuple[Part, ...]:
    x = rng.uniform(0.045, 0.053)
    y, z, head = x * 0.72, x * 0.6, x * 0.48
    top = z * 1.7 + head * 0.55
    eyes = tuple(
        _part(
            Solid.SPHERE,
            (0.0042,),
            (x * 0.5 + head * 0.72, s * head * 0.58, top + 0.006),
            paint='dark',
        )
        for s in (-1, 1)
    )
    return (
        _part(Solid.ELLIPSOID, (x, y, z), (0, 0, z * 0.97)),
        _part(
            Solid.ELLIPSOID,
            (x * 0.3, y * 0.45, z * 0.25),
            (-x * 0.9, 0, z * 1.55),
            about((0.0, 1.0, 0.0), 0.6),
        ),
        _part(Solid.SPHERE, (head,), (x * 0.5, 0, top)),
        _part(
            Solid.ELLIPSOID,
            (0.014, 0.012, 0.005),
            (x * 0.5 + head * 1.15, 0, top - 0.004),
            paint='second',
        ),
        *eyes,
    )


_BUILDERS: dict[str, Callable[[Random], tuple[Part, ...]]] = {
    'mug': _mug,
    'cup': _cup,
    'bowl': _bowl,
    'plate': _plate,
    'pan': _pan,
    'bottle': _bottle,
    'can': _can,
    'teapot': _teapot,
    'spoon': _spoon,
    'box': _box,
    'cube': _cube,
    'book': _book,
    'ball': _ball,
    'banana': _banana,
    'apple': _apple,
    'pear': _pear,
    'screwdriver': _screwdriver,
    'hammer': _hammer,
    'toy car': _toy_car,
    'duck': _duck,
}

ARM, PUSHER, SCREEN, STRING = 'arm', 'pusher', 'screen', 'string'


def build(category: str, rng: Random, size: float = 1.0) -> tuple[tuple[Part, ...], Array]:
    """Return the parts of a new thing and its extent.

    Args:
        category: key of ``catalogue.CATEGORIES``.
        rng: gives the proportions.
        size: factor on the natural size.

    Returns:
        The parts, standing on z = 0 with the middle of their extent over the origin, and (3,)
        float64 full extent, metres.
    """
    return _centred(_BUILDERS[category](rng), size)


def _centred(parts: tuple[Part, ...], size: float) -> tuple[tuple[Part, ...], Array]:
    """Scale the parts and put the middle of their foot at the origin."""
    points = thing_points(parts) * size
    low, high = points.min(axis=0), points.max(axis=0)
    foot = np.asarray(((low[0] + high[0]) / 2, (low[1] + high[1]) / 2, low[2]))
    scaled = tuple(
        replace(part, size=tuple(s * size for s in part.size), position=part.position * size - foot)
        for part in parts
    )
    return scaled, high - low


def _line(start: npt.ArrayLike, end: npt.ArrayLike, radius: float, paint: str) -> tuple[Part, ...]:
    """Return a rod in eight short pieces: a short piece is bounded tightly by its extents."""
    a, b = np.asarray(start, np.float64), np.asarray(end, np.float64)
    return _chain(a + np.linspace(0, 1, 9)[:, None] * (b - a), np.full(8, radius), paint)


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
            _rod((0, y, 0.005), (0, y, 0.06), 0.006, 'dark'),
            _rod((0, -y, 0.005), (0, -y, 0.06), 0.006, 'dark'),
            _part(Solid.BOX, (0.018, y + 0.012, 0.014), (0, 0, 0.072), paint='dark'),
            _rod(wrist, wrist + lean * 0.12, 0.02, 'metal'),
            *_line(wrist + lean * 0.12, wrist + lean * 0.95, 0.03, 'main'),
        )
    elif kind == PUSHER:
        parts = (
            _part(Solid.BOX, (0.007, 0.03, 0.02), (-0.007, 0, 0.024), paint='dark'),
            *_line((-0.014, 0, 0.026), (-0.45, 0, 0.6), 0.011, 'main'),
        )
    elif kind == SCREEN:
        half = (0.004, rng.uniform(0.06, 0.12), rng.uniform(0.07, 0.12))
        parts = (
            _part(Solid.BOX, half, (0, 0, half[2])),
            _part(Solid.BOX, (0.022, half[1] * 0.8, 0.004), (0, 0, 0.004), paint='dark'),
        )
    else:
        parts = _line((0, 0, 0.003), (0, 0, 0.95), 0.0025, 'dark')
    points = thing_points(parts)
    return parts, points.max(axis=0) - points.min(axis=0)
