"""How well two boxes stand in a relation, softly, for every pair.

Boxes are what there is: 3D relations are read from their traces in the image. A thing that stands
farther back on a common floor has its lower edge higher in the image (Hoiem, Efros and Hebert,
"Putting objects in perspective", IJCV 2008); a thing on another rests its lower edge on it. So
distances and directions on the floor are measured between the places where things stand, with rows
stretched, since a camera that looks down sees depth foreshortened.

Lengths are in shares of the boxes' own size, so a relation means the same near and far.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from tenet_ros.language.expression import RelationKind
from tenet_ros.stages.preference.evidence import Array, logistic
from tenet_ros.types import FloatArray, Space

__all__ = ['SPATIAL', 'Pairs', 'between']

Rows = npt.NDArray[np.signedinteger[Any]]
_STEEP = 5.0
"""Logits per box size: how fast "left of" turns from false to true."""
_FOOT = 0.4
"""A thing stands above its lower edge by this share of its box's shorter side: the near edge of
its foot is seen, and half of the foot lies behind."""
_FORESHORTENED = 1.5
"""Rows to columns on the floor: 1 / sin of the angle at which a camera looks down, here 42
degrees. From 1.3 to 1.6 makes little difference on simulated tables, seen from 20 to 60 degrees."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pairs:
    """What relations need to know of every pair (i, j) of boxes.

    Attributes:
        x: (N,) centres, pixels.
        y: (N,) centres, pixels.
        size: (N,) root of the area, pixels, at least 1.
        floor: (N,) row at which each stands, pixels: above its lower edge by half of its foot.
        dx: (N, N) from the centre of i to that of j, pixels, right positive.
        dy: (N, N) likewise, down positive.
        width: (N, N) mean of both widths.
        height: (N, N) mean of both heights.
        scale: (N, N) mean of both sizes.
        gap: (N, N) distance between the nearest edges, in ``scale``; 0 where they overlap. Where
            depth is known, what lies between two things along the line of sight counts as well.
        column: (N, N) horizontal overlap as a share of the narrower box.
        inside: (N, N) share of the area of i that lies in j.
        shared: (N, N) overlap as a share of the smaller box.
        iou: (N, N) intersection over union.
        base: (N, N) from the lower edge of i to that of j, in ``scale``, down positive.
        depth: (N, N) from the upper edge of j to the lower edge of i, in ``scale``.
        nearer: (N, N) how much nearer to the camera j stands than i, on one floor, in ``scale``.
        free: (N, N) distance between the two less how far both reach that way, pixels: in
            space where depth is known, else on one floor; below 0 where one covers the other.
    """

    x: Array
    y: Array
    size: Array
    floor: Array
    dx: Array
    dy: Array
    width: Array
    height: Array
    scale: Array
    gap: Array
    column: Array
    inside: Array
    shared: Array
    iou: Array
    base: Array
    depth: Array
    nearer: Array
    free: Array

    @classmethod
    def of(cls, boxes: FloatArray, space: Space | None = None) -> Pairs:
        """Measure boxes, (N, 4) float32 xyxy pixels, and where known their places in space."""
        x0, y0, x1, y1 = np.asarray(boxes, np.float64).T
        w, h = np.maximum(x1 - x0, 1.0), np.maximum(y1 - y0, 1.0)
        x, y, area = (x0 + x1) / 2, (y0 + y1) / 2, w * h
        size = np.sqrt(area)
        scale = (size[:, None] + size) / 2
        over_x = np.minimum(x1[:, None], x1) - np.maximum(x0[:, None], x0)
        over_y = np.minimum(y1[:, None], y1) - np.maximum(y0[:, None], y0)
        shared = np.maximum(over_x, 0.0) * np.maximum(over_y, 0.0)
        dx = x - x[:, None]
        foot = _FOOT * np.minimum(w, h)
        floor = y1 - foot
        down = _FORESHORTENED * (floor - floor[:, None])
        return cls(
            x=x,
            y=y,
            size=size,
            floor=floor,
            dx=dx,
            dy=y - y[:, None],
            width=(w[:, None] + w) / 2,
            height=(h[:, None] + h) / 2,
            scale=scale,
            gap=np.hypot(
                np.hypot(np.minimum(over_x, 0.0), np.minimum(over_y, 0.0)) / scale,
                0.0 if space is None else _gap_in_depth(space, scale),
            ),
            column=np.maximum(over_x, 0.0) / np.minimum(w[:, None], w),
            inside=shared / area[:, None],
            shared=shared / np.minimum(area[:, None], area),
            iou=shared / (area[:, None] + area - shared),
            base=(y1 - y1[:, None]) / scale,
            depth=(y1[:, None] - y0) / scale,
            nearer=down / scale,
            free=(
                _free_on_floor(dx, down, w / 2, _FORESHORTENED * foot)
                if space is None
                else _free_in_space(space, scale)
            ),
        )


def _gap_in_depth(space: Space, scale: Array) -> Array:
    """Return how far apart things lie along the line of sight, (N, N) mean sizes of the two.

    Things are taken to be as deep as they are large: what their depth bridges is no gap.
    """
    z = np.maximum(space.positions[:, 2].astype(np.float64), 0.05)
    metres = scale * (z[:, None] + z) / 2 / space.focal_px
    return np.asarray(np.maximum(np.abs(z[:, None] - z) / metres - 1.0, 0.0), np.float64)


