"""Subscriptions: images and calibration in, commands in; whatever is wrong with them stays here."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Mapping
from typing import Any

from tenet_ros.errors import ConfigError
from tenet_ros.images import BadImage
from tenet_ros.ros.api import (
    CameraInfo,
    CompressedImage,
    Image,
    LifecycleNode,
    QoSOverridingOptions,
    QoSProfile,
    ReliabilityPolicy,
    String,
    Subscription,
)
from tenet_ros.ros.convert import frame_of_compressed, frame_of_image
from tenet_ros.ros.notices import Notices
from tenet_ros.ros.outputs import BAD_OVERRIDE
from tenet_ros.ros.params import Parameters
from tenet_ros.types import Frame

__all__ = ['Inputs', 'image_topic', 'sensor_data', 'subscription']

COMPRESSED = '/compressed'


def image_topic(node: LifecycleNode, transport: str) -> str:
    """Return the topic that images come on, fully qualified.

    As in ``image_transport``, the transport's suffix is put after the *remapped* base name, so
    ``image:=/camera/image_raw`` serves either transport. A base name that has the suffix already
    is taken as it is.
    """
    base = node.resolve_topic_name('image')
    if transport == 'raw' or base.endswith(COMPRESSED):
        return base
    return base + COMPRESSED


def subscription(
    node: LifecycleNode, kind: Any, topic: str, callback: Callable[[Any], None], qos: QoSProfile
) -> Subscription:
    """Return a subscription whose QoS parameters can override.

    Raises:
        ConfigError: the override is no good.
    """
    options = QoSOverridingOptions.with_default_policies()
    try:
        return node.create_subscription(kind, topic, callback, qos, qos_overriding_options=options)
    except BAD_OVERRIDE as error:
        raise ConfigError(f'subscription to {topic}: {error}; mend qos_overrides') from error


class Inputs:
    """The node's subscriptions, while they are open.

    Args:
        node: on whose executor the callbacks run.
        parameters: the node's.
        notices: told of every message that is no good.
        on_frame: takes a frame and what time it has cost already; must not block.
        on_command: takes the text of a command.
        on_camera_info: takes every calibration that comes.
    """

    def __init__(
        self,
        node: LifecycleNode,
        parameters: Parameters,
        notices: Notices,
        *,
        on_frame: Callable[[Frame, Mapping[str, int]], None],
        on_command: Callable[[str], object],
        on_camera_info: Callable[[Any], None] = lambda _info: None,
    ) -> None:
        self._node = node
        self._parameters = parameters
        self._notices = notices
        self._on_frame = on_frame
        self._on_command = on_command
        self._tell_camera_info = on_camera_info
        self._subscriptions: list[Subscription] = []
        self._sequence = itertools.count(1)
        self._next_frame_s = 0.0
        self._awaited = True
        self.topic = ''
        self.camera_info: Any = None
        """The newest calibration that came, or ``None``."""
        self.last_image_s = 0.0
        """When the newest image came, good or bad, or the subscription was opened; monotonic."""

    def open(self) -> None:
        """Subscribe.

        Raises:
            ConfigError: a QoS override is no good.
        """
        compressed = self._parameters['image_transport'] == 'compressed'
        self.topic = image_topic(self._node, self._parameters['image_transport'])
        self.last_image_s = time.monotonic()
        self._awaited = True
        if compressed:
            self._subscribe(CompressedImage, self.topic, self._on_compressed, sensor_data())
        else:
            self._subscribe(Image, self.topic, self._on_image, sensor_data())
        self._subscribe(CameraInfo, 'camera_info', self._on_camera_info, sensor_data())
        self._subscribe(String, '~/command', self._on_command_message, QoSProfile(depth=10))

    def close(self) -> None:
        """Unsubscribe; no callback comes afterwards."""
        for subscription in self._subscriptions:
            self._node.destroy_subscription(subscription)
        self._subscriptions.clear()
        self.camera_info = None

    @property
    def undecodable(self) -> int:
        """Messages whose bytes could not be decoded at all (counted by the standalone runtime)."""
        return sum(getattr(s, 'undecodable', 0) for s in self._subscriptions)

    def silence(self) -> str:
        """Return why there may be no images, in one line: what to check."""
        count = self._node.count_publishers(self.topic)
        if count:
            return (
                f'{self.topic}: {count} publisher(s) but no image; check the camera. If its images '
                'have many megabytes, publish them compressed, or set '
                f'qos_overrides.{self.topic}.subscription.reliability:=reliable'
            )
        raw = self.topic.removesuffix(COMPRESSED)
        other, transport = (raw + COMPRESSED, 'compressed') if self.topic == raw else (raw, 'raw')
        if self._node.count_publishers(other):
            return (
                f'{self.topic}: no publisher, but {other} has one: set image_transport:={transport}'
            )
        return (
            f'{self.topic}: no publisher; start the camera, remap image:=<its topic>, or compare '
            'ROS_DOMAIN_ID'
        )

    def _subscribe(
        self, kind: Any, topic: str, callback: Callable[[Any], None], qos: QoSProfile
    ) -> None:
        self._subscriptions.append(subscription(self._node, kind, topic, callback, qos))

    def _on_image(self, message: Any) -> None:
        self._take(frame_of_image, message)

    def _on_compressed(self, message: Any) -> None:
        self._take(frame_of_compressed, message)

    def _take(self, convert: Callable[[Any, int], Frame], message: Any) -> None:
        start_ns = time.perf_counter_ns()
        now_s = time.monotonic()
        self._awaited |= now_s - self.last_image_s > self._parameters['image_timeout_s']
        self.last_image_s = now_s
        if not self._is_due(now_s):
            return
        try:
            frame = convert(message, next(self._sequence))
        except BadImage as error:
            self._notices.report(f'image_{error.reason}', f'{self.topic}: {error}')
            return
        if self._awaited:
            self._awaited = False
            self._node.get_logger().info(
                f'{self.topic}: {frame.width} x {frame.height} images come'
            )
        self._on_frame(frame, {'convert': time.perf_counter_ns() - start_ns})

    def _is_due(self, now_s: float) -> bool:
        """Thin images out to ``max_rate_hz``, on a grid of times that keeps the mean rate."""
        rate = float(self._parameters['max_rate_hz'])
        if rate <= 0.0:
            return True
        period, slack = 1.0 / rate, 0.2 / rate  # a camera's jitter must not cost a whole period
        if now_s < self._next_frame_s - slack:
            return False
        self._next_frame_s = max(self._next_frame_s + period, now_s + period - slack)
        return True

    def _on_camera_info(self, message: Any) -> None:
        self.camera_info = message
        self._tell_camera_info(message)

    def _on_command_message(self, message: Any) -> None:
        self._on_command(message.data)


def sensor_data() -> QoSProfile:
    """Return REP 2003's profile for sensors, newly made: QoS overrides change what they are given."""
    return QoSProfile(depth=5, reliability=ReliabilityPolicy.BEST_EFFORT)
