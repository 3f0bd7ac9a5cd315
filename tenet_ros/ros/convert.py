"""Camera messages to frames.

Everything here trusts nothing: whatever the fields of a message hold, the outcome is a ``Frame`` or
a ``BadImage`` that says what was expected, what came and what to do.
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np

from tenet_ros.images import BadImage, decode_compressed, decode_raw
from tenet_ros.types import Frame, UInt8Array

__all__ = [
    'CompressedImageMessage',
    'HeaderMessage',
    'ImageMessage',
    'frame_of_compressed',
    'frame_of_image',
    'stamp_ns',
]


class TimeMessage(Protocol):
    """``builtin_interfaces/msg/Time``."""

    sec: int
    nanosec: int


class HeaderMessage(Protocol):
    """``std_msgs/msg/Header``."""

    stamp: TimeMessage
    frame_id: str


class ImageMessage(Protocol):
    """``sensor_msgs/msg/Image``, as rclpy or the standalone runtime delivers it."""

    header: HeaderMessage
    height: int
    width: int
    encoding: str
    is_bigendian: int
    step: int
    data: Any


class CompressedImageMessage(Protocol):
    """``sensor_msgs/msg/CompressedImage``."""

    header: HeaderMessage
    format: str
    data: Any


def frame_of_image(message: ImageMessage, sequence: int) -> Frame:
    """Return the frame in a raw image; unpadded ``rgb8`` is not copied.

    Args:
        message: the image; its bytes must not change while the frame lives.
        sequence: for ``Frame.sequence``.

    Raises:
        BadImage: pixels that ``decode_raw`` cannot read, or a stamp that is none.
    """
    image = decode_raw(
        _bytes_of(message.data),
        encoding=str(message.encoding),
        height=int(message.height),
        width=int(message.width),
        step=int(message.step),
        big_endian=bool(message.is_bigendian),
    )
    return _frame(message.header, image, sequence)


def frame_of_compressed(message: CompressedImageMessage, sequence: int) -> Frame:
    """Return the frame in a JPEG or PNG image.

    A rotation in EXIF is not applied: results are in the pixels that came, as is the camera's
    calibration.

    Args:
        message: the image.
        sequence: for ``Frame.sequence``.

    Raises:
        BadImage: data that ``decode_compressed`` cannot read, or a stamp that is none.
    """
    image = decode_compressed(_bytes_of(message.data), str(message.format))
    return _frame(message.header, image, sequence)


def stamp_ns(header: HeaderMessage) -> int:
    """Return a header's stamp in nanoseconds.

    Raises:
        BadImage: a nanosecond part of a second or more: the stamp that results would carry could
            not be the one that came.
    """
    nanosec = int(header.stamp.nanosec)
    if not 0 <= nanosec < 1_000_000_000:
        raise BadImage(
            'stamp',
            f'header.stamp: expected nanosec below 1000000000, got {nanosec}; '
            'check the driver that stamps the images',
        )
    return int(header.stamp.sec) * 1_000_000_000 + nanosec


def _frame(header: HeaderMessage, image: UInt8Array, sequence: int) -> Frame:
    """Put the header's words beside the picture."""
    return Frame(
        image=image,
        stamp_ns=stamp_ns(header),
        frame_id=str(header.frame_id),
        sequence=sequence,
    )


def _bytes_of(data: Any) -> UInt8Array:
    """Return the bytes of a message's ``data``, (N,) uint8, without copying them.

    Raises:
        BadImage: it is not made of bytes.
    """
    try:
        return np.frombuffer(data, np.uint8) if len(data) else np.zeros(0, np.uint8)
    except (TypeError, ValueError, BufferError) as error:
        raise BadImage('data', f'data: expected bytes, got {type(data).__name__}') from error
