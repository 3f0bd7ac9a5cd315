"""The part of an image in which a box's mask may lie, and logits on a grid as a mask of pixels."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tenet_ros.types import FloatArray, Mask

__all__ = ['ENLARGED', 'LEAST_PX', 'enlarged', 'mask_within']

ENLARGED = 0.1
"""A mask may leave its box by this share of the box's size, on each side."""

LEAST_PX = 1.0
"""And by this many pixels at least."""


def enlarged(boxes: FloatArray) -> FloatArray:
    """Return the boxes within which masks may lie, (..., 4) float32 xyxy, not clipped.

    >>> enlarged(np.asarray([[10, 10, 30, 15]], np.float32)).tolist()
    [[8.0, 9.0, 32.0, 16.0]]
    """
    size = boxes[..., 2:] - boxes[..., :2]
    reach = np.maximum(size * np.float32(ENLARGED), np.float32(LEAST_PX))
    return np.asarray(np.concatenate([boxes[..., :2] - reach, boxes[..., 2:] + reach], axis=-1))


def mask_within(
    region: FloatArray,
    image_size: tuple[int, int],
    logits: FloatArray,
    cells: npt.NDArray[np.float64],
    quality: float,
) -> Mask:
    """Return the mask in source pixels, within a region: where logits are above 0.

    Args:
        region: (4,) float32 xyxy source pixels.
        image_size: (height, width) of the source image, pixels.
        logits: (h, w) float32, one per cell of a grid.
        cells: (2, 2) float64, for x and for y: cells per source pixel, and the edge of the first
            cell in cells from the edge of the image's first pixel.
        quality: the segmenter's own estimate.
    """
    height, width = image_size
    x0, y0 = (int(v) for v in np.maximum(np.floor(region[:2]), 0))
    x1, y1 = (int(v) for v in np.minimum(np.ceil(region[2:]), (width, height)))
    # Centres of pixels and of cells lie at +0.5.
    x = (np.arange(x0, x1) + 0.5) * cells[0, 0] - cells[0, 1] - 0.5
    y = (np.arange(y0, y1) + 0.5) * cells[1, 0] - cells[1, 1] - 0.5
    sampled = _between(_between(logits.T, x).T, y)
    return Mask(
        crop=(sampled > 0).astype(np.uint8),
        x0=x0,
        y0=y0,
        quality=float(np.clip(quality, 0, 1)),
    )


def _between(rows: FloatArray, at: npt.NDArray[np.float64]) -> FloatArray:
    """Return rows (n, m) interpolated linearly at fractional indexes (k,): (k, m) float32.

    OpenCV's warps know 32 positions between two cells, which are source pixels apart.
    """
    at = np.clip(at, 0, len(rows) - 1)
    before = np.minimum(at.astype(np.int64), max(len(rows) - 2, 0))
    after = np.minimum(before + 1, len(rows) - 1)
    share = (at - before).astype(np.float32)[:, None]
    return np.asarray(rows[before] * (1 - share) + rows[after] * share, np.float32)
