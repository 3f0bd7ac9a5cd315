"""The Grounding DINO family (arXiv 2303.05499): one caption, fused with the image.

Grounding DINO itself, MM-Grounding-DINO and LLMDet, which has the latter's architecture.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any
from unittest import mock

import torch
import transformers
from transformers.modeling_outputs import BaseModelOutput

from tenet_ros.export.graphs import write_graph
from tenet_ros.export.job import ExportJob
from tenet_ros.export.random_source import spread, write_bert_tokenizer, write_files
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

__all__ = ['export', 'write_random_source']

_KINDS = {
    'mm-grounding-dino': 'MMGroundingDinoForObjectDetection',
    'grounding-dino': 'GroundingDinoForObjectDetection',
}

_PREPROCESSOR = {
    'image_processor_type': 'GroundingDinoImageProcessor',
    'do_resize': True,
    'do_rescale': True,
    'do_normalize': True,
    'do_pad': True,
    'image_mean': [0.485, 0.456, 0.406],
    'image_std': [0.229, 0.224, 0.225],
    'rescale_factor': 1 / 255,
    'resample': 2,
}


class _Image(WordDetector):
    """Camera bytes and a caption's features to the best boxes."""

    def forward(
        self,
        image: torch.Tensor,
        text_features: torch.Tensor,
        attention_mask: torch.Tensor,
        position_ids: torch.Tensor,
        self_attention: torch.Tensor,
        phrase_tokens: torch.Tensor,
    ) -> tuple[torch.Tensor, torch.Tensor]:
        with _given(self.network, text_features, self_attention, position_ids):
            found = self.network(
                pixel_values=self.camera(image),
                input_ids=torch.zeros_like(position_ids),
                attention_mask=attention_mask,
                return_dict=True,
            )
        # Every column of ``phrase_tokens`` sums to one: a text scores what its tokens do on
        # average.
        tokens = found.logits[..., : phrase_tokens.shape[1]].sigmoid()
        best: tuple[torch.Tensor, torch.Tensor] = self.boxes(
            found.pred_boxes, tokens @ phrase_tokens
        )
        return best


class _Text(torch.nn.Module):
    """A caption's token ids to features."""

    def __init__(self, network: Any) -> None:
        super().__init__()
        self.tower = network.model.text_backbone
        self.projection = network.model.text_projection

    def forward(
        self,
        input_ids: torch.Tensor,
        token_type_ids: torch.Tensor,
        position_ids: torch.Tensor,
        self_attention: torch.Tensor,
    ) -> torch.Tensor:
        # The tower's plain attention adds its mask, a truth value would add one.
        hidden = torch.finfo(torch.float32).min * (1 - self_attention[:, None].to(torch.float32))
        states = self.tower(
            input_ids, hidden, token_type_ids, position_ids, return_dict=True
        ).last_hidden_state
        features: torch.Tensor = self.projection(states)
        return features


def _answer(value: Any) -> Callable[..., Any]:
    """Return a function that gives ``value`` whatever it is asked; a mock cannot be traced."""
    return lambda *_, **__: value


@contextmanager
def _given(
    network: Any, features: torch.Tensor, attention: torch.Tensor, positions: torch.Tensor
) -> Iterator[None]:
    """Let a network take its text's features and layout from outside.

    Its own way through the text is run elsewhere, and what it derives from token ids needs
    running maxima, which no engine has. Its checks of shapes are of no use in a graph.
    """
    modeling = import_module(type(network).__module__)
    layout = 'generate_masks_with_special_tokens_and_transfer_map'
    model = network.model
    states = BaseModelOutput(last_hidden_state=features)
    with (
        mock.patch.object(modeling, layout, new=_answer((attention, positions))),
        mock.patch.object(modeling, 'torch_compilable_check', new=_answer(None)),
        mock.patch.object(model.text_backbone, 'forward', new=_answer(states)),
        mock.patch.object(model.text_projection, 'forward', new=_answer(features)),
    ):
        yield


def export(job: ExportJob) -> ExportRecord:
    """Write ``image.onnx`` and ``text.onnx``.

    Raises:
        EngineError: a file of the source is missing or another than expected.
    """
    network = load_network(job, _KINDS)
    preprocessing = load_preprocessing(job)
    fit = preprocessing.fit(job.camera)
    boxes = min(BOXES, network.config.num_queries)
    tokens = network.config.max_text_len
    words = _text_example(tokens)
    text_graph, features = write_text(job, _Text(network), words, ('text_features',))
    example = {
        'image': camera_example(job),
        **features,
        'attention_mask': torch.ones((1, tokens), dtype=torch.int64),
        'position_ids': words['position_ids'],
        'self_attention': words['self_attention'],
        'phrase_tokens': torch.full((1, tokens, PHRASES), 1 / tokens),
    }
    image = _Image(network, preprocessing.layers(fit), boxes)
    image_graph = write_graph(job, 'image', image, example, ('boxes', 'scores'))
    return export_record(
        job,
        'grounding_dino',
        canvas=fit.canvas,
        limits={'boxes': boxes, 'phrases': PHRASES, 'tokens': tokens},
        graphs=(image_graph, text_graph),
    )


def _text_example(tokens: int) -> dict[str, torch.Tensor]:
    return {
        'input_ids': torch.full((1, tokens), 1037),
        'token_type_ids': torch.zeros((1, tokens), dtype=torch.int64),
        'position_ids': torch.arange(tokens)[None],
        'self_attention': torch.eye(tokens, dtype=torch.bool)[None],
    }


def write_random_source(
    folder: Path, *, full: bool, seed: int, kind: str = 'mm-grounding-dino'
) -> None:
    """Write files as of ``openmmlab-community/mm_grounding_dino_tiny_o365v1_goldg_v3det``.

    Args:
        folder: where to.
        full: the published architecture; else a small one.
        seed: of the weights.
        kind: ``mm-grounding-dino``, or ``grounding-dino`` for ``IDEA-Research/grounding-dino-tiny``.
    """
    architecture = getattr(transformers, _KINDS[kind])
    config: Any = architecture.config_class(**(_full() if full else _small()))
    network = architecture(config)
    spread(network, seed)
    edges = (800, 1333) if full else (96, 160)
    size = dict(zip(('shortest_edge', 'longest_edge'), edges, strict=True))
    write_files(folder, network, {**_PREPROCESSOR, 'size': size})
    write_bert_tokenizer(folder, config.text_config.vocab_size)


def _full() -> dict[str, Any]:
    swin: Any = transformers.SwinConfig  # its decorator hides its arguments
    return {'backbone_config': swin(image_size=224, **SWIN_T)}


def _small() -> dict[str, Any]:
    swin: Any = transformers.SwinConfig  # its decorator hides its arguments
    return {
        'backbone_config': swin(
            image_size=96,
            embed_dim=16,
            depths=[1, 1, 2, 1],
            num_heads=[1, 2, 2, 4],
            window_size=4,
            out_indices=[2, 3, 4],
        ),
        'text_config': transformers.BertConfig(
            vocab_size=1200,
            hidden_size=32,
            num_hidden_layers=1,
            num_attention_heads=2,
            intermediate_size=64,
        ),
        'd_model': 64,
        'encoder_layers': 1,
        'decoder_layers': 2,
        'encoder_attention_heads': 4,
        'decoder_attention_heads': 4,
        'encoder_ffn_dim': 64,
        'decoder_ffn_dim': 64,
        'num_queries': 150,
        'max_text_len': 128,
    }
