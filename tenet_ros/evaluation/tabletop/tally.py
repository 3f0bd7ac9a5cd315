"""What the detector and the segmenter do by themselves, counted while clips are played."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tenet_ros.evaluation.tabletop.clip import Clip
from tenet_ros.evaluation.tabletop.decoding import FrameMasks
from tenet_ros.evaluation.tabletop.fit import LabelledFrame
from tenet_ros.evaluation.tabletop.record import VISIBLE_PX
from tenet_ros.geometry import iou_matrix
from tenet_ros.types import BoolArray, Detections, FloatArray, UInt8Array

__all__ = ['PartFigures', 'Tally', 'parts_json']

LARGE_PX = 400
FOUND_IOU = 0.5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PartFigures:
    """Counts over the scored frames of one clip.

    Attributes:
        found: (M,) bool, for each named thing with at least 400 visible pixels in each scored
            frame, whether a detection has an IoU of 0.5 with its visible box.
        found_referred: (R,) bool, those of them that a sentence refers to at that frame.
        detections: (F,) int64 boxes per frame.
        mask_iou: (K,) float32, IoU of the mask made of the visible box with the visible mask, of
            every referred thing with at least 50 visible pixels.
        large: (K,) bool, those of them with at least 400.
    """

    found: BoolArray
    found_referred: BoolArray
    detections: UInt8Array
    mask_iou: FloatArray
    large: BoolArray


class Tally:
    """Collects ``PartFigures``.

    Args:
        clip: that is played.
    """

    def __init__(self, clip: Clip) -> None:
        self._clip = clip
        self._referred = np.zeros(clip.visible_px.shape, np.bool_)
        for case in clip.cases:
            self._referred |= case.targets & case.judged[:, None]
        self._found: list[bool] = []
        self._found_referred: list[bool] = []
        self._detections: list[int] = []
        self._mask_iou: list[float] = []
        self._large: list[bool] = []

    def look(
        self, frame: int, found: Detections, labelled: LabelledFrame, masks: FrameMasks
    ) -> None:
        """Count a frame."""
        boxes, pixels = self._clip.boxes[frame], self._clip.visible_px[frame]
        reached = iou_matrix(found.boxes, boxes).max(axis=0, initial=0.0) >= FOUND_IOU
        large = pixels >= LARGE_PX
        named = np.arange(len(pixels)) < self._clip.named
        self._found += reached[large & named].tolist()
        self._found_referred += reached[large & self._referred[frame]].tolist()
        self._detections.append(len(found))
        for thing in np.flatnonzero(self._referred[frame] & (pixels >= VISIBLE_PX)).tolist():
            alone = np.zeros(len(pixels), np.bool_)
            alone[thing] = True
            self._mask_iou.append(labelled.fit(masks.of(boxes[thing][None]), alone)[0])
            self._large.append(bool(large[thing]))

    def figures(self) -> PartFigures:
        """Return everything that was counted."""
        return PartFigures(
            found=np.asarray(self._found, np.bool_),
            found_referred=np.asarray(self._found_referred, np.bool_),
            detections=np.asarray(self._detections, np.uint8),
            mask_iou=np.asarray(self._mask_iou, np.float32),
            large=np.asarray(self._large, np.bool_),
        )


def parts_json(parts: Sequence[PartFigures]) -> dict[str, Any]:
    """Return the figures of all clips together, ready for ``json.dumps``."""
    found, referred, boxes, ious, large = (
        np.concatenate([getattr(p, name) for p in parts])
        for name in ('found', 'found_referred', 'detections', 'mask_iou', 'large')
    )
    return {
        'detector': {
            'recall': _mean(found),
            'recall_referred': _mean(referred),
            'boxes_per_frame': _mean(boxes),
            'things': len(found),
        },
        'segmenter': {
            'mean_iou': _mean(ious),
            'mean_iou_large': _mean(ious[large]),
            'things': len(ious),
        },
    }


def _mean(values: Any) -> float | None:
    return round(float(np.mean(values)), 4) if len(values) else None
