"""OWLv2 (arXiv 2306.09683): patches of an image against queries made of words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
import transformers
from scipy import ndimage

from tenet_ros.errors import EngineError
from tenet_ros.export.camera import CameraInput, Fit, Matrix
from tenet_ros.export.graphs import write_graph
from tenet_ros.export.job import ExportJob
from tenet_ros.export.random_source import spread, write_clip_tokenizer, write_files
from tenet_ros.export.source import (
    Preprocessing,
    export_record,
    load_network,
    load_preprocessing,
)
from tenet_ros.export.word_detector import (
    BOXES,
    PHRASES,
    WordDetector,
    camera_example,
    write_text,
)
from tenet_ros.inference.record import ExportRecord

__all__ = ['export', 'write_random_source']

_PREPROCESSOR = {
    'image_processor_type': 'Owlv2ImageProcessor',
    'do_resize': True,
    'do_rescale': True,
    'do_normalize': True,
    'do_pad': True,
    'image_mean': [0.48145466, 0.4578275, 0.40821073],
    'image_std': [0.26862954, 0.26130258, 0.27577711],
    'rescale_factor': 1 / 255,
    'resample': 2,
}


class _Image(WordDetector):
    """Camera bytes and queries to the best boxes."""

    def forward(
        self, image: torch.Tensor, query_embeds: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        grid, _ = self.network.image_embedder(self.camera(image))
        patches = grid.flatten(1, 2)
        logits = self._logits(patches, query_embeds)
        centred = self.network.box_predictor(patches, grid)
        best: tuple[torch.Tensor, torch.Tensor] = self.boxes(centred, logits.sigmoid())
        return best

    def _logits(self, patches: torch.Tensor, queries: torch.Tensor) -> torch.Tensor:
        """Return scaled cosines, (1, patches, P), without the ellipsis that TensorRT refuses."""
        head = self.network.class_head
        cosines = _unit(head.dense0(patches)) @ _unit(queries).transpose(1, 2)
        scale = torch.nn.functional.elu(head.logit_scale(patches)) + 1
        logits: torch.Tensor = (cosines + head.logit_shift(patches)) * scale
        return logits


def _unit(vectors: torch.Tensor) -> torch.Tensor:
    return vectors / (torch.linalg.vector_norm(vectors, dim=-1, keepdim=True) + 1e-6)


class _Text(torch.nn.Module):
    """Token ids to unit vectors."""

    def __init__(self, network: Any) -> None:
        super().__init__()
        self.tower = network.owlv2.text_model
        self.projection = network.owlv2.text_projection

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        pooled = self.tower(input_ids=input_ids, attention_mask=attention_mask).pooler_output
        vectors: torch.Tensor = self.projection(pooled)
        return torch.nn.functional.normalize(vectors, dim=-1)[None]


def export(job: ExportJob) -> ExportRecord:
    """Write ``image.onnx`` and ``text.onnx``.

    Raises:
        EngineError: a file of the source is missing or another than expected.
    """
    network = load_network(job, {'owlv2': 'Owlv2ForObjectDetection'})
    camera = _camera(job, load_preprocessing(job), network.config.vision_config.image_size)
    boxes = min(BOXES, network.num_patches_height * network.num_patches_width)
    words = _text_example(network.config.text_config)
    text_graph, queries = write_text(job, _Text(network), words, ('query_embeds',))
    example = {'image': camera_example(job), **queries}
    image = _Image(network, camera, boxes)
    image_graph = write_graph(job, 'image', image, example, ('boxes', 'scores'))
    return export_record(
        job,
        'owlv2',
        canvas=camera.fit.canvas,
        limits={'boxes': boxes, 'phrases': PHRASES, 'tokens': words['input_ids'].shape[1]},
        graphs=(image_graph, text_graph),
    )


def _camera(job: ExportJob, preprocessing: Preprocessing, side: int) -> CameraInput:
    """Return the layers that pad an image to a square, blur it and resize it."""
    if preprocessing.size != {'height': side, 'width': side}:
        raise EngineError(
            f'{job.model}: expected a size of {side} x {side} as in config.json, got '
            f'{preprocessing.size} in preprocessor_config.json; use the published files'
        )
    square = max(job.camera)
    scale = side / square
    fit = Fit(
        camera=job.camera,
        canvas=(side, side),
        resized=(side, side),
        offset=(0, 0),
        scale=(scale, scale),
    )
    matrix = _resample(square, side)
    return CameraInput(
        fit,
        rounding='none',
        mean=preprocessing.mean,
        std=preprocessing.std,
        # What is padded is black: its weights have nothing to weigh.
        matrices=(matrix[:, : job.camera[0]], matrix[:, : job.camera[1]]),
    )


def _resample(source: int, target: int) -> Matrix:
    """Return the resize that the model was published with, a Gaussian and linear steps."""
    factor = source / target
    line = np.eye(source)
    if factor > 1:
        line = ndimage.gaussian_filter1d(line, (factor - 1) / 2, axis=0, mode='mirror')
    steps = (target / source, 1)
    return np.asarray(ndimage.zoom(line, steps, order=1, mode='mirror', grid_mode=True), np.float64)


def _text_example(config: Any) -> dict[str, torch.Tensor]:
    shape = (PHRASES, config.max_position_embeddings)
    ids = torch.full(shape, 5)
    ids[:, 0], ids[:, 3] = config.vocab_size - 2, config.vocab_size - 1
    return {'input_ids': ids, 'attention_mask': torch.ones(shape, dtype=torch.int64)}


def write_random_source(folder: Path, *, full: bool, seed: int) -> None:
    """Write files as of ``google/owlv2-base-patch16-ensemble``."""
    config: Any = transformers.Owlv2Config(**(_full() if full else _small()))
    network = transformers.Owlv2ForObjectDetection(config)
    spread(network, seed)
    side = config.vision_config.image_size
    write_files(folder, network, {**_PREPROCESSOR, 'size': {'height': side, 'width': side}})
    write_clip_tokenizer(folder, config.text_config.vocab_size)


def _full() -> dict[str, Any]:
    return {'vision_config': {'image_size': 960, 'patch_size': 16}, 'projection_dim': 512}


def _small() -> dict[str, Any]:
    layers = {'intermediate_size': 96, 'num_hidden_layers': 2, 'num_attention_heads': 2}
    return {
        'vision_config': {'image_size': 192, 'patch_size': 16, 'hidden_size': 64, **layers},
        'text_config': {
            'vocab_size': 600,
            'hidden_size': 48,
            'bos_token_id': 598,
            'eos_token_id': 599,
            **layers,
        },
        'projection_dim': 48,
    }
