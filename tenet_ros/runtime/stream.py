"""Two lanes around a pipeline: every frame answered in its own time, whatever the detector needs.

Frames: the newest wins and drops are counted. Commands: all are kept, in order, and applied at
frame boundaries, so that no frame in flight gets a new label.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tenet_ros.language.expression import Prompt
from tenet_ros.language.parser import parse
from tenet_ros.pipeline import Pipeline, StepResult
from tenet_ros.runtime.cadence import Cadence
from tenet_ros.runtime.detector_lane import DetectorLane
from tenet_ros.runtime.mailbox import Mailbox
from tenet_ros.runtime.metrics import StreamMetrics
from tenet_ros.runtime.settings import StreamSettings
from tenet_ros.runtime.typical import Typical
from tenet_ros.stages.protocols import AnyDetector
from tenet_ros.types import Command, Frame

__all__ = ['Stream', 'parse_command']

LOG = logging.getLogger(__name__)

RESTART_REPEAT_NS = 10_000_000_000
"""A stream that starts anew again and again says so this often."""


def parse_command(command: Command) -> Prompt:
    """Parse every sentence of a command.

    Raises:
        ContractError: a sentence that cannot be parsed; it says which and why.
    """
    return Prompt.of(command.command_id, tuple(parse(s) for s in command.sentences))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Posted:
    """A frame that waits for the fast lane.

    Attributes:
        frame: the frame.
        spent_ns: stages that it has been through.
        arrived_ns: when it came, monotonic.
    """

    frame: Frame
    spent_ns: Mapping[str, int]
    arrived_ns: int


class Stream:
    """Runs a pipeline on its fast lane and a detector on its slow lane.

    ``frames_in == frames_out + drops`` holds whenever no frame is in flight, and always after
    ``stop``. Results leave in the order of their stamps; when the source's stamps start over, or
    its images come in another size, the stream does too.

    Args:
        pipeline: used by the fast lane alone.
        detector: used by the slow lane alone.
        on_result: called on the fast lane's thread with every result and its frame; the time it
            takes is the stage ``publish``.
        on_error: called once, with one sentence, when a lane fails; the stream has then ended.
        wall_ns: "now" on the clock of the frames' stamps, for the age of results.
        settings: how the lanes are run.
        metrics: counters to write to; those of an earlier run go on.
    """

    def __init__(
        self,
        *,
        pipeline: Pipeline,
        detector: AnyDetector,
        on_result: Callable[[StepResult, Frame], None],
        on_error: Callable[[str], None],
        wall_ns: Callable[[], int] = time.time_ns,
        settings: StreamSettings | None = None,
        metrics: StreamMetrics | None = None,
    ) -> None:
        self.metrics = metrics or StreamMetrics()
        self._settings = settings or StreamSettings()
        self._pipeline = pipeline
        self._on_result = on_result
        self._on_error = on_error
        self._wall_ns = wall_ns
        self._detector_lane = DetectorLane(
            detector,
            self.metrics,
            on_error=self._fail,
            max_hz=self._settings.detector_max_hz,
            rest_ns=self._rest_ns,
        )
        self._cadence = Cadence(self._settings.cadence)
        self._frames: Mailbox[_Posted] = Mailbox()
        self._arrived_ns = 0
        self._period, self._finishing = Typical(), Typical()
        self._free_ns = 0
        self._commands: deque[tuple[Command, Prompt]] = deque()
        self._newest_command = Command(command_id=0, text='', sentences=())
        self._last_stamp_ns: int | None = None
        self._size: tuple[int, int] | None = None
        self._restarts_unsaid = 0
        self._say_restart_ns = 0
        self._failed = threading.Lock()
        self._thread = threading.Thread(target=self._run, name='tenet-stream', daemon=True)

    @property
    def unknown(self) -> tuple[str, ...]:
        """Nouns of the active command that the detector can never find."""
        return self._detector_lane.unknown if self._newest_command.sentences else ()

    def start(self) -> None:
        """Start both lanes."""
        self._detector_lane.start()
        self._thread.start()

    def stop(self, timeout_s: float = 5.0) -> bool:
        """End both lanes after what they are at; no callback comes afterwards.

        Returns:
            Whether both threads ended within ``timeout_s`` each.
        """
        self._count_drop(self._frames.close())
        fast = True
        if self._thread.ident is not None and self._thread is not threading.current_thread():
            self._thread.join(timeout_s)
            fast = not self._thread.is_alive()
        return self._detector_lane.stop(timeout_s) and fast

    def post(self, frame: Frame, spent_ns: Mapping[str, int] | None = None) -> None:
        """Give the stream a new frame; never blocks. Frames come from one thread.

        Args:
            frame: with a ``sequence`` larger than the last one's.
            spent_ns: stages that this frame has been through already, such as ``convert``.
        """
        last_ns, self._arrived_ns = self._arrived_ns, time.monotonic_ns()
        self.metrics.tick('frames_in', self._arrived_ns)
        if last_ns:
            self._period.add(self._arrived_ns - last_ns)
        posted = _Posted(frame=frame, spent_ns=spent_ns or {}, arrived_ns=self._arrived_ns)
        self._count_drop(self._frames.post(posted))
        self._look_at(posted)

    def command(self, command: Command) -> bool:
        """Queue a command; it is applied at the next frame boundary.

        A command with the very sentences of the one before changes nothing, so a publisher that
        repeats its command does not lose its target.

        Returns:
            Whether it was queued.

        Raises:
            ContractError: it cannot be parsed; the command before stays active.
        """
        if command.sentences == self._newest_command.sentences:
            return False
        self._commands.append((command, parse_command(command)))
        self._newest_command = command
        return True

    def _count_drop(self, dropped: int) -> None:
        if dropped:
            self.metrics.count('drops', dropped)

    def _run(self) -> None:
        try:
            while (posted := self._frames.take()) is not None:
                self._free_ns = 0
                self._process(posted.frame, posted.spent_ns)
        except Exception as error:  # noqa: BLE001 - the worker's top frame
            self._count_drop(1)
            self._fail(error)

    def _fail(self, error: BaseException) -> None:
        """Report the first failure of either lane and let both end."""
        if not self._failed.acquire(blocking=False):
            return
        LOG.error('the stream has ended', exc_info=error)
        self._count_drop(self._frames.close())
        self._on_error(f'{type(error).__name__}: {error}')

    def _process(self, frame: Frame, spent_ns: Mapping[str, int]) -> None:
        if not self._in_order(frame):
            self.metrics.count('out_of_order')
            self.metrics.count('drops')
            return
        self._keep_to_size(frame)
        while self._commands:
            self._pipeline.set_command(*self._commands.popleft())
        begun_ns, detecting = time.perf_counter_ns(), self._detector_lane.active
        expected = self._offer(frame)
        begun = self._pipeline.begin(frame)
        if expected and self._waits:
            self._detector_lane.wait_for(frame.sequence, self._settings.detector_wait_ms / 1e3)
        decided = self._pipeline.decide(begun, self._detector_lane.collect(frame.sequence))
        self._look_ahead()
        decided_ns = time.perf_counter_ns()
        result = self._pipeline.segment(decided)
        start_ns = time.perf_counter_ns()
        self._on_result(result, frame)
        end_ns = time.perf_counter_ns()
        self._finishing.add(end_ns - decided_ns)
        detecting = detecting or expected or self._detector_lane.active
        if result.targets:
            self._cadence.frame(end_ns - begun_ns, detecting=detecting)
        self.metrics.frame(
            {**spent_ns, **result.stage_ns, 'publish': end_ns - start_ns},
            self._wall_ns() - frame.stamp_ns,
        )
        switches = sum(target.decision.switched for target in result.targets)
        self.metrics.count('switches', switches)
        self.metrics.count('detections_too_late', result.too_late)
        self.metrics.tick('frames_out', time.monotonic_ns())

    def _rest_ns(self, detection_ns: float) -> int:
        """Return how long the detector rests; count it where it does."""
        rest_ns = self._cadence.rest_ns(detection_ns, self._period.ns)
        if rest_ns:
            self.metrics.stage('detector_rest', rest_ns)
        return rest_ns

    def _in_order(self, frame: Frame) -> bool:
        """Return whether the frame may be answered; start anew when its stamps start over."""
        last_ns, self._last_stamp_ns = self._last_stamp_ns, frame.stamp_ns
        if last_ns is None or frame.stamp_ns > last_ns:
            return True
        if (last_ns - frame.stamp_ns) / 1e6 <= self._settings.restart_gap_ms:
            self._last_stamp_ns = last_ns
            return False
        self._start_anew(f'image stamps went back by {(last_ns - frame.stamp_ns) / 1e9:.3f} s')
        return True

    def _keep_to_size(self, frame: Frame) -> None:
        """Start anew when images come in another size: boxes of the old one mean nothing in it."""
        old, self._size = self._size, (frame.width, frame.height)
        if old is not None and old != self._size:
            self._start_anew(
                f'images changed from {old[0]} x {old[1]} to {frame.width} x {frame.height}'
            )

    def _start_anew(self, reason: str) -> None:
        """Forget tracks and decisions; say why, but not at the camera's rate."""
        self.metrics.count('stream_restarts')
        self._pipeline.reset()
        self._restarts_unsaid += 1
        now_ns = time.monotonic_ns()
        if now_ns < self._say_restart_ns:
            return
        text = f'{reason}: tracks and decisions start anew'
        if self._restarts_unsaid > 1:
            text += f', {self._restarts_unsaid} times by now; do two cameras publish on one topic?'
        LOG.warning(text)
        self._restarts_unsaid, self._say_restart_ns = 0, now_ns + RESTART_REPEAT_NS

    @property
    def _waits(self) -> bool:
        """Whether the detector is known to be so fast that frames wait for their detections."""
        return 0 < self._detector_lane.typical_ms <= self._settings.detector_wait_ms

    def _offer(self, frame: Frame) -> bool:
        """Offer the frame to the slow lane; return whether its detections can be expected."""
        prompt = self._pipeline.prompt
        return bool(prompt.queries) and self._detector_lane.offer(frame, prompt)

    def _look_ahead(self) -> None:
        """Have a fast detector look at the next frame while this one's masks are made."""
        if self._waits:
            self._free_ns = time.monotonic_ns() + round(self._finishing.ns)
            if (waiting := self._frames.peek()) is not None:
                self._look_at(waiting)

    def _look_at(self, posted: _Posted) -> None:
        """Offer a frame ahead of time if it will be the newest one when the fast lane is free.

        Any other would be dropped, and what the detector finds in it with it. Under a command that
        is yet to be applied, the frame is looked at when it is answered.
        """
        newer_ns = posted.arrived_ns + self._period.ns
        if self._free_ns and newer_ns > self._free_ns and not self._commands:
            self._offer(posted.frame)
