"""The life of the ROS side of a process: `init`, `ok`, `shutdown`."""

from __future__ import annotations

import atexit
import sys
import threading
import weakref
from collections.abc import Callable, Sequence
from typing import Final, Protocol

from tenet_ros.standalone import signals
from tenet_ros.standalone.arguments import RosArguments
from tenet_ros.standalone.dds import Participant
from tenet_ros.standalone.domain import (
    Discovery,
    close_domain,
    domain_id_from_environment,
    open_domain,
)
from tenet_ros.standalone.exceptions import MiddlewareError, NotInitializedException
from tenet_ros.standalone.graph import Graph
from tenet_ros.standalone.log import set_logger_level
from tenet_ros.standalone.signals import SignalHandlerOptions

__all__ = ['Context', 'get_default_context', 'init', 'ok', 'shutdown', 'try_shutdown']


class _Wakeable(Protocol):
    def wake(self) -> None: ...


class Context:
    """One participation in a ROS domain; most programs use the default one.

    DDS stays open after `shutdown` until the last node is destroyed, so that a node can still say
    goodbye; the interpreter's exit closes what is left.
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._participant: Participant | None = None
        self._graph: Graph | None = None
        self._domain_id = 0
        self._valid = False
        self._nodes = 0
        self._callbacks: list[Callable[[], None]] = []
        self._executors: weakref.WeakSet[_Wakeable] = weakref.WeakSet()
        self.arguments = RosArguments()
        self.interrupted = False

    def init(self, args: Sequence[str] | None = None, *, domain_id: int | None = None) -> None:
        """Join the domain.

        Args:
            args: Command line; `sys.argv` when None.
            domain_id: ROS_DOMAIN_ID when None.

        Raises:
            RosArgumentError: A ROS argument or environment variable that is not understood.
            MiddlewareError: Initialised already, or DDS refuses.
        """
        with self._lock:
            if self._valid:
                raise MiddlewareError('init: this context is initialised already')
            self._close()
            self.arguments = RosArguments.parse(sys.argv if args is None else args)
            for name, level in self.arguments.log_levels.items():
                set_logger_level(name, level)
            wanted = domain_id_from_environment() if domain_id is None else domain_id
            open_domain(wanted, Discovery.from_environment().to_cyclone())
            self._domain_id = wanted
            try:
                enclave = f'enclave={self.arguments.enclave};'.encode()
                self._participant = Participant(wanted, enclave)
            except MiddlewareError:
                close_domain(wanted)
                raise
            self._graph = Graph(self._participant)
            self._valid, self.interrupted = True, False
        signals.watch(self)
        atexit.register(self._at_exit)

    def ok(self) -> bool:
        """Say whether `init` was called and no shutdown since."""
        return self._valid

    def shutdown(self) -> None:
        """End spinning and forbid new nodes.

        Raises:
            MiddlewareError: Shut down already, or never initialised.
        """
        if not self.try_shutdown():
            raise MiddlewareError('shutdown: this context is not initialised')

    def try_shutdown(self) -> bool:
        """Shut down unless that was done; say whether it was done now."""
        with self._lock:
            was_valid, self._valid = self._valid, False
            callbacks, self._callbacks = self._callbacks, []
        for callback in callbacks:
            callback()
        self.wake()
        with self._lock:
            if not self._valid and not self._nodes:
                self._close()
        return was_valid

    def interrupt(self) -> None:
        """Shut down from a signal handler: spinning ends with ExternalShutdownException."""
        self.interrupted, self._valid = True, False
        self.wake()

    def wake(self) -> None:
        """Wake every executor of this context."""
        for executor in list(self._executors):
            executor.wake()

    def on_shutdown(self, callback: Callable[[], None]) -> None:
        """Have `callback` called once, at `shutdown`."""
        with self._lock:
            self._callbacks.append(callback)

    def add_executor(self, executor: _Wakeable) -> None:
        """Keep an executor informed; it is forgotten when nobody else holds it."""
        self._executors.add(executor)

    @property
    def participant(self) -> Participant:
        """This context in DDS.

        Raises:
            NotInitializedException: `init` was not called.
        """
        if self._participant is None:
            raise NotInitializedException('rclpy.init() has not been called, or all was shut down')
        return self._participant

    @property
    def graph(self) -> Graph:
        """Who is on the domain.

        Raises:
            NotInitializedException: `init` was not called.
        """
        if self._graph is None:
            raise NotInitializedException('rclpy.init() has not been called, or all was shut down')
        return self._graph

    def get_domain_id(self) -> int:
        """Return the ROS domain id."""
        return self._domain_id

    def add_node(self) -> None:
        """Count a node; DDS stays open for it."""
        with self._lock:
            self._nodes += 1

    def remove_node(self) -> None:
        """Count a node off; the last one after a shutdown closes DDS."""
        with self._lock:
            self._nodes -= 1
            if not self._valid and not self._nodes:
                self._close()

    def _close(self) -> None:
        participant, graph = self._participant, self._graph
        self._participant = self._graph = None
        if participant is None or graph is None:
            return
        graph.close()
        participant.close()
        close_domain(self._domain_id)

    def _at_exit(self) -> None:
        self.try_shutdown()
        with self._lock:
            self._close()


_default: Final = Context()


def get_default_context() -> Context:
    """Return the context that is used where none is given."""
    return _default


def init(
    *,
    args: Sequence[str] | None = None,
    context: Context | None = None,
    domain_id: int | None = None,
    signal_handler_options: SignalHandlerOptions | None = None,
) -> None:
    """Initialise ROS communication; see `Context.init`.

    SIGINT then raises KeyboardInterrupt in the main thread, SIGTERM makes spinning raise
    ExternalShutdownException; both leave `ok()` False.
    """
    context = context or _default
    context.init(args, domain_id=domain_id)
    if signal_handler_options is None:
        default = context is _default
        signal_handler_options = SignalHandlerOptions.ALL if default else SignalHandlerOptions.NO
    signals.install_signal_handlers(signal_handler_options)


def ok(*, context: Context | None = None) -> bool:
    """Say whether the context is usable."""
    return (context or _default).ok()


def shutdown(*, context: Context | None = None, uninstall_handlers: bool | None = None) -> None:
    """Shut the context down.

    Raises:
        MiddlewareError: Shut down already.
    """
    (context or _default).shutdown()
    if uninstall_handlers or (uninstall_handlers is None and context in {None, _default}):
        signals.uninstall_signal_handlers()


def try_shutdown(*, context: Context | None = None, uninstall_handlers: bool | None = None) -> None:
    """Shut the context down unless that was done."""
    (context or _default).try_shutdown()
    if uninstall_handlers or (uninstall_handlers is None and context in {None, _default}):
        signals.uninstall_signal_handlers()
