"""Smoothing that stops at edges: a random walk over the whole window, a guided filter nearby."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
from scipy.linalg import solveh_banded

from tenet_ros.types import BoolArray, FloatArray, UInt8Array

__all__ = ['GuidedFilter', 'random_walk']

_FLOOR = 1e-3
"""Conductance of the hardest edge: nothing is cut off altogether."""


def random_walk(
    lab: UInt8Array,
    belief: FloatArray,
    background: BoolArray,
    *,
    trust: float = 0.005,
    hardness: float = 20.0,
) -> FloatArray:
    """Spread a belief through like-coloured neighbours, held at zero where there is background.

    Random walker with priors (Grady, CVPR 2005): x minimises
    ``sum_ij w_ij (x_i - x_j)^2 + sum_i t_i (x_i - belief_i)^2`` over the 8-neighbourhood, with
    ``w_ij = exp(-hardness |c_i - c_j|^2 / mean)``. The normal equations of a narrow grid are a
    narrow band, solved exactly.

    Args:
        lab: (n, m, 3) uint8, colours in which distance is difference. The cost is n m^3.
        belief: (n, m) float32 in [0, 1].
        background: (n, m) bool, where the object is known not to be.
        trust: t of the pixels elsewhere.
        hardness: how soon a colour difference becomes an edge.

    Returns:
        (n, m) float32 in [0, 1].
    """
    rows, columns = belief.shape
    pixels = rows * columns
    index = np.arange(pixels).reshape(rows, columns)
    colour = lab.astype(np.float64)
    # Each pixel's later neighbours in reading order: right, and the three below.
    pairs = (
        (np.s_[:, :-1], np.s_[:, 1:]),
        (np.s_[:-1, 1:], np.s_[1:, :-1]),
        (np.s_[:-1, :], np.s_[1:, :]),
        (np.s_[:-1, :-1], np.s_[1:, 1:]),
    )
    squares = [((colour[a] - colour[b]) ** 2).sum(axis=-1) for a, b in pairs]
    mean = sum(float(s.sum()) for s in squares) / sum(s.size for s in squares)
    diagonal = np.where(background, 10.0, trust).ravel()
    right = diagonal * np.where(background, 0.0, belief).ravel()
    # Lower band storage: band[d, j] = A[j + d, j].
    band = np.zeros((columns + 2, pixels))
    for (a, b), square in zip(pairs, squares, strict=True):
        near, far = index[a].ravel(), index[b].ravel()
        weight = np.exp(-hardness * square.ravel() / (mean + 1e-6)) + _FLOOR
        band[far - near, near] -= weight
        diagonal += np.bincount(near, weight, pixels) + np.bincount(far, weight, pixels)
    band[0] = diagonal
    solved = solveh_banded(band, right, lower=True, overwrite_ab=True, check_finite=False)
    return np.asarray(np.clip(solved.reshape(rows, columns), 0, 1), np.float32)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GuidedFilter:
    """A locally linear function of colour that follows a map (He et al., PAMI 2013).

    The function is found on a small image and may be applied to a larger one of the same scene:
    the edges of the larger one come back.

    Attributes:
        planes: (h, w, 4) float32, ``map = r p0 + g p1 + b p2 + p3`` with colours in [0, 1].
    """

    planes: FloatArray

    @classmethod
    def fit(
        cls, image: UInt8Array, values: FloatArray, *, radius: int = 8, softness: float = 1e-4
    ) -> GuidedFilter:
        """Return the filter that follows ``values``.

        Args:
            image: (h, w, 3) uint8 RGB.
            values: (h, w) float32, the map.
            radius: half the side of the windows in which the map is taken to be linear, pixels.
            softness: variance of colour, of 1, below which a window counts as uniform.
        """
        side = (2 * radius + 1, 2 * radius + 1)
        colour = image.astype(np.float32) / np.float32(255)
        means = cv2.blur(np.dstack([colour, values]), side)
        products = [
            cv2.blur(np.dstack([colour[:, :, k : k + 1] * colour, colour[:, :, k] * values]), side)
            for k in range(3)
        ]
        # Covariances of the channels with each other and, last, with the map.
        spread = [p - means[:, :, k : k + 1] * means for k, p in enumerate(products)]
        slope = _solve_symmetric(spread, np.float32(softness))
        offset = means[:, :, 3] - (slope * means[:, :, :3]).sum(axis=2)
        return cls(planes=np.asarray(cv2.blur(np.dstack([slope, offset]), side), np.float32))

    def apply(self, image: UInt8Array) -> FloatArray:
        """Return the map on an image of the same scene, (H, W) float32 in [0, 1].

        Args:
            image: (H, W, 3) uint8 RGB, of any size.
        """
        height, width = image.shape[:2]
        planes = self.planes
        if planes.shape[:2] != (height, width):
            larger = cv2.resize(planes, (width, height), interpolation=cv2.INTER_LINEAR)
            planes = np.asarray(larger, np.float32)
        values = np.einsum('ijk,ijk->ij', image, planes[:, :, :3]) / np.float32(255)
        return np.asarray(np.clip(values + planes[:, :, 3], 0, 1), np.float32)


def _solve_symmetric(
    spread: list[npt.NDArray[np.float32]], softness: np.float32
) -> npt.NDArray[np.float32]:
    """Solve the 3 x 3 systems of all pixels by cofactors; numpy.linalg is slower by far.

    Args:
        spread: three (h, w, 4): row k of the covariance matrix, then its right-hand side.
        softness: added to the diagonal.

    Returns:
        (h, w, 3), the solutions.
    """
    a, b, c = spread[0][:, :, 0] + softness, spread[0][:, :, 1], spread[0][:, :, 2]
    d, e, f = spread[1][:, :, 1] + softness, spread[1][:, :, 2], spread[2][:, :, 2] + softness
    x, y, z = (row[:, :, 3] for row in spread)
    aa, bb, cc = d * f - e * e, c * e - b * f, b * e - c * d
    dd, ee, ff = a * f - c * c, b * c - a * e, a * d - b * b
    scale = 1 / (a * aa + b * bb + c * cc)
    return np.dstack(
        [
            (aa * x + bb * y + cc * z) * scale,
            (bb * x + dd * y + ee * z) * scale,
            (cc * x + ee * y + ff * z) * scale,
        ]
    )
