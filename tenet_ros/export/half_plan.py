"""Which nodes of a graph compute in FP16, before anything is rewritten."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import numpy as np
import onnx
from onnx import AttributeProto, TensorProto, numpy_helper

from tenet_ros.export.precision import LAYOUT_OPS, Wiring, kept_nodes

__all__ = ['LARGEST', 'STAND_IN', 'HalfPlan']

LARGEST = 65504.0
"""Of FP16."""

SMALLEST_NORMAL = 2.0**-14
"""Of FP16, about 6e-5; what lies below loses digits, or is zero to who flushes it."""

STAND_IN = 1e30
"""Numbers beyond it stand for infinity, as in an attention mask."""

_SMALL_INTEGERS = {TensorProto.BOOL, TensorProto.UINT8, TensorProto.INT8}


class HalfPlan:
    """The nodes that take and make FP16.

    Attributes:
        nodes: their indices.
        made: names, as yet, of the tensors that they make in FP16.
        weights: initialisers by name.
    """

    def __init__(self, model: onnx.ModelProto, keep: Collection[str]) -> None:
        graph = model.graph
        self._graph = graph
        self._opsets = {entry.domain: entry.version for entry in model.opset_import}
        self.weights = {tensor.name: tensor for tensor in graph.initializer}
        self.types = {name: tensor.data_type for name, tensor in self.weights.items()}
        for value in (*graph.value_info, *graph.input, *graph.output):
            self.types[value.name] = value.type.tensor_type.elem_type
        self.nodes: set[int] = set()
        self.made: set[str] = set()
        able = self._able(kept_nodes(graph, keep))
        for index, node in enumerate(graph.node):
            if index in able and self._arrives_half(node):
                self._take(index)
        self._pull_layouts(able)

    def is_float(self, name: str) -> bool:
        """Whether a tensor is in FP32 before the conversion."""
        return bool(self.types.get(name) == TensorProto.FLOAT)

    def parameters(
        self, node: onnx.NodeProto
    ) -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
        """Return the inputs and the outputs that may change type: places and type variables."""
        schema = self._schema(node)
        if schema is None:
            return [], []
        return (
            list(self._variables(node.input, schema.inputs)),
            list(self._variables(node.output, schema.outputs)),
        )

    def _variables(
        self, names: Collection[str], formal: Collection[onnx.defs.OpSchema.FormalParameter]
    ) -> Iterator[tuple[int, str]]:
        parameters = list(formal)
        for place, name in enumerate(names):
            kind = parameters[min(place, len(parameters) - 1)].type_str
            if self.is_float(name) and not kind.startswith('tensor('):
                yield place, kind

    def _schema(self, node: onnx.NodeProto) -> onnx.defs.OpSchema | None:
        version = self._opsets.get(node.domain)
        if version is None or node.domain not in {'', 'ai.onnx'}:
            return None
        try:
            return onnx.defs.get_schema(node.op_type, version, node.domain)
        except onnx.defs.SchemaError:
            return None

    def _able(self, kept: Collection[int]) -> set[int]:
        return {
            index
            for index, node in enumerate(self._graph.node)
            if index not in kept
            and all(self.types.get(name) for name in node.output if name)
            and not any(
                attribute.type in {AttributeProto.GRAPH, AttributeProto.GRAPHS}
                for attribute in node.attribute
            )
            and self._knows_half(node)
            and self._constants_fit(node)
        }

    def _knows_half(self, node: onnx.NodeProto) -> bool:
        schema = self._schema(node)
        if schema is None:
            return False
        half = {
            constraint.type_param_str
            for constraint in schema.type_constraints
            if 'tensor(float16)' in constraint.allowed_type_strs
        }
        inputs, outputs = self.parameters(node)
        if node.op_type in {'Cast', 'ConstantOfShape'}:
            return bool(outputs)
        return bool(inputs) and all(kind in half for _, kind in (*inputs, *outputs))

    def _constants_fit(self, node: onnx.NodeProto) -> bool:
        for name in node.input:
            if not self.is_float(name) or name not in self.weights:
                continue
            sizes = np.abs(numpy_helper.to_array(self.weights[name]))
            large = sizes[np.isfinite(sizes) & (sizes > LARGEST)]
            if large.size and (node.op_type in {'Clip', 'Min', 'Max'} or large.min() < STAND_IN):
                return False
            if sizes.size == 1 and 0 < float(sizes.max()) < SMALLEST_NORMAL:
                return False
        return True

    def _arrives_half(self, node: onnx.NodeProto) -> bool:
        """Whether an op that can do both is better done in FP16, given what comes to it."""
        if node.op_type == 'Cast':
            return self.types.get(node.input[0]) in _SMALL_INTEGERS
        moving = [name for name in node.input if self.is_float(name) and name not in self.weights]
        if node.op_type in LAYOUT_OPS and moving:
            return any(name in self.made for name in moving)
        return True

    def _take(self, index: int) -> None:
        self.nodes.add(index)
        node = self._graph.node[index]
        self.made.update(node.output[place] for place, _ in self.parameters(node)[1])

    def _pull_layouts(self, able: Collection[int]) -> None:
        """Cast before a layout op whose takers all want FP16, so that branches share the cast."""
        wiring = Wiring(self._graph)
        asked = {value.name for value in self._graph.output}
        for index in range(len(wiring.nodes) - 1, -1, -1):
            node = wiring.nodes[index]
            if index in self.nodes or index not in able or node.op_type not in LAYOUT_OPS:
                continue
            takers = set(wiring.after(index))
            if takers and takers <= self.nodes and not asked.intersection(node.output):
                self._take(index)
