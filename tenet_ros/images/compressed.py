"""JPEG and PNG to RGB.

What can be wrong is looked for before anything is decoded: a truncated file decodes to half a
picture in some versions of the libraries, and a few bytes can claim to be gigapixels.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import cv2
import numpy as np

from tenet_ros.images.checks import BadImage, check_size
from tenet_ros.images.raw import ENCODINGS, Encoding, to_rgb
from tenet_ros.types import UInt8Array

__all__ = ['decode_compressed']


class _Size(NamedTuple):
    """What a file's header claims, and the offset at which it does."""

    height: int
    width: int
    offset: int


class _Codec(NamedTuple):
    """How to recognise a file and its end, and where to read its size."""

    name: str
    begin: bytes
    end: bytes
    size_of: Callable[[bytes], _Size | None]


def decode_compressed(data: UInt8Array, name: str, *, upright: bool = False) -> UInt8Array:
    """Return the picture in a JPEG or PNG: (H, W, 3) uint8 RGB, C-contiguous.

    The bytes decide what the image is, whatever tool wrote its ``format``; that is read only for
    what they cannot say: that the compressed picture is a Bayer mosaic (``bayer_rggb8; jpeg
    compressed``, as ``compressed_image_transport`` publishes it).

    Args:
        data: (N,) uint8, the file's bytes.
        name: the ``format`` of a ``sensor_msgs/CompressedImage``.
        upright: apply a rotation in EXIF, as for a person. Without it the result is in the pixels
            that came, as is a camera's calibration.

    Raises:
        BadImage: data that is not a whole JPEG or PNG, or of an absurd size.
    """
    mosaic = _mosaic(name)
    codec = _inspect(data, name, 1 if mosaic is None else mosaic.least)
    flags = cv2.IMREAD_COLOR if mosaic is None else cv2.IMREAD_GRAYSCALE
    if mosaic or not upright:  # a turned mosaic would be another pattern
        flags |= cv2.IMREAD_IGNORE_ORIENTATION
    try:
        decoded = cv2.imdecode(data, flags)
    except (cv2.error, MemoryError):
        decoded = None
    if decoded is None or decoded.size == 0:
        raise BadImage(
            'data',
            f'compressed image: expected a whole {codec.name}, got {len(data)} damaged bytes; '
            'check the driver and the network',
        )
    code = cv2.COLOR_BGR2RGB if mosaic is None or mosaic.code is None else mosaic.code
    return np.ascontiguousarray(to_rgb(np.asarray(decoded, np.uint8), code))


def _inspect(data: UInt8Array, name: str, least: int) -> _Codec:
    """Return what the bytes are, after looking for everything that can be wrong with them."""
    content = data.tobytes()
    codec = next((codec for codec in _CODECS if content.startswith(codec.begin)), None)
    if codec is None:
        raise BadImage(
            'encoding',
            f'compressed image: expected JPEG or PNG data, got format {name[:40]!r} and bytes '
            f'{content[:4].hex(" ") or "none"}; publish `compressed`, not another transport',
        )
    size = codec.size_of(content)
    if size is None or content.rfind(codec.end) < size.offset:
        raise BadImage(
            'data',
            f'compressed image: expected a whole {codec.name}, got {len(data)} bytes without its '
            'end; check the driver and the network',
        )
    check_size(size.height, size.width, least)
    return codec


def _png_size(data: bytes) -> _Size | None:
    """Read the first chunk (PNG specification, 11.2.2 IHDR)."""
    if data[12:16] != b'IHDR' or len(data) < 24:
        return None
    height, width = int.from_bytes(data[20:24], 'big'), int.from_bytes(data[16:20], 'big')
    return _Size(height=height, width=width, offset=16)


def _jpeg_size(data: bytes) -> _Size | None:
    """Read the frame header (ITU-T T.81, B.1.1.3 and B.2.2).

    The end is looked for after it: a preview in an earlier segment has an end of its own.
    """
    at = 2
    for _ in range(1024):  # segments before the frame header; a colour profile may take 255
        if len(data) < at + 9 or data[at] != 0xFF:
            return None
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4], 'big')
        if 0xC0 <= marker <= 0xCF and marker not in {0xC4, 0xC8, 0xCC}:
            height = int.from_bytes(data[at + 5 : at + 7], 'big')
            return _Size(height, int.from_bytes(data[at + 7 : at + 9], 'big'), at)
        at += 1 if marker == 0xFF else 2 + length
    return None


_CODECS = (
    _Codec('JPEG', b'\xff\xd8', b'\xff\xd9', _jpeg_size),
    _Codec('PNG', b'\x89PNG', b'IEND', _png_size),
)


def _mosaic(name: str) -> Encoding | None:
    """Return the Bayer encoding of the compressed pixels, if that is what they are."""
    raw, _, how = name.partition(';')
    if not raw.startswith('bayer_') or 'compressed bgr8' in how or 'compressed rgb8' in how:
        return None
    encoding = ENCODINGS.get(raw.strip())
    return encoding if encoding and encoding.sample_bytes == 1 else None
