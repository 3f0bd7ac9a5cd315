"""The network: a small U-Net over a crop, which counts the words that its pixels speak.

Convolutions learn slowly what any histogram knows at once: that a colour which is frequent
outside the box and rare inside is background. So the network has a layer for it, ``Words``: the
pixels are softly assigned to a learned vocabulary, and each is told how much more often its word
occurs on what is believed to be the object than beside it. One such layer stands at the entrance
and believes in the box, another one in the middle of the decoder and believes the mask so far; it
is GrabCut's idea (Rother et al., 2004), unrolled and differentiable.
"""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from tenet_ros.stages.crop_segmenter import MARGIN
from tenet_ros.training.layers import Residual, convolution
from tenet_ros.training.segmenter.crops import SIDE

__all__ = ['BoxSegmenter', 'Words']

_PRIOR = (0.8, -0.8, -0.8, 0.0, -4.0)
"""Log odds of being the object before looking: a constant, then the last four of ``_place``."""

_TRUST = 0.7
"""Weight of the colours against it."""


class Words(nn.Module):
    """Tells every pixel how much its word speaks for the object.

    Args:
        channels: of the features that are put into words.
        words: size of the vocabulary.
        sharpness: of the assignment at the start of the training.
    """

    def __init__(self, channels: int, words: int, sharpness: float) -> None:
        super().__init__()
        prototypes = torch.randn(words, channels) * 1.2
        self.assign = nn.Linear(channels, words)
        with torch.no_grad():
            # Softmax of these is that of minus the squared distance to the prototypes.
            self.assign.weight.copy_(2 * sharpness * prototypes)
            self.assign.bias.copy_(-sharpness * prototypes.square().sum(1))

    def forward(self, features: Tensor) -> Tensor:
        """Return how much each of h * w pixels is each word: (B, h * w, words), sums to 1."""
        return self.assign(features.permute(0, 2, 3, 1).flatten(1, 2)).float().softmax(2)

    @staticmethod
    def ratio(words: Tensor, belief: Tensor, valid: Tensor) -> Tensor:
        """Return log(share of a pixel's word on the object / its share beside it), (B, 1, h, w).

        Args:
            words: (B, h * w, words).
            belief: (B, 1, h, w) in [0, 1], that a pixel is the object.
            valid: (B, 1, h, w), 1 where the image is.
        """
        both = torch.cat([belief * valid, (1 - belief) * valid], 1).flatten(2)
        counts = torch.matmul(both, words)
        shares = torch.log(counts / (both.sum(2, keepdim=True) + 1) + 2e-3)
        evidence = torch.matmul(words, (shares[:, 0] - shares[:, 1])[:, :, None])
        return evidence.reshape(belief.shape)


