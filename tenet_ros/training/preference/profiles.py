"""How a detector errs: the sizes of its errors, drawn anew for every clip."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

__all__ = ['PROFILES', 'Profile', 'Random', 'draw_profile']

Random = np.random.Generator
Range = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """How a detector errs, in one clip.

    Attributes:
        stride: it looks at every so many frames.
        delay: frames after which its answer arrives.
        miss: probability of missing what is plain to see, in one look.
        streak: looks that such a miss lasts, on average.
        jitter: standard deviation of a box's edges, box sizes.
        swell: how much larger than the thing its boxes are, box sizes.
        duplicates: probability of a second box on a thing.
        merges: probability that two things that overlap give one box.
        ghosts: boxes on nothing, in one look, on average.
        sharpness: factor on the logits of phrase scores.
        offset: added to them.
        spread: standard deviation of what is added to each thing's logit for each phrase.
        flicker: standard deviation of what is added in each look.
        colour: what a wrong colour costs, logits.
        pattern: what a wrong pattern costs, logits.
        kinship: logit of a thing of a category that is easily confused with the named one.
        strangeness: logit of a thing of any other category.
        hears_not: whether it understands "not red".
        blind: probability that it does not know a noun, and says so.
        informed: probability that its answer to a sentence is what is meant.
    """

    stride: int
    delay: int
    miss: float
    streak: float
    jitter: float
    swell: float
    duplicates: float
    merges: float
    ghosts: float
    sharpness: float
    offset: float
    spread: float
    flicker: float
    colour: float
    pattern: float
    kinship: float
    strangeness: float
    hears_not: bool
    blind: float
    informed: float


_COMMON: dict[str, Range] = {
    'stride': (1, 2), 'delay': (0, 1), 'miss': (0.0, 0.08), 'streak': (1, 4),
    'jitter': (0.005, 0.05), 'swell': (-0.03, 0.06), 'duplicates': (0.0, 0.05),
    'merges': (0.0, 0.1), 'ghosts': (0.0, 0.5), 'sharpness': (0.6, 1.6), 'offset': (-1.2, 0.6),
    'spread': (0.2, 0.9), 'flicker': (0.1, 0.6), 'colour': (1.5, 6.0), 'pattern': (0.5, 5.0),
    'kinship': (-3.5, 0.0), 'strangeness': (-5.5, -3.0), 'hears_not': (0, 2),
    'blind': (0.0, 0.03), 'informed': (0.0, 0.9),
}  # fmt: skip

PROFILES: Mapping[str, Mapping[str, Range]] = MappingProxyType(
    {
        'good': {
            **_COMMON, 'miss': (0.0, 0.02), 'jitter': (0.005, 0.025), 'ghosts': (0.0, 0.1),
            'spread': (0.1, 0.5), 'flicker': (0.1, 0.4), 'colour': (3.0, 7.0),
            'pattern': (2.5, 6.0), 'kinship': (-4.5, -1.5), 'strangeness': (-6.5, -4.5),
            'stride': (1, 1), 'sharpness': (0.9, 1.6),
        },
        'mixed': _COMMON,
        'sloppy': {
            **_COMMON, 'miss': (0.05, 0.25), 'streak': (2, 8), 'jitter': (0.03, 0.09),
            'duplicates': (0.02, 0.12), 'merges': (0.05, 0.3), 'ghosts': (0.3, 1.5),
            'spread': (0.5, 1.3), 'flicker': (0.4, 1.0), 'kinship': (-2.0, 0.5),
        },
        'sparse': {**_COMMON, 'stride': (2, 4), 'delay': (1, 4), 'miss': (0.0, 0.12)},
        # Nobody trains on this one: it is the detector that comes after the head.
        'stranger': {
            **_COMMON, 'sharpness': (0.35, 0.55), 'offset': (-2.2, -1.4), 'jitter': (0.05, 0.07),
            'swell': (0.08, 0.14), 'miss': (0.08, 0.14), 'ghosts': (0.8, 1.2),
            'informed': (0.0, 0.0), 'stride': (2, 2),
        },
    }
)  # fmt: skip
"""Name -> the range of each error. Whole numbers are drawn where ``Profile`` has them."""

_WHOLE = ('stride', 'delay')


def draw_profile(rng: Random, name: str) -> Profile:
    """Return how the detector errs in one clip.

    Args:
        rng: the clip's own.
        name: one of ``PROFILES``.
    """
    values: dict[str, Any] = {
        key: float(rng.uniform(low, high)) for key, (low, high) in PROFILES[name].items()
    }
    for key in _WHOLE:
        low, high = PROFILES[name][key]
        values[key] = int(rng.integers(int(low), int(high) + 1))
    values['hears_not'] = values['hears_not'] < 1.8
    if rng.random() < 0.5:
        values['informed'] = 0.0
    return Profile(**values)
