"""A node that configures and activates itself, and tries again when that fails."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tenet_ros.ros import api
from tenet_ros.ros.api import Clock, LifecycleNode

__all__ = ['Autostart']

RETRY_S = 5.0


class Autostart:
    """Starts a lifecycle node from its own executor, now and again until it is active.

    Args:
        node: the node.
        clock: what the attempts are timed by.
        enabled: False leaves the node to whoever calls its transitions; nothing below starts it.
        is_configured: an attempt finds nothing to do where the node is configured.
    """

    def __init__(
        self, node: LifecycleNode, clock: Clock, *, enabled: bool, is_configured: Callable[[], bool]
    ) -> None:
        self._node = node
        self._clock = clock
        self._enabled = enabled
        self._is_configured = is_configured
        self._timer: Any = None

    @property
    def outlook(self) -> str:
        """What follows a failed attempt, for the end of a line; nothing if nobody tries again."""
        return f'; trying again every {RETRY_S:g} s' if self._enabled else ''

    def begin(self) -> None:
        """Start the node as soon as it spins, or say what will."""
        if self._enabled:
            self._start_in(0.0)
        else:
            self._say_what_starts_it()

    def begin_again(self) -> None:
        """Start the node a while from now: a model may be on its way."""
        if self._enabled:
            self._start_in(RETRY_S)

    def cancel(self) -> None:
        """Give up the attempt that is due."""
        if self._timer is not None:
            self._node.destroy_timer(self._timer)
            self._timer = None

    def _start_in(self, seconds: float) -> None:
        self.cancel()
        self._timer = self._node.create_timer(seconds, self._start, clock=self._clock)

    def _start(self) -> None:
        self.cancel()
        if not self._is_configured() and not api.autostart(self._node):
            self.begin_again()

    def _say_what_starts_it(self) -> None:
        node = self._node
        if api.HAVE_RCLPY:
            name = f'{node.get_namespace().rstrip("/")}/{node.get_name()}'
            node.get_logger().info(f'waiting for: ros2 lifecycle set {name} configure')
        else:
            node.get_logger().warning(
                'autostart is false, and without ROS 2 nothing outside this process can start the '
                'node; leave autostart true, or source ROS 2'
            )
