"""The outlines of convex parts as a camera sees them, and the order to paint them in.

A part's silhouette is the convex hull of its projected points. Painting goes from the back to the
front: exactly so for bodies that a plane parts, by distance for the others.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
import numpy.typing as npt

from tenet_ros.sim.rotations import matrix
from tenet_ros.sim.scene import Scene
from tenet_ros.sim.solids import part_points
from tenet_ros.sim.spans import DIRECTIONS, in_front

__all__ = ['SHIFT', 'Bodies', 'Outline', 'View', 'fill']

Array = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
Labels = npt.NDArray[np.uint8]
Outline = npt.NDArray[np.int32]
"""(C, 2) corners in the image that is filled, with ``SHIFT`` fractional bits; C may be 0."""

SHIFT = 4
_NEAR_M = 0.03


@dataclass(frozen=True, slots=True, eq=False)
class Bodies:
    """All points of a scene's things, part after part.

    Attributes:
        points: per thing (V, 3) in its own frame.
        starts: (P,) first row of each part among all points.
        owners: (P,) the thing of each part, ascending.
        edges: (N,) first part of each thing.
        middles: (N, 3) centre of each extent in the thing's frame.
    """

    points: tuple[Array, ...]
    starts: Ints
    owners: Ints
    edges: Ints
    middles: Array

    @classmethod
    def of(cls, scene: Scene) -> Bodies:
        """Return the points of a scene's things."""
        parts = [[part_points(part) for part in thing.parts] for thing in scene.things]
        lengths = [len(points) for thing in parts for points in thing]
        things = tuple(np.concatenate(thing) for thing in parts)
        owners = np.asarray([n for n, thing in enumerate(parts) for _ in thing], np.int64)
        return cls(
            points=things,
            starts=np.cumsum([0, *lengths[:-1]]),
            owners=owners,
            edges=np.searchsorted(owners, np.arange(len(things))),
            middles=np.asarray([(p.min(axis=0) + p.max(axis=0)) / 2 for p in things]),
        )

    def placed(self, scene: Scene, frame: int) -> Array:
        """Return all points in the world at one frame, (sum V, 3)."""
        rows = zip(self.points, matrix(scene.rotations[frame]), scene.positions[frame], strict=True)
        return np.concatenate([points @ turn.T + place for points, turn, place in rows])

    def centres(self, scene: Scene, frame: int) -> Array:
        """Return the centre of each thing's extent in the world, (N, 3)."""
        turned = np.einsum('nij,nj->ni', matrix(scene.rotations[frame]), self.middles)
        return np.asarray(turned + scene.positions[frame])


def fill(canvas: Labels, outlines: Iterable[Outline], value: int) -> None:
    """Fill outlines in place."""
    for outline in outlines:
        cv2.fillConvexPoly(canvas, outline, value, cv2.LINE_8, SHIFT)


def _before_lens(points: Array) -> Array:
    """Cut a convex body's points (V, 3) off at the near plane; empty if it lies behind it."""
    ahead = points[:, 2] >= _NEAR_M
    if ahead.all():
        return points
    front, back = points[ahead], points[~ahead]
    share = (front[:, None, 2] - _NEAR_M) / (front[:, None, 2] - back[None, :, 2])
    cuts = front[:, None] + share[..., None] * (back[None] - front[:, None])
    return np.concatenate((front, cuts.reshape(-1, 3)))


def _outline(pixels: npt.NDArray[np.float32]) -> Outline:
    """Return the hull, drawn in by half a pixel, since filling draws its border line as well."""
    hull = cv2.convexHull(pixels)[:, 0]
    out = hull - hull.sum(axis=0) / np.float32(len(hull))
    length = np.sqrt(np.square(out).sum(axis=1, keepdims=True))
    inner = hull - out * np.minimum(0.5 / np.maximum(length, 1e-6), 1.0) - 0.5
    return np.asarray(np.rint(inner * (1 << SHIFT)), np.int32)


def _sequence(front: Bools, depths: Array) -> list[int]:
    """Return an order, back to front, that keeps ``front`` as far as that has no cycle."""
    far_first = np.argsort(-depths, kind='stable')
    front = front[np.ix_(far_first, far_first)]
    behind = front.sum(axis=1)
    order: list[int] = []
    for _ in far_first:
        chosen = int(np.argmin(behind))
        order.append(int(far_first[chosen]))
        behind -= front[:, chosen]
        behind[chosen] = len(front) * len(front)
    return order


