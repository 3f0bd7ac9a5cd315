"""Counters, rates and percentiles of a running stream."""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

__all__ = ['Percentiles', 'StreamMetrics', 'StreamReport', 'resident_mb']

WINDOW = 1024
"""Samples that percentiles look back on: half a minute at 30 Hz."""

INFERENCE_STAGES = frozenset({'detect', 'encode', 'decode'})
"""Stages that are a model's own time; everything else of a frame is overhead."""

RATE_WINDOW_NS = 3_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Percentiles:
    """Percentiles in milliseconds; zeros when nothing was measured."""

    p50: float = 0.0
    p95: float = 0.0
    p99: float = 0.0

    @classmethod
    def of_ns(cls, samples: deque[int]) -> Percentiles:
        """Return the percentiles of nanosecond samples."""
        if not samples:
            return cls()
        p50, p95, p99 = np.percentile(np.asarray(samples, np.float64), [50, 95, 99]) / 1e6
        return cls(p50=float(p50), p95=float(p95), p99=float(p99))


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamReport:
    """A consistent reading of a stream's metrics.

    Attributes:
        counts: events since the start: ``frames_in``, ``frames_out``, ``drops``, ``detections``,
            ``detections_too_late`` (part of ``detections``), ``switches``, ``stream_restarts``,
            ``out_of_order`` (part of ``drops``).
        in_hz: frames received per second, over the last three seconds.
        out_hz: results per second, likewise.
        detector_hz: detection sets per second, likewise.
        stamp_age_ms: source stamp to result published.
        overhead_ms: per frame, everything in this process that is not model inference: message
            conversion, tracking, preference, publishing.
        stage_ms: per stage.
    """

    counts: Mapping[str, int]
    in_hz: float
    out_hz: float
    detector_hz: float
    stamp_age_ms: Percentiles
    overhead_ms: Percentiles
    stage_ms: Mapping[str, Percentiles]


class StreamMetrics:
    """Thread-safe; written by the lanes, read by diagnostics."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()
        self._ticks: dict[str, deque[int]] = {}
        self._stages: dict[str, deque[int]] = {}
        self._stamp_age: deque[int] = deque(maxlen=WINDOW)
        self._overhead: deque[int] = deque(maxlen=WINDOW)

    def count(self, event: str, n: int = 1) -> None:
        """Add ``n`` to the counter of ``event``."""
        with self._lock:
            self._counts[event] += n

    def tick(self, event: str, now_ns: int) -> None:
        """Count ``event`` and let it enter that event's rate; ``now_ns`` is monotonic."""
        with self._lock:
            self._counts[event] += 1
            self._ticks.setdefault(event, deque(maxlen=WINDOW)).append(now_ns)

    def stage(self, name: str, spent_ns: int) -> None:
        """Record the time of one stage, once."""
        with self._lock:
            self._stage(name, spent_ns)

    def frame(self, stage_ns: Mapping[str, int], stamp_age_ns: int) -> None:
        """Record one finished frame: its stages, its overhead and its age when published."""
        with self._lock:
            for name, spent_ns in stage_ns.items():
                self._stage(name, spent_ns)
            own = (ns for name, ns in stage_ns.items() if name not in INFERENCE_STAGES)
            self._overhead.append(sum(own))
            self._stamp_age.append(stamp_age_ns)

    def _stage(self, name: str, spent_ns: int) -> None:
        self._stages.setdefault(name, deque(maxlen=WINDOW)).append(spent_ns)

    def _rate(self, event: str, now_ns: int) -> float:
        ticks = self._ticks.get(event, ())
        recent = [t for t in ticks if t >= now_ns - RATE_WINDOW_NS]
        span_ns = recent[-1] - recent[0] if len(recent) > 1 else 0
        return (len(recent) - 1) * 1e9 / span_ns if span_ns else 0.0

    def report(self, now_ns: int) -> StreamReport:
        """Return all figures; ``now_ns`` is on the clock that ``tick`` was given."""
        with self._lock:
            return StreamReport(
                counts=dict(self._counts),
                in_hz=self._rate('frames_in', now_ns),
                out_hz=self._rate('frames_out', now_ns),
                detector_hz=self._rate('detections', now_ns),
                stamp_age_ms=Percentiles.of_ns(self._stamp_age),
                overhead_ms=Percentiles.of_ns(self._overhead),
                stage_ms={k: Percentiles.of_ns(v) for k, v in sorted(self._stages.items())},
            )


def resident_mb() -> float:
    """Return this process's resident memory in MB (10^6 bytes); 0.0 where /proc is absent."""
    try:
        with open('/proc/self/statm', encoding='ascii') as statm:  # noqa: PTH123
            pages = int(statm.read().split()[1])
    except OSError:
        return 0.0
    return pages * 4096 / 1e6
