"""How tracks fit sentences: each track each sentence, and the best of them all."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tenet_ros.language.expression import Query
from tenet_ros.stages.preference.evidence import Array, bounded, finite
from tenet_ros.stages.preference.learned_columns import columns, side, table
from tenet_ros.stages.preference.learned_evidence import SLOTS, Evidence, slots
from tenet_ros.types import FloatArray, TrackSet

__all__ = ['FITS', 'SENTENCES', 'fit_features', 'sentence_features']

FITS = columns(
    ('words', SLOTS),
    ('words_lead', SLOTS),
    ('fit', SLOTS),
    ('share', SLOTS),
    ('conditions', 2),
    ('motion', 1),
    ('others', 1),
    ('total', 3),
    ('reference', 2),
)
"""Columns of ``Features.fits``; ``total`` is the explicit logit, its lead and its share."""

SENTENCES = columns(
    ('looks', 2),
    ('findable', SLOTS),
    ('crowd', 1),
    ('best_words', SLOTS),
    ('best_fit', SLOTS),
    ('best', 2),
    ('watched', 2),
    ('count', 3),
)
"""Columns of ``Features.sentences``."""


def fit_features(evidence: Evidence) -> FloatArray:
    """Return how each track fits each sentence, (S, N, F) float32, see ``FITS``."""
    words, fit = evidence.words / 3, bounded(evidence.fit / 4, -3.0, 3.0)
    total = evidence.total
    conditions = evidence.terms.transpose(0, 2, 1) / 3
    hits = finite(evidence.hits)
    lead = words - words.max(axis=2, keepdims=True)
    ahead = bounded((total - _best_other(total)) / 4, -2.0, 2.0)
    share = _share(4.0 * fit) * evidence.used[..., None]
    return table(
        FITS,
        total.shape,
        {
            'words': words.transpose(0, 2, 1),
            'words_lead': bounded(lead, -2.0, 0.0).transpose(0, 2, 1),
            'fit': fit.transpose(0, 2, 1),
            'share': share.transpose(0, 2, 1),
            'conditions': conditions[..., :2],
            'motion': conditions[..., 2:3],
            'others': conditions[..., 3:],
            'total': side([total / 4, ahead, _share(total)]),
            'reference': side([hits, hits - hits.max(axis=1, keepdims=True)]),
        },
    )


def sentence_features(queries: Sequence[Query], tracks: TrackSet, evidence: Evidence) -> FloatArray:
    """Return what holds for each sentence as a whole, (S, F) float32, see ``SENTENCES``.

    Args:
        queries: the S sentences.
        tracks: the N tracks, at least one.
        evidence: of these sentences and tracks.
    """
    count = len(queries)
    findable = np.zeros((count, SLOTS))
    for row, query in enumerate(queries):
        for place, phrase in enumerate(slots(query) if query.findable else ()):
            findable[row, place] = 1.0 if query.findable[phrase] else -1.0
    meant = np.asarray([query.expression.count for query in queries])
    best = evidence.total.max(axis=1)
    second = np.sort(evidence.total, axis=1)[:, -2] if len(tracks) > 1 else best - 8.0
    every = np.ones(count)
    return table(
        SENTENCES,
        (count,),
        {
            'looks': side([np.log1p(max(tracks.looks, 0)) / 3 * every, (tracks.looks < 0) * every]),
            'findable': findable,
            'crowd': (np.log1p(len(tracks)) - 2) * every[:, None],
            'best_words': evidence.words.max(axis=2) / 3,
            'best_fit': bounded(evidence.fit.max(axis=2) / 4, -3.0, 3.0),
            'best': bounded(side([best, best - second]) / 4, -3.0, 3.0),
            'watched': evidence.watched,
            'count': side([meant == 1, meant > 1, meant == 0]),
        },
    )


def _best_other(values: Array) -> Array:
    """Return, for each, the largest of the others in its row; far below where there are none."""
    if values.shape[1] < 2:
        return np.asarray(values - 8.0, np.float64)
    order = np.argsort(values, axis=1)[:, -2:]
    second, first = np.take_along_axis(values, order, axis=1).T
    others: Array = np.broadcast_to(first[:, None], values.shape).copy()
    np.put_along_axis(others, order[:, 1:], second[:, None], axis=1)
    return others


def _share(logits: Array) -> Array:
    """Return the softmax over the last axis."""
    odds = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(odds / odds.sum(axis=-1, keepdims=True), np.float64)
