"""The shipped files: graph, word table, and the manifest that says what they are."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from tenet_ros.stages.word_table import WordTable
from tenet_ros.training.detector.deploy import Deployed
from tenet_ros.training.detector.network import HEIGHT, WIDTH, grid
from tenet_ros.training.quantize import quantize

__all__ = ['NAME', 'export', 'write_float', 'write_manifest']

NAME = 'tabletop_detector'

_EXACT = tuple(f'/{head}.{scale}.1/Conv' for head in ('where', 'what') for scale in range(3))
"""The last layer of each head, boxes and logits, is not quantised."""

_METRICS = {
    'recall': 'recall at IoU 0.5, objects of 400 visible pixels or more',
    'precision': 'precision of boxes with a score of 0.4 or more',
    'iou': 'mean IoU of the boxes that match an object',
    'category_right': 'category right, of 20',
    'colour_right': 'colour right, of 11',
    'new_pairs_right': 'colour and category both right, for pairs not in the training set',
    'phrase_roc_area': 'area under the ROC, "colour category" present or absent',
}

_MANIFEST = """\
task: detection
summary: {summary}
homepage: https://github.com/tenet-ros/tenet_ros
licence: Apache-2.0
precision: int8

files:
{files}
inputs:
  - {{name: image, dtype: uint8, shape: [1, {height}, {width}, 3]}}
outputs:
  - {{name: rows, dtype: float32, shape: [1, {cells}, {columns}]}}

image:
  resize: letterbox
  anchor: top_left
  pad: 114
  channels: rgb
  mean: [0, 0, 0]
  std: [1, 1, 1]

postprocessing: >-
  One row per cell of three grids, strides 8, 16 and 32, each row by row. Columns 0-3 are the box,
  xyxy in pixels of the network's image; 4 the probability of an object; then the noun embedding,
  whose dot product with a noun's vector in the word table, plus the table's bias, is the logit of
  the noun; then the logits of {colours} colours and {patterns} patterns, in the order of the table.

accuracy:
{accuracy}
classes: [
  {classes},
]
"""


def export(
    deployed: Deployed, table: WordTable, images: npt.NDArray[np.uint8], root: Path
) -> tuple[Path, Path]:
    """Write graph and table into a package; return their paths.

    Args:
        deployed: on the CPU, in evaluation mode.
        table: of words.
        images: (N, HEIGHT, WIDTH, 3) uint8 RGB, for the ranges of eight bits.
        root: the package's folder.
    """
    weights = root / 'weights'
    weights.mkdir(exist_ok=True)
    graph, words = weights / f'{NAME}.onnx', weights / f'{NAME}_words.npz'
    with tempfile.TemporaryDirectory() as folder:
        exact = Path(folder) / 'float.onnx'
        write_float(deployed, exact)
        quantize(exact, graph, ({'image': image[None]} for image in images), _EXACT)
    table.save(words)
    return graph, words


def write_float(deployed: Deployed, path: Path) -> None:
    """Write the graph as it was trained, in float32."""
    image = torch.zeros(1, HEIGHT, WIDTH, 3, dtype=torch.uint8)
    deployed = deployed.to(memory_format=torch.contiguous_format)
    torch.onnx.export(
        deployed, (image,), str(path), input_names=['image'], output_names=['rows'],
        opset_version=17, dynamo=False, do_constant_folding=True,
    )  # fmt: skip


def write_manifest(
    files: tuple[Path, Path], table: WordTable, figures: Mapping[str, float], root: Path
) -> None:
    """Write the manifest of exported files into a package.

    Args:
        files: graph and table.
        table: of words.
        figures: of ``Figures.summary`` on the test split, of this graph.
        root: the package's folder, with ``engines``.
    """
    columns = 5 + table.vectors.shape[1] + len(table.colours) + len(table.patterns)
    entries = ''
    for file in files:
        content = file.read_bytes()
        entries += (
            f'  - name: {file.name}\n    sha256: {hashlib.sha256(content).hexdigest()}\n'
            f'    size_bytes: {len(content)}\n'
        )
    accuracy = ''.join(
        f'  - metric: {text!r}\n    value: {figures[name]:.4f}\n'
        '    data: 300 rendered images of the test split\n'
        '    source: python -m tenet_ros.training.detector --export\n'
        for name, text in _METRICS.items()
    )
    text = _MANIFEST.format(
        summary=f'open nouns, {len(table.colours)} colours and {len(table.patterns)} patterns on '
        'the simulated tabletop, 1.4 M parameters, eight bits',
        files=entries, height=HEIGHT, width=WIDTH, cells=len(grid()[0]), columns=columns,
        colours=len(table.colours), patterns=len(table.patterns), accuracy=accuracy,
        classes=', '.join(table.categories),
    )  # fmt: skip
    (root / 'engines' / f'{NAME}.yaml').write_text(text, encoding='utf-8')
