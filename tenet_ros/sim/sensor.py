"""What lies between a rendered picture and a camera's: optics, exposure, colour, noise."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np

from tenet_ros.sim.scene import Look
from tenet_ros.types import UInt8Array

__all__ = ['Sensor']

NOISE_MARGIN = 64
"""The noise field is larger than the picture by this, and shifted from frame to frame."""
FIELD_SIGMA = 25.0
"""Deviation of the noise field that all scenes share."""
REFERENCE_WIDTH = 640
PIXEL_SIGMA = 0.45
"""Every camera's pixels see a little of their neighbours; this also hides the jagged edges."""
GAMMA = 2.2


class Sensor:
    """Makes pictures look as if a camera had taken them; the same scene and frame, the same noise.

    Args:
        look: exposure, white balance, vignette, blur and noise.
        width: of the pictures, pixels.
        height: likewise.
    """

    def __init__(self, look: Look, width: int, height: int) -> None:
        self._seed = look.seed
        self._sigma = float(np.hypot(look.blur_px * width / REFERENCE_WIDTH, PIXEL_SIGMA))
        self._lut = _response(look)
        self._vignette = _vignette(look.vignette, width, height)
        self._noise = _scaled_noise(look.noise, width, height) if look.noise > 0 else None

    def expose(self, image: UInt8Array, frame: int) -> UInt8Array:
        """Return what the sensor makes of a picture.

        Args:
            image: (H, W, 3) uint8 RGB as rendered; changed in place.
            frame: its number, which gives the noise.
        """
        cv2.GaussianBlur(image, (0, 0), self._sigma, dst=image)
        if self._vignette is not None:
            cv2.multiply(image, self._vignette, dst=image, scale=1 / 255)
        cv2.LUT(image, self._lut, dst=image)
        if self._noise is not None:
            rng = np.random.default_rng((self._seed, frame))
            y, x = rng.integers(0, NOISE_MARGIN, 2)
            height, width = image.shape[:2]
            field = self._noise[y : y + height, x : x + width]
            cv2.addWeighted(image, 1.0, field, 1.0, -128.0, dst=image)
        return image


def _response(look: Look) -> UInt8Array:
    """Return (1, 256, 3) uint8: exposure and white balance act on linear light."""
    linear = (np.arange(256) / 255) ** GAMMA
    gains = look.exposure * np.asarray(look.white_balance)
    response = np.clip(linear[:, None] * gains, 0, 1) ** (1 / GAMMA)
    return np.asarray(255 * response + 0.5, np.uint8)[None]


def _scaled_noise(sigma: float, width: int, height: int) -> UInt8Array:
    """Return a noise field around 128, larger than the picture, of the given deviation."""
    levels = 128 + (np.arange(256) - 128.0) * sigma / FIELD_SIGMA
    lut = np.asarray(np.clip(np.rint(levels), 0, 255), np.uint8)
    return np.asarray(cv2.LUT(_noise_field(width, height), lut), np.uint8)


@lru_cache(maxsize=4)
def _noise_field(width: int, height: int) -> UInt8Array:
    rng = np.random.default_rng(11)
    shape = (height + NOISE_MARGIN, width + NOISE_MARGIN, 3)
    normal = rng.standard_normal(shape, dtype=np.float32)
    return np.asarray(np.clip(np.rint(128 + FIELD_SIGMA * normal), 0, 255), np.uint8)


def _vignette(strength: float, width: int, height: int) -> UInt8Array | None:
    """Return (H, W, 3) uint8 factors, 255 in the centre; None where there is no darkening."""
    if strength <= 0:
        return None
    lut = np.asarray(255 * (1 - strength * np.arange(256) / 255) + 0.5, np.uint8)
    return np.asarray(cv2.LUT(_squared_radius(width, height), lut), np.uint8)


@lru_cache(maxsize=4)
def _squared_radius(width: int, height: int) -> UInt8Array:
    """Return (H, W, 3) uint8, squared distance from the centre, 255 in the corners."""
    y, x = np.mgrid[-1 : 1 : complex(height), -1 : 1 : complex(width)]
    return np.repeat(np.asarray(255 * (x**2 + y**2) / 2 + 0.5, np.uint8)[..., None], 3, axis=2)
