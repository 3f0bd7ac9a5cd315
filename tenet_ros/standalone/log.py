"""Loggers with rclpy's interface and format: `[INFO] [1712.345] [node]: text`, on stderr."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable
from enum import IntEnum
from types import CodeType
from typing import Any, Final

__all__ = ['Logger', 'LoggingSeverity', 'get_logger', 'set_logger_level', 'set_rosout']


class LoggingSeverity(IntEnum):
    """Levels, with rcutils' values."""

    UNSET = 0
    DEBUG = 10
    INFO = 20
    WARN = 30
    ERROR = 40
    FATAL = 50


_COLOURS: Final = {
    LoggingSeverity.DEBUG: '\x1b[32m',
    LoggingSeverity.WARN: '\x1b[33m',
    LoggingSeverity.ERROR: '\x1b[31m',
    LoggingSeverity.FATAL: '\x1b[31m',
}
_DEFAULT_FORMAT: Final = '[{severity}] [{time}] [{name}]: {message}'

Rosout = Callable[[LoggingSeverity, str, str, CodeType, int], None]

_levels: Final[dict[str, LoggingSeverity]] = {'': LoggingSeverity.INFO}
_rosout: Final[dict[str, Rosout]] = {}
_lock: Final = threading.Lock()


def set_logger_level(name: str, level: int) -> None:
    """Set the level of a logger and its children; the empty name is the root."""
    _levels[name] = LoggingSeverity(level)


def set_rosout(name: str, publish: Rosout | None) -> None:
    """Send what the named logger and its children say to `publish` too; None stops it."""
    if publish is None:
        _rosout.pop(name, None)
    else:
        _rosout[name] = publish


class Logger:
    """A named logger; make one with `get_logger`."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._seen: dict[tuple[CodeType, int], float] = {}

    def get_child(self, name: str) -> Logger:
        """Return the logger `<this>.<name>`."""
        return get_logger(f'{self.name}.{name}' if self.name else name)

    def set_level(self, level: int) -> None:
        """Set this logger's level."""
        set_logger_level(self.name, level)

    def get_effective_level(self) -> LoggingSeverity:
        """Return the level of this logger or of the nearest parent that has one."""
        name = self.name
        while name:
            if _levels.get(name, LoggingSeverity.UNSET):
                return _levels[name]
            name = name.rpartition('.')[0]
        return _levels['']

    def is_enabled_for(self, severity: int) -> bool:
        """Say whether a message of this severity would be shown."""
        return severity >= self.get_effective_level()

    def debug(self, message: str, **options: Any) -> bool:
        """Log at DEBUG; see `log`."""
        return self._log(message, LoggingSeverity.DEBUG, **options)

    def info(self, message: str, **options: Any) -> bool:
        """Log at INFO; see `log`."""
        return self._log(message, LoggingSeverity.INFO, **options)

    def warning(self, message: str, **options: Any) -> bool:
        """Log at WARN; see `log`."""
        return self._log(message, LoggingSeverity.WARN, **options)

    def warn(self, message: str, **options: Any) -> bool:
        """Log at WARN; see `log`."""
        return self._log(message, LoggingSeverity.WARN, **options)

    def error(self, message: str, **options: Any) -> bool:
        """Log at ERROR; see `log`."""
        return self._log(message, LoggingSeverity.ERROR, **options)

    def fatal(self, message: str, **options: Any) -> bool:
        """Log at FATAL; see `log`."""
        return self._log(message, LoggingSeverity.FATAL, **options)

    def log(self, message: str, severity: int, **options: Any) -> bool:
        """Log a message.

        Args:
            message: Text.
            severity: A `LoggingSeverity`.
            options: `once=True`: only the first time from this line of code;
                `throttle_duration_sec`: at most once in that time from this line;
                `skip_first=True`: not the first time from this line.

        Returns:
            Whether it was shown.
        """
        return self._log(message, LoggingSeverity(severity), **options)

    def _log(
        self,
        message: str,
        severity: LoggingSeverity,
        *,
        once: bool = False,
        throttle_duration_sec: float | None = None,
        throttle_time_source_type: Any = None,
        skip_first: bool = False,
        name: str = '',
    ) -> bool:
        if not self.is_enabled_for(severity):
            return False
        frame = sys._getframe(2)  # noqa: SLF001, rclpy's own notion of "this line of code"
        place = (frame.f_code, frame.f_lineno)
        del throttle_time_source_type  # one steady clock serves all
        now = time.monotonic()
        last = self._seen.get(place)
        if last is None and skip_first:
            self._seen[place] = float('-inf')
            return False
        if last is not None and once:
            return False
        if last is not None and now - last < (throttle_duration_sec or 0.0):
            return False
        if once or skip_first or throttle_duration_sec:
            self._seen[place] = now
        _emit(severity, name or self.name, str(message), *place)
        return True


def _emit(severity: LoggingSeverity, name: str, message: str, code: CodeType, line: int) -> None:
    now_ns = time.time_ns()
    seconds, nanoseconds = divmod(now_ns, 10**9)
    text = os.environ.get('RCUTILS_CONSOLE_OUTPUT_FORMAT', _DEFAULT_FORMAT)
    for key, value in (
        ('{severity}', severity.name),
        ('{time}', f'{seconds}.{nanoseconds:09d}'),
        ('{time_as_nanoseconds}', str(now_ns)),
        ('{name}', name),
        ('{function_name}', code.co_name),
        ('{file_name}', code.co_filename),
        ('{line_number}', str(line)),
        ('{message}', message),
    ):
        text = text.replace(key, value)
    colour = _COLOURS.get(severity, '') if _coloured() else ''
    with _lock:
        print(f'{colour}{text}\x1b[0m' if colour else text, file=sys.stderr, flush=True)
    owner = name
    while owner:
        if publish := _rosout.get(owner):
            publish(severity, name, message, code, line)
            return
        owner = owner.rpartition('.')[0]


def _coloured() -> bool:
    wish = os.environ.get('RCUTILS_COLORIZED_OUTPUT')
    return sys.stderr.isatty() if wish not in {'0', '1'} else wish == '1'


_loggers: Final[dict[str, Logger]] = {}


def get_logger(name: str) -> Logger:
    """Return the logger of that name; names nest by dots."""
    return _loggers.setdefault(name, Logger(name))
