"""How large the table under a scene is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tenet_ros.sim.scene import Scene

__all__ = ['TEXTURE_M', 'Tabletop', 'tabletop']

Array = npt.NDArray[np.float64]

MARGIN_M = 0.18
LEAST_M, MOST_M = 0.55, 1.3
"""Half sizes."""
HALF_THICKNESS_M = 0.025
TEXTURE_M = 0.9
"""How much of the table one tile of its texture covers."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tabletop:
    """A box whose upper face is z = 0.

    Attributes:
        centre: (3,) float64 world, metres.
        half_size: (3,) float64, metres.
    """

    centre: Array
    half_size: Array


def tabletop(scene: Scene) -> Tabletop:
    """Return a table under all that a sentence may mean, wherever it goes during the clip."""
    low, high = np.full(2, -LEAST_M), np.full(2, LEAST_M)
    places = scene.positions[:, : scene.named, :2].reshape(-1, 2)
    if len(places):
        low = np.clip(places.min(axis=0) - MARGIN_M, -MOST_M, low)
        high = np.clip(places.max(axis=0) + MARGIN_M, high, MOST_M)
    return Tabletop(
        centre=np.array([*(low + high) / 2, -HALF_THICKNESS_M]),
        half_size=np.array([*(high - low) / 2, HALF_THICKNESS_M]),
    )
