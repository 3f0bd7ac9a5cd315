"""Playing at a rate without drift."""

from __future__ import annotations

import time
from collections.abc import Callable

__all__ = ['MOST_LAG_NS', 'LateNotice', 'Pacer']

MOST_LAG_NS = 250_000_000
"""A source that falls further behind than this does not try to catch up what it lost."""


NOTICE_NS = 5_000_000_000
FEW_LATE = 3
"""A hiccup, such as the first pictures of a clip, is not worth a line."""


class Pacer:
    """Waits for deadlines that are counted from the start, so that errors do not add up.

    A frame that is late is due at once: nothing is left out. When the schedule is missed by more
    than ``MOST_LAG_NS`` it is moved, since a burst of old frames is not what a camera does.

    Args:
        clock_ns: monotonic.
        sleep: seconds.
    """

    def __init__(
        self,
        clock_ns: Callable[[], int] = time.monotonic_ns,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self._clock_ns = clock_ns
        self._sleep = sleep
        self._zero_ns: int | None = None
        self.late = 0
        """Frames that were due more than a millisecond before they could be shown."""
        self.moved_ns = 0
        """By how much the schedule was moved, in all."""

    def shown_ns(self, due_ns: int) -> int:
        """Return the clock's time for which ``due_ns`` is scheduled; after the first ``wait``."""
        return (self._zero_ns or 0) + due_ns

    def wait(self, due_ns: int) -> None:
        """Return when ``due_ns`` has passed since the first call's own ``due_ns``."""
        now_ns = self._clock_ns()
        if self._zero_ns is None:
            self._zero_ns = now_ns - due_ns
        left_ns = self._zero_ns + due_ns - now_ns
        if left_ns > 0:
            self._sleep(left_ns / 1e9)
            return
        self.late += left_ns < -1_000_000
        if left_ns < -MOST_LAG_NS:
            self.moved_ns -= left_ns
            self._zero_ns -= left_ns


class LateNotice:
    """Says every few seconds how many frames were late in them, where that was more than a few.

    Args:
        pacer: counts them.
        say: takes one line.
        clock_ns: monotonic.
    """

    def __init__(
        self,
        pacer: Pacer,
        say: Callable[[str], object],
        clock_ns: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        self._pacer = pacer
        self._say = say
        self._clock_ns = clock_ns
        self._counted = 0
        self._next_ns = clock_ns() + NOTICE_NS

    def look(self) -> None:
        """Say it if it is time."""
        now_ns = self._clock_ns()
        if now_ns < self._next_ns:
            return
        late = self._pacer.late - self._counted
        if late > FEW_LATE:
            self._say(f'{late} frames late, {self._pacer.late} in all: this machine is too slow')
        self._counted = self._pacer.late
        self._next_ns = now_ns + NOTICE_NS
