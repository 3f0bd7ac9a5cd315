"""From a checkpoint to the file that the package carries, and its manifest."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

from tenet_ros.training.segmenter.crops import SIDE
from tenet_ros.training.segmenter.network import BoxSegmenter

__all__ = ['Exported', 'export', 'load']

_SMALL = 512
"""Tensors of fewer elements stay in single precision."""


class Exported(nn.Module):
    """The network as the package's contract has it."""

    def __init__(self, network: BoxSegmenter) -> None:
        super().__init__()
        self.network = network.eval()

    def forward(self, crops: Tensor) -> tuple[Tensor, Tensor]:
        """Return masks (B, 1, 96, 96) logits and iou_predictions (B, 1) in [0, 1]."""
        masks, _, quality = self.network(crops)
        return masks, quality.sigmoid()


def load(checkpoint: Path) -> BoxSegmenter:
    """Return the averaged network of a checkpoint, in evaluation mode, on the CPU."""
    state = torch.load(checkpoint, map_location='cpu', weights_only=True)
    network = BoxSegmenter()
    network.load_state_dict(state['averaged'])
    network.eval()
    return network


def export(checkpoint: Path, path: Path) -> str:
    """Write the ONNX graph of a checkpoint; its large weights are kept in half precision.

    Args:
        checkpoint: of ``Trainer``.
        path: of the ONNX file.

    Returns:
        The sha256 of the file, for its manifest.
    """
    buffer = io.BytesIO()
    crops = torch.zeros((2, SIDE, SIDE, 4), dtype=torch.uint8)
    torch.onnx.export(
        Exported(load(checkpoint)),
        (crops,),
        buffer,
        input_names=['crops'],
        output_names=['masks', 'iou_predictions'],
        dynamic_axes={name: {0: 'b'} for name in ('crops', 'masks', 'iou_predictions')},
        opset_version=17,
        dynamo=False,
    )
    model = onnx.load_from_string(buffer.getvalue())
    _halve(model)
    _name_batch(model)
    onnx.checker.check_model(model, full_check=True)
    content = model.SerializeToString()
    path.write_bytes(content)
    return hashlib.sha256(content).hexdigest()


def _halve(model: Any) -> None:
    """Keep large weights as float16, with a cast back that engines fold when they load."""
    graph = model.graph
    casts = []
    for tensor in graph.initializer:
        if tensor.data_type == TensorProto.FLOAT and np.prod(tensor.dims) >= _SMALL:
            half = numpy_helper.to_array(tensor).astype(np.float16)
            whole, name = tensor.name, tensor.name + '.half'
            tensor.CopyFrom(numpy_helper.from_array(half, name))
            casts.append(helper.make_node('Cast', [name], [whole], to=TensorProto.FLOAT))
    nodes = [*casts, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)


def _name_batch(model: Any) -> None:
    """State the outputs' shapes in full: the exporter leaves names of its own in them."""
    shapes = {'masks': ['b', 1, SIDE, SIDE], 'iou_predictions': ['b', 1]}
    for output in model.graph.output:
        value = helper.make_tensor_value_info(output.name, TensorProto.FLOAT, shapes[output.name])
        output.CopyFrom(value)
