"""What the exporters of detectors that take words share: sizes, the text graph, the image's layers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch

from tenet_ros.export.best_boxes import BestBoxes
from tenet_ros.export.camera import CameraInput
from tenet_ros.export.graphs import write_graph
from tenet_ros.export.job import ExportJob
from tenet_ros.inference.record import GraphRecord

__all__ = ['BOXES', 'PHRASES', 'SWIN_T', 'WordDetector', 'camera_example', 'write_text']

BOXES = 100
"""Boxes that leave a graph, at most."""

PHRASES = 32
"""Texts at a time."""

SWIN_T: Mapping[str, Any] = {
    'embed_dim': 96,
    'depths': [2, 2, 6, 2],
    'num_heads': [3, 6, 12, 24],
    'window_size': 7,
    'out_indices': [2, 3, 4],
}
"""Swin-T (arXiv 2103.14030) as these detectors take it, for ``transformers.SwinConfig``."""


class WordDetector(torch.nn.Module):
    """Camera bytes and what the text graph gave, to the best boxes; ``forward`` is each one's own.

    Args:
        network: of ``transformers``.
        camera: the preprocessing, for images of one size.
        boxes: how many leave the graph.
    """

    def __init__(self, network: Any, camera: CameraInput, boxes: int) -> None:
        super().__init__()
        self.camera = camera
        self.network = network
        self.boxes = BestBoxes(camera, boxes)


def camera_example(job: ExportJob) -> torch.Tensor:
    """Return an image to trace a detector with."""
    return torch.zeros((1, *job.camera, 3), dtype=torch.uint8)


def write_text(
    job: ExportJob,
    text: torch.nn.Module,
    words: Mapping[str, torch.Tensor],
    outputs: Sequence[str],
) -> tuple[GraphRecord, dict[str, torch.Tensor]]:
    """Write ``text.onnx``.

    Args:
        job: as of ``write_graph``.
        text: token ids to features.
        words: an example of each of its arguments, by name.
        outputs: names for what it returns.

    Returns:
        The note of the graph, and what it gives for ``words``, by name.
    """
    with torch.no_grad():
        found = text.eval()(*words.values())
    features = found if isinstance(found, tuple) else (found,)
    graph = write_graph(job, 'text', text, words, outputs)
    return graph, dict(zip(outputs, features, strict=True))
