"""YOLOX (arXiv 2107.08430): fixed classes, anchor-free, one row of output per grid cell."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from tenet_ros.config import DetectorConfig
from tenet_ros.errors import EngineError
from tenet_ros.geometry import Letterbox, clip_boxes
from tenet_ros.inference.session import Session
from tenet_ros.language.expression import Prompt
from tenet_ros.stages.class_answers import ClassAnswers
from tenet_ros.stages.class_phrases import ClassPhrases
from tenet_ros.stages.nouns import NounMatcher
from tenet_ros.stages.suppression import suppress
from tenet_ros.types import Detections, FloatArray, UInt8Array

__all__ = ['PAD', 'STRIDES', 'YoloxDetector']

PAD = 114
"""Value of the canvas around the image."""

STRIDES = (8, 16, 32)
"""Pixels per cell of the three grids, in output order."""

_CANDIDATES = 300
"""So many boxes at most, the best, go into non-maximum suppression."""

_SAME_CLASS_IOU = 0.6
_ANY_CLASS_IOU = 0.7
"""What is advised for both: neighbours of two classes are rather two objects."""


class YoloxDetector:
    """Boxes by YOLOX, phrase scores by noun and colour.

    A detector for one thread: the network's input is a buffer that every call writes over.

    Args:
        session: active; takes (1, 3, S, S) float32 BGR from 0 to 255, letterboxed to the top
            left, and gives (1, cells, 5 + C) float32 after the sigmoids. This detector does not
            own it.
        classes: names of the C classes in output order.
        matcher: nouns to ``classes``; None makes one without a fallback.
        config: thresholds.

    Raises:
        EngineError: the session has other tensors than these.
    """

    def __init__(
        self,
        session: Session,
        classes: tuple[str, ...],
        *,
        matcher: NounMatcher | None = None,
        config: DetectorConfig | None = None,
    ) -> None:
        self._session = session
        self._config = config or DetectorConfig()
        self._answers = ClassAnswers(classes, matcher, self._config)
        self._limits = self._config.limits(_SAME_CLASS_IOU, _ANY_CLASS_IOU)
        self._input, self._output, self._size = _check_tensors(session, len(classes))
        self._cells, self._strides = _grids(*self._size)
        self._canvas = np.full((1, 3, *self._size), PAD, np.float32)
        self._fitted: Letterbox | None = None

    def prepare(self, prompt: Prompt) -> ClassPhrases:
        """Match the nouns to classes and look up the colours."""
        return self._answers.prepare(prompt)

    def detect(self, image: UInt8Array, prepared: ClassPhrases) -> Detections:
        """Return the objects in ``image``, (H, W, 3) uint8 RGB; also weak ones."""
        letterbox = self._fill(image)
        rows = self._session.infer({self._input: self._canvas})[self._output][0]
        boxes, evidence = self._decode(rows, letterbox, image.shape[0], image.shape[1])
        kept, evidence = suppress(
            boxes,
            evidence,
            same_class_iou=self._limits[0],
            any_class_iou=self._limits[1],
        )
        boxes = boxes[kept[: self._config.max_boxes]]
        evidence = evidence[: self._config.max_boxes]
        return self._answers.detections(image, boxes, evidence, prepared)

    def _fill(self, image: UInt8Array) -> Letterbox:
        """Write an image into the network's input; return how it lies in there."""
        letterbox = Letterbox.fit((image.shape[0], image.shape[1]), self._size, centred=False)
        if letterbox != self._fitted:
            self._canvas.fill(PAD)
            self._fitted = letterbox
        size = (letterbox.width, letterbox.height)
        resized = cv2.resize(image, size, interpolation=cv2.INTER_LINEAR)
        # Planes are split before they become floats: four times fewer bytes are moved.
        for plane, rgb in zip((2, 1, 0), cv2.split(resized), strict=True):
            np.copyto(self._canvas[0, plane, : letterbox.height, : letterbox.width], rgb)
        return letterbox

    def _decode(
        self, rows: npt.NDArray[np.float32], letterbox: Letterbox, height: int, width: int
    ) -> tuple[FloatArray, FloatArray]:
        """Return candidate boxes in source pixels, (N, 4), and their class scores, (N, C)."""
        # No class scores above the objectness, so most rows can go before classes are looked at.
        likely = np.flatnonzero(rows[:, 4] >= self._config.score_threshold)
        evidence = rows[likely, 4:5] * rows[likely, 5:]
        best = evidence.max(axis=1)
        chosen = np.flatnonzero(best >= self._config.score_threshold)
        if len(chosen) > _CANDIDATES:
            chosen = chosen[np.argpartition(-best[chosen], _CANDIDATES)[:_CANDIDATES]]
        likely, evidence = likely[chosen], evidence[chosen]
        stride = self._strides[likely]
        centre = (rows[likely, 0:2] + self._cells[likely]) * stride
        half = np.exp(rows[likely, 2:4]) * stride * np.float32(0.5)
        boxes = letterbox.to_source(np.concatenate([centre - half, centre + half], axis=1))
        boxes = clip_boxes(boxes, height, width)
        # Under a pixel is nothing to look at. The comparison also drops what is not a number.
        solid = ((boxes[:, 2:] - boxes[:, :2]) >= 1).all(axis=1)
        return boxes[solid], evidence[solid]


def _check_tensors(session: Session, classes: int) -> tuple[str, str, tuple[int, int]]:
    """Return the names of input and output, and (height, width) of the network's image."""
    inputs, outputs = session.inputs, session.outputs
    shape = inputs[0].shape if len(inputs) == 1 else ()
    if len(outputs) == 1 and len(shape) == 4 and shape[:2] == (1, 3):
        height, width = shape[2], shape[3]
        if isinstance(height, int) and isinstance(width, int):
            cells = sum((height // stride) * (width // stride) for stride in STRIDES)
            if outputs[0].shape == (1, cells, 5 + classes):
                return inputs[0].name, outputs[0].name, (height, width)
    came = '; '.join(str(spec) for spec in (*inputs, *outputs))
    raise EngineError(
        f'{session.key}: expected a YOLOX of {classes} classes, (1, 3, H, W) to (1, cells, '
        f'{5 + classes}); got {came}; use the model that the manifest names'
    )


def _grids(height: int, width: int) -> tuple[FloatArray, FloatArray]:
    """Return column and row of every cell, (cells, 2), and its stride, (cells, 1), float32."""
    cells, strides = [], []
    for stride in STRIDES:
        x, y = np.meshgrid(np.arange(width // stride), np.arange(height // stride))
        cells.append(np.stack([x.ravel(), y.ravel()], axis=1))
        strides.append(np.full((x.size, 1), stride))
    return np.concatenate(cells).astype(np.float32), np.concatenate(strides).astype(np.float32)
