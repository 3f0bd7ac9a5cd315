"""Objects cut out with what is around them: the one form in which all training images are kept.

A crop holds an object's box in its middle, half as wide and half as high, and five channels: red,
green, blue, 255 where the image is (0 beyond its border), and the object's own mask.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np

from tenet_ros.types import FloatArray, UInt8Array

__all__ = ['CROP', 'crops_of', 'cut', 'labelled']

CROP = 160
"""Side of a stored crop, pixels; the box is its middle half."""


def crops_of(
    image: UInt8Array, labels: UInt8Array, *, least_side: int = 10, least_area: int = 60
) -> Iterator[UInt8Array]:
    """Yield one crop, (160, 160, 5) uint8, of each object large enough.

    Args:
        image: (H, W, 3) uint8 RGB.
        labels: (H, W) uint8, one value per object, 0 for none and 255 for unknown.
        least_side: of the object's box, pixels.
        least_area: of its visible part, pixels.
    """
    for label in np.unique(labels):
        if label in (0, 255):
            continue
        mask = np.asarray(labels == label, np.uint8)
        x, y, w, h = cv2.boundingRect(mask)
        if min(w, h) >= least_side and int(mask.sum()) >= least_area:
            box = np.asarray([x, y, x + w, y + h], np.float32)
            seen = np.dstack([image, np.full(mask.shape, 255, np.uint8)])
            parts = [cut(part, box, margin=0.5, side=CROP) for part in (seen, mask * 255)]
            yield np.dstack(parts)


def cut(image: UInt8Array, box: FloatArray, *, margin: float, side: int) -> UInt8Array:
    """Return the surroundings of a box, stretched to a square; 0 beyond the image.

    Args:
        image: (H, W) or (H, W, C <= 4) uint8.
        box: (4,) float32 xyxy pixels.
        margin: how far beyond the box, share of its width and height, on each side.
        side: of the result, pixels.
    """
    reach = (box[2:] - box[:2]) * margin
    low, high = box[:2] - reach, box[2:] + reach
    scale = side / (high - low)
    if (scale < 0.75).any():
        x0, y0 = np.floor(low).astype(int)
        x1, y1 = np.maximum(np.ceil(high).astype(int), (x0 + 1, y0 + 1))
        height, width = image.shape[:2]
        inner = image[max(y0, 0) : max(y1, 0), max(x0, 0) : max(x1, 0)]
        padded = cv2.copyMakeBorder(
            inner, max(-y0, 0), max(y1 - height, 0), max(-x0, 0), max(x1 - width, 0),
            cv2.BORDER_CONSTANT, value=0,
        )
        return np.asarray(cv2.resize(padded, (side, side), interpolation=cv2.INTER_AREA), np.uint8)
    offset = -low * scale + scale / 2 - 0.5
    matrix = np.asarray([[scale[0], 0, offset[0]], [0, scale[1], offset[1]]], np.float64)
    return np.asarray(cv2.warpAffine(image, matrix, (side, side)), np.uint8)


def labelled(
    folder: Path, *, every: int = 1, leave_out: Sequence[str] = ()
) -> Iterator[tuple[UInt8Array, UInt8Array]]:
    """Yield images (H, W, 3) uint8 RGB and labels (H, W) uint8 of a data set in the DAVIS form.

    That is ``JPEGImages/.../NAME.jpg`` (or .png) beside ``Annotations/.../NAME.png``, whose pixel
    values are object ids; a mask of 0 and 255 counts as one object.

    Args:
        folder: holds the two.
        every: takes every so many images, in the order of their names.
        leave_out: names of folders, of clips that are kept for testing, say.
    """
    root = folder / 'JPEGImages'
    paths = (p for p in root.rglob('*') if not set(leave_out) & set(p.relative_to(root).parts))
    for path in sorted(p for p in paths if p.suffix in ('.jpg', '.png'))[::every]:
        truth = (folder / 'Annotations' / path.relative_to(root)).with_suffix('.png')
        if truth.exists():
            image = cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB)
            labels = cv2.imread(str(truth), cv2.IMREAD_UNCHANGED)
            labels = labels if labels.ndim == 2 else labels.max(axis=2)
            if set(np.unique(labels)) <= {0, 255}:
                labels = labels // 255
            yield np.asarray(image, np.uint8), np.asarray(labels, np.uint8)
