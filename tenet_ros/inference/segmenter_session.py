"""Segmenters of the SAM family (arXiv 2304.02643): one image encoding, any number of boxes.

All of them speak one contract, in two ONNX graphs::

    encoder   image (1, 3, S, S)  ->  image_embeddings
    decoder   image_embeddings, point_coords (B, N, 2), point_labels (B, N)
              ->  masks (B, K, h, w) logits, iou_predictions (B, K)

A box is a prompt of two points, its corners, labelled 2 and 3. What differs from family to family
is a few names and constants: a ``SamFamily``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from tenet_ros.errors import EngineError
from tenet_ros.geometry import Letterbox, areas, clip_boxes
from tenet_ros.inference.mask_crop import enlarged, mask_within
from tenet_ros.inference.sam_family import SamFamily
from tenet_ros.inference.session import Session
from tenet_ros.inference.spec import TensorSpec
from tenet_ros.types import FloatArray, Mask, UInt8Array

__all__ = ['SamEmbedding', 'SegmenterSession']

_LABELS = (2, 3)
"""Of a box's top left and bottom right corner."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SamEmbedding:
    """One encoded image.

    Attributes:
        features: as the encoder gave them, a copy.
        height: of the source image, pixels.
        width: of the source image, pixels.
        scale: (2,) float64, x and y, canvas pixels per source pixel. The two differ a little,
            because the resized image has whole pixels.
    """

    features: npt.NDArray[Any]
    height: int
    width: int
    scale: npt.NDArray[np.float64]