def _groups(close: Bools) -> Ints:
    """Return the number of the connected group of each of N nodes, (N,)."""
    label = np.arange(len(close))
    for a, b in np.argwhere(np.triu(close, 1)):
        label[label == label[b]] = label[a]
    return np.unique(label, return_inverse=True)[1].astype(np.int64)


class View:
    """One frame, projected.

    Args:
        scene: the clip.
        bodies: its points.
        frame: which frame.
        scale: of the image that will be filled against the camera's.
        last: a view of the same clip and scale, whose outlines are kept where nothing moved.

    Attributes:
        outlines: (P) of every part, empty where it lies behind the camera.
        fresh: (N,) bool, things whose outlines differ from those of ``last``.
    """

    def __init__(
        self, scene: Scene, bodies: Bodies, frame: int, scale: float, last: View | None = None
    ) -> None:
        self._bodies, self._frame = bodies, frame
        camera = scene.camera
        self._eye = camera.positions[frame]
        world = bodies.placed(scene, frame)
        along = world @ DIRECTIONS.T
        self._low = np.minimum.reduceat(along, bodies.starts)
        self._high = np.maximum.reduceat(along, bodies.starts)
        local = (world - self._eye) @ camera.rotations[frame]
        bounds = [*bodies.starts.tolist(), len(local)]
        self._depths = np.add.reduceat(local[:, 2], bodies.starts) / np.diff(bounds)
        self.fresh = _moved(scene, frame, last)
        middle = np.asarray((camera.width, camera.height)) / 2
        self.outlines: list[Outline] = []
        for part, (a, b) in enumerate(pairwise(bounds)):
            if last is not None and not self.fresh[bodies.owners[part]]:
                self.outlines.append(last.outlines[part])
                continue
            points = _before_lens(local[a:b])
            pixels = (camera.focal_px * points[:, :2] / points[:, 2:] + middle) * scale
            seen = (
                _outline(pixels.astype(np.float32)) if len(points) else np.zeros((0, 2), np.int32)
            )
            self.outlines.append(seen)

    @property
    def frame(self) -> int:
        """Which frame this is."""
        return self._frame

    def outlines_of(self, thing: int) -> list[Outline]:
        """Return the outlines of a thing's parts that lie before the camera."""
        edges = self._bodies.edges
        end = edges[thing + 1] if thing + 1 < len(edges) else len(self.outlines)
        return [outline for outline in self.outlines[edges[thing] : end] if len(outline)]

    def order(self) -> list[int]:
        """Return all parts before the camera, back to front."""
        owners, edges = self._bodies.owners, self._bodies.edges
        low = np.minimum.reduceat(self._low, edges)
        high = np.maximum.reduceat(self._high, edges)
        front = in_front(low, high, self._eye)
        group = _groups(~front & ~front.T)
        member = np.eye(int(group.max()) + 1, dtype=np.int64)[group]
        between = (member.T @ front @ member) > 0
        between &= ~between.T
        depths = np.add.reduceat(self._depths, edges) / np.bincount(owners)
        mean = np.bincount(group, depths) / np.bincount(group)
        order: list[int] = []
        for number in _sequence(between, mean):
            parts = np.flatnonzero(group[owners] == number)
            if np.count_nonzero(group == number) > 1:
                front = in_front(self._low[parts], self._high[parts], self._eye)
                parts = parts[_sequence(front, self._depths[parts])]
            order += parts.tolist()
        return [part for part in order if len(self.outlines[part])]

    def paint(self, height: int, width: int) -> Labels:
        """Return the instance numbers, (height, width): 0 background, thing + 1."""
        canvas = np.zeros((height, width), np.uint8)
        owners = self._bodies.owners
        for part in self.order():
            fill(canvas, (self.outlines[part],), int(owners[part]) + 1)
        return canvas


def _moved(scene: Scene, frame: int, last: View | None) -> Bools:
    """Return which things are seen elsewhere than in the last view, (N,)."""
    if last is None or scene.camera.motion != 'static':
        return np.ones(len(scene.things), np.bool_)
    places = scene.positions[frame] != scene.positions[last.frame]
    turns = scene.rotations[frame] != scene.rotations[last.frame]
    return np.asarray(places.any(axis=1) | turns.any(axis=1), np.bool_)
