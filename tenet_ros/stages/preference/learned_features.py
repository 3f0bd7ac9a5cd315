"""What the learned preference looks at: tracks, pairs of tracks, and how each fits each sentence.

Training and run time share this code. Everything comes from ``TrackSet`` and ``Query`` alone, so
one head serves every detector; everything is relative to box or image size and to seconds, so it
serves every camera and frame rate. What can be written down, the evidence of the explicit
preference, is among the features: what is left to learn is what cannot.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from tenet_ros.language.expression import Query
from tenet_ros.stages.preference.evidence import Array, log_odds
from tenet_ros.stages.preference.explicit import ExplicitPreference, combine
from tenet_ros.stages.preference.learned_sentence import sentence_tokens
from tenet_ros.stages.preference.ranking import Scene
from tenet_ros.types import FloatArray, IntArray, TrackSet

__all__ = ['AGES_S', 'FITS', 'PAIRS', 'SENTENCES', 'SLOTS', 'TRACKS', 'Features', 'look']

SLOTS = 3
"""Phrases with features of their own: the target and two anchors."""

AGES_S = (
    0.0, 0.067, 0.133, 0.2, 0.3, 0.4, 0.55, 0.7, 0.9, 1.1,
    1.4, 1.7, 2.1, 2.5, 3.0, 3.6, 4.3, 5.1, 6.0, 7.0,
)  # fmt: skip
"""How long ago the positions lie that are looked at, finer near now."""

_VELOCITY_S = 0.55
"""Velocity is the slope over so long."""


def _columns(*names: str | tuple[str, int]) -> tuple[Mapping[str, slice], int]:
    """Lay named columns side by side; return their places and how many there are."""
    places, at = {}, 0
    for entry in names:
        name, width = (entry, 1) if isinstance(entry, str) else entry
        places[name] = slice(at, at + width)
        at += width
    return MappingProxyType(places), at


TRACKS, _TRACKS = _columns(
    ('history', 5 * len(AGES_S)),  # dx, dy, d log width, d log height, whether it was there
    ('velocity', 2),
    ('place', 3),
    ('shape', 2),
    ('border', 4),
    ('age', 2),
    ('unseen', 2),
    ('score', 1),
    ('evidence', 2),
)
"""Columns of ``Features.tracks``."""

PAIRS, _PAIRS = _columns(
    ('offset', 4),
    ('size', 1),
    ('overlap', 4),
    ('edges', 3),
    ('motion', 3),
    ('same', 1),
)
"""Columns of ``Features.pairs``."""

FITS, _FITS = _columns(
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

SENTENCES, _SENTENCES = _columns(
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


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Features:
    """One moment, seen under S sentences of at most L tokens, with N tracks.

    Attributes:
        tracks: (N, F) float32, see ``TRACKS``.
        pairs: (N, N, F) float32, of i as seen from j, see ``PAIRS``.
        fits: (S, N, F) float32, how each track fits each sentence, see ``FITS``.
        sentences: (S, F) float32, see ``SENTENCES``.
        tokens: (S, L, M) int64, see ``learned_sentence``.
    """

    tracks: FloatArray
    pairs: FloatArray
    fits: FloatArray
    sentences: FloatArray
    tokens: IntArray


def look(
    queries: Sequence[Query],
    tracks: TrackSet,
    image_size: tuple[int, int],
    explicit: ExplicitPreference,
) -> Features:
    """Measure everything that the learned preference needs.

    Args:
        queries: the S sentences, at least one.
        tracks: the N tracks, at least one.
        image_size: (height, width) of the source image, pixels.
        explicit: whose evidence is among the features.
    """
    scene = explicit.scene(tracks, image_size)
    path, present = _resample(tracks)
    velocity = _velocity(path, present)
    evidence = _gather(queries, tracks, scene, explicit)
    return Features(
        tracks=_track_features(tracks, image_size, path, present, velocity),
        pairs=_pair_features(scene, velocity),
        fits=_fit_features(evidence),
        sentences=_sentence_features(queries, tracks, evidence),
        tokens=sentence_tokens(queries),
    )


def _resample(tracks: TrackSet) -> tuple[Array, npt.NDArray[np.bool_]]:
    """Return x, y, log width, log height (N, A, 4) at ``AGES_S`` ago, and where they are known."""
    times_s = (tracks.history_stamps_ns - tracks.history_stamps_ns[-1]) / 1e9
    at = -np.asarray(AGES_S)
    after = np.clip(np.searchsorted(times_s, at), 0, len(times_s) - 1)
    before = np.maximum(after - 1, 0)
    span = np.maximum(times_s[after] - times_s[before], 1e-9)
    share = np.clip((at - times_s[before]) / span, 0.0, 1.0)[:, None]
    share = np.where((after == before)[:, None], 1.0, share)
    boxes = np.nan_to_num(tracks.history.astype(np.float64), posinf=0.0, neginf=0.0)
    extent = np.log(np.maximum(boxes[..., 2:] - boxes[..., :2], 1.0))
    values = np.concatenate([(boxes[..., :2] + boxes[..., 2:]) / 2, extent], axis=2)
    path = (1.0 - share) * values[:, before] + share * values[:, after]
    valid = tracks.history_valid
    # A frame time before the oldest sample is still that sample.
    reached = at >= times_s[0] - 0.04
    return path, (valid[:, before] | (share[:, 0] >= 1.0)) & valid[:, after] & reached


def _velocity(path: Array, present: npt.NDArray[np.bool_]) -> Array:
    """Return the slope of the centre over the recent time, (N, 2) box sizes per second."""
    ages = np.asarray(AGES_S)
    recent = ages <= _VELOCITY_S + 1e-6
    weight = present[:, recent].astype(np.float64)
    times = -ages[recent]
    count = np.maximum(weight.sum(axis=1, keepdims=True), 1.0)
    t = (times - (weight * times).sum(axis=1, keepdims=True) / count) * weight
    spread = (t * t).sum(axis=1)
    slope = np.einsum('na,nak->nk', t, path[:, recent, :2]) / np.maximum(spread, 1e-3)[:, None]
    return np.asarray(slope / np.exp(path[:, 0, 2:].mean(axis=1))[:, None], np.float64)


def _track_features(
    tracks: TrackSet,
    image_size: tuple[int, int],
    path: Array,
    present: npt.NDArray[np.bool_],
    velocity: Array,
) -> FloatArray:
    height, width = image_size
    n = len(tracks)
    size = np.exp(path[:, 0, 2:].mean(axis=1))
    moved = np.arcsinh(4.0 * (path[..., :2] - path[:, :1, :2]) / size[:, None, None]) / 2
    grown = np.clip(2.0 * (path[..., 2:] - path[:, :1, 2:]), -2.0, 2.0)
    history = np.concatenate([moved, grown, np.ones((n, len(AGES_S), 1))], axis=2)
    history *= present[..., None]
    x0, y0, x1, y1 = np.nan_to_num(tracks.boxes.astype(np.float64)).T
    age_s, unseen_s = tracks.age_ns / 1e9, tracks.unseen_ns / 1e9
    return _table(
        TRACKS,
        _TRACKS,
        (n,),
        {
            'history': history.reshape(n, -1),
            'velocity': np.arcsinh(4.0 * velocity) / 2,
            'place': _side([(x0 + x1) / width - 1, (y0 + y1) / height - 1, 2 * y1 / height - 1]),
            'shape': _side([np.log(size / height) + 2, path[:, 0, 2] - path[:, 0, 3]]),
            'border': 1.0
            * (_side([x0 / width, y0 / height, 1 - x1 / width, 1 - y1 / height]) < 0.01),
            'age': _side([np.log1p(age_s), np.log1p(np.maximum(age_s.max() - age_s, 0.0))]),
            'unseen': _side([np.minimum(unseen_s, 3.0), unseen_s > 0.25]),
            'score': tracks.scores[:, None],
            'evidence': _side([np.log1p(tracks.evidence) / 2, tracks.evidence < 1]),
        },
    )


def _pair_features(scene: Scene, velocity: Array) -> FloatArray:
    pairs = scene.pairs
    dx, dy = pairs.dx / pairs.scale, pairs.dy / pairs.scale
    drift = velocity[:, None] * pairs.size[:, None, None] - velocity * pairs.size[:, None]
    drift = drift / pairs.scale[..., None]
    closing = (drift[..., 0] * dx + drift[..., 1] * dy) / np.maximum(np.hypot(dx, dy), 0.1)
    n = len(pairs.x)
    return _table(
        PAIRS,
        _PAIRS,
        (n, n),
        {
            'offset': _side(
                [
                    np.arcsinh(dx),
                    np.arcsinh(dy),
                    2 * pairs.dx / scene.width,
                    2 * pairs.dy / scene.height,
                ]
            ),
            'size': np.log(pairs.size[:, None] / pairs.size)[..., None],
            'overlap': _side([pairs.iou, pairs.inside, pairs.inside.T, pairs.column]),
            'edges': _side([np.exp(-pairs.gap), np.arcsinh(pairs.base), np.arcsinh(pairs.depth)]),
            'motion': np.arcsinh(2 * _side([closing, drift[..., 0], drift[..., 1]])),
            'same': np.eye(n)[..., None],
        },
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Evidence:
    """What is known of S sentences' phrases and N tracks, before it is laid in columns.

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


