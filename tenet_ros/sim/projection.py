"""What a camera sees of a scene, by geometry alone: no renderer, about two milliseconds a frame.

Every part is convex, so its silhouette is the convex hull of its projected points. Silhouettes
are filled from the back to the front into an image of instance numbers. The order is exact for
bodies that a plane parts, and by distance for the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from tenet_ros.sim.rotations import matrix
from tenet_ros.sim.scene import Scene, Truth
from tenet_ros.sim.solids import part_points
from tenet_ros.sim.spans import DIRECTIONS, in_front

__all__ = ['label_map', 'observe', 'to_camera', 'to_pixels']

Array = npt.NDArray[np.float64]
Labels = npt.NDArray[np.uint8]
_NEAR_M = 0.03
_SHIFT = 4
"""Fractional bits of the corner coordinates that OpenCV fills."""


def to_camera(scene: Scene, frame: int, points: Array) -> Array:
    """Return world points (..., 3) in the optical frame of one frame's camera, metres."""
    camera = scene.camera
    return np.asarray((points - camera.positions[frame]) @ camera.rotations[frame])


def to_pixels(scene: Scene, points: Array) -> Array:
    """Return the source pixels (..., 2) of points (..., 3) in the optical frame, z > 0."""
    camera = scene.camera
    middle = np.asarray((camera.width, camera.height)) / 2
    return np.asarray(camera.focal_px * points[..., :2] / points[..., 2:] + middle)


@dataclass(frozen=True, slots=True, eq=False)
class _Bodies:
    """All points of a scene's things, part after part.

    Attributes:
        points: per thing (V, 3) in its own frame.
        starts: (P,) first row of each part among all points.
        owners: (P,) the thing of each part.
        firsts: (N,) first row of each thing.
        middles: (N, 3) centre of each extent in the thing's frame.
    """

    points: tuple[Array, ...]
    starts: npt.NDArray[np.int64]
    owners: npt.NDArray[np.int64]
    firsts: npt.NDArray[np.int64]
    middles: Array

    @classmethod
    def of(cls, scene: Scene) -> _Bodies:
        parts = [[part_points(part) for part in thing.parts] for thing in scene.things]
        lengths = [len(points) for thing in parts for points in thing]
        things = tuple(np.concatenate(thing) for thing in parts)
        totals = [len(points) for points in things]
        owners = [n for n, thing in enumerate(parts) for _ in thing]
        middles = [(p.min(axis=0) + p.max(axis=0)) / 2 for p in things]
        return cls(
            points=things,
            starts=np.cumsum([0, *lengths[:-1]]),
            owners=np.asarray(owners, np.int64),
            firsts=np.cumsum([0, *totals[:-1]]),
            middles=np.asarray(middles),
        )

    def placed(self, scene: Scene, frame: int) -> Array:
        """Return all points in the world at one frame, (sum V, 3)."""
        turns = matrix(scene.rotations[frame])
        places = scene.positions[frame]
        rows = zip(self.points, turns, places, strict=True)
        return np.concatenate([points @ turn.T + place for points, turn, place in rows])

    def centres(self, scene: Scene, frame: int) -> Array:
        """Return the centre of each thing's extent in the world, (N, 3)."""
        turned = np.einsum('nij,nj->ni', matrix(scene.rotations[frame]), self.middles)
        return np.asarray(turned + scene.positions[frame])


def _before_lens(points: Array) -> Array:
    """Cut a convex body's points (V, 3) off at the near plane; empty if it lies behind it."""
    ahead = points[:, 2] >= _NEAR_M
    if ahead.all():
        return points
    front, back = points[ahead], points[~ahead]
    if not len(front):
        return front
    share = (front[:, None, 2] - _NEAR_M) / (front[:, None, 2] - back[None, :, 2])
    cuts = front[:, None] + share[..., None] * (back[None] - front[:, None])
    return np.concatenate((front, cuts.reshape(-1, 3)))


