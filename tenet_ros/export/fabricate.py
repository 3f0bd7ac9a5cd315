"""Inputs for a graph that nobody feeds yet: what its names and types allow to guess."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx

from tenet_ros.inference.record import Profile

__all__ = ['fabricate']

_PASSING = frozenset({'Cast', 'Concat', 'Identity', 'Reshape', 'Unsqueeze'})


def fabricate(
    model: onnx.ModelProto,
    *,
    camera: tuple[int, int],
    profiles: Mapping[str, Profile] | None = None,
    seed: int = 0,
) -> dict[str, npt.NDArray[Any]]:
    """Return every input of a graph, seeded.

    Token ids are of the graph's own vocabulary, masks let everything through, positions count, ``boxes`` lie within the
    image, other numbers are normal.

    Args:
        model: its dimensions that vary get the usual size of their profile, or 1.
        camera: (height, width) of the images that boxes are given in, pixels.
        profiles: least, usual and largest shape of inputs that vary.
        seed: of the numbers.
    """
    random = np.random.default_rng(seed)
    weights = {tensor.name for tensor in model.graph.initializer}
    return {
        value.name: _tensor(
            value,
            (profiles or {}).get(value.name),
            camera,
            random,
            vocabulary=_vocabulary(model.graph, value.name),
        )
        for value in model.graph.input
        if value.name not in weights
    }


def _vocabulary(graph: onnx.GraphProto, name: str) -> int:
    """Return how many rows the tables have that an input looks up in; 1000 if it is not plain."""
    rows = {tensor.name: tensor.dims[0] for tensor in graph.initializer if tensor.dims}
    same, sizes = {name}, []
    for node in graph.node:
        if node.op_type == 'Gather' and node.input[1] in same and node.input[0] in rows:
            sizes.append(rows[node.input[0]])
        elif node.op_type in _PASSING and same.intersection(node.input):
            same.update(node.output)
    return min(sizes, default=1000)


def _tensor(
    value: onnx.ValueInfoProto,
    profile: Profile | None,
    camera: tuple[int, int],
    random: np.random.Generator,
    *,
    vocabulary: int,
) -> npt.NDArray[Any]:
    kind = value.type.tensor_type
    dtype = np.dtype(onnx.helper.tensor_dtype_to_np_dtype(kind.elem_type))
    shape = profile[1] if profile else tuple(dim.dim_value or 1 for dim in kind.shape.dim)
    if 'mask' in value.name or dtype == np.bool_:
        array: npt.NDArray[Any] = np.ones(shape)
    elif 'position' in value.name:
        array = np.broadcast_to(np.arange(shape[-1]), shape)
    elif value.name == 'boxes':
        array = _boxes(shape[0], camera, random)
    elif dtype == np.uint8:
        array = random.integers(0, 256, shape)
    elif dtype.kind in 'iu':
        ids = value.name.endswith('ids')
        array = random.integers(1, vocabulary, shape) if ids else np.zeros(shape)
    else:
        array = random.normal(size=shape)
    return np.ascontiguousarray(array, dtype)


def _boxes(
    count: int, camera: tuple[int, int], random: np.random.Generator
) -> npt.NDArray[np.float64]:
    """Return (count, 4) boxes, xyxy, pixels, of a tenth to half of the image a side."""
    size = np.array([camera[1], camera[0]])
    extent = random.uniform(0.1, 0.5, (count, 2)) * size
    corner = random.uniform(0, 1, (count, 2)) * (size - extent)
    return np.concatenate([corner, corner + extent], axis=1)
