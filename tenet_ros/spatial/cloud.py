"""From a mask and a depth image to the points of one object.

A mask's edge takes background with it, depth sensors blur edges into "flying" pixels that hang
between two surfaces, and masks leak. So the mask is eroded, pixels at steps of depth are dropped,
and of what remains only what hangs together with the object's own depth is kept.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from tenet_ros.spatial.seen import Cloud, DepthImage, PinholeCamera
from tenet_ros.types import BoolArray, FloatArray, Mask, UInt8Array

__all__ = ['CloudConfig', 'cloud_of']


_OUTLYING = 3.0
"""Standard deviations from the median, estimated by the median deviation, that are too far."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudConfig:
    """How points are chosen.

    Attributes:
        erode_share: width of the rim that is dropped, of the square root of the mask's area.
        erode_max_px: at most so wide.
        min_mask_px: a smaller mask says nothing about a place.
        min_points: fewer points are no cloud.
        min_share: share of the mask's inner pixels that must have depth of the object.
        step: a neighbour that differs by more than this share of its distance lies on another
            surface.
        step_mm: and by at least this.
        near_m: nearer is not believed.
        far_m: farther is not believed.
        max_points: larger clouds are thinned out evenly.
    """

    erode_share: float = 0.03
    erode_max_px: int = 4
    min_mask_px: int = 40
    min_points: int = 20
    min_share: float = 0.1
    step: float = 0.03
    step_mm: float = 12.0
    near_m: float = 0.1
    far_m: float = 20.0
    max_points: int = 20_000


def cloud_of(
    mask: Mask,
    depth: DepthImage,
    camera: PinholeCamera,
    image: UInt8Array,
    config: CloudConfig | None = None,
) -> Cloud:
    """Return the points of the object under a mask, in the camera's optical frame.

    Args:
        mask: in pixels of ``image``.
        depth: registered to ``image``, of its size.
        camera: of ``image``.
        image: (H, W, 3) uint8 RGB.
        config: how points are chosen.
    """
    config = config or CloudConfig()
    height, width = image.shape[:2]
    reason = _mismatch(depth, camera, height, width)
    if reason:
        return Cloud.none(reason)
    inside, x0, y0 = _inside(mask, height, width)
    area = int(inside.sum())
    if area < config.min_mask_px:
        return Cloud.none(f'a mask of {area} pixels is too small for a place')
    core = _eroded(inside, area, config)
    window = depth.millimetres[y0 : y0 + core.shape[0], x0 : x0 + core.shape[1]]
    measured = core & (window >= config.near_m * 1e3) & (window <= config.far_m * 1e3)
    if not measured.any():
        return Cloud.none('no depth on the object')
    kept = _own_surface(window, measured, config)
    count, least = int(kept.sum()), config.min_share * int(core.sum())
    if count < max(config.min_points, least):
        return Cloud.none(
            f'depth on {count} of {int(core.sum())} pixels of the object is too little'
        )
    rows, columns = np.nonzero(kept)
    if len(rows) > config.max_points:
        chosen = np.linspace(0, len(rows) - 1, config.max_points).astype(np.int64)
        rows, columns = rows[chosen], columns[chosen]
    points = _points(window[rows, columns], rows + y0, columns + x0, camera)
    if not np.isfinite(points).all():
        return Cloud.none('camera_info has a distortion that cannot be undone: calibrate')
    return Cloud(
        points=points,
        colours=np.ascontiguousarray(image[rows + y0, columns + x0]),
    )


def _mismatch(depth: DepthImage, camera: PinholeCamera, height: int, width: int) -> str:
    """Return what is of another size than the image, or ''."""
    rows, columns = depth.millimetres.shape
    if (rows, columns) != (height, width):
        return (
            f'depth is {columns} x {rows}, the image {width} x {height}: register it to the image'
        )
    if (camera.height, camera.width) != (height, width):
        return (
            f'camera_info is for {camera.width} x {camera.height}, the image is {width} x {height}'
        )
    return ''


