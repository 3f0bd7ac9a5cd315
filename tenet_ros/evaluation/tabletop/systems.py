"""Who answers: ours, and what stands beside it. Detections and tracks are the same for all.

``ours``            the pipeline of the preset, with its own preference.
``explicit``        the same tracks, scored by the written-down rules (``ExplicitPreference``).
``top_confidence``  the track with the best running score for the sentence's first phrase.
``top1_detection``  the detection with the best score for that phrase; no tracks.
``oracle_track``    for each referred thing that is visible the track that overlaps it most now
                    (IoU >= 0.1): what any choice among these tracks can reach.
``gt_boxes``        the visible boxes of the referred things: what our segmenter alone can reach.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tenet_ros.config import Settings
from tenet_ros.evaluation.baselines import top_detection, top_track
from tenet_ros.evaluation.tabletop.fit import LEAST_OVERLAP
from tenet_ros.geometry import clip_boxes, iou_matrix
from tenet_ros.pipeline import SHOWN, StepResult, TargetResult
from tenet_ros.stages.decision import Decider
from tenet_ros.stages.preference import ExplicitPreference
from tenet_ros.types import BoolArray, Detections, FloatArray, IntArray, State, TrackSet

__all__ = ['SYSTEMS', 'Answer', 'ExplicitChoice', 'choices', 'own']

SYSTEMS = ('ours', 'explicit', 'top_confidence', 'top1_detection', 'oracle_track', 'gt_boxes')


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Answer:
    """What a system says to one sentence at one frame.

    Attributes:
        boxes: (K, 4) float32 xyxy, what it segments and publishes; none for an empty mask.
        committed: whether it is sure.
        state: in its own words.
        track_ids: of the boxes; empty for a system without tracks.
    """

    boxes: FloatArray
    committed: bool
    state: State
    track_ids: tuple[int, ...] = ()


def own(target: TargetResult) -> Answer:
    """Return what the pipeline said."""
    state = target.decision.state
    return Answer(
        boxes=target.boxes,
        committed=state is State.COMMITTED,
        state=state,
        track_ids=target.track_ids,
    )


class ExplicitChoice:
    """The explicit preference and its decisions, on tracks that another pipeline made.

    Args:
        settings: weights and thresholds.
        sentences: how many there are.
    """

    def __init__(self, settings: Settings, sentences: int) -> None:
        self._preference = ExplicitPreference(settings.pipeline.preference)
        self._deciders = [Decider(settings.pipeline.decision) for _ in range(sentences)]

    def answers(self, result: StepResult) -> list[Answer]:
        """Return the answer to each sentence at one frame."""
        tracks, size = result.tracks, (result.height, result.width)
        row_of = {int(track_id): row for row, track_id in enumerate(tracks.ids)}
        scores = self._preference.score_all(result.queries, tracks, size)
        found = []
        for query, decider, score in zip(result.queries, self._deciders, scores, strict=True):
            decision = decider.update(query, score, tracks)
            ids = decision.track_ids if decision.state in SHOWN else ()
            shown = tuple(i for i in ids if i in row_of)
            boxes = tracks.boxes[[row_of[i] for i in shown]].reshape(-1, 4)
            found.append(
                Answer(
                    boxes=clip_boxes(boxes, *size),
                    committed=decision.state is State.COMMITTED,
                    state=decision.state,
                    track_ids=shown,
                )
            )
        return found


def choices(
    result: StepResult,
    found: Detections,
    truth_boxes: FloatArray,
    targets: Sequence[BoolArray],
) -> dict[str, list[Answer]]:
    """Return the answers of the systems that need no memory, one per sentence.

    Args:
        result: of the pipeline, for its tracks and queries.
        found: the detections of this frame.
        truth_boxes: (N, 4) float32, visible boxes; zeros for what is not to be seen.
        targets: for each sentence what it refers to now, (N,) bool.
    """
    height, width = result.height, result.width
    return {
        'top_confidence': [
            _sure(clip_boxes(top_track(result.tracks, query), height, width))
            for query in result.queries
        ],
        'top1_detection': [
            _sure(clip_boxes(top_detection(found, query), height, width))
            for query in result.queries
        ],
        'oracle_track': [
            _sure(clip_boxes(_oracle(result.tracks, truth_boxes[t]), height, width))
            for t in targets
        ],
        'gt_boxes': [_sure(_solid(truth_boxes[t])) for t in targets],
    }


def _sure(boxes: FloatArray) -> Answer:
    """Return the answer of a system without states: sure of whatever it says."""
    said = len(boxes) > 0
    return Answer(boxes=boxes, committed=said, state=State.COMMITTED if said else State.SEARCHING)


def _solid(boxes: FloatArray) -> FloatArray:
    return boxes[np.asarray((boxes[:, 2:] > boxes[:, :2]).all(axis=1), np.bool_)]


def _oracle(tracks: TrackSet, truth: FloatArray) -> FloatArray:
    """Return the boxes of the tracks that lie best on these things, (K, 4) float32."""
    overlaps = iou_matrix(tracks.boxes, _solid(truth))
    if not overlaps.size:
        return np.zeros((0, 4), np.float32)
    best, reached = overlaps.argmax(axis=0), overlaps.max(axis=0)
    rows: IntArray = np.unique(best[reached >= LEAST_OVERLAP])
    return tracks.boxes[rows]
