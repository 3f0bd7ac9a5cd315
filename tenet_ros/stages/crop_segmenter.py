"""Masks by a network that looks at each box alone: the bundled segmenter.

The SAM family encodes the whole image once, which pays on a GPU. A small network on a CPU does
better the other way round: nothing is encoded, and every box is looked at as a crop of fixed size
in its own scale. One ONNX graph::

    crops (B, S, S, 4) uint8  ->  masks (B, 1, S, S) logits, iou_predictions (B, 1)

A crop is the box and ``MARGIN`` of its size around it, stretched to a square: red, green, blue,
and 255 where the image is, 0 beyond its border.

The network has seen few of the world's textures, the crop itself knows them all: so what the
network believes is revised once by the words that the crop's pixels speak (``stages.cues``).
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from tenet_ros.errors import EngineError
from tenet_ros.geometry import areas, clip_boxes
from tenet_ros.inference.session import Session
from tenet_ros.stages.cues import chroma_words, colour_words, log_ratio, texture_words, warm_up
from tenet_ros.types import FloatArray, Mask, UInt8Array

__all__ = ['MARGIN', 'Crop', 'CropSegmenter', 'revised']

MARGIN = 0.25
"""How far a crop reaches beyond its box on each side, share of the box's width and height."""

_SHRINKS = 0.75
"""Below this scale a crop is averaged from whole pixels, above it interpolated between them."""

_BATCH = 4
"""Crops for one run at most: more gain nothing and take memory."""


_TRUST = 0.375
"""Weight of each vocabulary's log-ratio beside the network's logit, and of ``_GRID`` the cells a
side on which words are counted: the best on procedural and rendered crops kept for validation."""

_GRID = 48


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Crop:
    """The surroundings of a box, stretched to a square.

    Attributes:
        pixels: (S, S) or (S, S, C) uint8; 0 beyond the image.
        low: (2,) float64, x and y of its top left corner in source pixels.
        high: (2,) float64, of its bottom right corner.
    """

    pixels: UInt8Array
    low: npt.NDArray[np.float64]
    high: npt.NDArray[np.float64]

    @classmethod
    def around(cls, image: UInt8Array, box: FloatArray, margin: float, side: int) -> Crop:
        """Cut a crop out.

        Args:
            image: (H, W) or (H, W, C <= 4) uint8.
            box: (4,) float32 xyxy source pixels, with an area.
            margin: how far beyond the box, share of its width and height, on each side.
            side: S.
        """
        reach = (box[2:] - box[:2]).astype(np.float64) * margin
        low, high = box[:2] - reach, box[2:] + reach
        scale = side / (high - low)
        if scale.min() < _SHRINKS:
            low, high = np.floor(low), np.ceil(high)
            pixels = cv2.resize(
                _window(image, low, high), (side, side), interpolation=cv2.INTER_AREA
            )
        else:
            shift = (0.5 - low) * scale - 0.5
            matrix = np.asarray([[scale[0], 0, shift[0]], [0, scale[1], shift[1]]])
            pixels = cv2.warpAffine(image, matrix, (side, side))
        return cls(pixels=np.asarray(pixels, np.uint8), low=low, high=high)

    def spread(self, values: FloatArray, height: int, width: int) -> tuple[FloatArray, int, int]:
        """Return values of the crop's cells at the pixels of the image below them.

        Args:
            values: (S, S) float32, one per cell.
            height: of the image, pixels.
            width: of the image, pixels.

        Returns:
            (h, w) float32, interpolated linearly, and the column and row of its first pixel.
        """
        x0, y0 = (int(v) for v in np.maximum(np.floor(self.low), 0))
        x1, y1 = (int(v) for v in np.minimum(np.ceil(self.high), (width, height)))
        scale = np.asarray(values.shape[::-1]) / (self.high - self.low)
        shift = (np.asarray([x0, y0]) + 0.5 - self.low) * scale - 0.5
        matrix = np.asarray([[scale[0], 0, shift[0]], [0, scale[1], shift[1]]])
        how = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        size = (x1 - x0, y1 - y0)
        spread = cv2.warpAffine(values, matrix, size, flags=how, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(spread, np.float32), x0, y0


class CropSegmenter:
    """Masks by a network over crops. A stage of type ``Segmenter``. Keeps nothing between calls.

    Args:
        session: active; this segmenter does not own it.
        beside: another on the same graph. Of several boxes it looks at one half, on a thread of
            its own, while ``session`` looks at the other; None where there is no core to spare.

    Raises:
        EngineError: the graph has other tensors than those of this module.
    """

    def __init__(self, session: Session, beside: Session | None = None) -> None:
        self._session = session
        self._beside = beside
        self._side = _side(session)
        self._thread = ThreadPoolExecutor(1, 'segmenter') if beside is not None else None
        warm_up()

    def encode(self, image: UInt8Array) -> UInt8Array:
        """Return an image, (H, W, 3) uint8 RGB, with a channel that says that it is one."""
        return np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2RGBA), np.uint8)

    def decode(self, embedding: UInt8Array, boxes: FloatArray) -> tuple[Mask, ...]:
        """Return one mask per box.

        Args:
            embedding: (H, W, 4) uint8, of ``encode``.
            boxes: (N, 4) float32 xyxy source pixels; parts outside the image are ignored, and a
                box without area inside it, or with a NaN, gives ``Mask.empty()``.
        """
        height, width = embedding.shape[:2]
        inside = clip_boxes(boxes, height, width)
        found = np.flatnonzero(areas(inside) > 0)
        masks = [Mask.empty()] * len(boxes)
        for row, mask in zip(found, self._halves(embedding, inside[found]), strict=True):
            masks[row] = mask
        return tuple(masks)

    def _halves(self, embedding: UInt8Array, boxes: FloatArray) -> list[Mask]:
        """Return a mask for each of some boxes that have an area inside the image."""
        if self._beside is None or self._thread is None or len(boxes) < 2:
            return self._masks(self._session, embedding, boxes)
        middle = (len(boxes) + 1) // 2
        others = self._thread.submit(self._masks, self._beside, embedding, boxes[middle:])
        try:
            masks = self._masks(self._session, embedding, boxes[:middle])
        finally:
            others.exception()  # waits: nothing looks at the picture after the call has ended
        return masks + others.result()

    def _masks(self, session: Session, embedding: UInt8Array, boxes: FloatArray) -> list[Mask]:
        height, width = embedding.shape[:2]
        masks = []
        for start in range(0, len(boxes), _BATCH):
            batch = boxes[start : start + _BATCH]
            crops = [Crop.around(embedding, box, MARGIN, self._side) for box in batch]
            pixels = np.stack([crop.pixels for crop in crops])
            outputs = session.infer({'crops': pixels})
            logits = revised(outputs['masks'][:, 0], pixels)
            scores = outputs['iou_predictions'][:, 0]
            for crop, values, score in zip(crops, logits, scores, strict=True):
                spread, x0, y0 = crop.spread(values, height, width)
                mask = np.asarray(spread > 0, np.uint8)
                masks.append(Mask(crop=mask, x0=x0, y0=y0, quality=float(np.clip(score, 0, 1))))
        return masks


