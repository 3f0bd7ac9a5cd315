"""Decoding each box of a frame once, whoever asks for its mask."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tenet_ros.stages.protocols import AnySegmenter
from tenet_ros.types import FloatArray, Mask, UInt8Array

__all__ = ['FrameMasks', 'SharedSegmenter']


class FrameMasks:
    """The masks of one frame, made when they are first asked for.

    Args:
        image: (H, W, 3) uint8 RGB.
        segmenter: that makes them.
    """

    def __init__(self, image: UInt8Array, segmenter: AnySegmenter) -> None:
        self._image = image
        self._segmenter = segmenter
        self._embedding: Any = None
        self._masks: dict[bytes, Mask] = {}

    def of(self, boxes: FloatArray) -> tuple[Mask, ...]:
        """Return one mask per box, (K, 4) float32 xyxy; the same object for the same box."""
        keys = [box.tobytes() for box in boxes]
        missing = [row for row, key in enumerate(keys) if key not in self._masks]
        # A box may be asked for twice at once.
        missing = list({keys[row]: row for row in missing}.values())
        if missing:
            if self._embedding is None:
                self._embedding = self._segmenter.encode(self._image)
            made = self._segmenter.decode(self._embedding, boxes[missing])
            self._masks |= {keys[row]: mask for row, mask in zip(missing, made, strict=True)}
        return tuple(self._masks[key] for key in keys)

    def know(self, boxes: FloatArray, masks: Sequence[Mask]) -> None:
        """Take masks of some boxes, (K, 4) float32 xyxy, that came about in another way."""
        self._masks |= {box.tobytes(): mask for box, mask in zip(boxes, masks, strict=True)}


class SharedSegmenter:
    """A pipeline's segmenter whose masks the other systems of the same frame can have, too.

    Args:
        segmenter: that does the work.
    """

    def __init__(self, segmenter: AnySegmenter) -> None:
        self._segmenter = segmenter

    def begin(self, image: UInt8Array) -> FrameMasks:
        """Return the masks of a new frame, for ``encode`` of the very same image to find.

        Args:
            image: (H, W, 3) uint8 RGB.
        """
        self._frame = FrameMasks(image, self._segmenter)
        self._image = image
        return self._frame

    def encode(self, image: UInt8Array) -> FrameMasks:
        """Return the masks of the frame that has begun, or of another image if it is one."""
        return self._frame if image is self._image else FrameMasks(image, self._segmenter)

    def decode(self, embedding: FrameMasks, boxes: FloatArray) -> tuple[Mask, ...]:
        """Return one mask per box, (K, 4) float32 xyxy."""
        return embedding.of(np.asarray(boxes, np.float32))
