"""The tracker: OC-SORT that can go back to the frame in which late detections belong."""

from __future__ import annotations

from collections import deque
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from tenet_ros.config import TrackerConfig
from tenet_ros.errors import ContractError
from tenet_ros.stages.tracking.history import Past, positions
from tenet_ros.stages.tracking.looks import LookReader
from tenet_ros.stages.tracking.memory import Memory
from tenet_ros.stages.tracking.record import Record
from tenet_ros.stages.tracking.steps import Moment, Steps
from tenet_ros.stages.tracking.tracks import Tracks
from tenet_ros.types import FloatArray, IntArray, TimedDetections, TrackSet

__all__ = ['OcSortTracker']

_LONGEST_STEP_NS = 3_600_000_000_000
"""A longer gap counts as this: a stamp of zero beside one since 1970 must not run off the clock."""
_MOST_FRAMES = 512
"""Frames kept at most: stamps that hardly advance say that all of them are new."""


class OcSortTracker:
    """OC-SORT for streams whose detector may be slower than the camera.

    See the ``Tracker`` protocol for the order of calls. The clock is the stamps' own where they
    increase, and goes on by a nominal frame time where they do not.

    Late detections: a ring keeps the last frames with the state before each, so a set is applied
    in its own frame and the predictions, camera motions and mask boxes since are replayed. It is
    as long as detections are late, twice over. Sets must come in the order of their frames, one
    per frame. What was published stays published:
    births of a late set get new ids, and no id ever moves to another track.
    """

    def __init__(self, config: TrackerConfig | None = None) -> None:
        self._config = config or TrackerConfig()
        self._steps = Steps(self._config)
        self._reader = LookReader(self._config.low_score)
        self._memory = Memory(self._config)
        self._longest_ns = round(self._config.replay_s * 1e9)
        self._history_ns = round(self._config.history_s * 1e9)
        self._next_id = 1
        self._clear()

    def _clear(self) -> None:
        self._ring: deque[Record] = deque()
        self._past = Past(self._history_ns)
        self._memory.clear()
        self._clock_ns = 0
        self._stamp_ns: int | None = None
        self._sequence: int | None = None
        self._looks = 0
        self._looked_at: int | None = None
        self._looked_ns = 0
        self._answers = 0
        self._kept_ns = self._longest_ns

    def reset(self) -> None:
        """Drop all tracks and history; ids go on from where they were."""
        self._clear()
        self._reader.forget_names()

    def set_prompt(self, command_id: int, phrases: int, expressions: int) -> None:
        """Start anew the language evidence of every track; boxes and ids stay.

        Args:
            command_id: the command whose detections count as evidence from now on.
            phrases: columns of their ``phrase_scores``.
            expressions: length of their ``reference``.
        """
        self._reader.set_prompt(command_id, phrases, expressions)
        self._answers = 0
        for record in self._ring:
            record.forget_evidence(phrases, expressions)
        self._memory.forget_evidence(phrases, expressions)

    def advance(
        self,
        *,
        sequence: int,
        stamp_ns: int,
        camera_motion: npt.NDArray[np.floating] | None = None,
    ) -> None:
        """Predict every track to a new frame.

        Args:
            sequence: the frame's sequence, larger than the last.
            stamp_ns: the frame's stamp; one that is not later than the last advances by a
                nominal frame time.
            camera_motion: (2, 3) float32 from the previous frame's pixels to this one's.

        Raises:
            ContractError: if the sequence does not increase, or the motion is not 2 x 3 numbers.
        """
        if self._sequence is not None and sequence <= self._sequence:
            raise ContractError(
                f'OcSortTracker.advance: expected a sequence above {self._sequence}, '
                f'got {sequence}; advance once per frame, in order, or reset()'
            )
        if camera_motion is not None and not _is_motion(camera_motion):
            raise ContractError(
                f'OcSortTracker.advance: expected a camera motion of (2, 3) finite numbers, '
                f'got {camera_motion!r}; give None where it is not known'
            )
        step_ns = 0 if self._stamp_ns is None else stamp_ns - self._stamp_ns
        if step_ns <= 0:
            step_ns = round(self._config.nominal_frame_s * 1e9)
        step_ns = min(step_ns, _LONGEST_STEP_NS)
        self._clock_ns += step_ns
        self._stamp_ns, self._sequence = stamp_ns, sequence
        before = self._ring[-1].after if self._ring else self._no_tracks()
        self._ring.append(
            Record(
                sequence=sequence,
                clock_ns=self._clock_ns,
                step_ns=step_ns,
                camera_motion=camera_motion,
                predicted=self._steps.predict(before, self._clock_ns, step_ns, camera_motion),
            )
        )
        oldest_ns = self._clock_ns - self._kept_ns
        fewest = self._config.replay_frames
        most = max(fewest, _MOST_FRAMES)
        while len(self._ring) > fewest and (
            self._ring[0].clock_ns < oldest_ns or len(self._ring) > most
        ):
            self._past.append(self._ring.popleft().where)
        self._past.forget(self._clock_ns)

    def apply(self, late: TimedDetections) -> bool:
        """Apply detections at their own frame and replay what followed.

        Returns:
            False if the frame is not kept any more, or not newer than that of the set applied
            before; the set is then ignored.

        Raises:
            ContractError: if the set answers the current command, and its phrases or expressions
                are not as many as ``set_prompt`` announced.
        """
        seen = self._reader.read(late)
        if self._looked_at is not None and late.sequence <= self._looked_at:
            return False
        at = next((i for i, r in enumerate(self._ring) if r.sequence == late.sequence), None)
        if at is None:
            if self._ring and late.sequence < self._ring[0].sequence:
                self._kept_ns = self._longest_ns
            return False
        record = self._ring[at]
        self._keep_for(self._clock_ns - record.clock_ns)
        moment = Moment(clock_ns=record.clock_ns, look=self._looks, first_id=self._next_id)
        tracks = self._steps.observe(record.predicted, seen, moment)
        if len(tracks) and int(tracks.ids[-1]) >= self._next_id:
            self._next_id = int(tracks.ids[-1]) + 1
        tracks, returned = self._memory.recall(tracks, record.clock_ns)
        if returned:
            self._past.rename(returned)
            for kept in self._ring:
                kept.rename(returned)
        self._looks += 1
        self._looked_at, self._looked_ns = late.sequence, record.clock_ns
        self._answers += seen.answers
        self._correct(record, tracks)
        for follower in list(self._ring)[at + 1 :]:
            follower.predicted = self._steps.predict(
                record.after, follower.clock_ns, follower.step_ns, follower.camera_motion
            )
            self._correct(follower, follower.predicted)
            record = follower
        return True

    def _keep_for(self, late_ns: int) -> None:
        """Keep frames twice as long as detections are late; be slow to keep less."""
        first = self._looked_at is None
        kept_ns = 0 if first else round(0.95 * self._kept_ns)
        self._kept_ns = min(max(kept_ns, 2 * late_ns), self._longest_ns)

    def correct(self, ids: IntArray, boxes: FloatArray) -> None:
        """Correct tracks at the newest frame by the boxes of their own masks.

        Args:
            ids: (K,) int64; unknown ids are ignored.
            boxes: (K, 4) float32 xyxy source pixels; a box that hardly overlaps its track, or is
                not finite, is ignored.

        Raises:
            ContractError: if there is not one box per id.
        """
        if boxes.shape != (len(ids), 4):
            raise ContractError(
                f'OcSortTracker.correct: expected boxes ({len(ids)}, 4) for {len(ids)} ids, '
                f'got {boxes.shape}; give one box per id'
            )
        if self._ring and len(ids):
            record = self._ring[-1]
            record.corrections.append((ids.copy(), boxes.copy()))
            record.settle(self._steps.correct(record.after, ids, boxes, record.clock_ns))

    def snapshot(self) -> TrackSet:
        """Return every confirmed track at the newest frame."""
        if not self._ring or self._stamp_ns is None:
            nothing = TrackSet.empty(0, self._reader.phrases, self._reader.expressions)
            return replace(nothing, looks=0)
        record = self._ring[-1]
        tracks, shown = record.after, record.after.confirmed
        ids = tracks.ids[shown]
        past = [*self._past, *(r.where for r in self._ring)]
        history, valid, clocks = positions(
            past, ids, self._history_ns, self._config.history_samples
        )
        return TrackSet(
            ids=ids,
            boxes=record.where.boxes[shown],
            velocities=tracks.velocities()[shown],
            scores=tracks.scores[shown],
            hits=tracks.hits[shown],
            age_ns=self._clock_ns - tracks.born_ns[shown],
            unseen_ns=self._clock_ns - tracks.seen_ns[shown],
            phrase_scores=tracks.phrases[shown],
            reference_hits=tracks.references[shown],
            evidence=tracks.evidence[shown],
            history=history,
            history_valid=valid,
            history_stamps_ns=clocks + (self._stamp_ns - self._clock_ns),
            stamp_ns=self._stamp_ns,
            labels=self._reader.names(tracks.labels[shown]),
            looks=self._answers,
            former_ids=tracks.former[shown],
            unlooked_ns=0 if self._looked_at is None else self._clock_ns - self._looked_ns,
        )

    def _no_tracks(self) -> Tracks:
        return Tracks.blank(
            0,
            looks=self._config.direction_looks,
            phrases=self._reader.phrases,
            expressions=self._reader.expressions,
        )

    def _correct(self, record: Record, tracks: Tracks) -> None:
        for ids, boxes in record.corrections:
            tracks = self._steps.correct(tracks, ids, boxes, record.clock_ns)
        record.settle(tracks)


def _is_motion(motion: npt.NDArray[np.floating]) -> bool:
    return motion.shape == (2, 3) and bool(np.isfinite(motion).all())
