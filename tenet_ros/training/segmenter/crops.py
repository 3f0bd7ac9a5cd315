"""Objects cut out with what is around them: the one form in which all training images are kept.

A crop holds an object's box in its middle, half as wide and half as high, and five channels: red,
green, blue, 255 where the image is (0 beyond its border), and the object's own mask.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from tenet_ros.errors import SourceError
from tenet_ros.stages.crop_segmenter import Crop
from tenet_ros.types import UInt8Array

__all__ = ['CROP', 'SIDE', 'crops_of', 'labelled']

CROP = 160
"""Side of a stored crop, pixels; the box is its middle half."""

SIDE = 96
"""Side of the crop that the network sees, and of its mask, pixels."""


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
            parts = [Crop.around(part, box, 0.5, CROP).pixels for part in (seen, mask * 255)]
            yield np.dstack(parts)


def labelled(folder: Path, *, every: int = 1) -> Iterator[tuple[UInt8Array, UInt8Array]]:
    """Yield images (H, W, 3) uint8 RGB and labels (H, W) uint8 of a folder of both.

    The images are ``JPEGImages/.../NAME.jpg`` or .png, the labels ``Annotations/.../NAME.png``, as
    in DAVIS; or the two folders are ``images`` and ``labels``, as ``tenet_ros.training.images``
    writes them. A label's pixel values are object ids; a mask of 0 and 255 counts as one object.

    Args:
        folder: holds the two folders.
        every: takes every so many images, in the order of their names.

    Raises:
        SourceError: there are no such folders, or a file is not an image.
    """
    names = ('JPEGImages', 'Annotations')
    if not (folder / names[0]).is_dir():
        names = ('images', 'labels')
    root, truths = (folder / name for name in names)
    if not (root.is_dir() and truths.is_dir()):
        raise SourceError(
            f'expected JPEGImages/ and Annotations/, or images/ and labels/, in {folder}, got '
            'neither; give the folder that holds the two'
        )
    for path in sorted(p for p in root.rglob('*') if p.suffix in ('.jpg', '.png'))[::every]:
        truth = (truths / path.relative_to(root)).with_suffix('.png')
        if truth.exists():
            image = cv2.cvtColor(_read(path, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)
            labels = _read(truth, cv2.IMREAD_UNCHANGED)
            labels = labels if labels.ndim == 2 else labels.max(axis=2)
            if set(np.unique(labels)) <= {0, 255}:
                labels = labels // np.uint8(255)
            yield np.asarray(image, np.uint8), labels


def _read(path: Path, how: int) -> UInt8Array:
    image = cv2.imread(str(path), how)
    if image is None:
        raise SourceError(f'{path}: expected an image, got something else; remove or replace it')
    return np.asarray(image, np.uint8)
