"""A published encoder and decoder, and what is before and behind them, joined to one graph."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import onnx
import onnxruntime
import torch

from tenet_ros.errors import EngineError
from tenet_ros.export.boxed_masks import (
    MASK_CELLS,
    ONE_BOX,
    PROFILES,
    SAM_MEAN,
    SAM_STD,
    BoxPrompt,
    MaskCrop,
    examples,
)
from tenet_ros.export.camera import CameraInput, Fit, letterbox
from tenet_ros.export.fixed_shapes import folded, joined, read_graph, with_fixed
from tenet_ros.export.free_batch import STAND_IN, free_batch
from tenet_ros.export.graphs import save_graph, to_graph
from tenet_ros.export.job import ExportJob, graph_record
from tenet_ros.export.public_decoder import COORDINATES
from tenet_ros.export.source import export_record, need_file
from tenet_ros.inference.record import ExportRecord

__all__ = ['PublicPair', 'export_pair']


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicPair:
    """What one family calls things.

    Attributes:
        masks: the decoder's output with one logit per cell of the canvas.
        prompts: whether the decoder is meant to take several prompts at once.
    """

    masks: str
    prompts: bool


class _Before(torch.nn.Module):
    """Camera bytes to the encoder's input, boxes to the decoder's.

    Args:
        fit: how the camera image lies in the encoder's canvas.
        bare: the encoder takes rows of pixels (h, w, 3) as they are, and normalises and pads them
            itself; else it takes the whole canvas.
    """

    def __init__(self, fit: Fit, *, bare: bool) -> None:
        super().__init__()
        if bare:
            inner = dataclasses.replace(fit, canvas=fit.resized, offset=(0, 0))
            self.camera = CameraInput(inner)
        else:
            self.camera = CameraInput(fit, mean=SAM_MEAN, std=SAM_STD)
        self.boxes = BoxPrompt(fit, COORDINATES)
        self._bare = bare

    def forward(
        self, image: torch.Tensor, boxes: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Return what the encoder takes, and the corners."""
        canvas = self.camera(image)
        return canvas[0].permute(1, 2, 0) if self._bare else canvas, self.boxes(boxes)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    """The published files of one job, and what is asked of them."""

    job: ExportJob
    pair: PublicPair
    image: str
    fit: Fit
    bare: bool

    @classmethod
    def of(cls, job: ExportJob, pair: PublicPair) -> _Source:
        """Look at the files.

        Raises:
            EngineError: one is missing or another than expected.
        """
        encoder = read_graph(need_file(job, 'encoder.onnx'), [], ['image_embeddings'])
        image, *more = encoder.graph.input
        sizes = [dim.dim_value for dim in image.type.tensor_type.shape.dim]
        bare = len(sizes) == 3 and sizes[2] == 3
        whole = len(sizes) == 4 and sizes[1] == 3 and 0 not in sizes[2:]
        if more or not (bare or whole):
            raise EngineError(
                f'{job.model}: expected encoder.onnx to take an image (batch, 3, height, width) of '
                f'fixed size or rows of pixels (height, width, 3), got {image.name}: {sizes}; '
                'export the encoder so'
            )
        canvas = (COORDINATES, COORDINATES) if bare else (sizes[2], sizes[3])
        fit = letterbox(job.camera, canvas, anchor='top_left')
        return cls(job=job, pair=pair, image=image.name, fit=fit, bare=bare)

    def encoder(self) -> onnx.ModelProto:
        """Return the encoder with every size a constant."""
        model = read_graph(need_file(self.job, 'encoder.onnx'), [self.image], ['image_embeddings'])
        shape = (*self.fit.resized, 3) if self.bare else (1, 3, *self.fit.canvas)
        return folded(with_fixed(model, {self.image: shape}, {}))

    def decoder(self, embedding: tuple[int, ...], count: int) -> onnx.ModelProto:
        """Return the decoder for ``count`` boxes with every size a constant."""
        takes = ['image_embeddings', 'point_coords', 'point_labels']
        gives = [self.pair.masks, 'iou_predictions']
        model = read_graph(need_file(self.job, 'decoder.onnx'), takes, gives)
        fixed = with_fixed(
            model,
            {'image_embeddings': embedding, 'point_coords': (count, 2, 2)},
            {
                'point_labels': np.tile([2, 3], (count, 1)),
                # Of segment-anything's decoder: no mask to start from. Its masks in the image's
                # own size are cut off, and with them what asks for that size.
                'mask_input': np.zeros((1, 1, 4 * embedding[2], 4 * embedding[3])),
                'has_mask_input': np.zeros(1),
            },
        )
        return folded(fixed)


