"""How well published masks fit the labels of one frame, on no more pixels than it takes."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from tenet_ros.evaluation.masks import boundary_f, jaccard
from tenet_ros.types import BoolArray, FloatArray, IntArray, Mask, UInt8Array

__all__ = ['LEAST_OVERLAP', 'LabelledFrame', 'lies_on']

LEAST_OVERLAP = 0.1
"""An answer that overlaps a thing less than this does not lie on it."""


def lies_on(overlaps: FloatArray) -> IntArray:
    """Return for each answer the thing it lies on, (K,) int64, -1 for none.

    Args:
        overlaps: (K, N) IoU of K answers with N things.
    """
    if not overlaps.size:
        return np.full(len(overlaps), -1, np.int64)
    best = overlaps.argmax(axis=1)
    return np.asarray(np.where(overlaps.max(axis=1) >= LEAST_OVERLAP, best, -1), np.int64)


class LabelledFrame:
    """The ground truth of one frame; comparisons with it are made once and remembered.

    Args:
        labels: (H, W) uint8, 0 = background, else 1 + index of the thing.
        things: how many there are.
    """

    def __init__(self, labels: UInt8Array, things: int) -> None:
        self.labels = labels
        self._sizes = np.bincount(labels.ravel(), minlength=things + 1)
        self._referred: dict[bytes, tuple[UInt8Array, tuple[int, int, int, int]]] = {}
        self._fits: dict[tuple[object, ...], tuple[float, float]] = {}
        self._on: dict[int, int] = {}
        self._kept: list[Mask] = []

    def fit(self, masks: Sequence[Mask], targets: BoolArray) -> tuple[float, float]:
        """Return J and F of the union of ``masks`` with the union of the referred things.

        Args:
            masks: what was published; none for an empty answer.
            targets: (N,) bool, what is referred to.
        """
        key = (targets.tobytes(), *sorted(id(mask) for mask in masks))
        if key not in self._fits:
            self._kept += masks  # so that no other mask gets the same id
            self._fits[key] = self._compare(masks, targets)
        return self._fits[key]

    def thing_under(self, mask: Mask) -> int:
        """Return the thing with the largest IoU with a mask, -1 for none."""
        if id(mask) not in self._on:
            self._kept.append(mask)
            window, crop = _visible(mask, self.labels.shape)
            shared = np.bincount(self.labels[window][crop != 0], minlength=len(self._sizes))
            unions = np.maximum(self._sizes + int(np.count_nonzero(crop)) - shared, 1)
            overlaps = (shared / unions)[1:].astype(np.float32)
            self._on[id(mask)] = int(lies_on(overlaps[None])[0])
        return self._on[id(mask)]

    def _truth(self, targets: BoolArray) -> tuple[UInt8Array, tuple[int, int, int, int]]:
        """Return the mask of the referred things and its box x0, y0, x1, y1."""
        key = targets.tobytes()
        if key not in self._referred:
            wanted = np.zeros(256, np.uint8)
            wanted[1 + np.flatnonzero(targets)] = 1
            mask = np.asarray(cv2.LUT(self.labels, wanted), np.uint8)
            x, y, width, height = cv2.boundingRect(mask)
            self._referred[key] = mask, (x, y, x + width, y + height)
        return self._referred[key]

    def _compare(self, masks: Sequence[Mask], targets: BoolArray) -> tuple[float, float]:
        height, width = self.labels.shape
        truth, box = self._truth(targets)
        boxes = [box] if box[2] > box[0] else []
        boxes += [
            (m.x0, m.y0, m.x0 + m.crop.shape[1], m.y0 + m.crop.shape[0]) for m in masks if m.area
        ]
        if not boxes:
            return 1.0, 1.0
        low, high = np.min(boxes, axis=0), np.max(boxes, axis=0)
        left, right = np.clip([low[0] - 1, high[2] + 1], 0, width).tolist()
        top, bottom = np.clip([low[1] - 1, high[3] + 1], 0, height).tolist()
        canvas = np.zeros((bottom - top, right - left), np.uint8)
        for mask in masks:
            moved = Mask(crop=mask.crop, x0=mask.x0 - left, y0=mask.y0 - top, quality=0.0)
            moved.paste(canvas, 1)
        wanted = truth[top:bottom, left:right]
        diagonal_px = float(np.hypot(height, width))
        return jaccard(canvas, wanted), boundary_f(canvas, wanted, diagonal_px=diagonal_px)


def _visible(mask: Mask, shape: tuple[int, ...]) -> tuple[tuple[slice, slice], UInt8Array]:
    """Return the window of a mask inside the image, and the part of its crop that lies there."""
    top, left = max(mask.y0, 0), max(mask.x0, 0)
    bottom = max(min(mask.y0 + mask.crop.shape[0], shape[0]), top)
    right = max(min(mask.x0 + mask.crop.shape[1], shape[1]), left)
    crop = mask.crop[top - mask.y0 : bottom - mask.y0, left - mask.x0 : right - mask.x0]
    return np.s_[top:bottom, left:right], crop
