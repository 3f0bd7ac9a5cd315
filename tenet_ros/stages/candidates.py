"""What is common to detectors whose graph ends in boxes and scores in the camera's own pixels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from tenet_ros.config import DetectorConfig
from tenet_ros.errors import EngineError
from tenet_ros.geometry import Letterbox, clip_boxes
from tenet_ros.inference.session import Session
from tenet_ros.stages.suppression import suppress
from tenet_ros.types import FloatArray

__all__ = ['candidates', 'check_outputs']

_OVERLAPS = (0.6, 0.7)
"""IoU from which two boxes are one object, of one class or phrase, and of any."""


def candidates(
    outputs: Mapping[str, npt.NDArray[Any]],
    letterbox: Letterbox,
    size: tuple[int, int],
    config: DetectorConfig,
) -> tuple[FloatArray, FloatArray]:
    """Return the objects that a graph found, each once, the best first.

    Args:
        outputs: ``boxes`` (1, K, 4) float32 xyxy in pixels of the graph's image, ``scores``
            (1, K, P) float32 in [0, 1].
        letterbox: how the source image lies in the graph's.
        size: (height, width) of the source image, pixels.
        config: thresholds.

    Returns:
        Boxes (N, 4) float32 xyxy source pixels, and their scores (N, P) float32.
    """
    boxes = clip_boxes(letterbox.to_source(outputs['boxes'][0]), *size)
    scores = np.asarray(outputs['scores'][0], np.float32)
    # Under a pixel is nothing to look at. The comparisons also drop what is not a number.
    solid = ((boxes[:, 2:] - boxes[:, :2]) >= 1).all(axis=1)
    likely = solid & (scores.max(axis=1) >= config.score_threshold)
    boxes, scores = boxes[likely], scores[likely]
    same, other = config.limits(*_OVERLAPS)
    rows, scores = suppress(boxes, scores, same_class_iou=same, any_class_iou=other)
    return boxes[rows][: config.max_boxes], scores[: config.max_boxes]


def check_outputs(session: Session, columns: int | None = None) -> None:
    """Check that a graph gives boxes and scores.

    Args:
        session: active.
        columns: of the scores; None for any.

    Raises:
        EngineError: it gives something else.
    """
    shapes = {spec.name: spec.shape for spec in session.outputs}
    boxes, scores = shapes.get('boxes', ()), shapes.get('scores', ())
    fits = len(boxes) == 3 and boxes[2] == 4 and len(scores) == 3 and boxes[1] == scores[1]
    if not fits or (columns is not None and scores[2] != columns):
        came = '; '.join(str(spec) for spec in session.outputs)
        raise EngineError(
            f'{session.key}: expected the outputs boxes (1, K, 4) and scores (1, K, '
            f'{columns or "P"}), the graph gives {came}; export it with `tenet-ros models export`'
        )
