"""A slot that keeps the newest item and counts what it dropped."""

from __future__ import annotations

import threading
from typing import Generic, TypeVar

__all__ = ['Mailbox']

ItemT = TypeVar('ItemT')


class Mailbox(Generic[ItemT]):
    """Hands the newest item from any number of writers to one reader.

    ``post`` never blocks. For every item posted exactly one of these holds: it was taken, it is
    waiting, or it was dropped.
    """

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._items: list[ItemT] = []
        self._dropped = 0
        self._closed = False

    def post(self, item: ItemT) -> bool:
        """Leave ``item`` for the reader, in place of one that still waits.

        Returns:
            Whether an item was dropped: an older one, or this one if the mailbox is closed.
        """
        with self._condition:
            full = bool(self._items) or self._closed
            self._dropped += full
            if not self._closed:
                self._items[:] = [item]
                self._condition.notify()
            return full

    def take(self, timeout_s: float | None = None) -> ItemT | None:
        """Wait for an item and remove it.

        Returns:
            The newest item; None once the mailbox is closed, or after ``timeout_s``.
        """
        with self._condition:
            self._condition.wait_for(lambda: self._items or self._closed, timeout_s)
            return self._items.pop() if self._items else None

    def peek(self) -> ItemT | None:
        """Return the item that waits, and leave it there; None where none does."""
        with self._condition:
            return self._items[0] if self._items else None

    def close(self) -> int:
        """Wake the reader for good; later posts are dropped.

        Returns:
            How many items still waited, and are dropped now: 0 or 1.
        """
        with self._condition:
            self._closed = True
            waiting = len(self._items)
            self._dropped += waiting
            self._items.clear()
            self._condition.notify_all()
            return waiting

    @property
    def closed(self) -> bool:
        """Whether ``close`` was called."""
        return self._closed

    @property
    def dropped(self) -> int:
        """How many items were posted and will never be taken."""
        with self._condition:
            return self._dropped
