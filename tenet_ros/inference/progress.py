"""What is being loaded or built, told to whoever watches, and broken off when they say so.

Building an engine takes minutes, deep below whoever waits for it: the watcher is therefore ambient
(a context variable), and code that nobody watches tells its progress to the log alone.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import final

from tenet_ros.errors import EngineError

__all__ = ['Progress', 'current', 'watching']

_log = logging.getLogger(__name__)


@final
class Progress:
    """The newest line of progress, and the wish to stop. Any thread may use it."""

    def __init__(self) -> None:
        self._text = ''
        self._stop = threading.Event()

    @property
    def text(self) -> str:
        """What is being done now; '' before anything was told."""
        return self._text

    @property
    def cancelled(self) -> bool:
        """Whether whoever watches wants no more of it."""
        return self._stop.is_set()

    def tell(self, text: str, *, log: bool = True) -> None:
        """Say what is being done.

        Args:
            text: one line for a person.
            log: False for what comes many times a second.
        """
        self._text = text
        if log:
            _log.info(text)

    def cancel(self) -> None:
        """Ask for an end: long work breaks off at its next step with an EngineError."""
        self._stop.set()

    def pause(self, seconds: float) -> None:
        """Wait, unless cancelled.

        Raises:
            EngineError: cancelled, before or meanwhile.
        """
        if self._stop.wait(seconds):
            raise EngineError(f'expected to finish ({self._text}), got a wish to stop; start again')


_CURRENT: ContextVar[Progress | None] = ContextVar('tenet_ros_progress', default=None)


def current() -> Progress:
    """Return the watcher of this context, or one that nobody looks at."""
    return _CURRENT.get() or Progress()


@contextmanager
def watching(progress: Progress) -> Iterator[Progress]:
    """Have ``progress`` told what happens in this context."""
    token = _CURRENT.set(progress)
    try:
        yield progress
    finally:
        _CURRENT.reset(token)
