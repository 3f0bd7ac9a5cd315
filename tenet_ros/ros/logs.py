"""What the rest of the package logs, said by the node's own logger (and so on ``/rosout``)."""

from __future__ import annotations

import logging
from typing import Any

__all__ = ['NodeLogHandler']


class NodeLogHandler(logging.Handler):
    """Passes records of Python's ``logging`` on to a ROS logger.

    Args:
        logger: of the node.
    """

    def __init__(self, logger: Any) -> None:
        super().__init__()
        self._logger = logger
        self.setFormatter(logging.Formatter('%(message)s'))

    def emit(self, record: logging.LogRecord) -> None:
        """Log one record, with its traceback if it has one."""
        text = self.format(record)
        # One line for each severity: rclpy remembers the severity of every calling line, and
        # refuses another.
        if record.levelno >= logging.ERROR:
            self._logger.error(text)
        elif record.levelno >= logging.WARNING:
            self._logger.warning(text)
        elif record.levelno >= logging.INFO:
            self._logger.info(text)
        else:
            self._logger.debug(text)
