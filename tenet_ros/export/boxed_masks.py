"""Boxes in, masks of their surroundings out: the layers around a decoder of the SAM family."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch

from tenet_ros.export.camera import Fit
from tenet_ros.export.free_batch import STAND_IN
from tenet_ros.inference.mask_crop import ENLARGED, LEAST_PX
from tenet_ros.inference.record import Profile

__all__ = [
    'MASK_CELLS',
    'ONE_BOX',
    'PROFILES',
    'SAM_MEAN',
    'SAM_STD',
    'BoxPrompt',
    'MaskCrop',
    'even_out',
    'examples',
    'preprocessor',
]

MASK_CELLS = 256
"""Cells a side of a mask that leaves the device: as many as the family's decoders give logits over
the whole image, so that no box is sampled more coarsely than they are. Half of it moves a tenth to
a seventh of a per cent of a camera's pixels to the other side of a contour."""

PROFILES: Mapping[str, Profile] = {'boxes': ((1, 4), (4, 4), (16, 4))}
"""Of graphs for any number of boxes."""

ONE_BOX: Mapping[str, Profile] = {'boxes': ((1, 4), (1, 4), (1, 4))}
"""Of graphs whose decoder takes one."""

SAM_MEAN = (123.675, 116.28, 103.53)
"""Of the images that the family was trained with, grey levels, red first."""

SAM_STD = (58.395, 57.12, 57.375)


def examples(camera: tuple[int, int], count: int = STAND_IN) -> dict[str, torch.Tensor]:
    """Return an image and boxes to trace a segmenter with."""
    return {
        'image': torch.zeros((1, *camera, 3), dtype=torch.uint8),
        'boxes': torch.tensor([[8.0, 8.0, 64.0, 64.0]]).repeat(count, 1),
    }


def preprocessor(size: dict[str, int]) -> dict[str, Any]:
    """Return what the family's published ``preprocessor_config.json`` says, for another size."""
    return {
        'do_normalize': True,
        'do_rescale': True,
        'do_resize': True,
        'image_mean': [value / 255 for value in SAM_MEAN],
        'image_std': [value / 255 for value in SAM_STD],
        'resample': 2,
        'rescale_factor': 1 / 255,
        'size': size,
    }


def even_out(decoder: torch.nn.Module) -> None:
    """Let random weights of a SAM decoder make masks with areas instead of speckles.

    A trained decoder's neighbouring logits agree. A random one's do not: each of the four that a
    transposed convolution makes of one has weights of its own. They get the mean of the four, and
    SAM 2's finer features of the image become faint.
    """
    with torch.no_grad():
        for name in ('conv_s0', 'conv_s1'):
            if hasattr(decoder, name):
                getattr(decoder, name).weight.mul_(0.05)
        for part in decoder.modules():
            if isinstance(part, torch.nn.ConvTranspose2d):
                part.weight.copy_(part.weight.mean(dim=(2, 3), keepdim=True).expand_as(part.weight))


def _scale(fit: Fit) -> tuple[float, float]:
    """Return canvas pixels per camera pixel, x and y; the two differ by rounding."""
    return fit.resized[1] / fit.camera[1], fit.resized[0] / fit.camera[0]


class BoxPrompt(torch.nn.Module):
    """Boxes in camera pixels to corner points as the decoder takes them.

    Args:
        fit: how the camera image lies in the encoder's canvas.
        coordinates: side of the square in which points are given, whatever the canvas's.
    """

    def __init__(self, fit: Fit, coordinates: int) -> None:
        super().__init__()
        self.fit = fit
        factor = coordinates / max(fit.canvas)
        scale = [value * factor for value in _scale(fit)]
        self.register_buffer('scale', torch.tensor(scale * 2, dtype=torch.float32))
        shift = [fit.offset[1] * factor, fit.offset[0] * factor]
        self.register_buffer('shift', torch.tensor(shift * 2, dtype=torch.float32))

    def forward(self, boxes: torch.Tensor) -> torch.Tensor:
        """Return corners, (B, 2, 2) float32 x and y, of boxes, (B, 4) float32 xyxy."""
        return (boxes * self.scale + self.shift).reshape(-1, 2, 2)


class MaskCrop(torch.nn.Module):
    """Of a decoder's candidates the best, and of that the cells of the enlarged box.

    Linear interpolation is a matrix product with hat functions, one matrix for rows and one for
    columns, made of the box itself: nothing is gathered.

    Args:
        fit: how the camera image lies in the encoder's canvas.
        cells: a side of a mask.
    """

    def __init__(self, fit: Fit, cells: int = MASK_CELLS) -> None:
        super().__init__()
        self.fit = fit
        middles = (torch.arange(cells, dtype=torch.float32) + 0.5) / cells
        self.register_buffer('middles', middles)

    def forward(
        self, candidates: torch.Tensor, ratings: torch.Tensor, boxes: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Return masks (B, G, G) and quality (B,), float32.

        Args:
            candidates: (B, K, h, w) logits over the encoder's whole canvas.
            ratings: (B, K) predicted IoU.
            boxes: (B, 4) float32 xyxy camera pixels.
        """
        count, (height, width) = candidates.shape[1], candidates.shape[2:]
        if count > 1:
            best = torch.argmax(ratings, dim=1, keepdim=True)
            chosen = (torch.arange(count) == best).to(candidates.dtype)
            logits = chosen.unsqueeze(1) @ candidates.flatten(2)
            ratings = torch.amax(ratings, dim=1, keepdim=True)
        else:
            logits = candidates
        logits = logits.reshape(-1, height, width)
        size = boxes[:, 2:] - boxes[:, :2]
        reach = torch.clamp(size * ENLARGED, min=LEAST_PX)
        low, size = boxes[:, :2] - reach, size + 2 * reach
        rows = self._hats(low[:, 1:], size[:, 1:], axis=0, length=height)
        columns = self._hats(low[:, :1], size[:, :1], axis=1, length=width)
        masks = rows @ logits @ columns.transpose(1, 2)
        return masks, torch.clamp(ratings.reshape(-1), 0, 1)

    def _hats(
        self, low: torch.Tensor, size: torch.Tensor, *, axis: int, length: int
    ) -> torch.Tensor:
        """Return the weight of each of ``length`` logits for each cell, (B, G, length).

        Args:
            low: (B, 1) first camera pixel of the enlarged box.
            size: (B, 1) of it, camera pixels.
            axis: 0 for rows, 1 for columns.
            length: of the logits along it.
        """
        density = length / self.fit.canvas[axis]
        scale = _scale(self.fit)[1 - axis] * density
        at = (low + size * self.middles) * scale + (self.fit.offset[axis] * density - 0.5)
        at = torch.clamp(at, 0, length - 1).unsqueeze(2)
        return torch.relu(1 - torch.abs(at - torch.arange(length, dtype=torch.float32)))
