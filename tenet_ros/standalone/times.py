"""`Time` and `Duration`, whole nanoseconds, in rclpy's shape."""

from __future__ import annotations

from enum import IntEnum
from functools import total_ordering
from typing import Any

__all__ = ['ClockType', 'Duration', 'Time']

_NS_PER_S = 10**9


class ClockType(IntEnum):
    """Which clock a `Time` was read from."""

    UNINITIALIZED = 0
    ROS_TIME = 1
    SYSTEM_TIME = 2
    STEADY_TIME = 3


def _message(type_name: str, nanoseconds: int) -> Any:
    from tenet_ros.standalone.messages import message

    seconds, remainder = divmod(nanoseconds, _NS_PER_S)
    return message(type_name)(sec=seconds, nanosec=remainder)


@total_ordering
class Duration:
    """A length of time.

    Args:
        seconds: Added to `nanoseconds`.
        nanoseconds: May be negative.
    """

    __slots__ = ('_nanoseconds',)

    def __init__(self, *, seconds: float = 0, nanoseconds: int = 0) -> None:
        self._nanoseconds = int(seconds * _NS_PER_S) + int(nanoseconds)

    @property
    def nanoseconds(self) -> int:
        """Whole length in nanoseconds."""
        return self._nanoseconds

    def to_msg(self) -> Any:
        """Return a `builtin_interfaces/msg/Duration`."""
        return _message('builtin_interfaces/msg/Duration', self._nanoseconds)

    @classmethod
    def from_msg(cls, msg: Any) -> Duration:
        """Read a `builtin_interfaces/msg/Duration`."""
        return cls(nanoseconds=msg.sec * _NS_PER_S + msg.nanosec)

    def __repr__(self) -> str:
        """Show the length."""
        return f'Duration(nanoseconds={self._nanoseconds})'

    def __hash__(self) -> int:
        """Agree with equality."""
        return hash(self._nanoseconds)

    def __eq__(self, other: object) -> bool:
        """Compare lengths."""
        if not isinstance(other, Duration):
            return NotImplemented
        return self._nanoseconds == other._nanoseconds

    def __lt__(self, other: Duration) -> bool:
        """Compare lengths."""
        return self._nanoseconds < other._nanoseconds


@total_ordering
class Time:
    """A point on a clock.

    Args:
        seconds: Added to `nanoseconds`.
        nanoseconds: Since the clock's epoch; not negative.
        clock_type: Times of different clocks do not compare.
    """

    __slots__ = ('_nanoseconds', 'clock_type')

    def __init__(
        self,
        *,
        seconds: float = 0,
        nanoseconds: int = 0,
        clock_type: ClockType = ClockType.SYSTEM_TIME,
    ) -> None:
        total = int(seconds * _NS_PER_S) + int(nanoseconds)
        if total < 0:
            raise ValueError(f'Time: expected nanoseconds >= 0, got {total}')
        self._nanoseconds = total
        self.clock_type = clock_type

    @property
    def nanoseconds(self) -> int:
        """Nanoseconds since the clock's epoch."""
        return self._nanoseconds

    def seconds_nanoseconds(self) -> tuple[int, int]:
        """Return whole seconds and the nanoseconds that remain."""
        return divmod(self._nanoseconds, _NS_PER_S)

    def to_msg(self) -> Any:
        """Return a `builtin_interfaces/msg/Time`."""
        return _message('builtin_interfaces/msg/Time', self._nanoseconds)

    @classmethod
    def from_msg(cls, msg: Any, clock_type: ClockType = ClockType.ROS_TIME) -> Time:
        """Read a `builtin_interfaces/msg/Time`."""
        return cls(nanoseconds=msg.sec * _NS_PER_S + msg.nanosec, clock_type=clock_type)

    def __repr__(self) -> str:
        """Show the point and the clock."""
        return f'Time(nanoseconds={self._nanoseconds}, clock_type={self.clock_type.name})'

    def __hash__(self) -> int:
        """Agree with equality."""
        return hash((self._nanoseconds, self.clock_type))

    def __add__(self, other: Duration) -> Time:
        """Return the point a while later."""
        return Time(nanoseconds=self._nanoseconds + other.nanoseconds, clock_type=self.clock_type)

    def __sub__(self, other: Any) -> Any:
        """Time - Time is a Duration; Time - Duration is a Time."""
        if isinstance(other, Time):
            self._same_clock(other)
            return Duration(nanoseconds=self._nanoseconds - other._nanoseconds)
        return Time(nanoseconds=self._nanoseconds - other.nanoseconds, clock_type=self.clock_type)

    def _same_clock(self, other: Time) -> None:
        if self.clock_type != other.clock_type:
            raise TypeError(
                f'times of different clocks: {self.clock_type.name} and {other.clock_type.name}'
            )

    def __eq__(self, other: object) -> bool:
        """Compare points of one clock; TypeError for two clocks."""
        if not isinstance(other, Time):
            return NotImplemented
        self._same_clock(other)
        return self._nanoseconds == other._nanoseconds

    def __lt__(self, other: Time) -> bool:
        """Compare points of one clock; TypeError for two clocks."""
        self._same_clock(other)
        return self._nanoseconds < other._nanoseconds
