"""What an exported graph answers, and with it what its network saw and chose on the way."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx

from tenet_ros.export.drift import Tensors, run
from tenet_ros.inference.text_tower import Layout
from tenet_ros.types import UInt8Array

__all__ = ['answered', 'tapped']


def tapped(path: Path, feeds: Sequence[Tensors]) -> list[dict[str, npt.NDArray[Any]]]:
    """Run a graph on what it takes of each of ``feeds``.

    Returns:
        Its outputs by name, and ``canvas``, the pixels of its network, (1, 3, h, w) float32,
        without what the first convolution pads by itself. Of a graph that keeps its best queries
        also ``best``, (1, K) int64, which these are; of one whose queries come from proposals
        ``proposals``, (1, N) int64, which went on, in order.
    """
    graph = onnx.load(str(path))
    taps = _taps(graph.graph)
    for name, kind in taps.values():
        graph.graph.output.append(onnx.helper.make_tensor_value_info(name, kind, None))
    takes = [value.name for value in graph.graph.input]
    found = run(graph, [{name: feed[name] for name in takes if name in feed} for feed in feeds])
    return [{**each, **{tap: each[name] for tap, (name, _) in taps.items()}} for each in found]


def _taps(graph: onnx.GraphProto) -> dict[str, tuple[str, int]]:
    """Return name and type of the tensor behind each tap."""
    # The network begins where its first weights are met, behind the preprocessing's two.
    canvas = next(
        node.input[0] for node in graph.node if node.op_type == 'Conv' or 'canvas' in node.input[:1]
    )
    taps = {'canvas': (canvas, onnx.TensorProto.FLOAT)}
    tops = [node.output[1] for node in graph.node if node.op_type == 'TopK']
    if tops:
        taps['best'] = tops[-1], onnx.TensorProto.INT64
    if len(tops) > 1:
        taps['proposals'] = tops[0], onnx.TensorProto.INT64
    return taps


def answered(
    folder: Path, layout: Layout, images: Sequence[UInt8Array], texts: Sequence[str]
) -> list[dict[str, npt.NDArray[Any]]]:
    """Return what ``tapped`` gives of ``image.onnx`` for each image, (H, W, 3) uint8 RGB.

    Args:
        folder: of the exported graphs.
        layout: of the words as ``text.onnx`` takes them.
        images: of the camera's size.
        texts: what is looked for.
    """
    words = dict(layout.lay(texts).tensors)
    text = onnx.load(str(folder / 'text.onnx'))
    takes = {value.name: words[value.name] for value in text.graph.input}
    words.update(run(text, [takes])[0])
    return tapped(
        folder / 'image.onnx', [{'image': image[np.newaxis], **words} for image in images]
    )