class BoxSegmenter(nn.Module):
    """Masks from crops.

    Args:
        widths: channels at 1/2, 1/4, 1/8 and 1/16 of the crop.
        words: size of each vocabulary.
    """

    def __init__(
        self, widths: tuple[int, int, int, int] = (16, 48, 96, 128), words: int = 64
    ) -> None:
        super().__init__()
        a, b, c, d = widths
        self.register_buffer('place', _place(SIDE // 2), persistent=False)
        self.words = Words(6, words, 1.5).requires_grad_(False)
        self.stem = convolution(4, 16, stride=2)
        self.enter = convolution(16 + 3 + 6, a)
        self.level2 = nn.Sequential(convolution(a, b, stride=2), Residual(b))
        self.level3 = nn.Sequential(convolution(b, c, stride=2), Residual(c), Residual(c))
        self.level4 = nn.Sequential(convolution(c, d, stride=2), Residual(d), Residual(d))
        self.up3 = convolution(d, c, size=1)
        self.join3 = Residual(c)
        self.up2 = convolution(c, b, size=1)
        self.join2 = Residual(b)
        self.coarse = nn.Conv2d(b, 1, 1)
        self.middle_words = Words(b, words, 0.1)
        self.up1 = convolution(b, a, size=1)
        self.join1 = convolution(2 * a + 5, a)
        self.last1 = convolution(a, a)
        self.fine = nn.Conv2d(a, 16, 1)
        self.edge = nn.Sequential(nn.Conv2d(4 + 4, 8, 3, padding=1), nn.ReLU(inplace=True))
        self.mask = nn.Conv2d(8, 1, 3, padding=1)
        self.judge = nn.Sequential(
            nn.Linear(d + b + 4, 32), nn.ReLU(inplace=True), nn.Linear(32, 1)
        )

    def forward(self, crops: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return mask logits, coarse mask logits, and the logit of the mask's expected IoU.

        Args:
            crops: (B, 96, 96, 4) uint8: red, green, blue, and 255 where the image is.

        Returns:
            (B, 1, 96, 96), (B, 1, 24, 24), (B, 1).
        """
        pixels, valid = _standardised(crops)
        half = functional.avg_pool2d(pixels, 2)
        there = functional.avg_pool2d(valid, 2)
        with torch.no_grad():
            evidence = self._look(half, there)
        place = torch.cat([torch.zeros_like(pixels[:, :1, ::2, ::2])] * 6, 1) + self.place
        stem = self.stem(torch.cat([pixels, valid], 1))
        x1 = self.enter(torch.cat([stem, evidence, place], 1))
        x2 = self.level2(x1)
        x3 = self.level3(x2)
        x4 = self.level4(x3)
        y3 = self.join3(x3 + _twice(self.up3(x4)))
        y2 = self.join2(x2 + _twice(self.up2(y3)))
        coarse = self.coarse(y2).float()
        said = self._revise(y2, coarse, there)
        y1 = self.join1(torch.cat([x1, _twice(self.up1(y2)), evidence, _twice(said)], 1))
        y1 = self.last1(y1)
        fine = functional.pixel_shuffle(self.fine(y1), 2)
        logits = self.mask(self.edge(torch.cat([fine, pixels, valid], 1))).float()
        return logits, coarse, self._quality(logits, coarse, x4, y2, valid)

    def _look(self, half: Tensor, there: Tensor) -> Tensor:
        """Return what colours say of the box, before and after once believing it: (B, 3, h, w)."""
        words = self.words(torch.cat([half, functional.avg_pool2d(half, 5, 1, 2)], 1))
        odds = _PRIOR[0] + sum(
            weight * cue
            for weight, cue in zip(_PRIOR[1:], self.place[:, 2:].split(1, 1), strict=True)
        )
        first = self.words.ratio(words, odds.sigmoid().expand_as(there), there)
        believed = odds + _TRUST * first
        second = self.words.ratio(words, believed.sigmoid(), there)
        return torch.cat([first, second, odds + _TRUST * second], 1)

    def _revise(self, features: Tensor, coarse: Tensor, there: Tensor) -> Tensor:
        """Return the mask so far, and what its own words say of it: (B, 2, h, w)."""
        words = self.middle_words(features)
        ratio = self.middle_words.ratio(words, coarse.sigmoid(), functional.avg_pool2d(there, 2))
        return torch.cat([coarse, ratio], 1)

    def _quality(
        self, logits: Tensor, coarse: Tensor, deep: Tensor, features: Tensor, valid: Tensor
    ) -> Tensor:
        """Return the logit of the expected IoU, (B, 1); it teaches the other layers nothing."""
        odds = logits.detach().sigmoid() * valid
        sure = (odds > 0.5).to(odds.dtype)
        overlap, union = (odds * sure).sum((2, 3)), torch.maximum(odds, sure).sum((2, 3))
        agreed = (functional.avg_pool2d(odds, 4) - coarse.detach().sigmoid()).abs().mean((2, 3))
        area = odds.mean((2, 3))
        weight = coarse.detach().sigmoid()
        on = (features * weight).sum((2, 3)) / (weight.sum((2, 3)) + 1)
        expected = overlap / (union + 1)
        seen = [deep.mean((2, 3)).detach(), on.detach(), expected, agreed, area, odds.amax((2, 3))]
        return cast('Tensor', self.judge(torch.cat([part.float() for part in seen], 1)))


def _standardised(crops: Tensor) -> tuple[Tensor, Tensor]:
    """Return pixels (B, 3, h, w) of mean 0 and deviation 1 over all channels, and where they are."""
    planes = crops.permute(0, 3, 1, 2).float()
    valid = planes[:, 3:] / 255
    rgb = planes[:, :3] / 255
    count = valid.sum((2, 3), keepdim=True) + 1
    mean = (rgb * valid).sum((2, 3), keepdim=True) / count
    centred = (rgb - mean) * valid
    variance = centred.square().sum((1, 2, 3), keepdim=True) / (3 * count)
    return centred * torch.rsqrt(variance + 4e-4), valid


def _place(side: int) -> Tensor:
    """Return what a place in the crop is to the box, (1, 6, side, side).

    x and y, -1 to 1 across the box; their squares; whether it lies outside, and how far.
    """
    line = ((torch.arange(side) + 0.5) / side * 2 - 1) * (1 + 2 * MARGIN)
    y, x = torch.meshgrid(line, line, indexing='ij')
    far = (x.abs() - 1).clamp(min=0) + (y.abs() - 1).clamp(min=0)
    return torch.stack([x, y, x * x, y * y, far, (far > 0).float()])[None]


def _twice(x: Tensor) -> Tensor:
    return functional.interpolate(x, scale_factor=2.0, mode='bilinear', align_corners=False)
