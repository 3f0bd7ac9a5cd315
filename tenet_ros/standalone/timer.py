"""Timers and guard conditions."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from tenet_ros.standalone.clock import Clock

__all__ = ['GuardCondition', 'Timer']

_NS_PER_S = 10**9


class Timer:
    """Calls back periodically; made by `Node.create_timer`.

    A clock that runs by itself is measured with the steady clock, so that setting the system's
    time neither stops a timer nor makes it run wild.

    Args:
        callback: Called without arguments.
        period_ns: Zero means at every turn of the executor.
        clock: What it follows.
        wake: Wakes the executor, after a change that makes it wait for less.
        autostart: Otherwise it starts at `reset`.
    """

    def __init__(
        self,
        callback: Callable[[], Any],
        period_ns: int,
        clock: Clock,
        wake: Callable[[], None],
        *,
        autostart: bool = True,
    ) -> None:
        if period_ns < 0:
            raise ValueError(f'timer period: expected 0 or more, got {period_ns} ns')
        self.callback = callback
        self.clock = clock
        self.timer_period_ns = period_ns
        self._wake = wake
        self._canceled = not autostart
        self._lock = threading.Lock()
        self._self_running = clock.runs_by_itself
        self._due_ns = self._now_ns() + period_ns
        clock.on_jump(self._jumped)

    def _now_ns(self) -> int:
        return time.monotonic_ns() if self._self_running else self.clock.now().nanoseconds

    def _jumped(self) -> None:
        with self._lock:
            if self._self_running != self.clock.runs_by_itself:
                self._self_running = self.clock.runs_by_itself
                self._due_ns = self._now_ns() + self.timer_period_ns
            now = self._now_ns()
            self._due_ns = min(self._due_ns, now + self.timer_period_ns)  # time went back
        self._wake()

    def take(self) -> Callable[[], Any] | None:
        """Return the callback if it is due, and set the next time; periods missed are skipped."""
        with self._lock:
            now = self._now_ns()
            if self._canceled or now < self._due_ns:
                return None
            self._due_ns += self.timer_period_ns
            if self._due_ns < now and self.timer_period_ns:
                behind = now - self._due_ns
                self._due_ns += (behind // self.timer_period_ns + 1) * self.timer_period_ns
            return self.callback

    def wait_ns(self) -> int | None:
        """How long a wait for this timer may last; None: until its clock is set or for ever."""
        with self._lock:
            if self._canceled:
                return None
            left = max(0, self._due_ns - self._now_ns())
            return left if self._self_running or not left else None

    def is_ready(self) -> bool:
        """Say whether the callback is due."""
        return not self._canceled and self._now_ns() >= self._due_ns

    def time_until_next_call(self) -> int | None:
        """Nanoseconds until the callback is due, negative if it is late; None when cancelled."""
        return None if self._canceled else self._due_ns - self._now_ns()

    def cancel(self) -> None:
        """Stop calling back until `reset`."""
        self._canceled = True

    def is_canceled(self) -> bool:
        """Say whether it was cancelled."""
        return self._canceled

    def reset(self) -> None:
        """Start a whole period from now."""
        with self._lock:
            self._due_ns = self._now_ns() + self.timer_period_ns
            self._canceled = False
        self._wake()

    def destroy(self) -> None:
        """Stop for good."""
        self._canceled = True


class GuardCondition:
    """Calls back once after `trigger`; made by `Node.create_guard_condition`."""

    def __init__(self, callback: Callable[[], Any], wake: Callable[[], None]) -> None:
        self.callback = callback
        self._wake = wake
        self._triggered = threading.Event()

    def trigger(self) -> None:
        """Have the executor call back soon. Any thread may."""
        self._triggered.set()
        self._wake()

    def take(self) -> Callable[[], Any] | None:
        """Return the callback if it is due."""
        if not self._triggered.is_set():
            return None
        self._triggered.clear()
        return self.callback

    def destroy(self) -> None:
        """Forget a trigger."""
        self._triggered.clear()
