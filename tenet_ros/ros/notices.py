"""What went wrong with what came in: counted always, said once in a while."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping

__all__ = ['Notices']

REPEAT_S = 30.0


class Notices:
    """Counts every kind of bad input and logs each kind's first, then at most one in 30 seconds.

    Any thread may report.

    Args:
        warn: writes one line to the log.
        clock_s: monotonic seconds.
    """

    def __init__(
        self, warn: Callable[[str], object], clock_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._warn = warn
        self._clock_s = clock_s
        self._lock = threading.Lock()
        self._counts: dict[str, int] = {}
        self._said: dict[str, tuple[float, int]] = {}

    def report(self, kind: str, text: str) -> None:
        """Count one more of ``kind``, and log ``text`` if it is time.

        Args:
            kind: a few words joined by underscores; the counter's name in diagnostics.
            text: what was expected, what came, what to do.
        """
        now = self._clock_s()
        with self._lock:
            count = self._counts[kind] = self._counts.get(kind, 0) + 1
            last, said = self._said.get(kind, (now - REPEAT_S, 0))
            if now - last < REPEAT_S:
                return
            self._said[kind] = (now, count)
        more = f' ({count - said} times since this was last said)' if said else ''
        self._warn(text + more)

    @property
    def counts(self) -> Mapping[str, int]:
        """How often each kind came, since the start."""
        with self._lock:
            return dict(self._counts)
