"""The evidence of the explicit preference, phrase by phrase, before it is added up.

All sentences of a command are measured in one table. What every phrase has (words, visibility) is
measured for all of them at once; what few have (relations, motions, orders) where it is said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tenet_ros.config import PreferenceConfig
from tenet_ros.language.expression import Motion, Order, Query, Relation
from tenet_ros.stages.preference.evidence import (
    Array,
    bounded,
    condition,
    log_odds,
    logistic,
    soft_cap,
)
from tenet_ros.stages.preference.ranking import IN_TIME, Scene, place_in_order
from tenet_ros.stages.preference.relating import relate
from tenet_ros.types import TrackSet

__all__ = ['Terms', 'phrase_rows', 'weigh']


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Terms:
    """What is said for and against every track as every phrase.

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

    def of(self, phrases: slice | int) -> Terms:
        """Return those of some phrases, as views, or of one: (N,) each."""
        return Terms(
            words=self.words[phrases],
            relations=self.relations[phrases],
            motions=self.motions[phrases],
            orders=self.orders[phrases],
            others=self.others[phrases],
        )


def phrase_rows(queries: Sequence[Query]) -> tuple[slice, ...]:
    """Return where each sentence's phrases are in the ``Terms`` of all of them."""
    rows, first = [], 0
    for query in queries:
        end = first + len(query.expression.phrases)
        rows.append(slice(first, end))
        first = end
    return tuple(rows)


def weigh(
    queries: Sequence[Query], tracks: TrackSet, scene: Scene, config: PreferenceConfig
) -> Terms:
    """Return the evidence of every phrase of every sentence for every track.

    Args:
        queries: the sentences and their columns, at least one.
        tracks: (N) tracks, N > 0.
        scene: the same tracks, measured.
        config: weights.

    Returns:
        The phrases of all sentences, one after the other; ``phrase_rows`` says which are whose.
    """
    words = _words(queries, tracks, config)
    terms = Terms(
        words=words,
        relations=np.zeros_like(words),
        motions=np.zeros_like(words),
        orders=np.zeros_like(words),
        others=_others(queries, tracks, config),
    )
    for query, rows in zip(queries, phrase_rows(queries), strict=True):
        expression = query.expression
        if expression.relations or expression.motions or expression.orders:
            _add_conditions(query, scene, terms.of(rows), config)
    return terms


def _words(queries: Sequence[Query], tracks: TrackSet, config: PreferenceConfig) -> Array:
    """Return the evidence of the words themselves; little of it before the first looks."""
    columns = [query.first_column + p for query in queries for p in _phrases(query)]
    scores = np.ascontiguousarray(tracks.phrase_scores[:, columns].T)
    neutral = float(log_odds(np.asarray([config.phrase_neutral]))[0])
    evidence = soft_cap(config.phrase * (log_odds(scores) - neutral), config.phrase_cap)
    seen = tracks.evidence / (tracks.evidence + 0.5)
    return np.asarray(seen * evidence + (1.0 - seen) * config.unseen_phrase, np.float64)


def _others(queries: Sequence[Query], tracks: TrackSet, config: PreferenceConfig) -> Array:
    """Return the evidence of being seen now, and of being the detector's answer to a sentence.

    That a slow detector has not looked since says nothing against what it saw.
    """
    missed_s = (tracks.unseen_ns - tracks.unlooked_ns) / 1e9
    seen = -config.unseen_per_s * bounded(missed_s, 0.0, 2.0)
    hits = tracks.reference_hits[:, [query.index for query in queries]].T.astype(np.float64)
    answered = hits.max(axis=1, initial=0.0, keepdims=True)
    meant = seen + config.reference * (2.0 * hits - answered)
    return np.stack(
        [
            meant[row] if phrase in query.expression.targets else seen
            for row, query in enumerate(queries)
            for phrase in _phrases(query)
        ]
    )


def _add_conditions(query: Query, scene: Scene, terms: Terms, config: PreferenceConfig) -> None:
    """Fill in what one sentence says of relations, motions and orders.

    Args:
        query: the sentence.
        scene: all tracks.
        terms: of its phrases, changed in place.
        config: weights.
    """
    expression = query.expression
    anchors = {anchor for relation in expression.relations for anchor in relation.anchors}
    beliefs = np.zeros_like(terms.words)
    # Anchors come after their subjects, so the last phrase hangs on nothing.
    for phrase in reversed(_phrases(query)):
        own = terms.of(phrase)
        for relation in expression.relations:
            if relation.subject == phrase:
                own.relations[:] += _relation(relation, query, scene, own.words, beliefs, config)
        for motion in expression.motions:
            if motion.subject == phrase:
                own.motions[:] += _motion(motion, scene, config)
        orders = [order for order in expression.orders if order.subject == phrase]
        if orders:
            candidates = logistic(own.words + own.relations + own.motions)
            plural = phrase == 0 and expression.phrases[phrase].plural
            meant = expression.count if plural else 1
            for order in orders:
                own.orders[:] += _order(order, scene, candidates, meant, config)
        if phrase in anchors:
            beliefs[phrase] = logistic(own.fits)


def _relation(
    relation: Relation,
    query: Query,
    scene: Scene,
    words: Array,
    beliefs: Array,
    config: PreferenceConfig,
) -> Array:
    known = [_findable(query, anchor) for anchor in relation.anchors]
    return relate(
        relation,
        scene,
        [beliefs[anchor] for anchor in relation.anchors],
        words,
        config,
        findable=False if False in known else None if None in known else True,
    )


def _motion(motion: Motion, scene: Scene, config: PreferenceConfig) -> Array:
    movement = scene.movement
    fits = log_odds(movement.fits(motion.kind, past=motion.past), 0.01)
    fits = -fits if motion.negated else fits
    evidence = condition(fits, config.condition_cap, config.bonus)
    weight = config.motion if motion.strict else config.motion_hint
    return np.asarray(weight * movement.watched * evidence, np.float64)


def _order(
    order: Order, scene: Scene, candidates: Array, meant: int, config: PreferenceConfig
) -> Array:
    weight = config.order if order.strict else config.order_hint
    place = weight * place_in_order(order, scene, candidates, meant)
    evidence = condition(place, weight, config.bonus)
    watched = scene.movement.watched if order.extreme in IN_TIME else 1.0
    return np.asarray(watched * evidence, np.float64)


def _findable(query: Query, phrase: int) -> bool | None:
    """Return whether the detector can see such a thing; clothes are judged by their wearer."""
    worn = {part.noun for p in query.expression.phrases for part in p.parts}
    if query.expression.phrases[phrase].noun in worn:
        return False
    return query.findable[phrase] if query.findable else None


def _phrases(query: Query) -> range:
    return range(len(query.expression.phrases))
