"""The rules of the gate, one function each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Literal, TypeAlias

import numpy as np
import onnx
from onnx import TensorProto

from tenet_ros.export.gate_attributes import attribute_limits
from tenet_ros.export.graph_view import View
from tenet_ros.export.tensorrt_ops import (
    CONSTANT_INPUTS,
    OPSETS,
    SHAPE_INPUTS,
    TYPES,
)
from tenet_ros.inference.record import Profile

__all__ = ['NODE_RULES', 'Remark', 'graph_remarks']

Remark: TypeAlias = tuple[Literal['refused', 'slow', 'note'], str, str, str, str, str]
"""Severity, node, operator, expected, got, what to do."""

_KINDS = {
    **dict.fromkeys((TensorProto.FLOAT, TensorProto.FLOAT16, TensorProto.BFLOAT16), 'float'),
    TensorProto.DOUBLE: 'float',
    **dict.fromkeys((TensorProto.INT32, TensorProto.INT64), 'int'),
    TensorProto.BOOL: 'bool',
    **dict.fromkeys((TensorProto.INT8, TensorProto.UINT8, TensorProto.INT4), 'quantised'),
    TensorProto.FLOAT8E4M3FN: 'quantised',
}
_ARITHMETIC = frozenset({'Add', 'Sub', 'Mul', 'Div', 'Mod', 'Pow', 'Min', 'Max', 'ReduceSum'})


def graph_remarks(view: View, profiles: Mapping[str, Profile]) -> Iterator[Remark]:
    """Yield what is to be said of a graph as a whole, of its inputs and of its constants."""
    low, high = OPSETS
    version = next((e.version for e in view.model.opset_import if e.domain in {'', 'ai.onnx'}), 0)
    if not low <= version <= high:
        yield (
            *('refused', view.model.graph.name, '', f'opset {low} to {high}', f'opset {version}'),
            'export at opset 17 or 18',
        )
    external = [t.name for t in view.constants.values() if t.data_location == TensorProto.EXTERNAL]
    if external:
        yield (
            *(
                'refused',
                external[0],
                '',
                "weights inside of the graph, whose digest is an engine's key",
            ),
            *(f'{len(external)} in another file', 'save it with save_as_external_data=False'),
        )
    for value in view.inputs:
        yield from _input_remarks(view, value, profiles.get(value.name))


def _input_remarks(
    view: View, value: onnx.ValueInfoProto, profile: Profile | None
) -> Iterator[Remark]:
    tensor = value.type.tensor_type
    if tensor.elem_type == TensorProto.UINT8:
        takers = {node.op_type for node in view.nodes if value.name in node.input}
        for op in sorted(takers - {'Cast', 'CastLike'}):
            yield (
                *('refused', value.name, op, 'a Cast to take uint8 bytes from the input'),
                *(op, 'cast first, then move the numbers about'),
            )
    if tensor.elem_type not in _KINDS:
        kind = TensorProto.DataType.Name(tensor.elem_type)
        yield 'refused', value.name, '', 'an input of a type TensorRT has', kind, 'cast before'
    dims = tuple(d.dim_value if d.HasField('dim_value') else -1 for d in tensor.shape.dim)
    if -1 not in dims:
        return
    if profile is None:
        yield (
            *('refused', value.name, '', 'fixed dimensions or a profile', f'{dims} and no profile'),
            'export it with fixed shapes, or note a profile',
        )
    elif not all(
        len(shape) == len(dims) and all(d in {-1, s} for d, s in zip(dims, shape, strict=True))
        for shape in profile
    ) or any(not low <= usual <= high for low, usual, high in zip(*profile, strict=True)):
        yield (
            *('refused', value.name, '', f'least, usual and largest shapes of {dims}'),
            *(f'{profile}', 'correct the profile'),
        )


def _operator(view: View, node: onnx.NodeProto) -> Iterator[Remark]:
    functions = {(function.domain, function.name) for function in view.model.functions}
    if (node.domain, node.op_type) in functions:
        return
    if node.domain not in {'', 'ai.onnx'}:
        yield _refusal(
            node, 'an operator of ONNX itself', f'{node.domain}.{node.op_type}', 'export without it'
        )
    elif node.op_type not in TYPES:
        yield _refusal(
            node, "an operator of the parser's table", node.op_type, 'compose it of others'
        )


def _control_flow(view: View, node: onnx.NodeProto) -> Iterator[Remark]:  # noqa: ARG001
    if node.op_type in {'If', 'Loop', 'Scan'}:
        yield _refusal(
            node,
            'a graph without branches, which a CUDA graph can hold',
            node.op_type,
            'decide or unroll it in the export',
        )
    elif node.op_type in {'NonZero', 'NonMaxSuppression'}:
        yield _refusal(
            node,
            'outputs of a size that is known beforehand, as buffers are allocated once',
            f'{node.op_type}, whose size depends on the data',
            'use TopK or a mask, and suppress on the host',
        )


def _types(view: View, node: onnx.NodeProto) -> Iterator[Remark]:
    place = 1 if node.op_type == 'Where' else 0
    if node.op_type in {'Cast', 'CastLike'} or len(node.input) <= place:
        pass
    elif node.op_type in TYPES and node.input[place] in view.varying:
        kind = _KINDS.get(view.type_of(node.input[place]), '')
        if kind and kind not in TYPES[node.op_type] and kind != 'quantised':
            wanted = ' or '.join(sorted(TYPES[node.op_type]))
            yield _refusal(node, f'{node.op_type} of {wanted}', kind, 'cast around it')
    for name in node.output:
        number = view.type_of(name)
        if (
            number == TensorProto.UINT8
            and name not in {*view.outputs, *view.constants}
            and not _quantises(node)
        ):
            yield _refusal(
                node, 'uint8 at inputs and outputs only', 'uint8 in between', 'cast to float first'
            )
        if number and number not in _KINDS:
            kind = TensorProto.DataType.Name(number)
            yield _refusal(node, 'a type TensorRT has', kind, 'cast to float32 or int64')
        if number == TensorProto.DOUBLE:
            yield (
                *(
                    'note',
                    node.name or name,
                    node.op_type,
                    'float32',
                    'double, computed as float32',
                ),
                'export in float32',
            )
    if (
        node.op_type in _ARITHMETIC
        and node.output[0] in view.varying
        and view.type_of(node.output[0]) == TensorProto.INT64
    ):
        yield (
            *('slow', node.name or node.output[0], node.op_type, 'arithmetic in float or int32'),
            *('int64 that depends on the inputs', 'cast to int32'),
        )


def _large_integers(view: View, node: onnx.NodeProto) -> Iterator[Remark]:
    if node.op_type == 'Slice' or _bounds_slices(view, node):
        return
    for name in node.input:
        if view.type_of(name) != TensorProto.INT64:
            continue
        content = view.content(name)
        limits = np.iinfo(np.int32)
        if content is not None and np.any((content < limits.min) | (content > limits.max)):
            yield _refusal(
                node,
                'integers within int32, to which older TensorRT clamps them',
                f'{name} up to {np.abs(content.astype(np.float64)).max():.3g}',
                'use a smaller number',
            )


def _bounds_slices(view: View, node: onnx.NodeProto) -> bool:
    """Whether a node only brings numbers into form that bound slices.

    The open end of a slice is written as the largest integer there is.
    """
    takers = [taker for taker in view.nodes if set(node.output) & set(taker.input)]
    return (
        node.op_type in {'Cast', 'Concat', 'Identity', 'Reshape', 'Unsqueeze'}
        and bool(takers)
        and all(taker.op_type == 'Slice' or _bounds_slices(view, taker) for taker in takers)
    )


def _quantisation(view: View, node: onnx.NodeProto) -> Iterator[Remark]:
    if not _quantises(node):
        return
    point = node.input[2] if len(node.input) > 2 else ''
    content = view.content(point) if point else None
    if not point and node.op_type == 'QuantizeLinear':
        unsigned = not any(a.name == 'output_dtype' and a.i for a in node.attribute)
    else:
        unsigned = TensorProto.UINT8 in {view.type_of(point), view.type_of(node.input[0])}
    if unsigned:
        yield _refusal(
            node,
            'int8 with zero point 0 (TensorRT reads uint8 as int8)',
            'uint8',
            'quantise symmetrically to int8, or use the graph in FP16',
        )
    elif point and (content is None or np.any(content)):
        yield _refusal(
            node, 'a constant zero point of 0', 'another one', 'quantise symmetrically to int8'
        )


def _shape_inputs(view: View, node: onnx.NodeProto) -> Iterator[Remark]:
    for place in SHAPE_INPUTS.get(node.op_type, ()):
        if place < len(node.input) and node.input[place] in view.varying:
            yield _refusal(
                node,
                'shapes that do not depend on the content of an input',
                f'{node.input[place]}, a shape tensor fed from the inputs',
                'fix the size in the export',
            )
    place = CONSTANT_INPUTS.get(node.op_type, 0)
    name = node.input[place] if place and place < len(node.input) else ''
    if name and name in view.varying:
        yield _refusal(node, f'input {place} as an initialiser', name, 'fix it in the export')
    elif name and name not in view.constants:
        yield (
            *(
                'note',
                node.name or node.output[0],
                node.op_type,
                f'input {place} as an initialiser',
            ),
            *('one that is computed of constants', 'fold the constants in the export'),
        )


def _attributes(view: View, node: onnx.NodeProto) -> Iterator[Remark]:
    for expected, got, action in attribute_limits(view, node):
        yield _refusal(node, expected, got, action)


NODE_RULES: tuple[Callable[[View, onnx.NodeProto], Iterator[Remark]], ...] = (
    *(_operator, _control_flow, _types, _large_integers, _quantisation, _shape_inputs, _attributes),
)


def _refusal(node: onnx.NodeProto, expected: str, got: str, action: str) -> Remark:
    name = node.name or (node.output[0] if node.output else '')
    return 'refused', name, node.op_type, expected, got, action


def _quantises(node: onnx.NodeProto) -> bool:
    return node.op_type in {'QuantizeLinear', 'DequantizeLinear'}
