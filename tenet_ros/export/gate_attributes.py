"""What TensorRT has not of an operator that it has: modes, sizes and outputs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias

import numpy as np
import onnx
from onnx import AttributeProto, helper

from tenet_ros.export.graph_view import View
from tenet_ros.export.tensorrt_ops import LARGEST_K, LARGEST_RANK

__all__ = ['attribute_limits']

_Values: TypeAlias = 'Mapping[str, object]'
_Said: TypeAlias = 'Iterator[tuple[str, str, str]]'


def attribute_limits(view: View, node: onnx.NodeProto) -> _Said:
    """Yield what was expected of a node, what it has, and what to do."""
    values = {
        attribute.name: helper.get_attribute_value(attribute)
        for attribute in node.attribute
        if attribute.type not in {AttributeProto.GRAPH, AttributeProto.GRAPHS}
    }
    rule = _SPECIAL.get(node.op_type)
    if rule is not None:
        yield from rule(view, node, values)
    rank = max((view.rank_of(name) for name in (*node.input, *node.output)), default=0)
    if rank > LARGEST_RANK:
        yield f'at most {LARGEST_RANK} dimensions', f'{rank}', 'reshape to fewer'


def _resize(view: View, node: onnx.NodeProto, values: _Values) -> _Said:
    if values.get('antialias'):
        yield 'no antialiasing', 'antialias=1', 'resize by a product with a constant matrix'
    policy = _text(values, 'keep_aspect_ratio_policy', 'stretch')
    if policy != 'stretch':
        yield "the policy 'stretch'", policy, 'compute the size in the export'
    place = _text(values, 'coordinate_transformation_mode', 'half_pixel')
    if place in {'tf_crop_and_resize', 'half_pixel_symmetric'}:
        yield 'half_pixel, pytorch_half_pixel, asymmetric or align_corners', place, 'use one'
    if values.get('exclude_outside'):
        yield 'exclude_outside=0', '1', 'resize by a product with a constant matrix'
    if _text(values, 'mode', 'nearest') == 'cubic':
        last = view.content(node.input[2]) if len(node.input) > 2 and node.input[2] else None
        if view.rank_of(node.input[0]) < 2 or (last is not None and np.any(last[:-2] != 1)):
            yield 'cubic in the last two dimensions', 'other scales', 'resize these alone'


def _top_k(view: View, node: onnx.NodeProto, values: _Values) -> _Said:
    if values.get('sorted', 1) != 1:
        yield 'sorted=1', 'sorted=0', 'leave it out'
    count = view.content(node.input[1]) if len(node.input) > 1 else None
    if count is not None and count.size and int(count.max()) > LARGEST_K:
        yield f'K up to {LARGEST_K}', f'{int(count.max())}', 'take fewer, or in two steps'


def _pool(view: View, node: onnx.NodeProto, values: _Values) -> _Said:
    dilations = values.get('dilations')
    if isinstance(dilations, list) and any(dilation != 1 for dilation in dilations):
        yield 'no dilations', str(dilations), 'unfold it'
    if node.op_type == 'MaxPool' and len(node.output) > 1 and node.output[1]:
        yield 'one output of MaxPool', 'indices as well', 'do without'
    if view.rank_of(node.input[0]) not in {0, 4, 5}:
        yield 'pooling in 2 or 3 dimensions', f'rank {view.rank_of(node.input[0])}', 'unsqueeze it'


def _grid_sample(view: View, node: onnx.NodeProto, values: _Values) -> _Said:
    del values
    if view.rank_of(node.input[0]) not in {0, 4}:
        yield 'GridSample of images (rank 4)', f'rank {view.rank_of(node.input[0])}', 'reshape it'


def _first_output(view: View, node: onnx.NodeProto, values: _Values) -> _Said:
    del view
    if len([name for name in node.output if name]) > 1:
        yield 'the first output alone', f'{len(node.output)} outputs', 'compute the others apart'
    if values.get('training_mode'):
        yield 'inference', 'training_mode=1', 'export in evaluation mode'


def _scatter(view: View, node: onnx.NodeProto, values: _Values) -> _Said:
    del view, node
    if _text(values, 'reduction', 'none') != 'none':
        yield 'ScatterND without reduction', _text(values, 'reduction', ''), 'add outside of it'


def _norm(view: View, node: onnx.NodeProto, values: _Values) -> _Said:
    del view, node
    if values.get('p', 2) not in {1, 2}:
        yield 'norms of order 1 or 2', str(values['p']), 'write it out'


_SPECIAL: Mapping[str, Callable[[View, onnx.NodeProto, _Values], _Said]] = {
    'Resize': _resize,
    'TopK': _top_k,
    'MaxPool': _pool,
    'AveragePool': _pool,
    'GridSample': _grid_sample,
    'LayerNormalization': _first_output,
    'BatchNormalization': _first_output,
    'ScatterND': _scatter,
    'LpNormalization': _norm,
    'LpPool': _norm,
}


def _text(values: _Values, name: str, default: str) -> str:
    value = values.get(name, default)
    return value.decode() if isinstance(value, bytes) else str(value)
