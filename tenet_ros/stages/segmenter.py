"""A box becomes a mask without a trained network: words, a random walk and a guided filter.

Around each box a window is looked at on a small grid. What is believed about its pixels starts
from where objects lie in their boxes, is revised by what the pixels look like
(``tenet_ros.stages.cues``), then by whom they are connected with (``tenet_ros.stages.diffusion``).
Each revision is a logistic regression over few cues. The mask is cut where its expected IoU is
highest, and that expectation is its quality.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from tenet_ros.config import SegmenterConfig
from tenet_ros.geometry import areas, clip_boxes
from tenet_ros.stages.cues import (
    Vocabulary,
    chroma_words,
    colour_words,
    log_ratio,
    texture_words,
)
from tenet_ros.stages.diffusion import GuidedFilter, random_walk
from tenet_ros.types import BoolArray, FloatArray, Mask, UInt8Array

__all__ = ['ColourSegmenter', 'Window']

# Weights of the cues, by logistic regression on the pixels of 16 public clips (DAVIS 2016) with
# exact and with noisy boxes; none of them is among the clips that the benchmark reports.
# Order: position(8); then colour, chroma, texture; then the random walk.
_POSITION = np.asarray([1.21, -2.36, -2.74, 1.11, -0.32, 0.76, -7.91, -1.17])
_APPEARANCE = np.asarray([-0.30, -1.20, -0.95, 0.28, -0.31, 0.92, -8.97, -1.07, 0.68, 0.95, 1.32])
_CONNECTION = np.asarray(
    [0.01, 1.57, 1.26, -0.89, -0.16, 0.70, -5.21, -0.18, 0.10, 0.40, 0.33, 1.52]
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Window:
    """The part of the image that is looked at for one box.

    Attributes:
        pixels: (h, w, 3) uint8 RGB, a view of the source image.
        x0: its left column in the source image.
        y0: its top row.
        box: (4,) float32 xyxy, the box in source pixels.
    """

    pixels: UInt8Array
    x0: int
    y0: int
    box: FloatArray

    @classmethod
    def around(cls, image: UInt8Array, box: FloatArray, margin: float) -> Window:
        """Return the window that leaves ``margin`` box sizes, at least 2 pixels, on each side.

        Args:
            image: (H, W, 3) uint8 RGB.
            box: (4,) float32 xyxy source pixels, inside the image, with an area.
            margin: share of the box's width and height.
        """
        height, width = image.shape[:2]
        reach = np.maximum((box[2:] - box[:2]) * margin, 2)
        left, top = np.maximum(np.floor(box[:2] - reach), 0).astype(int)
        right, bottom = np.minimum(np.ceil(box[2:] + reach), (width, height)).astype(int)
        return cls(pixels=image[top:bottom, left:right], x0=int(left), y0=int(top), box=box)

    def coordinates(self, rows: int, columns: int) -> tuple[FloatArray, FloatArray]:
        """Return x (columns,) and y (rows,) of a grid over the window, -1 to 1 across the box."""
        height, width = self.pixels.shape[:2]
        x = self.x0 + (np.arange(columns, dtype=np.float32) + 0.5) * (width / columns)
        y = self.y0 + (np.arange(rows, dtype=np.float32) + 0.5) * (height / rows)
        middle, half = (self.box[:2] + self.box[2:]) / 2, (self.box[2:] - self.box[:2]) / 2
        return (x - middle[0]) / half[0], (y - middle[1]) / half[1]


class ColourSegmenter:
    """Segments by colour, texture, position and connection; knows no classes, needs no weights.

    A stage of type ``Segmenter``. Deterministic; keeps nothing between calls.
    """

    def __init__(self, config: SegmenterConfig | None = None) -> None:
        self._config = config or SegmenterConfig()

    def encode(self, image: UInt8Array) -> UInt8Array:
        """Return ``image`` itself: each box is looked at in its own scale, nothing is shared."""
        return image

    def decode(self, embedding: UInt8Array, boxes: FloatArray) -> tuple[Mask, ...]:
        """Return one mask per box.

        Args:
            embedding: (H, W, 3) uint8 RGB, of ``encode``.
            boxes: (N, 4) float32 xyxy source pixels; parts outside the image are ignored, and a
                box without area inside it, or with a NaN, gives ``Mask.empty()``.
        """
        height, width = embedding.shape[:2]
        inside = clip_boxes(np.nan_to_num(boxes, nan=0.0), height, width)
        return tuple(
            self._segment(Window.around(embedding, box, self._config.margin))
            if area > 0
            else Mask.empty()
            for box, area in zip(inside, areas(inside), strict=True)
        )

    def _segment(self, window: Window) -> Mask:
        config = self._config
        size = (config.grid, config.grid)
        small = np.asarray(cv2.resize(window.pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
        belief = believe(small, window, config)
        guided = GuidedFilter.fit(small, belief, radius=config.grid // 12)
        level, quality = best_cut(guided.apply(small))
        crop = (guided.apply(window.pixels) >= level).astype(np.uint8)
        return Mask(crop=crop, x0=window.x0, y0=window.y0, quality=quality)


def believe(small: UInt8Array, window: Window, config: SegmenterConfig) -> FloatArray:
    """Return how probably each cell of the grid is the object, (n, n) float32 in [0, 1]."""
    position = position_cues(*window.coordinates(*small.shape[:2]))
    lab = np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2LAB), np.uint8)
    words = (colour_words(small), chroma_words(lab), texture_words(lab[:, :, 0]))
    belief = _logistic(position @ _POSITION)
    belief = _logistic(np.concatenate([position, word_cues(words, belief)], 2) @ _APPEARANCE)
    walk = walk_cue(lab, belief, position[:, :, 7] > 0, config)
    cues = np.concatenate([position, word_cues(words, belief), walk], 2)
    return _logistic(cues @ _CONNECTION)


def position_cues(x: FloatArray, y: FloatArray) -> FloatArray:
    """Return what a place in the box says, (rows, columns, 8) float32.

    Objects fill the middle of their boxes more than the corners, the upper half more than the
    lower; outside, the odds fall with the distance.

    Args:
        x: (columns,) float32, -1 to 1 across the box.
        y: (rows,) float32, likewise.
    """
    x, y = np.meshgrid(np.clip(x, -1.5, 1.5), np.clip(y, -1.5, 1.5))
    out = np.maximum(np.abs(x) - 1, 0) + np.maximum(np.abs(y) - 1, 0)
    x2, y2 = x * x, y * y
    cues = [np.ones_like(x), x2, y2, x2 * y2, y, y * x2, np.minimum(out, 0.3), out > 0]
    return np.stack(cues, axis=2).astype(np.float32)


def word_cues(vocabularies: tuple[Vocabulary, ...], belief: FloatArray) -> FloatArray:
    """Return what each vocabulary says under a belief, (n, n, len(vocabularies)) float32."""
    return np.stack([log_ratio(v, belief) for v in vocabularies], axis=2)


def walk_cue(
    lab: UInt8Array, belief: FloatArray, outside: BoolArray, config: SegmenterConfig
) -> FloatArray:
    """Return what the connections say under a belief, (n, n, 1) float32 log-odds.

    Args:
        lab: (n, n, 3) uint8 L*a*b*.
        belief: (n, n) float32.
        outside: (n, n) bool, the cells outside of the box.
        config: for the size of the walk's own, coarser grid.
    """
    size = (config.walk_grid, config.walk_grid)
    coarse_lab = np.asarray(cv2.resize(lab, size, interpolation=cv2.INTER_AREA), np.uint8)
    coarse = np.asarray(cv2.resize(belief, size, interpolation=cv2.INTER_AREA), np.float32)
    # An object may stick out of an inaccurate box: only what is farther out is background.
    far = cv2.erode(outside.astype(np.uint8), np.ones((9, 9), np.uint8))
    background = cv2.resize(far, size, interpolation=cv2.INTER_NEAREST) > 0
    walked = random_walk(coarse_lab, coarse, background)
    fine = cv2.resize(walked, belief.shape[::-1], interpolation=cv2.INTER_LINEAR)
    probability = np.clip(fine, 0.01, 0.99)
    return np.asarray(np.log(probability / (1 - probability))[:, :, None], np.float32)


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


def _logistic(odds: npt.NDArray[np.float64]) -> FloatArray:
    return np.asarray(1 / (1 + np.exp(-np.clip(odds, -30, 30))), np.float32)
