"""An ONNX graph with its types, its constants, and what depends on what comes in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, numpy_helper, shape_inference

__all__ = ['View']


class View:
    """A graph with its types, and which of its tensors depend on what comes in."""

    def __init__(self, model: onnx.ModelProto) -> None:
        self.model = model
        graph = shape_inference.infer_shapes(model, data_prop=True).graph
        self.constants = {tensor.name: tensor for tensor in graph.initializer}
        self.inputs = [value for value in graph.input if value.name not in self.constants]
        self.outputs = {value.name for value in graph.output}
        self.nodes = list(graph.node)
        self.values = {
            value.name: value.type.tensor_type
            for value in (*graph.value_info, *graph.output, *graph.input)
        }
        for node in self.nodes:
            if node.op_type == 'Constant' and node.attribute[0].name == 'value':
                self.constants[node.output[0]] = node.attribute[0].t
        self.varying = self._reached({value.name for value in self.inputs})

    def _reached(self, start: set[str]) -> set[str]:
        """Return the tensors whose content depends on ``start``: a shape does not."""
        reached = set(start)
        for node in self.nodes:
            if node.op_type not in {'Shape', 'Size'} and reached.intersection(node.input):
                reached.update(node.output)
        return reached

    def all_nodes(self) -> Iterator[onnx.NodeProto]:
        """Yield the nodes, those inside of nodes and of local functions as well."""
        yield from self._below(self.nodes)
        for function in self.model.functions:
            yield from self._below(function.node)

    def _below(self, nodes: list[onnx.NodeProto]) -> Iterator[onnx.NodeProto]:
        for node in nodes:
            yield node
            for attribute in node.attribute:
                for graph in (attribute.g, *attribute.graphs):
                    yield from self._below(graph.node)

    def type_of(self, name: str) -> int:
        """Return the element type of a tensor; 0 if it is not known."""
        if name in self.constants:
            return int(self.constants[name].data_type)
        return int(self.values[name].elem_type) if name in self.values else 0

    def rank_of(self, name: str) -> int:
        """Return the number of dimensions of a tensor; 0 if it is not known."""
        return len(self.values[name].shape.dim) if name in self.values else 0

    def content(self, name: str) -> NDArray[Any] | None:
        """Return a constant's content, if it is one and is here."""
        tensor = self.constants.get(name)
        if tensor is None or tensor.data_location == TensorProto.EXTERNAL:
            return None
        return np.asarray(numpy_helper.to_array(tensor))
