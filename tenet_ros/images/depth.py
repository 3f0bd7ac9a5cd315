"""Depth images to millimetres (REP 118: 16UC1 holds millimetres, 32FC1 metres)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tenet_ros.images.checks import BadImage, check_size, pixels_of
from tenet_ros.types import UInt8Array

__all__ = ['DEPTH_ENCODINGS', 'decode_depth']

DEPTH_ENCODINGS = frozenset({'16UC1', '32FC1'})
"""Encodings that only depth images have (REP 118)."""

_SAMPLES: dict[str, type[np.uint16 | np.float32]] = {
    '16UC1': np.uint16,
    'mono16': np.uint16,  # what some drivers call 16UC1
    '32FC1': np.float32,
}


def decode_depth(
    data: UInt8Array, *, encoding: str, height: int, width: int, step: int, big_endian: bool
) -> npt.NDArray[np.uint16]:
    """Return a depth image: (height, width) uint16, millimetres, 0 where nothing was measured.

    Args:
        data: (step * height,) uint8.
        encoding: ``16UC1`` (millimetres) or ``32FC1`` (metres, NaN or infinite where invalid).
        height: rows.
        width: columns.
        step: bytes per row, padding included.
        big_endian: byte order.

    Raises:
        BadImage: another encoding, or size, step, length and encoding that do not fit each other.
    """
    sample = _SAMPLES.get(encoding)
    if sample is None:
        raise BadImage(
            'encoding',
            f'depth: expected encoding 16UC1 (mm) or 32FC1 (m), got {encoding[:40]!r}; '
            'name the depth topic explicitly',
        )
    check_size(height, width)
    wire = np.dtype(sample).newbyteorder('>' if big_endian else '<')
    pixels = pixels_of(
        data, encoding=encoding, height=height, width=width, step=step, pixel_bytes=wire.itemsize
    )
    depth = np.ascontiguousarray(pixels).view(wire)[:, :, 0]
    if sample is np.float32:
        metres = np.clip(np.nan_to_num(depth, nan=0.0, posinf=0.0, neginf=0.0), 0.0, 65.535)
        return np.asarray(metres * 1e3 + 0.5, np.uint16)
    return np.ascontiguousarray(depth, np.uint16)