class SegmenterSession:
    """Masks by a SAM-family encoder and decoder. A stage of type ``Segmenter``.

    For one thread: the encoder's input is a buffer that every call writes over.

    Args:
        encoder: active; this segmenter does not own it.
        decoder: active, likewise. Where its B is fixed, boxes are decoded in portions of B.
        family: what the graphs call things.

    Raises:
        EngineError: the graphs have other tensors than the family's.
    """

    def __init__(self, encoder: Session, decoder: Session, family: SamFamily) -> None:
        self._encoder = encoder
        self._decoder = decoder
        self._family = family
        image = _find(encoder, encoder.inputs, {family.image})[family.image]
        _find(encoder, encoder.outputs, {'image_embeddings'}, more=True)
        prompt = {'image_embeddings', 'point_coords', 'point_labels', *family.constants}
        self._prompt = _find(decoder, decoder.inputs, prompt)
        _find(decoder, decoder.outputs, {family.masks, 'iou_predictions'}, more=True)
        self._size = _canvas_size(encoder, image)
        self._canvas = np.zeros((1, 3, *self._size), image.dtype)
        self._fitted: Letterbox | None = None
        self._constants = {
            name: value.astype(self._prompt[name].dtype) for name, value in family.constants.items()
        }

    def encode(self, image: UInt8Array) -> SamEmbedding:
        """Return the embedding of an image, (H, W, 3) uint8 RGB."""
        height, width = image.shape[:2]
        letterbox = self._fill(image)
        outputs = self._encoder.infer({self._family.image: self._canvas})
        return SamEmbedding(
            features=outputs['image_embeddings'].copy(),
            height=height,
            width=width,
            scale=np.asarray([letterbox.width / width, letterbox.height / height]),
        )

    def decode(self, embedding: SamEmbedding, boxes: FloatArray) -> tuple[Mask, ...]:
        """Return one mask per box; of several that the decoder offers, the one it rates best.

        Args:
            embedding: of ``encode``.
            boxes: (N, 4) float32 xyxy source pixels; parts outside the image are ignored, and a
                box without area inside it gives ``Mask.empty()``.
        """
        inside = clip_boxes(boxes, embedding.height, embedding.width)
        found = np.flatnonzero(areas(inside) > 0)
        masks = [Mask.empty()] * len(boxes)
        decoded = self._logits(embedding, inside[found])
        for row, (logits, quality) in zip(found, decoded, strict=True):
            masks[row] = self._crop(embedding, inside[row], logits, quality)
        return tuple(masks)

    def _fill(self, image: UInt8Array) -> Letterbox:
        """Write an image into the encoder's input; return how it lies in there."""
        letterbox = Letterbox.fit((image.shape[0], image.shape[1]), self._size, centred=False)
        if letterbox != self._fitted:
            self._canvas.fill(0)
            self._fitted = letterbox
        size = (letterbox.width, letterbox.height)
        method = cv2.INTER_AREA if letterbox.scale < 1 else cv2.INTER_LINEAR
        planes = cv2.split(cv2.resize(image, size, interpolation=method))
        for target, plane, mean, std in zip(
            self._canvas[0], planes, self._family.mean, self._family.std, strict=True
        ):
            target[: letterbox.height, : letterbox.width] = (plane - np.float32(mean)) / std
        return letterbox

    def _logits(
        self, embedding: SamEmbedding, boxes: FloatArray
    ) -> Iterator[tuple[FloatArray, float]]:
        """Yield for each box the mask logits (h, w) and their predicted IoU."""
        to_prompt = embedding.scale * (self._family.coordinates / max(self._size))
        corners = boxes.reshape(-1, 2, 2) * to_prompt
        fixed = self._prompt['point_coords'].shape[0]
        portion = fixed if isinstance(fixed, int) else max(1, len(boxes))
        for start in range(0, len(boxes), portion):
            part = corners[start : start + portion]
            short = portion - len(part) if isinstance(fixed, int) else 0
            points = np.concatenate([part, np.repeat(part[-1:], short, axis=0)])
            outputs = self._decoder.infer(self._prompts(embedding, points))
            scores = np.asarray(outputs['iou_predictions'], np.float32)
            for row in range(len(part)):
                best = int(np.argmax(scores[row]))
                logits = np.asarray(outputs[self._family.masks][row, best], np.float32)
                yield logits, float(scores[row, best])

    def _prompts(
        self, embedding: SamEmbedding, points: npt.NDArray[np.float64]
    ) -> dict[str, npt.NDArray[Any]]:
        coords, labels = self._prompt['point_coords'], self._prompt['point_labels']
        return {
            'image_embeddings': embedding.features,
            'point_coords': points.astype(coords.dtype),
            'point_labels': np.tile(np.asarray(_LABELS, labels.dtype), (len(points), 1)),
            **self._constants,
        }

    def _crop(
        self, embedding: SamEmbedding, box: FloatArray, logits: FloatArray, quality: float
    ) -> Mask:
        """Return the mask in source pixels, within the slightly enlarged box."""
        per_pixel = embedding.scale * logits.shape[::-1] / self._size[::-1]
        size = (embedding.height, embedding.width)
        cells = np.stack([per_pixel, np.zeros(2)], axis=1)
        return mask_within(enlarged(box), size, logits, cells, quality)


def _find(
    session: Session, specs: tuple[TensorSpec, ...], names: set[str], *, more: bool = False
) -> dict[str, TensorSpec]:
    """Return the specs by name; ``more`` allows others than ``names``.

    Raises:
        EngineError: one is missing, or there is one too many.
    """
    found = {spec.name: spec for spec in specs}
    if not names <= found.keys() or (found.keys() != names and not more):
        raise EngineError(
            f'{session.key}: expected the tensors {", ".join(sorted(names))}; the graph has '
            f'{", ".join(found)}; choose the family that fits it, or export it again'
        )
    return found


def _canvas_size(session: Session, image: TensorSpec) -> tuple[int, int]:
    """Return (height, width) of the encoder's input.

    Raises:
        EngineError: it is not one image of three channels of fixed size.
    """
    channels, height, width = image.shape[1:] if len(image.shape) == 4 else (0, 0, 0)
    floats = np.issubdtype(image.dtype, np.floating)
    if channels != 3 or not isinstance(height, int) or not isinstance(width, int) or not floats:
        raise EngineError(
            f'{session.key}: expected an image (1, 3, height, width) of floats and of fixed size, '
            f'the graph takes {image}; export it so'
        )
    return height, width
