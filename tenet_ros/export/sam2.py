"""SAM 2.1 in image mode: camera bytes and boxes to masks in one graph."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from transformers import Sam2Config, Sam2Model

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
from tenet_ros.export.source import export_record, load_network, load_preprocessing
from tenet_ros.inference.record import ExportRecord

__all__ = ['Sam2Segmenter', 'export', 'write_random_source']


_KINDS = {'sam2': 'Sam2Model', 'sam2_video': 'Sam2Model'}
"""The published files are those of the whole model; what it has for video is left out."""


class Sam2Segmenter(torch.nn.Module):
    """The whole of it, from camera bytes and boxes to masks.

    Args:
        model: transformers' Sam2Model.
        camera: the preprocessing, for images of one size.
        cells: a side of a mask.
    """

    def __init__(self, model: Any, camera: CameraInput, cells: int = MASK_CELLS) -> None:
        super().__init__()
        self.camera = camera
        self.encoder = model.vision_encoder
        self.fine, self.finer = model.mask_decoder.conv_s1, model.mask_decoder.conv_s0
        self.register_buffer('no_memory', model.no_memory_embedding.detach().reshape(1, -1, 1, 1))
        prompt = BoxPrompt(camera.fit, model.prompt_encoder.input_image_size)
        self.corners = torch.nn.ModuleDict({'boxes': prompt})
        self.decoder = SamDecoder(model, finer=True)
        self.boxes = MaskCrop(camera.fit, cells)

    def forward(
        self, image: torch.Tensor, boxes: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Return masks (B, G, G) and quality (B,) of boxes (B, 4) in an image (1, H, W, 3)."""
        maps = self.encoder(self.camera(image)).fpn_hidden_states
        features = [self.finer(maps[0]), self.fine(maps[1]), maps[2] + self.no_memory]
        candidates, ratings = self.decoder(features, self.corners['boxes'](boxes))
        masks: tuple[torch.Tensor, torch.Tensor] = self.boxes(candidates, ratings, boxes)
        return masks


def export(job: ExportJob) -> ExportRecord:
    """Write the graph of ``job`` and return what is to be noted of it.

    Raises:
        EngineError: a file of the source is missing or another than expected.
    """
    model = load_network(job, _KINDS)
    preprocessing = load_preprocessing(job)
    camera = preprocessing.layers(preprocessing.fit(job.camera))
    graph = write_graph(
        job,
        'segment',
        Sam2Segmenter(model, camera),
        examples(job.camera),
        ('masks', 'quality'),
        profiles=PROFILES,
        free=free_batch,
    )
    return export_record(
        job,
        'sam2',
        canvas=camera.fit.canvas,
        limits={'mask': MASK_CELLS},
        graphs=(graph,),
    )


def write_random_source(folder: Path, *, full: bool, seed: int) -> None:
    """Write what the hub gives of SAM 2.1 tiny, with seeded random weights."""
    config = Sam2Config() if full else _small()
    side = config.prompt_encoder_config.image_size
    model = Sam2Model(config)
    spread(model, seed)
    even_out(model.mask_decoder)
    write_files(folder, model, preprocessor({'height': side, 'width': side}))


def _small() -> Sam2Config:
    """Return the same in narrow and shallow, for images of 256 by 256."""
    return Sam2Config(
        vision_config={
            'backbone_config': {
                'model_type': 'sam2_hiera_det_model',
                'hidden_size': 16,
                'image_size': [256, 256],
                'blocks_per_stage': [1, 1, 2, 1],
                'embed_dim_per_stage': [16, 32, 64, 128],
                'num_attention_heads_per_stage': [1, 2, 4, 8],
                'window_size_per_stage': [8, 4, 14, 7],
                'global_attention_blocks': [3],
            },
            'backbone_channel_list': [128, 64, 32, 16],
            'backbone_feature_sizes': [[64, 64], [32, 32], [16, 16]],
            'fpn_hidden_size': 64,
        },
        prompt_encoder_config={'hidden_size': 64, 'image_size': 256},
        mask_decoder_config={'hidden_size': 64, 'mlp_dim': 128, 'iou_head_hidden_dim': 64},
    )
