"""Pixel layouts of ``sensor_msgs/Image`` and how they become RGB.

The names are those of ``sensor_msgs/image_encodings.hpp``.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from tenet_ros.images.checks import BadImage, check_size, pixels_of
from tenet_ros.types import UInt8Array

__all__ = ['ENCODINGS', 'Encoding', 'decode_raw', 'to_rgb']


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


def decode_raw(
    data: UInt8Array, *, encoding: str, height: int, width: int, step: int, big_endian: bool
) -> UInt8Array:
    """Return the picture in a raw image: (height, width, 3) uint8 RGB, C-contiguous.

    Of 16-bit samples the high byte is kept: the full range is taken to be used. Unpadded ``rgb8``
    is a view of ``data``.

    Args:
        data: (step * height,) uint8.
        encoding: one of ``ENCODINGS``.
        height: rows.
        width: columns.
        step: bytes per row, padding included.
        big_endian: byte order of 16-bit samples.

    Raises:
        BadImage: an encoding that is not in ``ENCODINGS``, or size, step, length and encoding that
            do not fit each other.
    """
    layout = _layout(encoding)
    check_size(height, width, layout.least)
    if layout.even and width % 2:
        raise BadImage('size', f'{encoding}: expected an even width, got {width}; check the driver')
    pixels = pixels_of(
        data,
        encoding=encoding,
        height=height,
        width=width,
        step=step,
        pixel_bytes=layout.samples * layout.sample_bytes,
    )
    if layout.sample_bytes == 2:
        pixels = np.ascontiguousarray(pixels[:, :, 0 if big_endian else 1 :: 2])
    if layout.samples == 1:
        pixels = pixels[:, :, 0]
    return np.ascontiguousarray(pixels if layout.code is None else to_rgb(pixels, layout.code))


def to_rgb(pixels: UInt8Array, code: int) -> UInt8Array:
    """Return (H, W, 3) uint8 RGB by one of OpenCV's conversions."""
    return np.asarray(cv2.cvtColor(pixels, code), np.uint8)


def _layout(name: str) -> Encoding:
    """Look an encoding up, or say which there are."""
    layout = ENCODINGS.get(name)
    if layout is None:
        advice = _HINTS.get(name, 'have the driver publish rgb8 or bgr8')
        raise BadImage(
            'encoding',
            f'encoding: expected one of {", ".join(ENCODINGS)}; got {name[:40]!r}; {advice}',
        )
    return layout
