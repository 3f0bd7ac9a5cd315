"""Places in orderings: "the leftmost", "the second largest", "on the left"."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from types import MappingProxyType

import numpy as np

from tenet_ros.config import PreferenceConfig
from tenet_ros.language.expression import Extreme, Order
from tenet_ros.stages.preference.evidence import Array, logistic
from tenet_ros.stages.preference.motion import Movement
from tenet_ros.stages.preference.spatial import Pairs
from tenet_ros.types import Space, TrackSet

__all__ = ['IN_TIME', 'Scene', 'place_in_order']

IN_TIME = frozenset({Extreme.FASTEST, Extreme.SLOWEST, Extreme.FIRST_MOVED, Extreme.LAST_MOVED})
"""Orderings by what tracks do: they hold as far as that was watched."""


class Scene:
    """All that relations and orders look at, measured when it is asked for.

    Args:
        tracks: (N) tracks.
        image_size: (height, width) of the source image, pixels.
        config: thresholds of motion.
    """

    def __init__(
        self, tracks: TrackSet, image_size: tuple[int, int], config: PreferenceConfig
    ) -> None:
        self.boxes = tracks.boxes
        self.height, self.width = image_size
        self._tracks = tracks
        self._config = config

    @cached_property
    def space(self) -> Space | None:
        """Where the tracks are in 3D; None unless that is known of every one of them."""
        space = self._tracks.space
        return space if space is not None and np.isfinite(space.positions).all() else None

    @cached_property
    def pairs(self) -> Pairs:
        """Every pair of boxes."""
        return Pairs.of(self.boxes, self.space)

    @cached_property
    def movement(self) -> Movement:
        """The motion of every track."""
        return Movement(self._tracks, self._config)

    @property
    def nearness(self) -> Array:
        """How near to the camera each box seems, (N,): low in the image, and a little if large."""
        return np.asarray((self.pairs.floor + 0.1 * self.pairs.size) / self.height, np.float64)

    @property
    def extents(self) -> tuple[Array, Array]:
        """Width and height of each box, (N,) pixels each, at least 1."""
        wide = np.maximum(self.boxes[:, 2] - self.boxes[:, 0], 1.0).astype(np.float64)
        high = np.maximum(self.boxes[:, 3] - self.boxes[:, 1], 1.0).astype(np.float64)
        return wide, high


def _nearness(scene: Scene) -> Array:
    """Return how near each is: by metres where all are known, else as it seems."""
    space = scene.space
    if space is None:
        return scene.nearness
    # Half a metre and a metre differ as a metre and two do.
    distance = np.maximum(np.linalg.norm(space.positions, axis=1), 0.05)
    return np.asarray(-np.log(distance), np.float64)


def _height(scene: Scene) -> Array:
    """Return how high each is: against gravity where that is known, else in the picture."""
    space = scene.space
    if space is None or not space.up.any():
        return -scene.pairs.y
    # In pixels at the tracks' own distances, so that what is plain to see is the same.
    distance = np.maximum(space.positions[:, 2], 0.05)
    return np.asarray(space.positions @ space.up * (space.focal_px / distance.mean()), np.float64)


def _log_size(scene: Scene) -> Array:
    return np.asarray(np.log(scene.pairs.size), np.float64)


def _log_height(scene: Scene) -> Array:
    return np.asarray(np.log(scene.extents[1]), np.float64)


def _log_speed(scene: Scene) -> Array:
    return np.asarray(np.log(scene.movement.speed + 0.1), np.float64)


def _lately(scene: Scene) -> Array:
    """Return how lately each began to move; what never did comes last by far."""
    since = scene.movement.onset_s
    return np.asarray(np.where(since > 0, -since, -60.0), np.float64)


# Key to order by, largest first, and the difference in it that is plain to see. Positions are
# compared in box sizes, the rest as it is.
_KEYS: Mapping[Extreme, tuple[Callable[[Scene], Array], float]] = MappingProxyType(
    {
        Extreme.LEFT: (lambda s: -s.pairs.x, 0.0),
        Extreme.RIGHT: (lambda s: s.pairs.x, 0.0),
        Extreme.TOP: (_height, 0.0),
        Extreme.BOTTOM: (lambda s: -_height(s), 0.0),
        Extreme.MIDDLE: (lambda s: s.pairs.x, 0.0),
        Extreme.LARGEST: (_log_size, 0.08),
        Extreme.SMALLEST: (lambda s: -_log_size(s), 0.08),
        Extreme.TALLEST: (_log_height, 0.06),
        Extreme.SHORTEST: (lambda s: -_log_height(s), 0.06),
        Extreme.NEAREST: (_nearness, 0.06),
        Extreme.FARTHEST: (lambda s: -_nearness(s), 0.06),
        Extreme.FASTEST: (_log_speed, 0.2),
        Extreme.SLOWEST: (lambda s: -_log_speed(s), 0.2),
        Extreme.FIRST_MOVED: (lambda s: s.movement.onset_s, 0.3),
        Extreme.LAST_MOVED: (_lately, 0.3),
    }
)
_PLAIN_PLACE = 0.15
"""Box sizes by which two positions must differ to be plainly ordered."""

_REGIONS: Mapping[Extreme, Callable[[Scene], Array]] = MappingProxyType(
    {
        Extreme.LEFT: lambda s: 1.0 - 2.0 * s.pairs.x / s.width,
        Extreme.RIGHT: lambda s: 2.0 * s.pairs.x / s.width - 1.0,
        Extreme.TOP: lambda s: 1.0 - 2.0 * s.pairs.y / s.height,
        Extreme.BOTTOM: lambda s: 2.0 * s.pairs.y / s.height - 1.0,
        Extreme.MIDDLE: lambda s: 1.0 - 4.0 * np.abs(s.pairs.x / s.width - 0.5),
        Extreme.NEAREST: lambda s: 2.0 * (s.nearness - 0.77),
        Extreme.FARTHEST: lambda s: 2.0 * (0.47 - s.nearness),
    }
)
"""Extreme -> where in the picture it is at home: (N,), 1 fully, -1 not at all."""


def place_in_order(order: Order, scene: Scene, candidates: Array, count: int) -> Array:
    """Return how well each track has the place that an order asks for, (N,) in [-1, 1].

    Ranks are soft: a candidate that is probably one, and probably further out, counts in part.

    Args:
        order: the place.
        scene: what to order by.
        candidates: (N,) in [0, 1], how probably each track is of the kind that is ordered.
        count: how many places are meant: the two largest, say.
    """
    key, plain = _KEYS[order.extreme]
    values = key(scene)
    steps = plain or _PLAIN_PLACE * scene.pairs.scale
    further = logistic((values[None, :] - values[:, None]) / steps * 2.0)
    np.fill_diagonal(further, 0.0)
    ahead = further @ candidates
    if order.extreme is Extreme.MIDDLE:
        behind = candidates.sum() - candidates - ahead
        missed = np.abs(ahead - behind) / 2
    else:
        first, last = order.rank - 1, order.rank - 1 + max(count, 1) - 1
        missed = np.maximum(first - ahead, 0.0) + np.maximum(ahead - last, 0.0)
    ranked = 1.0 - 2.0 * np.minimum(missed, 1.0)
    region = _REGIONS.get(order.extreme)
    if not order.strict and region is not None and order.rank == 1:
        ranked = 0.5 * ranked + 0.5 * np.clip(region(scene), -1.0, 1.0)
    return np.asarray(-ranked if order.negated else ranked, np.float64)
