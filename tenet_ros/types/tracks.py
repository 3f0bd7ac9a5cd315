"""What is followed, where it is, and what is known of a sentence."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

import numpy as np

from tenet_ros.errors import ContractError
from tenet_ros.types.arrays import BoolArray, FloatArray, IntArray, check

__all__ = ['Space', 'State', 'TrackSet']


class State(str, Enum):
    """What the node knows about one sentence. The values are what ``~/status`` publishes."""

    IDLE = 'IDLE'
    """No command is active."""
    SEARCHING = 'SEARCHING'
    """A command is active and nothing fits it yet."""
    TENTATIVE = 'TENTATIVE'
    """One track leads, without the margin or the dwell that a commitment needs."""
    COMMITTED = 'COMMITTED'
    """The referred object is chosen and visible."""
    LOST = 'LOST'
    """The chosen object is not visible now."""
    ABSENT = 'ABSENT'
    """The evidence says that there is no such object."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Space:
    """Where the tracks of a ``TrackSet`` are in space, as far as depth images say.

    Everything is in the camera's optical frame (REP 103: x right, y down, z forward), metres.

    Attributes:
        positions: (N, 3) float32, NaN where it is not known.
        motions: (N, 3) float32, metres per second, the camera's own motion taken out where it is
            known; NaN where it is not known.
        up: (3,) float32, unit vector against gravity; zeros where it is not known.
        focal_px: focal length, pixels.
    """

    positions: FloatArray
    motions: FloatArray
    up: FloatArray
    focal_px: float

    def __post_init__(self) -> None:
        """Check the contract."""
        n = len(self.positions)
        check('Space.positions', self.positions, np.float32, (n, 3))
        check('Space.motions', self.motions, np.float32, (n, 3))
        check('Space.up', self.up, np.float32, (3,))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TrackSet:
    """All live tracks at one moment, a snapshot that later frames do not change.

    Attributes:
        ids: (N,) int64, unique and stable for the life of the tracker; never used again.
        boxes: (N, 4) float32, xyxy, pixels of the source image, half-open, at ``stamp_ns``.
        velocities: (N, 4) float32, d(xyxy)/dt in pixels per second.
        scores: (N,) float32 in [0, 1], confidence of the newest detection of each track.
        hits: (N,) int64, detections received so far.
        age_ns: (N,) int64, time since birth.
        unseen_ns: (N,) int64, time since the newest detection or accepted mask box.
        phrase_scores: (N, P) float32 in [0, 1], running means over the track's detections under
            the current command's phrases; zeros before the first.
        reference_hits: (N, E) float32 in [0, 1], the share of recent detections in which the
            reference proposal of each expression fell on this track.
        evidence: (N,) int64, detections received under the current command.
        history: (N, T, 4) float32 xyxy, positions at ``history_stamps_ns``, oldest first, with the
            camera's own motion taken out where it is known (coordinates of the newest image).
        history_valid: (N, T) bool, where the track existed.
        history_stamps_ns: (T,) int64, oldest first; the last one is ``stamp_ns``.
        stamp_ns: the frame that this snapshot describes.
        labels: (N,) the detector's class names.
        looks: detection sets received under the current command, empty ones too; -1 where the
            tracker does not say. Without it "nothing is there" cannot be told from "nobody has
            looked yet".
        space: where the tracks are in 3D; None without depth.
        former_ids: (N,) int64, the id under which a track was published before it turned out to be an
            earlier one that came back, whose id it has now; -1 for others.
        unlooked_ns: time since the newest frame of which detections are known; 0 where the tracker
            does not say. What is unseen for no longer than this has not been missed.
    """

    ids: IntArray
    boxes: FloatArray
    velocities: FloatArray
    scores: FloatArray
    hits: IntArray
    age_ns: IntArray
    unseen_ns: IntArray
    phrase_scores: FloatArray
    reference_hits: FloatArray
    evidence: IntArray
    history: FloatArray
    history_valid: BoolArray
    history_stamps_ns: IntArray
    stamp_ns: int
    labels: tuple[str, ...] = field(default=())
    looks: int = -1
    space: Space | None = None
    former_ids: IntArray = field(default_factory=lambda: np.zeros(0, np.int64))
    unlooked_ns: int = 0

    def __post_init__(self) -> None:
        """Check that all arrays speak of the same N tracks."""
        n, t = len(self.ids), len(self.history_stamps_ns)
        if not len(self.former_ids):
            object.__setattr__(self, 'former_ids', np.full(n, -1, np.int64))
        if self.space is not None:
            check('TrackSet.space.positions', self.space.positions, np.float32, (n, 3))
        check('TrackSet.ids', self.ids, np.int64, (None,))
        for name in ('boxes', 'velocities'):
            check(f'TrackSet.{name}', getattr(self, name), np.float32, (n, 4))
        check('TrackSet.scores', self.scores, np.float32, (n,))
        for name in ('hits', 'age_ns', 'unseen_ns', 'evidence', 'former_ids'):
            check(f'TrackSet.{name}', getattr(self, name), np.int64, (n,))
        for name in ('phrase_scores', 'reference_hits'):
            check(f'TrackSet.{name}', getattr(self, name), np.float32, (n, None))
        check('TrackSet.history', self.history, np.float32, (n, t, 4))
        check('TrackSet.history_valid', self.history_valid, np.bool_, (n, t))
        check('TrackSet.history_stamps_ns', self.history_stamps_ns, np.int64, (t,))
        if len(self.labels) != n:
            raise ContractError(f'TrackSet.labels: expected {n} names, got {len(self.labels)}')

    def __len__(self) -> int:
        """Return the number of tracks."""
        return len(self.ids)

    @classmethod
    def empty(cls, stamp_ns: int = 0, phrases: int = 0, expressions: int = 0) -> TrackSet:
        """Return a snapshot without tracks."""
        return cls(
            ids=np.zeros(0, np.int64),
            boxes=np.zeros((0, 4), np.float32),
            velocities=np.zeros((0, 4), np.float32),
            scores=np.zeros(0, np.float32),
            hits=np.zeros(0, np.int64),
            age_ns=np.zeros(0, np.int64),
            unseen_ns=np.zeros(0, np.int64),
            phrase_scores=np.zeros((0, phrases), np.float32),
            reference_hits=np.zeros((0, expressions), np.float32),
            evidence=np.zeros(0, np.int64),
            history=np.zeros((0, 1, 4), np.float32),
            history_valid=np.zeros((0, 1), np.bool_),
            history_stamps_ns=np.asarray([stamp_ns], np.int64),
            stamp_ns=stamp_ns,
            labels=(),
        )
