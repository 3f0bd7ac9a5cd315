"""The topics of a running node, into a scene."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any

from tenet_ros.cli.session import POLL_S, spin_until
from tenet_ros.cli.view_scene import Scene
from tenet_ros.cli.view_topics import OUTPUTS, Topic, camera_topics
from tenet_ros.ros import api

__all__ = ['Ears']

DEPTH = 30
"""Messages that may wait: a second of the camera's."""


class Ears:
    """Subscribes to what a node publishes, and to its camera once the node has named it.

    Args:
        node: runs the callbacks.
        scene: shows what comes.
        target: fully qualified name of the watched node.
        image: topic of the images, in place of the node's own.
        depth: topic of registered depth.
    """

    def __init__(
        self, node: api.Node, scene: Scene, target: str, *, image: str | None, depth: str | None
    ) -> None:
        self._node, self._scene, self._target = node, scene, target
        self._sees = image is not None
        for topic in (*OUTPUTS, *camera_topics(image, depth)):
            self._subscribe(topic)

    def spin(self, duration_s: float | None) -> None:
        """Show what comes for a while, or for ever."""
        end = time.monotonic() + (math.inf if duration_s is None else duration_s)
        while (left := end - time.monotonic()) > 0:
            spin_until(self._node, lambda: False, min(left, POLL_S))
            if not self._sees and self._scene.image_topic:
                self._sees = True
                for topic in camera_topics(self._scene.image_topic, None):
                    self._subscribe(topic)

    def _subscribe(self, topic: Topic) -> None:
        best_effort, latched = (
            api.ReliabilityPolicy.BEST_EFFORT,
            api.DurabilityPolicy.TRANSIENT_LOCAL,
        )
        profile = api.QoSProfile(
            depth=DEPTH,
            reliability=best_effort if topic.best_effort else api.ReliabilityPolicy.RELIABLE,
            durability=latched if topic.latched else api.DurabilityPolicy.VOLATILE,
        )
        self._node.create_subscription(
            api.msg(topic.type_name), topic.of(self._target), self._shower(topic.part), profile
        )

    def _shower(self, part: str) -> Callable[[Any], None]:
        def show(message: Any) -> None:
            self._scene.take(part, message, time.time_ns())

        return show
