"""What is left of a batch when one part of the method is taken away."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from tenet_ros.errors import ConfigError
from tenet_ros.stages.preference.learned_features import FITS, PAIRS, SENTENCES, TRACKS
from tenet_ros.training.preference.examples import Batch, Examples

__all__ = ['ABLATIONS', 'ablate', 'usable']

ABLATIONS: Mapping[str, str] = MappingProxyType(
    {
        'motion': 'no history, velocity, relative motion, nor what is written down of motion',
        'relation_attention': 'nothing of pairs in the attention',
        'null': 'no null of its own: "nothing" is said where every track is unlikely',
        'prefix': 'trained on what is known near the end of clips alone',
        'reference': "no word of the detector's own answer to the sentence",
        'explicit': 'none of the evidence that is written down beyond scores of phrases',
    }
)
_ENDING_S = 6.0


def usable(name: str, examples: Examples) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Return the moments that training may use, (K,) int64.

    Raises:
        ConfigError: no such ablation.
    """
    if name and name not in ABLATIONS:
        raise ConfigError(f'ablate: expected one of {", ".join(ABLATIONS)}, got {name!r}; use one')
    late = examples.time_s >= _ENDING_S if name == 'prefix' else examples.time_s >= 0.0
    return np.flatnonzero(late).astype(np.int64)


def ablate(name: str, batch: Batch) -> None:
    """Take a part away, in place."""
    if name == 'motion':
        # Of a sum that motion went into, only the sum can be corrected, not rank or share.
        target = batch.fits[..., FITS['motion']]
        for sums in (FITS['total'], FITS['fit']):
            batch.fits[..., sums.start : sums.start + 1] -= 0.75 * target
        batch.fits[..., FITS['total'].start + 1 : FITS['total'].stop] = 0.0
        _blank(batch.fits, FITS, ('motion', 'share'))
        _blank(batch.tracks, TRACKS, ('history', 'velocity'))
        _blank(batch.pairs, PAIRS, ('motion',))
        batch.sentences[..., SENTENCES['best'].start] = batch.fits[..., FITS['total'].start].max(-1)
        batch.sentences[..., SENTENCES['best'].start + 1] = 0.0
        _blank(batch.sentences, SENTENCES, ('best_fit', 'watched'))
    elif name == 'relation_attention':
        batch.pairs[:] = 0.0
    elif name == 'reference':
        _blank(batch.fits, FITS, ('reference',))
    elif name == 'explicit':
        _blank(batch.fits, FITS, ('fit', 'share', 'conditions', 'motion', 'others', 'total'))
        _blank(batch.sentences, SENTENCES, ('best_fit', 'best', 'watched'))


def _blank(
    table: np.ndarray[tuple[int, ...], np.dtype[np.float32]],
    places: Mapping[str, slice],
    names: tuple[str, ...],
) -> None:
    for name in names:
        table[..., places[name]] = 0.0
