"""The encoder of EfficientViT-SAM (arXiv 2402.05008), for sources with random weights.

Convolutions first, linear attention (arXiv 2205.14756) in the last two stages, and a neck that
adds the last three up at one resolution.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import nn

__all__ = ['L0', 'SMALL', 'XL0', 'Encoder', 'EncoderShape']


@dataclass(frozen=True, slots=True, kw_only=True)
class EncoderShape:
    """Sizes of one encoder.

    Attributes:
        side: of its input, pixels.
        widths: channels of the stem and of each stage; each halves the resolution.
        depths: blocks of each.
        neck: (channels, blocks) after the sum.
        embedding: (channels, side) of what it gives.
    """

    side: int
    widths: tuple[int, ...]
    depths: tuple[int, ...]
    neck: tuple[int, int]
    embedding: tuple[int, int]


L0 = EncoderShape(
    side=512,
    widths=(32, 64, 128, 256, 512),
    depths=(1, 1, 1, 4, 4),
    neck=(256, 4),
    embedding=(256, 64),
)
"""The sizes of EfficientViT-SAM-L0."""

XL0 = EncoderShape(
    side=1024,
    widths=(32, 64, 128, 256, 512, 1024),
    depths=(0, 1, 1, 2, 3, 3),
    neck=(256, 6),
    embedding=(256, 64),
)
"""The sizes of EfficientViT-SAM-XL0."""

SMALL = EncoderShape(
    side=256,
    widths=(8, 16, 32, 64, 64),
    depths=(1, 1, 1, 1, 1),
    neck=(32, 1),
    embedding=(32, 32),
)
"""For tests."""


def _layer(
    inside: int, outside: int, kernel: int, *, stride: int = 1, act: bool = True
) -> nn.Sequential:
    layers: list[nn.Module] = [
        nn.Conv2d(inside, outside, kernel, stride, kernel // 2, bias=False),
        nn.BatchNorm2d(outside),
    ]
    return nn.Sequential(*layers, nn.GELU(approximate='tanh')) if act else nn.Sequential(*layers)


class _Fused(nn.Module):
    """A convolution that widens and one that narrows, beside a shortcut where sizes agree."""

    def __init__(self, inside: int, outside: int, *, stride: int = 1, widen: int = 4) -> None:
        super().__init__()
        self.wide = _layer(inside, inside * widen, 3, stride=stride)
        self.narrow = _layer(inside * widen, outside, 1, act=False)
        self.shortcut = stride == 1 and inside == outside

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        made: torch.Tensor = self.narrow(self.wide(x))
        return x + made if self.shortcut else made


class _Depthwise(nn.Module):
    """Widened, filtered within each channel, narrowed."""

    def __init__(self, inside: int, outside: int, *, stride: int = 1, widen: int = 4) -> None:
        super().__init__()
        wide = inside * widen
        self.wide = nn.Sequential(nn.Conv2d(inside, wide, 1), nn.GELU(approximate='tanh'))
        self.filtered = nn.Sequential(
            nn.Conv2d(wide, wide, 3, stride, 1, groups=wide), nn.GELU(approximate='tanh')
        )
        self.narrow = _layer(wide, outside, 1, act=False)
        self.shortcut = stride == 1 and inside == outside

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        made: torch.Tensor = self.narrow(self.filtered(self.wide(x)))
        return x + made if self.shortcut else made


class _LinearAttention(nn.Module):
    """Attention with a rectified kernel, so that its cost is linear, at two scales."""

    def __init__(self, width: int, head: int = 32) -> None:
        super().__init__()
        self.head = min(head, width)
        inner = width
        self.qkv = nn.Conv2d(width, 3 * inner, 1, bias=False)
        self.coarser = nn.Sequential(
            nn.Conv2d(3 * inner, 3 * inner, 3, 1, 1, groups=3 * inner, bias=False),
            nn.Conv2d(3 * inner, 3 * inner, 1, groups=3 * inner // self.head, bias=False),
        )
        self.out = _layer(2 * inner, width, 1, act=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        batch, _, height, width = x.shape
        qkv = self.qkv(x)
        both = torch.cat([qkv, self.coarser(qkv)], dim=1)
        both = both.reshape(batch, -1, 3 * self.head, height * width)
        query, key, value = both.split(self.head, dim=2)
        query, key = torch.relu(query), torch.relu(key)
        value = nn.functional.pad(value, (0, 0, 0, 1), value=1.0)
        found = (value @ key.transpose(2, 3)) @ query
        found = found[:, :, :-1] / (found[:, :, -1:] + 1e-5)
        made: torch.Tensor = self.out(found.reshape(batch, -1, height, width))
        return x + made


class Encoder(nn.Module):
    """An image to the features that a mask decoder looks at.

    Args:
        shape: its sizes.
    """

    def __init__(self, shape: EncoderShape) -> None:
        super().__init__()
        widths, depths = shape.widths, shape.depths
        self.stem = nn.Sequential(
            _layer(3, widths[0], 3, stride=2),
            *(_Fused(widths[0], widths[0], widen=1) for _ in range(depths[0])),
        )
        self.stages = nn.ModuleList(
            _stage(widths[n], widths[n + 1], depths[n + 1], attention=n >= 3, last=n)
            for n in range(len(widths) - 1)
        )
        width, blocks = shape.neck
        self.arms = nn.ModuleList(_layer(each, width, 1, act=False) for each in widths[-3:])
        self.middle = nn.Sequential(*(_Fused(width, width, widen=1) for _ in range(blocks)))
        self.out = nn.Conv2d(width, shape.embedding[0], 1)
        self.norm = nn.LayerNorm(shape.embedding[0], eps=1e-6)
        self._side = shape.embedding[1]

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return features (1, C, h, h) of a normalised canvas (1, 3, S, S)."""
        x = self.stem(x)
        levels = []
        for stage in self.stages:
            x = stage(x)
            levels.append(x)
        size = (self._side, self._side)
        arms = [arm(level) for arm, level in zip(self.arms, levels[-3:], strict=True)]
        total = sum(
            arm
            if arm.shape[2] == self._side
            else nn.functional.interpolate(arm, size, mode='bicubic', align_corners=False)
            for arm in arms
        )
        features = self.out(self.middle(total)).permute(0, 2, 3, 1)
        made: torch.Tensor = self.norm(features).permute(0, 3, 1, 2)
        return made


def _stage(inside: int, outside: int, depth: int, *, attention: bool, last: int) -> nn.Sequential:
    """Return blocks of which the first halves the resolution."""
    kind = _Fused if last < 2 else _Depthwise
    blocks: list[nn.Module] = [kind(inside, outside, stride=2)]
    for _ in range(depth):
        if attention:
            blocks += [_LinearAttention(outside), _Depthwise(outside, outside)]
        else:
            blocks.append(kind(outside, outside))
    return nn.Sequential(*blocks)
