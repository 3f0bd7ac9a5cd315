"""Public graphs with every shape a constant: cut to what is used, folded, and joined."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy.typing as npt
import onnx
import onnxruntime
from onnx import compose, helper, numpy_helper, version_converter

from tenet_ros.errors import EngineError
from tenet_ros.export.graphs import OPSET

__all__ = ['folded', 'joined', 'operators', 'read_graph', 'with_fixed']


def read_graph(path: Path, inputs: Iterable[str], outputs: Iterable[str]) -> onnx.ModelProto:
    """Return a published graph at the opset of ours.

    Args:
        path: of the file.
        inputs: names that it must take; it may take others.
        outputs: names that it must give; others are cut off, with what makes only them.

    Raises:
        EngineError: there is none, it is another graph, or its opset cannot be raised.
    """
    try:
        model = onnx.load(path)
        opset = next(each.version for each in model.opset_import if not each.domain)
        model = version_converter.convert_version(model, OPSET) if opset < OPSET else model
    except Exception as error:  # onnx raises what its parts raise
        raise EngineError(
            f'expected a graph at {path}, got {" ".join(str(error).split())[:200]}; pull the model '
            'again'
        ) from error
    held = {each.name for each in model.graph.initializer}
    came = [each.name for each in model.graph.input if each.name not in held]
    gives = [each.name for each in model.graph.output]
    if not set(inputs) <= set(came) or not set(outputs) <= set(gives):
        raise EngineError(
            f'{path.name}: expected {", ".join(inputs)} to give {", ".join(outputs)}, the graph '
            f'takes {", ".join(came)} and gives {", ".join(gives)}; name the exporter that fits it'
        )
    kept = [value for value in model.graph.output if value.name in set(outputs)]
    del model.graph.output[:]
    model.graph.output.extend(kept)
    _prune(model.graph)
    return model


def with_fixed(
    model: onnx.ModelProto,
    shapes: Mapping[str, Sequence[int]],
    constants: Mapping[str, npt.NDArray[Any]],
) -> onnx.ModelProto:
    """Return a graph with the shapes of its inputs fixed and some of them constant. It is changed.

    Args:
        model: the graph.
        shapes: by input.
        constants: by input; those that the graph does not take are left out.
    """
    graph = model.graph
    types = {value.name: value.type.tensor_type.elem_type for value in graph.input}
    rest = [value for value in graph.input if value.name in shapes]
    for name, value in constants.items():
        if name in types:
            kind = helper.tensor_dtype_to_np_dtype(types[name])
            graph.initializer.append(numpy_helper.from_array(value.astype(kind), name))
    del graph.input[:], graph.value_info[:]
    graph.input.extend(
        helper.make_tensor_value_info(value.name, types[value.name], shapes[value.name])
        for value in rest
    )
    for value in graph.output:
        value.type.tensor_type.ClearField('shape')
    _prune(graph)
    return model


def joined(
    parts: Sequence[tuple[str, onnx.ModelProto]],
    wires: Sequence[tuple[str, str]],
    inputs: Mapping[str, Sequence[str]],
    outputs: Mapping[str, str],
) -> onnx.ModelProto:
    """Return several graphs as one.

    Args:
        parts: in their order, each with the prefix that its names get.
        wires: (output, input), with prefixes.
        inputs: of the whole, by name: the inputs, with prefixes, that it feeds.
        outputs: of the whole, by name: the output, with prefix, that it is.
    """
    whole: onnx.ModelProto | None = None
    for prefix, part in parts:
        named = compose.add_prefix(part, prefix)
        named.ir_version = 10
        if whole is None:
            whole = named
            continue
        makes = {value.name for value in whole.graph.output}
        takes = {value.name for value in named.graph.input}
        later = {wire[0] for wire in wires if wire[1] not in takes} | set(outputs.values())
        io_map = [wire for wire in wires if wire[0] in makes and wire[1] in takes]
        ends = [name for name in makes if name in later]
        ends += [value.name for value in named.graph.output]
        whole = compose.merge_models(whole, named, io_map=io_map, outputs=ends)
    assert whole is not None
    _rename(whole.graph, inputs, outputs)
    del whole.opset_import[:]
    whole.opset_import.append(helper.make_opsetid('', OPSET))
    whole.producer_name = 'tenet_ros'
    return whole


def folded(model: onnx.ModelProto) -> onnx.ModelProto:
    """Return the graph with everything computed that depends on no input.

    ONNX Runtime's basic optimisation does it: it knows the shapes, so shape arithmetic and
    branches on shapes fall away, and what it writes is still standard ONNX.

    Raises:
        EngineError: the graph is not one that ONNX Runtime can run.
    """
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    with tempfile.TemporaryDirectory() as folder:
        before, after = Path(folder) / 'before.onnx', Path(folder) / 'after.onnx'
        onnx.save(model, before)
        options.optimized_model_filepath = str(after)
        try:
            onnxruntime.InferenceSession(str(before), options, providers=['CPUExecutionProvider'])
        except Exception as error:  # its classes share no base
            raise EngineError(
                f'expected a graph that ONNX Runtime can load, got '
                f'{" ".join(str(error).split())[:300]}; pull the model again'
            ) from error
        result = onnx.load(after)
    used = {node.domain for node in result.graph.node} | {''}
    kept = [each for each in result.opset_import if each.domain in used]
    del result.opset_import[:]
    result.opset_import.extend(kept)
    result.ir_version = min(result.ir_version, 10)
    return result


def operators(model: onnx.ModelProto) -> dict[str, int]:
    """Return how many nodes of each kind there are, most frequent first."""
    counts: dict[str, int] = {}
    for node in model.graph.node:
        counts[node.op_type] = counts.get(node.op_type, 0) + 1
    return dict(sorted(counts.items(), key=lambda item: -item[1]))


def _rename(
    graph: onnx.GraphProto, inputs: Mapping[str, Sequence[str]], outputs: Mapping[str, str]
) -> None:
    """Give the whole's inputs and outputs their names."""
    names = {old: new for new, olds in inputs.items() for old in olds}
    names.update((old, new) for new, old in outputs.items())
    for node in graph.node:
        node.input[:] = [names.get(name, name) for name in node.input]
        node.output[:] = [names.get(name, name) for name in node.output]
    feeds = {names[value.name]: value for value in graph.input}
    gives = {names[value.name]: value for value in graph.output if value.name in names}
    del graph.input[:], graph.output[:], graph.value_info[:]
    for new, value in feeds.items():
        value.name = new
    for new, value in gives.items():
        value.name = new
    graph.input.extend(feeds[name] for name in inputs)
    graph.output.extend(gives[name] for name in outputs)


def _prune(graph: onnx.GraphProto) -> None:
    """Take out nodes and inputs that nothing given depends on."""
    wanted = {value.name for value in graph.output}
    kept = []
    for node in reversed(graph.node):
        if wanted.intersection(node.output):
            kept.append(node)
            wanted.update(_needs(node))
    del graph.node[:]
    graph.node.extend(reversed(kept))
    for field in (graph.input, graph.initializer):
        rest = [each for each in field if each.name in wanted]
        del field[:]
        field.extend(rest)


def _needs(node: onnx.NodeProto) -> set[str]:
    """Return the tensors that a node takes, those of its inner graphs included."""
    found = set(node.input)
    for attribute in node.attribute:
        if attribute.type == onnx.AttributeProto.GRAPH:
            for inner in attribute.g.node:
                found |= _needs(inner)
            found |= {value.name for value in attribute.g.output}
    return found
