"""Scripted motion: where a thing is at every frame while it slides, rolls, turns, falls or lifts.

All are closed forms of time, without physics: how far along its way a thing is, and the rigid
motion that this means for it and for whatever stands on it.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tenet_ros.sim.rotations import about, matrix, multiply, upright

__all__ = ['Path', 'drop', 'progress', 'roll', 'slide', 'still', 'topple', 'turn_about']

Array = npt.NDArray[np.float64]
Path = tuple[Array, Array]
"""(T, 3) places and (T, 4) turns of a thing's origin, world."""


def progress(times: Array, start: float, end: float, ramp: float) -> Array:
    """Return the share of a way that is done at each time, (T,) in [0, 1].

    The speed rises as a cosine for ``ramp`` seconds, stays, and falls likewise; before ``start``
    and after ``end`` it is exactly zero.
    """
    length = end - start
    ramp = min(ramp, length / 2)
    t = np.clip(times - start, 0.0, length)

    def ramped(u: Array) -> Array:
        return np.asarray((u - np.sin(np.pi * u / ramp) * ramp / np.pi) / 2)

    rising = ramped(np.minimum(t, ramp))
    cruise = np.clip(t - ramp, 0.0, length - 2 * ramp)
    falling = ramped(np.asarray(ramp)) - ramped(np.clip(length - t, 0.0, ramp))
    share = (rising + cruise + falling) / (length - ramp)
    return np.where(times >= end, 1.0, np.where(times <= start, 0.0, np.clip(share, 0.0, 1.0)))


def still(place: Array, turn: Array, count: int) -> Path:
    """Return no motion, for ``count`` frames."""
    return np.tile(place, (count, 1)), np.tile(turn, (count, 1))


def slide(place: Array, turn: Array, way: Array, done: Array) -> Path:
    """Return a straight slide by ``way`` (3,), ``done`` (T,) of it at each frame."""
    places, turns = still(place, turn, len(done))
    return places + done[:, None] * way, turns


def turn_about(place: Array, turn: Array, pivot: Array, angles: Array) -> Path:
    """Return a turn by ``angles`` (T,) radians about the upright line through ``pivot`` (3,).

    With the pivot in the thing's middle it spins, with another it circles.
    """
    turned = upright(angles)
    places = np.einsum('tij,j->ti', matrix(turned), place - pivot) + pivot
    return places, multiply(turned, np.tile(turn, (len(angles), 1)))


def roll(place: Array, turn: Array, middle: Array, radius: float, way: Array, done: Array) -> Path:
    """Return a roll without slip.

    Args:
        place: (3,) origin at the start.
        turn: (4,) turn at the start.
        middle: (3,) the axis of the roll passes here at the start.
        radius: of the rolling body, metres.
        way: (3,) along the table.
        done: (T,) share of the way.
    """
    length = float(np.linalg.norm(way))
    turned = about(np.cross((0.0, 0.0, 1.0), way / length), length / radius * done)
    arm = np.einsum('tij,j->ti', matrix(turned), place - middle)
    return middle + done[:, None] * way + arm, multiply(turned, np.tile(turn, (len(done), 1)))


def drop(place: Array, turn: Array, height: float, since: Array, gravity: float) -> Path:
    """Return a fall from ``height`` metres above ``place``, with one small bounce.

    Args:
        place: (3,) where it comes to rest.
        turn: (4,) kept.
        height: metres.
        since: (T,) seconds since it was let go, negative before.
        gravity: metres per second squared.

    Returns:
        The path; at rest from ``1.6 * sqrt(2 * height / gravity)`` seconds on.
    """
    places, turns = still(place, turn, len(since))
    landed = np.sqrt(2 * height / gravity)
    fallen = height - gravity / 2 * np.square(np.clip(since, 0.0, landed))
    after, bounce = np.clip(since - landed, 0.0, 0.6 * landed), 0.6 * landed
    hop = gravity / 2 * after * (bounce - after)
    return places + np.stack((fallen * 0, fallen * 0, fallen + hop), axis=1), turns


def topple(place: Array, turn: Array, edge: Array, axis: Array, done: Array) -> Path:
    """Return a quarter turn about the line through ``edge`` (3,) along ``axis`` (3,).

    ``done`` (T,) is the share of the time that a fall takes; the turn speeds up with its square.
    """
    turned = about(axis, np.pi / 2 * done * done)
    places = np.einsum('tij,j->ti', matrix(turned), place - edge) + edge
    return places, multiply(turned, np.tile(turn, (len(done), 1)))
