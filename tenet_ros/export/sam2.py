"""SAM 2.1 in image mode: camera bytes and boxes to masks in one graph."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from transformers import Sam2Config, Sam2Model

from tenet_ros.export.box_segmenter import BoxSegmenter, write_random_model, write_segmenter
from tenet_ros.export.camera import CameraInput
from tenet_ros.export.job import ExportJob
from tenet_ros.export.source import load_network, load_preprocessing
from tenet_ros.inference.record import ExportRecord

__all__ = ['export', 'write_random_source']


_KINDS = {'sam2': 'Sam2Model', 'sam2_video': 'Sam2Model'}
"""The published files are those of the whole model; what it has for video is left out."""


class _Segmenter(BoxSegmenter):
    """Around transformers' Sam2Model."""

    def __init__(self, model: Any, camera: CameraInput) -> None:
        super().__init__(model, camera, finer=True)
        self.fine, self.finer = model.mask_decoder.conv_s1, model.mask_decoder.conv_s0
        self.register_buffer('no_memory', model.no_memory_embedding.detach().reshape(1, -1, 1, 1))

    def features(self, pixels: torch.Tensor) -> list[torch.Tensor]:
        maps = self.encoder(pixels).fpn_hidden_states
        return [self.finer(maps[0]), self.fine(maps[1]), maps[2] + self.no_memory]


def export(job: ExportJob) -> ExportRecord:
    """Write the graph of ``job`` and return what is to be noted of it.

    Raises:
        EngineError: a file of the source is missing or another than expected.
    """
    model = load_network(job, _KINDS)
    preprocessing = load_preprocessing(job)
    camera = preprocessing.layers(preprocessing.fit(job.camera))
    return write_segmenter(job, 'sam2', _Segmenter(model, camera))


def write_random_source(folder: Path, *, full: bool, seed: int) -> None:
    """Write what the hub gives of SAM 2.1 tiny, with seeded random weights."""
    config = Sam2Config() if full else _small()
    side = config.prompt_encoder_config.image_size
    write_random_model(folder, Sam2Model(config), {'height': side, 'width': side}, seed)


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
