"""How a detector's graphs are held against the network that they came from."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime as ort

from tenet_ros.export.job import ExportJob, open_exporter
from tenet_ros.inference.record import ExportRecord
from tenet_ros.inference.text_tower import Layout

TEXTS = ['a red mug', 'the car', 'person on the left', 'traffic sign', 'the dog that runs']

TOLERANCE = 1e-3
"""Of scores, and of box edges in parts of the image's longer side."""


def exported(
    name: str,
    root: Path,
    camera: tuple[int, int],
    *,
    full: bool = False,
    precision='fp32',
    seed: int = 7,
) -> tuple[ExportRecord, ExportJob]:
    """Export a random model; the source is written once per folder."""
    exporter = open_exporter(name)
    source = root / 'source'
    if not source.is_dir():
        exporter.write_random_source(source, full=full, seed=seed)
    folder = root / f'{camera[0]}x{camera[1]}-{precision}'
    folder.mkdir()
    job = ExportJob(model=name, source=source, folder=folder, camera=camera, precision=precision)
    return exporter.export(job), job


def run(path: Path, tensors: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Run a graph on what it takes of ``tensors``."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = 2
    session = ort.InferenceSession(str(path), options, providers=['CPUExecutionProvider'])
    names = [value.name for value in session.get_outputs()]
    feed = {value.name: tensors[value.name] for value in session.get_inputs()}
    return dict(zip(names, session.run(names, feed), strict=True))


def answered(
    folder: Path, layout: Layout, image: np.ndarray, texts: list[str] = TEXTS
) -> tuple[np.ndarray, np.ndarray]:
    """Return boxes, (K, 4), and scores, (K, P), of both graphs, words and all."""
    tensors = dict(layout.lay(texts).tensors)
    tensors.update(run(folder / 'text.onnx', tensors))
    found = run(folder / 'image.onnx', {'image': image[None], **tensors})
    return found['boxes'][0], found['scores'][0]


def reference_boxes(centred: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Return normalised centre boxes, (N, 4), as xyxy cut to an image of (height, width)."""
    middle, half = centred[:, :2], centred[:, 2:] / 2
    scale = np.asarray([size[1], size[0]] * 2, np.float32)
    return np.clip(np.concatenate([middle - half, middle + half], axis=1) * scale, 0, scale)


def check_parity(
    got: tuple[np.ndarray, np.ndarray],
    want: tuple[np.ndarray, np.ndarray],
    size: tuple[int, int],
    tolerance: float = TOLERANCE,
    *,
    distinct: bool = True,
) -> tuple[float, float]:
    """Check that ``got`` is the best of ``want``, best first; return both largest differences.

    Args:
        got: boxes, (K, 4), and scores, (K, P), of the graph.
        want: boxes, (N, 4), and scores, (N, T), of all queries of the network.
        size: (height, width) of the image.
        tolerance: of scores, and of box edges in parts of the longer side.
        distinct: no two queries of the network answer alike.
    """
    (boxes, scores), (all_boxes, all_scores) = got, want
    scores = scores[:, : all_scores.shape[1]]
    best, all_best = scores.max(axis=1), all_scores.max(axis=1)
    assert (np.diff(best) <= 1e-6).all(), 'expected the best first'
    ranked = np.sort(all_best)[::-1][: len(best)]
    np.testing.assert_allclose(best, ranked, atol=tolerance)
    # What is compared must differ from query to query, or everything would agree.
    assert np.ptp(ranked) > 10 * tolerance
    assert np.ptp(boxes, axis=0).min() > 0.05 * min(size)
    row_of = np.concatenate([boxes / max(size), scores], axis=1)
    all_rows = np.concatenate([all_boxes / max(size), all_scores], axis=1)
    gaps = np.abs(row_of[:, None] - all_rows[None])
    nearest = gaps.max(axis=2).argmin(axis=1)
    # No query stands in for many; a few neighbours of a small network do answer alike.
    assert not distinct or len(set(nearest.tolist())) >= 0.9 * len(nearest)
    gap = gaps[np.arange(len(boxes)), nearest]
    assert gap.max() <= tolerance
    return float(gap[:, :4].max()), float(gap[:, 4:].max())
