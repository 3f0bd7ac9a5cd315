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
from dataclasses import dataclass

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

__all__ = ['ExplicitPreference', 'Terms', 'combine']

_IN_TIME = frozenset({Extreme.FASTEST, Extreme.SLOWEST, Extreme.FIRST_MOVED, Extreme.LAST_MOVED})
_IN_MOTION = frozenset({RelationKind.CHASING, RelationKind.LEAVING})


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Terms:
    """What is said for and against every track as every phrase, before it is added up.

    Attributes:
        words: (P, N) log odds, how well the phrase itself fits.
        relations: (P, N) of all relations of that phrase together.
        motions: (P, N) likewise.
        orders: (P, N) likewise.
        others: (P, N) reference proposal and visibility.
    """

    words: Array
    relations: Array
    motions: Array
    orders: Array
    others: Array

    @property
    def fits(self) -> Array:
        """(P, N) log odds of each track to be what each phrase means."""
        total = self.words + self.relations + self.motions + self.orders + self.others
        return np.asarray(total, np.float64)


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
        scene = self.scene(tracks, image_size)
        return tuple(self._score(query, tracks, scene) for query in queries)

    def score(
        self, query: Query, tracks: TrackSet, image_size: tuple[int, int]
    ) -> PreferenceScores:
        """Score every track, and the null, for one sentence; see ``score_all``."""
        return self.score_all((query,), tracks, image_size)[0]

    def scene(self, tracks: TrackSet, image_size: tuple[int, int]) -> Scene:
        """Return the tracks, to be measured by this preference's thresholds."""
        return Scene(tracks, image_size, self._config)

    def _score(self, query: Query, tracks: TrackSet, scene: Scene) -> PreferenceScores:
        if not len(tracks):
            return PreferenceScores(
                logits=np.zeros(0, np.float32), null=self._config.nothing_there, settled=1.0
            )
        expression = query.expression
        logits = combine(expression, self.terms(query, tracks, scene).fits)
        return PreferenceScores(
            logits=np.asarray(logits, np.float32),
            null=-float(logits.max()),
            settled=self._settled(expression, tracks, scene, logits),
        )

    def terms(self, query: Query, tracks: TrackSet, scene: Scene) -> Terms:
        """Return the evidence of every phrase for every track.

        Args:
            query: the sentence and its columns.
            tracks: (N) tracks, N > 0.
            scene: the same tracks, measured.
        """
        expression = query.expression
        shape = (len(expression.phrases), len(tracks))
        terms = Terms(
            words=np.zeros(shape),
            relations=np.zeros(shape),
            motions=np.zeros(shape),
            orders=np.zeros(shape),
            others=np.zeros(shape),
        )
        beliefs = np.zeros(shape)
        # Anchors come after their subjects, so the last phrase hangs on nothing.
        for phrase in reversed(range(shape[0])):
            words = terms.words[phrase] = self._phrase(query, tracks, phrase)
            kinds = logistic(words)
            for relation in expression.relations:
                if relation.subject == phrase:
                    known = [self._findable(query, anchor) for anchor in relation.anchors]
                    terms.relations[phrase] += relate(
                        relation,
                        scene,
                        [beliefs[anchor] for anchor in relation.anchors],
                        kinds,
                        self._config,
                        findable=False if False in known else None if None in known else True,
                    )
            terms.motions[phrase] = self._motions(expression, scene, phrase)
            candidates = logistic(words + terms.relations[phrase] + terms.motions[phrase])
            terms.orders[phrase] = self._orders(expression, scene, phrase, candidates)
            terms.others[phrase] = -self._config.unseen_per_s * np.minimum(
                tracks.unseen_ns / 1e9, 2.0
            )
            if phrase in expression.targets:
                terms.others[phrase] += self._reference(query, tracks)
            beliefs[phrase] = logistic(terms.fits[phrase])
        return terms

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
