"""What metres change for a preference that was trained on pictures alone.

It goes on seeing what it was trained on. "The nearest" and "the highest" are left to the rules
where depth measures just that: a head that is sure of the picture cannot be argued with. What
depth changes in the written-down evidence of other words ("next to", "moving towards me") is added
to its logits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from tenet_ros.language.expression import Expression, Extreme, MotionKind, Query, RelationKind
from tenet_ros.stages.preference.explicit import ExplicitPreference
from tenet_ros.stages.protocols import PreferenceScores
from tenet_ros.types import TrackSet

__all__ = ['in_the_picture', 'with_metres']

_DISTANCES = frozenset({Extreme.NEAREST, Extreme.FARTHEST})
_HEIGHTS = frozenset({Extreme.TOP, Extreme.BOTTOM})
_MOTIONS = frozenset({MotionKind.APPROACHING, MotionKind.RECEDING})
_RELATIONS = frozenset({RelationKind.NEAR, RelationKind.FAR_FROM, RelationKind.WITH})


def in_the_picture(tracks: TrackSet) -> TrackSet:
    """Return the tracks as without depth."""
    return tracks if tracks.space is None else replace(tracks, space=None)


def with_metres(
    scores: tuple[PreferenceScores, ...],
    queries: Sequence[Query],
    tracks: TrackSet,
    image_size: tuple[int, int],
    explicit: ExplicitPreference,
) -> tuple[PreferenceScores, ...]:
    """Return scores that heed depth.

    Args:
        scores: of the pictures alone, one per query.
        queries: the sentences.
        tracks: (N) tracks, at least one.
        image_size: (height, width) of the source image, pixels.
        explicit: the rules.
    """
    space = tracks.space
    # Rules measure distances where all are known; then only is there anything to be gained.
    if space is None or not np.isfinite(space.positions).all():
        return scores
    ordered = [_is_ordered(query.expression, heights=bool(space.up.any())) for query in queries]
    related = [_is_related(query.expression) for query in queries]
    concerned = [n for n in range(len(queries)) if ordered[n] or related[n]]
    if not concerned:
        return scores
    asked = [queries[n] for n in concerned]
    measured = explicit.score_all(asked, tracks, image_size)
    pictured = explicit.score_all(asked, in_the_picture(tracks), image_size)
    result = list(scores)
    for n, by_depth, without in zip(concerned, measured, pictured, strict=True):
        added = scores[n].logits + (by_depth.logits - without.logits)
        result[n] = by_depth if ordered[n] else replace(scores[n], logits=added)
    return tuple(result)


def _is_ordered(expression: Expression, *, heights: bool) -> bool:
    measured = _DISTANCES | _HEIGHTS if heights else _DISTANCES
    return any(order.extreme in measured and order.strict for order in expression.orders)


def _is_related(expression: Expression) -> bool:
    return any(motion.kind in _MOTIONS for motion in expression.motions) or any(
        relation.kind in _RELATIONS for relation in expression.relations
    )