def _free_on_floor(dx: Array, down: Array, wide: Array, deep: Array) -> Array:
    """Return the distance between the rims of each two ellipses, (N, N) pixels.

    Args:
        dx: (N, N) from one centre to the other, pixels.
        down: likewise along the other axis.
        wide: (N,) half axis along ``dx``, above 0.
        deep: (N,) half axis along ``down``, above 0.
    """
    distance = np.maximum(np.hypot(dx, down), 1e-6)
    x, y = dx / distance, down / distance
    # From i to j and from j to i the direction differs in sign alone, and an ellipse has none.
    reach = 1.0 / np.maximum(np.hypot(x / wide[:, None], y / deep[:, None]), 1e-6)
    return np.asarray(distance - reach - reach.T, np.float64)


def _free_in_space(space: Space, scale: Array) -> Array:
    """Return the distance between each two things in space less their size, (N, N) pixels."""
    z = np.maximum(space.positions[:, 2].astype(np.float64), 0.05)
    metres = np.linalg.norm(space.positions[:, None] - space.positions, axis=2)
    return np.asarray(metres * space.focal_px * 2.0 / (z[:, None] + z) - scale, np.float64)


def _beside(along: Array, across: Array, extent: Array) -> Array:
    """Return how far j lies along an axis from i, rather than across it.

    ``along`` and ``across`` are pixels from i to j, ``extent`` the mean of both extents along.
    """
    clear = logistic(_STEEP * (along / extent - 0.4))
    aslant = np.maximum(np.abs(across) / np.maximum(np.abs(along), 0.02 * extent) - 1.0, 0.0)
    return np.asarray(clear * np.exp(-0.7 * aslant), np.float64)


def _on(p: Pairs) -> Array:
    rests = logistic(10.0 * p.depth + 1.0) * logistic(10.0 * p.base + 1.0)
    return np.asarray(np.minimum(p.column, 1.0) * rests, np.float64)


def _over(p: Pairs) -> Array:
    """Return how far one is above the other in the image, where on a floor it may be behind it."""
    return 0.7 * _beside(p.dy, p.dx, p.height)


def _in(p: Pairs) -> Array:
    return np.asarray(0.95 * np.minimum(p.inside, 1.0), np.float64)


def _near(p: Pairs) -> Array:
    return np.asarray(np.exp(-p.gap), np.float64)


def _far(p: Pairs) -> Array:
    return np.asarray(1.0 - np.exp(-p.gap / 2.0), np.float64)


def _deeper(p: Pairs, beyond: Array) -> Array:
    """Return whether one stands beyond the other by more than it stands aside."""
    aside = np.maximum(np.abs(p.dx) - 0.4 * p.width, 0.0) / p.scale
    return logistic(4.0 * (beyond - 0.8 * aside - 0.25))


def _with(p: Pairs) -> Array:
    touching = np.exp(-p.gap / 0.25)
    return np.asarray(touching * (0.4 + 0.6 * np.minimum(2.0 * p.shared, 1.0)), np.float64)


SPATIAL: Mapping[RelationKind, Callable[[Pairs], Array]] = MappingProxyType(
    {
        RelationKind.LEFT_OF: lambda p: _beside(p.dx, p.dy, p.width),
        RelationKind.RIGHT_OF: lambda p: _beside(-p.dx, p.dy, p.width),
        RelationKind.ABOVE: lambda p: np.maximum(_over(p), _on(p)),
        RelationKind.BELOW: lambda p: np.maximum(_over(p).T, _on(p).T),
        RelationKind.ON: _on,
        RelationKind.IN: _in,
        RelationKind.NEAR: _near,
        RelationKind.FAR_FROM: _far,
        RelationKind.BEHIND: lambda p: _deeper(p, p.nearer),
        RelationKind.IN_FRONT_OF: lambda p: _deeper(p, -p.nearer),
        RelationKind.WITH: _with,
    }
)
"""Relation -> (N, N) in [0, 1]: how well box i stands in it to box j."""


def between(pairs: Pairs, first: Rows, second: Rows) -> Array:
    """Return how well each box lies between each two others, (N, A, B) in [0, 1].

    A box lies between two others where its centre projects onto the line between theirs, and not
    far from it.

    Args:
        pairs: of all N boxes.
        first: (A,) int rows.
        second: (B,) int rows.
    """
    ax, ay = pairs.x[first][:, None], pairs.y[first][:, None]
    lx, ly = pairs.x[second] - ax, pairs.y[second] - ay
    square = np.maximum(lx * lx + ly * ly, 1.0)
    px, py = pairs.x[:, None, None] - ax, pairs.y[:, None, None] - ay
    share = (px * lx + py * ly) / square
    aside = np.abs(px * ly - py * lx) / square
    within = logistic(12.0 * (share - 0.1)) * logistic(12.0 * (0.9 - share))
    return np.asarray(within * np.exp(-2.0 * aside), np.float64)
