"""Unit quaternions (w, x, y, z), in arrays of any leading shape."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ['IDENTITY', 'about', 'matrix', 'multiply', 'upright']

Array = npt.NDArray[np.float64]

IDENTITY: Array = np.asarray((1.0, 0.0, 0.0, 0.0))
IDENTITY.flags.writeable = False


def about(axis: npt.ArrayLike, angle: npt.ArrayLike) -> Array:
    """Return the rotation about an axis.

    Args:
        axis: (..., 3), any length but zero.
        angle: (...) radians, right-handed.

    Returns:
        (..., 4) float64 unit quaternions.
    """
    line = np.asarray(axis, np.float64)
    line = line / np.linalg.norm(line, axis=-1, keepdims=True)
    half = np.asarray(angle, np.float64)[..., None] / 2
    return np.concatenate((np.cos(half), np.sin(half) * line), axis=-1)


def upright(yaw: npt.ArrayLike) -> Array:
    """Return the rotation about z by ``yaw`` radians, (...) to (..., 4)."""
    return about((0.0, 0.0, 1.0), yaw)


def multiply(left: Array, right: Array) -> Array:
    """Return the rotation that applies ``right`` first, then ``left``: (..., 4) each."""
    w, x, y, z = np.moveaxis(left, -1, 0)
    a, b, c, d = np.moveaxis(right, -1, 0)
    return np.stack(
        (
            w * a - x * b - y * c - z * d,
            w * b + x * a + y * d - z * c,
            w * c - x * d + y * a + z * b,
            w * d + x * c - y * b + z * a,
        ),
        axis=-1,
    )


def matrix(quaternion: Array) -> Array:
    """Return (..., 3, 3) rotation matrices of (..., 4) unit quaternions."""
    w, x, y, z = np.moveaxis(np.asarray(quaternion, np.float64), -1, 0)
    rows = (
        (1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)),
        (2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)),
        (2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)),
    )
    return np.stack([np.stack(row, axis=-1) for row in rows], axis=-2)
