"""The executor: waits in DDS until something is due, then runs one callback after another."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import TYPE_CHECKING, Any

from tenet_ros.standalone.context import Context, get_default_context
from tenet_ros.standalone.dds_wait import Guard, WaitSet
from tenet_ros.standalone.exceptions import (
    ExternalShutdownException,
    NeedsRosError,
    ShutdownException,
)
from tenet_ros.standalone.task import Future

if TYPE_CHECKING:
    from typing_extensions import Self

    from tenet_ros.standalone.node_entities import NodeEntities

__all__ = [
    'Executor',
    'MultiThreadedExecutor',
    'SingleThreadedExecutor',
    'spin',
    'spin_once',
    'spin_until_future_complete',
]


class SingleThreadedExecutor:
    """Runs the callbacks of its nodes in the thread that spins.

    Each round asks every timer, subscription, guard condition and QoS event once, in that order,
    so that none starves another; between rounds the thread sleeps inside DDS and uses no CPU.

    Args:
        context: The default one when None.
    """

    def __init__(self, *, context: Context | None = None) -> None:
        self._context = context or get_default_context()
        self._nodes: list[NodeEntities] = []
        self._lock = threading.RLock()
        self._waiting = threading.Lock()
        self._guard = Guard(self._context.participant)
        self._waitset = WaitSet(self._context.participant)
        self._round: Iterator[Callable[[], Any]] = iter(())
        self._shut_down = False
        self._context.add_executor(self)

    @property
    def context(self) -> Context:
        """The context whose shutdown ends spinning."""
        return self._context

    def add_node(self, node: NodeEntities) -> bool:
        """Run this node's callbacks from now on; False if that was so already."""
        with self._lock:
            if node in self._nodes:
                return False
            self._nodes.append(node)
        node.executor = self
        self.wake()
        return True

    def remove_node(self, node: NodeEntities) -> None:
        """Stop running this node's callbacks."""
        with self._lock:
            if node in self._nodes:
                self._nodes.remove(node)
        if node.executor is self:
            node.executor = None
        self.wake()

    def get_nodes(self) -> list[NodeEntities]:
        """Return the nodes."""
        with self._lock:
            return list(self._nodes)

    def wake(self) -> None:
        """End the present wait, because something changed. Any thread may."""
        self._guard.set()

    def shutdown(self, timeout_sec: float | None = None) -> bool:
        """End spinning and let the nodes go."""
        del timeout_sec  # one thread: nothing to wait for
        self._shut_down = True
        for node in self.get_nodes():
            self.remove_node(node)
        self.wake()
        with self._waiting:  # whoever waits was woken and does not wait again
            self._waitset.close()
            self._guard.close()
        return True

    def spin(self) -> None:
        """Run callbacks until the context or the executor is shut down.

        Raises:
            ExternalShutdownException: A signal shut the context down, at whatever moment it came.
        """
        while self._context.ok() and not self._shut_down:
            self.spin_once()
        if self._context.interrupted:
            raise ExternalShutdownException('a signal shut this process down')

    def spin_once(self, timeout_sec: float | None = None) -> None:
        """Wait for one callback and run it.

        Args:
            timeout_sec: Longest wait; None or negative for ever, 0 not at all.

        Raises:
            ExternalShutdownException: A signal shut the context down.
        """
        self._spin_once(timeout_sec, lambda: False)

    def spin_until_future_complete(self, future: Future, timeout_sec: float | None = None) -> None:
        """Run callbacks until the future is done, or for `timeout_sec`."""
        future.add_done_callback(lambda _: self.wake())
        endless = timeout_sec is None or timeout_sec < 0
        end = time.monotonic() + (0.0 if timeout_sec is None else timeout_sec)
        while self._context.ok() and not self._shut_down and not future.done():
            left = None if endless else end - time.monotonic()
            if left is not None and left <= 0:
                return
            self._spin_once(left, future.done)

    def spin_once_until_future_complete(
        self, future: Future, timeout_sec: float | None = None
    ) -> None:
        """Run one callback, unless the future is done first."""
        future.add_done_callback(lambda _: self.wake())
        self._spin_once(timeout_sec, future.done)

    def create_task(self, callback: Callable[..., Any], *args: Any, **kwargs: Any) -> Future:
        """Not supported."""
        del callback, args, kwargs
        raise NeedsRosError('Executor.create_task()', 'Here, use a timer or a guard condition.')

    def _spin_once(self, timeout_sec: float | None, enough: Callable[[], bool]) -> None:
        endless = timeout_sec is None or timeout_sec < 0
        end_ns = None if endless else time.monotonic_ns() + int((timeout_sec or 0.0) * 1e9)
        try:
            work = self._next(end_ns, enough)
        except ShutdownException:
            return
        except BaseException:
            self._round = iter(())
            raise
        if work is not None:
            work()

    def _next(self, end_ns: int | None, enough: Callable[[], bool]) -> Callable[[], Any] | None:
        waited = False
        while True:
            work = next(self._round, None)
            if work is not None or enough():
                return work
            left = None if end_ns is None else end_ns - time.monotonic_ns()
            if waited and left is not None and left <= 0:
                return None
            self._wait(left)
            waited = True
            if self._shut_down:
                raise ShutdownException
            if not self._context.ok():
                if self._context.interrupted:
                    raise ExternalShutdownException('a signal shut this process down')
                raise ShutdownException
            self._round = self._ready()

    def _wait(self, limit_ns: int | None) -> None:
        handles, waits = [self._guard.handle], [] if limit_ns is None else [limit_ns]
        for node in self.get_nodes():
            handles += node.wait_handles()
            waits += node.wait_limits_ns()
        with self._waiting:
            if self._shut_down or not self._context.ok():
                return
            self._waitset.watch(handles)
            self._waitset.wait(min(waits, default=None))
            self._guard.take()

    def _ready(self) -> Iterator[Callable[[], Any]]:
        for node in self.get_nodes():
            for entity in node.entities():
                if (work := entity.take()) is not None:
                    yield work

    def __enter__(self) -> Self:
        """Use the executor for the length of a block."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Shut it down."""
        self.shutdown()


