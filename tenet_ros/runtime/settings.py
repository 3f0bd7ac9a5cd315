"""How the lanes of a stream are run."""

from __future__ import annotations

from dataclasses import dataclass, field

from tenet_ros.runtime.cadence import CadenceSettings

__all__ = ['StreamSettings']


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamSettings:
    """How the lanes are run.

    Attributes:
        detector_max_hz: detections per second at most; 0 for as many as the detector manages.
        detector_wait_ms: how long a frame may wait for its own detections when the detector is
            free and is expected to be that fast; 0 never waits. A fast detector then shares the
            rhythm of the frames: boxes are of the very frame, and the lanes do not contend for
            cores. While a frame's masks are made, it looks at the next one already, if that has
            come and no newer one is expected before its turn. A slower one is not waited for.
        cadence: what the detector's rest is weighed against.
        restart_gap_ms: a stamp that is older than its predecessor by more than this starts the
            stream anew (a bag that loops); one that is older by less is a late frame and dropped.
    """

    detector_max_hz: float = 0.0
    detector_wait_ms: float = 40.0
    cadence: CadenceSettings = field(default_factory=CadenceSettings)
    restart_gap_ms: float = 500.0
