"""The lane that adds depth: results in, targets in space out, beside the 2D stream.

2D never waits. A result whose depth has not come is kept for a moment; when it has, its targets
are placed and handed on, under the result's own stamp. The newest result wins.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import final

from tenet_ros.answers import StepResult
from tenet_ros.runtime.metrics import StreamMetrics
from tenet_ros.runtime.observer import Observer, Pose, SpatialResult
from tenet_ros.spatial.pairing import DepthPairing
from tenet_ros.spatial.seen import DepthImage, PinholeCamera
from tenet_ros.types import IntArray, Space, UInt8Array

__all__ = ['SpatialLane', 'SpatialSettings']

LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class SpatialSettings:
    """How results and depth are brought together.

    Attributes:
        tolerance_ms: depth whose stamp differs by more from the image's is of another moment.
        patience_ms: how long a result waits for its depth.
        kept: results that wait at most.
    """

    tolerance_ms: float = 15.0
    patience_ms: float = 200.0
    kept: int = 12


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Waiting:
    result: StepResult
    image: UInt8Array
    since_ns: int


@final
class SpatialLane:
    """Places targets on a thread of its own.

    Args:
        on_result: called on that thread with every placed result.
        on_error: called once with what went wrong; the lane has then ended.
        metrics: gets the stage ``space`` and the counts ``depth_exact``, ``depth_near``,
            ``depth_unpaired``.
        fixed_pose: pose of the camera's optical frame in a frame that does not move, for the name
            of the former and a stamp; None where it is not known.
        settings: see there.
    """

    def __init__(
        self,
        *,
        on_result: Callable[[SpatialResult], None],
        on_error: Callable[[BaseException], None],
        metrics: StreamMetrics,
        fixed_pose: Callable[[str, int], Pose | None] = lambda _frame, _stamp: None,
        settings: SpatialSettings | None = None,
    ) -> None:
        self._on_result = on_result
        self._on_error = on_error
        self._metrics = metrics
        self._fixed_pose = fixed_pose
        self._settings = settings or SpatialSettings()
        self._pairing = DepthPairing(tolerance_ms=self._settings.tolerance_ms)
        self._observer = Observer()
        self._waiting: deque[_Waiting] = deque(maxlen=self._settings.kept)
        self._camera: PinholeCamera | None = None
        self._changed = threading.Condition()
        self._stopping = False
        self._counted: Counter[str] = Counter()
        self._thread = threading.Thread(target=self._run, name='tenet-space', daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self, timeout_s: float) -> bool:
        """End the thread after the result that it is at; return whether it ended in time."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        if self._thread.ident is not None:
            self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def set_camera(self, camera: PinholeCamera) -> None:
        """Take the calibration of the images to come."""
        with self._changed:
            self._camera = camera

    def add_depth(self, depth: DepthImage) -> None:
        """Take a depth image; never blocks."""
        with self._changed:
            self._pairing.add(depth)
            self._changed.notify_all()

    def add_result(self, result: StepResult, image: UInt8Array) -> None:
        """Take a result and the image that it answers; never blocks."""
        with self._changed:
            self._waiting.append(_Waiting(result=result, image=image, since_ns=time.monotonic_ns()))
            self._changed.notify_all()

    def space_of(self, ids: IntArray) -> Space | None:
        """Return where tracks were at the newest placed result; see ``Pipeline.look_in``."""
        return self._observer.space_of(ids)

    def _run(self) -> None:
        try:
            while (taken := self._take()) is not None:
                self._place(*taken)
        except Exception as error:
            LOG.exception('the spatial lane has ended')
            self._on_error(error)

    def _take(self) -> tuple[_Waiting, DepthImage | None, str, PinholeCamera | None] | None:
        """Wait for the newest result whose depth is settled; None when told to stop."""
        with self._changed:
            while not self._stopping:
                now_ns = time.monotonic_ns()
                waiting = self._ripe(now_ns)
                if waiting is not None:
                    while self._waiting.popleft() is not waiting:
                        pass
                    stamp_ns = waiting.result.stamp_ns
                    depth = self._pairing.pair(stamp_ns)
                    reason = '' if depth else self._pairing.why_unpaired(stamp_ns)
                    self._count(self._pairing.counts)
                    return waiting, depth, reason, self._camera
                self._changed.wait(self._patience_s(now_ns))
        return None

    def _ripe(self, now_ns: int) -> _Waiting | None:
        """Return the newest result that need not wait any longer."""
        for waiting in reversed(self._waiting):
            if self._pairing.settled(waiting.result.stamp_ns) or self._is_overdue(waiting, now_ns):
                return waiting
        full = len(self._waiting) == self._settings.kept
        return self._waiting[0] if full else None

    def _is_overdue(self, waiting: _Waiting, now_ns: int) -> bool:
        return now_ns - waiting.since_ns >= self._settings.patience_ms * 1e6

    def _patience_s(self, now_ns: int) -> float | None:
        if not self._waiting:
            return None
        newest = self._waiting[-1]
        return max(0.001, self._settings.patience_ms / 1e3 - (now_ns - newest.since_ns) / 1e9)

    def _count(self, counts: Mapping[str, int]) -> None:
        for name, count in counts.items():
            if count > self._counted[name]:
                self._metrics.count(f'depth_{name}', count - self._counted[name])
                self._counted[name] = count

    def _place(
        self,
        waiting: _Waiting,
        depth: DepthImage | None,
        reason: str,
        camera: PinholeCamera | None,
    ) -> None:
        start_ns = time.perf_counter_ns()
        result = waiting.result
        if camera is None:
            reason = reason or 'no camera_info'
        pose = self._fixed_pose(result.frame_id, result.stamp_ns)
        placed = self._observer.observe(
            result, waiting.image, depth if camera else None, camera, pose, reason
        )
        self._metrics.stage('space', time.perf_counter_ns() - start_ns)
        self._on_result(placed)