Executor = SingleThreadedExecutor


class MultiThreadedExecutor(SingleThreadedExecutor):
    """Not supported; raises at construction."""

    def __init__(self, num_threads: int | None = None, *, context: Context | None = None) -> None:
        del num_threads, context
        raise NeedsRosError(
            'MultiThreadedExecutor',
            'Here, use SingleThreadedExecutor and a thread of your own for long work.',
        )


_global: list[SingleThreadedExecutor] = []


def _global_executor() -> SingleThreadedExecutor:
    if not _global:
        executor = SingleThreadedExecutor()
        _global.append(executor)

        def forget() -> None:
            executor.shutdown()
            _global.clear()

        executor.context.on_shutdown(forget)
    return _global[0]


def spin_once(
    node: NodeEntities,
    *,
    executor: SingleThreadedExecutor | None = None,
    timeout_sec: float | None = None,
) -> None:
    """Run one callback of the node, or wait for at most `timeout_sec`."""
    executor = executor or _global_executor()
    try:
        executor.add_node(node)
        executor.spin_once(timeout_sec=timeout_sec)
    finally:
        executor.remove_node(node)


def spin(node: NodeEntities, executor: SingleThreadedExecutor | None = None) -> None:
    """Run callbacks of the node until shutdown.

    Raises:
        ExternalShutdownException: A signal shut the context down.
    """
    executor = executor or _global_executor()
    try:
        executor.add_node(node)
        executor.spin()
    finally:
        executor.remove_node(node)


def spin_until_future_complete(
    node: NodeEntities,
    future: Future,
    executor: SingleThreadedExecutor | None = None,
    timeout_sec: float | None = None,
) -> None:
    """Run callbacks of the node until the future is done, or for `timeout_sec`."""
    executor = executor or _global_executor()
    added = executor.add_node(node)
    try:
        executor.spin_until_future_complete(future, timeout_sec)
    finally:
        if added:
            executor.remove_node(node)
