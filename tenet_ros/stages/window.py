"""The part of an image around a box, and its own coordinates."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from tenet_ros.types import FloatArray, UInt8Array

__all__ = ['Window', 'shrink']


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Window:
    """The part of the image that is looked at for one box.

    Attributes:
        pixels: (h, w, 3) uint8 RGB, a view of the source image.
        x0: its left column in the source image.
        y0: its top row.
        box: (4,) float32 xyxy, the box in source pixels.
    """

    pixels: UInt8Array
    x0: int
    y0: int
    box: FloatArray

    @classmethod
    def around(cls, image: UInt8Array, box: FloatArray, margin: float) -> Window:
        """Return the window that leaves ``margin`` box sizes, at least 2 pixels, on each side.

        Args:
            image: (H, W, 3) uint8 RGB.
            box: (4,) float32 xyxy source pixels, inside the image, with an area.
            margin: share of the box's width and height.
        """
        height, width = image.shape[:2]
        reach = np.maximum((box[2:] - box[:2]) * margin, 2)
        left, top = np.maximum(np.floor(box[:2] - reach), 0).astype(int)
        right, bottom = np.minimum(np.ceil(box[2:] + reach), (width, height)).astype(int)
        return cls(pixels=image[top:bottom, left:right], x0=int(left), y0=int(top), box=box)

    def coordinates(self, rows: int, columns: int) -> tuple[FloatArray, FloatArray]:
        """Return x (columns,) and y (rows,) of a grid over the window, -1 to 1 across the box."""
        height, width = self.pixels.shape[:2]
        x = self.x0 + (np.arange(columns, dtype=np.float32) + 0.5) * (width / columns)
        y = self.y0 + (np.arange(rows, dtype=np.float32) + 0.5) * (height / rows)
        middle = (self.box[:2] + self.box[2:]) / 2
        half = np.maximum((self.box[2:] - self.box[:2]) / 2, 1e-3)
        return (x - middle[0]) / half[0], (y - middle[1]) / half[1]


def shrink(image: UInt8Array, longest: int) -> UInt8Array:
    """Return an image (h, w, 3) whose longer side is at most ``longest`` pixels."""
    scale = longest / max(image.shape[:2])
    if scale >= 1:
        return image
    size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
