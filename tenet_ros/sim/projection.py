"""What a camera sees of a scene, by geometry alone: no renderer, a few milliseconds a frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tenet_ros.sim.scene import Scene, Truth
from tenet_ros.sim.silhouettes import SHIFT, Bodies, Labels, Outline, View, fill

__all__ = ['label_map', 'observe', 'to_camera', 'to_pixels']

Array = npt.NDArray[np.float64]


def to_camera(scene: Scene, frame: int, points: Array) -> Array:
    """Return world points (..., 3) in the optical frame of one frame's camera, metres."""
    camera = scene.camera
    return np.asarray((points - camera.positions[frame]) @ camera.rotations[frame])


def to_pixels(scene: Scene, points: Array) -> Array:
    """Return the source pixels (..., 2) of points (..., 3) in the optical frame, z > 0."""
    camera = scene.camera
    middle = np.asarray((camera.width, camera.height)) / 2
    return np.asarray(camera.focal_px * points[..., :2] / points[..., 2:] + middle)


def _size(scene: Scene, scale: float) -> tuple[int, int]:
    """Return height and width of an image at a scale."""
    return round(scene.camera.height * scale), round(scene.camera.width * scale)


def label_map(scene: Scene, frame: int, scale: float = 1.0) -> Labels:
    """Return which thing each pixel shows.

    Args:
        scene: the clip.
        frame: its index.
        scale: of the map against the camera's image.

    Returns:
        (H, W) uint8, 0 for the background and index + 1 for each thing.
    """
    return View(scene, Bodies.of(scene), frame, scale).paint(*_size(scene, scale))


def _box(mask: npt.NDArray[np.bool_], x: int, y: int, scale: float) -> Array:
    """Return the box of a mask whose corner lies at (x, y), in source pixels; zeros if empty."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        return np.zeros(4)
    corners = (x + columns[0], y + rows[0], x + columns[-1] + 1, y + rows[-1] + 1)
    return np.asarray(corners, np.float64) / scale


@dataclass(frozen=True, slots=True, eq=False)
class _Whole:
    """The whole silhouette of one thing, also where others or the border hide it.

    Attributes:
        whole_px: pixels of the image that is filled, beyond its border as well.
        inside_px: likewise, within it.
        rows: of the image that the silhouette's box covers.
        columns: likewise.
        box: (4,) of the silhouette in the image, source pixels.
    """

    whole_px: int
    inside_px: int
    rows: slice
    columns: slice
    box: Array

    @classmethod
    def of(cls, outlines: Sequence[Outline], height: int, width: int, scale: float) -> _Whole:
        """Fill the outlines on a canvas of their own, at most one image beyond every border."""
        corners = np.concatenate(outlines) if outlines else np.zeros((1, 2), np.int32)
        reach = np.asarray((width, height))
        low = np.clip((corners.min(axis=0) >> SHIFT) - 1, -reach, 2 * reach)
        high = np.clip((corners.max(axis=0) >> SHIFT) + 3, low + 1, 2 * reach + 1)
        canvas = np.zeros((high - low)[::-1], np.uint8)
        offset = (low << SHIFT).astype(np.int32)
        fill(canvas, (outline - offset for outline in outlines), 1)
        x0, y0 = (int(v) for v in np.clip(low, 0, reach))
        x1, y1 = (int(v) for v in np.clip(high, 0, reach))
        inside = canvas[y0 - low[1] : y1 - low[1], x0 - low[0] : x1 - low[0]].view(np.bool_)
        return cls(
            whole_px=int(np.count_nonzero(canvas)),
            inside_px=int(np.count_nonzero(inside)),
            rows=slice(y0, y1),
            columns=slice(x0, x1),
            box=_box(inside, x0, y0, scale),
        )


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
    height, width = _size(scene, scale)
    bodies, count = Bodies.of(scene), len(scene.things)
    boxes, amodal = np.zeros((2, len(chosen), count, 4), np.float32)
    pixels = np.zeros((3, len(chosen), count))
    world, centres = np.zeros((2, len(chosen), count, 3))
    wholes: list[_Whole] = []
    view: View | None = None
    for row, frame in enumerate(chosen):
        view = View(scene, bodies, frame, scale, view)
        canvas = view.paint(height, width)
        world[row] = bodies.centres(scene, frame)
        centres[row] = to_camera(scene, frame, world[row])
        wholes = [
            _Whole.of(view.outlines_of(thing), height, width, scale)
            if view.fresh[thing]
            else wholes[thing]
            for thing in range(count)
        ]
        for thing, whole in enumerate(wholes):
            seen = canvas[whole.rows, whole.columns] == thing + 1
            boxes[row, thing] = _box(seen, whole.columns.start, whole.rows.start, scale)
            amodal[row, thing] = whole.box
            pixels[:, row, thing] = np.count_nonzero(seen), whole.inside_px, whole.whole_px
    # Filling clips at the canvas' border to within a pixel, and the two canvases differ there.
    pixels = np.maximum.accumulate(pixels, axis=0)
    visible, inside, total = np.rint(pixels / (scale * scale)).astype(np.int64)
    return Truth(
        boxes=boxes,
        amodal_boxes=amodal,
        visible_px=visible,
        amodal_px=inside,
        whole_px=total,
        centres=centres,
        world=world,
    )
