"""Which clips are played. The test split is frozen: a list of seeds and what they must give.

Seeds below 1,000,000 are for training, those from there on for validation, those from 4,000,000
on for the test. Nothing is tuned on the test split.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

import numpy as np

from tenet_ros.errors import ConfigError
from tenet_ros.sim.scene import Scene
from tenet_ros.sim.sentence import Sentence

__all__ = ['FIRST_SEEDS', 'Entry', 'check', 'digest_of', 'entries', 'frozen']

FIRST_SEEDS = {'val': 1_000_000, 'test': 4_000_000}
FROZEN = 'test_split.json'


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One clip of a split.

    Attributes:
        split: 'val' or 'test'.
        seed: of the generator.
        digest: of its scene and sentences; '' where any will do.
    """

    split: str
    seed: int
    digest: str = ''

    @property
    def name(self) -> str:
        """What the clip is called."""
        return f'{self.split}-{self.seed}'


def frozen() -> dict[str, Any]:
    """Return the frozen test split: ``generator``, number of ``sentences``, and ``clips``."""
    path = resources.files('tenet_ros.evaluation.tabletop') / FROZEN
    found: dict[str, Any] = json.loads(path.read_text('utf-8'))
    return found


def entries(split: str, clips: int | None) -> tuple[Entry, ...]:
    """Return the first clips of a split.

    Args:
        split: 'val' or 'test'.
        clips: how many; None for all of the test split, or as many of the validation split.

    Raises:
        ConfigError: another split, or more clips than the test split has.
    """
    if split not in FIRST_SEEDS:
        raise ConfigError(f'--split: expected one of {", ".join(FIRST_SEEDS)}, got {split!r}')
    rows = frozen()['clips']
    count = len(rows) if clips is None else clips
    if split == 'val':
        first = FIRST_SEEDS['val']
        return tuple(Entry(split=split, seed=first + i) for i in range(count))
    if count > len(rows):
        raise ConfigError(f'--clips: the test split has {len(rows)} clips, got {count}')
    return tuple(Entry(split=split, seed=r['seed'], digest=r['digest']) for r in rows[:count])


def digest_of(scene: Scene, sentences: Sequence[Sentence]) -> str:
    """Return the SHA-256 of what a clip is about: things, poses once a second, words, truth."""
    sha = hashlib.sha256()
    for fact in _facts(scene):
        sha.update(fact.encode())
    for sentence in sentences:
        words = (sentence.text, sentence.kind, sentence.form, str(bool(sentence.held_out)))
        sha.update('|'.join(words).encode())
        sha.update(np.packbits(sentence.targets).tobytes())
        sha.update(np.packbits(sentence.judged).tobytes())
    return sha.hexdigest()


def check(entry: Entry, scene: Scene, sentences: Sequence[Sentence]) -> None:
    """Make sure that a clip is the one that was frozen.

    Raises:
        ConfigError: it is another one.
    """
    if entry.digest and digest_of(scene, sentences) != entry.digest:
        raise ConfigError(
            f'clip {entry.name}: its scene or its sentences are not those of the frozen test '
            'split, so figures could not be compared; use the release that froze it, or freeze '
            'the split anew and measure every system again'
        )


def _facts(scene: Scene) -> Iterable[str]:
    """Yield the facts in words and millimetres, so that the last bits of floats do not matter."""
    yield f'{len(scene)} {scene.rate_hz:g} {scene.split} {scene.camera.motion}'
    for thing in scene.things:
        yield f'{thing.category} {thing.colour} {thing.second} {thing.pattern}'
    for activity in scene.activities:
        yield f'{activity.thing} {activity.kind.value} {activity.start_s:.2f} {activity.end_s:.2f}'
    each_second = max(round(scene.rate_hz), 1)
    # Adding 0.0 turns -0.0 into 0.0, which would be written differently.
    positions = np.round(scene.positions[::each_second] * 1000) + 0.0
    yield ' '.join(f'{value:g}' for value in positions.ravel().tolist())
