"""Scripted motion: how far along its way a thing is at every frame, and with what turn."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tenet_ros.sim.rotations import about, matrix, multiply, upright

__all__ = ['Path', 'circle', 'progress', 'roll', 'slide', 'spin']

Array = npt.NDArray[np.float64]
Path = tuple[Array, Array]
"""(T, 3) places and (T, 4) turns of a thing's origin."""


def progress(times: Array, start: float, end: float, ramp: float) -> Array:
    """Return the share of a way that is done at each time, (T,) in [0, 1].

    The speed rises as a cosine for ``ramp`` seconds, stays, and falls likewise; before ``start``
    and after ``end`` it is exactly zero. A start before the clip is a start at speed.
    """
    length = end - start
    ramp = min(ramp, length / 2)
    t = np.clip(times - start, 0.0, length)

    def ramped(u: Array) -> Array:
        return (u - np.sin(np.pi * u / ramp) * ramp / np.pi) / 2

    rising = ramped(np.minimum(t, ramp))
    cruise = np.clip(t - ramp, 0.0, length - 2 * ramp)
    falling = ramped(np.asarray(ramp)) - ramped(np.clip(length - t, 0.0, ramp))
    return np.asarray((rising + cruise + falling) / (length - ramp))


def _still(place: Array, turn: Array, count: int) -> Path:
    return np.tile(place, (count, 1)), np.tile(turn, (count, 1))


def slide(place: Array, turn: Array, way: Array, done: Array) -> Path:
    """Return a straight slide by ``way`` (3,), ``done`` (T,) of it at each frame."""
    places, turns = _still(place, turn, len(done))
    return places + done[:, None] * way, turns


def spin(place: Array, turn: Array, pivot: Array, angle: float, done: Array) -> Path:
    """Return a turn by ``angle`` radians about the upright line through ``pivot`` (3,)."""
    about_z = upright(angle * done)
    places = np.einsum('tij,j->ti', matrix(about_z), place - pivot) + pivot
    return places, multiply(about_z, np.tile(turn, (len(done), 1)))


def circle(place: Array, turn: Array, centre: Array, angle: float, done: Array) -> Path:
    """Return a tour around ``centre`` (3,), the thing turning with it."""
    return spin(place, turn, centre, angle, done)


def roll(
    place: Array, turn: Array, middle: Array, radius: float, way: Array, done: Array
) -> Path:
    """Return a roll without slip.

    Args:
        place: (3,) origin at the start.
        turn: (4,) turn at the start.
        middle: (3,) the axis of the roll passes here at the start.
        radius: of the rolling body.
        way: (3,) along the table.
        done: (T,) share of the way.
    """
    length = float(np.linalg.norm(way))
    axis = np.cross((0.0, 0.0, 1.0), way / length)
    turned = about(axis, length / radius * done)
    arm = np.einsum('tij,j->ti', matrix(turned), place - middle)
    places = middle + done[:, None] * way + arm
    return places, multiply(turned, np.tile(turn, (len(done), 1)))
