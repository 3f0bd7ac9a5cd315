"""Clocks: system, steady, and ROS time, which a simulator may drive through `/clock`."""

from __future__ import annotations

import threading
import time
import weakref
from collections.abc import Callable

from tenet_ros.standalone.times import ClockType, Time

__all__ = ['Clock', 'ROSClock']


class Clock:
    """A source of `Time`.

    Args:
        clock_type: ROS time is system time until a simulator takes over.
    """

    def __init__(self, *, clock_type: ClockType = ClockType.SYSTEM_TIME) -> None:
        self._clock_type = clock_type

    @property
    def clock_type(self) -> ClockType:
        """Which clock this is."""
        return self._clock_type

    def now(self) -> Time:
        """Return the present time of this clock."""
        steady = self._clock_type is ClockType.STEADY_TIME
        nanoseconds = time.monotonic_ns() if steady else time.time_ns()
        return Time(nanoseconds=nanoseconds, clock_type=self._clock_type)

    @property
    def runs_by_itself(self) -> bool:
        """False where waiting is pointless: somebody sets the time, and says so when it moves."""
        return True

    def on_jump(self, callback: Callable[[], None]) -> None:
        """Have a bound method called, in the thread that sets it, whenever the time is set.

        The clock does not keep the method's object alive.
        """

    def __repr__(self) -> str:
        """Show which clock."""
        return f'{type(self).__name__}(clock_type={self._clock_type.name})'


class ROSClock(Clock):
    """ROS time: the system's, or a simulator's."""

    def __init__(self) -> None:
        super().__init__(clock_type=ClockType.ROS_TIME)
        self._override_ns: int | None = None
        self._callbacks: list[weakref.WeakMethod[Callable[[], None]]] = []
        self._lock = threading.Lock()

    @property
    def ros_time_is_active(self) -> bool:
        """Whether a simulator drives this clock."""
        return self._override_ns is not None

    @property
    def runs_by_itself(self) -> bool:
        """False while a simulator drives it."""
        return self._override_ns is None

    def now(self) -> Time:
        """Return the simulator's last time, or the system's."""
        override = self._override_ns
        nanoseconds = time.time_ns() if override is None else override
        return Time(nanoseconds=nanoseconds, clock_type=ClockType.ROS_TIME)

    def set_ros_time_override(self, now: Time | None) -> None:
        """Set the time; None hands the clock back to the system."""
        self._override_ns = None if now is None else now.nanoseconds
        with self._lock:
            self._callbacks = [ref for ref in self._callbacks if ref() is not None]
            callbacks = [ref() for ref in self._callbacks]
        for callback in callbacks:
            if callback is not None:
                callback()

    def on_jump(self, callback: Callable[[], None]) -> None:
        """Have a bound method called, in the thread that sets it, whenever the time is set.

        The clock does not keep the method's object alive.
        """
        with self._lock:
            self._callbacks.append(weakref.WeakMethod(callback))
