"""The publishers of a camera, and frames made into messages."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from tenet_ros.cli.pacing import Pacer
from tenet_ros.ros import api
from tenet_ros.sources import CompressedPicture, Picture, RawPicture, SourceFrame
from tenet_ros.sources.frame import Calibration, Depth

__all__ = ['CameraPublisher', 'Prepared']

JPEG_QUALITY = 90
FRAME_ID = 'camera'
FLUSH_S = 1.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Prepared:
    """A frame's messages, complete but for the stamps.

    Attributes:
        messages: topic and message pairs.
        depth_lag_ns: how much later than the picture the depth was taken.
    """

    messages: tuple[tuple[str, Any], ...]
    depth_lag_ns: int


class CameraPublisher:
    """Publishes frames in the layout of image_transport.

    ``<topic>``, ``<topic>/compressed``, and beside it ``camera_info`` and ``depth/image_raw``.
    Publishers are reliable, so that best-effort and reliable subscriptions both match.

    Args:
        node: makes the publishers.
        topic: of the images.
        transport: "raw", "compressed" or "both".
        frame_id: for every header, or None to keep the recording's.
    """

    def __init__(
        self, node: api.Node, topic: str, *, transport: str, frame_id: str | None = None
    ) -> None:
        self._node = node
        self._frame_id = frame_id
        base = topic[: topic.rfind('/') + 1]
        self._raw, self._compressed = topic, f'{topic}/compressed'
        self._info, self._depth = f'{base}camera_info', f'{base}depth/image_raw'
        wanted = {
            'raw': (self._raw,),
            'compressed': (self._compressed,),
            'both': (self._raw, self._compressed),
        }[transport]
        self._publishers: dict[str, api.Publisher] = {}
        for image_topic in wanted:
            kind = api.Image if image_topic == self._raw else api.CompressedImage
            self._publisher(image_topic, kind)
        self.image_topic = wanted[0]
        self._images = wanted
        self.published = 0
        self.skipped = 0
        self._first_s: float | None = None
        self._last_s = 0.0

    @property
    def topics(self) -> tuple[str, ...]:
        """Every topic that is published so far."""
        return tuple(self._publishers)

    def announce(self, first: SourceFrame) -> None:
        """Make the publishers of what the first frame has beside its picture.

        Before the first frame is due, so that whoever waits for them has found them by then.
        """
        if first.calibration is not None:
            self._publisher(self._info, api.CameraInfo)
        if first.depth is not None:
            self._publisher(self._depth, api.Image)

    def subscribers(self) -> int:
        """Return how many have subscribed to the images, over all transports."""
        return sum(self._publishers[topic].get_subscription_count() for topic in self._images)

    def prepare(self, frame: SourceFrame) -> Prepared:
        """Decode, encode and fill messages: all that can be done before the frame is due.

        Raises:
            ContractError: the picture cannot be decoded.
        """
        picture = frame.picture
        messages: list[tuple[str, Any]] = []
        if self._raw in self._images:
            messages.append((self._raw, _image(picture)))
        if self._compressed in self._images:
            messages.append((self._compressed, _compressed(picture)))
        if frame.calibration is not None:
            self._publisher(self._info, api.CameraInfo)
            messages.append((self._info, _camera_info(frame.calibration)))
        if frame.depth is not None:
            self._publisher(self._depth, api.Image)
            messages.append((self._depth, _depth(frame.depth)))
        frame_id = self._frame_id if self._frame_id is not None else frame.frame_id or FRAME_ID
        for _, message in messages:
            message.header.frame_id = frame_id
        lag_ns = frame.depth.stamp_ns - frame.stamp_ns if frame.depth else 0
        return Prepared(messages=tuple(messages), depth_lag_ns=lag_ns)

    def publish(self, prepared: Prepared, stamp_ns: int) -> None:
        """Stamp and send."""
        for topic, message in prepared.messages:
            own_ns = stamp_ns + (prepared.depth_lag_ns if topic == self._depth else 0)
            stamp = message.header.stamp
            stamp.sec, stamp.nanosec = divmod(own_ns, 1_000_000_000)
            self._publishers[topic].publish(message)
        self.published += 1
        self._last_s = time.monotonic()
        self._first_s = self._last_s if self._first_s is None else self._first_s

    def skip(self, reason: str) -> None:
        """Count a frame that cannot be published, and say why, the first few times."""
        self.skipped += 1
        if self.skipped <= 3:
            print(reason, file=sys.stderr)

    def flush(self) -> None:
        """Give reliable subscribers a second to fetch what they miss."""
        if not api.ok():
            return
        timeout = api.Duration(nanoseconds=int(FLUSH_S * 1e9))
        for publisher in self._publishers.values():
            publisher.wait_for_all_acked(timeout)

    def destroy(self) -> None:
        """Destroy the publishers."""
        for publisher in self._publishers.values():
            self._node.destroy_publisher(publisher)
        self._publishers.clear()

    def summary(self, pacer: Pacer) -> str:
        """Return one line on what was done."""
        span_s = self._last_s - (self._first_s or 0.0)
        text = f'published {self.published} frames'
        if self.published > 1 and span_s > 0:
            text += f' in {span_s:.2f} s ({(self.published - 1) / span_s:.2f} Hz)'
        text += f', {pacer.late} late' if pacer.late else ''
        if pacer.moved_ns:
            text += f'; this machine was too slow by {pacer.moved_ns / 1e9:.2f} s in all'
        return text + (f', {self.skipped} could not be decoded' if self.skipped else '')

    def _publisher(self, topic: str, kind: Any) -> None:
        if topic not in self._publishers:
            profile = api.QoSProfile(depth=5)
            self._publishers[topic] = self._node.create_publisher(kind, topic, profile)


def _image(picture: Picture) -> Any:
    """Return a ``sensor_msgs/Image`` without a header; raw pixels go on as recorded."""
    raw = picture if isinstance(picture, RawPicture) else RawPicture.of_rgb(picture.rgb())
    message = api.Image(
        height=raw.height,
        width=raw.width,
        encoding=raw.encoding,
        is_bigendian=int(raw.big_endian),
        step=raw.step,
    )
    api.fill_bytes(message, raw.data)
    return message


def _compressed(picture: Picture) -> Any:
    """Return a ``sensor_msgs/CompressedImage`` without a header; a JPEG goes on as recorded."""
    if isinstance(picture, CompressedPicture):
        message = api.CompressedImage(format=picture.format)
        api.fill_bytes(message, picture.data)
        return message
    bgr = cv2.cvtColor(picture.rgb(), cv2.COLOR_RGB2BGR)
    _, data = cv2.imencode('.jpg', bgr, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    message = api.CompressedImage(format='rgb8; jpeg compressed bgr8')
    api.fill_bytes(message, np.asarray(data, np.uint8))
    return message


def _camera_info(calibration: Calibration) -> Any:
    return api.CameraInfo(
        height=calibration.height,
        width=calibration.width,
        distortion_model=calibration.distortion_model,
        d=calibration.d.tolist(),
        k=calibration.k,
        r=calibration.r,
        p=calibration.p,
    )


def _depth(depth: Depth) -> Any:
    """Return a ``sensor_msgs/Image`` without a header: 16UC1 in millimetres or 32FC1 in metres."""
    height, width = depth.image.shape
    in_metres = depth.image.dtype == np.float32
    wire = np.dtype('<f4' if in_metres else '<u2')
    message = api.Image(
        height=height,
        width=width,
        encoding='32FC1' if in_metres else '16UC1',
        is_bigendian=0,
        step=wire.itemsize * width,
    )
    api.fill_bytes(message, np.ascontiguousarray(depth.image, wire))
    return message
