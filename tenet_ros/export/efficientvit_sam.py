"""EfficientViT-SAM (arXiv 2402.05008) from its published ONNX pair, with both ends in one graph."""

from __future__ import annotations

from pathlib import Path

import torch

from tenet_ros.export.boxed_masks import even_out
from tenet_ros.export.efficientvit import L0, SMALL, Encoder, EncoderShape
from tenet_ros.export.job import ExportJob
from tenet_ros.export.public_decoder import COORDINATES, PublicDecoder, write_public
from tenet_ros.export.public_pair import PublicPair, export_pair
from tenet_ros.export.random_source import spread
from tenet_ros.inference.record import ExportRecord

__all__ = ['export', 'random_network', 'write_random_source']

_PAIR = PublicPair(masks='masks', prompts=True)


def export(job: ExportJob) -> ExportRecord:
    """Write the graph of ``job`` and return what is to be noted of it.

    Raises:
        EngineError: a file of the source is missing or another than expected.
    """
    return export_pair(job, 'efficientvit_sam', _PAIR)


def write_random_source(folder: Path, *, full: bool, seed: int) -> None:
    """Write encoder and decoder as EfficientViT-SAM-L0 is published, with seeded random weights."""
    shape = L0 if full else SMALL
    channels, side = shape.embedding
    encoder, decoder = random_network(shape, seed)
    folder.mkdir(parents=True, exist_ok=True)
    write_public(
        encoder,
        folder / 'encoder.onnx',
        {'input_image': torch.zeros(1, 3, shape.side, shape.side)},
        ['image_embeddings'],
        {'input_image': [0]},
    )
    write_public(
        decoder,
        folder / 'decoder.onnx',
        {
            'image_embeddings': torch.zeros(1, channels, side, side),
            'point_coords': torch.rand(16, 2, 2) * COORDINATES,
            'point_labels': torch.tensor([[2.0, 3.0]]).repeat(16, 1),
        },
        ['masks', 'iou_predictions'],
        {'point_coords': [0, 1], 'point_labels': [0, 1]},
    )


def random_network(shape: EncoderShape, seed: int) -> tuple[Encoder, PublicDecoder]:
    """Return encoder and decoder with seeded random weights."""
    encoder, decoder = Encoder(shape), PublicDecoder(*shape.embedding)
    spread(encoder, seed)
    spread(decoder, seed)
    even_out(decoder.decoder)
    return encoder.eval(), decoder.eval()
