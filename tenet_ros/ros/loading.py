"""Loading the models, which may take minutes, without the node falling silent meanwhile."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

from tenet_ros.errors import EngineError
from tenet_ros.inference.progress import Progress, watching

__all__ = ['Loading', 'still_loading']


class _Closable(Protocol):
    def close(self) -> None:
        """Free it."""
        ...


LoadedT = TypeVar('LoadedT', bound=_Closable)

_TICK_S = 0.1
"""How soon a shutdown is noticed."""
_PATIENCE_S = 5.0
"""Longest wait, after a wish to stop, for the step that the loading is at."""
_THREAD = 'loading'


def still_loading() -> bool:
    """Whether a thread that nobody waits for any more is amid loading, in this process."""
    return any(thread.name == _THREAD for thread in threading.enumerate())


class Loading(Generic[LoadedT]):
    """Loads on a thread of its own, so that whoever waits for it can still speak.

    A transition has to end before the next begins, and its callback is where the executor is: the
    callback waits here, and tells what is being done as often as it likes.

    Args:
        load: returns what was loaded; told of a wish to stop by its ``Progress``.
    """

    def __init__(self, load: Callable[[], LoadedT]) -> None:
        self._load = load
        self._progress = Progress()
        self._begin_s = time.monotonic()
        self._loaded: LoadedT | None = None
        self._error: BaseException | None = None
        # A daemon: an engine's build that does not heed a wish to stop must not keep the process.
        self._thread = threading.Thread(target=self._run, name=_THREAD, daemon=True)
        self._thread.start()

    @property
    def doing(self) -> str:
        """What is being done now, and for how long anything has been; one line for a person."""
        spent_s = time.monotonic() - self._begin_s
        return f'{self._progress.text or "loading the models"} ({spent_s:.0f} s)'

    def wait(
        self, *, period_s: float, tell: Callable[[str], None], go_on: Callable[[], bool]
    ) -> LoadedT:
        """Return what was loaded, once it is.

        Args:
            period_s: time between two calls of ``tell``.
            tell: called with ``doing``.
            go_on: False breaks the loading off.

        Raises:
            EngineError: it was broken off.
            BaseException: whatever ``load`` raised.
        """
        told_s, wanted = self._begin_s, True
        try:
            while wanted and self._thread.is_alive():
                self._thread.join(_TICK_S)
                wanted = go_on()
                if wanted and time.monotonic() - told_s >= period_s:
                    told_s = time.monotonic()
                    tell(self.doing)
        except BaseException:  # Ctrl-C as well: the thread must not outlive the node
            self._break_off()
            raise
        if not wanted:
            self._break_off()
            raise EngineError('expected to load the models, got a wish to stop; start again')
        if self._error is not None:
            raise self._error
        assert self._loaded is not None
        return self._loaded

    def _run(self) -> None:
        try:
            with watching(self._progress):
                self._loaded = self._load()
        except BaseException as error:  # noqa: BLE001 - raised again by wait
            self._error = error
        if self._progress.cancelled and self._loaded is not None:
            self._loaded.close()  # nobody waits for it any more

    def _break_off(self) -> None:
        """Ask the thread to end, and free what it has loaded; what it still loads, it frees."""
        self._progress.cancel()
        self._thread.join(_PATIENCE_S)
        if self._loaded is not None:
            self._loaded.close()
