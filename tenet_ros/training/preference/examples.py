"""Training examples on disk and in batches.

An example is one moment of a clip with all its sentences: what is the same for all of them is kept
once. Moments differ in the numbers of tracks and sentences, so they lie end to end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from tenet_ros.errors import SourceError
from tenet_ros.stages.preference.learned_features import Features
from tenet_ros.stages.preference.learned_sentence import BAG, MOST_TOKENS

__all__ = ['Batch', 'Examples', 'Labelled', 'Labels']

IGNORED = -1
"""Label of what is neither right nor wrong."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Labels:
    """What is true at one moment of S sentences and N tracks.

    Attributes:
        meant: (S, N) int8, 1 for a track on what is meant, 0 for another, ``IGNORED``.
        null: (S,) int8, 1 where nothing is meant, 0 where something is, ``IGNORED``.
        judged: (S,) bool, whether somebody watching could say.
        kind: (S,) int8, index into ``sim.sentence.KINDS``.
    """

    meant: npt.NDArray[np.int8]
    null: npt.NDArray[np.int8]
    judged: npt.NDArray[np.bool_]
    kind: npt.NDArray[np.int8]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Labelled:
    """One moment with its truth."""

    features: Features
    labels: Labels
    clip: int
    time_s: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Batch:
    """B moments, padded to S sentences, N tracks and L tokens.

    The inputs are as ``PreferenceNet`` takes them, float32 and int64. Padded sentences have
    ``judged`` False, and labels of ``IGNORED``; ``real`` says which sentences are none of them.
    """

    tracks: npt.NDArray[np.float32]
    pairs: npt.NDArray[np.float32]
    present: npt.NDArray[np.float32]
    fits: npt.NDArray[np.float32]
    sentences: npt.NDArray[np.float32]
    tokens: npt.NDArray[np.int64]
    meant: npt.NDArray[np.int8]
    null: npt.NDArray[np.int8]
    judged: npt.NDArray[np.bool_]
    kind: npt.NDArray[np.int8]
    real: npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Examples:
    """Moments end to end; M of them, with N_m tracks and S_m sentences each.

    Attributes:
        count: (M, 2) int32, N_m and S_m.
        clip: (M,) int32, which clip each is of.
        time_s: (M,) float32, when.
        tracks: (sum N, F) float16.
        pairs: (sum N * N, F) float16.
        fits: (sum S * N, F) float16.
        sentences: (sum S, F) float16.
        tokens: (sum S, MOST_TOKENS, BAG) int16.
        meant: (sum S * N,) int8; ``null``, ``judged``, ``kind``: (sum S,); see ``Labels``.
    """

    count: npt.NDArray[np.int32]
    clip: npt.NDArray[np.int32]
    time_s: npt.NDArray[np.float32]
    tracks: npt.NDArray[np.float16]
    pairs: npt.NDArray[np.float16]
    fits: npt.NDArray[np.float16]
    sentences: npt.NDArray[np.float16]
    tokens: npt.NDArray[np.int16]
    meant: npt.NDArray[np.int8]
    null: npt.NDArray[np.int8]
    judged: npt.NDArray[np.bool_]
    kind: npt.NDArray[np.int8]

    def __len__(self) -> int:
        """Return the number of moments."""
        return len(self.count)

    @classmethod
    def of(cls, moments: Sequence[Labelled]) -> Examples:
        """Lay moments end to end; at least one."""
        features = [moment.features for moment in moments]
        labels = [moment.labels for moment in moments]
        tokens = [np.zeros((len(f.tokens), MOST_TOKENS, BAG), np.int16) for f in features]
        for padded, f in zip(tokens, features, strict=True):
            padded[:, : f.tokens.shape[1]] = f.tokens
        return cls(
            count=np.asarray([(len(f.tracks), len(f.fits)) for f in features], np.int32),
            clip=np.asarray([moment.clip for moment in moments], np.int32),
            time_s=np.asarray([moment.time_s for moment in moments], np.float32),
            tracks=np.concatenate([f.tracks for f in features]).astype(np.float16),
            pairs=np.concatenate([_flat(f.pairs) for f in features]).astype(np.float16),
            fits=np.concatenate([_flat(f.fits) for f in features]).astype(np.float16),
            sentences=np.concatenate([f.sentences for f in features]).astype(np.float16),
            tokens=np.concatenate(tokens),
            meant=np.concatenate([each.meant.ravel() for each in labels]),
            null=np.concatenate([each.null for each in labels]),
            judged=np.concatenate([each.judged for each in labels]),
            kind=np.concatenate([each.kind for each in labels]),
        )

    @classmethod
    def joined(cls, parts: Sequence[Examples]) -> Examples:
        """Lay several sets end to end; at least one."""
        return cls(**{n: np.concatenate([getattr(p, n) for p in parts]) for n in _NAMES})

    @classmethod
    def load(cls, folder: Path) -> Examples:
        """Read every shard of a folder, in the order of their names.

        Raises:
            SourceError: there is none.
        """
        shards = sorted(folder.glob('*.npz'))
        if not shards:
            raise SourceError(
                f'expected examples (*.npz) in {folder}, found none; run `data` first'
            )
        parts = []
        for shard in shards:
            with np.load(shard) as arrays:
                parts.append(cls(**{name: arrays[name] for name in _NAMES}))
        return cls.joined(parts)

    def save(self, path: Path) -> None:
        """Write one shard; whole or not at all."""
        unfinished = path.with_suffix('.part')
        with unfinished.open('wb') as file:
            np.savez(file, **{name: getattr(self, name) for name in _NAMES})
        unfinished.replace(path)

    def starts(self) -> npt.NDArray[np.int64]:
        """Return where each moment begins: (M + 1, 4) rows of tracks, pairs, fits, sentences."""
        n, s = self.count.astype(np.int64).T
        sizes = np.stack([n, n * n, n * s, s], axis=1)
        return np.concatenate([np.zeros((1, 4), np.int64), sizes.cumsum(axis=0)])

    def batch(self, rows: npt.NDArray[np.int64], starts: npt.NDArray[np.int64]) -> Batch:
        """Return some moments, padded.

        Args:
            rows: (B,) which.
            starts: of ``starts()``.
        """
        counts = self.count[rows]
        b, n, s = len(rows), int(counts[:, 0].max()), int(counts[:, 1].max())
        batch = Batch(
            tracks=np.zeros((b, n, self.tracks.shape[1]), np.float32),
            pairs=np.zeros((b, n, n, self.pairs.shape[1]), np.float32),
            present=np.zeros((b, n), np.float32),
            fits=np.zeros((b, s, n, self.fits.shape[1]), np.float32),
            sentences=np.zeros((b, s, self.sentences.shape[1]), np.float32),
            tokens=np.zeros((b, s, MOST_TOKENS, BAG), np.int64),
            meant=np.full((b, s, n), IGNORED, np.int8),
            null=np.full((b, s), IGNORED, np.int8),
            judged=np.zeros((b, s), np.bool_),
            kind=np.zeros((b, s), np.int8),
            real=np.zeros((b, s), np.bool_),
        )
        for place, row in enumerate(rows.tolist()):
            self._copy(batch, place, counts[place].tolist(), starts[row : row + 2].T.tolist())
        longest = int((batch.tokens[..., 0] != 0).sum(axis=2).max(initial=1))
        return replace(batch, tokens=batch.tokens[:, :, :longest])

    def _copy(self, to: Batch, place: int, counts: list[int], spans: list[list[int]]) -> None:
        n, s = counts
        tracks, pairs, fits, sentences = (slice(*span) for span in spans)
        to.tracks[place, :n] = self.tracks[tracks]
        to.pairs[place, :n, :n] = self.pairs[pairs].reshape(n, n, -1)
        to.present[place, :n] = 1.0
        to.fits[place, :s, :n] = self.fits[fits].reshape(s, n, -1)
        to.sentences[place, :s] = self.sentences[sentences]
        to.tokens[place, :s] = self.tokens[sentences]
        to.meant[place, :s, :n] = self.meant[fits].reshape(s, n)
        to.null[place, :s] = self.null[sentences]
        to.judged[place, :s] = self.judged[sentences]
        to.kind[place, :s] = self.kind[sentences]
        to.real[place, :s] = True


_NAMES = tuple(field.name for field in fields(Examples))


def _flat(table: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    return table.reshape(-1, table.shape[-1])