def _outline(pixels: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Return the hull (C, 2), half a pixel inwards: filling draws the border line as well."""
    hull = cv2.convexHull(pixels)[:, 0]
    out = hull - hull.mean(axis=0)
    length = np.sqrt((out * out).sum(axis=1, keepdims=True))
    return np.asarray(hull - out * np.minimum(0.5 / np.maximum(length, 1e-6), 1.0) - 0.5)


def _fill(canvas: Labels, outlines: Iterable[npt.NDArray[np.float32]], value: int) -> None:
    for outline in outlines:
        corners = np.rint(outline * (1 << _SHIFT)).astype(np.int32)
        cv2.fillConvexPoly(canvas, corners, value, cv2.LINE_8, _SHIFT)


def _sequence(front: npt.NDArray[np.bool_], depths: Array) -> list[int]:
    """Return an order, back to front, that keeps ``front`` as far as it has no cycle."""
    waiting = list(np.argsort(-depths, kind='stable'))
    order: list[int] = []
    while waiting:
        free = ~front[np.ix_(waiting, waiting)].any(axis=1)
        order.append(int(waiting.pop(int(np.argmax(free)))))
    return order


def _groups(close: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    """Return the number of the connected group of each of N nodes, (N,)."""
    label = np.arange(len(close))
    for a, b in np.argwhere(np.triu(close, 1)):
        label[label == label[b]] = label[a]
    return np.unique(label, return_inverse=True)[1].astype(np.int64)


class _View:
    """One frame, projected: outlines of the parts and the order to fill them in."""

    def __init__(self, scene: Scene, bodies: _Bodies, frame: int, scale: float) -> None:
        self._bodies = bodies
        world = bodies.placed(scene, frame)
        local = to_camera(scene, frame, world)
        self._eye = scene.camera.positions[frame]
        along = world @ DIRECTIONS.T
        self._low = np.minimum.reduceat(along, bodies.starts)
        self._high = np.maximum.reduceat(along, bodies.starts)
        bounds = np.append(bodies.starts, len(local))
        self.depths = np.add.reduceat(local[:, 2], bodies.starts) / np.diff(bounds)
        if local[:, 2].min() >= _NEAR_M:
            pixels = (to_pixels(scene, local) * scale).astype(np.float32)
            pieces = [pixels[a:b] for a, b in zip(bounds[:-1], bounds[1:], strict=True)]
        else:
            pieces = [
                (to_pixels(scene, _before_lens(local[a:b])) * scale).astype(np.float32)
                for a, b in zip(bounds[:-1], bounds[1:], strict=True)
            ]
        self.outlines = [_outline(piece) if len(piece) else piece for piece in pieces]

    def parts_of(self, thing: int) -> list[int]:
        """Return the parts of a thing that lie before the lens."""
        mine = np.flatnonzero(self._bodies.owners == thing)
        return [int(p) for p in mine if len(self.outlines[p])]

    def order(self) -> list[int]:
        """Return all parts, back to front."""
        owners = self._bodies.owners
        edges = np.searchsorted(owners, np.arange(len(self._bodies.points)))
        low = np.minimum.reduceat(self._low, edges)
        high = np.maximum.reduceat(self._high, edges)
        depths = np.add.reduceat(self.depths, edges) / np.bincount(owners)
        front = in_front(low, high, self._eye)
        group = _groups(~front & ~front.T)
        count = int(group.max()) + 1
        member = np.eye(count, dtype=np.bool_)[group]
        between = (member.T.astype(np.int64) @ front @ member) > 0
        np.fill_diagonal(between, val=False)
        mean = np.bincount(group, depths) / np.bincount(group)
        order: list[int] = []
        for number in _sequence(between & ~between.T, mean):
            order += self._ordered(np.flatnonzero(member[owners, number]), np.sum(group == number))
        return [part for part in order if len(self.outlines[part])]

    def _ordered(self, parts: npt.NDArray[np.int64], things: int) -> list[int]:
        """Return a group's parts, back to front; those of a lone thing as they come."""
        if things == 1:
            return [int(p) for p in parts]
        front = in_front(self._low[parts], self._high[parts], self._eye)
        return [int(parts[k]) for k in _sequence(front, self.depths[parts])]

    def paint(self, height: int, width: int) -> Labels:
        """Return the instance numbers, (height, width): 0 background, thing + 1."""
        canvas = np.zeros((height, width), np.uint8)
        for part in self.order():
            _fill(canvas, (self.outlines[part],), int(self._bodies.owners[part]) + 1)
        return canvas


def label_map(scene: Scene, frame: int, scale: float = 1.0) -> Labels:
    """Return which thing each pixel shows.

    Args:
        scene: the clip.
        frame: its index.
        scale: of the map against the camera's image.

    Returns:
        (H, W) uint8, 0 for the background and index + 1 for each thing.
    """
    height, width = round(scene.camera.height * scale), round(scene.camera.width * scale)
    return _View(scene, _Bodies.of(scene), frame, scale).paint(height, width)


def _box(mask: npt.NDArray[np.bool_], x: int, y: int, scale: float) -> Array:
    """Return the box of a mask whose corner lies at (x, y), in source pixels; zeros if empty."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        return np.zeros(4)
    corners = (x + columns[0], y + rows[0], x + columns[-1] + 1, y + rows[-1] + 1)
    return np.asarray(corners, np.float64) / scale


class _Whole:
    """The whole silhouette of one thing, also where others or the border hide it."""

    def __init__(self, outlines: Sequence[npt.NDArray[np.float32]], height: int, width: int):
        points = np.concatenate(outlines)
        reach = np.asarray((width, height))
        low = np.maximum(np.floor(points.min(axis=0)), -reach).astype(np.int64)
        high = np.minimum(np.ceil(points.max(axis=0)) + 1, 2 * reach).astype(np.int64)
        span = np.maximum(high - low, 1)
        canvas = np.zeros((span[1], span[0]), np.uint8)
        _fill(canvas, (outline - low.astype(np.float32) for outline in outlines), 1)
        self.pixels = int(cv2.countNonZero(canvas))
        x0, y0 = np.maximum(low, 0)
        x1, y1 = np.minimum(low + span, reach)
        self.x, self.y = int(x0), int(y0)
        inside = canvas[max(y0 - low[1], 0) : max(y1 - low[1], 0), max(x0 - low[0], 0) : max(x1 - low[0], 0)]
        self.inside = inside.view(np.bool_)


def observe(scene: Scene, frames: Sequence[int] | None = None, *, scale: float = 0.5) -> Truth:
    """Return what is to be seen, from the projected silhouettes.

    Args:
        scene: the clip.
        frames: which frames; all where None.
        scale: of the image that is filled against the camera's; counts and boxes are given for
            the camera's own.

    Returns:
        The truth of those frames, in their order.
    """
    chosen = range(len(scene)) if frames is None else frames
    height, width = round(scene.camera.height * scale), round(scene.camera.width * scale)
    bodies, count = _Bodies.of(scene), len(scene.things)
    boxes, amodal = np.zeros((2, len(chosen), count, 4), np.float32)
    visible, inside, whole = np.zeros((3, len(chosen), count), np.int64)
    world = np.stack([bodies.centres(scene, t) for t in chosen]) if chosen else np.zeros((0, count, 3))
    area = 1 / (scale * scale)
    for row, frame in enumerate(chosen):
        view = _View(scene, bodies, frame, scale)
        canvas = view.paint(height, width)
        for thing in range(count):
            parts = view.parts_of(thing)
            if not parts:
                continue
            full = _Whole([view.outlines[p] for p in parts], height, width)
            rows, columns = full.inside.shape
            seen = canvas[full.y : full.y + rows, full.x : full.x + columns] == thing + 1
            boxes[row, thing] = _box(seen, full.x, full.y, scale)
            amodal[row, thing] = _box(full.inside, full.x, full.y, scale)
            visible[row, thing] = round(np.count_nonzero(seen) * area)
            inside[row, thing] = round(np.count_nonzero(full.inside) * area)
            whole[row, thing] = round(full.pixels * area)
    return Truth(
        boxes=boxes,
        amodal_boxes=amodal,
        visible_px=visible,
        amodal_px=inside,
        whole_px=whole,
        centres=np.stack([to_camera(scene, t, w) for t, w in zip(chosen, world, strict=True)])
        if len(world)
        else world,
        world=world,
    )
