"""The explicit preference: written-down evidence per track, summed as log odds."""

from __future__ import annotations

import numpy as np

from tenet_ros.config import PreferenceConfig
from tenet_ros.language.expression import Query
from tenet_ros.stages.protocols import PreferenceScores
from tenet_ros.types import TrackSet

__all__ = ['ExplicitPreference']


class ExplicitPreference:
    """Scores tracks by rules; the baseline of any learned preference.

    Args:
        config: weights.
    """

    def __init__(self, config: PreferenceConfig | None = None) -> None:
        self._config = config or PreferenceConfig()

    def score(
        self, query: Query, tracks: TrackSet, image_size: tuple[int, int]
    ) -> PreferenceScores:
        """Score every track, and the null, for one sentence."""
        del image_size
        fit = np.clip(tracks.phrase_scores[:, query.first_column], 1e-3, 1.0 - 1e-3)
        logits = np.log(fit / (1.0 - fit)) + 1.5
        return PreferenceScores(
            logits=np.asarray(logits, np.float32),
            null=-float(logits.max(initial=-3.0)),
            settled=1.0 if tracks.looks > 1 else 0.0,
        )
