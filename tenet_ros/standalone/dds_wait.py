"""Waiting inside DDS, without the interpreter's lock, until something is due."""

from __future__ import annotations

import ctypes as ct
from collections.abc import Iterable

from tenet_ros.standalone._cyclone import INFINITY, check, dds
from tenet_ros.standalone.dds_entity import DdsEntity

__all__ = ['Guard', 'WaitSet']


class Guard(DdsEntity):
    """A flag that wakes a wait set from any thread."""

    def __init__(self, participant: DdsEntity) -> None:
        super().__init__(
            check(dds.dds_create_guardcondition(participant.handle), 'creating a guard condition')
        )

    def set(self) -> None:
        """Raise the flag."""
        if self._handle:
            dds.dds_set_guardcondition(self._handle, True)

    def take(self) -> bool:
        """Return the flag and lower it."""
        raised = ct.c_bool()
        dds.dds_take_guardcondition(self._handle, ct.byref(raised))
        return raised.value


class WaitSet(DdsEntity):
    """Blocks until an attached condition is raised, without the interpreter's lock."""

    def __init__(self, participant: DdsEntity) -> None:
        super().__init__(check(dds.dds_create_waitset(participant.handle), 'creating a wait set'))
        self._attached: set[int] = set()

    def watch(self, handles: Iterable[int]) -> None:
        """Attach exactly these handles (guards, read conditions, endpoints with events)."""
        wanted = {handle for handle in handles if handle}
        for handle in self._attached - wanted:
            dds.dds_waitset_detach(self._handle, handle)  # gone already: nothing to do
        for handle in wanted - self._attached:
            if dds.dds_waitset_attach(self._handle, handle, handle) < 0:
                wanted.discard(handle)  # deleted meanwhile by another thread
        self._attached = wanted

    def wait(self, timeout_ns: int | None) -> None:
        """Block until a condition is raised, or for `timeout_ns` (None: for ever)."""
        limit = INFINITY if timeout_ns is None else max(0, timeout_ns)
        check(dds.dds_waitset_wait(self._handle, None, 0, limit), 'waiting')
