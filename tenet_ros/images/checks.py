"""What every image must be, whatever its pixels mean.

The rules of a valid raw image are those of ``sensor_msgs/msg/Image.msg``.
"""

from __future__ import annotations

from tenet_ros.errors import ContractError
from tenet_ros.types import UInt8Array

__all__ = ['MAX_PIXELS', 'MAX_SIDE', 'BadImage', 'check_size', 'pixels_of']

MAX_SIDE = 16384
MAX_PIXELS = 1 << 26
"""Above 67 megapixels it is a corrupt header or a decompression bomb, not a camera."""


class BadImage(ContractError):  # noqa: N818 - it names the image, as the caller thinks of it
    """An image that cannot be used.

    Args:
        reason: one word for counters: ``encoding``, ``size``, ``step``, ``data`` or ``stamp``.
        text: what was expected, what came, what to do.
    """

    def __init__(self, reason: str, text: str) -> None:
        super().__init__(text)
        self.reason = reason


def check_size(height: int, width: int, least: int = 1) -> None:
    """Refuse an image without pixels or with absurdly many.

    Raises:
        BadImage: a side below ``least`` or above ``MAX_SIDE``, or more than ``MAX_PIXELS``.
    """
    if min(height, width) < least:
        raise BadImage(
            'size',
            f'image size: expected at least {least} x {least} pixels, got {width} x {height}; '
            'check the driver',
        )
    if max(height, width) > MAX_SIDE or height * width > MAX_PIXELS:
        raise BadImage(
            'size',
            f'image size: expected sides up to {MAX_SIDE} and {MAX_PIXELS} pixels in all, '
            f'got {width} x {height}; check the driver',
        )


def pixels_of(
    data: UInt8Array, *, encoding: str, height: int, width: int, step: int, pixel_bytes: int
) -> UInt8Array:
    """Return the pixels without the padding of their rows: (height, width, pixel_bytes), a view.

    Args:
        data: (step * height,) uint8.
        encoding: for the error's text.
        height: rows, checked already.
        width: columns, checked already.
        step: bytes per row, padding included.
        pixel_bytes: bytes per pixel.

    Raises:
        BadImage: size, step and length that do not fit each other.
    """
    row_bytes = width * pixel_bytes
    if step < row_bytes:
        raise BadImage(
            'step',
            f'step: expected at least {row_bytes} bytes for {width} pixels of {encoding}, '
            f'got {step}; check the driver',
        )
    if len(data) != step * height:
        raise BadImage(
            'data',
            f'data: expected step * height = {step} * {height} = {step * height} bytes, '
            f'got {len(data)}; check the driver',
        )
    return data.reshape(height, step)[:, :row_bytes].reshape(height, width, pixel_bytes)
