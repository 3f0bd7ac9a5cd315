"""What things do by themselves: slide, roll, turn, topple, leave the view and come back.

Every function makes one try, without regard to what stands in the way; ``script`` keeps those
that touch nothing.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from tenet_ros.sim import motions
from tenet_ros.sim.act import RAMP_S, Act, centre_of, either_way, flat, stretches, towards
from tenet_ros.sim.catalogue import CATEGORIES
from tenet_ros.sim.layout import Body
from tenet_ros.sim.motions import Path
from tenet_ros.sim.rotations import matrix
from tenet_ros.sim.scene import ActivityKind
from tenet_ros.sim.setting import Setting

__all__ = ['circle', 'leave', 'roll', 'slide', 'spin', 'topple']

Array = npt.NDArray[np.float64]
Random = np.random.Generator


def slide(rng: Random, body: Body, setting: Setting) -> Act | None:
    """Straight over the table; a toy car drives along its own axis."""
    length, speed = float(rng.uniform(0.12, 0.5)), float(rng.uniform(0.06, 0.35))
    heading = rng.uniform(0, 2 * np.pi)
    way = length * towards(heading)
    if CATEGORIES[body.thing.category].rolls == 'wheels':
        forward = 1.0 if rng.random() < 0.8 else -1.0
        way = forward * length * matrix(body.turn)[:, 0]
    if not setting.inside(centre_of(body.world()) + way, 12):
        return None
    done, windows = stretches(rng, setting, length / speed)
    return Act(
        ActivityKind.SLIDE, windows, lambda place, turn: motions.slide(place, turn, way, done)
    )


def _roll_of(body: Body, way: Array, done: Array) -> Callable[[Array, Array], Path]:
    """Return how a ball, or what lies on the barrel that is its first part, rolls a way."""
    radius = float(body.thing.parts[0].size[0])
    middle = body.place + matrix(body.turn)[:, 2] * body.thing.extent[2] / 2
    return lambda place, turn: motions.roll(place, turn, middle, radius, way, done)


def _sideways(rng: Random, body: Body, length: float) -> Array:
    """Return a way that the body can roll."""
    if not body.lying:
        return length * towards(rng.uniform(0, 2 * np.pi))
    axis = matrix(body.turn)[:, 2]
    return either_way(rng) * length * flat(-axis[1], axis[0])


def roll(rng: Random, body: Body, setting: Setting) -> Act | None:
    """A straight way, the thing turning as it goes."""
    length, speed = float(rng.uniform(0.12, 0.55)), float(rng.uniform(0.08, 0.4))
    way = _sideways(rng, body, length)
    if not setting.inside(centre_of(body.world()) + way, 12):
        return None
    done, windows = stretches(rng, setting, length / speed)
    return Act(ActivityKind.ROLL, windows, _roll_of(body, way, done), loads=False)


def spin(rng: Random, body: Body, setting: Setting) -> Act:
    """About its upright axis, in place."""
    seconds, rate = float(rng.uniform(1.5, 5.0)), float(rng.uniform(0.9, 3.0))
    done, windows = stretches(rng, setting, seconds)
    angles = either_way(rng) * rate * seconds * done
    pivot = centre_of(body.world())
    return Act(
        ActivityKind.SPIN,
        windows,
        lambda place, turn: motions.turn_about(place, turn, pivot, angles),
    )


def circle(rng: Random, body: Body, setting: Setting) -> Act:
    """Around a point beside it."""
    radius, speed = float(rng.uniform(0.045, 0.12)), float(rng.uniform(0.07, 0.28))
    centre = centre_of(body.world()) + radius * towards(rng.uniform(0, 2 * np.pi))
    angle = float(rng.uniform(2.5, 10.0))
    done, windows = stretches(rng, setting, angle * radius / speed)
    angles = either_way(rng) * angle * done
    return Act(
        ActivityKind.CIRCLE,
        windows,
        lambda place, turn: motions.turn_about(place, turn, centre, angles),
    )


def topple(rng: Random, body: Body, setting: Setting) -> Act:
    """Over the edge of its foot, onto its side."""
    start = float(rng.uniform(0.4, max(setting.seconds - 1.0, 0.5)))
    seconds = float(rng.uniform(0.5, 0.9))
    done = np.clip((setting.times - start) / seconds, 0.0, 1.0)
    ahead = towards(rng.uniform(0, 2 * np.pi))
    radius = float(body.thing.extent[:2].min()) / 2
    edge = body.place + radius * ahead
    axis = np.cross((0.0, 0.0, 1.0), ahead)
    return Act(
        ActivityKind.FALL,
        ((start, start + seconds),),
        lambda place, turn: motions.topple(place, turn, edge, axis, done),
        loads=False,
    )


def _offstage(body: Body, setting: Setting, ways: Array) -> float:
    """Return how far along a unit way (3,) a body is out of view for good; 0 if never."""
    middle = centre_of(body.world())
    reach = float(np.hypot(*body.thing.extent[:2])) / 2
    depth = float(np.linalg.norm(setting.camera.positions - middle, axis=1).min())
    margin = 1.3 * setting.camera.focal_px * reach / max(depth - 0.3, 0.25)
    for length in np.arange(0.1, 0.95, 0.05):
        point = middle + length * ways
        if np.abs(point[:2]).max() > 1.1:
            return 0.0
        if setting.outside(point, margin):
            return float(length)
    return 0.0


def leave(rng: Random, body: Body, setting: Setting) -> Act | None:
    """Out of view and often back, or into view."""
    rolls = CATEGORIES[body.thing.category].rolls == 'any' or body.lying
    way = _sideways(rng, body, 1.0) if rolls else towards(rng.uniform(0, 2 * np.pi))
    if CATEGORIES[body.thing.category].rolls == 'wheels':
        way = either_way(rng) * matrix(body.turn)[:, 0]
    length = _offstage(body, setting, way)
    if length == 0.0:
        return None
    seconds = length / float(rng.uniform(0.15, 0.4)) + RAMP_S
    if seconds > 0.6 * setting.seconds:
        return None
    times, plan = setting.times, rng.random()
    start = float(rng.uniform(0.3, max(setting.seconds - 1.4 * seconds, 0.5)))
    windows = [(start, start + seconds)]
    done = motions.progress(times, start, start + seconds, RAMP_S)
    if plan < 0.3:
        done = 1 - done
    elif plan < 0.85:
        again = start + seconds + float(rng.uniform(0.3, 1.2))
        done = done - motions.progress(times, again, again + seconds, RAMP_S)
        windows.append((again, again + seconds))
    way = way * length
    carry = (
        _roll_of(body, way, done)
        if rolls
        else lambda place, turn: motions.slide(place, turn, way, done)
    )
    kind = ActivityKind.ROLL if rolls else ActivityKind.SLIDE
    return Act(kind, tuple(windows), carry, loads=not rolls)
