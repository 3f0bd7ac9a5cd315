"""A graph that was written for a fixed number of boxes, made fit for any.

Exporters and public graphs speak of a number that varies in shape arithmetic, which TensorRT
takes badly. So graphs are made for ``STAND_IN`` boxes, every shape a constant, and the number is
taken out afterwards: a constant shape that holds it infers it instead, and what was repeated that
often is spread by adding zeros of the right shape.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import onnx
from onnx import helper, numpy_helper, shape_inference

from tenet_ros.errors import EngineError

__all__ = ['STAND_IN', 'free_batch']

STAND_IN = 11
"""A number that divides no other size of a decoder."""

_SPREADING = frozenset(
    {'Add', 'Sub', 'Mul', 'Div', 'MatMul', 'Where', 'Equal', 'Pow', 'Max', 'Min'}
)
"""Ops that repeat an operand of length one by themselves."""


def free_batch(model: onnx.ModelProto, source: str = 'boxes') -> onnx.ModelProto:
    """Return the graph for any number of boxes.

    Args:
        model: its shapes constant, ``STAND_IN`` boxes; its weights loaded. It is changed.
        source: the input whose first dimension becomes free.

    Raises:
        EngineError: the number is in a place from where it cannot be taken.
    """
    work = _Freeing(shape_inference.infer_shapes(model, data_prop=True), source)
    work.run()
    graph = work.model.graph
    del graph.value_info[:]
    for value in (*graph.input, *graph.output):
        shape = value.type.tensor_type.shape
        if value.name == source or value in graph.output:
            shape.dim[0].dim_param = source
    freed = shape_inference.infer_shapes(work.model, check_type=True, data_prop=True)
    _check(freed)
    return freed


class _Freeing:
    """One graph on its way from a fixed number to any."""

    def __init__(self, model: onnx.ModelProto, source: str) -> None:
        self.model = model
        self._source = source
        graph = model.graph
        self._values = {each.name: each for each in graph.initializer}
        self._shapes: dict[str, list[int]] = {
            value.name: [dim.dim_value for dim in value.type.tensor_type.shape.dim]
            for value in (*graph.value_info, *graph.input, *graph.output)
        }
        self._shapes.update((each.name, list(each.dims)) for each in graph.initializer)
        self._after = {source}
        self._zeros: dict[tuple[int, int], str] = {}
        self._new: list[onnx.NodeProto] = []

    def run(self) -> None:
        """Take the number out of every node, in the graph's order."""
        for node in list(self.model.graph.node):
            self._free_constants(node)
            if node.op_type == 'Reshape':
                self._free_reshape(node)
            if node.op_type in {'Expand', 'Tile'} and self._repeats(node):
                self._spread(node)
            else:
                self._new.append(node)
            if self._after.intersection(node.input):
                self._after.update(node.output)
        del self.model.graph.node[:]
        self.model.graph.node.extend(self._new)

    def _free_constants(self, node: onnx.NodeProto) -> None:
        """Keep one slice of a constant that holds ``STAND_IN`` equal ones."""
        if node.op_type in {'Reshape', 'Expand', 'Tile', 'Slice', 'Gather', 'Conv', 'Gemm'}:
            return
        for place, name in enumerate(node.input):
            held = self._values.get(name)
            if held is None or list(held.dims).count(STAND_IN) != 1:
                continue
            axis = list(held.dims).index(STAND_IN)
            array = numpy_helper.to_array(held)
            one = np.take(array, [0], axis=axis)
            if not np.array_equal(array, np.broadcast_to(one, array.shape), equal_nan=True):
                continue
            short = self._constant(f'{name}_one', one)
            if node.op_type in _SPREADING:
                node.input[place] = short
                continue
            spread = f'{name}_each_{len(self._new)}'
            self._add([short, self._zeros_at(axis, one.ndim)], spread)
            node.input[place] = spread

    def _free_reshape(self, node: onnx.NodeProto) -> None:
        """Let a shape infer the dimension that the number is part of."""
        if not self._after.intersection(node.input[:1]):
            return
        target = list(self._shapes.get(node.output[0], []))
        held = [place for place, size in enumerate(target) if size and size % STAND_IN == 0]
        if not target or 0 in target or len(held) > 1:
            raise EngineError(
                f'{node.name}: expected the number of boxes in one dimension, got the shape '
                f'{target}; export the decoder with another version of its exporter'
            )
        if held:
            target[held[0]] = -1
            node.input[1] = self._constant(f'{node.output[0]}_shape', np.asarray(target))

    def _repeats(self, node: onnx.NodeProto) -> bool:
        """Return whether a node does nothing but repeat, or would but for the number."""
        given = self._shapes.get(node.input[0], [])
        target = self._shapes.get(node.output[0], [])
        return STAND_IN in target and len(target) >= len(given)

    def _spread(self, node: onnx.NodeProto) -> None:
        """Put an addition of zeros in the place of a repetition."""
        given, target = self._shapes[node.input[0]], self._shapes[node.output[0]]
        given = [1] * (len(target) - len(given)) + given
        axis = target.index(STAND_IN)
        rest = [
            (a, b) for place, (a, b) in enumerate(zip(given, target, strict=True)) if place != axis
        ]
        if target.count(STAND_IN) > 1 or given[axis] not in {1, STAND_IN}:
            raise EngineError(
                f'{node.name}: expected one dimension of {STAND_IN}, got {given} repeated to '
                f'{target}; export the decoder with another version of its exporter'
            )
        flat = node.input[0]
        if all(a == b for a, b in rest):
            self._add([flat, self._zeros_at(axis, len(target))], node.output[0])
            return
        spread = [1 if place == axis else size for place, size in enumerate(target)]
        zeros = self._constant(f'{node.output[0]}_zeros', np.zeros(spread, np.float32))
        self._add([flat, zeros], f'{node.output[0]}_rest')
        self._add([f'{node.output[0]}_rest', self._zeros_at(axis, len(target))], node.output[0])

    def _zeros_at(self, axis: int, rank: int) -> str:
        """Return the name of zeros with as many as there are boxes along an axis, float32."""
        if (axis, rank) not in self._zeros:
            name = f'boxes/zeros_{axis}_{rank}'
            if not self._zeros:
                ends = [np.asarray([0]), np.asarray([1]), np.asarray([1])]
                cut = [self._constant(f'boxes/cut_{n}', end) for n, end in enumerate(ends)]
                self._add_first('Slice', [self._source, *cut], 'boxes/column')
                nought = self._constant('boxes/nought', np.zeros(1, np.float32))
                self._add_first('Mul', ['boxes/column', nought], 'boxes/zeros')
            shape = np.ones(rank, np.int64)
            shape[axis] = -1
            target = self._constant(f'{name}_shape', shape)
            self._add_first('Reshape', ['boxes/zeros', target], name)
            self._zeros[axis, rank] = name
        return self._zeros[axis, rank]

    def _constant(self, name: str, value: np.ndarray) -> str:
        if name not in self._values:
            tensor = numpy_helper.from_array(value, name)
            self.model.graph.initializer.append(tensor)
            self._values[name] = tensor
        return name

    def _add(self, inputs: Sequence[str], output: str) -> None:
        self._new.append(helper.make_node('Add', list(inputs), [output], name=f'boxes/{output}'))
        if any(name.startswith('boxes/zeros') for name in inputs):
            self._after.add(output)

    def _add_first(self, kind: str, inputs: Sequence[str], output: str) -> None:
        self._new.append(helper.make_node(kind, list(inputs), [output], name=output))


def _check(model: onnx.ModelProto) -> None:
    """Check that no shape speaks of the number any more.

    Raises:
        EngineError: one does.
    """
    for value in _stuck(model.graph.value_info):
        raise EngineError(
            f'{value}: expected a tensor for any number of boxes, got one for {STAND_IN}; export '
            'the decoder with another version of its exporter'
        )


def _stuck(values: Iterable[onnx.ValueInfoProto]) -> Iterable[str]:
    for value in values:
        if any(dim.dim_value == STAND_IN for dim in value.type.tensor_type.shape.dim):
            yield value.name
