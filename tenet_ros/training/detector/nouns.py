"""The text side of the shipped detector: what each noun of the vocabulary means to it.

While training, one matrix takes sentence vectors into the network's noun space: it gives that
space its shape. But a matrix that small cannot say of each of two thousand words what it means.
So when the network is done, every other name of a category ("skillet", "fruit") gets a vector and
a bias by logistic regression on the embeddings of objects, towards how well it fits the object's
category. The rest of the vocabulary is understood as the likest of these names, or as nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch.nn import functional

from tenet_ros.language.tabletop_nouns import TABLETOP_NOUNS
from tenet_ros.sim.catalogue import CATEGORIES
from tenet_ros.stages.word_table import FAR, NEAR, TRUST
from tenet_ros.training.detector.data import StillSet
from tenet_ros.training.detector.losses import match
from tenet_ros.training.detector.model import Model
from tenet_ros.training.detector.words import BaseVectors
from tenet_ros.types import FloatArray, IntArray

__all__ = ['collect', 'fit_nouns', 'likeness']

_DECAY = 2e-4
"""Of the mean squared weight; enough to keep words that fit nothing from growing without end."""

_STEPS, _RATE = 120, 0.15

_EACH = 150
"""Embeddings of each category that the fit looks at: fifty numbers a word need no more."""


def likeness(base: BaseVectors) -> tuple[IntArray, FloatArray]:
    """Return for each word the row of the noun that it is understood as, and how far, in [0, 1].

    Nouns of ``TABLETOP_NOUNS`` are understood as themselves; the rest of the vocabulary as the
    likest of these, which for most is not at all.

    Returns:
        (V,) int64 rows and (V,) float32 weights.
    """
    row = {word: number for number, word in enumerate(base.words)}
    known = np.asarray([row[noun] for noun in (*CATEGORIES, *TABLETOP_NOUNS)])
    unit = base.vectors / np.linalg.norm(base.vectors, axis=1, keepdims=True)
    cosine = unit @ unit[known].T
    source = known[cosine.argmax(axis=1)]
    weight = TRUST * np.clip((cosine.max(axis=1) - FAR) / (NEAR - FAR), 0, 1)
    source[known], weight[known] = known, 1
    return np.asarray(source, np.int64), np.asarray(weight, np.float32)


@torch.no_grad()
def collect(model: Model, stills: StillSet, limit: int = 0) -> tuple[FloatArray, IntArray]:
    """Return embeddings of objects, (N, K) float32, and their categories, (N,) int64.

    Args:
        model: in evaluation mode.
        stills: images to take them from, the newest first.
        limit: so many images at most; 0 for all.
    """
    network, nouns = model.network, model.shape.nouns
    device = next(model.parameters()).device
    embeddings, categories = [], []
    first = max(0, len(stills) - limit) if limit else 0
    for start in range(first, len(stills), 32):
        numbers = np.arange(start, min(start + 32, len(stills)))
        batch = stills.batch(numbers, None).to(device)
        rows = model(batch.images)
        matched = match(rows, batch, network.cells, network.strides)  # type: ignore[arg-type]
        # Of the cells that answer for an object, those that would survive suppression.
        good = matched.iou[tuple(matched.cells.T)] >= 0.5
        embeddings.append(rows[tuple(matched.cells[good].T)][:, 5 : 5 + nouns].cpu())
        categories.append(batch.category[tuple(matched.objects[good].T)].cpu())
    return torch.cat(embeddings).numpy(), torch.cat(categories).numpy()


def fit_nouns(
    embeddings: FloatArray, categories: IntArray, nouns: Sequence[str]
) -> tuple[FloatArray, FloatArray]:
    """Return a vector and a bias for each noun of ``TABLETOP_NOUNS``, (S, K) and (S,) float32.

    Args:
        embeddings: (N, K) float32 of objects.
        categories: (N,) int64 of the same objects.
        nouns: S keys of that table.
    """
    rng = np.random.default_rng(0)
    chosen = [
        rng.permutation(np.flatnonzero(categories == c))[:_EACH] for c in np.unique(categories)
    ]
    rows = np.concatenate(chosen)
    features = torch.from_numpy(embeddings[rows])
    scale = features.std(dim=0).clamp(min=1e-3)
    fits = [[TABLETOP_NOUNS[noun].get(c, 0.0) for noun in nouns] for c in CATEGORIES]
    target = torch.tensor(fits)[torch.from_numpy(categories[rows])]
    vectors = torch.zeros(features.shape[1], len(nouns), requires_grad=True)
    biases = torch.logit(target.mean(dim=0).clamp(1e-3, 1 - 1e-3)).requires_grad_()
    optimiser = torch.optim.Adam([vectors, biases], lr=_RATE)
    for step in range(_STEPS):
        for group in optimiser.param_groups:
            group['lr'] = _RATE * (1 - step / _STEPS)
        logits = (features / scale) @ vectors + biases
        loss = functional.binary_cross_entropy_with_logits(logits, target, reduction='sum')
        optimiser.zero_grad()
        (loss / len(rows) + _DECAY * vectors.square().sum()).backward()
        optimiser.step()
    found = (vectors.detach() / scale[:, None]).T
    return np.asarray(found.numpy(), np.float32), np.asarray(biases.detach().numpy(), np.float32)
