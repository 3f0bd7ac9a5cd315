"""Which cells answer for which object while training.

SimOTA (YOLOX, arXiv 2107.08430, section 2.3): each object takes as many cells as its boxes are
good, and of those near its middle the cheapest; a cell that several objects want goes to the one
it fits best. Done for a whole batch at once, on padded objects.
"""

from __future__ import annotations

import torch
from torch import Tensor

__all__ = ['assign', 'pairwise_iou']

_REACH = 2.5
"""A cell may answer for an object whose centre is at most so many strides away."""

_MOST = 8
"""Cells per object at most."""

_FAR = 1e5
"""Cost of a cell that may not answer."""

_IOU_WEIGHT = 3.0


@torch.no_grad()
def assign(
    boxes: Tensor, objectness: Tensor, truth: Tensor, valid: Tensor, cells: Tensor, strides: Tensor
) -> tuple[Tensor, Tensor]:
    """Assign cells to objects.

    Args:
        boxes: (B, A, 4) float32 predicted, network pixels.
        objectness: (B, A) float32 logits.
        truth: (B, M, 4) float32 boxes of objects, padded with zeros.
        valid: (B, M) bool, which of them are objects.
        cells: (A, 2) float32 column and row of each cell.
        strides: (A, 1) float32.

    Returns:
        (B, A) int64, the object of each cell or -1; (B, A) float32, the IoU with it, else 0.
    """
    middle = (cells + 0.5) * strides
    centre = (truth[..., :2] + truth[..., 2:]) / 2
    offset = (middle[None, None] - centre[:, :, None]).abs()  # (B, M, A, 2)
    near = (offset < _REACH * strides[None, None]).all(dim=3)
    half = (truth[..., 2:] - truth[..., :2]) / 2
    # Beyond the box there is no object to look at, except for those smaller than a cell.
    inside = (offset < torch.maximum(half[:, :, None], strides[None, None] / 2)).all(dim=3)
    allowed = near & inside & valid[:, :, None]
    iou = pairwise_iou(truth, boxes) * allowed
    cost = -_IOU_WEIGHT * torch.log(iou.clamp(min=1e-6))
    cost = cost + torch.nn.functional.softplus(-objectness)[:, None]
    cost = torch.where(allowed, cost, torch.full_like(cost, _FAR))
    wanted = iou.topk(10, dim=2).values.sum(dim=2).round().clamp(1, _MOST).long()  # (B, M)
    order = cost.topk(_MOST, dim=2, largest=False)
    taken = torch.arange(_MOST, device=cost.device) < wanted[:, :, None]
    taken &= order.values < _FAR
    chosen = torch.zeros_like(cost).scatter(2, order.indices, taken.float()) > 0
    cost = torch.where(chosen, cost, torch.full_like(cost, _FAR))
    best = cost.min(dim=1)
    owner = torch.where(best.values < _FAR, best.indices, -1)
    own_iou = iou.gather(1, best.indices[:, None])[:, 0] * (owner >= 0)
    return owner, own_iou


def pairwise_iou(first: Tensor, second: Tensor) -> Tensor:
    """Return the IoU of (B, M, 4) with (B, A, 4) boxes, (B, M, A)."""
    low = torch.maximum(first[:, :, None, :2], second[:, None, :, :2])
    high = torch.minimum(first[:, :, None, 2:], second[:, None, :, 2:])
    shared = (high - low).clamp(min=0).prod(dim=3)
    area = (first[..., 2:] - first[..., :2]).clamp(min=0).prod(dim=2)
    other = (second[..., 2:] - second[..., :2]).clamp(min=0).prod(dim=2)
    return shared / (area[:, :, None] + other[:, None, :] - shared).clamp(min=1e-6)
