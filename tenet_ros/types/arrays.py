"""Arrays by what is in them, and the check at the seams."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from tenet_ros.errors import ContractError

__all__ = ['BoolArray', 'FloatArray', 'IntArray', 'UInt8Array', 'check']

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
UInt8Array = npt.NDArray[np.uint8]


def check(name: str, array: npt.NDArray[Any], dtype: type, shape: tuple[int | None, ...]) -> None:
    """Raise ``ContractError`` unless ``array`` has the dtype and shape (``None`` = any size)."""
    fits = array.ndim == len(shape) and all(
        want is None or want == got for want, got in zip(shape, array.shape, strict=True)
    )
    if not fits or array.dtype != dtype:
        wanted = ', '.join('*' if n is None else str(n) for n in shape)
        raise ContractError(
            f'{name}: expected ({wanted}) {np.dtype(dtype).name}, '
            f'got {array.shape} {array.dtype.name}; convert it before it crosses this seam'
        )
