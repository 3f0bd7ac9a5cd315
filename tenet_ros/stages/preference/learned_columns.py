"""Tables with named columns: how features are laid side by side for the learned preference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from tenet_ros.stages.preference.evidence import Array, bounded
from tenet_ros.types import FloatArray

__all__ = ['columns', 'side', 'table', 'width']


def columns(*names: str | tuple[str, int]) -> Mapping[str, slice]:
    """Lay named columns side by side and return their places.

    Args:
        names: a name for one column, or a name and how many columns it has.

    >>> dict(columns('age', ('place', 3)))
    {'age': slice(0, 1, None), 'place': slice(1, 4, None)}
    """
    places, at = {}, 0
    for entry in names:
        name, width = (entry, 1) if isinstance(entry, str) else entry
        places[name] = slice(at, at + width)
        at += width
    return MappingProxyType(places)


def width(places: Mapping[str, slice]) -> int:
    """Return how many columns a table of these names has."""
    return max(int(place.stop) for place in places.values())


def side(values: Sequence[npt.NDArray[Any]]) -> Array:
    """Return arrays of one shape (...) as columns (..., K)."""
    beside = np.empty((*values[0].shape, len(values)))
    for column, value in enumerate(values):
        beside[..., column] = value
    return beside


def table(
    places: Mapping[str, slice], shape: tuple[int, ...], parts: Mapping[str, npt.NDArray[Any]]
) -> FloatArray:
    """Put named columns in their places; odd input gives bounded numbers, never infinite ones.

    Args:
        places: as ``columns`` lays them.
        shape: of the table, without its columns.
        parts: the columns of each name, (..., K), or what can be broadcast to them.

    Returns:
        (..., F) float32 in [-8, 8]; 0 for what is not a number.
    """
    filled = np.empty((*shape, width(places)), np.float32)
    for name, place in places.items():
        filled[..., place] = parts[name]
    kept = np.asarray(bounded(filled, -8.0, 8.0), np.float32)
    kept[np.isnan(kept)] = 0.0
    return kept
