"""What becomes of a frame on its way through the pipeline, up to its answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from tenet_ros.language.expression import Query
from tenet_ros.stages.protocols import Decision
from tenet_ros.types import Command, FloatArray, Frame, Mask, State, TrackSet

__all__ = ['Begun', 'Decided', 'StepResult', 'Stopwatch', 'TargetResult']


class Stopwatch:
    """Sums the time spent in named stages."""

    def __init__(self, clock_ns: Callable[[], int]) -> None:
        self._clock_ns = clock_ns
        self.spent_ns: dict[str, int] = {}

    @contextmanager
    def __call__(self, stage: str) -> Iterator[None]:
        """Add the time of a ``with`` block to a stage."""
        start = self._clock_ns()
        try:
            yield
        finally:
            self.spent_ns[stage] = self.spent_ns.get(stage, 0) + self._clock_ns() - start


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Begun:
    """A frame, and what is known of it before its detections.

    Attributes:
        frame: the frame.
        camera_motion: (2, 3) float32 from the frame before, None where it is not asked for.
        watch: of its stages.
    """

    frame: Frame
    camera_motion: FloatArray | None
    watch: Stopwatch


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Decided:
    """A frame whose answers lack nothing but masks.

    Attributes:
        frame: the frame.
        tracks: all live tracks.
        decisions: one per sentence, in order.
        too_late: detection sets that came too late to be used.
        watch: of its stages.
    """

    frame: Frame
    tracks: TrackSet
    decisions: tuple[Decision, ...]
    too_late: int
    watch: Stopwatch


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TargetResult:
    """The answer to one sentence at one frame.

    Attributes:
        sentence: the sentence as it came.
        decision: state, selected tracks, preference.
        track_ids: the selected tracks that are visible now, best first.
        boxes: (K, 4) float32 xyxy source pixels, parallel to ``track_ids``.
        masks: K masks, parallel to ``track_ids``.
    """

    sentence: str
    decision: Decision
    track_ids: tuple[int, ...]
    boxes: FloatArray
    masks: tuple[Mask, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StepResult:
    """Everything that is known at one frame; it carries that frame's identity.

    Attributes:
        sequence: the frame's order of arrival.
        stamp_ns: the source image's ``header.stamp``.
        frame_id: the source image's ``header.frame_id``.
        height: of the source image, pixels.
        width: of the source image, pixels.
        command: the command that every target below answers.
        queries: its parsed sentences, in order.
        tracks: all live tracks.
        targets: one per sentence, in order; empty without a command.
        detections_stamp_ns: stamp of the newest frame whose detections are in ``tracks``, or -1.
        stage_ns: time spent in each stage of this step, nanoseconds.
        too_late: detection sets that came with this frame, too late after their own to be used.
    """

    sequence: int
    stamp_ns: int
    frame_id: str
    height: int
    width: int
    command: Command
    queries: tuple[Query, ...]
    tracks: TrackSet
    targets: tuple[TargetResult, ...]
    detections_stamp_ns: int
    stage_ns: Mapping[str, int]
    too_late: int = 0

    @property
    def state(self) -> State:
        """The state of the first sentence, or IDLE without one."""
        return self.targets[0].decision.state if self.targets else State.IDLE

    @property
    def masks(self) -> tuple[Mask, ...]:
        """The masks of all sentences, in order."""
        return tuple(mask for target in self.targets for mask in target.masks)
