"""How often the detector looks, so that the fast lane keeps the camera's rate.

Detector and fast lane share cores, or a GPU: while the detector is at work, frames take longer. What
they take then, and what they take without it, is measured all the time. Where a detection puts the
frames behind, the detector rests until they have caught up; where it does not, it never rests.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

from tenet_ros.runtime.typical import Typical

__all__ = ['Cadence', 'CadenceSettings']


@dataclass(frozen=True, slots=True, kw_only=True)
class CadenceSettings:
    """What the detector's rest is weighed against.

    Attributes:
        drops: share of frames that may be dropped on the detector's account, where a single
            detection is so long that frames cannot be spared.
        max_interval_ms: however far frames are behind, a detection begins at least this often,
            or at once where one takes longer: without detections there is nothing to follow.
            0 never rests.
        headroom: share of the time between frames that the fast lane keeps free by itself; a lane
            that is slower than the camera even without the detector is measured against its own
            rate.
    """

    drops: float = 0.05
    max_interval_ms: float = 500.0
    headroom: float = 0.05


@final
class Cadence:
    """Measures both lanes and says how long the detector rests.

    ``frame`` is for the fast lane's thread, ``rest_ns`` for the detector's.

    Args:
        settings: see there.
    """

    def __init__(self, settings: CadenceSettings | None = None) -> None:
        self._settings = settings or CadenceSettings()
        self._beside, self._alone = Typical(), Typical()

    def frame(self, spent_ns: int, *, detecting: bool) -> None:
        """Take in what a frame took on the fast lane.

        Args:
            spent_ns: from its start to its publication, waiting for its detections included.
            detecting: whether the detector was at work meanwhile.
        """
        (self._beside if detecting else self._alone).add(spent_ns)

    def rest_ns(self, detection_ns: float, period_ns: float) -> int:
        """Return how long to rest after a detection, nanoseconds.

        Args:
            detection_ns: what a detection typically takes.
            period_ns: typical time between the camera's frames; 0 while it is not known.

        With ``n`` frames to a detection that take ``b`` beside it and ``a`` without it, at a period
        ``p``, a detection puts the lane ``n (b - p)`` behind. The mailbox holds one frame, so
        what is beyond ``p`` of that is dropped frames, and the rest is caught up by frames that
        save ``p - a`` each.
        """
        settings = self._settings
        beside, alone = self._beside.ns, self._alone.ns
        if not (beside and period_ns and settings.max_interval_ms):
            return 0
        period = max(period_ns, alone / (1 - settings.headroom))
        frames = max(1.0, detection_ns / beside)
        behind = frames * (beside - period)
        if behind <= 0:
            return 0
        dropped = max(0.0, behind - period) / period
        to_catch_up = min(behind, period) / (period - alone)
        to_be_rare = dropped / settings.drops - frames
        rest = max(to_catch_up, to_be_rare) * period
        return int(max(0.0, min(rest, settings.max_interval_ms * 1e6 - detection_ns)))
