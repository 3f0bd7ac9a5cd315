"""A short-lived ROS node for a subcommand, and what every subcommand waits for."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tenet_ros.errors import ConfigError

if TYPE_CHECKING:
    from tenet_ros.ros.api import Node

__all__ = ['POLL_S', 'client_node', 'full_name', 'spin_until']

POLL_S = 0.1
"""Longest time between two looks at a condition; Ctrl-C waits no longer either."""


@contextmanager
def client_node(name: str, ros_args: Sequence[str]) -> Iterator[Node]:
    """Provide a node of a process of its own, and end ROS in this process afterwards.

    Args:
        name: what the node is for; the process id is appended, since names should differ.
        ros_args: of the command line, beginning with ``--ros-args``; may be empty.

    Raises:
        ConfigError: neither rclpy nor the standalone runtime imports, or ``ros_args`` are wrong.
        KeyboardInterrupt: a signal ended the wait.
    """
    try:
        from tenet_ros.ros import api
    except ImportError as error:
        raise ConfigError(str(error)) from error
    api.init(args=list(ros_args))
    try:
        node = api.Node(f'tenet_{name}_{os.getpid()}')
        try:
            yield node
        finally:
            node.destroy_node()
    except api.ExternalShutdownException as error:
        raise KeyboardInterrupt from error
    finally:
        api.try_shutdown()


def spin_until(node: Node, done: Callable[[], bool], timeout_s: float) -> bool:
    """Run the node's callbacks until ``done()`` or the time is over; return ``done()``."""
    from tenet_ros.ros import api

    end = time.monotonic() + timeout_s
    while not done():
        left = end - time.monotonic()
        if left <= 0:
            return False
        api.spin_once(node, timeout_sec=min(POLL_S, left))
    return True


def full_name(node: str) -> str:
    """Return a node's name with its leading slash.

    >>> full_name('tenet'), full_name('/robot/tenet')
    ('/tenet', '/robot/tenet')
    """
    return node if node.startswith('/') else f'/{node}'
