"""What the network is asked for: the mask, its coarse forerunner, and an honest IoU."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

__all__ = ['iou', 'loss']


def loss(logits: Tensor, coarse: Tensor, quality: Tensor, truth: Tensor, valid: Tensor) -> Tensor:
    """Return the loss of a batch, a scalar.

    Args:
        logits: (B, 1, 96, 96).
        coarse: (B, 1, 24, 24).
        quality: (B, 1), the logit of the expected IoU.
        truth: (B, 1, 96, 96) in [0, 1].
        valid: (B, 1, 96, 96), 1 where the image is.
    """
    factor = truth.shape[2] // coarse.shape[2]
    rough, seen = functional.avg_pool2d(truth, factor), functional.avg_pool2d(valid, factor)
    fit = _mask_loss(logits, truth, valid * (1 + 2 * _edges(truth)))
    fit = fit + 0.4 * _mask_loss(coarse, rough, seen)
    target = iou(logits.detach(), truth, valid)
    return fit + 0.2 * functional.binary_cross_entropy_with_logits(quality[:, 0], target)


def iou(logits: Tensor, truth: Tensor, valid: Tensor) -> Tensor:
    """Return the IoU of each mask, (B,) in [0, 1]; the shapes are those of ``loss``."""
    found, object_ = (logits > 0) & (valid > 0), (truth > 0.5) & (valid > 0)
    both = (found & object_).sum((1, 2, 3)).float()
    either = (found | object_).sum((1, 2, 3)).float()
    return torch.where(either > 0, both / either.clamp(min=1), torch.ones_like(either))


def _mask_loss(logits: Tensor, truth: Tensor, weight: Tensor) -> Tensor:
    """Return weighted cross entropy and soft Jaccard loss, the second per image."""
    entropy = functional.binary_cross_entropy_with_logits(logits, truth, weight, reduction='sum')
    odds, seen = logits.sigmoid(), (weight > 0).to(logits.dtype)
    both = (odds * truth * seen).sum((1, 2, 3))
    either = ((odds + truth - odds * truth) * seen).sum((1, 2, 3))
    jaccard = 1 - (both + 1) / (either + 1)
    return entropy / weight.sum() + jaccard.mean()


def _edges(truth: Tensor) -> Tensor:
    """Return 1 within two pixels of the object's outline, else 0."""
    swollen = functional.max_pool2d(truth, 5, 1, 2)
    shrunk = -functional.max_pool2d(-truth, 5, 1, 2)
    return (swollen - shrunk > 0.5).to(truth.dtype)
