"""Masks of many tracks in turns: carried along where nothing has changed, made anew elsewhere.

A mask costs far more than to see that what it shows is still the same, somewhat moved. Few masks
are made anew at every frame; of many, those that look otherwise now, or else the oldest.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from math import ceil, floor
from typing import TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

from tenet_ros.config import MaskConfig
from tenet_ros.geometry import centres, iou_matrix
from tenet_ros.stages.protocols import AnySegmenter
from tenet_ros.stages.template import Pyramid, Template, find
from tenet_ros.types import FloatArray, Mask, UInt8Array

__all__ = ['MaskMemory', 'Watch']

Watch: TypeAlias = Callable[[str], AbstractContextManager[None]]
"""Times a stage of a name for as long as a ``with`` block lasts."""

_LONGEST = 15
"""Images after which a mask is made anew whatever it looks like, one at an image; before that the
oldest is where no other is."""

_SAME_PLACE = 0.88
"""IoU of a track's box with its old one, moved as its look has moved, below which the two do not
agree about where the thing is."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Kept:
    """A mask, the box that it was made from, what was to be seen there, and in which image."""

    mask: Mask
    box: FloatArray
    template: Template
    made_at: int


class MaskMemory:
    """Makes the masks of one stream's tracks, and remembers them.

    Args:
        segmenter: makes masks anew.
        config: when.
    """

    def __init__(self, segmenter: AnySegmenter, config: MaskConfig | None = None) -> None:
        self._segmenter = segmenter
        self._config = config or MaskConfig()
        # In the order in which they were made: the first is the oldest.
        self._kept: dict[int, _Kept | None] = {}
        self._images = 0

    def reset(self) -> None:
        """Forget all masks."""
        self._kept.clear()

    def masks(
        self, image: UInt8Array, ids: Sequence[int], boxes: FloatArray, watch: Watch
    ) -> tuple[Mask, ...]:
        """Return one mask per track; the tracks that are not asked for are forgotten.

        Args:
            image: (H, W, 3) uint8 RGB.
            ids: of N > 0 tracks, each once.
            boxes: (N, 4) float32 xyxy source pixels, inside the image.
            watch: times the stages ``carry``, ``encode`` and ``decode``.
        """
        wanted = dict(zip(ids, boxes, strict=True))
        if len(wanted) <= self._config.fresh or not self._config.alike:
            self._kept.clear()
            return self._made(image, boxes, watch)
        with watch('carry'):
            pyramid = Pyramid(image)
            self._images += 1
            masks = self._carried(pyramid, image.shape[:2], wanted)
        missing = [i for i in ids if i not in masks]
        made = self._made(image, np.stack([wanted[i] for i in missing]), watch)
        with watch('carry'):
            for i, mask in zip(missing, made, strict=True):
                self._keep(pyramid, i, wanted[i], mask)
        masks |= dict(zip(missing, made, strict=True))
        return tuple(masks[i] for i in ids)

    def _made(self, image: UInt8Array, boxes: FloatArray, watch: Watch) -> tuple[Mask, ...]:
        """Return masks made anew."""
        with watch('encode'):
            embedding = self._segmenter.encode(image)
        with watch('decode'):
            masks: tuple[Mask, ...] = self._segmenter.decode(embedding, boxes)
        return masks

    def _carried(
        self, pyramid: Pyramid, size: tuple[int, int], boxes: Mapping[int, FloatArray]
    ) -> dict[int, Mask]:
        """Return the masks, by id, that need not be made anew: never all of them."""
        self._kept = {i: kept for i, kept in self._kept.items() if i in boxes}
        known = [(i, one) for i, one in self._kept.items() if one is not None]
        tried = [(i, one) for i, one in known if _solid(boxes[i])]
        if not tried:
            return {}
        ids, kept = zip(*tried, strict=True)
        now = np.stack([boxes[i] for i in ids])
        moves, differences = find([one.template for one in kept], pyramid, now)
        moved = _moved_boxes(np.stack([one.box for one in kept]), moves)
        same = (differences <= self._config.alike) & (_overlap(moved, now) >= _SAME_PLACE)
        masks = {ids[row]: _moved(kept[row].mask, moves[row], size) for row in np.flatnonzero(same)}
        # Half a pixel aside, a line of one pixel is gone.
        masks = {i: mask for i, mask in masks.items() if mask.area}
        # What is made anew at every image in any case takes nobody's turn.
        always = len(self._kept) - len(known)
        oldest, one = tried[0]
        if len(masks) == len(boxes) - always or self._images - one.made_at > _LONGEST:
            masks.pop(oldest, None)
        return masks

    def _keep(self, pyramid: Pyramid, track_id: int, box: FloatArray, mask: Mask) -> None:
        """Remember a mask that was made of a box, as the newest.

        Where it or its box is empty, or it is too thin for a change of it to be seen, only that it
        was made: it is made anew at every image.
        """
        self._kept.pop(track_id, None)
        template = Template.of(pyramid, box, mask) if mask.area and _solid(box) else None
        if template is None or not template.counts.any():
            self._kept[track_id] = None
            return
        # Of its own: others hold the mask, too, and the segmenter may use its memory again.
        own = replace(mask, crop=mask.crop.copy())
        self._kept[track_id] = _Kept(
            mask=own, box=box.copy(), template=template, made_at=self._images
        )


