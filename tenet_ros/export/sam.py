"""SAM from its published weights; MobileSAM and NanoSAM from their published ONNX pairs."""

from __future__ import annotations

from pathlib import Path

import torch
from transformers import SamConfig, SamModel

from tenet_ros.export.box_segmenter import BoxSegmenter, write_random_model, write_segmenter
from tenet_ros.export.camera import letterbox
from tenet_ros.export.job import ExportJob
from tenet_ros.export.public_pair import PublicPair, export_pair
from tenet_ros.export.source import load_network, load_preprocessing
from tenet_ros.inference.record import ExportRecord

__all__ = ['export', 'write_random_source']

_PAIR = PublicPair(masks='low_res_masks', prompts=False)


class _Segmenter(BoxSegmenter):
    """Around transformers' SamModel."""

    def features(self, pixels: torch.Tensor) -> list[torch.Tensor]:
        return [self.encoder(pixels).last_hidden_state]


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
    return write_segmenter(job, 'sam', _Segmenter(model, camera, finer=False))


def write_random_source(folder: Path, *, full: bool, seed: int) -> None:
    """Write what the hub gives of SAM ViT-B, with seeded random weights."""
    config = SamConfig() if full else _small()
    size = {'longest_edge': config.prompt_encoder_config.image_size}
    write_random_model(folder, SamModel(config), size, seed)


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
