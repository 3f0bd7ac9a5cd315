"""A graph in eight bits: more than twice as fast on one core, a third of the bytes.

Convolutions take and give uint8 with one scale per tensor, their weights are int8 with one scale
per output channel (post-training quantisation, Jacob et al., arXiv 1712.05877); what is named as
exact stays float32. Weights use seven of the eight bits, so that processors without VNNI, which
add two products in sixteen bits, cannot overflow.
"""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import onnx

from tenet_ros.inference.spec import TensorMap

__all__ = ['quantize']

_OF_NETWORK = 2
"""Slashes in the name of a node that belongs to no block: '/network/Add'."""


def quantize(graph: Path, out: Path, inputs: Iterable[TensorMap], exact: Sequence[str]) -> None:
    """Write the eight-bit form of an exported network.

    Args:
        graph: float32 ONNX, with scoped node names.
        out: where to.
        inputs: real ones, from which the ranges of activations are taken.
        exact: parts of the names of nodes that stay as they are.
    """
    root = logging.getLogger()
    level = root.level
    # The quantiser advises, at length and as a warning, what is done here already.
    root.setLevel(logging.ERROR)
    try:
        _quantize(graph, out, inputs, exact)
    finally:
        root.setLevel(level)


def _quantize(graph: Path, out: Path, inputs: Iterable[TensorMap], exact: Sequence[str]) -> None:
    from onnxruntime.quantization import QuantFormat, QuantType, quantize_static
    from onnxruntime.quantization.shape_inference import quant_pre_process

    with tempfile.TemporaryDirectory() as folder:
        prepared = Path(folder) / 'prepared.onnx'
        quant_pre_process(str(graph), str(prepared), skip_symbolic_shape=True)
        nodes = onnx.load(str(prepared)).graph.node
        quantize_static(
            str(prepared),
            str(out),
            _Inputs(inputs),
            quant_format=QuantFormat.QDQ,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            per_channel=True,
            reduce_range=True,
            nodes_to_quantize=[node.name for node in nodes if _eight_bits(node, exact)],
        )


def _eight_bits(node: Any, exact: Sequence[str]) -> bool:
    if any(part in node.name for part in exact):
        return False
    # Sums of a block lie between its convolutions; those of the network itself may be anything.
    inside = node.name.count('/') > _OF_NETWORK
    return node.op_type in {'Conv', 'Relu'} or (node.op_type == 'Add' and inside)


class _Inputs:
    """Gives inputs one by one, as the quantiser of ONNX Runtime asks for them."""

    def __init__(self, inputs: Iterable[TensorMap]) -> None:
        self._left = iter(inputs)

    def get_next(self) -> TensorMap | None:
        return next(self._left, None)
