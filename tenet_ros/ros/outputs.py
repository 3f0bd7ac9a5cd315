"""Publishers of results. One ``publish`` per frame, on the stream's own thread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tenet_ros.errors import ConfigError
from tenet_ros.overlay import draw
from tenet_ros.pipeline import StepResult
from tenet_ros.ros import messages
from tenet_ros.ros.api import (
    CameraInfo,
    CompressedImage,
    Detection2DArray,
    DurabilityPolicy,
    Image,
    InvalidParameterTypeException,
    InvalidParameterValueException,
    LabelInfo,
    LifecycleNode,
    Publisher,
    QoSOverridingOptions,
    QoSProfile,
)
from tenet_ros.ros.notices import Notices
from tenet_ros.ros.params import Parameters
from tenet_ros.ros.pinhole import image_size
from tenet_ros.types import Frame

__all__ = ['BAD_OVERRIDE', 'Outputs', 'latched', 'publisher']


BAD_OVERRIDE = (InvalidParameterTypeException, InvalidParameterValueException, RuntimeError)
"""What ROS raises where a QoS override is no good: rclpy the last, for an unknown value."""


def latched() -> QoSProfile:
    """Return the profile of what a late subscriber must still learn: reliable, the newest kept."""
    return QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)


def publisher(node: LifecycleNode, kind: Any, topic: str, qos: QoSProfile) -> Publisher:
    """Return a publisher whose QoS parameters can override.

    Raises:
        ConfigError: the override is no good.
    """
    options = QoSOverridingOptions.with_default_policies()
    try:
        return node.create_publisher(kind, topic, qos, qos_overriding_options=options)
    except BAD_OVERRIDE as error:
        raise ConfigError(f'publisher of {topic}: {error}; mend qos_overrides') from error


@dataclass(frozen=True, slots=True)
class _Topic:
    """An output and whether anybody listens."""

    publisher: Publisher

    @property
    def wanted(self) -> bool:
        """Whether making the message is worth while."""
        return bool(self.publisher.get_subscription_count())


class Outputs:
    """The publishers of one configuration of the node.

    Messages that nobody subscribes to are not made; only the latched label info always is.

    Args:
        node: owns the publishers.
        parameters: the node's.
        notices: told of a calibration that does not fit.
        camera_info: returns the newest calibration, or ``None``.
    """

    def __init__(
        self,
        node: LifecycleNode,
        parameters: Parameters,
        notices: Notices,
        *,
        camera_info: Callable[[], Any],
    ) -> None:
        def topic(kind: Any, name: str, qos: QoSProfile | None = None) -> _Topic:
            return _Topic(publisher(node, kind, name, qos or QoSProfile(depth=5)))

        self._node = node
        self._parameters = parameters
        self._notices = notices
        self._camera_info = camera_info
        self._command_id = -1
        self._mask = topic(Image, '~/target/mask')
        self._mask_png = topic(CompressedImage, '~/target/mask/compressed')
        self._mask_info = topic(CameraInfo, '~/target/mask/camera_info')
        self._labels = topic(Image, '~/instances/label_image')
        self._label_info = topic(LabelInfo, '~/label_info', latched())
        self._tracks = topic(Detection2DArray, '~/tracks')
        self._target = topic(Detection2DArray, '~/target')
        self._overlay = topic(Image, '~/overlay')
        self._overlay_jpeg = topic(CompressedImage, '~/overlay/compressed')

    def close(self) -> None:
        """Destroy the publishers. The stream must have ended."""
        for value in vars(self).values():
            if isinstance(value, _Topic):
                self._node.destroy_publisher(value.publisher)

    def publish(self, result: StepResult, frame: Frame, age_ms: float) -> None:
        """Publish everything that is known at one frame; what a robot acts on goes first.

        Args:
            result: the answer.
            frame: the frame that it answers.
            age_ms: age of the frame, for the overlay.
        """
        header = messages.header_of(result)
        if result.command.command_id != self._command_id:
            self._command_id = result.command.command_id
            sentences = [target.sentence for target in result.targets]
            self._label_info.publisher.publish(messages.label_info_message(header, sentences))
        self._publish_mask(header, result)
        if self._target.wanted:
            self._target.publisher.publish(messages.target_message(header, result))
        if self._parameters['publish_label_image'] and self._labels.wanted:
            labels = messages.label_image(result)
            self._labels.publisher.publish(messages.image_message(header, labels))
        if self._parameters['publish_tracks'] and self._tracks.wanted:
            self._tracks.publisher.publish(messages.tracks_message(header, result))
        if self._parameters['publish_overlay']:
            self._publish_overlay(header, result, frame, age_ms)

    def _publish_mask(self, header: Any, result: StepResult) -> None:
        raw, png = self._mask.wanted, self._mask_png.wanted
        if raw or png:
            mask = messages.mask_image(result)
            if raw:
                self._mask.publisher.publish(messages.image_message(header, mask))
            if png:
                self._mask_png.publisher.publish(messages.png_message(header, mask))
        info = self._camera_info()
        if info is None:
            return
        height, width = image_size(info)
        if (height, width) != (result.height, result.width):
            self._notices.report(
                'camera_info',
                f'camera_info: expected the calibration of the {result.width} x {result.height} '
                f'images, got one of {width} x {height}; check the remapping of camera_info. '
                'It is not passed on',
            )
        elif self._mask_info.wanted:
            info.header = header
            self._mask_info.publisher.publish(info)

    def _publish_overlay(
        self, header: Any, result: StepResult, frame: Frame, age_ms: float
    ) -> None:
        raw, jpeg = self._overlay.wanted, self._overlay_jpeg.wanted
        if not raw and not jpeg:
            return
        picture = draw(result, frame.image, latency_ms=age_ms)
        if raw:
            self._overlay.publisher.publish(messages.image_message(header, picture))
        if jpeg:
            quality = self._parameters['overlay_quality']
            self._overlay_jpeg.publisher.publish(messages.jpeg_message(header, picture, quality))
