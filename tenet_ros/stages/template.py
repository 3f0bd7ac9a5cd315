"""What a box and its surroundings looked like, and where a later image shows the same.

Alignment by intensity: inverse compositional Lucas-Kanade with an affine warp (Baker and Matthews,
"Lucas-Kanade 20 Years On", IJCV 2004). What depends on the template alone is worked out once, and
many templates are aligned together.

Positions are pixels whose centres are whole numbers, as OpenCV's warps have them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from tenet_ros.types import FloatArray, Mask, UInt8Array

__all__ = ['Pyramid', 'Template', 'find']

Matrix = npt.NDArray[np.float64]

_SIDE = 32
"""Cells a side of what is compared."""

_MARGIN = 0.25
"""What is seen around the box on each side, share of its width and height."""

_STEPS = 2
"""Steps of the alignment; a third and a fifth find the same."""

_STIFF = (100.0, 100.0, 30.0, 30.0, 30.0, 30.0)
"""Holds shift and shape where there are no edges to hold on to; squared grey levels, summed."""

_BLOCK = 4
"""Cells a side of the blocks over which differences are averaged, so that noise cancels."""

_COUNTS = 0.3
"""Share of a block that the mask and its rim must cover for its difference to count."""

_SLACK = 0.1
"""How much less a block's difference counts for every grey level per cell of its slopes: where
edges lie, what is aligned to a fraction of a cell differs all the same."""

_HALVINGS = 5
"""How often an image is halved, at most."""

_CENTRE = (_SIDE - 1) / 2
_AWAY = ((np.arange(_SIDE) - _CENTRE) / _SIDE).astype(np.float32)
_FROM_CENTRE = np.asarray([[1, 0, _CENTRE], [0, 1, _CENTRE], [0, 0, 1]])
_TO_CENTRE = np.asarray([[1, 0, -_CENTRE], [0, 1, -_CENTRE], [0, 0, 1]])
_PLACES = np.stack([*np.indices((_SIDE, _SIDE))[::-1], np.ones((_SIDE, _SIDE))]).reshape(3, -1)


class Pyramid:
    """The grey levels of an image, and of that image halved, and halved again, once asked for.

    All lie in one picture, the image at its left and what is halved in a column to its right: so
    places are looked at in one call, whatever their levels.

    Args:
        image: (H, W, 3) uint8 RGB.
    """

    def __init__(self, image: UInt8Array) -> None:
        sizes = [image.shape[:2]]
        for _ in range(_HALVINGS):
            height, width = sizes[-1]
            sizes.append(((height + 1) // 2, (width + 1) // 2))
        (height, width), (_, beside) = sizes[:2]
        tops = np.cumsum([0, *(size[0] for size in sizes[1:])])
        self._picture = np.empty((max(height, int(tops[-1])), width + beside), np.uint8)
        self._first = np.asarray([(0, 0), *((width, top) for top in tops[:-1])], np.float32)
        self._last = self._first + np.asarray(sizes, np.float32)[:, ::-1] - 1
        self._made = 0
        cv2.cvtColor(image, cv2.COLOR_RGB2GRAY, dst=self._level(0))

    def look(self, cells: Matrix) -> FloatArray:
        """Return the grey levels at K times S x S cells, (K, S * S); the border goes on beyond it.

        Args:
            cells: (K, 3, 3) float64, from cells to pixels of the image; looked at on the level on
                which they are a pixel apart at most.
        """
        apart = np.maximum(np.maximum(cells[:, 0, 0], cells[:, 1, 1]), 1.0)
        halvings = np.minimum(np.ceil(np.log2(apart)).astype(int), _HALVINGS)
        self._halve(int(halvings.max()))
        where = ((cells[:, :2] * 0.5 ** halvings[:, None, None]) @ _PLACES).astype(np.float32)
        first, last = self._first[halvings, :, None], self._last[halvings, :, None]
        where = np.minimum(np.maximum(where + first, first), last)
        seen = cv2.remap(self._picture, where[:, 0], where[:, 1], cv2.INTER_LINEAR)
        return np.asarray(seen, np.float32)

    def _level(self, halvings: int) -> UInt8Array:
        """Return the place of a level in the picture."""
        (x0, y0), (x1, y1) = self._first[halvings].astype(int), self._last[halvings].astype(int)
        return self._picture[y0 : y1 + 1, x0 : x1 + 1]

    def _halve(self, halvings: int) -> None:
        """Make the levels up to one."""
        while self._made < halvings:
            self._made += 1
            cv2.pyrDown(self._level(self._made - 1), dst=self._level(self._made))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Template:
    """The look of a box and of what is around it, at one moment.

    Attributes:
        cells: (3, 3) float64, from S x S cells to pixels of the image.
        grey: (S * S,) float32, grey levels of the cells.
        mending: (6, S * S) float32, from differences of grey levels to the warp that mends them.
        counts: (S / 4, S / 4) float32, how much the difference of each block counts; zeros alone
            where a mask is too thin for the cells: what happens to it is not seen.
    """

    cells: Matrix
    grey: FloatArray
    mending: FloatArray
    counts: FloatArray

    @classmethod
    def of(cls, pyramid: Pyramid, box: FloatArray, mask: Mask) -> Template:
        """Keep the look of a box.

        Args:
            pyramid: of the image.
            box: (4,) float32 xyxy source pixels, with an area.
            mask: of what is to be found again; it and its rim are looked at, the rest is not.
        """
        cells = _cells(box)
        (seen,) = pyramid.look(cells[None])
        grey = seen.reshape(_SIDE, _SIDE)
        matters = _matters(cells, mask)
        across, down = (cv2.Sobel(grey, cv2.CV_32F, *d, ksize=3) / 8 for d in ((1, 0), (0, 1)))
        x, y = _AWAY[None, :], _AWAY[:, None]
        slopes = [across, down, across * x, across * y, down * x, down * y]
        steepest = np.stack(slopes).reshape(6, -1)
        weighted = steepest * matters.reshape(-1)
        held = np.linalg.inv(weighted @ steepest.T + np.diag(_STIFF))
        counts = (_blocks(matters) > _COUNTS) / (1 + _SLACK * _blocks(np.hypot(across, down)))
        return cls(
            cells=cells,
            grey=seen,
            mending=np.asarray(held @ weighted, np.float32),
            counts=counts.astype(np.float32),
        )


def find(
    templates: Sequence[Template], pyramid: Pyramid, boxes: FloatArray
) -> tuple[Matrix, FloatArray]:
    """Align templates with an image.

    Args:
        templates: K > 0 of them.
        pyramid: of the image.
        boxes: (K, 4) float32 xyxy source pixels, with an area each: where to begin.

    Returns:
        (K, 3, 3) float64 affine transforms: pixel of this image = that @ pixel of the template's.
        (K,) float32, what is left to differ: grey levels where there are no edges, the largest
        over a template's blocks.
    """
    starts = np.stack([_cells(box) @ _FROM_CENTRE for box in boxes])
    mending = np.stack([template.mending for template in templates])
    grey = np.stack([template.grey for template in templates])
    warps = np.tile(np.eye(3), (len(templates), 1, 1))
    for _ in range(_STEPS):
        apart = grey - pyramid.look(starts @ warps @ _TO_CENTRE)
        warps = warps @ _warps(np.einsum('kpc,kc->kp', mending, apart))
    ends = starts @ warps @ _TO_CENTRE
    apart = grey - pyramid.look(ends)
    left = np.abs(_blocks(apart.reshape(-1, _SIDE, _SIDE)))
    counts = np.stack([template.counts for template in templates])
    moves = ends @ np.linalg.inv(np.stack([template.cells for template in templates]))
    return moves, (left * counts).max(axis=(1, 2))


def _cells(box: FloatArray) -> Matrix:
    """Return the transform from cells to pixels, (3, 3), for a box and its margin."""
    low, high = box[:2].astype(np.float64), box[2:].astype(np.float64)
    x, y = (high - low) * (1 + 2 * _MARGIN) / _SIDE
    left, top = low - (high - low) * _MARGIN - 0.5
    return np.asarray([[x, 0, left + x / 2], [0, y, top + y / 2], [0, 0, 1]])


def _blocks(cells: FloatArray) -> FloatArray:
    """Return the mean over each block of (..., S, S) cells."""
    size = _SIDE // _BLOCK
    split = cells.reshape(*cells.shape[:-2], size, _BLOCK, size, _BLOCK)
    return np.asarray(split.mean(axis=(-3, -1)), np.float32)


def _matters(cells: Matrix, mask: Mask) -> FloatArray:
    """Return how much each cell belongs to a mask or to its rim, (S, S) float32 in [0, 1]."""
    of_crop = cells[:2] - [[0, 0, mask.x0], [0, 0, mask.y0]]
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    inside = cv2.warpAffine(mask.crop.astype(np.float32), of_crop, (_SIDE, _SIDE), flags=flags)
    return np.asarray(cv2.blur(cv2.dilate(inside, np.ones((3, 3), np.uint8)), (3, 3)), np.float32)


def _warps(steps: FloatArray) -> Matrix:
    """Return the warps about the centre, (K, 3, 3), of steps of the alignment, (K, 6)."""
    warps = np.tile(np.eye(3), (len(steps), 1, 1))
    warps[:, :2, 2] = steps[:, :2]
    warps[:, :2, :2] += steps[:, 2:].reshape(-1, 2, 2) / _SIDE
    return warps
