"""The tabletop through a real camera process and a real node: latency, rate, memory, cost."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tenet_ros.cli.bench_stream import measure as measure_stream
from tenet_ros.errors import ConfigError
from tenet_ros.evaluation.tabletop.footage import asked, projected
from tenet_ros.sim.recording import load
from tenet_ros.sim.sentence import Sentence

__all__ = ['LOOKED_AT', 'measure_live']

TEN = 10
LOOKED_AT = 12
"""Clips among which the one with most sentences is taken."""


def measure_live(
    args: argparse.Namespace, folders: Sequence[Path], *, seconds: float
) -> dict[str, Any]:
    """Play one clip over and over to a node that answers one sentence, then ten.

    ``cost_ms`` is the sum of the medians of the node's stages, rests left out; ``cost_ratio`` what
    ten sentences cost, in times of one.

    Args:
        args: of the subcommand.
        folders: recordings to choose from.
        seconds: length of each run.

    Raises:
        ConfigError: no clip has ten sentences, or a process failed.
    """
    folder, said = _many_sentences(folders)
    # First what is there most of the time: a sentence without an answer costs no mask.
    texts = [s.text for s in sorted(said, key=lambda s: -s.targets.any(axis=1).mean())]
    runs: dict[str, Any] = {
        name: measure_stream(_stream_arguments(args, folder, sentence, seconds))
        for name, sentence in (('one', texts[0]), ('ten', ';'.join(texts)))
    }
    for run in runs.values():
        spent = {name: ms for name, ms in run['stage_ms'].items() if name != 'detector_rest'}
        run['cost_ms'] = round(sum(spent.values()), 2)
    ratio = runs['ten']['cost_ms'] / runs['one']['cost_ms'] if runs['one']['cost_ms'] else 0.0
    goals = _goals(runs['one'], ratio)
    for goal in goals:
        print(f'{goal["goal"]:28} {goal["limit"]:>8}  {goal["figure"]:.3g}')
    return {**runs, 'cost_ratio': round(ratio, 3), 'goals': goals}


def _many_sentences(folders: Sequence[Path]) -> tuple[Path, tuple[Sentence, ...]]:
    best: tuple[Path, tuple[Sentence, ...]] | None = None
    for folder in folders[:LOOKED_AT]:
        scene = load(folder).scene
        said = asked(scene, projected(scene, folder.name, folder.parent.parent), TEN)
        if best is None or len(said) > len(best[1]):
            best = folder, said
    if best is None or len(best[1]) < TEN:
        most = 0 if best is None else len(best[1])
        raise ConfigError(
            f'expected a clip with {TEN} sentences, the first {LOOKED_AT} have at most {most}; '
            'ask for more clips with --clips'
        )
    return best


def _stream_arguments(
    args: argparse.Namespace, folder: Path, sentence: str, seconds: float
) -> argparse.Namespace:
    """Return the command line of ``bench stream`` for a recording."""
    fixed = {
        'source': folder,
        'sentence': sentence,
        'duration': seconds,
        'rate': None,
        'transport': 'raw',
        'gt': None,
        'object': None,
        'image_topic': None,
        'depth_topic': None,
        'info_topic': None,
    }
    return argparse.Namespace(**{**vars(args), **fixed})


def _goals(one: dict[str, Any], ratio: float) -> list[dict[str, Any]]:
    """Return what the live figures are meant to reach, and whether they do."""
    checks = (
        ('answers per second', '>= 28', one['out_hz'], one['out_hz'] >= 28),
        ('latency p95, ms', '<= 60', one['latency_ms']['p95'], one['latency_ms']['p95'] <= 60),
        ('memory growth', '<= 0.02', one['rss_mb']['growth'], one['rss_mb']['growth'] <= 0.02),
        ('ten sentences cost', '<= 1.6', round(ratio, 3), ratio <= 1.6),
    )
    return [{'goal': g, 'limit': limit, 'figure': f, 'met': met} for g, limit, f, met in checks]
