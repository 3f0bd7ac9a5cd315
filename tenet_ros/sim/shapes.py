"""How each category is built of convex parts.

Every builder gets a random generator for its proportions and returns parts of natural size, in
metres, standing on z = 0 around the z axis; ``build`` scales and centres them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from tenet_ros.sim.primitives import chain, part, rod, wall
from tenet_ros.sim.rotations import about
from tenet_ros.sim.scene import Part, Solid
from tenet_ros.sim.solids import thing_points

__all__ = ['build']

Array = npt.NDArray[np.float64]
Random = np.random.Generator


def _handle(radius: float, low: float, high: float, reach: float, thick: float) -> tuple[Part, ...]:
    """Return the D of a mug's handle, on the +x side of a body of the given radius."""
    angles = np.linspace(-np.pi / 2, np.pi / 2, 6)
    middle, half = (low + high) / 2, (high - low) / 2
    x = radius - 0.004 + reach * np.cos(angles)
    points = np.stack((x, np.zeros(6), middle + half * np.sin(angles)), axis=1)
    return chain(points, np.full(5, thick))


def _mug(rng: Random) -> tuple[Part, ...]:
    radius, height = rng.uniform(0.036, 0.043), rng.uniform(0.085, 0.105)
    return (
        part(Solid.CYLINDER, (radius, height / 2), (0, 0, height / 2), patterned=True),
        part(Solid.CYLINDER, (radius * 0.86, 0.0006), (0, 0, height), paint='dark'),
        *_handle(radius, 0.2 * height, 0.82 * height, 0.027, 0.0055),
    )


def _cup(rng: Random) -> tuple[Part, ...]:
    top, height = rng.uniform(0.036, 0.042), rng.uniform(0.075, 0.11)
    bottom = top * rng.uniform(0.62, 0.72)
    return (
        part(Solid.FRUSTUM, (bottom, top, height / 2), (0, 0, height / 2), patterned=True),
        part(Solid.CYLINDER, (top * 0.88, 0.0006), (0, 0, height), paint='dark'),
    )


def _bowl(rng: Random) -> tuple[Part, ...]:
    top, height = rng.uniform(0.075, 0.09), rng.uniform(0.055, 0.068)
    foot = top * 0.52
    middle = top * 0.87
    return (
        part(Solid.CYLINDER, (foot, 0.004), (0, 0, 0.004)),
        *wall(foot, middle, 0.004, height * 0.45, 0.006),
        *wall(middle, top, 0.004 + height * 0.43, height * 0.55, 0.006),
    )


def _plate(rng: Random) -> tuple[Part, ...]:
    rim = rng.uniform(0.095, 0.115)
    foot = rim * 0.66
    return (
        part(Solid.CYLINDER, (foot, 0.004), (0, 0, 0.004)),
        *wall(foot - 0.002, rim, 0.004, rng.uniform(0.010, 0.016), 0.005, 20),
    )


def _pan(rng: Random) -> tuple[Part, ...]:
    rim = rng.uniform(0.075, 0.09)
    reach = rng.uniform(0.12, 0.15)
    return (
        part(Solid.CYLINDER, (rim * 0.86, 0.004), (0, 0, 0.004)),
        *wall(rim * 0.85, rim, 0.002, 0.036, 0.005),
        rod((rim, 0, 0.030), (rim + reach, 0, 0.042), 0.009, 'dark'),
    )


def _bottle(rng: Random) -> tuple[Part, ...]:
    radius, body = rng.uniform(0.029, 0.035), rng.uniform(0.105, 0.13)
    neck, shoulder, stem = radius * 0.4, 0.036, 0.03
    top = body + shoulder + stem
    return (
        part(Solid.CYLINDER, (radius, body / 2), (0, 0, body / 2), patterned=True),
        part(Solid.FRUSTUM, (radius, neck, shoulder / 2), (0, 0, body + shoulder / 2)),
        part(Solid.CYLINDER, (neck, stem / 2), (0, 0, body + shoulder + stem / 2)),
        part(Solid.CYLINDER, (neck * 1.25, 0.009), (0, 0, top), paint='light'),
    )


