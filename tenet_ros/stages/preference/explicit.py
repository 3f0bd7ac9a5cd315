"""The explicit preference: written-down evidence per track, summed as log odds.

For each phrase of the sentence, anchors first, every track gets

    phrase      how well its detections fit the words, capped: more confidence than it takes to be
                a dog does not make it the dog that is meant
    relations   soft geometry to the best candidate for each anchor (``relating``, ``spatial``)
    motions     what it did in the watched time (``motion``), as far as it was watched
    orders      its soft rank among what fits all of that (``ranking``)
    reference   whether the detector's own answer to the whole sentence fell on it
    visibility  whether it is seen now

Number is the decision's business, but for "the dog and the ball": there each phrase means one
thing, and its candidates compete, so that two dogs do not take both places.

It is log-linear in hand-set weights: a baseline whose every answer can be explained.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tenet_ros.config import PreferenceConfig
from tenet_ros.language.expression import Expression, Query, RelationKind
from tenet_ros.stages.preference.evidence import Array, compete
from tenet_ros.stages.preference.ranking import IN_TIME, Scene
from tenet_ros.stages.preference.terms import Terms, phrase_rows, weigh
from tenet_ros.stages.protocols import PreferenceScores
from tenet_ros.types import TrackSet

__all__ = ['ExplicitPreference', 'combine']

_IN_MOTION = frozenset({RelationKind.CHASING, RelationKind.LEAVING})


class ExplicitPreference:
    """Scores tracks by rules; the baseline of any learned preference.

    Args:
        config: weights and thresholds.
    """

    def __init__(self, config: PreferenceConfig | None = None) -> None:
        self._config = config or PreferenceConfig()

    def score_all(
        self, queries: Sequence[Query], tracks: TrackSet, image_size: tuple[int, int]
    ) -> tuple[PreferenceScores, ...]:
        """Score every track, and the null, for every sentence of a command.

        Args:
            queries: the sentences and their columns.
            tracks: (N) tracks; only what they hold now is used.
            image_size: (height, width) of the source image, pixels.

        Returns:
            Log odds of each track by itself, and for the null those against the best.
        """
        if not len(tracks) or not queries:
            nothing = PreferenceScores(
                logits=np.zeros(0, np.float32), null=self._config.nothing_there, settled=1.0
            )
            return (nothing,) * len(queries)
        scene = self.scene(tracks, image_size)
        fits = self.terms(queries, tracks, scene).fits
        return tuple(
            self._score(query.expression, fits[rows], tracks, scene)
            for query, rows in zip(queries, phrase_rows(queries), strict=True)
        )

    def score(
        self, query: Query, tracks: TrackSet, image_size: tuple[int, int]
    ) -> PreferenceScores:
        """Score every track, and the null, for one sentence; see ``score_all``."""
        return self.score_all((query,), tracks, image_size)[0]

    def scene(self, tracks: TrackSet, image_size: tuple[int, int]) -> Scene:
        """Return the tracks, to be measured by this preference's thresholds."""
        return Scene(tracks, image_size, self._config)

    def terms(self, queries: Sequence[Query], tracks: TrackSet, scene: Scene) -> Terms:
        """Return the evidence that is summed, by this preference's weights; see ``weigh``."""
        return weigh(queries, tracks, scene, self._config)

    def _score(
        self, expression: Expression, fits: Array, tracks: TrackSet, scene: Scene
    ) -> PreferenceScores:
        logits = combine(expression, fits)
        return PreferenceScores(
            logits=np.asarray(logits, np.float32),
            null=-float(logits.max()),
            settled=self._settled(expression, tracks, scene, logits),
        )

    def _settled(
        self, expression: Expression, tracks: TrackSet, scene: Scene, logits: Array
    ) -> float:
        """Return how much of the needed evidence was seen of the track that leads."""
        leader = int(logits.argmax())
        looked = min(float(tracks.evidence[leader]) / 2.0, 1.0)
        needs_motion = (
            any(motion.strict for motion in expression.motions)
            or any(relation.kind in _IN_MOTION for relation in expression.relations)
            or any(order.extreme in IN_TIME for order in expression.orders)
        )
        watched = float(scene.movement.watched[leader]) if needs_motion else 1.0
        return min(looked, watched)


def combine(expression: Expression, fits: Array) -> Array:
    """Return the log odds of each track to be meant, (N,), from those for each phrase, (P, N).

    Where several phrases are meant ("the dog and the ball") each means one thing, for which its
    candidates compete.
    """
    if len(expression.targets) == 1:
        return np.asarray(fits[0], np.float64)
    places = [
        fits[phrase] if expression.phrases[phrase].plural else compete(fits[phrase])
        for phrase in expression.targets
    ]
    return np.asarray(np.max(places, axis=0), np.float64)
