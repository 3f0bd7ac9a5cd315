"""From a checkpoint to the file that the package carries, and its manifest."""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
import torch
from onnx import TensorProto, helper
from torch import Tensor, nn

from tenet_ros.training.quantize import quantize
from tenet_ros.training.segmenter.crops import SIDE
from tenet_ros.training.segmenter.lighter import lighten
from tenet_ros.training.segmenter.network import BoxSegmenter

__all__ = ['EXACT', 'Exported', 'export', 'load', 'write_float']

EXACT = (
    *('/stem/', '/words/', '/middle_words/'),
    *('/coarse/', '/fine/', '/edge/', '/mask/', '/judge/'),
)
"""What sees pixels, counts words or gives answers is not quantised."""


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


def export(network: BoxSegmenter, path: Path, crops: npt.NDArray[np.uint8]) -> str:
    """Write the ONNX graph of a network, in eight bits and with the least work.

    Args:
        network: in evaluation mode, on the CPU.
        path: of the ONNX file.
        crops: (N, 96, 96, 4) uint8, for the ranges of eight bits.

    Returns:
        The sha256 of the file, for its manifest.
    """
    with tempfile.TemporaryDirectory() as folder:
        exact = Path(folder) / 'float.onnx'
        write_float(network, exact)
        quantize(exact, path, ({'crops': crop[None]} for crop in crops), EXACT)
    model = onnx.load(str(path))
    _name_batch(model)
    lighten(model)
    onnx.checker.check_model(model, full_check=True)
    content = model.SerializeToString()
    path.write_bytes(content)
    return hashlib.sha256(content).hexdigest()


def write_float(network: BoxSegmenter, path: Path) -> None:
    """Write the graph as it was trained, in float32."""
    crops = torch.zeros((2, SIDE, SIDE, 4), dtype=torch.uint8)
    torch.onnx.export(
        Exported(network),
        (crops,),
        str(path),
        input_names=['crops'],
        output_names=['masks', 'iou_predictions'],
        dynamic_axes={name: {0: 'b'} for name in ('crops', 'masks', 'iou_predictions')},
        opset_version=17,
        dynamo=False,
    )


def _name_batch(model: Any) -> None:
    """State the outputs' shapes in full: the exporter leaves names of its own in them."""
    shapes = {'masks': ['b', 1, SIDE, SIDE], 'iou_predictions': ['b', 1]}
    for output in model.graph.output:
        value = helper.make_tensor_value_info(output.name, TensorProto.FLOAT, shapes[output.name])
        output.CopyFrom(value)
