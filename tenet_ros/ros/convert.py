"""Raw camera images to frames.

Everything here trusts nothing: whatever the fields of a message hold, the outcome is a ``Frame`` or
a ``BadMessage`` that says what was expected, what came and what to do. Pixels are never visited by
a Python loop, and never copied where a view of the message's own bytes will do.

The rules of a valid image are those of ``sensor_msgs/msg/Image.msg`` and ``image_encodings.hpp``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import cv2
import numpy as np

from tenet_ros.errors import ContractError
from tenet_ros.types import Frame, UInt8Array

__all__ = [
    'ENCODINGS',
    'BadMessage',
    'Encoding',
    'HeaderMessage',
    'ImageMessage',
    'bytes_of',
    'check_size',
    'frame_of_image',
    'stamp_ns',
    'to_rgb',
]

MAX_SIDE = 16384
MAX_PIXELS = 1 << 26
"""Above 67 megapixels it is a corrupt header or a decompression bomb, not a camera."""


class BadMessage(ContractError):  # noqa: N818 - it names the message, as the caller thinks of it
    """A message that cannot become a frame.

    Args:
        reason: one word for counters: ``encoding``, ``size``, ``step``, ``data`` or ``stamp``.
        text: what was expected, what came, what to do.
    """

    def __init__(self, reason: str, text: str) -> None:
        super().__init__(text)
        self.reason = reason


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


@dataclass(frozen=True, slots=True)
class Encoding:
    """How the bytes of one pixel become RGB.

    Attributes:
        samples: per pixel, counted as they lie in memory.
        sample_bytes: 1 or 2. Of two bytes the more significant one is the picture.
        code: OpenCV's conversion to RGB, or ``None`` if it is RGB already.
        least: fewest rows and columns that the conversion can work on.
        even: whether the width must be even.
    """

    samples: int
    sample_bytes: int
    code: int | None
    least: int = 1
    even: bool = False


# OpenCV names a Bayer pattern by the second row's second and third pixel, ROS by the first row's
# first two: bayer_rggb is OpenCV's BayerBG.
_BAYER = {
    'bayer_rggb': cv2.COLOR_BayerBG2RGB,
    'bayer_bggr': cv2.COLOR_BayerRG2RGB,
    'bayer_gbrg': cv2.COLOR_BayerGR2RGB,
    'bayer_grbg': cv2.COLOR_BayerGB2RGB,
}

ENCODINGS: dict[str, Encoding] = {
    'rgb8': Encoding(3, 1, None),
    'bgr8': Encoding(3, 1, cv2.COLOR_BGR2RGB),
    'rgba8': Encoding(4, 1, cv2.COLOR_RGBA2RGB),
    'bgra8': Encoding(4, 1, cv2.COLOR_BGRA2RGB),
    'mono8': Encoding(1, 1, cv2.COLOR_GRAY2RGB),
    'mono16': Encoding(1, 2, cv2.COLOR_GRAY2RGB),
    'rgb16': Encoding(3, 2, None),
    'bgr16': Encoding(3, 2, cv2.COLOR_BGR2RGB),
    '8UC1': Encoding(1, 1, cv2.COLOR_GRAY2RGB),
    '8UC3': Encoding(3, 1, cv2.COLOR_BGR2RGB),  # unnamed channels: OpenCV's own order
    'yuv422': Encoding(2, 1, cv2.COLOR_YUV2RGB_UYVY, even=True),
    'uyvy': Encoding(2, 1, cv2.COLOR_YUV2RGB_UYVY, even=True),
    'yuv422_yuy2': Encoding(2, 1, cv2.COLOR_YUV2RGB_YUY2, even=True),
    'yuyv': Encoding(2, 1, cv2.COLOR_YUV2RGB_YUY2, even=True),
    **{f'{name}8': Encoding(1, 1, code, least=3) for name, code in _BAYER.items()},
    **{f'{name}16': Encoding(1, 2, code, least=3) for name, code in _BAYER.items()},
}
"""Every encoding of ``sensor_msgs/Image`` that can be read, by its name."""

_HINTS = {
    '16UC1': 'this is a depth image; point `image` at the colour topic',
    '32FC1': 'this is a depth image; point `image` at the colour topic',
}


def stamp_ns(header: HeaderMessage) -> int:
    """Return a header's stamp in nanoseconds.

    Raises:
        BadMessage: a nanosecond part of a second or more: the stamp that results would carry could
            not be the one that came.
    """
    nanosec = int(header.stamp.nanosec)
    if not 0 <= nanosec < 1_000_000_000:
        raise BadMessage(
            'stamp',
            f'header.stamp: expected nanosec below 1000000000, got {nanosec}; '
            'check the driver that stamps the images',
        )
    return int(header.stamp.sec) * 1_000_000_000 + nanosec


def frame_of_image(message: ImageMessage, sequence: int) -> Frame:
    """Return the frame in a raw image; unpadded ``rgb8`` is not copied.

    Of 16-bit samples the high byte is kept: the full range is taken to be used.

    Args:
        message: the image; its bytes must not change while the frame lives.
        sequence: for ``Frame.sequence``.

    Raises:
        BadMessage: an encoding that is not in ``ENCODINGS``, or size, step, length and encoding
            that do not fit each other.
    """
    pixels, encoding = _pixels(message)
    image = pixels if encoding.code is None else to_rgb(pixels, encoding.code)
    return Frame(
        image=np.ascontiguousarray(image),
        stamp_ns=stamp_ns(message.header),
        frame_id=str(message.header.frame_id),
        sequence=sequence,
    )


def bytes_of(data: Any) -> UInt8Array:
    """Return the bytes of a message's ``data``, (N,) uint8, without copying them.

    Raises:
        BadMessage: it is not made of bytes.
    """
    try:
        return np.frombuffer(data, np.uint8) if len(data) else np.zeros(0, np.uint8)
    except (TypeError, ValueError, BufferError) as error:
        raise BadMessage('data', f'data: expected bytes, got {type(data).__name__}') from error


def to_rgb(pixels: UInt8Array, code: int) -> UInt8Array:
    """Return (H, W, 3) uint8 RGB by one of OpenCV's conversions."""
    return np.asarray(cv2.cvtColor(pixels, code), np.uint8)


