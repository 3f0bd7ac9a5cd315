"""How much work a graph is: operations and bytes, counted from its shapes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import prod

import numpy as np
import onnx
from onnx import helper, shape_inference

__all__ = ['Work', 'work_of']

Shape = tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What one run costs at least.

    Attributes:
        flops: of convolutions, products and attention; a multiplication with its addition is two.
        moved_bytes: weights once, and what these nodes read and write, if everything else is fused
            into them.
        uncounted: nodes of these kinds whose shapes could not be inferred.
    """

    flops: int
    moved_bytes: int
    uncounted: int

    def floors_ms(self, tflops: float, gbytes_s: float) -> dict[str, float]:
        """Return the least time by arithmetic and by bytes, milliseconds.

        Args:
            tflops: the device's peak at the graph's precision, 10^12 operations a second.
            gbytes_s: its memory's bandwidth, 10^9 bytes a second.
        """
        return {
            'arithmetic': self.flops / tflops / 1e9,
            'bytes': self.moved_bytes / gbytes_s / 1e6,
        }


def work_of(model: onnx.ModelProto, shapes: Mapping[str, Shape]) -> Work:
    """Count the work of a graph.

    Args:
        model: its weights loaded, or at least their shapes.
        shapes: of inputs whose dimensions vary.
    """
    sized = onnx.ModelProto()
    sized.CopyFrom(model)
    del sized.graph.value_info[:]
    for value in sized.graph.input:
        for place, size in enumerate(shapes.get(value.name, ())):
            value.type.tensor_type.shape.dim[place].dim_value = size
    graph = shape_inference.infer_shapes(sized, data_prop=True).graph
    known: dict[str, Shape] = {t.name: tuple(t.dims) for t in graph.initializer}
    width = {t.name: _width(t.data_type) for t in graph.initializer}
    for value in (*graph.value_info, *graph.input, *graph.output):
        kind = value.type.tensor_type
        width[value.name] = _width(kind.elem_type)
        if kind.HasField('shape') and all(dim.HasField('dim_value') for dim in kind.shape.dim):
            known[value.name] = tuple(dim.dim_value for dim in kind.shape.dim)
    flops = moved = uncounted = 0
    for node in graph.node:
        rule = _RULES.get(node.op_type)
        names = [name for name in (*node.input, *node.output) if name]
        if rule is None:
            continue
        if not all(name in known for name in names):
            uncounted += 1
            continue
        flops += rule(node, known)
        moved += sum(prod(known[name]) * width.get(name, 4) for name in names)
    return Work(flops=flops, moved_bytes=moved, uncounted=uncounted)


def _width(kind: int) -> int:
    return int(np.dtype(helper.tensor_dtype_to_np_dtype(kind)).itemsize) if kind else 4


def _conv(node: onnx.NodeProto, known: Mapping[str, Shape]) -> int:
    weights = known[node.input[1]]
    return 2 * prod(known[node.output[0]]) * prod(weights[1:])


def _transposed(node: onnx.NodeProto, known: Mapping[str, Shape]) -> int:
    weights = known[node.input[1]]
    return 2 * prod(known[node.input[0]]) * prod(weights[1:])


def _product(node: onnx.NodeProto, known: Mapping[str, Shape]) -> int:
    inner = known[node.input[0]][-1]
    if node.op_type == 'Gemm' and any(a.name == 'transA' and a.i for a in node.attribute):
        inner = known[node.input[0]][0]
    return 2 * prod(known[node.output[0]]) * inner


def _einsum(node: onnx.NodeProto, known: Mapping[str, Shape]) -> int:
    equation = next(a.s.decode() for a in node.attribute if a.name == 'equation').replace(' ', '')
    sizes: dict[str, int] = {}
    for letters, name in zip(equation.split('->')[0].split(','), node.input, strict=True):
        if '.' not in letters:
            sizes.update(zip(letters, known[name], strict=True))
    return 2 * prod(sizes.values())


def _attention(node: onnx.NodeProto, known: Mapping[str, Shape]) -> int:
    query, key = known[node.input[0]], known[node.input[1]]
    return 4 * prod(query) * key[-2]


_RULES: Mapping[str, Callable[[onnx.NodeProto, Mapping[str, Shape]], int]] = {
    'Conv': _conv,
    'ConvTranspose': _transposed,
    'MatMul': _product,
    'Gemm': _product,
    'Einsum': _einsum,
    'Attention': _attention,
}
