"""One step of the method: a frame and whatever detections have arrived in, an answer out.

The pipeline is synchronous and deterministic: the same frames, commands and detections in the same
order give the same results, whatever the machine's speed. Threads, clocks and queues are the
runtime's business.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Protocol

import numpy as np

from tenet_ros.answers import Begun, Decided, StepResult, Stopwatch, TargetResult
from tenet_ros.config import MaskConfig
from tenet_ros.geometry import clip_boxes
from tenet_ros.language.expression import Prompt, Query
from tenet_ros.stages.mask_memory import MaskMemory
from tenet_ros.stages.protocols import (
    AnySegmenter,
    CameraMotion,
    Decision,
    Preference,
    PreferenceScores,
    Tracker,
)
from tenet_ros.types import Command, Frame, IntArray, Mask, Space, State, TimedDetections, TrackSet

__all__ = ['Begun', 'Decided', 'Decider', 'Pipeline', 'StepResult', 'TargetResult']

_REMEMBERED = 4096
"""Frames whose detections may be missed, and said to be too late, at most."""
SHOWN = (State.TENTATIVE, State.COMMITTED)
"""The states in which the selected tracks are segmented and published."""


class Decider(Protocol):
    """Turns the scores of one sentence into a decision, with memory of the last ones."""

    def update(self, query: Query, scores: PreferenceScores, tracks: TrackSet) -> Decision:
        """Return the decision at ``tracks.stamp_ns``."""
        ...


class Pipeline:
    """Tracker, preference, decision and segmenter in their order.

    The detector is not in here: its results are given to ``step`` when they are ready, late or
    not.

    Args:
        tracker: keeps ids on boxes; this pipeline owns it.
        preference: scores tracks against a sentence.
        new_decider: makes the decision memory of one sentence.
        segmenter: boxes to masks.
        masks: when masks are made anew.
        camera_motion: optional estimate of the camera's own motion.
        camera_motion_always: estimate it at every frame; otherwise only while a sentence speaks of
            motion. Where the camera follows an object, a track is steadier without.
        mask_correction: correct tracks between detections by the boxes of their masks. Right for
            segmenters whose masks can leave the box; a segmenter that stays inside shrinks it.
        clock_ns: for ``StepResult.stage_ns`` alone.
    """

    def __init__(
        self,
        *,
        tracker: Tracker,
        preference: Preference,
        new_decider: Callable[[], Decider],
        segmenter: AnySegmenter,
        masks: MaskConfig | None = None,
        camera_motion: CameraMotion | None = None,
        camera_motion_always: bool = True,
        mask_correction: bool = False,
        clock_ns: Callable[[], int] = time.perf_counter_ns,
    ) -> None:
        self._tracker = tracker
        self._preference = preference
        self._new_decider = new_decider
        self._masks = MaskMemory(segmenter, masks)
        self._camera_motion = camera_motion
        self._camera_motion_always = camera_motion_always
        self._mask_correction = mask_correction
        self._clock_ns = clock_ns
        self._command = Command(command_id=0, text='', sentences=())
        self._prompt = Prompt(command_id=0, queries=())
        self._deciders: tuple[Decider, ...] = ()
        self._detections_stamp_ns = -1
        self._answered: deque[int] = deque(maxlen=_REMEMBERED)
        self._last_boxes = np.zeros((0, 4), np.float32)
        self._space_of: Callable[[IntArray], Space | None] = lambda _ids: None

    @property
    def prompt(self) -> Prompt:
        """The prompt of the active command."""
        return self._prompt

    def set_command(self, command: Command, prompt: Prompt) -> None:
        """Answer another command from the next step on.

        Boxes and ids stay; everything that was believed about the old sentences goes.

        Args:
            command: the command.
            prompt: its sentences, parsed; the same ``command_id``.
        """
        self._command, self._prompt = command, prompt
        self._deciders = tuple(self._new_decider() for _ in prompt.queries)
        self._tracker.set_prompt(command.command_id, len(prompt.phrases), len(prompt.queries))
        if self._camera_motion is not None and not self._compensates:
            self._camera_motion.reset()

    def look_in(self, space_of: Callable[[IntArray], Space | None]) -> None:
        """Have tracks looked up in space from the next step on.

        Args:
            space_of: returns where tracks of the given ids, (N,) int64, are; called on the thread
                of ``step``.
        """
        self._space_of = space_of

    @property
    def _compensates(self) -> bool:
        """Whether the camera's own motion is to be taken out of tracks under this command."""
        return self._camera_motion_always or any(
            query.expression.speaks_of_motion for query in self._prompt.queries
        )

    def reset(self) -> None:
        """Forget all tracks and decisions; the command stays. For a stream that starts over."""
        self._tracker.reset()
        self._masks.reset()
        if self._camera_motion is not None:
            self._camera_motion.reset()
        self._detections_stamp_ns = -1
        self._answered.clear()
        self._last_boxes = np.zeros((0, 4), np.float32)
        self.set_command(self._command, self._prompt)

    def step(self, frame: Frame, arrived: Sequence[TimedDetections] = ()) -> StepResult:
        """Advance to ``frame`` and answer: ``begin``, ``decide`` and ``segment`` in one.

        Args:
            frame: the new frame; its ``sequence`` is larger than the last one's.
            arrived: detections that became ready since the last step, of this frame or of earlier
                ones, oldest first.
        """
        return self.segment(self.decide(self.begin(frame), arrived))

    def begin(self, frame: Frame) -> Begun:
        """Do what takes the image alone; the frame's detections may still be in the making.

        Args:
            frame: as of ``step``.
        """
        watch = Stopwatch(self._clock_ns)
        motion = None
        if self._camera_motion is not None and self._compensates:
            with watch('camera_motion'):
                motion = self._camera_motion.estimate(frame.image, self._last_boxes)
        return Begun(frame=frame, camera_motion=motion, watch=watch)

    def decide(self, begun: Begun, arrived: Sequence[TimedDetections] = ()) -> Decided:
        """Track, score and decide: afterwards nothing more is asked of detections.

        Args:
            begun: of ``begin``.
            arrived: as of ``step``.
        """
        frame, watch = begun.frame, begun.watch
        with watch('track'):
            tracks, unused = self._track(begun, arrived)
        queries = self._prompt.queries
        size = (frame.height, frame.width)
        with watch('preference'):
            scores = self._preference.score_all(queries, tracks, size) if queries else ()
            decisions = [
                decider.update(query, score, tracks)
                for query, decider, score in zip(queries, self._deciders, scores, strict=True)
            ]
        return Decided(
            frame=frame, tracks=tracks, decisions=tuple(decisions), too_late=unused, watch=watch
        )

    def segment(self, decided: Decided) -> StepResult:
        """Return the answer, with the masks of what was decided.

        Args:
            decided: of ``decide``, under the command that is active now.
        """
        frame = decided.frame
        targets = self._segment(frame, decided.tracks, decided.decisions, decided.watch)
        return StepResult(
            sequence=frame.sequence,
            stamp_ns=frame.stamp_ns,
            frame_id=frame.frame_id,
            height=frame.height,
            width=frame.width,
            command=self._command,
            queries=self._prompt.queries,
            tracks=decided.tracks,
            targets=targets,
            detections_stamp_ns=self._detections_stamp_ns,
            stage_ns=decided.watch.spent_ns,
            too_late=decided.too_late,
        )

    def _track(self, begun: Begun, arrived: Sequence[TimedDetections]) -> tuple[TrackSet, int]:
        """Bring the tracker to a frame; return its tracks, and how many sets came too late."""
        frame = begun.frame
        self._answered.append(frame.sequence)
        # What belongs to an earlier frame comes first: one frame less is replayed.
        unused = self._apply(late for late in arrived if late.sequence < frame.sequence)
        self._tracker.advance(
            sequence=frame.sequence, stamp_ns=frame.stamp_ns, camera_motion=begun.camera_motion
        )
        unused += self._apply(late for late in arrived if late.sequence >= frame.sequence)
        tracks = self._tracker.snapshot()
        self._last_boxes = tracks.boxes
        space = self._space_of(tracks.ids)
        return (tracks if space is None else replace(tracks, space=space)), unused

    def _apply(self, arrived: Iterable[TimedDetections]) -> int:
        """Hand detections to the tracker, each at its own frame; return how many came too late.

        What belongs to the stream before a reset is not late, nor what was found in a frame that
        was never answered, or looked at a second time: it is of no use by intention.
        """
        unused, answered = 0, self._answered
        for late in arrived:
            if self._tracker.apply(late):
                self._detections_stamp_ns = late.stamp_ns
            elif late.sequence in answered:
                unused += 1
            while answered and answered[0] <= late.sequence:
                answered.popleft()
            self._learn(late)
        return unused

    def _learn(self, late: TimedDetections) -> None:
        """Note what the detector can find of this prompt, once it has said so."""
        findable, prompt = late.detections.findable, self._prompt
        unknown = any(not query.findable for query in prompt.queries)
        if findable and unknown and late.command_id == prompt.command_id:
            self._prompt = prompt.with_findable(findable)

    def _segment(
        self,
        frame: Frame,
        tracks: TrackSet,
        decisions: Sequence[Decision],
        watch: Stopwatch,
    ) -> tuple[TargetResult, ...]:
        """Have the masks made of the selected tracks of all sentences, of each once."""
        row_of = {int(track_id): row for row, track_id in enumerate(tracks.ids)}
        shown = [
            [i for i in decision.track_ids if i in row_of] if decision.state in SHOWN else []
            for decision in decisions
        ]
        wanted = list(dict.fromkeys(track_id for ids in shown for track_id in ids))
        rows = [row_of[track_id] for track_id in wanted]
        boxes = clip_boxes(tracks.boxes[rows], frame.height, frame.width)
        masks: tuple[Mask, ...] = ()
        if wanted:
            masks = self._masks.masks(frame.image, wanted, boxes, watch)
            if self._mask_correction:
                with watch('track'):
                    self._correct(wanted, masks)
        else:
            self._masks.reset()
        of_track = dict(zip(wanted, zip(boxes, masks, strict=True), strict=True))
        return tuple(
            TargetResult(
                sentence=query.expression.text,
                decision=decision,
                track_ids=tuple(ids),
                boxes=np.asarray([of_track[i][0] for i in ids], np.float32).reshape(-1, 4),
                masks=tuple(of_track[i][1] for i in ids),
            )
            for query, decision, ids in zip(self._prompt.queries, decisions, shown, strict=True)
        )

    def _correct(self, ids: Sequence[int], masks: Sequence[Mask]) -> None:
        """Tell the tracker where the masks lie; empty masks say nothing."""
        solid = [(i, mask.box()) for i, mask in zip(ids, masks, strict=True) if mask.area]
        if solid:
            self._tracker.correct(
                np.asarray([i for i, _ in solid], np.int64),
                np.stack([box for _, box in solid]).astype(np.float32),
            )
