"""The same sentence answered in other ways, to tell what each part of the method is worth.

``ours``            what the pipeline says.
``gt_boxes``        ground-truth boxes into our segmenter: what segmentation alone costs.
``best_track``      our tracks, the right one chosen with the ground truth at hand: what selection
                    alone costs. Whoever knows the whole clip chooses once per object.
``top_confidence``  per frame, the track with the best running score for the sentence's own phrase.
``top1_detection``  per frame, the detection with the best score for that phrase; no tracks.

The distance from ``top_confidence`` to ``best_track`` is what a preference can be worth.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tenet_ros.evaluation.clips import Clip, gt_boxes
from tenet_ros.geometry import iou_matrix
from tenet_ros.language.expression import Prompt, Query
from tenet_ros.pipeline import Pipeline, StepResult
from tenet_ros.runtime.offline import OfflineStream
from tenet_ros.stages.protocols import AnyDetector, AnySegmenter, Prepared
from tenet_ros.types import (
    Detections,
    FloatArray,
    Frame,
    IntArray,
    TrackSet,
    UInt8Array,
    union,
)

__all__ = [
    'SYSTEMS',
    'Parts',
    'Replay',
    'answers',
    'load',
    'replay',
    'top_detection',
    'top_track',
    'truth_masks',
]

SYSTEMS = ('ours', 'gt_boxes', 'best_track', 'top_confidence', 'top1_detection')
LEAST_OVERLAP = 0.1
"""A track that overlaps an object less than this, on average over its frames, is not on it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """A system, and the parts of it that the baselines use by themselves.

    Attributes:
        pipeline: fresh: without tracks.
        detector: of the same system.
        segmenter: of the same system.
    """

    pipeline: Pipeline
    detector: AnyDetector
    segmenter: AnySegmenter


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Replay:
    """A clip answered frame by frame at the source's rate, the detector on every frame.

    Attributes:
        results: one per frame.
        detections: one set per frame.
        unknown: nouns of the sentence that the detector can never find.
    """

    results: tuple[StepResult, ...]
    detections: tuple[Detections, ...]
    unknown: tuple[str, ...]


class _Recorder:
    """Keeps what a detector said."""

    def __init__(self, detector: AnyDetector) -> None:
        self._detector = detector
        self.heard: list[Detections] = []

    def prepare(self, prompt: Prompt) -> Prepared:
        """Pass the prompt on."""
        prepared: Prepared = self._detector.prepare(prompt)
        return prepared

    def detect(self, image: UInt8Array, prepared: Prepared) -> Detections:
        """Pass the image on and remember the answer."""
        self.heard.append(self._detector.detect(image, prepared))
        return self.heard[-1]


def replay(images: Sequence[UInt8Array], fps: float, sentence: str, parts: Parts) -> Replay:
    """Answer every frame of a clip, without threads and without drops.

    Args:
        images: (H, W, 3) uint8 RGB.
        fps: of the clip; frame ``i`` is stamped ``i / fps``.
        sentence: the command.
        parts: a fresh system.
    """
    recorder = _Recorder(parts.detector)
    stream = OfflineStream(parts.pipeline, recorder)
    stream.command(sentence)
    results = tuple(
        stream.step(Frame(image=image, stamp_ns=round(i * 1e9 / fps), sequence=i))
        for i, image in enumerate(images)
    )
    return Replay(results=results, detections=tuple(recorder.heard), unknown=stream.unknown)


def answers(
    images: Sequence[UInt8Array],
    labels: Sequence[UInt8Array],
    object_ids: Sequence[int],
    played: Replay,
    segmenter: AnySegmenter,
) -> dict[str, list[UInt8Array]]:
    """Return the masks of every system but ``gt_boxes``, (H, W) uint8, set where non-zero.

    Args:
        images: the frames.
        labels: their ground truth.
        object_ids: what the sentence refers to; none for a sentence without an object.
        played: what the system made of the frames.
        segmenter: turns the baselines' boxes into masks.
    """
    chosen = {
        'best_track': _best_tracks(played.results, labels, object_ids),
        'top_confidence': [top_track(r.tracks, r.queries[0]) for r in played.results],
        'top1_detection': [
            top_detection(found, result.queries[0])
            for found, result in zip(played.detections, played.results, strict=True)
        ],
    }
    masks: dict[str, list[UInt8Array]] = {
        'ours': [union(r.masks, r.height, r.width) for r in played.results]
    }
    masks |= {system: [] for system in chosen}
    for index, image in enumerate(images):
        boxes = {system: per_frame[index] for system, per_frame in chosen.items()}
        for system, mask in _segment(image, boxes, segmenter).items():
            masks[system].append(mask)
    return masks


