"""The same method without threads: for files, benchmarks and tests."""

from __future__ import annotations

from collections import deque

from tenet_ros.pipeline import Pipeline, StepResult
from tenet_ros.runtime.stream import parse_command
from tenet_ros.stages.protocols import AnyDetector, Prepared
from tenet_ros.types import Command, Frame, TimedDetections

__all__ = ['OfflineStream']


class OfflineStream:
    """Answers frames one by one, with a scripted detector cadence in place of a real lane.

    Args:
        pipeline: the pipeline.
        detector: the detector.
        every: the detector looks at every n-th frame.
        late: its result is applied this many frames after the one it looked at.
    """

    def __init__(
        self, pipeline: Pipeline, detector: AnyDetector, *, every: int = 1, late: int = 0
    ) -> None:
        self._pipeline = pipeline
        self._detector = detector
        self._every = every
        self._late = late
        self._pending: deque[tuple[int, TimedDetections]] = deque()
        self._prepared: Prepared | None = None
        self._steps = 0
        self._command_id = 0

    @property
    def unknown(self) -> tuple[str, ...]:
        """Nouns of the active command that the detector can never find."""
        return self._prepared.unknown if self._prepared else ()

    def command(self, text: str) -> Command:
        """Answer ``text`` from the next frame on.

        Raises:
            ContractError: a sentence that cannot be parsed.
        """
        command = Command.parse(self._command_id + 1, text)
        prompt = parse_command(command)
        self._command_id += 1
        self._pipeline.set_command(command, prompt)
        self._prepared = self._detector.prepare(prompt) if prompt.queries else None
        return command

    def step(self, frame: Frame) -> StepResult:
        """Detect when it is time, and answer ``frame``."""
        if self._prepared is not None and self._steps % self._every == 0:
            found = TimedDetections(
                sequence=frame.sequence,
                stamp_ns=frame.stamp_ns,
                command_id=self._command_id,
                detections=self._detector.detect(frame.image, self._prepared),
                size=(frame.height, frame.width),
            )
            self._pending.append((self._steps + self._late, found))
        arrived = []
        while self._pending and self._pending[0][0] <= self._steps:
            arrived.append(self._pending.popleft()[1])
        self._steps += 1
        return self._pipeline.step(frame, arrived)
