"""The tracker alone: accuracy on MOT sequences and time on synthetic crowds.

Beside ours stands, where the ``eval`` extra is installed, the OC-SORT of the ``trackers`` package
at its default settings, on the same detections of the same frames.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter_ns
from typing import Any

import numpy as np

from tenet_ros.config import TrackerConfig
from tenet_ros.errors import SourceError
from tenet_ros.evaluation.mot import MotScores, drop_ignored, evaluate
from tenet_ros.evaluation.mot_text import (
    Boxes64,
    MotTable,
    SequenceInfo,
    read_mot,
    read_sequence_info,
)
from tenet_ros.stages.tracker import OcSortTracker
from tenet_ros.types import Detections, FloatArray, IntArray, TimedDetections

__all__ = [
    'MOT_CONFIG',
    'MotSequence',
    'Step',
    'load_sequences',
    'ours',
    'run',
    'synthetic_crowd',
    'track',
]

MOT_CONFIG = TrackerConfig(high_score=0.6, min_hits=3)
"""Ours with the score and hits that OC-SORT uses on pedestrian benchmarks, whose detectors are
sure of themselves; everything else at its default."""

_CROWDS = (50, 200)

Step = Callable[[int, Detections], tuple[IntArray, FloatArray]]
"""One frame of a tracker: (frame from 1, detections) -> (K,) ids and (K, 4) boxes seen in it."""


def run(folder: Path) -> dict[str, Any]:
    """Measure every tracker at hand.

    Args:
        folder: holds sequences, see ``load_sequences``.

    Returns:
        Per system (``ours``; ``ours_default``, with the settings of a robot; ``roboflow_ocsort``
        if installed) one object per sequence and ``combined``, with HOTA, DetA, AssA, LocA, IDF1,
        IDP, IDR, MOTA, MOTP as 0..1 and counts, and ``latency_ms_50`` and ``latency_ms_200`` with
        ``p50, p95`` per frame of so many objects.

    Raises:
        SourceError: if there is no sequence, or one of its files cannot be read.
    """
    sequences = load_sequences(folder)
    systems: dict[str, Callable[[float], Step]] = {
        'ours': lambda frame_rate: ours(MOT_CONFIG, frame_rate),
        'ours_default': lambda frame_rate: ours(TrackerConfig(), frame_rate),
    }
    if find_spec('trackers') is not None:
        systems['roboflow_ocsort'] = lambda _: _roboflow()
    return {name: _measure(new_step, sequences) for name, new_step in systems.items()}


def _measure(
    new_step: Callable[[float], Step], sequences: list[MotSequence]
) -> dict[str, dict[str, float]]:
    scores: dict[str, MotScores] = {}
    for sequence in sequences:
        result = track(new_step(sequence.info.frame_rate), sequence.frames)
        result = drop_ignored(sequence.truth, result, sequence.ignored)
        scores[sequence.info.name] = evaluate(sequence.truth, result)
    scores['combined'] = MotScores.combine(list(scores.values()))
    return {
        **{name: {k: round(v, 4) for k, v in s.ratios().items()} for name, s in scores.items()},
        **{f'latency_ms_{count}': _latency(new_step(30.0), count) for count in _CROWDS},
    }


def _latency(step: Step, count: int) -> dict[str, float]:
    """Return ``p50`` and ``p95`` of the milliseconds per frame, after a second of warming up."""
    spent = []
    for number, detections in enumerate(synthetic_crowd(count, frames=150), 1):
        begin = perf_counter_ns()
        step(number, detections)
        spent.append((perf_counter_ns() - begin) / 1e6)
    p50, p95 = np.percentile(spent[30:], (50, 95))
    return {'p50': round(float(p50), 3), 'p95': round(float(p95), 3)}


def synthetic_crowd(count: int, *, frames: int, seed: int = 0) -> tuple[Detections, ...]:
    """Return the detections of ``count`` boxes that drift over a full-HD image at 30 Hz.

    One in twenty is missed, and all jitter by a pixel.
    """
    random = np.random.default_rng(seed)
    centre = random.uniform((0, 0), (1920, 1080), (count, 2))
    speed = random.normal(0, 2, (count, 2))
    half = random.uniform(15, 60, (count, 2))
    result = []
    for _ in range(frames):
        centre = (centre + speed) % (1920, 1080)
        middle = centre + random.normal(0, 1, (count, 2))
        seen = random.random(count) > 0.05
        boxes = np.concatenate([middle - half, middle + half], axis=1)[seen]
        result.append(_as_detections(boxes, np.full(len(boxes), 0.9)))
    return tuple(result)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MotSequence:
    """One recorded sequence.

    Attributes:
        info: name, frame rate, length.
        frames: per frame, in order, the detections.
        truth: what is to be tracked.
        ignored: regions that nobody annotated.
    """

    info: SequenceInfo
    frames: tuple[Detections, ...]
    truth: MotTable
    ignored: MotTable


def load_sequences(folder: Path) -> list[MotSequence]:
    """Read every sequence in ``folder`` that has detections, ground truth and a seqinfo.ini.

    Scores outside [0, 1] are taken as logits.

    Raises:
        SourceError: if there is none, or one of its files cannot be read.
    """
    found = [
        _load(path.parent.parent)
        for path in sorted(folder.glob('*/det/det.txt'))
        if (path.parent.parent / 'gt/gt.txt').is_file()
    ]
    if not found:
        raise SourceError(
            f'{folder}: expected folders with det/det.txt, gt/gt.txt and seqinfo.ini, '
            'got none; give the folder that holds the sequences'
        )
    return found


def _load(folder: Path) -> MotSequence:
    info = read_sequence_info(folder / 'seqinfo.ini')
    found = read_mot(folder / 'det/det.txt')
    if ((found.scores < 0) | (found.scores > 1)).any():
        found = replace(found, scores=1 / (1 + np.exp(-found.scores)))
    truth = read_mot(folder / 'gt/gt.txt')
    regions = folder / 'gt/ignore_regions.txt'
    per_frame = (found.select(found.frames == n) for n in range(1, info.length + 1))
    return MotSequence(
        info=info,
        frames=tuple(_as_detections(rows.boxes, rows.scores) for rows in per_frame),
        truth=truth.select(truth.scores != 0),
        ignored=_read_regions(regions) if regions.is_file() else truth.select(truth.frames < 0),
    )


def _read_regions(path: Path) -> MotTable:
    """Read ``frame,-1,left,top,width,height,0,kind``; the kind is a word."""
    rows = [line.split(',')[:6] for line in path.read_text('utf-8').splitlines() if line]
    full = np.full((len(rows), 9), -1.0)
    full[:, :6] = np.asarray(rows, np.float64).reshape(-1, 6)
    return MotTable.from_rows(full)


def _as_detections(boxes: Boxes64, scores: Boxes64) -> Detections:
    n = len(boxes)
    return Detections(
        boxes=boxes.astype(np.float32),
        scores=scores.astype(np.float32),
        phrase_scores=np.zeros((n, 0), np.float32),
        reference=np.zeros(0, np.int64),
        labels=('',) * n,
    )


def ours(config: TrackerConfig, frame_rate: float) -> Step:
    """Return our tracker, new, as a step at this frame rate."""
    tracker = OcSortTracker(config)

    def step(frame: int, detections: Detections) -> tuple[IntArray, FloatArray]:
        stamp_ns = round(frame * 1e9 / frame_rate)
        tracker.advance(sequence=frame, stamp_ns=stamp_ns)
        tracker.apply(
            TimedDetections(sequence=frame, stamp_ns=stamp_ns, command_id=0, detections=detections)
        )
        tracks = tracker.snapshot()
        seen = tracks.unseen_ns == 0
        return tracks.ids[seen], tracks.boxes[seen]

    return step


def _roboflow() -> Step:
    """Return the other tracker, new; rows without an id are not yet tracks to it."""
    import supervision
    from trackers import OCSORTTracker

    tracker = OCSORTTracker()

    def step(_: int, detections: Detections) -> tuple[IntArray, FloatArray]:
        n = len(detections)
        given = supervision.Detections(
            xyxy=detections.boxes, confidence=detections.scores, class_id=np.zeros(n, int)
        )
        result: Any = tracker.update(given)
        shown = result.tracker_id >= 0
        return result.tracker_id[shown].astype(np.int64), result.xyxy[shown]

    return step


def track(step: Step, frames: tuple[Detections, ...]) -> MotTable:
    """Run a tracker over a sequence; frames count from 1."""
    seen = [step(number, detections) for number, detections in enumerate(frames, 1)]
    return MotTable.from_boxes(
        np.repeat(np.arange(1, len(seen) + 1), [len(ids) for ids, _ in seen]),
        np.concatenate([ids for ids, _ in seen]),
        np.concatenate([boxes for _, boxes in seen]).astype(np.float64),
    )
