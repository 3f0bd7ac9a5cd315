"""How the weights of the classical segmenter were found: three logistic regressions in a row.

Each looks at the pixels of every window in the training clips, with the belief that the one
before it holds. Fit to other clips than those that are reported.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from tenet_ros.config import SegmenterConfig
from tenet_ros.evaluation.bench_segmenter import jitter
from tenet_ros.evaluation.clips import Clip, gt_boxes
from tenet_ros.geometry import areas, clip_boxes
from tenet_ros.stages.segmenter import CueWeights, Look, logistic
from tenet_ros.stages.window import Window
from tenet_ros.types import BoolArray, FloatArray

__all__ = ['fit']

_STEP = 4
"""Every so many cells in each direction take part: neighbours say nearly the same."""

_RIDGE = 1e-5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Example:
    look: Look
    truth: BoolArray
    """(n, n) bool, where at least half of a cell is the object."""
    weight: float
    """So that every clip weighs the same."""


def fit(
    clips: Sequence[Clip],
    config: SegmenterConfig | None = None,
    *,
    box_noise: Sequence[float] = (0.0, 0.1),
    every: int = 8,
) -> CueWeights:
    """Return the weights that explain the ground truth of some clips best.

    Args:
        clips: with dense ground truth.
        config: the grids that the segmenter will use.
        box_noise: each box is used once exactly, say, and once with sides moved by up to 10 %.
        every: takes every so many frames of a clip.
    """
    config = config or SegmenterConfig()
    examples = [e for clip in clips for e in _examples(clip, config, box_noise, every)]
    position = _regress(examples, [e.look.position for e in examples])
    beliefs = [logistic(e.look.position, position) for e in examples]
    seen = [e.look.appearance_cues(b) for e, b in zip(examples, beliefs, strict=True)]
    appearance = _regress(examples, seen)
    beliefs = [logistic(cues, appearance) for cues in seen]
    connected = [
        e.look.connection_cues(b, config.walk_grid) for e, b in zip(examples, beliefs, strict=True)
    ]
    return CueWeights(
        position=position, appearance=appearance, connection=_regress(examples, connected)
    )


def _examples(
    clip: Clip, config: SegmenterConfig, box_noise: Sequence[float], every: int
) -> Iterator[_Example]:
    rng = np.random.default_rng(0)
    size = (config.grid, config.grid)
    frames = range(0, len(clip.frames), every)
    for index in frames:
        image, labels = clip.image(index), clip.labels(index)
        ids, exact = gt_boxes(labels)
        for noise in box_noise:
            boxes = clip_boxes(jitter(exact, noise, rng), *clip.size)
            for object_id, box in zip(ids[areas(boxes) > 0], boxes[areas(boxes) > 0], strict=True):
                window = Window.around(image, box, config.margin)
                height, width = window.pixels.shape[:2]
                crop = labels[window.y0 : window.y0 + height, window.x0 : window.x0 + width]
                share = cv2.resize(
                    (crop == object_id).astype(np.float32), size, interpolation=cv2.INTER_AREA
                )
                small = cv2.resize(window.pixels, size, interpolation=cv2.INTER_AREA)
                yield _Example(
                    look=Look.at(np.asarray(small, np.uint8), window),
                    truth=np.asarray(share > 0.5, np.bool_),
                    weight=1 / (len(frames) * len(ids)),
                )


def _regress(examples: Sequence[_Example], cues: Sequence[FloatArray]) -> tuple[float, ...]:
    """Return the weights (K,) of a logistic regression of truth on cues (n, n, K).

    Iteratively reweighted least squares, that is, Newton's method, with a slight ridge.
    """
    some = np.s_[1::_STEP, 1::_STEP]
    x = np.concatenate([c[some].reshape(-1, c.shape[2]) for c in cues]).astype(np.float64)
    y = np.concatenate([e.truth[some].ravel() for e in examples]).astype(np.float64)
    share = np.concatenate([np.full(e.truth[some].size, e.weight) for e in examples])
    ridge = _RIDGE * share.sum()
    weights: npt.NDArray[np.float64] = np.zeros(x.shape[1])
    for _ in range(15):
        p = 1 / (1 + np.exp(-np.clip(x @ weights, -30, 30)))
        hessian = (x * (share * p * (1 - p))[:, None]).T @ x + ridge * np.eye(len(weights))
        weights -= np.linalg.solve(hessian, x.T @ (share * (p - y)) + ridge * weights)
    return tuple(float(w) for w in weights)
