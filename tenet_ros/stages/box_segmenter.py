"""Masks by one graph that takes the camera's bytes and boxes: encoder and decoder in one.

The contract of every exported segmenter::

    image (1, H, W, 3) uint8 RGB, boxes (B, 4) float32 xyxy pixels of it
        ->  masks (B, G, G) logits, quality (B,) float32

The G x G cells cover the box enlarged as ``inference.mask_crop`` says. So the features of the
image never leave the device, one launch serves a frame, and what comes back is small.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tenet_ros.errors import EngineError
from tenet_ros.geometry import areas, clip_boxes
from tenet_ros.inference.mask_crop import enlarged, mask_within
from tenet_ros.inference.session import Session
from tenet_ros.inference.spec import Dim, TensorSpec
from tenet_ros.stages.camera_canvas import CameraCanvas
from tenet_ros.types import FloatArray, Mask, UInt8Array

__all__ = ['PORTIONS', 'BoxSegmenter', 'CameraView']

PORTIONS = (1, 4, 16)
"""Numbers of boxes that engines are built for; fewer are filled up, more come in portions."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CameraView:
    """A source image as the graph takes it.

    Attributes:
        image: (1, H, W, 3) uint8 RGB; the source image itself where the sizes are equal.
        height: of the source image, pixels.
        width: likewise.
        scale: (2,) float64, x and y, graph pixels per source pixel. The two differ a little,
            because the resized image has whole pixels.
    """

    image: UInt8Array
    height: int
    width: int
    scale: npt.NDArray[np.float64]


class BoxSegmenter:
    """Masks by an exported segmenter. A stage of type ``Segmenter``.

    For one thread. Nothing is kept between calls: ``decode`` runs the whole graph, once for up to
    16 boxes.

    Args:
        session: active; this segmenter does not own it.

    Raises:
        EngineError: the graph has other tensors than those of this module.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._canvas = CameraCanvas.of(session)
        self._portions = _portions(session)

    def encode(self, image: UInt8Array) -> CameraView:
        """Return an image, (H, W, 3) uint8 RGB, in the graph's size.

        Where it has that size already this is the image itself, not a copy.
        """
        fitted, letterbox = self._canvas.fit(image)
        height, width = image.shape[:2]
        own = (height, width) == (self._canvas.height, self._canvas.width)
        return CameraView(
            image=fitted if own else fitted.copy(),
            height=height,
            width=width,
            scale=np.asarray([letterbox.width / width, letterbox.height / height]),
        )

    def decode(self, embedding: CameraView, boxes: FloatArray) -> tuple[Mask, ...]:
        """Return one mask per box.

        Args:
            embedding: of ``encode``.
            boxes: (N, 4) float32 xyxy source pixels; parts outside the image are ignored, and a
                box without area inside it, or with a NaN, gives ``Mask.empty()``.
        """
        inside = clip_boxes(boxes, embedding.height, embedding.width)
        found = np.flatnonzero(areas(inside) > 0)
        masks = [Mask.empty()] * len(boxes)
        for start in range(0, len(found), self._portions[-1]):
            rows = found[start : start + self._portions[-1]]
            for row, mask in zip(rows, self._masks(embedding, inside[rows]), strict=True):
                masks[row] = mask
        return tuple(masks)

    def _masks(self, view: CameraView, boxes: FloatArray) -> list[Mask]:
        """Return the masks of boxes that lie in the image, as many as one run takes at most."""
        there = np.asarray(boxes * np.tile(view.scale, 2), np.float32)
        portion = next(size for size in self._portions if size >= len(boxes))
        spare = np.repeat(there[-1:], portion - len(boxes), axis=0)
        outputs = self._session.infer(
            {'image': view.image, 'boxes': np.concatenate([there, spare])}
        )
        found = zip(enlarged(there), outputs['masks'], outputs['quality'], strict=False)
        return [
            _mask(view, region, np.asarray(logits, np.float32), float(quality))
            for (region, logits, quality), _ in zip(found, boxes, strict=False)
        ]


def _mask(view: CameraView, region: FloatArray, logits: FloatArray, quality: float) -> Mask:
    """Return the mask in source pixels of logits over a region in graph pixels."""
    low, high = region[:2].astype(np.float64), region[2:].astype(np.float64)
    density = np.asarray(logits.shape[::-1]) / (high - low)
    cells = np.stack([density * view.scale, density * low], axis=1)
    source = (region / np.tile(view.scale, 2)).astype(np.float32)
    return mask_within(source, (view.height, view.width), logits, cells, quality)


def _portions(session: Session) -> tuple[int, ...]:
    """Return how many boxes a run may take, ascending.

    Raises:
        EngineError: the tensors are not those of the contract.
    """
    takes = {spec.name: spec for spec in session.inputs}
    gives = {spec.name: spec for spec in session.outputs}
    if takes.keys() == {'image', 'boxes'} and gives.keys() >= {'masks', 'quality'}:
        count = takes['boxes'].shape[0] if takes['boxes'].shape else 0
        if _speaks(takes['boxes'], gives['masks'], gives['quality'], count):
            return (count,) if isinstance(count, int) else PORTIONS
    came = '; '.join(str(spec) for spec in (*session.inputs, *session.outputs))
    raise EngineError(
        f'{session.key}: expected image and boxes: (b, 4) float32 to give masks: (b, g, g) and '
        f'quality: (b,), the graph has {came}; export it with `tenet-ros models export`'
    )


def _speaks(boxes: TensorSpec, masks: TensorSpec, quality: TensorSpec, count: Dim) -> bool:
    """Return whether the tensors have the shapes and kinds of the contract."""
    floats = all(np.issubdtype(spec.dtype, np.floating) for spec in (masks, quality))
    ranks = (len(boxes.shape), len(masks.shape), len(quality.shape)) == (2, 3, 1)
    if not (floats and ranks and boxes.dtype == np.float32 and boxes.shape[1] == 4):
        return False
    grid = masks.shape[1:]
    return count != 0 and all(isinstance(side, int) and side > 1 for side in grid)
