"""An FP16 graph as a GPU would compute it, run where there is none.

ONNX Runtime's CPU provider computes FP16 nodes in FP32 and drops the casts between them, explicit
ones as well: 300 squared and divided by 100 is 900 there and infinite on a GPU. So a graph that is
to be judged is rewritten in FP32 with every FP16 tensor rounded to what FP16 can hold, by
arithmetic that no optimiser takes out. Sums inside of a node are in FP32, as tensor cores have them.
Numbers below 6e-5 keep more digits than they would have.
"""

from __future__ import annotations

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from tenet_ros.export.precision import LAYOUT_OPS

__all__ = ['emulate']

_DOMAIN = 'tenet_ros'
_ROUND = 'RoundToHalf'

# Veltkamp's splitting with 2**13 + 1 leaves 11 of 24 binary digits. Times 2**112, what rounds to
# 65536 or more is infinite, and 65504 is not.
_BODY = """
    <domain: "DOMAIN", opset_import: ["": OPSET]>
    RoundToHalf (x) => (y)
    {
        split = Constant <value = float {8193}> ()
        up = Constant <value = float {5192296858534827628530496329220096}> ()
        down = Constant <value = float {0.00000000000000000000000000000000019259299443872359}> ()
        c = Mul (x, split)
        d = Sub (c, x)
        r = Sub (c, d)
        high = Mul (r, up)
        rounded = Mul (high, down)
        infinite = IsInf (x)
        y = Where (infinite, x, rounded)
    }
"""


def emulate(half: onnx.ModelProto) -> onnx.ModelProto:
    """Return a graph in FP32 that gives what ``half`` gives on a GPU.

    Its tensors have the names of ``half``'s; inputs and outputs in FP16 are in FP32.

    Args:
        half: from ``to_half``; its weights loaded, no graphs inside of nodes that compute in FP16.
    """
    model = onnx.ModelProto()
    model.CopyFrom(onnx.shape_inference.infer_shapes(half))
    graph = model.graph
    halves = {
        value.name
        for value in (*graph.value_info, *graph.input, *graph.output)
        if value.type.tensor_type.elem_type == TensorProto.FLOAT16
    }
    for tensor in graph.initializer:
        _widen(tensor)
    for value in (*graph.input, *graph.output):
        if value.name in halves:
            value.type.tensor_type.elem_type = TensorProto.FLOAT
    nodes: list[onnx.NodeProto] = []
    for node in graph.node:
        nodes += _rounded(node, halves)
    del graph.node[:]
    graph.node.extend(nodes)
    del graph.value_info[:]
    opset = next(entry.version for entry in model.opset_import if entry.domain in {'', 'ai.onnx'})
    body = _BODY.replace('DOMAIN', _DOMAIN).replace('OPSET', str(opset))
    model.functions.append(onnx.parser.parse_function(body))
    model.opset_import.append(helper.make_opsetid(_DOMAIN, 1))
    return model


def _rounded(node: onnx.NodeProto, halves: set[str]) -> list[onnx.NodeProto]:
    """Return the nodes that stand for one."""
    copy = onnx.NodeProto()
    copy.CopyFrom(node)
    for attribute in copy.attribute:
        if attribute.HasField('t'):
            _widen(attribute.t)
        if copy.op_type == 'Cast' and attribute.name == 'to' and attribute.i == TensorProto.FLOAT16:
            attribute.i = TensorProto.FLOAT
    after = []
    for place, name in enumerate(node.output):
        if name in halves and node.op_type not in LAYOUT_OPS:
            copy.output[place] = f'{name}/raw'
            after.append(
                helper.make_node(_ROUND, [f'{name}/raw'], [name], f'round/{name}', domain=_DOMAIN)
            )
    return [copy, *after]


def _widen(tensor: onnx.TensorProto) -> None:
    if tensor.data_type == TensorProto.FLOAT16:
        array = numpy_helper.to_array(tensor).astype(np.float32)
        tensor.CopyFrom(numpy_helper.from_array(array, tensor.name))
