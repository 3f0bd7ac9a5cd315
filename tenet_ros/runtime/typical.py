"""What is typical of something that happens again and again."""

from __future__ import annotations

from collections import deque
from typing import final

__all__ = ['Typical']

LEFT_OUT = 5
"""One in this many is left out at either end, and at least one."""


@final
class Typical:
    """Trimmed mean of the newest durations; written by one thread.

    It follows changes, and one that took exceptionally long, such as the first, counts for nothing:
    what is seldom measured would be judged by it for a long time.

    Args:
        newest: how many are kept.

    >>> typical = Typical()
    >>> for spent_ns in (900, 10, 12, 14):
    ...     typical.add(spent_ns)
    >>> typical.ns
    13.0
    """

    def __init__(self, newest: int = 20) -> None:
        self._newest: deque[int] = deque(maxlen=newest)
        self.ns = 0.0
        """Nanoseconds; 0.0 before the first, and of two the smaller."""

    def add(self, spent_ns: int) -> None:
        """Take in one more."""
        self._newest.append(spent_ns)
        ordered = sorted(self._newest)
        ends = max(1, len(ordered) // LEFT_OUT)
        kept = ordered[ends:-ends] or ordered[:1]
        self.ns = sum(kept) / len(kept)
