"""What a graph computes of constants alone, computed once."""

from __future__ import annotations

import numpy as np
import onnx
import onnxruntime
from onnx import helper, numpy_helper

__all__ = ['fold_constants']


def fold_constants(graph: onnx.ModelProto) -> onnx.ModelProto:
    """Return a graph whose nodes all depend on an input.

    Positions, anchors and masks of an image of fixed size are constants, and what makes them,
    such as cumulative sums, is not what every engine knows. ONNX Runtime does the sums.

    Args:
        graph: of fixed shapes, with its weights loaded and without subgraphs that capture values.
    """
    body = graph.graph
    known = {tensor.name for tensor in body.initializer}
    constant: list[onnx.NodeProto] = []
    rest: list[onnx.NodeProto] = []
    for node in body.node:
        if all(name in known for name in node.input if name):
            known.update(node.output)
            constant.append(node)
        else:
            rest.append(node)
    if not constant:
        return graph
    made = {name for node in constant for name in node.output if name}
    results = {value.name for value in body.output}
    wanted = sorted(made & ({name for node in rest for name in node.input} | results))
    values = _computed(graph, constant, wanted)
    folded = onnx.ModelProto()
    folded.CopyFrom(graph)
    del folded.graph.node[:], folded.graph.value_info[:]
    folded.graph.node.extend(rest)
    for name, value in values.items():
        folded.graph.initializer.append(numpy_helper.from_array(value, name))
    used = {name for node in rest for name in node.input} | results
    kept = [tensor for tensor in folded.graph.initializer if tensor.name in used]
    del folded.graph.initializer[:]
    folded.graph.initializer.extend(kept)
    return onnx.shape_inference.infer_shapes(folded)


def _computed(
    graph: onnx.ModelProto, nodes: list[onnx.NodeProto], wanted: list[str]
) -> dict[str, np.ndarray]:
    """Return the values that constant nodes give, by name."""
    if not wanted:
        return {}
    taken = {name for node in nodes for name in node.input}
    weights = [tensor for tensor in graph.graph.initializer if tensor.name in taken]
    part = helper.make_model(
        helper.make_graph(
            nodes, 'constants', [], [onnx.ValueInfoProto(name=name) for name in wanted], weights
        ),
        opset_imports=graph.opset_import,
        ir_version=graph.ir_version,
    )
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(
        part.SerializeToString(), options, providers=['CPUExecutionProvider']
    )
    return dict(zip(wanted, session.run(wanted, {}), strict=True))
