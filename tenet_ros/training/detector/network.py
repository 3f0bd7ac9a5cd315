"""A small single-stage detector whose cells carry an embedding instead of class scores.

Anchor-free with decoupled heads after YOLOX (arXiv 2107.08430), a top-down pyramid after FPN
(arXiv 1612.03144), and scores that are dot products with word vectors as in open-vocabulary
detectors (ViLD, arXiv 2104.13921): what is said of a cell is decided by words, not by classes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from tenet_ros.training.images import SMALL
from tenet_ros.training.layers import Residual, convolution

__all__ = ['HEIGHT', 'STRIDES', 'WIDTH', 'DetectorNetwork', 'Shape', 'grid']

HEIGHT, WIDTH = SMALL
"""The network's image, pixels: a 640x480 camera image at three fifths of its size."""

STRIDES = (8, 16, 32)
"""Pixels per cell of the three grids, in output order."""

_PRIOR = -4.6
"""Objectness before training: one cell in a hundred, or the empty cells drown the first steps."""

_LARGEST = 5.0
"""exp(5) strides of 32 pixels are far more than the image; the bound keeps a bad step finite."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """Sizes of the network.

    Attributes:
        nouns: dimensions of the noun space.
        colours: how many colours it tells apart.
        patterns: how many patterns.
        widths: channels at strides 2, 4, 8, 16, 32.
        blocks: residual blocks at strides 8, 16, 32.
        neck: channels of the pyramid.
        said: channels from which the embedding is read.
    """

    nouns: int = 48
    colours: int = 15
    patterns: int = 4
    widths: tuple[int, ...] = (16, 32, 64, 96, 128)
    blocks: tuple[int, ...] = (2, 2, 1)
    neck: int = 64
    said: int = 96

    @property
    def embedding(self) -> int:
        """Channels of a cell's embedding: noun space, colours, patterns, in that order."""
        return self.nouns + self.colours + self.patterns


class DetectorNetwork(nn.Module):
    """Images to one row per cell.

    Args:
        shape: sizes.
    """

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        w, blocks = shape.widths, shape.blocks
        self.stem = nn.Sequential(
            convolution(3, w[0], stride=2),
            convolution(w[0], w[1], stride=2),
            convolution(w[1], w[1]),
        )
        self.stages = nn.ModuleList(
            nn.Sequential(
                convolution(w[i + 1], w[i + 2], stride=2), *(Residual(w[i + 2]) for _ in range(n))
            )
            for i, n in enumerate(blocks)
        )
        self.lateral = nn.ModuleList(nn.Conv2d(channels, shape.neck, 1) for channels in w[2:])
        self.smooth = nn.ModuleList(convolution(shape.neck, shape.neck) for _ in w[2:-1])
        self.where = nn.ModuleList(_head(shape.neck, shape.neck, 5) for _ in STRIDES)
        self.what = nn.ModuleList(
            _head(shape.neck + 3, shape.said, shape.embedding) for _ in STRIDES
        )
        for head in self.where:
            last = cast(nn.Conv2d, cast(nn.Sequential, head)[-1])
            nn.init.normal_(last.weight, std=0.01)
            nn.init.zeros_(cast(Tensor, last.bias))
            nn.init.constant_(cast(Tensor, last.bias)[4], _PRIOR)
        cells, strides = grid()
        self.register_buffer('cells', cells, persistent=False)
        self.register_buffer('strides', strides, persistent=False)

    def forward(self, images: Tensor) -> Tensor:
        """Return one row per cell.

        Args:
            images: (B, HEIGHT, WIDTH, 3) uint8 RGB.

        Returns:
            (B, cells, 5 + E) float32: box xyxy in network pixels, objectness logit, embedding;
            the grids one after the other, each row by row.
        """
        # A permuted HWC batch is already laid out channels-last, which convolves fastest.
        colours = (images.float() * (1 / 127.5) - 1).permute(0, 3, 1, 2)
        features = self.stem(colours)
        levels = []
        for stage, lateral in zip(self.stages, self.lateral, strict=True):
            features = stage(features)
            levels.append(lateral(features))
        for fine in range(len(levels) - 2, -1, -1):
            # Where the height is no multiple of 32, both are cut alike.
            above = functional.interpolate(levels[fine + 1], scale_factor=2.0, mode='nearest')
            rows, columns = HEIGHT // STRIDES[fine], WIDTH // STRIDES[fine]
            levels[fine] = self.smooth[fine](levels[fine] + above[:, :, :rows, :columns])
        where = torch.cat([_rows(h(x)) for h, x in zip(self.where, levels, strict=True)], 1)
        seen = [torch.cat(pair, 1) for pair in zip(levels, _means(colours), strict=True)]
        what = torch.cat([_rows(h(x)) for h, x in zip(self.what, seen, strict=True)], 1)
        return torch.cat([self._boxes(where), where[:, :, 4:], what], dim=2)

    def _boxes(self, where: Tensor) -> Tensor:
        """Decode: centre relative to the cell's middle and log size, both in strides."""
        centre = (where[:, :, 0:2] + self.cells + 0.5) * self.strides
        half = where[:, :, 2:4].clamp(max=_LARGEST).exp() * self.strides * 0.5
        return torch.cat([centre - half, centre + half], dim=2)


def grid() -> tuple[Tensor, Tensor]:
    """Return column and row of every cell, (cells, 2), and its stride, (cells, 1), float32."""
    cells, strides = [], []
    for stride in STRIDES:
        rows, columns = -(-HEIGHT // stride), -(-WIDTH // stride)
        y, x = torch.meshgrid(torch.arange(rows), torch.arange(columns), indexing='ij')
        cells.append(torch.stack([x.flatten(), y.flatten()], dim=1))
        strides.append(torch.full((rows * columns, 1), stride))
    return torch.cat(cells).float(), torch.cat(strides).float()


def _head(channels: int, hidden: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(convolution(channels, hidden), nn.Conv2d(hidden, outputs, 1))


def _means(images: Tensor) -> list[Tensor]:
    """Return the mean colour of each cell of each grid.

    Features learn contrasts first. With the plain colour beside them, colour words are learned
    several times faster.
    """
    fine = functional.avg_pool2d(images, STRIDES[0])
    middle = functional.avg_pool2d(fine, 2)
    # Where the height is no multiple of 32, the coarsest grid ends in half a cell.
    padded = functional.pad(middle, (0, 0, 0, 1), mode='replicate')
    return [fine, middle, functional.avg_pool2d(padded, 2)]


def _rows(features: Tensor) -> Tensor:
    """Return (B, C, h, w) as (B, h * w, C) float32."""
    return features.flatten(2).transpose(1, 2).float()
