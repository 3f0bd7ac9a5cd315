"""Futures for `spin_until_future_complete`."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

__all__ = ['Future']


class Future:
    """A result that will be there later."""

    def __init__(self) -> None:
        self._done = threading.Event()
        self._cancelled = False
        self._result: Any = None
        self._exception: BaseException | None = None
        self._callbacks: list[Callable[[Future], Any]] = []
        self._lock = threading.Lock()

    def done(self) -> bool:
        """Say whether there is a result, an exception, or a cancellation."""
        return self._done.is_set()

    def cancelled(self) -> bool:
        """Say whether it was cancelled."""
        return self._cancelled

    def cancel(self) -> None:
        """Give up waiting."""
        self._cancelled = True
        self._finish()

    def result(self) -> Any:
        """Return the result, None before it is there; raise the exception if that was set."""
        if self._exception is not None:
            raise self._exception
        return self._result

    def exception(self) -> BaseException | None:
        """Return the exception that was set."""
        return self._exception

    def set_result(self, result: Any) -> None:
        """Set the result and call the callbacks."""
        self._result = result
        self._finish()

    def set_exception(self, exception: BaseException) -> None:
        """Set an exception and call the callbacks."""
        self._exception = exception
        self._finish()

    def add_done_callback(self, callback: Callable[[Future], Any]) -> None:
        """Have `callback` called with this future when it is done, or now if it is."""
        with self._lock:
            if not self._done.is_set():
                self._callbacks.append(callback)
                return
        callback(self)

    def _finish(self) -> None:
        with self._lock:
            self._done.set()
            callbacks, self._callbacks = self._callbacks, []
        for callback in callbacks:
            callback(self)
