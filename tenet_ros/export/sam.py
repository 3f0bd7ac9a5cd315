"""SAM from its published weights; MobileSAM and NanoSAM from their published ONNX pairs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from transformers import SamConfig, SamModel

from tenet_ros.export.boxed_masks import (
    MASK_CELLS,
    PROFILES,
    BoxPrompt,
    MaskCrop,
    even_out,
    examples,
    preprocessor,
)
from tenet_ros.export.camera import CameraInput, letterbox
from tenet_ros.export.free_batch import free_batch
from tenet_ros.export.graphs import write_graph
from tenet_ros.export.job import ExportJob
from tenet_ros.export.public_pair import PublicPair, export_pair
from tenet_ros.export.random_source import spread, write_files
from tenet_ros.export.sam_decoder import SamDecoder
from tenet_ros.export.source import export_record, load_network, load_preprocessing
from tenet_ros.inference.record import ExportRecord

__all__ = ['SamSegmenter', 'export', 'write_random_source']

_PAIR = PublicPair(masks='low_res_masks', prompts=False)


class SamSegmenter(torch.nn.Module):
    """The whole of it, from camera bytes and boxes to masks.

    Args:
        model: transformers' SamModel.
        camera: the preprocessing, for images of one size.
        cells: a side of a mask.
    """

    def __init__(self, model: Any, camera: CameraInput, cells: int = MASK_CELLS) -> None:
        super().__init__()
        self.camera = camera
        self.encoder = model.vision_encoder
        prompt = BoxPrompt(camera.fit, model.prompt_encoder.input_image_size)
        self.corners = torch.nn.ModuleDict({'boxes': prompt})
        self.decoder = SamDecoder(model, finer=False)
        self.boxes = MaskCrop(camera.fit, cells)

    def forward(
        self, image: torch.Tensor, boxes: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Return masks (B, G, G) and quality (B,) of boxes (B, 4) in an image (1, H, W, 3)."""
        features = self.encoder(self.camera(image)).last_hidden_state
        candidates, ratings = self.decoder([features], self.corners['boxes'](boxes))
        masks: tuple[torch.Tensor, torch.Tensor] = self.boxes(candidates, ratings, boxes)
        return masks


def export(job: ExportJob) -> ExportRecord:
    """Write the graph of ``job`` and return what is to be noted of it.

    Raises:
        EngineError: a file of the source is missing or another than expected.
    """
    if (job.source / 'encoder.onnx').is_file():
        return export_pair(job, 'sam', _PAIR)
    model = load_network(job, {'sam': 'SamModel'})
    side = model.prompt_encoder.input_image_size
    fit = letterbox(job.camera, (side, side), anchor='top_left')
    camera = load_preprocessing(job).layers(fit)
    graph = write_graph(
        job,
        'segment',
        SamSegmenter(model, camera),
        examples(job.camera),
        ('masks', 'quality'),
        profiles=PROFILES,
        free=free_batch,
    )
    return export_record(
        job,
        'sam',
        canvas=fit.canvas,
        limits={'mask': MASK_CELLS},
        graphs=(graph,),
    )


def write_random_source(folder: Path, *, full: bool, seed: int) -> None:
    """Write what the hub gives of SAM ViT-B, with seeded random weights."""
    config = SamConfig() if full else _small()
    model = SamModel(config)
    spread(model, seed)
    even_out(model.mask_decoder)
    side = config.prompt_encoder_config.image_size
    write_files(folder, model, preprocessor({'longest_edge': side}))


def _small() -> SamConfig:
    """Return the same in narrow and shallow, for images of 256 by 256."""
    return SamConfig(
        vision_config={
            'hidden_size': 32,
            'output_channels': 32,
            'num_hidden_layers': 2,
            'num_attention_heads': 2,
            'image_size': 256,
            'window_size': 7,
            'global_attn_indexes': [1],
            'num_pos_feats': 16,
        },
        prompt_encoder_config={'hidden_size': 32, 'image_size': 256, 'image_embedding_size': 16},
        mask_decoder_config={'hidden_size': 32, 'mlp_dim': 64, 'iou_head_hidden_dim': 32},
    )
