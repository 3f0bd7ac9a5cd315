"""Training images changed in ways that leave the truth known and colours nameable."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from tenet_ros.types import BoolArray, FloatArray, UInt8Array

__all__ = ['PAD', 'augment', 'recolour']

PAD = 114
"""Value around an image that does not fill the network's, as at run time."""

_LEAST_REST = 0.3
"""An object of which less than this is left inside the image is not asked for any more."""


def augment(
    image: UInt8Array, boxes: FloatArray, rng: np.random.Generator
) -> tuple[UInt8Array, FloatArray, BoolArray]:
    """Return a changed copy of an image.

    Args:
        image: (H, W, 3) uint8 RGB.
        boxes: (N, 4) float32 xyxy, pixels of ``image``.
        rng: source of chance.

    Returns:
        The image, (H, W, 3) uint8; its boxes, (N, 4) float32, clipped; and (N,) bool, which
        objects are still there to be found.
    """
    affine = _affine(image.shape[0], image.shape[1], rng)
    height, width = image.shape[:2]
    if not np.array_equal(affine, np.eye(2, 3)):
        # In boxes the middle of the first pixel is at 0.5, in warpAffine at 0.
        pixels = affine.copy()
        pixels[:, 2] += (affine[:, :2].sum(axis=1) - 1) / 2
        warped = cv2.warpAffine(
            image, pixels, (width, height), flags=cv2.INTER_LINEAR, borderValue=(PAD, PAD, PAD)
        )
        image = np.asarray(warped, np.uint8)
    corners = boxes.reshape(-1, 2, 2) * affine[[0, 1], [0, 1]] + affine[:, 2]
    moved = np.concatenate([corners.min(axis=1), corners.max(axis=1)], axis=1)
    clipped = np.clip(moved, 0, [width, height, width, height]).astype(np.float32)
    rest = _area(clipped) / np.maximum(_area(moved), 1e-6)
    return _photometric(image, rng), clipped, rest >= _LEAST_REST


def recolour(image: UInt8Array, rng: np.random.Generator) -> UInt8Array:
    """Return an image whose hues are turned and whose channels may be exchanged.

    A network that has seen no red ball learns that what is round and red is an apple. Here balls
    have any colour, which then cannot be named: such images teach shapes only.

    Args:
        image: (H, W, 3) uint8 RGB.
        rng: source of chance.
    """
    mixed = np.ascontiguousarray(image[..., rng.permutation(3)])
    space = cv2.cvtColor(mixed, cv2.COLOR_RGB2HSV)
    # OpenCV's hue has 180 steps; uint8 would wrap at 256.
    turned = (space[..., 0].astype(np.int16) + int(rng.integers(180))) % 180
    space[..., 0] = turned.astype(np.uint8)
    return np.asarray(cv2.cvtColor(space, cv2.COLOR_HSV2RGB), np.uint8)


def _affine(height: int, width: int, rng: np.random.Generator) -> npt.NDArray[np.float64]:
    """Return (2, 3) float64: flip, scale, stretch and shift, without rotation."""
    flip = -1.0 if rng.random() < 0.5 else 1.0
    if rng.random() < 0.25:
        scale_x = scale_y = 1.0
        shift_x = shift_y = 0.0
    else:
        scale = np.exp(rng.uniform(np.log(0.75), np.log(1.4)))
        stretch = np.exp(rng.uniform(-0.08, 0.08))
        scale_x, scale_y = scale * stretch, scale / stretch
        shift_x, shift_y = rng.uniform(0, 1, 2) * [width * (1 - scale_x), height * (1 - scale_y)]
    if flip < 0:
        scale_x, shift_x = -scale_x, width - shift_x
    return np.asarray([[scale_x, 0, shift_x], [0, scale_y, shift_y]], np.float64)


def _photometric(image: UInt8Array, rng: np.random.Generator) -> UInt8Array:
    """Change gamma, gain and white balance by table, then blur and noise at times."""
    levels = np.arange(256)[:, None] / 255
    curve = levels ** np.exp(rng.uniform(-0.25, 0.25))
    gains = rng.uniform(0.75, 1.2) * rng.uniform(0.94, 1.06, 3)
    table = np.clip((curve * gains + rng.uniform(-0.04, 0.04)) * 255, 0, 255).astype(np.uint8)
    image = np.asarray(cv2.LUT(image, table.reshape(1, 256, 3)), np.uint8)
    if rng.random() < 0.15:
        image = np.asarray(cv2.GaussianBlur(image, (0, 0), rng.uniform(0.4, 1.0)), np.uint8)
    elif rng.random() < 0.1:
        length = int(rng.integers(3, 8))
        kernel = np.full((1, length), 1 / length)
        image = np.asarray(cv2.filter2D(image, -1, kernel if rng.random() < 0.6 else kernel.T))
    if rng.random() < 0.3:
        noise = np.empty(image.shape, np.int16)
        cv2.setRNGSeed(int(rng.integers(1 << 31)))
        cv2.randn(noise, np.zeros(1), np.full(1, rng.uniform(1, 7)))
        image = np.asarray(cv2.add(image, noise, dtype=cv2.CV_8U), np.uint8)
    return image


def _area(boxes: FloatArray) -> FloatArray:
    return np.asarray((boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1]), np.float32)
