"""OmDet-Turbo (arXiv 2403.06892): a real-time detector whose words are read once per command."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
import transformers

from tenet_ros.export.graphs import write_graph
from tenet_ros.export.job import ExportJob
from tenet_ros.export.random_source import spread, write_clip_tokenizer, write_files
from tenet_ros.export.source import export_record, load_network, load_preprocessing
from tenet_ros.export.word_detector import (
    BOXES,
    PHRASES,
    SWIN_T,
    WordDetector,
    camera_example,
    write_text,
)
from tenet_ros.inference.record import ExportRecord

__all__ = ['TOKENS', 'export', 'write_random_source']

TOKENS = 77
"""Of one text, and of the task: all that CLIP's text tower has positions for."""

_PREPROCESSOR = {
    'image_processor_type': 'DetrImageProcessor',
    'do_resize': True,
    'do_rescale': False,
    'do_normalize': True,
    'do_pad': False,
    'image_mean': [123.675, 116.28, 103.53],
    'image_std': [58.395, 57.12, 57.375],
    'rescale_factor': 1 / 255,
    'resample': 2,
}


class _Image(WordDetector):
    """Camera bytes and what the text graph gave, to the best boxes."""

    def forward(
        self,
        image: torch.Tensor,
        class_features: torch.Tensor,
        task_features: torch.Tensor,
        task_attention: torch.Tensor,
    ) -> tuple[torch.Tensor, torch.Tensor]:
        features = self.network.vision_backbone(self.camera(image))
        pyramid = self.network.encoder(features, return_dict=True).extracted_states
        found = self.network.decoder(
            pyramid, class_features, task_features, task_attention, return_dict=True
        )
        centred, logits = found.decoder_coords[-1], found.decoder_classes[-1]
        best: tuple[torch.Tensor, torch.Tensor] = self.boxes(centred, logits.sigmoid())
        return best


class _Text(torch.nn.Module):
    """Token ids of the classes and of the task to their features."""

    def __init__(self, network: Any) -> None:
        super().__init__()
        self.tower = network.language_backbone.model
        self.projection = network.language_backbone.text_projection

    def forward(
        self, class_ids: torch.Tensor, task_ids: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        # The tower looks back only, so padding needs no mask: what it spoils is not looked at.
        states = self.tower(torch.cat([class_ids, task_ids]))[0]
        count = class_ids.shape[0]
        # The token that ends a text has the largest number of all.
        ends = class_ids.to(torch.int32).argmax(dim=-1)
        pooled = states[torch.arange(count), ends]
        return (pooled @ self.projection)[:, None], states[count:].transpose(0, 1)


def export(job: ExportJob) -> ExportRecord:
    """Write ``image.onnx`` and ``text.onnx``.

    Raises:
        EngineError: a file of the source is missing or another than expected.
    """
    network = load_network(job, {'omdet-turbo': 'OmDetTurboForObjectDetection'})
    preprocessing = load_preprocessing(job)
    fit = preprocessing.fit(job.camera)
    boxes = min(BOXES, network.config.num_queries)
    words = _text_example(network.config)
    text_graph, features = write_text(
        job, _Text(network), words, ('class_features', 'task_features')
    )
    image = _Image(network, preprocessing.layers(fit), boxes).eval()
    example = {
        'image': camera_example(job),
        **features,
        'task_attention': torch.ones((1, TOKENS), dtype=torch.int64),
    }
    with torch.no_grad():
        image(*example.values())  # leaves the anchors in the network's cache, as constants
    image_graph = write_graph(job, 'image', image, example, ('boxes', 'scores'))
    return export_record(
        job,
        'omdet_turbo',
        canvas=fit.canvas,
        limits={'boxes': boxes, 'phrases': PHRASES, 'tokens': TOKENS},
        graphs=(image_graph, text_graph),
    )


def _text_example(config: Any) -> dict[str, torch.Tensor]:
    size = config.text_config.vocab_size
    ids = torch.arange(TOKENS).repeat(PHRASES + 1, 1) % size
    ids[:, 10] = size - 1
    return {'class_ids': ids[:PHRASES], 'task_ids': ids[PHRASES:]}


def write_random_source(folder: Path, *, full: bool, seed: int) -> None:
    """Write files as of ``omlab/omdet-turbo-swin-tiny-hf``.

    The published network takes its Swin from ``timm``; these have that of ``transformers``, whose
    layers are the same: what the exporter finds of ``timm`` is not needed for random weights.
    """
    config: Any = transformers.OmDetTurboConfig(**(_full() if full else _small()))
    network = transformers.OmDetTurboForObjectDetection(config)
    spread(network, seed)
    size = {'height': config.image_size, 'width': config.image_size}
    write_files(folder, network, {**_PREPROCESSOR, 'size': size})
    write_clip_tokenizer(folder, config.text_config.vocab_size)


def _full() -> dict[str, Any]:
    swin: Any = transformers.SwinConfig  # its decorator hides its arguments
    return {
        'backbone_config': swin(image_size=640, **SWIN_T),
        'apply_layernorm_after_vision_backbone': False,
    }


def _small() -> dict[str, Any]:
    swin: Any = transformers.SwinConfig  # its decorator hides its arguments
    return {
        'backbone_config': swin(
            image_size=160,
            embed_dim=16,
            depths=[1, 1, 2, 1],
            num_heads=[1, 2, 2, 4],
            window_size=5,
            out_indices=[2, 3, 4],
        ),
        'apply_layernorm_after_vision_backbone': False,
        'text_config': transformers.CLIPTextConfig(
            vocab_size=600,
            hidden_size=48,
            intermediate_size=96,
            num_hidden_layers=2,
            num_attention_heads=2,
            projection_dim=48,
            bos_token_id=598,
            eos_token_id=599,
        ),
        'image_size': 160,
        'text_projection_in_dim': 48,
        'text_projection_out_dim': 48,
        'class_embed_dim': 48,
        'task_encoder_hidden_dim': 64,
        'num_queries': 150,
        'encoder_in_channels': [32, 64, 128],
        'encoder_hidden_dim': 32,
        'vision_features_channels': [32, 32, 32],
        'encoder_dim_feedforward': 64,
        'encoder_attention_heads': 2,
        'decoder_hidden_dim': 32,
        'decoder_num_heads': 2,
        'decoder_num_layers': 2,
        'decoder_dim_feedforward': 64,
    }