def truth_masks(
    images: Sequence[UInt8Array],
    labels: Sequence[UInt8Array],
    object_ids: Sequence[int],
    segmenter: AnySegmenter,
) -> list[UInt8Array]:
    """Return the masks that the segmenter makes of the ground-truth boxes, (H, W) uint8."""
    masks = []
    for image, label in zip(images, labels, strict=True):
        ids, boxes = gt_boxes(label)
        wanted = boxes[np.isin(ids, np.asarray(object_ids, np.int64))]
        masks.append(_segment(image, {'gt_boxes': wanted}, segmenter)['gt_boxes'])
    return masks


def load(clip: Clip) -> tuple[list[UInt8Array], list[UInt8Array]]:
    """Return the images and label images of a clip with dense ground truth."""
    count = len(clip.frames)
    return [clip.image(i) for i in range(count)], [clip.labels(i) for i in range(count)]


def _segment(
    image: UInt8Array, boxes: Mapping[str, FloatArray], segmenter: AnySegmenter
) -> dict[str, UInt8Array]:
    """Decode the boxes of several systems from one encoding; equal boxes once."""
    height, width = image.shape[:2]
    canvases = {system: np.zeros((height, width), np.uint8) for system in boxes}
    wanted = [(system, box) for system, rows in boxes.items() for box in rows]
    if not wanted:
        return canvases
    unique, rows_of = np.unique(np.stack([box for _, box in wanted]), axis=0, return_inverse=True)
    decoded = segmenter.decode(segmenter.encode(image), unique.astype(np.float32))
    for (system, _), row in zip(wanted, rows_of.reshape(-1), strict=True):
        decoded[row].paste(canvases[system], 1)
    return canvases


def _best_tracks(
    results: Sequence[StepResult], labels: Sequence[UInt8Array], object_ids: Sequence[int]
) -> list[FloatArray]:
    """Return per frame the boxes of the tracks that lie best on the objects, (K, 4) float32."""
    chosen = {i for i in (_best_track(results, labels, o) for o in object_ids) if i is not None}
    wanted = np.asarray(sorted(chosen), np.int64)
    return [r.tracks.boxes[np.isin(r.tracks.ids, wanted)] for r in results]


def _best_track(
    results: Sequence[StepResult], labels: Sequence[UInt8Array], object_id: int
) -> int | None:
    """Return the track with the largest summed box IoU with an object, or None."""
    sums: dict[int, float] = {}
    seen: dict[int, int] = {}
    for result, label in zip(results, labels, strict=True):
        ids, boxes = gt_boxes(label)
        truth = boxes[ids == object_id]
        overlaps = iou_matrix(result.tracks.boxes, truth).sum(axis=1)
        for track_id, overlap in zip(result.tracks.ids.tolist(), overlaps.tolist(), strict=True):
            sums[track_id] = sums.get(track_id, 0.0) + overlap
            seen[track_id] = seen.get(track_id, 0) + 1
    fitting = [i for i in sums if sums[i] / seen[i] >= LEAST_OVERLAP]
    return max(fitting, key=lambda i: sums[i], default=None)


def _top(boxes: FloatArray, scores: FloatArray) -> FloatArray:
    """Return the box with the best score above zero, (1, 4) or (0, 4) float32."""
    if not len(scores) or scores.max() <= 0:
        return np.zeros((0, 4), np.float32)
    best: IntArray = np.asarray([scores.argmax()], np.int64)
    return boxes[best]


def top_track(tracks: TrackSet, query: Query) -> FloatArray:
    """Return the box of the track with the best running score for a sentence's first phrase.

    Returns:
        (1, 4) float32 xyxy, or (0, 4) where no track has a score above zero.
    """
    return _top(tracks.boxes, tracks.phrase_scores[:, query.first_column])


def top_detection(found: Detections, query: Query) -> FloatArray:
    """Return the box of the detection with the best score for a sentence's first phrase.

    Returns:
        (1, 4) float32 xyxy, or (0, 4) where no detection has a score above zero.
    """
    return _top(found.boxes, found.scores * found.phrase_scores[:, query.first_column])