def _can(rng: Random) -> tuple[Part, ...]:
    radius, height = rng.uniform(0.031, 0.035), rng.uniform(0.10, 0.12)
    half = height / 2 - 0.006
    return (
        part(Solid.CYLINDER, (radius, half), (0, 0, height / 2), patterned=True),
        part(Solid.FRUSTUM, (radius * 0.86, radius, 0.003), (0, 0, 0.003), paint='metal'),
        part(Solid.FRUSTUM, (radius, radius * 0.86, 0.003), (0, 0, height - 0.003), paint='metal'),
        part(Solid.BOX, (0.009, 0.005, 0.0008), (0.006, 0, height + 0.0006), paint='dark'),
    )


def _teapot(rng: Random) -> tuple[Part, ...]:
    radius = rng.uniform(0.056, 0.064)
    half = radius * 0.82
    return (
        part(Solid.ELLIPSOID, (radius, radius, half), (0, 0, half * 0.95)),
        part(Solid.ELLIPSOID, (radius * 0.55, radius * 0.55, half * 0.3), (0, 0, half * 1.8)),
        part(Solid.SPHERE, (0.010,), (0, 0, half * 2.2)),
        rod((-radius * 0.8, 0, half * 0.7), (-radius * 1.35, 0, half * 1.25), 0.012),
        rod((-radius * 1.35, 0, half * 1.25), (-radius * 1.6, 0, half * 1.75), 0.0075),
        *_handle(radius * 0.93, half * 0.4, half * 1.6, 0.036, 0.006),
    )


def _spoon(rng: Random) -> tuple[Part, ...]:
    length = rng.uniform(0.13, 0.16)
    return (
        part(Solid.ELLIPSOID, (0.034, 0.023, 0.008), (length / 2 + 0.02, 0, 0.008)),
        part(Solid.ELLIPSOID, (0.026, 0.016, 0.0012), (length / 2 + 0.02, 0, 0.0155), paint='dark'),
        rod((-length / 2, 0, 0.008), (length / 2, 0, 0.010), 0.0062),
        part(Solid.ELLIPSOID, (0.022, 0.011, 0.006), (-length / 2, 0, 0.008)),
    )


def _box(rng: Random) -> tuple[Part, ...]:
    x, y = rng.uniform(0.065, 0.09), rng.uniform(0.042, 0.055)
    z = rng.uniform(0.032, 0.05)
    lid = z * 0.24
    return (
        part(Solid.BOX, (x, y, z - lid), (0, 0, z - lid), patterned=True),
        part(Solid.BOX, (x + 0.004, y + 0.004, lid), (0, 0, 2 * z - lid)),
    )


def _cube(rng: Random) -> tuple[Part, ...]:
    half = rng.uniform(0.026, 0.034)
    return (part(Solid.BOX, (half, half, half), (0, 0, half), patterned=True),)


def _book(rng: Random) -> tuple[Part, ...]:
    x, y, z = rng.uniform(0.06, 0.075), rng.uniform(0.085, 0.105), rng.uniform(0.010, 0.018)
    cover = 0.0022
    return (
        part(Solid.BOX, (x - 0.003, y - 0.004, z - cover), (0, 0, z), paint='light'),
        part(Solid.BOX, (x, y, cover), (0, 0, 2 * z - cover), patterned=True),
        part(Solid.BOX, (x, y, cover), (0, 0, cover)),
        part(Solid.BOX, (cover, y, z), (-x, 0, z)),
    )


def _ball(rng: Random) -> tuple[Part, ...]:
    radius = rng.uniform(0.028, 0.04)
    return (part(Solid.SPHERE, (radius,), (0, 0, radius), patterned=True),)


def _banana(rng: Random) -> tuple[Part, ...]:
    bend, sweep = rng.uniform(0.085, 0.1), rng.uniform(0.85, 1.0)
    angles = np.linspace(-sweep, sweep, 7)
    flat = np.stack((bend * np.sin(angles), bend * (np.cos(angles) - 0.8)), axis=1)
    points = np.column_stack((flat, np.full(7, 0.0165)))
    radii = np.asarray((0.011, 0.0152, 0.0165, 0.0165, 0.0152, 0.011))
    tip = points[-1] + 0.35 * (points[-1] - points[-2])
    return (
        *chain(points, radii),
        rod(points[-1], tip, 0.006, 'dark'),
        part(Solid.SPHERE, (0.006,), tuple(points[0] * 1.09), paint='dark'),
    )


