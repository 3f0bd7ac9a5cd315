"""Spatial relations between things, as seen from the camera, with room for doubt.

A relation counts only where the ground plan and the picture agree. Directions lie in the ground
plane and are taken at the line of sight to the pair, so "behind" means behind as one looks.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tenet_ros.sim import catalogue
from tenet_ros.sim.expressions.facts import Facts, reach
from tenet_ros.sim.expressions.meaning import Place
from tenet_ros.sim.expressions.trits import Flags, Trits, decided, settled
from tenet_ros.sim.scene import Array

__all__ = ['HOLLOW', 'between', 'ground_gap', 'relation']

_SETTLE_S = 0.3
HOLLOW = frozenset({'bowl', 'pan', 'cup', 'mug'})
"""What one may be in; other things that carry are stood on."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Pair:
    """Every thing against one anchor.

    Attributes:
        aside: (T, N) to the right of the anchor, metres, across the line of sight.
        beyond: (T, N) farther than the anchor, metres, along the line of sight.
        width: (T, N) sum of both half widths across, metres.
        depth: (T, N) sum of both half depths along, metres.
        du: (T, N) to the right in the image, pixels.
        width_px: (T, N) sum of both half widths in the image, pixels.
    """

    aside: Array
    beyond: Array
    width: Array
    depth: Array
    du: Array
    width_px: Array

    @classmethod
    def of(cls, facts: Facts, m: int) -> _Pair:
        world, camera = facts.world, facts.scene.camera.positions[:, None]
        offset = world - world[:, m : m + 1]
        sight = (world + world[:, m : m + 1]) / 2 - camera
        sight = _unit(sight)
        across = np.stack([sight[..., 1], -sight[..., 0], np.zeros_like(sight[..., 0])], axis=-1)
        sums = [_reach_sum(facts, m, direction) for direction in (across, sight)]
        return cls(
            aside=np.einsum('tni,tni->tn', offset, across),
            beyond=np.einsum('tni,tni->tn', offset, sight),
            width=sums[0],
            depth=sums[1],
            du=facts.u - facts.u[:, m : m + 1],
            width_px=facts.half_width_px + facts.half_width_px[:, m : m + 1],
        )


def relation(facts: Facts, place: Place, m: int) -> Trits:
    """Return how clearly each thing stands in a relation to thing ``m``, (T, N).

    UNDER and BETWEEN are made elsewhere: the one of ON, the other of two anchors. Doubtful where
    nobody can know where one of the two is, and for the first 0.3 s of any value.
    """
    if place is Place.ON:
        values = _on(facts, m)
    elif place is Place.IN:
        values = _in(facts, m)
    elif place is Place.NEAR:
        values = _near(facts, m)
    else:
        values = _beside(_Pair.of(facts, m), place)
    values = np.where(facts.placed & facts.placed[:, m : m + 1], values, 0).astype(np.int8)
    values[:, m] = -1
    return settled(values, facts.count(_SETTLE_S))


def between(facts: Facts, m: int, k: int) -> Trits:
    """Return how clearly each thing lies between things ``m`` and ``k``, (T, N).

    It must lie near the middle of the line both on the ground and in the picture.
    """
    ground, picture = facts.world[:, :, :2], np.stack([facts.u, facts.v], axis=-1)
    share, off, length = _along(ground, m, k)
    seen_share, seen_off, seen_length = _along(picture, m, k)
    room = length > facts.breadth + facts.breadth[:, [m, k]].sum(axis=1, keepdims=True)
    holds = room & (facts.bottom < 0.1) & (off < 0.18 * length) & (off < 0.1)
    holds &= (np.abs(share - 0.5) < 0.28) & (np.abs(seen_share - 0.5) < 0.33)
    holds &= seen_off < 0.2 * seen_length
    fails = (share < 0.0) | (share > 1.0) | (off > 0.6 * length)
    placed = facts.placed & facts.placed[:, [m]] & facts.placed[:, [k]]
    values = np.where(placed, decided(holds, fails), 0).astype(np.int8)
    values[:, [m, k]] = -1
    return settled(values, facts.count(_SETTLE_S))


def _along(points: Array, m: int, k: int) -> tuple[Array, Array, Array]:
    """Return, against the line from ``m`` to ``k``: share of it, distance from it, its length."""
    line = points[:, k] - points[:, m]
    length = np.maximum(np.linalg.norm(line, axis=1), 1e-6)[:, None]
    offset = points - points[:, m : m + 1]
    share = np.einsum('tni,ti->tn', offset, line) / length**2
    cross = offset[..., 0] * line[:, None, 1] - offset[..., 1] * line[:, None, 0]
    return share, np.abs(cross) / length, length


