"""Which crops there are to learn from, and making them once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np

from tenet_ros.training.segmenter.crops import crops_of, labelled
from tenet_ros.training.segmenter.pool import write
from tenet_ros.training.segmenter.scenes import Scenes
from tenet_ros.types import UInt8Array

__all__ = ['SHARES', 'VALIDATION', 'Recipe', 'prepare']

SHARES: Mapping[str, float] = MappingProxyType({'procedural': 0.75, 'tabletop': 0.25})
"""The pools and their parts of a batch; pools that are not there leave theirs to the others."""

VALIDATION = 'validation'
"""The pool of procedural crops that is never trained on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """What to make pools of.

    Attributes:
        procedural: number of procedural crops.
        validation: number of procedural crops to validate on.
        tabletop: folder of rendered images, of ``tenet_ros.training.images``; None for none.
        seed: of all that is random.
    """

    procedural: int = 40000
    validation: int = 600
    tabletop: Path | None = None
    seed: int = 0


def prepare(recipe: Recipe, pools: Path) -> None:
    """Make the pools of a recipe that are not complete yet.

    Args:
        recipe: what to make.
        pools: a folder; each pool becomes a folder in it.
    """
    seed = recipe.seed * 10
    makers: dict[str, Callable[[], Iterator[UInt8Array]]] = {
        VALIDATION: lambda: _scenes(seed, recipe.validation),
        'procedural': lambda: _scenes(seed + 1, recipe.procedural),
    }
    if recipe.tabletop:
        makers['tabletop'] = lambda: _labelled(recipe.tabletop)
    for name, maker in makers.items():
        if not (pools / name / 'pool.json').exists():
            print(f'{name}: {write(pools / name, maker())} crops', flush=True)


def _scenes(seed: int, count: int) -> Iterator[UInt8Array]:
    """Yield so many crops of scenes that never were."""
    scenes = Scenes(np.random.default_rng(seed))
    made = 0
    while made < count:
        for crop in crops_of(*scenes.compose()):
            if made < count:
                made += 1
                yield crop


def _labelled(folder: Path | None) -> Iterator[UInt8Array]:
    """Yield the crops of a folder of images and labels."""
    if folder is not None:
        for image, labels in labelled(folder):
            yield from crops_of(image, labels)
