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

from tenet_ros.config import SegmenterConfig
from tenet_ros.geometry import areas, clip_boxes
from tenet_ros.stages.cues import (
    Vocabulary,
    chroma_words,
    colour_words,
    log_ratio,
    texture_words,
    warm_up,
)
from tenet_ros.stages.cut import best_cut, enlarge, tidy
from tenet_ros.stages.diffusion import GuidedFilter, random_walk
from tenet_ros.stages.window import Window, shrink
from tenet_ros.types import FloatArray, Mask, UInt8Array

__all__ = ['ColourSegmenter', 'CueWeights', 'Look', 'logistic']

_FLAT = 1.0
"""Standard deviation of L*a*b*, of 255, below which a window shows nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CueWeights:
    """Weights of the cues in the three regressions.

    The defaults were fitted (``tenet_ros.evaluation.fit_segmenter``) to 16 public clips, the
    DAVIS 2016 validation clips that are not among those of the benchmark, each with exact boxes
    and with boxes off by up to 10 % a side.

    Attributes:
        position: of the 8 cues of ``position_cues``.
        appearance: of position (8), colour, chroma, texture.
        connection: of position (8) and the random walk.
    """

    position: tuple[float, ...] = (1.20, -2.38, -2.73, 1.16, -0.32, 0.80, -8.61, -1.09)
    appearance: tuple[float, ...] = (
        *(-0.26, -1.26, -1.00, 0.35, -0.32, 0.93, -9.49, -0.98),
        *(0.66, 0.95, 1.28),
    )
    connection: tuple[float, ...] = (
        *(-0.02, 1.82, 1.39, -1.01, -0.13, 0.49, -5.31, 0.05),
        1.74,
    )


class ColourSegmenter:
    """Segments by colour, texture, position and connection; knows no classes, needs no weights.

    A stage of type ``Segmenter``. Deterministic; keeps nothing between calls.
    """

    def __init__(
        self, config: SegmenterConfig | None = None, weights: CueWeights | None = None
    ) -> None:
        self._config = config or SegmenterConfig()
        self._weights = weights or CueWeights()
        warm_up()

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
        inside = clip_boxes(boxes, height, width)
        return tuple(
            self._segment(Window.around(embedding, box, self._config.margin))
            if area > 0
            else Mask.empty()
            for box, area in zip(inside, areas(inside), strict=True)
        )

    def _segment(self, window: Window) -> Mask:
        config = self._config
        size = (config.grid, config.grid)
        fine = shrink(window.pixels, config.mask_grid)
        small = np.asarray(cv2.resize(fine, size, interpolation=cv2.INTER_AREA), np.uint8)
        belief = believe(Look.at(small, window), self._weights, config.walk_grid)
        guided = GuidedFilter.fit(small, belief, radius=config.grid // 12)
        level, expected = best_cut(guided.apply(small))
        mask = tidy((guided.apply(fine) >= level).astype(np.uint8))
        quality = float(np.clip(1.4 * expected - 0.14, 0, 1))
        return Mask(
            crop=enlarge(mask, window.pixels.shape[:2]),
            x0=window.x0,
            y0=window.y0,
            quality=quality,
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Look:
    """What is known of a window before anything is believed of it.

    Attributes:
        position: (n, n, 8) float32, see ``position_cues``.
        lab: (n, n, 3) uint8 L*a*b* as OpenCV scales it.
        words: of its pixels, one vocabulary each for colour, chroma and texture.
    """

    position: FloatArray
    lab: UInt8Array
    words: tuple[Vocabulary, ...]

    @classmethod
    def at(cls, small: UInt8Array, window: Window) -> Look:
        """Look at a window through its grid, (n, n, 3) uint8 RGB."""
        lab = np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2LAB), np.uint8)
        return cls(
            position=position_cues(*window.coordinates(*small.shape[:2])),
            lab=lab,
            words=(colour_words(small), chroma_words(lab), texture_words(lab[:, :, 0])),
        )

    def appearance_cues(self, belief: FloatArray) -> FloatArray:
        """Return position and what each vocabulary says under a belief, (n, n, 11) float32."""
        ratios = [log_ratio(vocabulary, belief) for vocabulary in self.words]
        return np.concatenate([self.position, np.stack(ratios, axis=2)], axis=2)

    def connection_cues(self, belief: FloatArray, walk_grid: int) -> FloatArray:
        """Return position and what the connections say under a belief, (n, n, 9) float32.

        Args:
            belief: (n, n) float32 in [0, 1].
            walk_grid: cells a side of the random walk's own, coarser grid.
        """
        size = (walk_grid, walk_grid)
        coarse_lab = np.asarray(cv2.resize(self.lab, size, interpolation=cv2.INTER_AREA), np.uint8)
        coarse = np.asarray(cv2.resize(belief, size, interpolation=cv2.INTER_AREA), np.float32)
        # An object may stick out of an inaccurate box: only what is farther out is background.
        outside = (self.position[:, :, 7] > 0).astype(np.uint8)
        reach = 2 * (len(belief) // 24) + 1
        far = cv2.erode(outside, np.ones((reach, reach), np.uint8))
        background = cv2.resize(far, size, interpolation=cv2.INTER_NEAREST) > 0
        walked = random_walk(coarse_lab, coarse, background)
        fine = cv2.resize(walked, belief.shape[::-1], interpolation=cv2.INTER_LINEAR)
        probability = np.clip(fine, 0.01, 0.99)
        odds = np.log(probability / (1 - probability))
        return np.concatenate([self.position, odds[:, :, None]], axis=2)


def believe(look: Look, weights: CueWeights, walk_grid: int) -> FloatArray:
    """Return how probably each cell of the grid is the object, (n, n) float32 in [0, 1].

    Where nothing has edges the walk drains into the surroundings, and connection is not asked.
    """
    belief = logistic(look.position, weights.position)
    belief = logistic(look.appearance_cues(belief), weights.appearance)
    if look.lab.std(axis=(0, 1)).max() < _FLAT:
        return belief
    connected = logistic(look.connection_cues(belief, walk_grid), weights.connection)
    return connected if connected.max() >= 0.5 else belief


def logistic(cues: FloatArray, weights: tuple[float, ...]) -> FloatArray:
    """Return the probability that cues (..., K) with weights (K,) stand for, (...) float32."""
    odds = cues @ np.asarray(weights, np.float32)
    return np.asarray(1 / (1 + np.exp(-np.clip(odds, -30, 30))), np.float32)


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