def ground_gap(facts: Facts, m: int) -> Array:
    """Return the free distance on the ground between each thing and thing ``m``, (T, N) metres."""
    offset = facts.world - facts.world[:, m : m + 1]
    distance = np.hypot(offset[..., 0], offset[..., 1])
    return np.asarray(distance - _reach_sum(facts, m, _unit(offset)))


def _beside(pair: _Pair, place: Place) -> Trits:
    """LEFT_OF, RIGHT_OF, BEHIND, IN_FRONT_OF."""
    if place in {Place.LEFT_OF, Place.RIGHT_OF}:
        sign = 1.0 if place is Place.RIGHT_OF else -1.0
        along, off, size = sign * pair.aside, np.abs(pair.beyond), pair.width
        du = sign * pair.du
        holds = (along >= 0.8 * off) & (along >= 0.65 * size) & (du >= 0.5 * pair.width_px)
        fails = ((along <= 0.2 * off) | (along <= 0.1 * size)) & (du <= 0.3 * pair.width_px)
        return decided(holds, fails)
    sign = 1.0 if place is Place.BEHIND else -1.0
    along, off, size = sign * pair.beyond, np.abs(pair.aside), pair.depth
    holds = (along >= 1.5 * off) & (along >= 0.65 * size) & (along >= 0.03)
    return decided(holds, (along <= 0.2 * off) | (along <= 0.1 * size))


def _near(facts: Facts, m: int) -> Trits:
    gap, pair = ground_gap(facts, m), _Pair.of(facts, m)
    size = np.linalg.norm(facts.half[:, :2], axis=1)
    mean = (size + size[m])[None, :]
    level = np.abs(facts.bottom - facts.bottom[:, m : m + 1]) < 0.03
    beside = np.abs(pair.aside) >= 0.5 * np.abs(pair.beyond)
    holds = (gap <= 0.35 * mean) & (gap <= 0.06) & (gap >= -0.01) & level & beside
    return decided(holds, (gap >= 1.6 * mean) & (gap >= 0.12))


def _over(facts: Facts, m: int) -> tuple[Array, Array]:
    """Return each thing's horizontal distance from thing ``m``, and how far ``m`` reaches."""
    offset = facts.world - facts.world[:, m : m + 1]
    away = np.hypot(offset[..., 0], offset[..., 1])
    direction = _unit(offset)
    own = np.broadcast_to(facts.axes[:, m : m + 1], facts.axes.shape)
    half = np.broadcast_to(facts.half[m], facts.half.shape)
    return np.asarray(away), reach(own, half, direction)


def _rests_in(facts: Facts, m: int) -> tuple[Flags, Flags]:
    """Return where things rest in or on thing ``m``, and where they clearly do not."""
    away, extent = _over(facts, m)
    top, bottom = facts.top[:, m : m + 1], facts.bottom[:, m : m + 1]
    supported = (facts.bottom > bottom + 0.002) & (facts.bottom < top + 0.012)
    outside = away > _reach_sum(facts, m, _unit(facts.world - facts.world[:, m : m + 1]))
    return supported & (away < 0.75 * extent), outside | (facts.bottom > top + 0.05)


def _on(facts: Facts, m: int) -> Trits:
    if facts.things[m].category in HOLLOW or not _carries(facts, m):
        return np.where(_rests_in(facts, m)[1], -1, 0).astype(np.int8)
    rests, outside = _rests_in(facts, m)
    return decided(rests, outside)


def _in(facts: Facts, m: int) -> Trits:
    if facts.things[m].category not in HOLLOW:
        return np.where(_rests_in(facts, m)[1], -1, 0).astype(np.int8)
    rests, outside = _rests_in(facts, m)
    return decided(rests & (facts.bottom < facts.top[:, m : m + 1] - 0.01), outside)


def _carries(facts: Facts, m: int) -> bool:
    return catalogue.CATEGORIES[facts.things[m].category].carries


def _reach_sum(facts: Facts, m: int, direction: Array) -> Array:
    each = reach(facts.axes, facts.half, direction)
    own = np.broadcast_to(facts.axes[:, m : m + 1], facts.axes.shape)
    return each + reach(own, np.broadcast_to(facts.half[m], facts.half.shape), direction)


def _unit(vectors: Array) -> Array:
    """Return the horizontal part of vectors at length one; along x where there is none."""
    flat = vectors * np.array([1.0, 1.0, 0.0])
    length = np.linalg.norm(flat, axis=-1, keepdims=True)
    return np.where(length > 1e-9, flat / np.maximum(length, 1e-9), np.array([1.0, 0.0, 0.0]))
