"""Crops on disk: written once by whoever has time, read by the training as they appear."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from tenet_ros.errors import SourceError
from tenet_ros.training.segmenter.crops import CROP
from tenet_ros.types import UInt8Array

__all__ = ['Pool', 'write']

_SHARD = 1000


class Pool:
    """The crops of one folder, which may still be growing.

    Args:
        folder: of shards, ``*.npy``, each (n, 160, 160, 5) uint8.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._shards: dict[str, UInt8Array] = {}
        self.refresh()

    def __len__(self) -> int:
        """Return how many crops have appeared so far."""
        return sum(len(shard) for shard in self._shards.values())

    def refresh(self) -> None:
        """Map the shards that have appeared since."""
        for path in sorted(self._folder.glob('*.npy')):
            if path.name not in self._shards:
                self._shards[path.name] = np.load(path, mmap_mode='r')

    def draw(self, rng: np.random.Generator) -> UInt8Array:
        """Return one crop, (160, 160, 5) uint8, any with the same probability.

        Raises:
            SourceError: there is none yet.
        """
        if not self._shards:
            raise SourceError(f'{self._folder}: expected shards *.npy, got none; prepare some')
        shards = list(self._shards.values())
        at = int(rng.integers(len(self)))
        for shard in shards:
            if at < len(shard):
                return np.asarray(shard[at])
            at -= len(shard)
        raise AssertionError(at)


def write(folder: Path, crops: Iterator[UInt8Array]) -> int:
    """Write crops as shards of 1000; return how many there were. A shard appears all at once."""
    folder.mkdir(parents=True, exist_ok=True)
    batch: list[UInt8Array] = []
    total = 0

    def flush() -> None:
        part = folder / f'{total:07d}.part'
        with part.open('wb') as file:
            np.save(file, np.stack(batch))
        part.rename(part.with_suffix('.npy'))
        batch.clear()

    for crop in crops:
        batch.append(crop)
        if len(batch) == _SHARD:
            flush()
            total += _SHARD
    count = total + len(batch)
    if batch:
        flush()
    (folder / 'pool.json').write_text(json.dumps({'crops': count, 'side': CROP}))
    return count