def _apple(rng: Random) -> tuple[Part, ...]:
    radius = rng.uniform(0.034, 0.04)
    return (
        part(Solid.ELLIPSOID, (radius, radius, radius * 0.82), (0, 0, radius * 1.02)),
        part(Solid.ELLIPSOID, (radius * 0.8, radius * 0.8, radius * 0.7), (0, 0, radius * 0.7)),
        rod((0, 0, radius * 1.75), (0.004, 0, radius * 2.3), 0.0028, 'dark'),
        part(
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
        part(Solid.ELLIPSOID, (radius, radius, radius * 0.95), (0, 0, radius * 0.95)),
        part(Solid.FRUSTUM, (radius * 0.92, radius * 0.53, radius * 0.5), (0, 0, radius * 1.75)),
        part(Solid.ELLIPSOID, (radius * 0.55, radius * 0.55, radius * 0.6), (0, 0, radius * 2.2)),
        rod((0, 0, radius * 2.7), (0.006, 0, radius * 3.25), 0.0026, 'dark'),
    )


_LYING = about((0.0, 1.0, 0.0), np.pi / 2)
"""Lays a solid's z axis along x."""


def _screwdriver(rng: Random) -> tuple[Part, ...]:
    grip, shaft, radius = rng.uniform(0.045, 0.055), rng.uniform(0.045, 0.06), 0.0145
    front = -0.05 + grip * 2
    return (
        rod((-0.05 + radius, 0, radius), (front - radius, 0, radius), radius),
        part(
            Solid.FRUSTUM, (radius * 0.95, 0.007, 0.008), (front, 0, radius), _LYING, paint='main'
        ),
        part(Solid.CYLINDER, (0.0042, shaft), (front + shaft, 0, radius), _LYING, paint='metal'),
        part(Solid.BOX, (0.007, 0.006, 0.0016), (front + 2 * shaft, 0, radius), paint='metal'),
    )


def _hammer(rng: Random) -> tuple[Part, ...]:
    length, half = rng.uniform(0.19, 0.22), rng.uniform(0.042, 0.05)
    end, z = length / 2, 0.017
    flat = about((1.0, 0.0, 0.0), np.pi / 2)
    return (
        rod((-end, 0, z), (end - 0.01, 0, z), 0.0125),
        part(Solid.BOX, (0.015, half * 0.7, 0.0165), (end, -0.004, z), paint='metal'),
        part(Solid.CYLINDER, (0.017, 0.014), (end, half * 0.8, z), flat, paint='metal'),
        part(Solid.BOX, (0.011, 0.016, 0.006), (end, -half, z), paint='metal'),
    )


def _toy_car(rng: Random) -> tuple[Part, ...]:
    x, y = rng.uniform(0.062, 0.075), rng.uniform(0.028, 0.033)
    wheel = 0.0155
    side = about((1.0, 0.0, 0.0), np.pi / 2)
    wheels = tuple(
        part(Solid.CYLINDER, (wheel, 0.006), (sx * x * 0.58, sy * y, wheel), side, paint='dark')
        for sx in (-1, 1)
        for sy in (-1, 1)
    )
    lamps = tuple(
        part(Solid.SPHERE, (0.005,), (x, sy * y * 0.6, 0.027), paint='light') for sy in (-1, 1)
    )
    return (
        part(Solid.BOX, (x, y, 0.0125), (0, 0, 0.0235)),
        part(Solid.BOX, (x * 0.52, y * 0.9, 0.012), (-x * 0.12, 0, 0.047)),
        part(Solid.BOX, (x * 0.535, y * 0.75, 0.0075), (-x * 0.12, 0, 0.0465), paint='dark'),
        part(Solid.BOX, (x * 0.4, y * 0.93, 0.0075), (-x * 0.12, 0, 0.0465), paint='dark'),
        *wheels,
        *lamps,
    )


def _duck(rng: Random) -> tuple[Part, ...]:
    x = rng.uniform(0.045, 0.053)
    y, z, head = x * 0.72, x * 0.6, x * 0.48
    top = z * 1.7 + head * 0.55
    eyes = tuple(
        part(
            Solid.SPHERE,
            (0.0042,),
            (x * 0.5 + head * 0.72, s * head * 0.58, top + 0.006),
            paint='dark',
        )
        for s in (-1, 1)
    )
    return (
        part(Solid.ELLIPSOID, (x, y, z), (0, 0, z * 0.97)),
        part(
            Solid.ELLIPSOID,
            (x * 0.3, y * 0.45, z * 0.25),
            (-x * 0.9, 0, z * 1.55),
            about((0.0, 1.0, 0.0), 0.6),
        ),
        part(Solid.SPHERE, (head,), (x * 0.5, 0, top)),
        part(
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
