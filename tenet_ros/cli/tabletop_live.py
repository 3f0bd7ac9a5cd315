"""The tabletop through a real camera process and a real node: latency, rate, memory, cost.

What one sentence costs and what ten do is measured in turns, in short runs: the speed of a machine
that is shared with others drifts by more within a minute than the one differs from the other.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from tenet_ros.cli.bench_stream import measure as measure_stream
from tenet_ros.errors import ConfigError
from tenet_ros.evaluation.tabletop.footage import asked, projected
from tenet_ros.sim.recording import load
from tenet_ros.sim.sentence import Sentence

__all__ = ['LOOKED_AT', 'measure_live']

TEN = 10
LOOKED_AT = 12
"""Clips among which the one with most sentences is taken."""

TURNS = 6
"""Pairs of short runs, of one sentence and of ten."""
TURN_S = 10.0
"""Length of each."""
ONCE = frozenset({'prepare', 'detector_rest'})
"""Stages that no frame costs: what a new command takes, and rests."""


def measure_live(
    args: argparse.Namespace, folders: Sequence[Path], *, seconds: float
) -> dict[str, Any]:
    """Play one clip over and over to a node that answers one sentence, or ten.

    ``one`` and ``ten`` are a long run each. ``cost`` is of short ones in turns: ``ms`` lists for
    each the sum of the medians of what a frame takes in the node's stages, ``cpu_ms`` the CPU time
    of the node per answered frame, and the ratios are medians over the pairs.

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
    said_to = {'one': texts[0], 'ten': ';'.join(texts)}

    def run(name: str, seconds: float) -> dict[str, Any]:
        return measure_stream(_stream_arguments(args, folder, said_to[name], seconds))

    runs = {name: run(name, seconds) for name in said_to}
    turns: dict[str, list[dict[str, Any]]] = {name: [] for name in said_to}
    for turn in range(TURNS):
        # Who goes first changes, so that a steady drift is nobody's gain.
        for name in tuple(said_to)[:: 1 if turn % 2 == 0 else -1]:
            turns[name].append(run(name, TURN_S))
    cost = cost_of(turns['one'], turns['ten'])
    goals = _goals(runs['one'], cost['ratio'])
    for goal in goals:
        print(f'{goal["goal"]:28} {goal["limit"]:>8}  {goal["figure"]:.3g}')
    return {**runs, 'cost': cost, 'goals': goals}


def cost_of(one: Sequence[dict[str, Any]], ten: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the costs of runs that were made in turns, and their ratios; see ``measure_live``.

    Args:
        one: reports of ``bench stream``, as many as of the other.
        ten: likewise.

    Raises:
        ConfigError: in one of the runs nothing was answered.
    """
    runs = {'one': one, 'ten': ten}
    ms = {name: [_frame_ms(run) for run in of] for name, of in runs.items()}
    cpu_ms = {name: [float(run['cpu_ms']) for run in of] for name, of in runs.items()}
    if min(ms['one'] + cpu_ms['one']) <= 0:
        raise ConfigError('expected answers in every run, in one the node gave none; run it again')
    ratios = np.asarray(ms['ten']) / ms['one']
    return {
        'ms': {name: np.round(values, 2).tolist() for name, values in ms.items()},
        'cpu_ms': cpu_ms,
        'ratio': round(float(np.median(ratios)), 3),
        'ratios': ratios.round(3).tolist(),
        'cpu_ratio': round(float(np.median(np.asarray(cpu_ms['ten']) / cpu_ms['one'])), 3),
        'stage_ms': {name: _stages(of) for name, of in runs.items()},
    }


def _frame_ms(run: dict[str, Any]) -> float:
    """Return the sum of the medians of what a frame takes."""
    return float(sum(ms for name, ms in run['stage_ms'].items() if name not in ONCE))


def _stages(runs: Sequence[dict[str, Any]]) -> dict[str, float]:
    """Return the median of each stage over some runs."""
    names = sorted({name for run in runs for name in run['stage_ms']})
    each = {name: [run['stage_ms'].get(name, 0.0) for run in runs] for name in names}
    return {name: round(float(np.median(values)), 2) for name, values in each.items()}


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
