"""Whether a graph in FP16 still finds what the same graph finds in FP32."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx

from tenet_ros.export.drift import Tensors, begins_at, distance, run
from tenet_ros.export.fabricate import fabricate
from tenet_ros.export.pictures import pictures
from tenet_ros.export.rounding import emulate
from tenet_ros.inference.record import ExportRecord, GraphRecord
from tenet_ros.types import UInt8Array

__all__ = ['LIMITS', 'Figure', 'compare', 'compare_models', 'measure']

LIMITS: Mapping[str, float] = MappingProxyType(
    {
        # Of the image's longer side, 95 of 100 boxes: 6 of 1280 pixels. The segmenter loses a
        # hundredth of J to boxes that are ten times as far off.
        'boxes': 0.005,
        # Of a score in [0, 1]: below what separates candidates that the preference can tell apart.
        'scores': 0.02,
        # Share of pixels that change sides, where the logit is not as good as zero.
        'masks': 0.01,
        'quality': 0.02,
        # Any other tensor: length of the difference, relative.
        'other': 0.02,
    }
)
"""What may differ. FP16 has 11 binary digits, 0.0005 in each number; a sound network of 50 layers
stays well below these, and an overflow or a lost epsilon is far beyond them."""

BEGINS = 0.05
"""Relative distance from which a tensor inside of a graph counts as where drift begins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """How far one output is off, the worst of all images.

    Attributes:
        role: of the graph.
        output: its name.
        value: as ``LIMITS`` says; infinite where FP16 overflows.
        limit: that it must not exceed.
        begins: the node where drift begins; empty where it does not, or was not looked for.
    """

    role: str
    output: str
    value: float
    limit: float
    begins: str = ''

    @property
    def drifts(self) -> bool:
        """Whether the graph should be refused."""
        return not self.value <= self.limit

    def __str__(self) -> str:
        """Return one line for a person."""
        text = f'{self.role}: {self.output} off by {self.value:.2g}, limit {self.limit:.2g}'
        if not self.drifts:
            return text
        where = f', from {self.begins} on' if self.begins else ''
        return f'{text}{where}; expected FP16 to find what FP32 finds, export it in FP32'


def compare(
    exact: ExportRecord,
    exact_folder: Path,
    half: ExportRecord,
    half_folder: Path,
    *,
    images: Iterable[UInt8Array] | None = None,
) -> tuple[Figure, ...]:
    """Return the outputs that drift; empty where FP16 is as good as FP32.

    Args:
        exact: the model's export in FP32.
        exact_folder: where it lies.
        half: the same in FP16.
        half_folder: where it lies.
        images: (H, W, 3) uint8 RGB of the camera's size; ``pictures`` if None.
    """
    figures = measure(exact, exact_folder, half, half_folder, images=images)
    return tuple(figure for figure in figures if figure.drifts)


def measure(
    exact: ExportRecord,
    exact_folder: Path,
    half: ExportRecord,
    half_folder: Path,
    *,
    images: Iterable[UInt8Array] | None = None,
) -> tuple[Figure, ...]:
    """Return how far every output of every graph is off; arguments as for ``compare``."""
    frames = list(pictures(exact.camera) if images is None else images)
    figures: list[Figure] = []
    words: dict[str, npt.NDArray[Any]] = {}
    for role in ('text', 'image', 'segment'):
        graph = next((graph for graph in exact.graphs if graph.role == role), None)
        if graph is None:
            continue
        model = onnx.load(str(exact_folder / graph.file))
        other = onnx.load(str(half_folder / half.graph(graph.role).file))
        feeds = _feeds(model, graph, exact.camera, frames, words)
        found, outputs = compare_models(model, other, feeds, role=role, camera=exact.camera)
        figures += found
        if role == 'text':
            words = outputs
    return tuple(figures)


def compare_models(
    exact: onnx.ModelProto,
    half: onnx.ModelProto,
    feeds: Sequence[Tensors],
    *,
    role: str,
    camera: tuple[int, int],
) -> tuple[list[Figure], dict[str, npt.NDArray[Any]]]:
    """Return the figures of one graph, and what ``exact`` gave for the first of ``feeds``.

    Args:
        exact: in FP32.
        half: in FP16.
        feeds: all inputs, one mapping per run.
        role: of the graph.
        camera: (height, width) of its images, pixels.
    """
    rounded = emulate(half)
    expected, got = run(exact, feeds), run(rounded, feeds)
    figures = []
    for name in expected[0]:
        values = [
            _difference(name, one, other, camera) for one, other in zip(expected, got, strict=True)
        ]
        limit = LIMITS.get(name, LIMITS['other'])
        worst = int(np.argmax(values))
        begins = ''
        if not values[worst] <= limit:
            begins = begins_at(exact, rounded, feeds[worst], BEGINS) or ''
        figures.append(
            Figure(role=role, output=name, value=values[worst], limit=limit, begins=begins)
        )
    return figures, expected[0]


def _feeds(
    model: onnx.ModelProto,
    graph: GraphRecord,
    camera: tuple[int, int],
    frames: Sequence[UInt8Array],
    words: Tensors,
) -> list[Tensors]:
    made = fabricate(model, camera=camera, profiles=graph.profiles)
    made.update({name: array for name, array in words.items() if name in made})
    if 'image' not in made:
        return [made]
    return [{**made, 'image': frame[np.newaxis]} for frame in frames]


def _difference(name: str, exact: Tensors, half: Tensors, camera: tuple[int, int]) -> float:
    ours, theirs = exact[name], half[name].astype(np.float32)
    if not np.all(np.isfinite(theirs[np.isfinite(ours)])):
        return float('inf')
    if name == 'boxes':
        return float(np.quantile(_nearest(exact, half)[0] / max(camera), 0.95))
    if name == 'scores' and 'boxes' in exact:
        return float(_nearest(exact, half)[1].max())
    if name in {'scores', 'quality'}:
        return float(np.abs(ours - theirs).max())
    if name == 'masks':
        sure = np.abs(ours) > 0.01 * np.quantile(np.abs(ours), 0.99)
        return float(np.mean(sure & ((ours > 0) != (theirs > 0))))
    return distance(ours, theirs)


def _nearest(
    exact: Tensors, half: Tensors
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Return distance and difference of scores of the better half of the boxes to their twins.

    Near the K-th place the order is a matter of chance, and a box may have none.
    """
    ours, theirs = exact['boxes'][0], half['boxes'][0].astype(np.float32)
    count = (len(ours) + 1) // 2
    gaps = np.abs(ours[:count, None] - theirs[None]).max(axis=2)
    if 'scores' not in exact:
        return gaps.min(axis=1), np.zeros(count, np.float32)
    ours, theirs = exact['scores'][0], half['scores'][0].astype(np.float32)
    apart = np.abs(ours[:count, None] - theirs[None]).max(axis=2)
    # Of boxes that lie on one another the one with the same scores is the twin.
    twin = np.argmin(gaps / max(float(gaps.max()), 1e-6) + apart, axis=1)
    rows = np.arange(count)
    return gaps[rows, twin], apart[rows, twin]
