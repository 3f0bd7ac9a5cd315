"""From a belief about pixels to a mask."""

from __future__ import annotations

import cv2
import numpy as np

from tenet_ros.types import FloatArray, UInt8Array

__all__ = ['best_cut', 'enlarge', 'tidy']


def best_cut(belief: FloatArray) -> tuple[float, float]:
    """Return the level at which to cut a belief so that the mask's expected IoU is highest.

    Of independent pixels with probabilities p, the mask S has the expected intersection
    ``sum_S p`` and the expected union ``sum p + sum_S (1 - p)``; the best S is the most probable
    pixels down to some level.

    Returns:
        The level, and the expected IoU there, both in [0, 1].

    >>> level, expected = best_cut(np.asarray([0.9, 0.9, 0.1, 0.0], np.float32))
    >>> round(level, 2), round(expected, 2)
    (0.9, 0.86)
    """
    falling = np.sort(belief, axis=None)[::-1].astype(np.float64)
    gained = np.cumsum(falling)
    expected = gained / (gained[-1] + np.arange(1, len(falling) + 1) - gained)
    best = int(np.argmax(expected))
    return float(falling[best]), float(expected[best])


def tidy(mask: UInt8Array) -> UInt8Array:
    """Return a mask without crumbs and pinholes.

    Crumbs are pieces below a twentieth of the largest, pinholes those below 0.05 % of the mask.

    Args:
        mask: (h, w) uint8, 0 or 1.
    """
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    if count > 2:
        sizes = stats[:, cv2.CC_STAT_AREA]
        kept = sizes >= 0.05 * sizes[1:].max()
        kept[0] = False
        mask = kept[labels].astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(1 - mask, connectivity=4)
    filled = stats[:, cv2.CC_STAT_AREA] < 5e-4 * np.count_nonzero(mask)
    filled[0] = False
    return mask | filled[labels].astype(np.uint8) if count > 2 else mask


def enlarge(mask: UInt8Array, size: tuple[int, int]) -> UInt8Array:
    """Return a mask (h, w) of 0 and 1 as one of ``size`` (height, width), with smooth outlines."""
    if mask.shape == size:
        return mask
    smooth = cv2.resize(mask * np.uint8(255), size[::-1], interpolation=cv2.INTER_LINEAR)
    return np.asarray(smooth > 127, np.uint8)
