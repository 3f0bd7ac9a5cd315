"""What the learned preference looks at: tracks, pairs of tracks, and how each fits each sentence.

Training and run time share this code. Everything comes from ``TrackSet`` and ``Query`` alone, so
one head serves every detector; everything is relative to box or image size and to seconds, so it
serves every camera and frame rate. Each table is measured in a module of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tenet_ros.language.expression import Query
from tenet_ros.stages.preference.explicit import ExplicitPreference
from tenet_ros.stages.preference.learned_evidence import SLOTS, Evidence
from tenet_ros.stages.preference.learned_fits import (
    FITS,
    SENTENCES,
    fit_features,
    sentence_features,
)
from tenet_ros.stages.preference.learned_pairs import PAIRS, pair_features
from tenet_ros.stages.preference.learned_sentence import sentence_tokens
from tenet_ros.stages.preference.learned_tracks import AGES_S, TRACKS, Trails, track_features
from tenet_ros.types import FloatArray, IntArray, TrackSet

__all__ = ['AGES_S', 'FITS', 'PAIRS', 'SENTENCES', 'SLOTS', 'TRACKS', 'Features', 'look']


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
    trails = Trails.of(tracks)
    evidence = Evidence.of(queries, tracks, scene, explicit)
    return Features(
        tracks=track_features(tracks, image_size, trails),
        pairs=pair_features(scene, trails.velocity),
        fits=fit_features(evidence),
        sentences=sentence_features(queries, tracks, evidence),
        tokens=sentence_tokens(queries),
    )
