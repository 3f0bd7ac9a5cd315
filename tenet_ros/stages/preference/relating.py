"""Relations to anchors, over all that the anchors may be."""

from __future__ import annotations

import numpy as np

from tenet_ros.config import PreferenceConfig
from tenet_ros.language.expression import Relation, RelationKind
from tenet_ros.stages.preference.evidence import Array, condition, log_odds, logistic
from tenet_ros.stages.preference.ranking import Scene
from tenet_ros.stages.preference.spatial import SPATIAL, between
from tenet_ros.types import IntArray

__all__ = ['relate']

_MOST_ANCHORS = 8
"""Candidates for each side of "between", and for what is nearest to something."""
_MOST_EQUAL = 32
"""Candidates at most where several are as likely as the last of those, so that none is preferred."""
_PLAIN_STEP = 3.0
"""Logits per box size of difference in distance: on simulated tables calibrated."""

_BOUND = frozenset({RelationKind.WITH, RelationKind.CHASING, RelationKind.LEAVING})
"""Relations that cannot hold without their anchor in the picture."""


def relate(
    relation: Relation,
    scene: Scene,
    anchors: list[Array],
    candidates: Array,
    config: PreferenceConfig,
    *,
    findable: bool | None,
) -> Array:
    """Return the evidence of one relation for each track, (N,) log odds.

    Which track is the anchor is not known either: the best one counts, by how probably it is one.
    A track is never its own anchor.

    Args:
        relation: the relation.
        scene: all tracks.
        anchors: for each anchor phrase, (N,) in [0, 1], how probably each track is it.
        candidates: (N,) log odds of each track to be the subject, for "closest to".
        config: weights.
        findable: whether the detector can find the anchors at all; None where nobody says.
    """
    if len(anchors[0]) == 0:
        return np.zeros(0)
    if relation.kind is RelationKind.BETWEEN:
        holds, certain = _between(scene, anchors)
    elif relation.superlative:
        holds, certain = _closest(relation, scene, anchors[0], logistic(candidates))
    else:
        holds, certain = _pairwise(relation, scene, anchors[0])
    evidence = log_odds(holds, 0.01)
    evidence = -evidence if relation.negated else evidence
    evidence = config.relation * certain * condition(evidence, config.condition_cap, config.bonus)
    if relation.negated or findable is False:
        # That there is none to be seen agrees with "without"; what cannot be seen says nothing.
        return np.asarray(evidence, np.float64)
    missed = config.anchor_missed if relation.kind in _BOUND else config.place_missed
    missed = missed if findable else missed / 2
    return np.asarray(evidence - missed * (1.0 - certain), np.float64)


def _pairwise(relation: Relation, scene: Scene, anchor: Array) -> tuple[Array, Array]:
    """Return how well the relation holds to the best anchor, and how sure there is one."""
    fits = _directed(relation.kind, scene)
    weighted = (fits.T if relation.inverted else fits) * anchor
    np.fill_diagonal(weighted, 0.0)
    certain = _best_other(anchor)
    return np.asarray(weighted.max(axis=1) / np.maximum(certain, 1e-6), np.float64), certain


def _directed(kind: RelationKind, scene: Scene) -> Array:
    """Return how well track i stands in the relation to track j, (N, N) in [0, 1]."""
    if kind in SPATIAL:
        return SPATIAL[kind](scene.pairs)
    movement = scene.movement
    closing = movement.closing(scene.pairs.dx, scene.pairs.dy)
    if kind is RelationKind.CHASING:
        near = np.exp(-scene.pairs.gap / 3.0)
        towards = logistic((closing - 0.1) / 0.15)
        watched = movement.watched[:, None]
        return np.asarray(near * (0.5 + 0.4 * (2.0 * towards - 1.0) * watched), np.float64)
    leaving = logistic((-closing - 0.2) / 0.1)
    return np.asarray(0.5 + (leaving - 0.5) * movement.watched[:, None], np.float64)


def _closest(
    relation: Relation, scene: Scene, anchor: Array, candidates: Array
) -> tuple[Array, Array]:
    """Return how probably each track is the candidate nearest to (farthest from) the anchor."""
    rows = _likeliest(anchor)
    others = np.arange(len(anchor))[:, None] != rows
    pairs = scene.pairs
    free = pairs.free[:, rows]
    sign = -1.0 if relation.kind is RelationKind.NEAR else 1.0
    steps = (free[None] - free[:, None]) / pairs.scale[:, :, None]
    further = logistic(_PLAIN_STEP * sign * steps) * others
    further[np.diag_indices(len(anchor))] = 0.0
    holds = 1.0 - np.minimum(np.einsum('ija,j->ia', further, candidates), 1.0)
    weight = np.where(others, (anchor[rows] + 1e-9) ** 2, 0.0)
    mean = (weight * holds).sum(axis=1) / np.maximum(weight.sum(axis=1), 1e-18)
    return np.asarray(mean, np.float64), _best_other(anchor)


def _likeliest(anchor: Array) -> IntArray:
    """Return the rows of the likeliest anchors, (A,), and of all that are as likely as the last."""
    rows = np.argsort(-anchor, kind='stable')
    if len(rows) <= _MOST_ANCHORS:
        return rows
    as_likely = int((anchor >= anchor[rows[_MOST_ANCHORS - 1]]).sum())
    return rows[: min(as_likely, _MOST_EQUAL)]


def _best_other(anchor: Array) -> Array:
    """Return, for each track, how probably the best of the others is the anchor."""
    best = int(anchor.argmax())
    result = np.full(len(anchor), anchor[best])
    others = anchor.copy()
    others[best] = 0.0
    result[best] = others.max()
    return result


def _between(scene: Scene, anchors: list[Array]) -> tuple[Array, Array]:
    """Return how well each track lies between the best two, and how sure there are two."""
    first, second = _likeliest(anchors[0]), _likeliest(anchors[-1])
    weight = anchors[0][first][:, None] * anchors[-1][second]
    rows = np.arange(len(anchors[0]))[:, None, None]
    clash = (first[:, None] == second) | (rows == first[:, None]) | (rows == second)
    allowed = np.where(clash, 0.0, weight)
    certain = allowed.max(axis=(1, 2))
    best = (allowed * between(scene.pairs, first, second)).max(axis=(1, 2))
    return best / np.maximum(certain, 1e-6), np.sqrt(certain)
