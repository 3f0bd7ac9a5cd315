"""What went wrong with what came in: counted always, said once in a while."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

__all__ = ['Notices']

REPEAT_S = 30.0
"""The same line is not said again sooner."""
ANOTHER_S = 2.0
"""Another line of the same kind is not said sooner."""
REMEMBERED = 16
"""Lines of one kind to know again."""


@dataclass(slots=True, eq=False)
class _Line:
    """When a line was said, and how often it came since."""

    said_s: float
    unsaid: int = 0


@dataclass(slots=True, eq=False)
class _Kind:
    """How often a kind came, when it was last spoken of, and its newest lines."""

    count: int = 0
    spoke_s: float = -math.inf
    lines: dict[str, _Line] = field(default_factory=dict)

    def take(self, text: str, now_s: float) -> str:
        """Count one more; return what to say now, or nothing."""
        self.count += 1
        line = self.lines.get(text)
        if line is not None:
            line.unsaid += 1
        early = line is not None and now_s - line.said_s < REPEAT_S
        if early or now_s - self.spoke_s < ANOTHER_S:
            return ''
        self.lines.pop(text, None)
        self.lines[text] = _Line(said_s=now_s)
        if len(self.lines) > REMEMBERED:
            del self.lines[next(iter(self.lines))]
        self.spoke_s = now_s
        return text if line is None else f'{text} ({line.unsaid} times since this was last said)'


class Notices:
    """Counts every kind of bad input; logs what is new about it, and repeats it now and then.

    A line is repeated after 30 seconds at the soonest. Whoever has mended one fault and made
    another of the same kind hears of that one too; but no kind speaks twice within two seconds,
    whatever numbers its lines carry. Any thread may report.

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
        self._kinds: dict[str, _Kind] = {}

    def report(self, kind: str, text: str) -> None:
        """Count one more of ``kind``, and log ``text`` if it is time.

        Args:
            kind: a few words joined by underscores; the counter's name in diagnostics.
            text: what was expected, what came, what to do.
        """
        now_s = self._clock_s()
        with self._lock:
            line = self._kinds.setdefault(kind, _Kind()).take(text, now_s)
        if line:
            self._warn(line)

    @property
    def counts(self) -> Mapping[str, int]:
        """How often each kind came, since the start."""
        with self._lock:
            return {kind: known.count for kind, known in self._kinds.items()}
