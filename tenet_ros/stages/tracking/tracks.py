"""The state of all tracks at one moment, as arrays with one row per track."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from tenet_ros.stages.tracking.kalman import (
    COVARIANCE,
    DRIFT,
    POSITION,
    VARIANCE,
    VELOCITY,
    Filters,
    Values,
    corners,
)
from tenet_ros.types import BoolArray, FloatArray, IntArray

__all__ = ['Tracks']


@dataclass(slots=True, kw_only=True, eq=False)
class Tracks:
    """All live tracks, oldest first, so ``ids`` ascends.

    Whoever changes an array does so in a ``copy()``: states of earlier frames stay as they were.

    Attributes:
        ids: (N,) int64.
        former: (N,) int64, the id that a track had at first, of one that was known again only after
            it was published; -1 for others.
        filters: (N, 5, 4) float64, see ``kalman.Filters``.
        anchor: (N, 5, 4) float64, ``filters`` as they were just after the newest observation
            (a detection or a mask box): where the observation-centric re-update starts.
        observed: (N, 4) float64, x, y, w, h of the newest observation.
        trail: (N, K, 2) float64, centres of the detections in the last K looks, a ring by look.
        on_trail: (N, K) bool, in which of these looks the track was detected.
        heading: (N, 2) float64, direction of the observed motion, length below one: it fades as
            the displacement sinks into the detector's jitter.
        born_ns: (N,) int64, time of the first detection, on the tracker's clock.
        seen_ns: (N,) int64, time of the newest observation, on the tracker's clock.
        hits: (N,) int64, detections received.
        whole: (N,) int64, those of them that the border of the image did not cut off.
        missed: (N,) int64, looks since the newest detection.
        unseen: (N,) int64, looks since the newest observation.
        confirmed: (N,) bool, whether the track may be published.
        scores: (N,) float32, confidence of the newest detection.
        labels: (N,) int64, number of the detector's class name.
        votes: (N,) float64, how firmly the label stands (a majority vote in one number).
        phrases: (N, P) float32, running means of the phrase scores.
        references: (N, E) float32, running share of detections hit by the reference proposal.
        evidence: (N,) int64, detections received under the current command.
        testimony: (N,) float32, what these count together: less than one each where it was cut off.
        appearance: (N, D) float32, running mean of what the detections look like.
        view: (N, D) float32, what the newest detection looks like.
    """

    ids: IntArray
    former: IntArray
    filters: Filters
    anchor: Filters
    observed: Values
    trail: Values
    on_trail: BoolArray
    heading: Values
    born_ns: IntArray
    seen_ns: IntArray
    hits: IntArray
    whole: IntArray
    missed: IntArray
    unseen: IntArray
    confirmed: BoolArray
    scores: FloatArray
    labels: IntArray
    votes: Values
    phrases: FloatArray
    references: FloatArray
    evidence: IntArray
    testimony: FloatArray
    appearance: FloatArray
    view: FloatArray

    def __len__(self) -> int:
        """Return the number of tracks."""
        return len(self.ids)

    @classmethod
    def blank(
        cls, count: int, *, looks: int, phrases: int, expressions: int, appearance: int = 0
    ) -> Tracks:
        """Return ``count`` blank rows with room for this much."""
        return cls(
            ids=np.zeros(count, np.int64),
            former=np.full(count, -1, np.int64),
            filters=np.zeros((count, 5, 4)),
            anchor=np.zeros((count, 5, 4)),
            observed=np.zeros((count, 4)),
            trail=np.zeros((count, looks, 2)),
            on_trail=np.zeros((count, looks), np.bool_),
            heading=np.zeros((count, 2)),
            born_ns=np.zeros(count, np.int64),
            seen_ns=np.zeros(count, np.int64),
            hits=np.zeros(count, np.int64),
            whole=np.zeros(count, np.int64),
            missed=np.zeros(count, np.int64),
            unseen=np.zeros(count, np.int64),
            confirmed=np.zeros(count, np.bool_),
            scores=np.zeros(count, np.float32),
            labels=np.zeros(count, np.int64),
            votes=np.zeros(count),
            phrases=np.zeros((count, phrases), np.float32),
            references=np.zeros((count, expressions), np.float32),
            evidence=np.zeros(count, np.int64),
            testimony=np.zeros(count, np.float32),
            appearance=np.zeros((count, appearance), np.float32),
            view=np.zeros((count, appearance), np.float32),
        )

    def copy(self) -> Tracks:
        """Return a state that may be changed without changing this one."""
        return Tracks(**{name: getattr(self, name).copy() for name in _NAMES})

    def select(self, rows: BoolArray | IntArray) -> Tracks:
        """Return the tracks where ``rows``, (N,) bool, is set, or those rows in that order."""
        return Tracks(**{name: getattr(self, name)[rows] for name in _NAMES})

    def append(self, born: Tracks) -> Tracks:
        """Return these tracks and, after them, others."""
        if not len(self):
            return born  # what things look like has no size before the first is seen
        return Tracks(**{n: np.concatenate([getattr(self, n), getattr(born, n)]) for n in _NAMES})

    def boxes(self) -> FloatArray:
        """Return (N, 4) float32 xyxy, source pixels."""
        return corners(self.filters[:, POSITION])

    def velocities(self) -> FloatArray:
        """Return (N, 4) float32 d(xyxy)/dt, pixels per second."""
        return corners(self.filters[:, VELOCITY])

    def without_evidence(self, phrases: int, expressions: int) -> Tracks:
        """Return a copy that knows nothing yet about a prompt of this size."""
        state = self.copy()
        state.phrases = np.zeros((len(self), phrases), np.float32)
        state.references = np.zeros((len(self), expressions), np.float32)
        state.evidence = np.zeros(len(self), np.int64)
        state.testimony = np.zeros(len(self), np.float32)
        return state

    def warp(self, affine: npt.NDArray[np.floating]) -> None:
        """Follow a motion of the camera, in place.

        Centres go with the transform and sizes with its scale, as in ``geometry.transform_boxes``.
        Variances of x and y are alike for every track, so a rotation leaves them.

        Args:
            affine: (2, 3), new pixel = ``A @ old + b``.
        """
        linear, shift = affine[:, :2].astype(np.float64), affine[:, 2].astype(np.float64)
        scale = float(np.sqrt(abs(np.linalg.det(linear))))
        for filters in (self.filters, self.anchor):
            filters[:, :2, :2] = filters[:, :2, :2] @ linear.T
            filters[:, :2, 2:] *= scale
            filters[:, POSITION, :2] += shift
            filters[:, (VARIANCE, COVARIANCE, DRIFT)] *= scale * scale
        self.observed[:, :2] = self.observed[:, :2] @ linear.T + shift
        self.observed[:, 2:] *= scale
        self.trail[:] = self.trail @ linear.T + shift
        self.heading[:] = self.heading @ linear.T / max(scale, 1e-9)


_NAMES = tuple(field.name for field in fields(Tracks))
