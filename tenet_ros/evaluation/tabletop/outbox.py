"""When each frame's answer would have been published by a node that takes its own time."""

from __future__ import annotations

from bisect import bisect_right

__all__ = ['Outbox']


class Outbox:
    """The newest-frame slot of ``runtime.mailbox``, played with measured times.

    A frame that arrives while its predecessor is worked on waits; if the next one arrives before
    its turn has come, it is never answered.

    Args:
        period_ns: time from one frame to the next.
    """

    def __init__(self, period_ns: int) -> None:
        self._period_ns = period_ns
        self._free_ns = 0
        self._published_ns: list[int] = []
        self._frames: list[int] = []

    def work(self, frame: int, taken_ns: int) -> None:
        """Note what answering a frame took; frames come in order and arrive a period apart."""
        arrival_ns = frame * self._period_ns
        start_ns = max(arrival_ns, self._free_ns)
        if start_ns >= arrival_ns + self._period_ns:
            return
        self._free_ns = start_ns + taken_ns
        self._published_ns.append(self._free_ns)
        self._frames.append(frame)

    def newest(self, frame: int) -> int:
        """Return the last frame whose answer is out when ``frame`` arrives; -1 for none."""
        index = bisect_right(self._published_ns, frame * self._period_ns) - 1
        return self._frames[index] if index >= 0 else -1
