"""What is known of sentences and tracks before it is laid in columns.

What can be written down, the evidence of the explicit preference, is among it: what is left to
learn is what cannot.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tenet_ros.language.expression import Query
from tenet_ros.stages.preference.evidence import Array, log_odds
from tenet_ros.stages.preference.explicit import ExplicitPreference, combine
from tenet_ros.stages.preference.ranking import Scene
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
        count, n = len(queries), len(tracks)
        found = cls(
            words=np.full((count, SLOTS, n), 0.5),
            fit=np.zeros((count, SLOTS, n)),
            used=np.zeros((count, SLOTS)),
            terms=np.zeros((count, 4, n)),
            total=np.zeros((count, n)),
            hits=tracks.reference_hits[:, [query.index for query in queries]].T.astype(np.float64),
            watched=np.zeros((count, 2)),
        )
        for row, query in enumerate(queries):
            terms = explicit.terms(query, tracks, scene)
            fits, phrases = terms.fits, slots(query)
            target = phrases[0]
            columns = [query.first_column + phrase for phrase in phrases]
            found.words[row, : len(phrases)] = tracks.phrase_scores[:, columns].T
            found.fit[row, : len(phrases)] = fits[phrases]
            found.used[row, : len(phrases)] = 1.0
            found.terms[row] = [
                terms.relations[target],
                terms.orders[target],
                terms.motions[target],
                terms.others[target],
            ]
            total = found.total[row] = combine(query.expression, fits)
            moves = query.expression.speaks_of_motion
            found.watched[row] = scene.movement.watched[total.argmax()] if moves else 1.0, moves
        found.words[:] = log_odds(np.nan_to_num(found.words))
        return found
