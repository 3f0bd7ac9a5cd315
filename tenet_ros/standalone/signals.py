"""SIGINT and SIGTERM while the main thread waits inside DDS.

Python runs signal handlers between bytecodes of the main thread, and that thread is in C, waiting
for a message. The C-level handler, however, writes a byte to a file descriptor at once; a thread
reads it and wakes the executors, and then the handlers run.
"""

from __future__ import annotations

import signal
import socket
import threading
import weakref
from collections.abc import Callable
from enum import IntFlag
from types import FrameType
from typing import Any, Final, Protocol

__all__ = [
    'SignalHandlerOptions',
    'install_signal_handlers',
    'uninstall_signal_handlers',
    'watch',
]


class SignalHandlerOptions(IntFlag):
    """Which signals to handle."""

    NO = 0
    SIGINT = 1
    SIGTERM = 2
    ALL = 3


class _Interruptible(Protocol):
    def interrupt(self) -> None: ...
    def wake(self) -> None: ...
    def ok(self) -> bool: ...


_watched: Final[weakref.WeakSet[_Interruptible]] = weakref.WeakSet()
_previous: Final[dict[int, Any]] = {}
_wakeup: list[tuple[socket.socket, int]] = []


def watch(context: _Interruptible) -> None:
    """Have signals interrupt this context from now on."""
    _watched.add(context)


def _handle(number: int, frame: FrameType | None) -> None:
    for context in list(_watched):
        if context.ok():
            context.interrupt()
    previous: Callable[[int, FrameType | None], Any] | int | None = _previous.get(number)
    if callable(previous):  # for SIGINT this is what raises KeyboardInterrupt
        previous(number, frame)


def _wake_on_signals(receiver: socket.socket) -> None:
    with receiver:
        while receiver.recv(64):
            for context in list(_watched):
                context.wake()


def install_signal_handlers(options: SignalHandlerOptions = SignalHandlerOptions.ALL) -> None:
    """Handle the chosen signals; only the main thread may, elsewhere this does nothing."""
    if threading.current_thread() is not threading.main_thread():
        return
    for number, flag in (
        (signal.SIGINT, SignalHandlerOptions.SIGINT),
        (signal.SIGTERM, SignalHandlerOptions.SIGTERM),
    ):
        if options & flag and number not in _previous:
            _previous[number] = signal.signal(number, _handle)
    if options and not _wakeup:
        receiver, sender = socket.socketpair()
        sender.setblocking(False)
        before = signal.set_wakeup_fd(sender.fileno(), warn_on_full_buffer=False)
        _wakeup.append((sender, before))
        threading.Thread(
            target=_wake_on_signals, args=(receiver,), name='ros-signals', daemon=True
        ).start()


def uninstall_signal_handlers() -> None:
    """Put the handlers back that were there before."""
    if threading.current_thread() is not threading.main_thread():
        return
    while _previous:
        number, handler = _previous.popitem()
        signal.signal(number, signal.SIG_DFL if handler is None else handler)
    while _wakeup:
        sender, before = _wakeup.pop()
        signal.set_wakeup_fd(before)
        sender.close()
