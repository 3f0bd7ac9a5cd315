"""How exported graphs are held against the networks that they came from: ``evaluation.parity``.

Two things are checked apart: that the graph's pixels are those of the reference preprocessing, and
that the graph answers as the network does on the very same pixels, which are taken out of the graph.
"""

from __future__ import annotations

import dataclasses
import functools
from pathlib import Path

import numpy as np
import onnx
from scipy.optimize import linear_sum_assignment

from tenet_ros.evaluation.parity import TEXTS, TOLERANCE
from tenet_ros.export import drift, gate, taps
from tenet_ros.export.half import to_half
from tenet_ros.export.job import graph_record
from tenet_ros.inference.record import ExportRecord
from tenet_ros.inference.text_tower import Layout


def run(
    path: Path, tensors: dict[str, np.ndarray], *, canvas: bool = False
) -> dict[str, np.ndarray]:
    """Run a graph on what it takes of ``tensors``; with ``canvas`` as ``taps.tapped`` does."""
    if canvas:
        return taps.tapped(path, [tensors])[0]
    graph = onnx.load(path)
    return drift.run(graph, [{value.name: tensors[value.name] for value in graph.graph.input}])[0]


def answered(
    folder: Path, layout: Layout, image: np.ndarray
) -> tuple[tuple[np.ndarray, np.ndarray], dict[str, np.ndarray]]:
    """Return boxes, (K, 4), and scores, (K, P), of both graphs on ``TEXTS``, and the taps."""
    (found,) = taps.answered(folder, layout, [image], TEXTS)
    return (found['boxes'][0], found['scores'][0]), found


def check_pixels(canvas: np.ndarray, pixels: np.ndarray, std: tuple[float, ...]) -> None:
    """Check that a graph's canvas is the reference processor's, but for sums that lie on a half.

    Args:
        canvas: (1, 3, h, w) of the graph.
        pixels: likewise, of the processor.
        std: of each channel, grey levels.
    """
    assert canvas.shape == pixels.shape
    off = np.abs(canvas - pixels) * np.reshape(std, (1, 3, 1, 1))
    # Pillow's weights have whole numbers, and where sizes are as five to four many sums are halves.
    assert off.max() <= 2 + 1e-3
    assert (off > 1 + 1e-3).mean() <= 1e-5
    assert (off > 1e-2).mean() <= 0.02
    assert np.ptp(canvas) > 1


def check_parity(
    got: tuple[np.ndarray, np.ndarray],
    want: tuple[np.ndarray, np.ndarray],
    size: tuple[int, int],
    tolerance: float = TOLERANCE,
) -> None:
    """Check that ``got`` is the best of ``want``, each of a query of its own, best first.

    Args:
        got: boxes, (K, 4), and scores, (K, P), of the graph.
        want: boxes, (N, 4), and scores, (N, T), of all queries of the network.
        size: (height, width) of the image.
        tolerance: of scores, and of box edges in parts of the longer side.
    """
    (boxes, scores), (all_boxes, all_scores) = got, want
    scores = scores[:, : all_scores.shape[1]]
    best = scores.max(axis=1)
    assert (np.diff(best) <= 1e-6).all(), 'expected the best first'
    ranked = np.sort(all_scores.max(axis=1))[::-1][: len(best)]
    # What is compared must differ from query to query, or everything would agree. Some random
    # networks have all scores within a hundredth: there the tolerance is a tenth of that.
    unit = min(1.0, float(np.ptp(ranked)) / (10 * tolerance))
    assert unit > 0.01
    np.testing.assert_allclose(best / unit, ranked / unit, rtol=0, atol=tolerance)
    assert np.ptp(boxes, axis=0).min() > 0.05 * min(size)
    rows = np.concatenate([boxes / max(size), scores / unit], axis=1)
    all_rows = np.concatenate([all_boxes / max(size), all_scores / unit], axis=1)
    gaps = np.abs(rows[:, None] - all_rows[None]).max(axis=2)
    # One to one: queries that answer alike may stand for one another, none for two.
    places, queries = linear_sum_assignment(gaps > tolerance)
    worst = gaps[places, queries].max()
    assert worst <= tolerance, f'{worst:.2g}, {(gaps[places, queries] > tolerance).sum()} of them'


@functools.cache
def half_of(path: Path) -> onnx.ModelProto:
    """Return the FP16 of an exported graph, made once; it is not to be changed."""
    return to_half(onnx.load(path))


def check_gate(record: ExportRecord, folder: Path) -> None:
    """Check that TensorRT would refuse nothing of an export, in FP32 and in FP16."""
    for graph in record.graphs:
        path = folder / graph.file
        for precision, model in (('fp32', onnx.load(path)), ('fp16', half_of(path))):
            found = gate.inspect(model, profiles=graph.profiles)
            wrong = [str(each) for each in found if each.severity == 'refused']
            assert not wrong, (record.model, graph.role, precision, wrong)


def halved(record: ExportRecord, folder: Path, other: Path) -> ExportRecord:
    """Write the FP16 of an export in FP32 to ``other``, as an exporter does."""
    graphs = []
    for graph in record.graphs:
        onnx.save(half_of(folder / graph.file), other / graph.file)
        graphs.append(graph_record(other / graph.file, graph.role, graph.profiles))
    return dataclasses.replace(record, precision='fp16', graphs=tuple(graphs))
