"""The learned preference: a small transformer over all tracks, for all sentences in one run.

It sees what ``learned_features`` measures and says, for every track by itself, the logit that it
is what is meant; for the null, that nothing here is; and how settled the evidence is. Its graph
is made by ``tenet_ros.training.preference``.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tenet_ros.config import DecisionConfig
from tenet_ros.inference.session import Session
from tenet_ros.language.expression import Query
from tenet_ros.stages.preference.evidence import bounded
from tenet_ros.stages.preference.explicit import ExplicitPreference
from tenet_ros.stages.preference.learned_doubts import ruled_out
from tenet_ros.stages.preference.learned_features import FITS, Features, look
from tenet_ros.stages.preference.learned_rules import with_rules
from tenet_ros.stages.preference.metric import in_the_picture, with_metres
from tenet_ros.stages.protocols import PreferenceScores
from tenet_ros.types import FloatArray, IntArray, TrackSet

__all__ = ['ADVISED', 'LearnedPreference', 'choose_rows', 'tensors']

ADVISED = DecisionConfig(
    commit=0.55, release=0.45, release_after_ms=300.0, switch_margin=0.25, switch_after_ms=300.0
)
"""Its probabilities are calibrated, so decisions on them need less patience than on rules: the
best on clips kept for validation."""

MOST_TRACKS = 64
"""More are not compared: of a larger crowd, those that fit best by what can be written down."""
_OUT_OF_IT = np.float32(-12.0)
"""Logit of a track that was not compared."""


class LearnedPreference:
    """Scores tracks by a trained network.

    Args:
        session: of the manifest ``preference``, active.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._explicit = ExplicitPreference()

    def score_all(
        self, queries: Sequence[Query], tracks: TrackSet, image_size: tuple[int, int]
    ) -> tuple[PreferenceScores, ...]:
        """Score every track, and the null, for every sentence of a command.

        Args:
            queries: the sentences and their columns.
            tracks: (N) tracks; only what they hold now is used.
            image_size: (height, width) of the source image, pixels.

        Raises:
            EngineError: the session is not active, or failed.
        """
        if not len(tracks) or not queries:
            return self._explicit.score_all(queries, tracks, image_size)
        features = look(queries, in_the_picture(tracks), image_size, self._explicit)
        rows = choose_rows(features)
        answer = self._session.infer(tensors(features, rows))
        logits = np.full((len(queries), len(tracks)), _OUT_OF_IT, np.float32)
        logits[:, rows] = answer['logits']
        logits -= ruled_out(queries, tracks)
        settled = 1.0 / (1.0 + np.exp(-bounded(answer['settled'], -30.0, 30.0)))
        scores = tuple(
            PreferenceScores(logits=of_tracks, null=null, settled=sure)
            for of_tracks, null, sure in zip(
                logits, answer['null'].tolist(), settled.tolist(), strict=True
            )
        )
        scores = with_rules(scores, queries, features)
        return with_metres(scores, queries, tracks, image_size, self._explicit)


def choose_rows(features: Features) -> IntArray:
    """Return the tracks to compare, ascending: all, or the ``MOST_TRACKS`` that fit best."""
    count = len(features.tracks)
    if count <= MOST_TRACKS:
        return np.arange(count)
    # In whatever part: an anchor matters as much as the target.
    best = features.fits[..., FITS['fit']].max(axis=(0, 2))
    return np.sort(np.argsort(-best, kind='stable')[:MOST_TRACKS])


def tensors(features: Features, rows: IntArray) -> dict[str, FloatArray | IntArray]:
    """Return the network's inputs for some of the tracks.

    Args:
        features: of all N tracks.
        rows: (K,) int64, which.
    """
    return {
        'tracks': features.tracks[rows],
        'pairs': features.pairs[np.ix_(rows, rows)],
        'present': np.ones(len(rows), np.float32),
        'fits': features.fits[:, rows],
        'sentences': features.sentences,
        'tokens': features.tokens,
    }
