"""Places in an ordering of candidates: the leftmost, the second from the left, the biggest."""

from __future__ import annotations

import numpy as np

from tenet_ros.sim.expressions.deeds import Deeds
from tenet_ros.sim.expressions.facts import Facts
from tenet_ros.sim.expressions.meaning import End, Order
from tenet_ros.sim.expressions.places import ground_gap
from tenet_ros.sim.expressions.trits import Flags, Trits, past_or_now, settled
from tenet_ros.sim.scene import Array

__all__ = ['place_in', 'side_of']

_SETTLE_S = 0.3
_BIGGER = np.log(1.25)
_LOOKS_BIGGER = np.log(1.1)


def place_in(
    facts: Facts, deeds: Deeds, order: Order, candidates: Trits, *, anchor: int, alone: bool
) -> Trits:
    """Return which candidate clearly holds the place, (T, N).

    Args:
        facts: of the clip.
        deeds: of the clip.
        order: the place.
        candidates: (T, N) what is being ordered; any doubt about it leaves the order in doubt.
        anchor: index of the thing that CLOSEST_TO and FARTHEST_FROM measure from, -1 for none.
        alone: whether a single candidate holds every first place, or none.
    """
    keys, margins, known = _keys(facts, deeds, order.end, anchor)
    chosen = candidates > 0
    count = chosen.sum(axis=1)
    sound = ~(candidates == 0).any(axis=1) & (known | ~chosen).all(axis=1)
    clear = sound
    best = np.full(facts.frames, -1)
    for key, margin in zip(keys, margins, strict=True):
        index, apart = _pick(np.where(chosen, key, np.inf), margin, order, count, alone=alone)
        clear = clear & apart & ((best < 0) | (index == best))
        best = index
    held = clear[:, None] & (np.arange(facts.named) == best[:, None])
    values = np.where(candidates < 0, -1, np.where(clear[:, None], np.where(held, 1, -1), 0))
    if order.end is End.FIRST_MOVED:
        return _first_moved(deeds, candidates, values.astype(np.int8))
    return settled(values.astype(np.int8), facts.count(_SETTLE_S))


def side_of(facts: Facts, side: str, candidates: Trits) -> Trits:
    """Return which candidates clearly lie in that half of the picture, (T, N).

    Where none does, "the mug on the left" may still mean the left one of two: doubtful.
    """
    share = facts.u / facts.scene.camera.width
    share = share if side == 'left' else 1.0 - share
    values = np.where(share < 0.42, 1, np.where(share > 0.58, -1, 0))
    values = np.where(facts.placed, values, 0)
    lone = (candidates > 0).sum(axis=1) < 2
    some = ((values > 0) & (candidates > 0)).any(axis=1) & ~lone
    return settled(np.where(some[:, None], values, 0).astype(np.int8), facts.count(_SETTLE_S))


def _keys(
    facts: Facts, deeds: Deeds, end: End, anchor: int
) -> tuple[list[Array], list[Array], Flags]:
    """Return sort keys that must agree, the least gap of each (T,), and where they are known."""
    ones = np.ones(facts.frames)
    if end in {End.LEFT, End.MIDDLE, End.RIGHT}:
        key = -facts.u if end is End.RIGHT else facts.u
        return [key], [0.8 * np.median(facts.half_width_px, axis=1)], facts.placed
    if end in {End.NEAREST, End.FARTHEST}:
        key = facts.distance if end is End.NEAREST else -facts.distance
        return [key], [0.06 * ones], facts.placed
    if end in {End.LARGEST, End.SMALLEST}:
        sign = 1.0 if end is End.SMALLEST else -1.0
        real = np.broadcast_to(sign * np.log(facts.size), facts.u.shape)
        seen = sign * np.log(facts.apparent)
        return [real, seen], [_BIGGER * ones, _LOOKS_BIGGER * ones], facts.placed
    if end is End.FIRST_MOVED:
        return [deeds.onset], [0.7 * facts.rate_hz * ones], facts.seen
    gap = ground_gap(facts, anchor)
    known = facts.placed & facts.placed[:, [anchor]]
    sign = 1.0 if end is End.CLOSEST_TO else -1.0
    ratio = np.log(np.maximum(gap, 0.01))
    return [sign * gap, sign * ratio], [0.04 * ones, np.log(1.4) * ones], known


def _pick(
    keys: Array, margin: Array, order: Order, count: Array, *, alone: bool
) -> tuple[Array, Flags]:
    """Return who holds the place at each frame, and whether it stands clear of its neighbours."""
    rows = np.arange(len(keys))
    by = np.argsort(keys, axis=1, kind='stable')
    ranked = np.take_along_axis(keys, by, axis=1)
    padded = np.pad(ranked, ((0, 0), (1, 1)), constant_values=np.inf)
    padded[:, 0] = -np.inf
    if order.end is End.MIDDLE:
        place = np.clip(count // 2, 0, keys.shape[1] - 1)
        enough = (count % 2 == 1) & (count >= 3)
    else:
        place = np.full(len(keys), min(order.rank - 1, keys.shape[1] - 1))
        least = order.rank + 1 if order.rank > 1 else (1 if alone else 2)
        enough = (count >= least) & (order.rank <= keys.shape[1])
    before, at, after = (padded[rows, place + i] for i in range(3))
    with np.errstate(invalid='ignore'):
        apart = np.isfinite(at) & (at - before >= margin) & (after - at >= margin)
    return by[rows, place], apart & enough


def _first_moved(deeds: Deeds, candidates: Trits, values: Trits) -> Trits:
    """The earliest of those that moved; none while nothing stirred, doubt while something may."""
    moved, runs = np.isfinite(deeds.onset), candidates > 0
    watched = past_or_now(deeds.moving != 0)
    calm = np.all((candidates < 0) | (runs & ~deeds.stirred & watched), axis=1, keepdims=True)
    started = np.any(runs & moved, axis=1, keepdims=True)
    unclear = np.any(runs & deeds.stirred & ~moved, axis=1, keepdims=True)
    lone = runs.sum(axis=1, keepdims=True) < 2
    found = np.where(started, values, np.where(calm, -1, 0))
    return np.where((unclear | lone) & (candidates >= 0), 0, found).astype(np.int8)
