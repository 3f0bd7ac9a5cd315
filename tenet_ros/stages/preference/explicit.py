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

import numpy as np

from tenet_ros.config import PreferenceConfig
from tenet_ros.language.expression import Expression, Extreme, Query, RelationKind
from tenet_ros.stages.preference.evidence import (
    Array,
    compete,
    condition,
    log_odds,
    logistic,
    soft_cap,
)
from tenet_ros.stages.preference.ranking import Scene, place_in_order
from tenet_ros.stages.preference.relating import relate
from tenet_ros.stages.protocols import PreferenceScores
from tenet_ros.types import TrackSet

__all__ = ['ExplicitPreference']

_IN_TIME = frozenset({Extreme.FASTEST, Extreme.SLOWEST, Extreme.FIRST_MOVED, Extreme.LAST_MOVED})
_IN_MOTION = frozenset({RelationKind.CHASING, RelationKind.LEAVING})


class ExplicitPreference:
    """Scores tracks by rules; the baseline of any learned preference.

    Args:
        config: weights and thresholds.
    """

    def __init__(self, config: PreferenceConfig | None = None) -> None:
        self._config = config or PreferenceConfig()

    def score(
        self, query: Query, tracks: TrackSet, image_size: tuple[int, int]
    ) -> PreferenceScores:
        """Score every track, and the null, for one sentence.

        Args:
            query: the sentence and its columns.
            tracks: (N) tracks; only what they hold now is used.
            image_size: (height, width) of the source image, pixels.

        Returns:
            Log odds of each track by itself, and for the null those against the best.
        """
        if not len(tracks):
            return PreferenceScores(
                logits=np.zeros(0, np.float32), null=self._config.nothing_there, settled=1.0
            )
        expression = query.expression
        scene = Scene(tracks, image_size, self._config)
        fits = self._fits(query, tracks, scene)
        logits = fits[0]
        if len(expression.targets) > 1:
            meant = expression.targets
            logits = np.max(
                [fits[k] if expression.phrases[k].plural else compete(fits[k]) for k in meant],
                axis=0,
            )
        return PreferenceScores(
            logits=np.asarray(logits, np.float32),
            null=-float(logits.max()),
            settled=self._settled(expression, tracks, scene, logits),
        )

    def _fits(self, query: Query, tracks: TrackSet, scene: Scene) -> list[Array]:
        """Return the evidence of every phrase for every track, P arrays (N,) of log odds."""
        expression = query.expression
        size = len(expression.phrases)
        fits: list[Array] = [np.zeros(0)] * size
        beliefs: list[Array] = [np.zeros(0)] * size
        # Anchors come after their subjects, so the last phrase hangs on nothing.
        for phrase in reversed(range(size)):
            fit = self._phrase(query, tracks, phrase)
            kinds = logistic(fit)
            for relation in expression.relations:
                if relation.subject == phrase:
                    known = [self._findable(query, anchor) for anchor in relation.anchors]
                    fit = fit + relate(
                        relation,
                        scene,
                        [beliefs[anchor] for anchor in relation.anchors],
                        kinds,
                        self._config,
                        findable=False if False in known else None if None in known else True,
                    )
            fit = fit + self._motions(expression, scene, phrase)
            fit = fit + self._orders(expression, scene, phrase, logistic(fit))
            fit = fit - self._config.unseen_per_s * np.minimum(tracks.unseen_ns / 1e9, 2.0)
            if phrase in expression.targets:
                fit = fit + self._reference(query, tracks)
            fits[phrase], beliefs[phrase] = fit, logistic(fit)
        return fits

    def _phrase(self, query: Query, tracks: TrackSet, phrase: int) -> Array:
        """Return the evidence of the words themselves; little of it before the first looks."""
        config = self._config
        score = tracks.phrase_scores[:, query.first_column + phrase]
        neutral = float(log_odds(np.asarray([config.phrase_neutral]))[0])
        evidence = soft_cap(config.phrase * (log_odds(score) - neutral), config.phrase_cap)
        seen = tracks.evidence / (tracks.evidence + 0.5)
        return np.asarray(seen * evidence + (1.0 - seen) * config.unseen_phrase, np.float64)

    def _findable(self, query: Query, phrase: int) -> bool | None:
        """Return whether the detector can see such a thing; clothes are judged by their wearer."""
        worn = {part.noun for p in query.expression.phrases for part in p.parts}
        if query.expression.phrases[phrase].noun in worn:
            return False
        return query.findable[phrase] if query.findable else None

    def _motions(self, expression: Expression, scene: Scene, phrase: int) -> Array:
        config, total = self._config, np.zeros(len(scene.boxes))
        for motion in expression.motions:
            if motion.subject == phrase:
                movement = scene.movement
                fits = log_odds(movement.fits(motion.kind, past=motion.past), 0.01)
                fits = -fits if motion.negated else fits
                evidence = condition(fits, config.condition_cap, config.bonus)
                weight = config.motion if motion.strict else config.motion_hint
                total += weight * movement.watched * evidence
        return total

    def _orders(
        self, expression: Expression, scene: Scene, phrase: int, candidates: Array
    ) -> Array:
        config = self._config
        total = np.zeros(len(candidates))
        plural = phrase == 0 and expression.phrases[phrase].plural
        meant = expression.count if plural else 1
        for order in expression.orders:
            if order.subject == phrase:
                weight = config.order if order.strict else config.order_hint
                place = weight * place_in_order(order, scene, candidates, meant)
                evidence = condition(place, weight, config.bonus)
                watched = scene.movement.watched if order.extreme in _IN_TIME else 1.0
                total += watched * evidence
        return total

    def _reference(self, query: Query, tracks: TrackSet) -> Array:
        """Return the evidence of being the detector's own answer to the whole sentence."""
        hits = tracks.reference_hits[:, query.index].astype(np.float64)
        answered = float(hits.max(initial=0.0))
        return np.asarray(self._config.reference * (2.0 * hits - answered), np.float64)

    def _settled(
        self, expression: Expression, tracks: TrackSet, scene: Scene, logits: Array
    ) -> float:
        """Return how much of the needed evidence was seen of the track that leads."""
        leader = int(logits.argmax())
        looked = min(float(tracks.evidence[leader]) / 2.0, 1.0)
        needs_motion = (
            any(motion.strict for motion in expression.motions)
            or any(relation.kind in _IN_MOTION for relation in expression.relations)
            or any(order.extreme in _IN_TIME for order in expression.orders)
        )
        watched = float(scene.movement.watched[leader]) if needs_motion else 1.0
        return min(looked, watched)
