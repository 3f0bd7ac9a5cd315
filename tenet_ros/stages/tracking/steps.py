"""What happens to the tracks of one frame: predict, observe detections, correct by masks.

Every step takes a state and returns another; none keeps anything. So a frame can be replayed when
its detections arrive late, and the same events give the same state.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tenet_ros.config import TrackerConfig
from tenet_ros.geometry import areas
from tenet_ros.stages.tracking.association import associate, bearing, earlier
from tenet_ros.stages.tracking.kalman import (
    Filters,
    MotionModel,
    Values,
    box_scales,
    predict,
    to_centre_size,
    update,
)
from tenet_ros.stages.tracking.looks import Look
from tenet_ros.stages.tracking.tracks import Tracks
from tenet_ros.types import FloatArray, IntArray

__all__ = ['Moment', 'Steps']

_VIRTUAL_STEPS = 4
"""Virtual observations of a re-update. They lie on a line: more say the same more loudly."""
_MAX_VOTES = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """When a look took place.

    Attributes:
        clock_ns: the tracker's clock at the detections' frame.
        look: number of the look, from 0.
        first_id: the id that the next new track will get.
    """

    clock_ns: int
    look: int
    first_id: int


class Steps:
    """The steps under one configuration."""

    def __init__(self, config: TrackerConfig) -> None:
        self._config = config
        self._motion = MotionModel(
            spread=_by_axis(config.speed, config.growth),
            memory_s=_by_axis(config.speed_memory_s, config.growth_memory_s),
        )
        self._detection_noise = _by_axis(config.detection_noise, config.detection_size_noise)
        self._mask_noise = _by_axis(config.mask_noise, config.mask_size_noise)

    def predict(
        self,
        tracks: Tracks,
        clock_ns: int,
        step_ns: int,
        camera_motion: npt.NDArray[np.floating] | None,
    ) -> Tracks:
        """Return the tracks at the next frame, without those unseen for too long.

        Args:
            tracks: at the frame before.
            clock_ns: the tracker's clock at the new frame.
            step_ns: time between the two.
            camera_motion: (2, 3), old pixels to new ones.
        """
        alive = clock_ns - tracks.seen_ns <= self._config.max_unseen_s * 1e9
        tracks = tracks.copy() if alive.all() else tracks.select(alive)
        predict(tracks.filters, self._motion.transition(step_ns * 1e-9))
        if camera_motion is not None:
            tracks.warp(camera_motion)
        return tracks

    def observe(self, tracks: Tracks, seen: Look, moment: Moment) -> Tracks:
        """Return the tracks after a look: matched, missed, born and dead ones."""
        config = self._config
        tracks = tracks.copy()
        tracks.missed += 1
        tracks.unseen += 1
        columns = np.zeros(0, np.int64)
        if len(tracks):
            origin = earlier(tracks, moment.look)
            tracks.on_trail[:, moment.look % tracks.on_trail.shape[1]] = False
            rows, columns = associate(tracks, seen, origin, config)
            self._locate(tracks, rows, seen.boxes[columns], origin[rows], moment)
            self._recognise(tracks, rows, seen, columns)
            known = tracks.appearance.shape[1] > 0
            most = config.max_missed_known if known else config.max_missed_looks
            limit = np.where(tracks.confirmed, most, config.tentative_looks)
            alive = tracks.missed <= limit
            if not alive.all():
                tracks = tracks.select(alive)
        new = seen.scores >= config.high_score
        new[columns] = False
        if new.any():
            tracks = tracks.append(self._born(tracks, seen, np.flatnonzero(new), moment))
        return tracks

    def correct(self, tracks: Tracks, ids: IntArray, boxes: FloatArray, clock_ns: int) -> Tracks:
        """Return the tracks after mask boxes; those that do not fit their track are ignored.

        A segmenter finds something in any box. So a mask says that its object is still there only
        while the detector agrees; of a track that it keeps missing a mask moves the box alone.

        Args:
            tracks: at the masks' frame.
            ids: (K,) int64; unknown ones are ignored, of repeated ones the first counts.
            boxes: (K, 4) float32 xyxy source pixels.
            clock_ns: the tracker's clock at that frame.
        """
        finite = np.isfinite(boxes).all(1)
        ids, first = np.unique(ids[finite], return_index=True)
        boxes = boxes[finite][first]
        rows = np.searchsorted(tracks.ids, ids)
        known = rows < len(tracks)
        known[known] = tracks.ids[rows[known]] == ids[known]
        rows, boxes = rows[known], boxes[known]
        fits = _overlaps(tracks.boxes()[rows], boxes) >= self._config.mask_min_iou
        rows, measured = rows[fits], to_centre_size(boxes[fits])
        if not len(rows):
            return tracks
        tracks = tracks.copy()
        filters = tracks.filters[rows]
        update(filters, measured, self._mask_noise)
        tracks.filters[rows] = filters
        trusted = tracks.missed[rows] <= self._config.fresh_looks
        rows = rows[trusted]
        tracks.anchor[rows] = filters[trusted]
        tracks.observed[rows] = measured[trusted]
        tracks.seen_ns[rows] = clock_ns
        tracks.unseen[rows] = 0
        return tracks

    def _locate(
        self, tracks: Tracks, rows: IntArray, boxes: Values, origin: Values, moment: Moment
    ) -> None:
        """Move matched tracks to their detections, in place.

        Args:
            tracks: predicted to now.
            rows: (K,) the matched ones.
            boxes: (K, 4) x, y, w, h of their detections.
            origin: (K, 2) where each was some looks ago.
            moment: now.
        """
        floor = self._config.jitter * box_scales(boxes)
        filters = tracks.filters[rows]
        away = tracks.unseen[rows] > 2  # one missed look leaves nothing to repair
        if away.any():
            filters[away] = self._re_update(tracks, rows[away], boxes[away], moment.clock_ns)
        update(filters, boxes, self._detection_noise)
        tracks.filters[rows] = tracks.anchor[rows] = filters
        tracks.heading[rows] = bearing(boxes[:, :2] - origin, floor)
        tracks.observed[rows] = boxes
        tracks.seen_ns[rows] = moment.clock_ns
        tracks.unseen[rows] = 0
        tracks.missed[rows] = 0
        slot = moment.look % tracks.on_trail.shape[1]
        tracks.on_trail[rows, slot] = True
        tracks.trail[rows, slot] = boxes[:, :2]

    def _re_update(self, tracks: Tracks, rows: IntArray, boxes: Values, clock_ns: int) -> Filters:
        """Return filters that lived through a straight path since they were last observed.

        Observation-centric re-update: while a track is not seen, its prediction errs without
        correction. When it is seen again the filter goes back to its newest observation and is
        fed virtual ones on the line to the new one.

        Args:
            tracks: predicted to now.
            rows: (K,) rows seen again.
            boxes: (K, 4) x, y, w, h, where.
            clock_ns: now.
        """
        filters, start = tracks.anchor[rows], tracks.observed[rows]
        elapsed_ns = (clock_ns - tracks.seen_ns[rows])[:, None].astype(np.float64)
        seconds = elapsed_ns * (1e-9 / _VIRTUAL_STEPS)
        stretch = self._motion.transition(seconds)
        for step in range(1, _VIRTUAL_STEPS + 1):
            predict(filters, stretch)
            if step < _VIRTUAL_STEPS:
                share = step / _VIRTUAL_STEPS
                update(filters, start + share * (boxes - start), self._detection_noise)
        return filters

    def _recognise(self, tracks: Tracks, rows: IntArray, seen: Look, columns: IntArray) -> None:
        """Let matched tracks know what their detections say they are, in place."""
        tracks.hits[rows] += 1
        tracks.whole[rows] += ~seen.cut[columns]
        tracks.confirmed |= tracks.hits >= self._config.min_hits
        tracks.scores[rows] = seen.scores[columns]
        _vote(tracks, rows, seen.labels[columns], seen.scores[columns])
        share = self._share(tracks.hits[rows])
        tracks.view[rows] = seen.appearance[columns]
        tracks.appearance[rows] += share * (tracks.view[rows] - tracks.appearance[rows])
        if seen.answers:
            self._testify(tracks, rows, seen, columns)

    def _testify(self, tracks: Tracks, rows: IntArray, seen: Look, columns: IntArray) -> None:
        """Take in what the detections say about the prompt, in place.

        The border of the image leaves too little of a thing to see what it is: what enters the
        view is still what it was known to be, and what leaves it stays that.
        """
        counts = np.where(seen.cut[columns], self._config.cut_weight, 1).astype(np.float32)
        tracks.evidence[rows] += 1
        tracks.testimony[rows] += counts
        share = counts[:, None] * self._share(tracks.testimony[rows])
        tracks.phrases[rows] += share * (seen.phrases[columns] - tracks.phrases[rows])
        tracks.references[rows] += share * (seen.references[columns] - tracks.references[rows])

    def _share(self, count: IntArray | FloatArray) -> FloatArray:
        """Return the weight of the newest in a running mean, (K, 1), all of which count K.

        The mean of the first ``evidence_window``, then an exponential one of the same weight: one
        outlier never moves it by more than its share.
        """
        window = np.minimum(count, self._config.evidence_window)[:, None]
        return np.asarray(1 / window, np.float32)

    def _born(self, tracks: Tracks, seen: Look, columns: IntArray, moment: Moment) -> Tracks:
        """Return new tracks of the detections ``columns``: (K,) rows of ``seen``."""
        boxes = seen.boxes[columns]
        slots = tracks.on_trail.shape[1]
        born = Tracks.blank(
            len(columns),
            looks=slots,
            phrases=tracks.phrases.shape[1],
            expressions=tracks.references.shape[1],
            appearance=seen.appearance.shape[1],
        )
        born.ids[:] = moment.first_id + np.arange(len(columns))
        born.filters[:] = born.anchor[:] = self._motion.start(boxes, self._detection_noise)
        born.observed[:] = boxes
        born.trail[:, moment.look % slots] = boxes[:, :2]
        born.on_trail[:, moment.look % slots] = True
        born.born_ns[:] = born.seen_ns[:] = moment.clock_ns
        born.hits[:] = 1
        born.whole[:] = ~seen.cut[columns]
        born.confirmed[:] = self._config.min_hits <= 1 or moment.look < self._config.min_hits
        born.scores[:] = seen.scores[columns]
        born.labels[:] = seen.labels[columns]
        born.votes[:] = seen.scores[columns]
        born.appearance[:] = born.view[:] = seen.appearance[columns]
        if seen.answers:
            rows = np.arange(len(columns))
            self._testify(born, rows, seen, columns)
        return born


def _by_axis(centre: float, size: float) -> Values:
    return np.asarray([centre, centre, size, size], np.float64)


def _vote(tracks: Tracks, rows: IntArray, labels: IntArray, scores: FloatArray) -> None:
    """Let the detections vote for their class names, in place (Boyer and Moore's majority)."""
    same = tracks.labels[rows] == labels
    votes = tracks.votes[rows] + np.where(same, scores, -scores)
    tracks.labels[rows] = np.where(votes < 0, labels, tracks.labels[rows])
    tracks.votes[rows] = np.minimum(np.abs(votes), _MAX_VOTES)


def _overlaps(first: FloatArray, second: FloatArray) -> FloatArray:
    """Return the IoU of each row with its like: (N,) float32."""
    low = np.maximum(first[:, :2], second[:, :2])
    high = np.minimum(first[:, 2:], second[:, 2:])
    overlap = np.maximum(high - low, 0).prod(1)
    union = areas(first) + areas(second) - overlap
    return np.asarray(overlap / np.maximum(union, np.float32(1e-9)), np.float32)