def _inside(mask: Mask, height: int, width: int) -> tuple[BoolArray, int, int]:
    """Return the mask's crop within the image, and its place."""
    top, left = max(mask.y0, 0), max(mask.x0, 0)
    bottom = max(top, min(mask.y0 + mask.crop.shape[0], height))
    right = max(left, min(mask.x0 + mask.crop.shape[1], width))
    crop = mask.crop[top - mask.y0 : bottom - mask.y0, left - mask.x0 : right - mask.x0]
    return crop.astype(np.bool_), left, top


def _eroded(inside: BoolArray, area: int, config: CloudConfig) -> BoolArray:
    """Return the mask without its rim; a thin one keeps its middle line rather than nothing."""
    # Outside of the crop is outside of the mask, except beyond the image, where nobody knows; there
    # the rim costs a few pixels of many.
    padded = np.pad(inside, 1).astype(np.uint8)
    distance = cv2.distanceTransform(padded, cv2.DIST_L2, 3)[1:-1, 1:-1]
    rim = min(config.erode_max_px, max(1.0, config.erode_share * area**0.5))
    core = distance > rim
    if core.sum() < area / 4:
        core = distance >= min(float(np.percentile(distance[inside], 60)), rim)
    return np.asarray(core & inside, np.bool_)


def _own_surface(
    window: npt.NDArray[np.uint16], measured: BoolArray, config: CloudConfig
) -> BoolArray:
    """Return the pixels that hang together in depth with the bulk of the object."""
    metres = window.astype(np.float32) / np.float32(1e3)
    middle = float(np.median(metres[measured]))
    limit = max(config.step * middle, config.step_mm / 1e3)
    smooth = measured & ~_at_a_step(metres, measured, limit)
    if not smooth.any():
        return smooth
    # Surfaces: connected pixels without a step between them. The largest is the object, with all
    # others within its own range of depth: occluders cut objects into pieces.
    count, labels = cv2.connectedComponents(smooth.astype(np.uint8), connectivity=4)
    sizes = np.bincount(labels[smooth], minlength=count)
    largest = labels == int(sizes.argmax())
    low, high = np.percentile(metres[largest], [2, 98])
    kept = smooth & (metres >= low - limit) & (metres <= high + limit)
    # What is left of the background hangs together with the object where they touch. It is a small
    # part, far from the rest: of an even slope, however steep, nothing is as far as that.
    middle = float(np.median(metres[kept]))
    spread = 1.4826 * float(np.median(np.abs(metres[kept] - middle)))
    off = np.abs(metres - middle)
    return np.asarray(kept & (off <= max(_OUTLYING * spread, limit / 2)), np.bool_)


def _at_a_step(metres: FloatArray, measured: BoolArray, limit: float) -> BoolArray:
    """Return pixels with a measured neighbour on another surface: flying pixels are among them."""
    steps = np.zeros(metres.shape, np.bool_)
    across = (np.abs(np.diff(metres, axis=1)) > limit) & measured[:, 1:] & measured[:, :-1]
    down = (np.abs(np.diff(metres, axis=0)) > limit) & measured[1:] & measured[:-1]
    steps[:, 1:] |= across
    steps[:, :-1] |= across
    steps[1:] |= down
    steps[:-1] |= down
    return steps


def _points(
    millimetres: npt.NDArray[np.uint16],
    rows: npt.NDArray[np.int64],
    columns: npt.NDArray[np.int64],
    camera: PinholeCamera,
) -> FloatArray:
    """Return pixels in space, (N, 3) float32, x right, y down, z forward."""
    z = millimetres.astype(np.float64) / 1e3
    pixels = np.stack([columns, rows], axis=1).astype(np.float64)
    if any(camera.distortion):
        matrix = np.asarray(
            [[camera.fx, 0, camera.cx], [0, camera.fy, camera.cy], [0, 0, 1]], np.float64
        )
        rays = cv2.undistortPoints(pixels[:, None], matrix, np.asarray(camera.distortion))[:, 0]
    else:
        rays = (pixels - (camera.cx, camera.cy)) / (camera.fx, camera.fy)
    return np.concatenate([rays * z[:, None], z[:, None]], axis=1).astype(np.float32)
