"""FP16 weights and arithmetic inside of a graph, FP32 where it would spoil the result.

onnxruntime's own converter puts casts around every single node that it spares, so that what passes
from one spared node to the next is rounded to FP16 all the same: a variance overflows between its
square and its mean. Here a tensor is of one precision from where it is made to where it is used.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from math import prod

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, inliner, numpy_helper, shape_inference

from tenet_ros.errors import EngineError
from tenet_ros.export.half_plan import LARGEST, STAND_IN, HalfPlan

__all__ = ['to_half']

SMALL = 1024
"""Numbers in a constant whose content may say a shape."""


def to_half(model: onnx.ModelProto, *, keep: Collection[str] = ()) -> onnx.ModelProto:
    """Return a copy of ``model`` that computes in FP16.

    Inputs, outputs, names and the opset stay as they are. A tensor ``x`` that is now made in FP16
    is called ``x_half``, and one cast makes ``x`` of it if anybody still asks for FP32.

    These stay in FP32:

    - normalisations, whole or written out, sums and means, ``Resize``, ``TopK`` and what else
      ``precision.KEPT_OPS`` names; linear attentions; angles of sines;
    - nodes of the scopes ``camera/`` and ``boxes/``. A node is in the scope ``camera/`` if this
      starts its name, or follows a ``/`` there, or if the torch module that it comes from is or
      lies in one called ``camera`` (``pkg.torch.onnx.name_scopes``, written by
      ``torch.onnx.export(dynamo=True)``): name submodules accordingly;
    - nodes with the metadata ``tenet.precision: fp32``;
    - nodes whose constants FP16 cannot hold: a scalar below 6e-5 (an epsilon), a number above
      65504. Numbers beyond 1e30 stand for infinity and become +-32752, so that two of them can be
      added; they stay where they bound a ``Clip``, ``Min`` or ``Max``;
    - ops that know no FP16 at the graph's opset, or that contain graphs.

    Args:
        model: float32 inside; its weights loaded.
        keep: what else stays: names of nodes, kinds of nodes (``Softmax``), scopes (``head/``).

    Raises:
        EngineError: the weights lie in another file that has not been loaded, or the graph is
            quantised.
    """
    if any(node.op_type in {'QuantizeLinear', 'DequantizeLinear'} for node in model.graph.node):
        raise EngineError(
            'expected a graph in float32, got a quantised one; its precision is settled, use it as '
            'it is'
        )
    if any(tensor.data_location == TensorProto.EXTERNAL for tensor in model.graph.initializer):
        raise EngineError(
            'expected a graph with its weights loaded, got some in another file; read it with '
            'onnx.load'
        )
    half = onnx.ModelProto()
    half.CopyFrom(inliner.inline_local_functions(model) if model.functions else model)
    _fold_constants(half.graph)
    _infer(half)
    _drop_idle_casts(half.graph)
    _Rewriting(half.graph, HalfPlan(half, keep)).run()
    _infer(half)
    return half


def _infer(model: onnx.ModelProto) -> None:
    """Note the type and shape of every tensor; large weights are left out of what is copied."""
    light = onnx.ModelProto(ir_version=model.ir_version, opset_import=model.opset_import)
    light.graph.name = 'light'
    light.graph.node.extend(model.graph.node)
    light.graph.input.extend(model.graph.input)
    light.graph.output.extend(model.graph.output)
    fed = {value.name for value in model.graph.input}
    for tensor in model.graph.initializer:
        if prod(tensor.dims) <= SMALL:
            light.graph.initializer.append(tensor)
        elif tensor.name not in fed:
            kind = helper.make_tensor_value_info(tensor.name, tensor.data_type, tensor.dims)
            light.graph.input.append(kind)
    inferred = shape_inference.infer_shapes(light, data_prop=True)
    del model.graph.value_info[:]
    model.graph.value_info.extend(inferred.graph.value_info)


def _fold_constants(graph: onnx.GraphProto) -> None:
    """Turn ``Constant`` nodes into initialisers."""
    rest = []
    for node in graph.node:
        if node.op_type == 'Constant' and node.attribute[0].name in {
            *('value', 'value_float', 'value_floats', 'value_int', 'value_ints'),
        }:
            value = helper.get_attribute_value(node.attribute[0])
            if not isinstance(value, TensorProto):
                kind = np.float32 if 'float' in node.attribute[0].name else np.int64
                value = numpy_helper.from_array(np.asarray(value, kind))
            graph.initializer.append(value)
            graph.initializer[-1].name = node.output[0]
        else:
            rest.append(node)
    _replace_nodes(graph, rest)


def _drop_idle_casts(graph: onnx.GraphProto) -> None:
    """Take out casts to the type that a tensor has already."""
    types = {tensor.name: tensor.data_type for tensor in graph.initializer}
    for value in (*graph.value_info, *graph.input):
        types[value.name] = value.type.tensor_type.elem_type
    outputs = {value.name for value in graph.output}
    inner = {name for node in graph.node for name in _inner_names(node)}
    same: dict[str, str] = {}
    rest = []
    for node in graph.node:
        for place, name in enumerate(node.input):
            node.input[place] = same.get(name, name)
        if (
            node.op_type == 'Cast'
            and types.get(node.input[0]) == node.attribute[0].i
            and node.output[0] not in outputs | inner
        ):
            same[node.output[0]] = node.input[0]
        else:
            rest.append(node)
    _replace_nodes(graph, rest)


def _replace_nodes(graph: onnx.GraphProto, nodes: Iterable[onnx.NodeProto]) -> None:
    copies = []
    for node in nodes:
        copy = onnx.NodeProto()
        copy.CopyFrom(node)
        copies.append(copy)
    del graph.node[:]
    graph.node.extend(copies)


def _inner_names(node: onnx.NodeProto) -> Iterator[str]:
    """Yield the names that the graphs inside of a node ask for."""
    for attribute in node.attribute:
        for graph in (attribute.g, *attribute.graphs):
            yield from (value.name for value in graph.output)
            for inner in graph.node:
                yield from inner.input
                yield from _inner_names(inner)


class _Rewriting:
    """One graph on its way to FP16.

    ``name`` is always a tensor in FP32 and ``name_half`` the same in FP16, so that who asks for
    FP32, inside of an ``If`` as well, is never rewired.
    """

    def __init__(self, graph: onnx.GraphProto, plan: HalfPlan) -> None:
        self.graph = graph
        self.plan = plan
        self.taken = {
            *(name for node in graph.node for name in (*node.input, *node.output)),
            *plan.types,
        }
        self.fed = {value.name for value in graph.input}
        self.halves: dict[str, str] = {}
        self.available: set[str] = set()

    def run(self) -> None:
        """Rewrite the graph."""
        nodes: list[onnx.NodeProto] = []
        for index, node in enumerate(self.graph.node):
            made = []
            if index in self.plan.nodes:
                made = self._convert(node, nodes)
            nodes.append(node)
            nodes.extend(self._cast(self._half(name), name, TensorProto.FLOAT) for name in made)
        wanted = {value.name for value in self.graph.output}
        for node in nodes:
            wanted.update((*node.input, *_inner_names(node)))
        _replace_nodes(
            self.graph,
            (node for node in nodes if node.op_type != 'Cast' or node.output[0] in wanted),
        )
        self._drop_weights(set(self.halves) - wanted - self.fed)

    def _drop_weights(self, names: Collection[str]) -> None:
        # One by one would compare the content of each with that of all others.
        kept = [index for index, t in enumerate(self.graph.initializer) if t.name not in names]
        rest = [onnx.TensorProto() for _ in kept]
        for tensor, index in zip(rest, kept, strict=True):
            tensor.CopyFrom(self.graph.initializer[index])
        del self.graph.initializer[:]
        self.graph.initializer.extend(rest)

    def _convert(self, node: onnx.NodeProto, before: list[onnx.NodeProto]) -> list[str]:
        """Let ``node`` take and make FP16, and return what it makes, by its FP32 names.

        Casts that it needs are appended to ``before``.
        """
        if node.op_type == 'Cast':
            node.attribute[0].i = TensorProto.FLOAT16
        if node.op_type == 'ConstantOfShape':
            _halve_filling(node)
        inputs, outputs = self.plan.parameters(node)
        made = [node.output[place] for place, _ in outputs]
        for place, _ in inputs:
            node.input[place] = self._brought(node.input[place], before)
        for place, _ in outputs:
            self.available.add(node.output[place])
            node.output[place] = self._half(node.output[place])
        return made

    def _brought(self, name: str, before: list[onnx.NodeProto]) -> str:
        """Return the FP16 form of a tensor, which is made if there is none yet."""
        half = self._half(name)
        if name in self.available:
            return half
        self.available.add(name)
        if name in self.plan.weights and name not in self.fed:
            array = _halved(numpy_helper.to_array(self.plan.weights[name]))
            self.graph.initializer.append(numpy_helper.from_array(array, half))
        else:
            before.append(self._cast(name, half, TensorProto.FLOAT16))
        return half

    def _half(self, name: str) -> str:
        if name not in self.halves:
            half = f'{name}_half'
            while half in self.taken:
                half += '_'
            self.taken.add(half)
            self.halves[name] = half
        return self.halves[name]

    @staticmethod
    def _cast(source: str, target: str, kind: int) -> onnx.NodeProto:
        return helper.make_node('Cast', [source], [target], name=f'cast/{target}', to=kind)


def _halve_filling(node: onnx.NodeProto) -> None:
    values = [attribute.t for attribute in node.attribute if attribute.name == 'value']
    filling = numpy_helper.to_array(values[0]) if values else np.zeros(1, np.float32)
    del node.attribute[:]
    tensor = numpy_helper.from_array(_halved(filling), 'value')
    node.attribute.append(helper.make_attribute('value', tensor))


def _halved(array: NDArray[np.float32]) -> NDArray[np.float16]:
    """Return ``array`` in FP16; what stands for infinity becomes half of the largest number."""
    infinite = np.isfinite(array) & (np.abs(array) >= STAND_IN)
    tamed = np.where(infinite, np.copysign(np.float32(LARGEST / 2), array), array)
    return tamed.astype(np.float16)
