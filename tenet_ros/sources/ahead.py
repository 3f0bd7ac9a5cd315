"""Frames made before they are due, in a thread of their own."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from queue import Empty, Full, Queue
from threading import Event, Thread

from tenet_ros.sources.frame import SourceFrame

__all__ = ['Ahead', 'Frames']

Frames = Generator[SourceFrame, None, None]

AHEAD = 24
"""Frames that wait at most: enough for a hiccup, and no more memory than a second of them."""
POLL_S = 0.1


class Ahead:
    """Runs an iterator in a thread, a little ahead of whoever takes from it.

    Args:
        produce: makes the iterator, in the thread.
        name: of the thread.
    """

    def __init__(self, produce: Callable[[], Frames], name: str) -> None:
        self._queue: Queue[SourceFrame | BaseException | None] = Queue(AHEAD)
        self._stopped = Event()
        self._produce = produce
        self._thread = Thread(target=self._run, name=name, daemon=True)

    def frames(self) -> Iterator[SourceFrame]:
        """Yield what the thread makes, and raise what it raises."""
        self._thread.start()
        while not self._stopped.is_set():
            try:
                made = self._queue.get(timeout=POLL_S)
            except Empty:
                continue
            if made is None:
                return
            if isinstance(made, BaseException):
                raise made
            yield made

    def stop(self) -> None:
        """End the thread and wait for it."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        last: BaseException | None = None
        try:
            with closing(self._produce()) as produced:
                for frame in produced:
                    if not self._put(frame):
                        return
        except BaseException as error:  # noqa: BLE001 - raised again where the frames are taken
            last = error
        self._put(last)

    def _put(self, made: SourceFrame | BaseException | None) -> bool:
        """Hand something over; False when nobody takes it any more."""
        while not self._stopped.is_set():
            try:
                self._queue.put(made, timeout=POLL_S)
            except Full:
                continue
            return True
        return False
