"""What may happen to a crop: a box that is off, another camera, another light."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from tenet_ros.stages.crop_segmenter import MARGIN
from tenet_ros.training.segmenter.crops import CROP, SIDE
from tenet_ros.types import UInt8Array

__all__ = ['augment', 'exact']

_BOX = np.asarray([CROP / 4, CROP / 4, CROP * 3 / 4, CROP * 3 / 4])


def exact(
    crop: UInt8Array, noise: npt.NDArray[np.float64] | None = None
) -> tuple[UInt8Array, UInt8Array]:
    """Return what the network sees of a stored crop, and the mask that it should find.

    Args:
        crop: (160, 160, 5) uint8, see ``crops``.
        noise: (4,) by how much each side of the box is off, in box sizes.

    Returns:
        (96, 96, 4) uint8, and (96, 96) uint8 in 0..255.
    """
    box = _BOX if noise is None else _BOX + noise * CROP / 2
    reach = (box[2:] - box[:2]) * MARGIN
    low, high = box[:2] - reach, box[2:] + reach
    scale = SIDE / (high - low)
    offset = (0.5 - low) * scale - 0.5
    matrix = np.asarray([[scale[0], 0, offset[0]], [0, scale[1], offset[1]]])
    pixels = cv2.warpAffine(np.ascontiguousarray(crop[:, :, :4]), matrix, (SIDE, SIDE))
    mask = cv2.warpAffine(np.ascontiguousarray(crop[:, :, 4]), matrix, (SIDE, SIDE))
    return np.asarray(pixels, np.uint8), np.asarray(mask, np.uint8)


def augment(crop: UInt8Array, rng: np.random.Generator) -> tuple[UInt8Array, UInt8Array]:
    """Return a random view of a stored crop; shapes as of ``exact``."""
    if rng.random() < 0.5:
        crop = crop[:, ::-1]
    if rng.random() < 0.04:
        crop = crop[::-1]
    pixels, mask = exact(crop, box_noise(rng))
    rgb, valid = pixels[:, :, :3], pixels[:, :, 3].copy()
    if rng.random() < 0.1:
        edge = int(rng.integers(2, SIDE // 6))
        turned = np.rot90(valid, int(rng.integers(4)))
        turned[:edge] = 0
    return np.dstack([_developed(rgb, rng) * (valid > 0)[:, :, None], valid]), mask


def box_noise(rng: np.random.Generator) -> npt.NDArray[np.float64]:
    """Return by how much each side of a box is off, (4,), in box sizes."""
    kind = rng.random()
    if kind < 0.35:
        return rng.normal(0, 0.01, 4)
    if kind < 0.85:
        return rng.uniform(-1, 1, 4) * float(rng.choice([0.05, 0.1, 0.15]))
    return rng.uniform(-0.02, 0.2) * np.asarray([-1, -1, 1, 1]) + rng.normal(0, 0.03, 4)


def _developed(rgb: UInt8Array, rng: np.random.Generator) -> UInt8Array:
    """Return the same picture from another camera: colours, gamma, sharpness, noise, JPEG."""
    mix = np.eye(3)
    if rng.random() < 0.5:
        mix = mix + rng.normal(0, rng.choice([0.05, 0.2]), (3, 3))
    if rng.random() < 0.25:
        mix = mix[rng.permutation(3)]
    if rng.random() < 0.12:
        mix = 0.33 * np.ones((3, 3)) + 0.1 * rng.random() * mix
    gain, gamma = np.exp(rng.normal(0, 0.2)), np.exp(rng.normal(0, 0.25))
    curve = (255 * np.clip(gain * (np.arange(256) / 255) ** gamma, 0, 1)).astype(np.uint8)
    if rng.random() < 0.05:
        curve = curve[::-1].copy()
    picture = cv2.LUT(cv2.transform(rgb, mix), curve)
    kind = rng.random()
    if kind < 0.15:
        picture = cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.4, 1.6))
    elif kind < 0.3:
        small = int(rng.integers(14, SIDE))
        picture = cv2.resize(picture, (small, small), interpolation=cv2.INTER_AREA)
        picture = cv2.resize(picture, (SIDE, SIDE), interpolation=cv2.INTER_LINEAR)
    if rng.random() < 0.2:
        noise = rng.normal(0, rng.choice([3, 8, 15]), picture.shape)
        picture = np.clip(picture + noise, 0, 255).astype(np.uint8)
    if rng.random() < 0.15:
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(15, 70))]
        return np.asarray(
            cv2.imdecode(cv2.imencode('.jpg', picture, quality)[1], cv2.IMREAD_COLOR), np.uint8
        )
    return np.asarray(picture, np.uint8)