def export_pair(job: ExportJob, exporter: str, pair: PublicPair) -> ExportRecord:
    """Write the graph made of a job's ``encoder.onnx`` and ``decoder.onnx``.

    The published graphs have sizes that vary and shape arithmetic about them. Sizes are fixed,
    what follows from them is computed, and then the number of boxes alone is freed again.

    Raises:
        EngineError: a file of the source is missing or another than expected.
    """
    source = _Source.of(job, pair)
    profiles = PROFILES
    try:
        graph = free_batch(_whole(source, STAND_IN))
        _check_rows(job, graph)
    except EngineError:
        if pair.prompts:
            raise
        graph = _whole(source, 1)
        profiles = ONE_BOX
    path = job.folder / 'segment.onnx'
    save_graph(graph, path, job.precision)
    return export_record(
        job,
        exporter,
        canvas=source.fit.canvas,
        limits={'mask': MASK_CELLS},
        graphs=(graph_record(path, 'segment', profiles),),
    )


def _whole(source: _Source, count: int) -> onnx.ModelProto:
    """Return everything in one graph for ``count`` boxes."""
    encoder = source.encoder()
    decoder = source.decoder(_shape(encoder.graph.output), count)
    given = examples(source.job.camera, count)
    before = to_graph(_Before(source.fit, bare=source.bare), given, ('canvas', 'corners'))
    candidates = torch.zeros(_shape(decoder.graph.output, source.pair.masks))
    after = to_graph(
        MaskCrop(source.fit),
        {'candidates': candidates, 'ratings': candidates[:, :, 0, 0], 'boxes': given['boxes']},
        ('masks', 'quality'),
    )
    return joined(
        [('camera/', before), ('encoder/', encoder), ('decoder/', decoder), ('boxes/', after)],
        [
            ('camera/canvas', f'encoder/{source.image}'),
            ('encoder/image_embeddings', 'decoder/image_embeddings'),
            ('camera/corners', 'decoder/point_coords'),
            (f'decoder/{source.pair.masks}', 'boxes/candidates'),
            ('decoder/iou_predictions', 'boxes/ratings'),
        ],
        {'image': ['camera/image'], 'boxes': ['camera/boxes', 'boxes/boxes']},
        {'masks': 'boxes/masks', 'quality': 'boxes/quality'},
    )


def _shape(values: Iterable[onnx.ValueInfoProto], name: str = '') -> tuple[int, ...]:
    value = next(value for value in values if not name or value.name == name)
    return tuple(dim.dim_value for dim in value.type.tensor_type.shape.dim)


def _check_rows(job: ExportJob, graph: onnx.ModelProto) -> None:
    """Check that a box gets the mask that it gets alone.

    Raises:
        EngineError: it does not, or the graph does not run.
    """
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    try:
        session = onnxruntime.InferenceSession(
            graph.SerializeToString(), options, providers=['CPUExecutionProvider']
        )
        height, width = job.camera
        image = np.random.default_rng(0).integers(0, 256, (1, height, width, 3), np.uint8)
        boxes = np.asarray([[0, 0, 0.5, 0.5], [0.25, 0.4, 1, 0.9]], np.float32)
        boxes *= np.asarray([width, height] * 2, np.float32)
        both = session.run(['masks', 'quality'], {'image': image, 'boxes': boxes})
        alone = session.run(['masks', 'quality'], {'image': image, 'boxes': boxes[1:]})
    except Exception as error:  # its classes share no base
        raise EngineError(
            f'{job.model}: expected the joined graph to run, got '
            f'{" ".join(str(error).split())[:300]}; pull the model again'
        ) from error
    scale = max(1.0, float(np.abs(alone[0]).max()))
    worst = max(float(np.abs(a[1:] - b).max()) for a, b in zip(both, alone, strict=True))
    if not worst <= 1e-2 * scale:
        raise EngineError(
            f'{job.model}: expected the mask of a box not to depend on other boxes, got a '
            f'difference of {worst:.3g}; pull the model again'
        )
