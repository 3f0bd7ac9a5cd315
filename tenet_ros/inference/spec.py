"""What a model takes and gives: named tensors with a dtype and a shape, and the check against it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from tenet_ros.errors import ContractError

__all__ = ['Dim', 'TensorMap', 'TensorSpec', 'check_tensors']

Dim: TypeAlias = 'int | str'
"""A size, or a name: every dimension of one name has one size within a call."""

TensorMap: TypeAlias = 'Mapping[str, npt.NDArray[Any]]'
"""Tensors by name."""


@dataclass(frozen=True, slots=True)
class TensorSpec:
    """One input or output of a model.

    Attributes:
        name: as the model names it.
        dtype: of the elements.
        shape: sizes, and names for those that may vary from call to call.

    >>> str(TensorSpec('boxes', np.dtype(np.float32), ('n', 4)))
    'boxes: (n, 4) float32'
    """

    name: str
    dtype: np.dtype[Any]
    shape: tuple[Dim, ...]

    def __str__(self) -> str:
        """Return the spec as people write it."""
        return f'{self.name}: {_shape_text(self.shape)} {self.dtype.name}'


def check_tensors(model: str, specs: Iterable[TensorSpec], tensors: TensorMap) -> None:
    """Check that ``tensors`` are exactly those that ``specs`` ask for.

    Args:
        model: what the message calls the model.
        specs: of every tensor.
        tensors: by name; NumPy arrays of any memory layout.

    Raises:
        ContractError: a name is missing or unknown, a dtype or a rank differs, a fixed size
            differs, or two dimensions of one name have two sizes.
    """
    wanted = {spec.name: spec for spec in specs}
    if tensors.keys() != wanted.keys():
        names = ', '.join(wanted) or 'none'
        came = ', '.join(tensors) or 'none'
        raise ContractError(f'{model}: expected the tensors {names}; got {came}; rename or add')
    sizes: dict[str, int] = {}
    for name, spec in wanted.items():
        _check_one(model, spec, tensors[name], sizes)


def _check_one(
    model: str, spec: TensorSpec, tensor: npt.NDArray[Any], sizes: dict[str, int]
) -> None:
    """Check one tensor; ``sizes`` collects what the named dimensions turned out to be."""
    remedy = ''
    if tensor.dtype != spec.dtype:
        remedy = f'cast it to {spec.dtype.name}'
    elif tensor.ndim != len(spec.shape):
        remedy = f'give it {len(spec.shape)} dimensions'
    else:
        for axis, (want, got) in enumerate(zip(spec.shape, tensor.shape, strict=True)):
            size = want if isinstance(want, int) else sizes.setdefault(want, got)
            if got != size:
                named = '' if isinstance(want, int) else f' ({want} is {size} in another place)'
                remedy = f'make dimension {axis} of size {size}{named}'
                break
    if remedy:
        came = f'{_shape_text(tensor.shape)} {tensor.dtype.name}'
        raise ContractError(f'{model}: expected {spec}, got {came}; {remedy}')


def _shape_text(shape: tuple[Dim, ...]) -> str:
    inner = ', '.join(str(dim) for dim in shape)
    return f'({inner},)' if len(shape) == 1 else f'({inner})'