def revised(logits: FloatArray, pixels: UInt8Array) -> FloatArray:
    """Return logits after hearing what colour, chroma and texture say, once these are believed.

    Args:
        logits: (B, S, S) float32 of the masks, B > 0.
        pixels: (B, S, S, 4) uint8, their crops.
    """
    size, side = (_GRID, _GRID), logits.shape[:0:-1]
    small = np.stack([cv2.resize(crop, size, interpolation=cv2.INTER_AREA) for crop in pixels])
    coarse = np.stack([cv2.resize(mask, size, interpolation=cv2.INTER_AREA) for mask in logits])
    belief = (small[..., 3] > 0) / (1 + np.exp(-np.clip(coarse, -30, 30)))
    rgb = np.ascontiguousarray(small[..., :3])
    # A conversion pixel by pixel: it does not matter that the crops lie in one column.
    column = cv2.cvtColor(rgb.reshape(-1, _GRID, 3), cv2.COLOR_RGB2LAB)
    lab = np.asarray(column.reshape(rgb.shape), np.uint8)
    words = (colour_words(rgb), chroma_words(lab), texture_words(lab[..., 0]))
    evidence = sum(log_ratio(vocabulary, belief.astype(np.float32)) for vocabulary in words)
    fine = [cv2.resize(said, side) for said in np.asarray(evidence, np.float32)]
    return np.asarray(logits + _TRUST * np.stack(fine), np.float32)


def _window(
    image: UInt8Array, low: npt.NDArray[np.float64], high: npt.NDArray[np.float64]
) -> UInt8Array:
    """Return the pixels from ``low`` to below ``high``, whole numbers; 0 beyond the image."""
    height, width = image.shape[:2]
    (x0, y0), (x1, y1) = low.astype(int), high.astype(int)
    inner = image[max(y0, 0) : max(y1, 0), max(x0, 0) : max(x1, 0)]
    beyond = (max(-y0, 0), max(y1 - height, 0), max(-x0, 0), max(x1 - width, 0))
    if not any(beyond):
        return inner
    return np.asarray(cv2.copyMakeBorder(inner, *beyond, cv2.BORDER_CONSTANT, value=0), np.uint8)


def _side(session: Session) -> int:
    """Return S.

    Raises:
        EngineError: the graph does not take crops, or does not give masks of them.
    """
    inputs = {spec.name: spec for spec in session.inputs}
    outputs = {spec.name for spec in session.outputs}
    crops = inputs.get('crops')
    side = crops.shape[1] if crops is not None and len(crops.shape) == 4 else None
    if (
        crops is None
        or len(inputs) > 1
        or not isinstance(side, int)
        or crops.shape[1:] != (side, side, 4)
        or crops.dtype != np.uint8
        or not {'masks', 'iou_predictions'} <= outputs
    ):
        raise EngineError(
            f'{session.key}: expected crops (B, S, S, 4) uint8 to masks and iou_predictions, got '
            f'{", ".join(map(str, session.inputs))} to {", ".join(sorted(outputs))}; '
            'export it with tenet_ros.training.segmenter'
        )
    return side
