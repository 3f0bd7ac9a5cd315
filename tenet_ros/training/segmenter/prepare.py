"""Which crops there are to learn from, and making them once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import cv2
import numpy as np

from tenet_ros.training.segmenter.crops import crops_of, cutouts_of, labelled
from tenet_ros.training.segmenter.pool import write
from tenet_ros.training.segmenter.scenes import Scenes
from tenet_ros.types import UInt8Array

__all__ = ['SHARES', 'VALIDATION', 'Recipe', 'prepare']

SHARES: Mapping[str, float] = MappingProxyType(
    {'procedural': 0.45, 'tabletop': 0.25, 'pasted': 0.18, 'real': 0.12}
)
"""The pools and their parts of a batch; pools that are not there leave theirs to the others."""

VALIDATION = 'validation'
"""The pool of procedural crops that is never trained on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """What to make pools of.

    Attributes:
        procedural: number of procedural crops.
        pasted: number of crops of real objects in places where they never were.
        validation: number of procedural crops to validate on.
        tabletop: folder of rendered images, of ``tenet_ros.training.images``; None for none.
        real: folder of real images with labels; None for none.
        leave_out: clips of ``real`` that are kept for testing.
        seed: of all that is random.
    """

    procedural: int = 40000
    pasted: int = 4000
    validation: int = 600
    tabletop: Path | None = None
    real: Path | None = None
    leave_out: tuple[str, ...] = ()
    seed: int = 0


def prepare(recipe: Recipe, pools: Path) -> None:
    """Make the pools of a recipe that are not complete yet.

    Args:
        recipe: what to make.
        pools: a folder; each pool becomes a folder in it.
    """
    photos, cutouts = _real_material(recipe) if recipe.real else ((), ())
    seed = recipe.seed * 10
    makers: dict[str, Callable[[], Iterator[UInt8Array]]] = {
        VALIDATION: lambda: _scenes(seed, recipe.validation, photos),
        'procedural': lambda: _scenes(seed + 1, recipe.procedural, photos),
    }
    if recipe.tabletop:
        makers['tabletop'] = lambda: _labelled(recipe.tabletop, ())
    if recipe.real:
        makers['real'] = lambda: _labelled(recipe.real, recipe.leave_out)
        makers['pasted'] = lambda: _scenes(seed + 2, recipe.pasted, photos, cutouts)
    for name, maker in makers.items():
        if not (pools / name / 'pool.json').exists():
            print(f'{name}: {write(pools / name, maker())} crops', flush=True)


def _real_material(recipe: Recipe) -> tuple[tuple[UInt8Array, ...], tuple[UInt8Array, ...]]:
    """Return a few real images, and the objects in them by themselves."""
    assert recipe.real is not None
    pairs = list(labelled(recipe.real, every=9, leave_out=recipe.leave_out))
    found = (cutout for pair in pairs for cutout in cutouts_of(*pair))
    small = (cv2.resize(c, None, fx=0.6, fy=0.6, interpolation=cv2.INTER_AREA) for c in found)
    return tuple(image for image, _ in pairs[::2]), tuple(np.asarray(c, np.uint8) for c in small)


def _scenes(
    seed: int,
    count: int,
    photos: tuple[UInt8Array, ...],
    cutouts: tuple[UInt8Array, ...] = (),
) -> Iterator[UInt8Array]:
    """Yield so many crops of scenes that never were."""
    scenes = Scenes(np.random.default_rng(seed), photos, cutouts)
    made = 0
    while made < count:
        for crop in crops_of(*scenes.compose()):
            if made < count:
                made += 1
                yield crop


def _labelled(folder: Path | None, leave_out: tuple[str, ...]) -> Iterator[UInt8Array]:
    """Yield the crops of a folder of images and labels."""
    if folder is not None:
        for image, labels in labelled(folder, leave_out=leave_out):
            yield from crops_of(image, labels)
