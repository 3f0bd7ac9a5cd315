"""What is typical of something that happens again and again."""

from __future__ import annotations

from typing import final

__all__ = ['Typical']


@final
class Typical:
    """Running mean of durations that follows slow changes; written by one thread.

    Args:
        weight: of the newest.

    >>> typical = Typical(0.5)
    >>> typical.add(10)
    >>> typical.add(20)
    >>> typical.ns
    15.0
    """

    def __init__(self, weight: float = 0.1) -> None:
        self._weight = weight
        self.ns = 0.0
        """Nanoseconds; 0.0 before the first."""

    def add(self, spent_ns: int) -> None:
        """Take in one more."""
        self.ns += (spent_ns - self.ns) * (self._weight if self.ns else 1.0)
