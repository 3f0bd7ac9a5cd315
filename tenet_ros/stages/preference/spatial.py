"""How well two boxes stand in a relation, softly, for every pair.

Boxes are what there is: 3D relations are read from their traces in the image. A thing that stands
farther back on a common floor has its lower edge higher in the image (Hoiem, Efros and Hebert,
"Putting objects in perspective", IJCV 2008); a thing on another rests its lower edge on it.

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


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pairs:
    """What relations need to know of every pair (i, j) of boxes.

    Attributes:
        x: (N,) centres, pixels.
        y: (N,) centres, pixels.
        size: (N,) root of the area, pixels, at least 1.
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
    """

    x: Array
    y: Array
    size: Array
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
        return cls(
            x=x,
            y=y,
            size=size,
            dx=x - x[:, None],
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
        )


def _gap_in_depth(space: Space, scale: Array) -> Array:
    """Return how far apart things lie along the line of sight, (N, N) mean sizes of the two.

    Things are taken to be as deep as they are large: what their depth bridges is no gap.
    """
    z = np.maximum(space.positions[:, 2].astype(np.float64), 0.05)
    metres = scale * (z[:, None] + z) / 2 / space.focal_px
    return np.asarray(np.maximum(np.abs(z[:, None] - z) / metres - 1.0, 0.0), np.float64)


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


def _in(p: Pairs) -> Array:
    return np.asarray(0.95 * np.minimum(p.inside, 1.0), np.float64)


def _near(p: Pairs) -> Array:
    return np.asarray(np.exp(-p.gap), np.float64)


def _far(p: Pairs) -> Array:
    return np.asarray(1.0 - np.exp(-p.gap / 2.0), np.float64)


def _deeper(p: Pairs, base: Array) -> Array:
    """Return whether the lower edge is higher in the image, for things in one line of sight."""
    aside = np.maximum(np.abs(p.dx) - p.width, 0.0) / p.scale
    return np.asarray(logistic(6.0 * (base - 0.05)) * np.exp(-aside), np.float64)


def _with(p: Pairs) -> Array:
    touching = np.exp(-p.gap / 0.25)
    return np.asarray(touching * (0.4 + 0.6 * np.minimum(2.0 * p.shared, 1.0)), np.float64)


SPATIAL: Mapping[RelationKind, Callable[[Pairs], Array]] = MappingProxyType(
    {
        RelationKind.LEFT_OF: lambda p: _beside(p.dx, p.dy, p.width),
        RelationKind.RIGHT_OF: lambda p: _beside(-p.dx, p.dy, p.width),
        RelationKind.ABOVE: lambda p: _beside(p.dy, p.dx, p.height),
        RelationKind.BELOW: lambda p: _beside(-p.dy, p.dx, p.height),
        RelationKind.ON: _on,
        RelationKind.IN: _in,
        RelationKind.NEAR: _near,
        RelationKind.FAR_FROM: _far,
        RelationKind.BEHIND: lambda p: _deeper(p, p.base),
        RelationKind.IN_FRONT_OF: lambda p: _deeper(p, -p.base),
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
