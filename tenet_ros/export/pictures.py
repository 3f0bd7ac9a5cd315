"""Images to compare graphs on."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import as_file, files
from pathlib import Path

import cv2
import numpy as np

from tenet_ros.errors import SourceError
from tenet_ros.sim.recording import load, recordings_in
from tenet_ros.types import UInt8Array

__all__ = ['pictures', 'sized']

_SUFFIXES = {'.jpg', '.jpeg', '.png', '.bmp', '.webp'}


def pictures(camera: tuple[int, int], folder: Path | None = None) -> Iterator[UInt8Array]:
    """Yield (H, W, 3) uint8 RGB images of a camera's size.

    Args:
        camera: (height, width), pixels.
        folder: of images, by name; None for the middle frames of the recordings that come with the
            package, and noise.

    Raises:
        SourceError: there is no image in ``folder``, or one cannot be read.
    """
    if folder is None:
        with as_file(files('tenet_ros') / 'recordings') as place:
            for path in recordings_in(place):
                recording = load(path)
                yield sized(recording.images.image(len(recording.scene) // 2), camera)
        yield np.random.default_rng(0).integers(0, 256, (*camera, 3), np.uint8)
        return
    paths = sorted(path for path in folder.iterdir() if path.suffix.lower() in _SUFFIXES)
    if not paths:
        raise SourceError(f'{folder}: expected images (jpg, png), got none; name another folder')
    for path in paths:
        image = cv2.imread(str(path), cv2.IMREAD_COLOR)
        if image is None:
            raise SourceError(f'{path}: expected an image, got something else; take it out')
        yield sized(np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2RGB), np.uint8), camera)


def sized(image: UInt8Array, camera: tuple[int, int]) -> UInt8Array:
    """Return an image, (H, W, 3) uint8 RGB, in a camera's size, (height, width)."""
    height, width = camera
    smaller = cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA)
    return np.ascontiguousarray(smaller, np.uint8)
