"""What the network is told about its cells.

Objectness learns the IoU that its own box has with the object (quality focal loss, arXiv
2006.04388), so that the best placed of several boxes survives suppression. Boxes learn by GIoU
(arXiv 1902.09630) and a relative L1. Words learn by binary cross-entropy, each word on its own:
so "mug" and "red" are judged apart, and a red mug is found where none was ever trained on.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from tenet_ros.training.detector.assignment import assign

__all__ = ['Batch', 'Matched', 'box_loss', 'colour_targets', 'match', 'objectness_loss']

SECOND_COLOUR = 0.4
"""How far the colour of a pattern counts as the object's colour: of a white mug with red stripes
some would say that it is red."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Batch:
    """B images with up to M objects each.

    Attributes:
        images: (B, H, W, 3) uint8 RGB.
        boxes: (B, M, 4) float32 network pixels, zeros for padding.
        valid: (B, M) bool, objects to be found.
        ignored: (B, M) bool, objects too hidden to be asked for; no cell is blamed for them.
        category: (B, M) int64.
        colour: (B, M) int64, -1 where it has no name.
        second: (B, M) int64, colour of the pattern, -1 where it is plain.
        pattern: (B, M) int64.
    """

    images: Tensor
    boxes: Tensor
    valid: Tensor
    ignored: Tensor
    category: Tensor
    colour: Tensor
    second: Tensor
    pattern: Tensor

    def to(self, device: torch.device) -> Batch:
        """Return the batch on another device."""
        return Batch(**{name: getattr(self, name).to(device) for name in self.__slots__})


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Matched:
    """The P cells that answer for an object, and what they should say.

    Attributes:
        cells: (P, 2) int64, image and cell.
        objects: (P, 2) int64, image and object.
        iou: (B, A) float32, objectness target.
        weight: (B, A) float32, 0 where no cell is blamed.
    """

    cells: Tensor
    objects: Tensor
    iou: Tensor
    weight: Tensor


def match(rows: Tensor, batch: Batch, cells: Tensor, strides: Tensor) -> Matched:
    """Find the cells that answer for objects; see ``assignment.assign``.

    Args:
        rows: (B, A, 5 + E) float32 as the network gives them.
        batch: truth.
        cells: (A, 2) float32.
        strides: (A, 1) float32.
    """
    boxes, objectness = rows[..., :4].detach(), rows[..., 4].detach()
    owner, iou = assign(boxes, objectness, batch.boxes, batch.valid, cells, strides)
    image, cell = torch.nonzero(owner >= 0, as_tuple=True)
    middle = ((cells + 0.5) * strides)[None, None]
    low, high = batch.boxes[:, :, None, :2], batch.boxes[:, :, None, 2:]
    hidden = ((middle >= low) & (middle < high)).all(dim=3) & batch.ignored[:, :, None]
    weight = (~hidden.any(dim=1) | (owner >= 0)).float()
    return Matched(
        cells=torch.stack([image, cell], 1),
        objects=torch.stack([image, owner[image, cell]], 1),
        iou=iou,
        weight=weight,
    )


def objectness_loss(logits: Tensor, matched: Matched) -> Tensor:
    """Quality focal loss with exponent 2, over the number of answering cells.

    Args:
        logits: (B, A).
        matched: targets.
    """
    distance = (matched.iou - logits.sigmoid()).abs().square()
    loss = functional.binary_cross_entropy_with_logits(logits, matched.iou, reduction='none')
    return (distance * loss * matched.weight).sum() / max(len(matched.cells), 1)


def box_loss(boxes: Tensor, truth: Tensor) -> tuple[Tensor, Tensor]:
    """Return the mean GIoU loss and the mean L1 relative to the object's size.

    Args:
        boxes: (P, 4) predicted, network pixels.
        truth: (P, 4).
    """
    low, high = torch.maximum(boxes[:, :2], truth[:, :2]), torch.minimum(boxes[:, 2:], truth[:, 2:])
    shared = (high - low).clamp(min=0).prod(dim=1)
    size = (truth[:, 2:] - truth[:, :2]).clamp(min=1)
    area = (boxes[:, 2:] - boxes[:, :2]).prod(dim=1)
    union = (area + size.prod(dim=1) - shared).clamp(min=1e-6)
    hull = (
        torch.maximum(boxes[:, 2:], truth[:, 2:]) - torch.minimum(boxes[:, :2], truth[:, :2])
    ).prod(dim=1)
    giou = shared / union - (hull - union) / hull.clamp(min=1e-6)
    relative = (boxes - truth).abs() / size.repeat(1, 2)
    count = max(len(boxes), 1)
    return (1 - giou).sum() / count, relative.mean(dim=1).sum() / count


def colour_targets(colour: Tensor, second: Tensor, colours: int) -> Tensor:
    """Return how far each colour is an object's colour, (P, colours) float32 in [0, 1].

    Args:
        colour: (P,) int64; -1, for which nothing is to be learned, counts as 0 here.
        second: (P,) int64, -1 where there is none.
        colours: how many there are.
    """
    main = functional.one_hot(colour.clamp(min=0), colours).float()
    other = functional.one_hot(second.clamp(min=0), colours).float() * SECOND_COLOUR
    return torch.maximum(main, other * (second >= 0)[:, None])
