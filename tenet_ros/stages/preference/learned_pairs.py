"""What the learned preference sees of pairs of tracks: where one is, and goes, from the other."""

from __future__ import annotations

import numpy as np

from tenet_ros.stages.preference.evidence import Array
from tenet_ros.stages.preference.learned_columns import columns, side, table
from tenet_ros.stages.preference.ranking import Scene
from tenet_ros.types import FloatArray

__all__ = ['PAIRS', 'pair_features']

PAIRS = columns(
    ('offset', 4),
    ('size', 1),
    ('overlap', 4),
    ('edges', 3),
    ('motion', 3),
    ('same', 1),
)
"""Columns of ``Features.pairs``."""


def pair_features(scene: Scene, velocity: Array) -> FloatArray:
    """Return what is seen of i from j, (N, N, F) float32, see ``PAIRS``.

    Args:
        scene: the N tracks.
        velocity: (N, 2) float64, box sizes per second.
    """
    pairs = scene.pairs
    dx, dy = pairs.dx / pairs.scale, pairs.dy / pairs.scale
    drift = velocity[:, None] * pairs.size[:, None, None] - velocity * pairs.size[:, None]
    drift = drift / pairs.scale[..., None]
    closing = (drift[..., 0] * dx + drift[..., 1] * dy) / np.maximum(np.hypot(dx, dy), 0.1)
    across, down = 2 * pairs.dx / scene.width, 2 * pairs.dy / scene.height
    n = len(pairs.x)
    return table(
        PAIRS,
        (n, n),
        {
            'offset': side([np.arcsinh(dx), np.arcsinh(dy), across, down]),
            'size': np.log(pairs.size[:, None] / pairs.size)[..., None],
            'overlap': side([pairs.iou, pairs.inside, pairs.inside.T, pairs.column]),
            'edges': side([np.exp(-pairs.gap), np.arcsinh(pairs.base), np.arcsinh(pairs.depth)]),
            'motion': np.arcsinh(2 * side([closing, drift[..., 0], drift[..., 1]])),
            'same': np.eye(n)[..., None],
        },
    )