def _pixels(message: ImageMessage) -> tuple[UInt8Array, Encoding]:
    """Return the (H, W[, samples]) uint8 view of a raw image, most significant bytes only."""
    name = str(message.encoding)
    encoding = ENCODINGS.get(name)
    if encoding is None:
        advice = _HINTS.get(name, 'have the driver publish rgb8 or bgr8')
        raise BadMessage(
            'encoding',
            f'encoding: expected one of {", ".join(ENCODINGS)}; got {name[:40]!r}; {advice}',
        )
    height, width, step = int(message.height), int(message.width), int(message.step)
    check_size(height, width, encoding.least)
    if encoding.even and width % 2:
        raise BadMessage('size', f'{name}: expected an even width, got {width}; check the driver')
    pixel_bytes = encoding.samples * encoding.sample_bytes
    if step < width * pixel_bytes:
        raise BadMessage(
            'step',
            f'step: expected at least {width * pixel_bytes} bytes for {width} pixels of {name}, '
            f'got {step}; check the driver',
        )
    data = bytes_of(message.data)
    if len(data) != step * height:
        raise BadMessage(
            'data',
            f'data: expected step * height = {step} * {height} = {step * height} bytes, '
            f'got {len(data)}; check the driver',
        )
    whole = np.ndarray(
        (height, width, pixel_bytes), np.uint8, buffer=data, strides=(step, pixel_bytes, 1)
    )
    if encoding.sample_bytes == 2:
        whole = np.ascontiguousarray(whole[:, :, 0 if message.is_bigendian else 1 :: 2])
    return (whole[:, :, 0] if encoding.samples == 1 else whole), encoding


def check_size(height: int, width: int, least: int = 1) -> None:
    """Refuse, as ``BadMessage``, an image without pixels or with absurdly many."""
    if min(height, width) < least:
        raise BadMessage(
            'size',
            f'image size: expected at least {least} x {least} pixels, got {width} x {height}; '
            'check the driver',
        )
    if max(height, width) > MAX_SIDE or height * width > MAX_PIXELS:
        raise BadMessage(
            'size',
            f'image size: expected sides up to {MAX_SIDE} and {MAX_PIXELS} pixels in all, '
            f'got {width} x {height}; check the driver',
        )
