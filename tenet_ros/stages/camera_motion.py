"""How the camera moved, from corner points that the background keeps."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from tenet_ros.types import FloatArray, UInt8Array

__all__ = ['SparseFlowMotion']


_SMALLEST_PX = 32
"""An image that is smaller, once reduced, has no room for corners."""


class SparseFlowMotion:
    """Sparse optical flow on a small grey image, and the similarity that most points agree on.

    Corners of the last image, outside the boxes that may move by themselves, are followed into
    this one (pyramidal Lucas-Kanade) and RANSAC keeps those of one common shift, rotation and
    scale. What it returns, the tracker undoes, so that a turning camera does not look like
    objects that run.
    """

    def __init__(self, *, width: int = 320, corners: int = 120, min_inliers: int = 12) -> None:
        """Set what it costs.

        Args:
            width: columns of the grey image in which points are followed, pixels.
            corners: most points.
            min_inliers: points that must agree, or the camera is taken to rest.
        """
        self._width = width
        self._corners = corners
        self._min_inliers = min_inliers
        self._last: npt.NDArray[np.uint8] | None = None

    def reset(self) -> None:
        """Forget the previous image."""
        self._last = None

    def estimate(self, image: UInt8Array, exclude: FloatArray) -> FloatArray:
        """Return the transform from the image of the previous call to this one.

        Args:
            image: (H, W, 3) uint8 RGB.
            exclude: (N, 4) float32 xyxy, where in the previous image things may move by
                themselves.

        Returns:
            (2, 3) float32, new pixel = ``A @ old + b``; the identity at the first call, after a
            change of size, and where too few points agree.
        """
        height, width = image.shape[:2]
        scale = min(1.0, self._width / width)
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        full = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
        grey = np.asarray(cv2.resize(full, size, interpolation=cv2.INTER_AREA), np.uint8)
        last, self._last = self._last, grey
        if last is None or last.shape != grey.shape:
            return np.eye(2, 3, dtype=np.float32)
        ratio = np.asarray([size[0] / width, size[1] / height], np.float64)
        found = self._follow(last, grey, _background(grey.shape, exclude, ratio))
        return np.eye(2, 3, dtype=np.float32) if found is None else _in_source_pixels(found, ratio)

    def _follow(
        self, last: UInt8Array, grey: UInt8Array, mask: UInt8Array
    ) -> npt.NDArray[np.float64] | None:
        """Return the (2, 3) similarity between two grey images, or None without agreement."""
        if min(last.shape) < _SMALLEST_PX:
            return None
        # Where a corner lies exactly does not matter here: half the resolution, a quarter the time.
        coarse = cv2.resize(last, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
        where = cv2.resize(mask, coarse.shape[::-1], interpolation=cv2.INTER_NEAREST)
        points = cv2.goodFeaturesToTrack(coarse, self._corners, 0.01, 5, mask=where)
        if points is None or len(points) < self._min_inliers:
            return None
        points = points * np.float32(2) + np.float32(0.5)
        followed, status, _ = cv2.calcOpticalFlowPyrLK(
            last, grey, points, np.zeros_like(points), winSize=(13, 13), maxLevel=3
        )
        kept = status.reshape(-1) == 1
        if kept.sum() < self._min_inliers:
            return None
        affine, inliers = cv2.estimateAffinePartial2D(
            points[kept], followed[kept], ransacReprojThreshold=1.5
        )
        if affine is None or int(inliers.sum()) < max(self._min_inliers, kept.sum() // 3):
            return None
        return np.asarray(affine, np.float64)


def _background(
    shape: tuple[int, ...], exclude: FloatArray, ratio: npt.NDArray[np.float64]
) -> UInt8Array:
    """Return (h, w) uint8, 255 where points may be taken; boxes are a pixel larger than given."""
    mask = np.full(shape, 255, np.uint8)
    limit = np.asarray([shape[1], shape[0]] * 2)
    boxes = np.nan_to_num(exclude.astype(np.float64)) * np.tile(ratio, 2)
    cells = np.clip(
        np.concatenate([np.floor(boxes[:, :2]) - 1, np.ceil(boxes[:, 2:]) + 1], 1), 0, limit
    )
    for x0, y0, x1, y1 in cells.astype(int).tolist():
        mask[y0:y1, x0:x1] = 0
    return mask


def _in_source_pixels(
    affine: npt.NDArray[np.float64], ratio: npt.NDArray[np.float64]
) -> FloatArray:
    """Return the transform of the small image's pixel coordinates as one of the source's.

    With S the resize (small = S source, up to half a pixel): ``S^-1 A S`` and ``S^-1 b``. Both
    images count pixel centres from 0, hence the halves.
    """
    linear = affine[:, :2] * ratio[None, :] / ratio[:, None]
    # small + 0.5 = ratio * (source + 0.5); box coordinates are edges, source + 0.5.
    shift = affine[:, 2] + 0.5 - affine[:, :2] @ np.asarray([0.5, 0.5])
    return np.concatenate([linear, (shift / ratio)[:, None]], axis=1).astype(np.float32)
