"""What the learned preference sees of each track by itself: where it has been, and how it looks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tenet_ros.stages.preference.evidence import Array, bounded, finite
from tenet_ros.stages.preference.learned_columns import columns, side, table
from tenet_ros.types import FloatArray, TrackSet

__all__ = ['AGES_S', 'TRACKS', 'Trails', 'track_features']

AGES_S = (
    0.0, 0.067, 0.133, 0.2, 0.3, 0.4, 0.55, 0.7, 0.9, 1.1,
    1.4, 1.7, 2.1, 2.5, 3.0, 3.6, 4.3, 5.1, 6.0, 7.0,
)  # fmt: skip
"""How long ago the positions lie that are looked at, finer near now."""

_VELOCITY_S = 0.55
"""Velocity is the slope over so long."""

TRACKS = columns(
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


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Trails:
    """Where N tracks have been, at A = ``len(AGES_S)`` moments.

    Attributes:
        path: (N, A, 4) float64, x and y of the centre, log width and log height; pixels.
        present: (N, A) bool, where that is known.
        velocity: (N, 2) float64, slope of the centre over the recent time, box sizes per second.
    """

    path: Array
    present: npt.NDArray[np.bool_]
    velocity: Array

    @classmethod
    def of(cls, tracks: TrackSet) -> Trails:
        """Read histories at ``AGES_S`` ago, whatever the frame rate was."""
        path, present = _resample(tracks)
        return cls(path=path, present=present, velocity=_velocity(path, present))


def track_features(tracks: TrackSet, image_size: tuple[int, int], trails: Trails) -> FloatArray:
    """Return what is seen of each track, (N, F) float32, see ``TRACKS``.

    Args:
        tracks: the N tracks, at least one.
        image_size: (height, width) of the source image, pixels.
        trails: of these tracks.
    """
    height, width = image_size
    path = trails.path
    n = len(tracks)
    size = np.exp(path[:, 0, 2:].mean(axis=1))
    moved = np.arcsinh(4.0 * (path[..., :2] - path[:, :1, :2]) / size[:, None, None]) / 2
    grown = bounded(2.0 * (path[..., 2:] - path[:, :1, 2:]), -2.0, 2.0)
    history = np.concatenate([moved, grown, np.ones((n, len(AGES_S), 1))], axis=2)
    history *= trails.present[..., None]
    x0, y0, x1, y1 = finite(tracks.boxes.astype(np.float64)).T
    age_s, unseen_s = tracks.age_ns / 1e9, tracks.unseen_ns / 1e9
    return table(
        TRACKS,
        (n,),
        {
            'history': history.reshape(n, -1),
            'velocity': np.arcsinh(4.0 * trails.velocity) / 2,
            'place': side([(x0 + x1) / width - 1, (y0 + y1) / height - 1, 2 * y1 / height - 1]),
            'shape': side([np.log(size / height) + 2, path[:, 0, 2] - path[:, 0, 3]]),
            'border': 1.0
            * (side([x0 / width, y0 / height, 1 - x1 / width, 1 - y1 / height]) < 0.01),
            'age': side([np.log1p(age_s), np.log1p(np.maximum(age_s.max() - age_s, 0.0))]),
            'unseen': side([np.minimum(unseen_s, 3.0), unseen_s > 0.25]),
            'score': tracks.scores[:, None],
            'evidence': side([np.log1p(tracks.evidence) / 2, tracks.evidence < 1]),
        },
    )


def _resample(tracks: TrackSet) -> tuple[Array, npt.NDArray[np.bool_]]:
    """Return x, y, log width, log height (N, A, 4) at ``AGES_S`` ago, and where they are known."""
    times_s = (tracks.history_stamps_ns - tracks.history_stamps_ns[-1]) / 1e9
    at = -np.asarray(AGES_S)
    after = np.clip(np.searchsorted(times_s, at), 0, len(times_s) - 1)
    before = np.maximum(after - 1, 0)
    span = np.maximum(times_s[after] - times_s[before], 1e-9)
    share = bounded((at - times_s[before]) / span, 0.0, 1.0)[:, None]
    share = np.where((after == before)[:, None], 1.0, share)
    history = tracks.history.astype(np.float64)
    boxes = np.where(np.isfinite(history), history, 0.0)
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
