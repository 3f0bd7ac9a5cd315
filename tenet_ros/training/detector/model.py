"""The network with its text side, as it is trained."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from tenet_ros.sim.catalogue import CATEGORIES, COLOURS, PATTERNS
from tenet_ros.training.detector.losses import (
    Batch,
    box_loss,
    colour_targets,
    match,
    objectness_loss,
)
from tenet_ros.training.detector.network import DetectorNetwork, Shape
from tenet_ros.training.detector.words import AXES, Vocabulary

__all__ = ['LOSS_WEIGHTS', 'Model', 'losses']

LOSS_WEIGHTS = {
    'objectness': 1.0, 'giou': 5.0, 'size': 2.0, 'noun': 0.5, 'category': 1.0,
    'colour': 1.5, 'hue': 1.0, 'pattern': 1.0,
}  # fmt: skip


class Model(nn.Module):
    """Images to cells, and word vectors into the space of the cells' noun embeddings.

    Args:
        shape: sizes; colours and patterns must be those of the catalogue.
    """

    def __init__(self, shape: Shape | None = None) -> None:
        super().__init__()
        self.shape = shape or Shape(colours=len(COLOURS), patterns=len(PATTERNS))
        self.network = DetectorNetwork(self.shape)
        # Starts as a reduction to the first principal axes: what is alike stays alike.
        self.matrix = nn.Parameter(4 * torch.eye(AXES, self.shape.nouns))
        self.noun_bias = nn.Parameter(torch.tensor(-3.0))
        last = self.shape.nouns
        with torch.no_grad():
            for head in self.network.what:
                final = head[-1]  # type: ignore[index]
                final.weight[last:] *= 0.1
                final.bias[last:] = -math.log(4)

    def forward(self, images: Tensor) -> Tensor:
        """Return the network's rows; see ``DetectorNetwork``."""
        return self.network(images)

    def noun_logits(self, embeddings: Tensor, vectors: Tensor) -> Tensor:
        """Return how well words fit cells, (P, S) logits.

        Args:
            embeddings: (P, K) noun part of the cells' embeddings.
            vectors: (S, AXES) word vectors.
        """
        return embeddings @ (vectors @ self.matrix).T + self.noun_bias


def losses(
    model: Model, rows: Tensor, batch: Batch, vocabulary: Vocabulary, words: Tensor
) -> dict[str, Tensor]:
    """Return every loss by its name in ``LOSS_WEIGHTS``.

    Args:
        model: for its text side.
        rows: (B, A, 5 + E) float32, of the model.
        batch: truth.
        vocabulary: of word vectors.
        words: (S,) int64 rows of the vocabulary, the categories first.
    """
    shape = model.shape
    matched = match(rows, batch, model.network.cells, model.network.strides)  # type: ignore[arg-type]
    image, cell = matched.cells.T
    owner, thing = matched.objects.T
    chosen = rows[image, cell]
    giou, size = box_loss(chosen[:, :4], batch.boxes[owner, thing])
    nouns, colours, patterns = chosen[:, 5:].split((shape.nouns, shape.colours, shape.patterns), 1)
    count = max(len(chosen), 1)
    category = batch.category[owner, thing]
    logits = model.noun_logits(nouns, vocabulary.vectors[words].to(rows.device))
    target = vocabulary.target[words].to(rows.device).T[category]
    weight = vocabulary.weight[words].to(rows.device).T[category]
    colour = batch.colour[owner, thing]
    hues = colour_targets(colour, batch.second[owner, thing], shape.colours)
    named = colour >= 0
    coloured = named.float()[:, None].expand_as(hues) * (count / named.sum().clamp(min=1))
    kinds = functional.one_hot(batch.pattern[owner, thing], shape.patterns).float()

    def entropy(logits: Tensor, target: Tensor, weight: Tensor | None = None) -> Tensor:
        return (
            functional.binary_cross_entropy_with_logits(logits, target, weight, reduction='sum')
            / count
        )

    return {
        'objectness': objectness_loss(rows[..., 4], matched),
        'giou': giou,
        'size': size,
        'noun': entropy(logits, target, weight),
        # Independent words start slowly; that one category excludes the others, they learn here.
        'category': functional.cross_entropy(
            logits[:, : len(CATEGORIES)], category, reduction='sum'
        )
        / count,
        # Likewise colours, of those things alone whose colour can be named.
        'colour': entropy(colours, hues, coloured),
        'hue': functional.cross_entropy(colours, colour, ignore_index=-1, reduction='sum')
        / named.sum().clamp(min=1),
        'pattern': entropy(patterns, kinds),
    }