def _solid(box: FloatArray) -> bool:
    """Return whether a box, (4,), has an area; not if it has a NaN."""
    return bool((box[2:] > box[:2]).all())


def _moved_boxes(boxes: FloatArray, moves: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return boxes, (K, 4), moved and scaled by a transform each, (K, 3, 3)."""
    middle = np.einsum('kij,kj->ki', moves[:, :2, :2], centres(boxes) - 0.5) + moves[:, :2, 2] + 0.5
    scale = np.sqrt(np.abs(np.linalg.det(moves[:, :2, :2])))
    half = (boxes[:, 2:] - boxes[:, :2]) / 2 * scale[:, None]
    return np.concatenate([middle - half, middle + half], axis=1)


def _overlap(first: npt.NDArray[np.float64], second: FloatArray) -> FloatArray:
    """Return the IoU of each of K boxes with its counterpart, (K,) float32."""
    return np.asarray(np.diagonal(iou_matrix(first.astype(np.float32), second)), np.float32)


def _moved(mask: Mask, move: npt.NDArray[np.float64], size: tuple[int, int]) -> Mask:
    """Return a mask after an affine transform of the image, cut to the image.

    Args:
        mask: not empty.
        move: (3, 3) float64, as of ``find``.
        size: (height, width) of the image, pixels.
    """
    (a, b, left), (c, d, top) = move[:2].tolist()
    height, width = mask.crop.shape
    x, y = mask.x0 + (width - 1) / 2, mask.y0 + (height - 1) / 2
    across, down = a * x + b * y + left + 0.5, c * x + d * y + top + 0.5
    wide, high = (abs(a) * width + abs(b) * height) / 2, (abs(c) * width + abs(d) * height) / 2
    x0, x1 = max(floor(across - wide), 0), min(ceil(across + wide), size[1])
    y0, y1 = max(floor(down - high), 0), min(ceil(down + high), size[0])
    if x0 >= x1 or y0 >= y1:
        return Mask.empty()
    shift = (a * mask.x0 + b * mask.y0 + left - x0, c * mask.x0 + d * mask.y0 + top - y0)
    of_crop = np.asarray([[a, b, shift[0]], [c, d, shift[1]]])
    warped = cv2.warpAffine(mask.crop * np.uint8(255), of_crop, (x1 - x0, y1 - y0))
    _, crop = cv2.threshold(warped, 127, 1, cv2.THRESH_BINARY)
    return Mask(crop=np.asarray(crop, np.uint8), x0=x0, y0=y0, quality=mask.quality)
