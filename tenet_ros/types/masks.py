"""Masks, kept as the crops that contain them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from tenet_ros.types.arrays import FloatArray, UInt8Array, check

__all__ = ['Mask', 'union']


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Mask:
    """A binary mask, kept as the crop that contains it.

    Attributes:
        crop: (h, w) uint8, 0 or 1.
        x0: column of the crop's left edge in the source image, pixels.
        y0: row of the crop's top edge in the source image, pixels.
        quality: the segmenter's own estimate of its IoU, in [0, 1].
    """

    crop: UInt8Array
    x0: int
    y0: int
    quality: float

    def __post_init__(self) -> None:
        """Check the crop's contract."""
        check('Mask.crop', self.crop, np.uint8, (None, None))

    @classmethod
    def empty(cls) -> Mask:
        """Return a mask without pixels."""
        return cls(crop=np.zeros((0, 0), np.uint8), x0=0, y0=0, quality=0.0)

    @property
    def area(self) -> int:
        """Number of pixels in the mask."""
        return int(np.count_nonzero(self.crop))

    def box(self) -> FloatArray:
        """Return the tight box: (4,) float32 xyxy half-open, source pixels; zeros when empty."""
        columns = np.flatnonzero(self.crop.any(axis=0))
        rows = np.flatnonzero(self.crop.any(axis=1))
        if not len(columns):
            return np.zeros(4, np.float32)
        edges = (columns[0], rows[0], columns[-1] + 1, rows[-1] + 1)
        offset = (self.x0, self.y0, self.x0, self.y0)
        return np.asarray([e + o for e, o in zip(edges, offset, strict=True)], np.float32)

    def paste(self, canvas: npt.NDArray[Any], value: int) -> None:
        """Write ``value`` into ``canvas`` wherever the mask is set.

        Args:
            canvas: (H, W) of any integer dtype, the size of the source image; changed in place.
            value: what to write. Parts of the crop outside the canvas are ignored.
        """
        part, crop = _within(self, canvas)
        part[crop != 0] = value

    def full(self, height: int, width: int) -> UInt8Array:
        """Return the whole mask: (height, width) uint8, 0 or 255."""
        return union([self], height, width, 255)


def union(masks: Iterable[Mask], height: int, width: int, value: int = 1) -> UInt8Array:
    """Return what any of the masks covers: (height, width) uint8, 0 or ``value``."""
    canvas = np.zeros((height, width), np.uint8)
    for mask in masks:
        # Of two values the larger is quicker than a choice, and sentences share masks.
        part, crop = _within(mask, canvas)
        np.maximum(part, (crop != 0) * np.uint8(value), out=part)
    return canvas


def _within(mask: Mask, canvas: npt.NDArray[Any]) -> tuple[npt.NDArray[Any], UInt8Array]:
    """Return the part of a canvas that a mask's crop covers, a view, and that part of the crop."""
    height, width = canvas.shape
    top, left = max(mask.y0, 0), max(mask.x0, 0)
    bottom = max(min(mask.y0 + mask.crop.shape[0], height), top)
    right = max(min(mask.x0 + mask.crop.shape[1], width), left)
    crop = mask.crop[top - mask.y0 : bottom - mask.y0, left - mask.x0 : right - mask.x0]
    return canvas[top:bottom, left:right], crop
