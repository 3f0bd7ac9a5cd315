"""What the words rule out, whatever the learned preference makes of the rest.

The head is trained with detectors that are wrong now and then, and so it forgives a thing that
hardly fits the words. It forgives too much where something else in view fits them plainly: asked
for "the smaller bowl" of two, it would take a cube that is smaller still.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tenet_ros.language.expression import Query
from tenet_ros.stages.preference.evidence import finite, log_odds
from tenet_ros.types import FloatArray, TrackSet

__all__ = ['ruled_out']

_FORGIVEN = 3.0
"""So far, in log odds, a track may stay behind the words' best without being doubted."""
_IN_VIEW_NS = 600_000_000
"""Only what was seen this recently sets the measure."""


def ruled_out(queries: Sequence[Query], tracks: TrackSet) -> FloatArray:
    """Return what to take from each track's logit, (S, N) float32, zero or above.

    By how much more than is forgiven the track's score stays behind that of the best track in
    view, for that phrase among those that the sentence means for which it does least.

    Args:
        queries: the S sentences and their columns.
        tracks: the N tracks; those without a look under this command are let be.
    """
    looked = tracks.evidence > 0
    measure = looked & (tracks.unseen_ns <= _IN_VIEW_NS)
    doubt = np.zeros((len(queries), len(tracks)), np.float32)
    if not measure.any():
        return doubt
    words = log_odds(finite(tracks.phrase_scores.astype(np.float64)))
    behind = np.maximum(words[measure].max(axis=0) - words - _FORGIVEN, 0.0).T
    for row, query in enumerate(queries):
        first, *others = query.expression.targets
        doubt[row] = behind[query.first_column + first]
        for phrase in others:
            doubt[row] = np.minimum(doubt[row], behind[query.first_column + phrase])
    doubt[:, ~looked] = 0.0
    return doubt
