"""Segmenters as their authors run them: what exported graphs are held against."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import torch
import transformers

from tenet_ros.export import efficientvit_sam
from tenet_ros.export.boxed_masks import SAM_MEAN, SAM_STD
from tenet_ros.export.efficientvit import L0, SMALL
from tenet_ros.export.public_decoder import COORDINATES
from tenet_ros.inference.mask_crop import enlarged
from tenet_ros.types import FloatArray, UInt8Array

__all__ = ['OriginalSegmenter', 'load_segmenter', 'of_pair', 'of_transformers']


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OriginalSegmenter:
    """A network, canvas and corners to candidates and ratings, with what is around it.

    Attributes:
        side: of its canvas, a square, pixels.
        stretched: whether the image is stretched to the canvas, else it keeps its shape and lies
            in the upper left corner.
        coordinates: side of the square in which corners are given, and of the one to which masks
            are enlarged before they are brought to the image's size; a stretched one skips that.
        run: a canvas, (1, 3, side, side), and corners, (B, 4), to candidates, (B, K, h, w), and
            their ratings, (B, K).
    """

    side: int
    stretched: bool
    coordinates: int
    run: Callable[[torch.Tensor, torch.Tensor], tuple[torch.Tensor, torch.Tensor]]

    def resized(self, size: tuple[int, int], side: int) -> tuple[int, int]:
        """Return (height, width) of an image of a size in a square of a side."""
        if self.stretched:
            return side, side
        scale = side / max(size)
        return int(size[0] * scale + 0.5), int(size[1] * scale + 0.5)

    def pixels(self, image: UInt8Array) -> FloatArray:
        """Return what the processor makes of (H, W, 3) uint8 RGB, (1, 3, side, side)."""
        pillow = import_module('PIL.Image')
        height, width = self.resized((image.shape[0], image.shape[1]), self.side)
        mean, std = np.asarray(SAM_MEAN, np.float32), np.asarray(SAM_STD, np.float32)
        small = pillow.fromarray(image).resize((width, height), pillow.Resampling.BILINEAR)
        pixels = (np.asarray(small, np.float32) - mean) / std
        return self.whole(pixels.transpose(2, 0, 1)[np.newaxis])

    def whole(self, canvas: FloatArray) -> FloatArray:
        """Return pixels, (1, 3, h, w), with the padding that a graph leaves to its network."""
        padded = np.zeros((1, 3, self.side, self.side), np.float32)
        padded[:, :, : canvas.shape[2], : canvas.shape[3]] = canvas
        return padded

    def best(
        self, canvas: FloatArray, size: tuple[int, int], boxes: FloatArray
    ) -> tuple[torch.Tensor, FloatArray]:
        """Return the best candidate of each box, (B, h, w) logits, and its rating, (B,).

        Args:
            canvas: (1, 3, side, side).
            size: (height, width) of the camera's image.
            boxes: (B, 4) float32 xyxy pixels of it.
        """
        height, width = self.resized(size, self.side)
        scale = np.asarray([width / size[1], height / size[0]] * 2) * self.coordinates / self.side
        corners = torch.from_numpy((boxes * scale).astype(np.float32))
        with torch.no_grad():
            candidates, ratings = self.run(torch.from_numpy(canvas), corners)
        best = candidates[torch.arange(len(boxes)), ratings.argmax(1)]
        return best, ratings.amax(1).numpy()

    def at_pixels(self, best: torch.Tensor, size: tuple[int, int]) -> FloatArray:
        """Return logits of ``best`` at the image's pixels, (B, H, W), as the processor does."""
        resize = torch.nn.functional.interpolate
        whole = best[None]
        if not self.stretched:
            height, width = self.resized(size, self.coordinates)
            square = (self.coordinates, self.coordinates)
            whole = resize(whole, square, mode='bilinear', align_corners=False)
            whole = whole[..., :height, :width]
        logits = resize(whole, size, mode='bilinear', align_corners=False)
        return np.asarray(logits[0].numpy(), np.float32)

    def at_cells(
        self, best: torch.Tensor, size: tuple[int, int], boxes: FloatArray, cells: int
    ) -> FloatArray:
        """Return logits of ``best`` at a graph's cells, (B, cells, cells), interpolated once."""
        at = (np.arange(cells) + 0.5) / cells
        height, width = self.resized(size, self.side)
        found = []
        for row, (x0, y0, x1, y1) in enumerate(enlarged(boxes)):
            x = (x0 + at * (x1 - x0)) * (width / size[1]) * 2 / self.side - 1
            y = (y0 + at * (y1 - y0)) * (height / size[0]) * 2 / self.side - 1
            places = torch.from_numpy(np.stack(np.meshgrid(x, y), axis=2).astype(np.float32))
            found.append(
                torch.nn.functional.grid_sample(
                    best[row][None, None],
                    places[None],
                    padding_mode='border',
                    align_corners=False,
                )[0, 0]
            )
        return np.asarray(torch.stack(found).numpy(), np.float32)


def of_transformers(model: Any, *, stretched: bool) -> OriginalSegmenter:
    """Return a model of ``transformers``."""

    def run(canvas: torch.Tensor, corners: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        out = model(pixel_values=canvas, input_boxes=corners[None], multimask_output=True)
        return out.pred_masks[0], out.iou_scores[0]

    side = model.prompt_encoder.input_image_size
    return OriginalSegmenter(side=side, stretched=stretched, coordinates=side, run=run)


def of_pair(encoder: Any, decoder: Any, side: int) -> OriginalSegmenter:
    """Return an encoder for a canvas of a side, and a ``PublicDecoder``."""

    def run(canvas: torch.Tensor, corners: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        features, points = encoder(canvas), corners.reshape(-1, 2, 2)
        nothing = decoder.prompt.no_mask_embed.weight.reshape(1, -1, 1, 1)
        sparse = decoder.embedded(points, torch.tensor([[2.0, 3.0]]).repeat(len(points), 1))
        found: tuple[torch.Tensor, torch.Tensor] = decoder.predicted(features, sparse, nothing)
        return found

    return OriginalSegmenter(side=side, stretched=False, coordinates=COORDINATES, run=run)


_MODELS: Mapping[str, str] = MappingProxyType({'sam': 'SamModel', 'sam2': 'Sam2Model'})


def load_segmenter(exporter: str, source: Path, *, full: bool, seed: int) -> OriginalSegmenter:
    """Return the original of what an exporter's ``write_random_source`` wrote.

    Args:
        exporter: efficientvit_sam, sam or sam2.
        source: where to.
        full: as there; what is published as ONNX alone is drawn again.
        seed: as there.
    """
    if exporter == 'efficientvit_sam':
        shape = L0 if full else SMALL
        return of_pair(*efficientvit_sam.random_network(shape, seed), shape.side)
    kind = getattr(transformers, _MODELS[exporter])
    model = kind.from_pretrained(source, local_files_only=True).eval()
    return of_transformers(model, stretched=exporter == 'sam2')
