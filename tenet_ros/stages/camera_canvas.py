"""Camera images for a graph that was exported for one camera size."""

from __future__ import annotations

import cv2
import numpy as np

from tenet_ros.errors import EngineError
from tenet_ros.geometry import Letterbox
from tenet_ros.inference.session import Session
from tenet_ros.types import UInt8Array

__all__ = ['CameraCanvas']


class CameraCanvas:
    """Brings images to the size that a graph takes: nothing to do where the camera has it.

    For one thread: an image of another size is written into a buffer that every call writes over.

    Args:
        height: of the images that the graph takes, pixels.
        width: likewise.
    """

    def __init__(self, height: int, width: int) -> None:
        self.height, self.width = height, width
        self._canvas = np.zeros((height, width, 3), np.uint8)
        self._fitted: Letterbox | None = None

    @classmethod
    def of(cls, session: Session, name: str = 'image') -> CameraCanvas:
        """Return the canvas that an active session's input asks for.

        Raises:
            EngineError: it takes no image of bytes and of fixed size under this name.
        """
        spec = next((each for each in session.inputs if each.name == name), None)
        if spec is not None and spec.dtype == np.uint8 and len(spec.shape) == 4:
            batch, height, width, channels = spec.shape
            sized = isinstance(height, int) and isinstance(width, int)
            if (batch, channels) == (1, 3) and sized:
                return cls(int(height), int(width))
        came = '; '.join(str(spec) for spec in session.inputs)
        raise EngineError(
            f'{session.key}: expected an input {name}: (1, height, width, 3) uint8 of fixed size, '
            f'the graph takes {came}; export it with `tenet-ros models export`'
        )

    def fit(self, image: UInt8Array) -> tuple[UInt8Array, Letterbox]:
        """Return an image as the graph takes it, and how the source lies in there.

        Args:
            image: (H, W, 3) uint8 RGB.

        Returns:
            (1, height, width, 3) uint8, valid until the next call, and the way back to source
            pixels. An image of another size lies at the top left, black around it.
        """
        size = (self.height, self.width)
        letterbox = Letterbox.fit((image.shape[0], image.shape[1]), size, centred=False)
        if image.shape[:2] == size:
            return np.ascontiguousarray(image)[None], letterbox
        if letterbox != self._fitted:
            self._canvas.fill(0)
            self._fitted = letterbox
        method = cv2.INTER_AREA if letterbox.scale < 1 else cv2.INTER_LINEAR
        target = self._canvas[: letterbox.height, : letterbox.width]
        target[:] = cv2.resize(image, (letterbox.width, letterbox.height), interpolation=method)
        return self._canvas[None], letterbox
