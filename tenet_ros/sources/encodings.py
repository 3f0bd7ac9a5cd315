"""Pixel layouts of ``sensor_msgs/Image`` and how they become RGB.

The names are those of ``sensor_msgs/image_encodings.hpp``. Every conversion is one OpenCV call or
a view; no Python loop sees a pixel.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from tenet_ros.errors import ContractError
from tenet_ros.types import UInt8Array

__all__ = ['COLOUR_ENCODINGS', 'DEPTH_ENCODINGS', 'decode_depth', 'decode_jpeg', 'decode_rgb']

Pixels = npt.NDArray[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Layout:
    """How one encoding lies in memory.

    Attributes:
        dtype: of one channel.
        channels: per pixel.
        to_rgb: OpenCV conversion code, or None where the pixels are RGB already.
    """

    dtype: type[np.uint8 | np.uint16 | np.float32]
    channels: int
    to_rgb: int | None = None


# OpenCV names a Bayer pattern by its second row's second and third pixel, ROS by its first row's
# first two: "bayer_rggb8" is OpenCV's "BG".
_COLOUR = {
    'rgb8': _Layout(dtype=np.uint8, channels=3),
    'bgr8': _Layout(dtype=np.uint8, channels=3, to_rgb=cv2.COLOR_BGR2RGB),
    'rgba8': _Layout(dtype=np.uint8, channels=4, to_rgb=cv2.COLOR_RGBA2RGB),
    'bgra8': _Layout(dtype=np.uint8, channels=4, to_rgb=cv2.COLOR_BGRA2RGB),
    'mono8': _Layout(dtype=np.uint8, channels=1, to_rgb=cv2.COLOR_GRAY2RGB),
    'mono16': _Layout(dtype=np.uint16, channels=1, to_rgb=cv2.COLOR_GRAY2RGB),
    'yuv422': _Layout(dtype=np.uint8, channels=2, to_rgb=cv2.COLOR_YUV2RGB_UYVY),
    'yuv422_yuy2': _Layout(dtype=np.uint8, channels=2, to_rgb=cv2.COLOR_YUV2RGB_YUYV),
    'uyvy': _Layout(dtype=np.uint8, channels=2, to_rgb=cv2.COLOR_YUV2RGB_UYVY),
    'yuyv': _Layout(dtype=np.uint8, channels=2, to_rgb=cv2.COLOR_YUV2RGB_YUYV),
    'bayer_rggb8': _Layout(dtype=np.uint8, channels=1, to_rgb=cv2.COLOR_BayerBG2RGB),
    'bayer_bggr8': _Layout(dtype=np.uint8, channels=1, to_rgb=cv2.COLOR_BayerRG2RGB),
    'bayer_gbrg8': _Layout(dtype=np.uint8, channels=1, to_rgb=cv2.COLOR_BayerGR2RGB),
    'bayer_grbg8': _Layout(dtype=np.uint8, channels=1, to_rgb=cv2.COLOR_BayerGB2RGB),
}
_DEPTH = {
    '16UC1': _Layout(dtype=np.uint16, channels=1),
    'mono16': _Layout(dtype=np.uint16, channels=1),
    '32FC1': _Layout(dtype=np.float32, channels=1),
}

COLOUR_ENCODINGS = frozenset(_COLOUR)
"""Encodings that ``decode_rgb`` takes."""
DEPTH_ENCODINGS = frozenset({'16UC1', '32FC1'})
"""Encodings that only depth images have (REP 118)."""


def decode_rgb(
    data: UInt8Array, *, encoding: str, height: int, width: int, step: int, big_endian: bool
) -> UInt8Array:
    """Return the picture of a ``sensor_msgs/Image``: (height, width, 3) uint8 RGB, C-contiguous.

    16-bit grey keeps its upper byte. An ``rgb8`` picture without padding is a view of ``data``.

    Args:
        data: (step * height,) uint8, the message's ``data``.
        encoding: one of ``COLOUR_ENCODINGS``.
        height: rows.
        width: columns.
        step: bytes per row, padding included.
        big_endian: byte order of 16-bit channels.

    Raises:
        ContractError: an encoding that is not known, or data that does not fill the rows.
    """
    layout = _COLOUR.get(encoding)
    if layout is None:
        raise ContractError(
            f'image: expected encoding {", ".join(sorted(_COLOUR))}, got {encoding!r}; '
            'set the camera driver to one of these'
        )
    pixels = _rows(data, layout, encoding, height, width, step, big_endian=big_endian)
    if pixels.dtype == np.uint16:
        pixels = (pixels >> 8).astype(np.uint8)
    if layout.to_rgb is None:
        return np.ascontiguousarray(pixels, np.uint8)
    return np.asarray(cv2.cvtColor(np.ascontiguousarray(pixels), layout.to_rgb), np.uint8)


def decode_depth(
    data: UInt8Array, *, encoding: str, height: int, width: int, step: int, big_endian: bool
) -> npt.NDArray[np.uint16]:
    """Return a depth image: (height, width) uint16, millimetres, 0 where nothing was measured.

    Args:
        data: (step * height,) uint8, the message's ``data``.
        encoding: ``16UC1`` (millimetres) or ``32FC1`` (metres, NaN or infinite where invalid).
        height: rows.
        width: columns.
        step: bytes per row, padding included.
        big_endian: byte order.

    Raises:
        ContractError: another encoding, or data that does not fill the rows.
    """
    layout = _DEPTH.get(encoding)
    if layout is None:
        raise ContractError(
            f'depth: expected encoding 16UC1 (mm) or 32FC1 (m), got {encoding!r}; '
            'name the depth topic explicitly'
        )
    pixels = _rows(data, layout, encoding, height, width, step, big_endian=big_endian)
    if pixels.dtype == np.float32:
        metres = np.nan_to_num(pixels, nan=0.0, posinf=0.0, neginf=0.0)
        return np.asarray(np.clip(metres * 1e3 + 0.5, 0, 65535), np.uint16)
    return np.ascontiguousarray(pixels, np.uint16)


def decode_jpeg(data: UInt8Array) -> UInt8Array:
    """Return a JPEG's or PNG's picture: (H, W, 3) uint8 RGB, C-contiguous.

    Args:
        data: (N,) uint8, the file's bytes.

    Raises:
        ContractError: bytes that are no picture.
    """
    picture = cv2.imdecode(data, cv2.IMREAD_COLOR) if data.size else None
    if picture is None:
        head = data[:4].tobytes().hex(' ')
        raise ContractError(
            f'compressed image: expected the bytes of a JPEG or PNG, got {data.size} bytes that '
            f'begin with {head or "nothing"}; the frame is skipped'
        )
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB), np.uint8)


def _rows(
    data: UInt8Array,
    layout: _Layout,
    encoding: str,
    height: int,
    width: int,
    step: int,
    *,
    big_endian: bool,
) -> Pixels:
    """Return ``data`` as (height, width[, channels]) of the layout's type, without row padding."""
    row_bytes = width * layout.channels * np.dtype(layout.dtype).itemsize
    if height < 1 or width < 1 or step < row_bytes or data.size < step * height:
        raise ContractError(
            f'image: expected {encoding} {width}x{height} with rows of at least {row_bytes} bytes, '
            f'got step {step} and {data.size} bytes of data; the message is inconsistent'
        )
    rows = data[: step * height].reshape(height, step)[:, :row_bytes]
    native = np.dtype(layout.dtype)
    wire = native.newbyteorder('>' if big_endian else '<')
    pixels: Pixels = np.ascontiguousarray(rows).view(wire).astype(native, copy=False)
    if layout.channels > 1:
        pixels = pixels.reshape(height, width, layout.channels)
    return pixels
