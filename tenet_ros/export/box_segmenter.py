"""What the exporters of SAM's own weights share: the layers, the graph and the random source."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from tenet_ros.export.boxed_masks import (
    MASK_CELLS,
    PROFILES,
    BoxPrompt,
    MaskCrop,
    even_out,
    examples,
    preprocessor,
)
from tenet_ros.export.camera import CameraInput
from tenet_ros.export.free_batch import free_batch
from tenet_ros.export.graphs import write_graph
from tenet_ros.export.job import ExportJob
from tenet_ros.export.random_source import spread, write_files
from tenet_ros.export.sam_decoder import SamDecoder
from tenet_ros.export.source import export_record
from tenet_ros.inference.record import ExportRecord

__all__ = ['BoxSegmenter', 'write_random_model', 'write_segmenter']


class BoxSegmenter(torch.nn.Module):
    """The whole of it, from camera bytes and boxes to masks; ``features`` is each one's own.

    Args:
        model: of ``transformers``.
        camera: the preprocessing, for images of one size.
        finer: whether the decoder takes finer features as well.
    """

    def __init__(self, model: Any, camera: CameraInput, *, finer: bool) -> None:
        super().__init__()
        self.camera = camera
        self.encoder = model.vision_encoder
        prompt = BoxPrompt(camera.fit, model.prompt_encoder.input_image_size)
        self.corners = torch.nn.ModuleDict({'boxes': prompt})
        self.decoder = SamDecoder(model, finer=finer)
        self.boxes = MaskCrop(camera.fit, MASK_CELLS)

    def features(self, pixels: torch.Tensor) -> list[torch.Tensor]:
        """Return what the decoder takes of an image's pixels, the finest first."""
        raise NotImplementedError

    def forward(
        self, image: torch.Tensor, boxes: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Return masks (B, G, G) and quality (B,) of boxes (B, 4) in an image (1, H, W, 3)."""
        features = self.features(self.camera(image))
        candidates, ratings = self.decoder(features, self.corners['boxes'](boxes))
        masks: tuple[torch.Tensor, torch.Tensor] = self.boxes(candidates, ratings, boxes)
        return masks


def write_segmenter(job: ExportJob, exporter: str, segmenter: BoxSegmenter) -> ExportRecord:
    """Write the one graph of a segmenter and return the note of it."""
    graph = write_graph(
        job,
        'segment',
        segmenter,
        examples(job.camera),
        ('masks', 'quality'),
        profiles=PROFILES,
        free=free_batch,
    )
    return export_record(
        job,
        exporter,
        canvas=segmenter.camera.fit.canvas,
        limits={'mask': MASK_CELLS},
        graphs=(graph,),
    )


def write_random_model(folder: Path, model: Any, size: dict[str, int], seed: int) -> None:
    """Write a model of ``transformers`` as the hub would give it, with seeded random weights.

    Args:
        folder: where to.
        model: of the SAM family.
        size: of the images that it sees, as ``preprocessor_config.json`` has it.
        seed: of the weights.
    """
    spread(model, seed)
    even_out(model.mask_decoder)
    write_files(folder, model, preprocessor(size))