def _gather(
    queries: Sequence[Query], tracks: TrackSet, scene: Scene, explicit: ExplicitPreference
) -> _Evidence:
    count, n = len(queries), len(tracks)
    found = _Evidence(
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
        fits, slots = terms.fits, _slots(query)
        target = slots[0]
        columns = [query.first_column + phrase for phrase in slots]
        found.words[row, : len(slots)] = tracks.phrase_scores[:, columns].T
        found.fit[row, : len(slots)] = fits[slots]
        found.used[row, : len(slots)] = 1.0
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


def _fit_features(evidence: _Evidence) -> FloatArray:
    words, fit = evidence.words / 3, np.clip(evidence.fit / 4, -3.0, 3.0)
    total = evidence.total
    conditions = evidence.terms.transpose(0, 2, 1) / 3
    hits = np.nan_to_num(evidence.hits)
    lead = words - words.max(axis=2, keepdims=True)
    ahead = np.clip((total - _best_other(total)) / 4, -2.0, 2.0)
    share = _share(4.0 * fit) * evidence.used[..., None]
    return _table(
        FITS,
        _FITS,
        total.shape,
        {
            'words': words.transpose(0, 2, 1),
            'words_lead': np.clip(lead, -2.0, 0.0).transpose(0, 2, 1),
            'fit': fit.transpose(0, 2, 1),
            'share': share.transpose(0, 2, 1),
            'conditions': conditions[..., :2],
            'motion': conditions[..., 2:3],
            'others': conditions[..., 3:],
            'total': _side([total / 4, ahead, _share(total)]),
            'reference': _side([hits, hits - hits.max(axis=1, keepdims=True)]),
        },
    )


def _sentence_features(
    queries: Sequence[Query], tracks: TrackSet, evidence: _Evidence
) -> FloatArray:
    count = len(queries)
    findable = np.zeros((count, SLOTS))
    for row, query in enumerate(queries):
        for place, phrase in enumerate(_slots(query) if query.findable else ()):
            findable[row, place] = 1.0 if query.findable[phrase] else -1.0
    meant = np.asarray([query.expression.count for query in queries])
    best = evidence.total.max(axis=1)
    second = np.sort(evidence.total, axis=1)[:, -2] if len(tracks) > 1 else best - 8.0
    every = np.ones(count)
    return _table(
        SENTENCES,
        _SENTENCES,
        (count,),
        {
            'looks': _side(
                [np.log1p(max(tracks.looks, 0)) / 3 * every, (tracks.looks < 0) * every]
            ),
            'findable': findable,
            'crowd': (np.log1p(len(tracks)) - 2) * every[:, None],
            'best_words': evidence.words.max(axis=2) / 3,
            'best_fit': np.clip(evidence.fit.max(axis=2) / 4, -3.0, 3.0),
            'best': np.clip(_side([best, best - second]) / 4, -3.0, 3.0),
            'watched': evidence.watched,
            'count': _side([meant == 1, meant > 1, meant == 0]),
        },
    )


def _slots(query: Query) -> list[int]:
    """Return the phrases that have slots: what is meant first, then the anchors."""
    expression = query.expression
    order = [*expression.targets, *range(len(expression.phrases))]
    return list(dict.fromkeys(order))[:SLOTS]


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


def _side(columns: Sequence[npt.NDArray[Any]]) -> Array:
    return np.stack(columns, axis=-1).astype(np.float64)


def _table(
    places: Mapping[str, slice],
    width: int,
    shape: tuple[int, ...],
    parts: Mapping[str, npt.NDArray[Any]],
) -> FloatArray:
    """Put named columns in their places; odd input gives bounded numbers, never infinite ones."""
    table = np.empty((*shape, width), np.float32)
    for name, place in places.items():
        table[..., place] = parts[name]
    return np.clip(np.nan_to_num(table, nan=0.0, posinf=8.0, neginf=-8.0), -8.0, 8.0)
