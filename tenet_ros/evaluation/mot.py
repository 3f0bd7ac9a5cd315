"""Metrics of multi-object tracking: HOTA, CLEAR (MOTA, MOTP) and identity (IDF1).

Our own, though a published evaluation exists: the maintained packages pull opencv-python beside
the headless build, or need NumPy >= 2.3, which the robots that this runs on do not have. Figures
agree with TrackEval (Luiten et al.) to the last printed digit on the sequences in the tests.

Sources: HOTA, arXiv 2009.07736; CLEAR MOT, Bernardin and Stiefelhagen 2008; IDF1,
arXiv 1609.01775. All three match boxes by IoU.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment

from tenet_ros.evaluation.mot_text import Boxes64, MotTable
from tenet_ros.types import IntArray

__all__ = [
    'MOT16_DISTRACTORS',
    'MOT16_PEDESTRIAN',
    'MotScores',
    'drop_ignored',
    'evaluate',
    'prepare_motchallenge',
]

Float64 = npt.NDArray[np.float64]

MOT16_PEDESTRIAN = 1
"""The class that MOT16 and MOT17 score."""
MOT16_DISTRACTORS = (2, 7, 8, 12)
"""Person on vehicle, static person, distractor, reflection: neither right nor wrong to track."""

_ALPHAS = np.arange(0.05, 0.99, 0.05)
_THRESHOLD = 0.5
_EPSILON = float(np.finfo(np.float64).eps)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MotScores:
    """Counts of one sequence or, added up, of several; the ratios are derived from them.

    Attributes:
        hota_tp: (19,) float64, matched boxes at each IoU threshold 0.05, 0.10, ... 0.95.
        hota_fn: (19,) float64, ground-truth boxes without a match.
        hota_fp: (19,) float64, result boxes without a match.
        association: (19,) float64, sum over matched boxes of their association accuracy.
        localisation: (19,) float64, sum over matched boxes of their IoU.
        tp: matched boxes at IoU 0.5 (CLEAR).
        fn: missed ground-truth boxes (CLEAR).
        fp: result boxes without ground truth (CLEAR).
        switches: identity switches (CLEAR).
        overlap: sum of the IoU of the ``tp`` matched boxes.
        idtp: boxes that agree under the best one-to-one assignment of whole tracks.
        idfn: ground-truth boxes that do not.
        idfp: result boxes that do not.
    """

    hota_tp: Float64
    hota_fn: Float64
    hota_fp: Float64
    association: Float64
    localisation: Float64
    tp: int
    fn: int
    fp: int
    switches: int
    overlap: float
    idtp: int
    idfn: int
    idfp: int

    @classmethod
    def combine(cls, parts: Sequence[MotScores]) -> MotScores:
        """Return the scores over all boxes of several sequences ("COMBINED" in TrackEval)."""
        return cls(**{f.name: sum(getattr(p, f.name) for p in parts) for f in fields(cls)})

    def ratios(self) -> dict[str, float]:
        """Return HOTA, DetA, AssA, LocA (means over thresholds), IDF1, IDP, IDR, MOTA, MOTP.

        All as 0..1, but for MOTA, which false positives can drive below zero. Counts beside them
        have the names that TrackEval gives them: IDSW, TP, FP, FN.
        """
        detection = self.hota_tp / np.maximum(self.hota_tp + self.hota_fn + self.hota_fp, 1)
        association = self.association / np.maximum(self.hota_tp, 1)
        location = np.maximum(self.localisation, 1e-10) / np.maximum(self.hota_tp, 1e-10)
        truth = self.tp + self.fn
        return {
            'HOTA': float(np.sqrt(detection * association).mean()),
            'DetA': float(detection.mean()),
            'AssA': float(association.mean()),
            'LocA': float(location.mean()),
            'IDF1': self.idtp / max(1.0, self.idtp + 0.5 * (self.idfp + self.idfn)),
            'IDP': self.idtp / max(1, self.idtp + self.idfp),
            'IDR': self.idtp / max(1, self.idtp + self.idfn),
            'MOTA': (self.tp - self.fp - self.switches) / max(1, truth),
            'MOTP': self.overlap / max(1, self.tp),
            'IDSW': self.switches,
            'TP': self.tp,
            'FP': self.fp,
            'FN': self.fn,
        }


@dataclass(frozen=True, slots=True, eq=False)
class _Moment:
    """One frame: rows of the truth and of the result, as dense track numbers, and their IoU."""

    truth: IntArray
    result: IntArray
    iou: Float64


def evaluate(truth: MotTable, result: MotTable) -> MotScores:
    """Score a tracker's result.

    Args:
        truth: ground truth; every row counts, so drop what is not to be scored beforehand.
        result: the tracker's boxes; an id at most once per frame.
    """
    truth_ids, truth_length = _dense(truth.ids)
    result_ids, result_length = _dense(result.ids)
    moments = [
        _Moment(truth_ids[a], result_ids[b], _iou(truth.boxes[a], result.boxes[b]))
        for a, b in _frames(truth, result)
    ]
    hota_tp, association, localisation = _hota(moments, truth_length, result_length)
    tp, switches, overlap = _clear(moments, len(truth_length))
    idtp = _identity(moments, truth_length, result_length)
    return MotScores(
        hota_tp=hota_tp,
        hota_fn=len(truth) - hota_tp,
        hota_fp=len(result) - hota_tp,
        association=association,
        localisation=localisation,
        tp=tp,
        fn=len(truth) - tp,
        fp=len(result) - tp,
        switches=switches,
        overlap=overlap,
        idtp=idtp,
        idfn=len(truth) - idtp,
        idfp=len(result) - idtp,
    )


def _hota(
    moments: list[_Moment], truth_length: Float64, result_length: Float64
) -> tuple[Float64, Float64, Float64]:
    """Return matches, association sum and IoU sum: (19,) float64 each, over the thresholds.

    Boxes are assigned frame by frame so that pairs of tracks that agree overall come first
    (equations 6 to 11 of the paper, as its authors' code evaluates them).
    """
    pairs = np.zeros((len(truth_length), len(result_length)))
    for m in moments:
        total = m.iou.sum(0)[None, :] + m.iou.sum(1)[:, None] - m.iou
        share = np.divide(m.iou, total, out=np.zeros_like(m.iou), where=total > _EPSILON)
        pairs[m.truth[:, None], m.result[None, :]] += share
    lengths = truth_length[:, None] + result_length[None, :]
    alignment = pairs / np.maximum(lengths - pairs, _EPSILON)

    matched = np.zeros((len(_ALPHAS), *pairs.shape))
    localisation = np.zeros(len(_ALPHAS))
    for m in moments:
        rows, columns = linear_sum_assignment(
            alignment[m.truth[:, None], m.result[None, :]] * m.iou, maximize=True
        )
        iou = m.iou[rows, columns]
        good = iou[None, :] >= _ALPHAS[:, None] - _EPSILON
        matched[:, m.truth[rows], m.result[columns]] += good
        localisation += good @ iou
    accuracy = matched / np.maximum(lengths - matched, 1)
    return matched.sum((1, 2)), (matched * accuracy).sum((1, 2)), localisation


def _clear(moments: list[_Moment], truths: int) -> tuple[int, int, float]:
    """Return matches at IoU 0.5, identity switches, and the sum of the matches' IoU.

    A pair that was matched in the frame before stays matched while it overlaps enough.
    """
    ever = np.full(truths, -1, np.int64)
    before = np.full(truths, -1, np.int64)
    matches, switches, overlap = 0, 0, 0.0
    for m in moments:
        if not m.iou.size:
            continue  # as the reference does: an empty frame breaks no continuity
        kept = before[m.truth][:, None] == m.result[None, :]
        score = np.where(m.iou < _THRESHOLD - _EPSILON, 0.0, 1000.0 * kept + m.iou)
        rows, columns = linear_sum_assignment(score, maximize=True)
        good = score[rows, columns] > _EPSILON
        rows, columns = rows[good], columns[good]
        owner, track = m.truth[rows], m.result[columns]
        switches += int(((ever[owner] >= 0) & (ever[owner] != track)).sum())
        ever[owner] = track
        before[:] = -1
        before[owner] = track
        matches += len(rows)
        overlap += float(m.iou[rows, columns].sum())
    return matches, switches, overlap


def _identity(moments: list[_Moment], truth_length: Float64, result_length: Float64) -> int:
    """Return the number of boxes that agree under the best one-to-one assignment of tracks.

    Fewest disagreeing boxes is most agreeing boxes, for the lengths are given: what is minimised
    is ``truth_length + result_length - 2 * agreeing``, over pairs that leave nobody out.
    """
    agreeing = np.zeros((len(truth_length), len(result_length)))
    for m in moments:
        agreeing[m.truth[:, None], m.result[None, :]] += m.iou >= _THRESHOLD
    rows, columns = linear_sum_assignment(agreeing, maximize=True)
    return int(agreeing[rows, columns].sum())


def prepare_motchallenge(
    truth: MotTable,
    result: MotTable,
    *,
    distractors: Sequence[int] = MOT16_DISTRACTORS,
    scored: int = MOT16_PEDESTRIAN,
) -> tuple[MotTable, MotTable]:
    """Apply the MOTChallenge rules of MOT16 and MOT17.

    Result boxes that fit a distractor better than anybody else are dropped; then the truth keeps
    only rows of the scored class whose flag is not zero.

    Returns:
        Truth and result, ready for ``evaluate``.
    """
    drop = np.zeros(len(result), np.bool_)
    for a, b in _frames(truth, result):
        iou = _iou(truth.boxes[a], result.boxes[b])
        iou[iou < _THRESHOLD - _EPSILON] = -10000
        rows, columns = linear_sum_assignment(iou, maximize=True)
        good = iou[rows, columns] > _EPSILON
        drop[b[columns[good]]] = np.isin(truth.classes[a[rows[good]]], distractors)
    keep = (truth.scores != 0) & (truth.classes == scored)
    return truth.select(keep), result.select(~drop)


def drop_ignored(truth: MotTable, result: MotTable, regions: MotTable) -> MotTable:
    """Return the result without boxes that lie, by half their area, in regions not annotated.

    KITTI's rule for its "DontCare" regions and neighbour classes. Boxes that fit a ground-truth
    box at IoU 0.5 stay.
    """
    drop = np.zeros(len(result), np.bool_)
    for a, b in _frames(regions, result):
        overlap = _intersection(regions.boxes[a], result.boxes[b])
        inside = (overlap / np.maximum(_area(result.boxes[b]), _EPSILON)).max(0, initial=0)
        drop[b] = inside > _THRESHOLD
    for a, b in _frames(truth, result):
        iou = _iou(truth.boxes[a], result.boxes[b])
        rows, columns = linear_sum_assignment(iou, maximize=True)
        drop[b[columns[iou[rows, columns] >= _THRESHOLD]]] = False
    return result.select(~drop)


def _dense(ids: IntArray) -> tuple[IntArray, Float64]:
    """Return each row's track as a number from 0, (N,) int64, and each track's length, (K,)."""
    _, numbers, lengths = np.unique(ids, return_inverse=True, return_counts=True)
    return numbers.reshape(-1).astype(np.int64), lengths.astype(np.float64)


def _frames(first: MotTable, second: MotTable) -> Iterator[tuple[IntArray, IntArray]]:
    """Yield, for every frame in either table, the rows of both, in order of time."""
    for frame in np.union1d(first.frames, second.frames):
        yield np.flatnonzero(first.frames == frame), np.flatnonzero(second.frames == frame)


def _area(boxes: Boxes64) -> Float64:
    return np.asarray(np.prod(np.maximum(boxes[:, 2:] - boxes[:, :2], 0), axis=1), np.float64)


def _intersection(first: Boxes64, second: Boxes64) -> Float64:
    low = np.maximum(first[:, None, :2], second[None, :, :2])
    high = np.minimum(first[:, None, 2:], second[None, :, 2:])
    return np.asarray(np.prod(np.maximum(high - low, 0), axis=2), np.float64)


def _iou(first: Boxes64, second: Boxes64) -> Float64:
    """Return (N, M) float64; ``geometry.iou_matrix`` in the precision that thresholds need."""
    overlap = _intersection(first, second)
    union = _area(first)[:, None] + _area(second)[None, :] - overlap
    return np.divide(overlap, union, out=np.zeros_like(overlap), where=union > _EPSILON)
