"""From camera bytes to what a network takes, as layers of its graph, and boxes the way back.

A resize is linear in rows and in columns, so it is two matrix products with constant matrices:
every accelerator has those, none has all of the resamplers that networks were trained with.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt
import torch

from tenet_ros.geometry import Letterbox

__all__ = ['CameraInput', 'Fit', 'Method', 'Rounding', 'interpolation', 'letterbox', 'stretch']

Method: TypeAlias = Literal['bilinear', 'bicubic']

Rounding: TypeAlias = Literal['none', 'end', 'each']
"""To whole grey levels: never, at the end (OpenCV), or after columns and after rows (Pillow)."""

Matrix: TypeAlias = 'npt.NDArray[np.float64]'

_REACH = {'bilinear': 1.0, 'bicubic': 2.0}
"""How far a kernel looks, in pixels of the coarser image."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """How a camera image lies in a network's canvas.

    Attributes:
        camera: (height, width) of the image, pixels.
        canvas: (height, width) of what the network sees, pixels.
        resized: (height, width) of the image within the canvas, pixels.
        offset: (rows above, columns left) of it, canvas pixels.
        scale: canvas pixels per camera pixel, (vertical, horizontal), for the way back.
    """

    camera: tuple[int, int]
    canvas: tuple[int, int]
    resized: tuple[int, int]
    offset: tuple[int, int]
    scale: tuple[float, float]


def stretch(camera: tuple[int, int], canvas: tuple[int, int]) -> Fit:
    """Return the fit that fills the canvas and keeps no aspect ratio.

    >>> stretch((480, 640), (640, 640)).scale
    (1.3333333333333333, 1.0)
    """
    scale = (canvas[0] / camera[0], canvas[1] / camera[1])
    return Fit(camera=camera, canvas=canvas, resized=canvas, offset=(0, 0), scale=scale)


def letterbox(
    camera: tuple[int, int], canvas: tuple[int, int], *, anchor: Literal['top_left', 'centre']
) -> Fit:
    """Return the largest fit that keeps the aspect ratio.

    >>> letterbox((480, 640), (416, 416), anchor='centre').offset
    (52, 0)
    """
    box = Letterbox.fit(camera, canvas, centred=anchor == 'centre')
    return Fit(
        camera=camera,
        canvas=canvas,
        resized=(box.height, box.width),
        offset=(box.pad_y, box.pad_x),
        scale=(box.scale, box.scale),
    )


def interpolation(source: int, target: int, *, method: Method, antialias: bool) -> Matrix:
    """Return the matrix that resizes a line of pixels, (target, source); rows sum to one.

    Args:
        source: length of the line, pixels.
        target: length of the resized line, pixels.
        method: the kernel; bicubic is Keys' with -0.5 where it is widened and -0.75 where it is
            not, as Pillow and OpenCV have it.
        antialias: widen the kernel when the line becomes shorter.

    >>> interpolation(4, 2, method='bilinear', antialias=False).tolist()
    [[0.5, 0.5, 0.0, 0.0], [0.0, 0.0, 0.5, 0.5]]
    """
    ratio = source / target
    width = max(ratio, 1.0) if antialias else 1.0
    centre = (np.arange(target) + 0.5) * ratio - 0.5
    reach = _REACH[method] * width
    if antialias:
        # Pixels outside the image have no weight, the others share it.
        pixels = np.arange(source)
        weights = _kernel((pixels[None, :] - centre[:, None]) / width, method, -0.5)
        return np.asarray(weights / weights.sum(axis=1, keepdims=True), np.float64)
    # Pixels outside the image are those at its edge.
    matrix = np.zeros((target, source))
    first = np.floor(centre).astype(int) - math.ceil(reach) + 1
    for step in range(2 * math.ceil(reach)):
        weights = _kernel(first + step - centre, method, -0.75)
        np.add.at(matrix, (np.arange(target), np.clip(first + step, 0, source - 1)), weights)
    return matrix


def _kernel(distance: Matrix, method: Method, sharpness: float) -> Matrix:
    """Return the weight of a pixel at a distance."""
    x = np.abs(distance)
    if method == 'bilinear':
        return np.asarray(np.maximum(1 - x, 0), np.float64)
    near = ((sharpness + 2) * x - (sharpness + 3)) * x * x + 1
    far = (((x - 5) * x + 8) * x - 4) * sharpness
    return np.asarray(np.where(x < 1, near, np.where(x < 2, far, 0)), np.float64)


class CameraInput(torch.nn.Module):
    """Bytes of a camera image to the normalised canvas of a network.

    Args:
        fit: how the image lies in the canvas.
        method: of the resize; ignored where ``matrices`` are given.
        antialias: widen the kernel when the image becomes smaller.
        rounding: where the reference has whole grey levels.
        mean: of each channel in the network's order, grey levels.
        std: of each channel in the network's order, grey levels.
        pad: grey level around the image; None is zero after the normalisation.
        bgr: the network takes blue first.
        matrices: rows (resized height, height) and columns (resized width, width) of another
            resampler.
    """

    def __init__(
        self,
        fit: Fit,
        *,
        method: Method = 'bilinear',
        antialias: bool = True,
        rounding: Rounding = 'each',
        mean: tuple[float, float, float] = (0, 0, 0),
        std: tuple[float, float, float] = (1, 1, 1),
        pad: float | None = None,
        bgr: bool = False,
        matrices: tuple[Matrix, Matrix] | None = None,
    ) -> None:
        super().__init__()
        self.fit = fit
        self._rounding = rounding
        self._pad = pad
        self._bgr = bgr
        rows, columns = matrices or (
            interpolation(fit.camera[0], fit.resized[0], method=method, antialias=antialias),
            interpolation(fit.camera[1], fit.resized[1], method=method, antialias=antialias),
        )
        self.register_buffer('rows', torch.tensor(rows, dtype=torch.float32))
        self.register_buffer('columns', torch.tensor(columns.T.copy(), dtype=torch.float32))
        self.register_buffer('mean', torch.tensor(mean, dtype=torch.float32).reshape(1, 3, 1, 1))
        gain = 1 / torch.tensor(std, dtype=torch.float64)
        self.register_buffer('gain', gain.to(torch.float32).reshape(1, 3, 1, 1))
        (height, width), (down, right) = fit.camera, fit.offset
        self.register_buffer('shift', torch.tensor([right, down] * 2, dtype=torch.float32))
        back = [1 / fit.scale[1], 1 / fit.scale[0]] * 2
        self.register_buffer('back', torch.tensor(back, dtype=torch.float32))
        self.register_buffer('limit', torch.tensor([width, height] * 2, dtype=torch.float32))
        canvas = [fit.canvas[1], fit.canvas[0]] * 2
        self.register_buffer('canvas', torch.tensor(canvas, dtype=torch.float32))

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """Return the canvas, (1, 3, h, w) float32, of an image, (1, H, W, 3) uint8 RGB."""
        # TensorRT takes bytes into a cast alone, so that comes first.
        planes = image.to(torch.float32).permute(0, 3, 1, 2)
        if self._bgr:
            red, green, blue = planes.split(1, dim=1)
            planes = torch.cat([blue, green, red], dim=1)
        planes = planes @ self.columns
        if self._rounding == 'each':
            planes = _whole(planes)
        planes = self.rows @ planes
        if self._rounding != 'none':
            planes = _whole(planes)
        if self._pad is not None:
            return (self._padded(planes, self._pad) - self.mean) * self.gain
        return self._padded((planes - self.mean) * self.gain, 0.0)

    def to_camera(self, boxes: torch.Tensor, *, normalised: bool) -> torch.Tensor:
        """Return canvas boxes in camera pixels, cut to the image.

        Args:
            boxes: (..., 4) float32 xyxy.
            normalised: in parts of the canvas, else in its pixels.
        """
        pixels = boxes * self.canvas if normalised else boxes
        pixels = (pixels - self.shift) * self.back
        return torch.minimum(torch.clamp(pixels, min=0), self.limit)

    def to_canvas(self, boxes: torch.Tensor) -> torch.Tensor:
        """Return camera-pixel boxes, (..., 4) float32 xyxy, in canvas pixels."""
        return boxes / self.back + self.shift

    def _padded(self, planes: torch.Tensor, value: float) -> torch.Tensor:
        (height, width), (top, left) = self.fit.resized, self.fit.offset
        below = self.fit.canvas[0] - height - top
        right = self.fit.canvas[1] - width - left
        if not any((top, left, below, right)):
            return planes
        return torch.nn.functional.pad(planes, (left, right, top, below), value=value)


def _whole(planes: torch.Tensor) -> torch.Tensor:
    """Return whole grey levels, halves up, as eight bits hold them."""
    return torch.clamp(torch.floor(planes + 0.5), 0, 255)
