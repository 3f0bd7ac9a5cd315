"""What is known of sentences and tracks before it is laid in columns.

What can be written down, the evidence of the explicit preference, is among it: what is left to
learn is what cannot.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tenet_ros.language.expression import Query
from tenet_ros.stages.preference.evidence import Array, finite, log_odds
from tenet_ros.stages.preference.explicit import ExplicitPreference, combine
from tenet_ros.stages.preference.ranking import Scene
from tenet_ros.stages.preference.terms import phrase_rows
from tenet_ros.types import TrackSet

__all__ = ['SLOTS', 'Evidence', 'slots']

SLOTS = 3
"""Phrases with features of their own: the target and two anchors."""


def slots(query: Query) -> list[int]:
    """Return the phrases that have slots: what is meant first, then the anchors."""
    expression = query.expression
    order = [*expression.targets, *range(len(expression.phrases))]
    return list(dict.fromkeys(order))[:SLOTS]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Evidence:
    """What is known of S sentences' phrases and N tracks.

    Attributes:
        words: (S, SLOTS, N) phrase scores as log odds; zeros for a slot without phrase.
        fit: (S, SLOTS, N) explicit evidence as each phrase, log odds, likewise.
        used: (S, SLOTS) 1 for a slot with a phrase.
        terms: (S, 4, N) relations, orders, motions and others of what is meant, log odds.
        total: (S, N) explicit logit.
        hits: (S, N) share of reference proposals.
        watched: (S, 2) how long the leader was watched, and whether that matters.
    """

    words: Array
    fit: Array
    used: Array
    terms: Array
    total: Array
    hits: Array
    watched: Array

    @classmethod
    def of(
        cls,
        queries: Sequence[Query],
        tracks: TrackSet,
        scene: Scene,
        explicit: ExplicitPreference,
    ) -> Evidence:
        """Gather it.

        Args:
            queries: the S sentences.
            tracks: the N tracks, at least one.
            scene: of these tracks.
            explicit: whose evidence is asked for.
        """
        terms = explicit.terms(queries, tracks, scene)
        fits, sentences = terms.fits, phrase_rows(queries)
        of_slots = [slots(query) for query in queries]
        used = np.arange(SLOTS) < np.asarray([[len(phrases)] for phrases in of_slots])
        # A slot without phrase borrows the first one's row, and is blanked.
        place = np.asarray([(phrases + phrases[:1] * SLOTS)[:SLOTS] for phrases in of_slots])
        rows = place + np.asarray([[rows.start] for rows in sentences])
        columns = place + np.asarray([[query.first_column] for query in queries])
        words = tracks.phrase_scores.T[columns].astype(np.float64)
        target = rows[:, 0]
        said = (terms.relations, terms.orders, terms.motions, terms.others)
        parts = [(query.expression, fits[of]) for query, of in zip(queries, sentences, strict=True)]
        total = np.stack([combine(expression, part) for expression, part in parts])
        return cls(
            words=log_odds(finite(np.where(used[..., None], words, 0.5))),
            fit=np.where(used[..., None], fits[rows], 0.0),
            used=used.astype(np.float64),
            terms=np.stack([kind[target] for kind in said], axis=1),
            total=total,
            hits=tracks.reference_hits[:, [query.index for query in queries]].T.astype(np.float64),
            watched=_watched(queries, scene, total),
        )


def _watched(queries: Sequence[Query], scene: Scene, total: Array) -> Array:
    """Return how long each sentence's leader was watched, and whether that matters, (S, 2)."""
    moves = np.asarray([query.expression.speaks_of_motion for query in queries])
    if not moves.any():
        return np.stack([np.ones(len(moves)), moves], axis=1)
    leaders = scene.movement.watched[total.argmax(axis=1)]
    return np.stack([np.where(moves, leaders, 1.0), moves], axis=1)
