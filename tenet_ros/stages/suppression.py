"""Non-maximum suppression that remembers what the dropped boxes said."""

from __future__ import annotations

import numpy as np

from tenet_ros.geometry import iou_matrix
from tenet_ros.types import FloatArray, IntArray

__all__ = ['suppress']


def suppress(
    boxes: FloatArray,
    evidence: FloatArray,
    *,
    same_class_iou: float,
    any_class_iou: float,
) -> tuple[IntArray, FloatArray]:
    """Keep, of boxes that overlap, the one with the strongest class.

    Detectors with sigmoid classes give one object several boxes, sometimes under several names
    ("dog", "sheep"). The boxes kept pool the evidence of those dropped for them, so that an object
    that is best called a sheep still has its chance as a dog.

    Args:
        boxes: (N, 4) float32 xyxy.
        evidence: (N, C) float32, score of each class.
        same_class_iou: boxes of one class that overlap more are one object.
        any_class_iou: boxes of any class that overlap more are one object.

    Returns:
        Rows of the boxes that are kept, (K,) int64, the best first; and their pooled evidence,
        (K, C) float32: for each class the highest of the box and of those dropped for it.

    >>> boxes = np.asarray([[0, 0, 9, 9], [0, 0, 10, 10], [20, 0, 30, 10]], np.float32)
    >>> evidence = np.asarray([[0.1, 0.5], [0.6, 0.0], [0.3, 0.0]], np.float32)
    >>> rows, pooled = suppress(boxes, evidence, same_class_iou=0.5, any_class_iou=0.8)
    >>> rows.tolist(), pooled.round(1).tolist()
    ([1, 2], [[0.6000000238418579, 0.5], [0.30000001192092896, 0.0]])
    """
    if not len(boxes):
        return np.zeros(0, np.int64), evidence
    order = np.argsort(-evidence.max(axis=1), kind='stable')
    boxes, evidence = boxes[order], evidence[order]
    names = evidence.argmax(axis=1)
    limit = np.where(names[:, None] == names[None, :], same_class_iou, any_class_iou)
    overlaps = iou_matrix(boxes, boxes) > limit
    owner = np.full(len(boxes), -1, np.int64)
    for row in range(len(boxes)):
        if owner[row] < 0:
            owner[overlaps[row] & (owner < 0)] = row
            owner[row] = row
    grouped = np.argsort(owner, kind='stable')
    kept, starts = np.unique(owner[grouped], return_index=True)
    pooled = np.maximum.reduceat(evidence[grouped], starts, axis=0)
    return np.asarray(order[kept], np.int64), np.asarray(pooled, np.float32)
