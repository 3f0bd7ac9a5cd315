"""The slow lane: a detector on its own thread, at its own cadence."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from tenet_ros.language.expression import Prompt
from tenet_ros.runtime.mailbox import Mailbox
from tenet_ros.runtime.metrics import StreamMetrics
from tenet_ros.runtime.typical import Typical
from tenet_ros.stages.protocols import AnyDetector, Prepared
from tenet_ros.types import Frame, TimedDetections

__all__ = ['DetectorLane']

_NOTHING = (-1, -1)
"""In place of a frame's sequence and the command that it is looked at under."""


class DetectorLane:
    """Detects in the newest frame it was offered, and keeps the results until collected.

    Everything the detector does happens on this lane's thread, ``prepare`` included: GPU models
    want to stay on one thread.

    Args:
        detector: used by this lane alone.
        metrics: gets the stages ``prepare`` and ``detect`` and the event ``detections``.
        on_error: called once, on the lane's thread, with what went wrong; the lane has then ended.
        max_hz: detections per second at most; 0 for as many as the detector manages.
        rest_ns: how long to rest after a detection, given what one typically takes, nanoseconds.
    """

    def __init__(
        self,
        detector: AnyDetector,
        metrics: StreamMetrics,
        *,
        on_error: Callable[[BaseException], None],
        max_hz: float = 0.0,
        rest_ns: Callable[[float], int] = lambda _typical_ns: 0,
    ) -> None:
        self._detector = detector
        self._metrics = metrics
        self._on_error = on_error
        self._period_ns = int(1e9 / max_hz) if max_hz > 0 else 0
        self._rest_ns = rest_ns
        self._offers: Mailbox[tuple[Frame, Prompt]] = Mailbox()
        self._changed = threading.Condition()
        self._ready: list[TimedDetections] = []
        self._offered = self._at = _NOTHING
        self._typical = Typical()
        self._next_ns = 0
        self._prepared: tuple[int, Prepared] | None = None
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name='tenet-detector', daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self, timeout_s: float) -> bool:
        """End the thread after the detection it is at; return whether it ended in time."""
        self._stopping.set()
        self._offers.close()
        if self._thread.ident is not None:
            self._thread.join(timeout_s)
        return not self._thread.is_alive()

    @property
    def typical_ms(self) -> float:
        """Running mean of a detection's duration; 0.0 before the first."""
        return self._typical.ns / 1e6

    @property
    def active(self) -> bool:
        """Whether it is at a frame right now."""
        return self._at != _NOTHING

    @property
    def unknown(self) -> tuple[str, ...]:
        """Nouns of the newest prepared prompt that the detector can never find."""
        return self._prepared[1].unknown if self._prepared else ()

    def offer(self, frame: Frame, prompt: Prompt) -> bool:
        """Offer a frame; one that still waits is replaced. Any thread may.

        A frame that is not newer than one that was offered before is taken only under a newer
        command: offering a frame twice does no harm.

        Returns:
            Whether its detections can be expected: the lane is at it, was, or takes it at once.
        """
        offered = (frame.sequence, prompt.command_id)
        with self._changed:
            free = self._at == _NOTHING and time.monotonic_ns() >= self._next_ns
            if offered > self._offered:
                self._offered = offered
                self._offers.post((frame, prompt))
            return self._at == offered or (free and self._offered == offered)

    def wait_for(self, sequence: int, timeout_s: float) -> bool:
        """Wait until the detections of frame ``sequence`` are ready, or those of a later one.

        Returns:
            Whether they are.
        """

        def is_ready() -> bool:
            return self._offers.closed or any(r.sequence >= sequence for r in self._ready)

        with self._changed:
            return self._changed.wait_for(is_ready, timeout_s)

    def collect(self, sequence: int) -> list[TimedDetections]:
        """Return the results since the last call, oldest first.

        Args:
            sequence: of the frame that is answered now; what is ready of later ones waits for them.
        """
        with self._changed:
            ready, self._ready = self._ready, []
            self._ready += [late for late in ready if late.sequence > sequence]
            return [late for late in ready if late.sequence <= sequence]

    def _run(self) -> None:
        try:
            while (offer := self._offers.take()) is not None:
                frame, prompt = offer
                with self._changed:
                    self._at = (frame.sequence, prompt.command_id)
                self._detect(frame, prompt)
                self._stopping.wait(max(0, self._next_ns - time.monotonic_ns()) / 1e9)
        except Exception as error:  # noqa: BLE001 - the worker's top frame
            self._on_error(error)
        finally:
            self._offers.close()
            with self._changed:
                self._changed.notify_all()

    def _detect(self, frame: Frame, prompt: Prompt) -> None:
        start_ns = time.monotonic_ns()
        if self._prepared is None or self._prepared[0] != prompt.command_id:
            self._prepared = (prompt.command_id, self._detector.prepare(prompt))
            prepared_ns = time.monotonic_ns()
            self._metrics.stage('prepare', prepared_ns - start_ns)
            start_ns = prepared_ns
        detections = self._detector.detect(frame.image, self._prepared[1])
        end_ns = time.monotonic_ns()
        spent_ns = end_ns - start_ns
        self._metrics.stage('detect', spent_ns)
        self._metrics.tick('detections', end_ns)
        with self._changed:
            self._typical.add(spent_ns)
            rest_ns = self._rest_ns(self._typical.ns)
            self._next_ns = max(start_ns + self._period_ns, end_ns + rest_ns)
            self._at = _NOTHING
            self._ready.append(
                TimedDetections(
                    sequence=frame.sequence,
                    stamp_ns=frame.stamp_ns,
                    command_id=prompt.command_id,
                    detections=detections,
                    size=(frame.height, frame.width),
                )
            )
            self._changed.notify_all()
