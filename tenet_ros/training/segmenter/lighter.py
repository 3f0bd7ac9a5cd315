"""The exported graph, said with less work: the same sums, in a form that a CPU does faster.

Convolutions on a CPU come in blocks of sixteen channels, and the last layers have eight and one of
them. So these give two columns side by side as channels, and the last one sums along a row before
it sums rows. Weights are moved, none is changed: what differs is the order of sums, by rounding.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from tenet_ros.training.graph import Graph
from tenet_ros.training.segmenter.crops import SIDE

__all__ = ['columns_as_channels', 'lighten']

_FINE, _HALF = 4, SIDE // 2
"""Channels that the last layers get from the decoder, before the crop's own; pairs of columns."""

_EVIDENCE = 3
"""Channels of what the colours say, ``Concat_7``."""

_Weights = npt.NDArray[np.float32]


def lighten(model: Any) -> None:
    """Replace the parts of a segmenter's graph that can be had for less, in place.

    The layers' own weights stay in the file, unused, for a training that goes on from it.

    Args:
        model: as ``export`` makes it.
    """
    graph = Graph(model.graph, '/network/')
    _lighten_end(graph)
    _lighten_words(graph)
    _fill_up(graph, 'Concat_10', 'enter/enter.0/Conv')
    _fill_up(graph, 'Concat_15', 'join1/join1.0/Conv')
    graph.finish()


def columns_as_channels(weight: _Weights) -> _Weights:
    """Return a 3 x 3 convolution for images whose columns 2j and 2j + 1 are two channels.

    Args:
        weight: (O, I, 3, 3) float32.

    Returns:
        (O * 2, I * 2, 3, 3), channels in the order (channel, column).
    """
    outputs, inputs = weight.shape[:2]
    paired = np.zeros((outputs, 2, inputs, 2, 3, 3), np.float32)
    for column in range(2):
        for shift in (-1, 0, 1):
            pair, other = divmod(column + shift, 2)
            paired[:, column, :, other, :, pair + 1] = weight[..., shift + 1]
    return paired.reshape(outputs * 2, inputs * 2, 3, 3)


def _strided(weight: _Weights) -> _Weights:
    """Return a 3 x 3 convolution (O, I, 3, 3) as one of columns in pairs: (O * 2, I, 3, 4)."""
    outputs, inputs = weight.shape[:2]
    paired = np.zeros((outputs, 2, inputs, 3, 4), np.float32)
    for column in range(2):
        paired[:, column, :, :, column : column + 3] = weight
    return paired.reshape(outputs * 2, inputs, 3, 4)


def _lighten_end(graph: Graph) -> None:
    """``edge`` and ``mask`` on pairs of columns, instead of on every pixel by itself."""
    graph.remove('DepthToSpace', 'Concat_16', 'edge/edge.0/Conv', 'edge/edge.1/Relu', 'mask/Conv')
    edge, edge_bias = graph.value('network.edge.0.weight'), graph.value('network.edge.0.bias')
    mask, mask_bias = graph.value('network.mask.weight'), graph.value('network.mask.bias')
    # (fine channel, row, column) of the pixel shuffle, rows back in their places.
    parts = graph.node('Reshape', '/network/fine/Conv_output_0', [0, _FINE, 2, 2, _HALF, _HALF])
    rows = graph.node('Transpose', parts, perm=[0, 1, 3, 4, 2, 5])
    fine = graph.node('Reshape', rows, [0, _FINE * 2, SIDE, _HALF])
    of_fine = graph.convolution(
        fine, columns_as_channels(edge[:, :_FINE]), np.repeat(edge_bias, 2), pads=[1, 1, 1, 1]
    )
    of_pixels = graph.convolution(
        '/network/Concat_9_output_0', _strided(edge[:, _FINE:]), pads=[1, 1, 1, 1], strides=[1, 2]
    )
    edges = graph.node('Relu', graph.node('Add', of_fine, of_pixels))
    # Each of three rows of the kernel by itself, (row, column) as channels; then their sum.
    along = columns_as_channels(mask).transpose(2, 0, 1, 3).reshape(6, -1, 1, 3)
    across = np.zeros((2, 3, 2, 3, 1), np.float32)
    for row in range(3):
        across[[0, 1], row, [0, 1], row] = 1
    sums = graph.convolution(edges, along, pads=[0, 1, 0, 1])
    pairs = graph.convolution(
        sums, across.reshape(2, 6, 3, 1), np.repeat(mask_bias, 2), pads=[1, 0, 1, 0]
    )
    columns = graph.node('Transpose', pairs, perm=[0, 2, 3, 1])
    graph.node('Reshape', columns, [-1, 1, SIDE, SIDE], out='/network/mask/Conv_output_0')


def _lighten_words(graph: Graph) -> None:
    """The offset of each word within the product, and places that are not sums with zeros."""
    for words in ('words', 'middle_words'):
        matmul = graph.remove(f'{words}/assign/MatMul', f'{words}/assign/Add')[0]
        weight = graph.value(matmul.input[1])
        graph.constant(weight.T, f'network.{words}.assign.weight')
        flat = graph.node('Reshape', matmul.input[0], [-1, weight.shape[0]])
        bias = f'network.{words}.assign.bias'
        product = graph.node('Gemm', flat, matmul.input[1], bias)
        pixels = (_HALF if words == 'words' else _HALF // 2) ** 2
        shape = [-1, pixels, weight.shape[1]]
        graph.node('Reshape', product, shape, out=f'/network/{words}/assign/Add_output_0')
    place = graph.remove('Add_8')[0].input[1]
    graph.node('Expand', place, '/network/Shape_output_0', out='/network/Add_8_output_0')


def _fill_up(graph: Graph, concat: str, convolution: str) -> None:
    """Give an eight-bit convolution channels in fours, which is what it has a fast way for.

    What the colours say comes once more, and weighs nothing there.
    """
    graph.named(concat).input.append('/network/Concat_7_output_0')
    name = graph.source(graph.named(convolution).input[1]).input[0]
    weight = graph.value(name)
    nothing = np.zeros((len(weight), _EVIDENCE, *weight.shape[2:]), weight.dtype)
    graph.constant(np.concatenate([weight, nothing], axis=1), name)
