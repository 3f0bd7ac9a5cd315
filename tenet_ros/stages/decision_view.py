"""One frame as the rules of a decision see it: who fits, who leads, by how much."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tenet_ros.geometry import iou_matrix
from tenet_ros.stages.preference.evidence import bounded
from tenet_ros.types import BoolArray, FloatArray, TrackSet

__all__ = ['SAME_THING_IOU', 'View', 'probabilities']

SAME_THING_IOU = 0.7
"""Two tracks that overlap this much are on one thing, and no rivals."""


def probabilities(logits: FloatArray) -> FloatArray:
    """Return the logistic function of each logit, float32 in [0, 1].

    >>> probabilities(np.asarray([0.0, -1e4, 1e4], np.float32)).round(6).tolist()
    [0.5, 0.0, 1.0]
    """
    return np.asarray(1.0 / (1.0 + np.exp(-bounded(logits, -80.0, 80.0))), np.float32)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class View:
    """One frame as the rules see it.

    Attributes:
        tracks: the tracks.
        fits: (N,) float32, probability that each is meant, by itself.
        shares: (N,) float32, probability of each if one of the visible ones is meant, and only
            one. Two perfect fits have half each: whoever asks for one thing has not said which.
        null: probability that nothing is.
        visible: (N,) bool, seen recently.
        settled: whether the evidence that the sentence needs is there.
        step_ns: time since the frame before.
    """

    tracks: TrackSet
    fits: FloatArray
    shares: FloatArray
    null: float
    visible: BoolArray
    settled: bool
    step_ns: int

    def row(self, track_id: int) -> int:
        """Return the row of a track, or -1."""
        ids = self.tracks.ids.tolist()
        return ids.index(track_id) if track_id in ids else -1

    def was_there(self, row: int, stamp_ns: int) -> bool:
        """Return whether a track was born by then, and not away as what came back since was."""
        tracks = self.tracks
        if tracks.stamp_ns - int(tracks.age_ns[row]) > stamp_ns:
            return False
        since = tracks.history_stamps_ns >= stamp_ns
        return bool(tracks.history_valid[row, np.argmax(since)]) if since.any() else True

    def leader(self) -> int:
        """Return the row of the visible track that fits best, or -1."""
        if not self.visible.any():
            return -1
        return int(np.argmax(np.where(self.visible, self.fits, -1.0)))

    def margin(self, row: int) -> float:
        """Return by how much a track leads the best other visible one, or the null if by less."""
        over_null = float(self.fits[row]) - self.null
        rivals = self.shares.copy()
        rivals[row] = 0.0
        # Where it leads even those on its own thing by more, which they are does not matter.
        if float(self.shares[row]) - float(rivals.max(initial=0.0)) < over_null:
            overlap = iou_matrix(self.tracks.boxes[row : row + 1], self.tracks.boxes)[0]
            rivals[overlap >= SAME_THING_IOU] = 0.0
        over_rivals = float(self.shares[row]) - float(rivals.max(initial=0.0))
        return min(over_rivals, over_null)
