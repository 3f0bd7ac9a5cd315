"""What a depth camera does to depth: noise, holes and flying pixels at edges."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

__all__ = ['sensed']


def sensed(metres: npt.NDArray[np.float32], rng: np.random.Generator) -> npt.NDArray[np.uint16]:
    """Return depth as a stereo camera would give it: (H, W) uint16 millimetres, 0 for holes.

    Axial noise grows with the square of distance, 1.2 mm at one metre, and hangs together over a
    few pixels; at steps of depth half of the pixels are mixed of both sides, and a fifth is missing
    (the kinds and sizes of Nguyen, Izadi and Lovell, 3DIMPVT 2012, for structured light).

    Args:
        metres: (H, W) float32, infinite where there is nothing.
        rng: of the noise.
    """
    known = np.where(np.isfinite(metres), metres, np.float32(0))
    grain = cv2.GaussianBlur(rng.normal(size=metres.shape), (5, 5), 1.0)
    grain = grain / grain.std()
    noisy = known + np.asarray(0.0012 * known**2 * grain, np.float32)
    low, high = cv2.erode(known, np.ones((3, 3))), cv2.dilate(known, np.ones((3, 3)))
    edge = (high - low) > np.maximum(0.02, 0.03 * known)
    mixed = edge & (rng.random(metres.shape) < 0.5)
    share = rng.random(metres.shape).astype(np.float32)
    noisy = np.where(mixed, low + share * (high - low), noisy)
    missing = (edge & (rng.random(metres.shape) < 0.2)) | (rng.random(metres.shape) < 0.005)
    noisy = np.where(missing | (known <= 0), 0, noisy)
    return np.asarray(np.clip(np.rint(noisy * 1e3), 0, 65535), np.uint16)
