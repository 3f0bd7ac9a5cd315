"""Which detection belongs to which track.

OC-SORT's cascade (arXiv 2203.14360): overlap with the predicted box, biased towards detections
that lie in the direction of motion (observation-centric momentum); then, as an option, ByteTrack's
second chance for detections of low score (arXiv 2110.06864); then overlap with the place where the
track was last observed (observation-centric recovery); last, overlap of enlarged boxes (C-BIoU,
arXiv 2211.14317), for what is small and fast beside a slow detector.

Two things are added: where tracks compete for a detection, the claim of each fades with every look
that it has missed. Without it, a lost track that coasts across a visible one takes its detection.
And what is of another class, or looks otherwise, overlaps for less.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import linear_sum_assignment

from tenet_ros.config import TrackerConfig
from tenet_ros.geometry import expand_boxes, iou_matrix, unit_rows
from tenet_ros.stages.tracking.kalman import Values, box_scales, corners
from tenet_ros.stages.tracking.looks import Look
from tenet_ros.stages.tracking.tracks import Tracks
from tenet_ros.types import FloatArray, IntArray

__all__ = ['assign', 'associate', 'bearing', 'earlier', 'likeness']


def assign(rows: IntArray, columns: IntArray, similarity: FloatArray) -> IntArray:
    """Choose among possible pairs, one to one, so that the sum of similarities is largest.

    Pairs that compete with nobody are taken at once; only what is contested goes to the solver.

    Args:
        rows: (K,) int64, the pairs' rows.
        columns: (K,) int64, the pairs' columns; no pair twice.
        similarity: (K,) float32, above zero.

    Returns:
        The chosen pairs as ascending indexes into the K given ones.

    >>> rows, columns = np.asarray([0, 0, 1, 2]), np.asarray([0, 1, 0, 2])
    >>> assign(rows, columns, np.asarray([0.9, 0.8, 0.8, 0.3], np.float32)).tolist()
    [1, 2, 3]
    """
    if not len(rows):
        return np.zeros(0, np.int64)
    lone = (np.bincount(rows)[rows] == 1) & (np.bincount(columns)[columns] == 1)
    chosen = np.flatnonzero(lone)
    contested = np.flatnonzero(~lone)
    if len(contested):
        row, column = _compact(rows[contested]), _compact(columns[contested])
        score = np.zeros((row.max() + 1, column.max() + 1), np.float32)
        score[row, column] = similarity[contested]
        pair = np.full(score.shape, -1, np.int64)
        pair[row, column] = contested
        taken = pair[linear_sum_assignment(score, maximize=True)]
        chosen = np.sort(np.concatenate([chosen, taken[taken >= 0]]))
    return chosen


def _compact(numbers: IntArray) -> IntArray:
    """Return the numbers renumbered from 0 without gaps, in their order."""
    used = np.bincount(numbers) > 0
    return np.asarray((np.cumsum(used) - 1)[numbers], np.int64)


def bearing(offset: Values, floor: Values) -> Values:
    """Return direction vectors that fade where the offset is not larger than ``floor``.

    >>> bearing(np.asarray([[300.0, 400.0]]), np.asarray([[0.0]])).tolist()
    [[0.6, 0.8]]
    """
    length = np.sqrt(np.square(offset).sum(-1, keepdims=True) + np.square(floor))
    return np.asarray(offset / np.maximum(length, 1e-9), np.float64)


def earlier(tracks: Tracks, look: int) -> Values:
    """Return where each track was, up to K looks ago: (N, 2) centres.

    The oldest detection in the trail, or the newest observation if the trail is empty.
    """
    depth = tracks.on_trail.shape[1]
    order = np.arange(look, look + depth) % depth
    oldest = order[np.argmax(tracks.on_trail[:, order], axis=1)]
    rows = np.arange(len(tracks))
    known = tracks.on_trail[rows, oldest][:, None]
    return np.where(known, tracks.trail[rows, oldest], tracks.observed[:, :2])


def associate(
    tracks: Tracks, seen: Look, origin: Values, config: TrackerConfig
) -> tuple[IntArray, IntArray]:
    """Run the cascade.

    Args:
        tracks: predicted to the frame of ``seen``.
        seen: the detections; those below ``config.low_score`` are gone already.
        origin: (N, 2) where each track was some looks ago, of ``earlier``.
        config: thresholds.

    Returns:
        (K,) rows of ``tracks`` and (K,) rows of ``seen`` that belong together.
    """
    boxes = corners(seen.boxes)
    strong = seen.scores >= config.high_score
    free_tracks, free_seen = np.ones(len(tracks), np.bool_), np.ones(len(seen.boxes), np.bool_)
    matched: list[tuple[IntArray, IntArray]] = []

    def take(rows: IntArray, columns: IntArray, similarity: FloatArray) -> None:
        chosen = assign(rows, columns, similarity)
        matched.append((rows[chosen], columns[chosen]))
        free_tracks[rows[chosen]], free_seen[columns[chosen]] = False, False

    predicted, doubt = tracks.boxes(), _doubt(tracks, seen, config)
    overlap = iou_matrix(predicted, boxes) * doubt
    rows, columns = np.nonzero((overlap >= config.min_iou) & strong)
    bonus = _momentum(
        tracks.heading[rows], seen.boxes[columns], origin[rows], seen.scores[columns], config
    )
    similarity = np.maximum(overlap[rows, columns] + bonus, np.float32(1e-6))
    claim = np.float32(config.recency) ** tracks.missed[rows].astype(np.float32)
    take(rows, columns, similarity * claim)

    fresh = tracks.missed <= config.fresh_looks
    if config.second_association and not strong.all():
        usable = (fresh & free_tracks)[:, None] & ~strong
        rows, columns = np.nonzero((overlap >= config.second_min_iou) & usable)
        take(rows, columns, overlap[rows, columns])

    def search(rows: IntArray, places: FloatArray, factor: float) -> None:
        columns = np.flatnonzero(free_seen & strong)
        if len(rows) and len(columns):
            around = expand_boxes(places, factor)
            overlap = iou_matrix(around, expand_boxes(boxes[columns], factor))
            overlap *= doubt[np.ix_(rows, columns)]
            some, others = np.nonzero(overlap >= config.min_iou)
            take(rows[some], columns[others], overlap[some, others])

    lost = np.flatnonzero(free_tracks)
    search(lost, corners(tracks.observed[lost]), 1.0)
    lost = np.flatnonzero(free_tracks & fresh)
    search(lost, predicted[lost], config.reach)
    return (
        np.concatenate([rows for rows, _ in matched]),
        np.concatenate([columns for _, columns in matched]),
    )


def _doubt(tracks: Tracks, seen: Look, config: TrackerConfig) -> FloatArray:
    """Return the factor on each overlap, (N, M) float32: less where it is another thing.

    Another class says so, and an appearance that is not like the track's. Neither rules a pair out
    of which both were just seen: detectors err. What has been away is not what looks otherwise.
    An appearance of zeros says nothing, neither for nor against.
    """
    factor = np.ones((len(tracks), len(seen.boxes)), np.float32)
    factor[tracks.labels[:, None] != seen.labels] = config.other_label_weight
    if seen.appearance.shape[1] and len(tracks):
        unlike = likeness(tracks.appearance, seen.appearance) < config.other_appearance
        unlike &= np.logical_and.outer(tracks.appearance.any(1), seen.appearance.any(1))
        factor[unlike] *= np.float32(config.other_label_weight)
        factor[unlike & (tracks.missed > config.fresh_looks)[:, None]] = 0
    return factor


def likeness(appearance: FloatArray, other: FloatArray) -> FloatArray:
    """Return the cosine of every pair of appearances, (N, M) float32."""
    return np.asarray(unit_rows(appearance) @ unit_rows(other).T, np.float32)


def _momentum(
    heading: Values, boxes: Values, origin: Values, scores: FloatArray, config: TrackerConfig
) -> FloatArray:
    """Return each pair's bonus for lying ahead: (K,) float32, up to ``direction_weight`` / 2.

    The paper adds the angle between two directions; their cosine orders pairs alike, costs less,
    and lets an uncertain direction count for less.

    Args:
        heading: (K, 2) of the pairs' tracks.
        boxes: (K, 4) x, y, w, h of the pairs' detections.
        origin: (K, 2) where the tracks were some looks ago.
        scores: (K,) of the detections.
        config: the weight, and what counts as jitter.
    """
    ahead = bearing(boxes[:, :2] - origin, config.jitter * box_scales(boxes)) * heading
    return np.asarray(ahead.sum(1) * scores * (config.direction_weight / 2), np.float32)
