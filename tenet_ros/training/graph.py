"""An ONNX graph while it is changed: nodes out, others in, and back in order."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from onnx import helper, numpy_helper

__all__ = ['Graph']

_Weights = npt.NDArray[np.float32]


class Graph:
    """An exported network.

    Args:
        graph: of the model; it is changed in place.
        scope: what stands before the names of nodes that came with it.
    """

    def __init__(self, graph: Any, scope: str = '') -> None:
        self._graph = graph
        self._scope = scope
        self._nodes = {node.name: node for node in graph.node}
        self._values = {value.name: value for value in graph.initializer}
        self._made = 0

    def value(self, name: str) -> npt.NDArray[Any]:
        """Return a constant."""
        return np.asarray(numpy_helper.to_array(self._values[name]))

    def named(self, name: str) -> Any:
        """Return a node of the network."""
        return self._nodes[self._scope + name]

    def source(self, output: str) -> Any:
        """Return the node that gives an output."""
        return next(node for node in self._graph.node if output in node.output)

    def remove(self, *names: str) -> list[Any]:
        """Take nodes of the network out and return them."""
        taken = [self.named(name) for name in names]
        for node in taken:
            self._graph.node.remove(node)
        return taken

    def constant(self, value: npt.NDArray[Any], name: str = '') -> str:
        """Add a constant, or put it in the place of the one of this name, and return its name."""
        name = name or self._name('constant')
        tensor = numpy_helper.from_array(np.ascontiguousarray(value), name)
        if name in self._values:
            self._values[name].CopyFrom(tensor)
        else:
            self._graph.initializer.append(tensor)
        return name

    def node(self, kind: str, *inputs: str | list[int], out: str = '', **attributes: Any) -> str:
        """Add a node and return the name of its output.

        Args:
            kind: of the operator.
            inputs: names, or a shape.
            out: name of the output; a new one if empty.
            attributes: of the operator.
        """
        names = [
            given if isinstance(given, str) else self.constant(np.asarray(given, np.int64))
            for given in inputs
        ]
        out = out or self._name(kind)
        self._graph.node.append(helper.make_node(kind, names, [out], name=out, **attributes))
        return out

    def convolution(
        self, image: str, weight: _Weights, bias: _Weights | None = None, **attributes: Any
    ) -> str:
        """Add a convolution and return the name of its output."""
        constants = [weight] if bias is None else [weight, bias]
        names = [self.constant(value) for value in constants]
        shape = list(weight.shape[2:])
        return self.node('Conv', image, *names, kernel_shape=shape, **attributes)

    def finish(self) -> None:
        """Put each node after what it needs, and leave out those that nothing needs any more."""
        of_output = {name: node for node in self._graph.node for name in node.output}
        ordered: dict[str, Any] = {}

        def add(output: str) -> None:
            node = of_output.get(output)
            if node is not None and node.output[0] not in ordered:
                for name in node.input:
                    add(name)
                ordered[node.output[0]] = node

        for result in self._graph.output:
            add(result.name)
        del self._graph.node[:]
        self._graph.node.extend(ordered.values())
        # Among them are shapes of what is there no more.
        del self._graph.value_info[:]

    def _name(self, kind: str) -> str:
        self._made += 1
        return f'{self._scope}made/{kind}_{self._made}'
