"""``tenet-ros bench tabletop``: how often the right mask follows the right object, and how soon."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tenet_ros.cli.options import add_model_options, count, seconds, settings_of
from tenet_ros.errors import ConfigError

if TYPE_CHECKING:
    from tenet_ros.evaluation.tabletop.run import Outcome
    from tenet_ros.evaluation.tabletop.split import Entry

__all__ = ['add_parser', 'measure']

LIVE_S = 30.0


def add_parser(kinds: Any) -> argparse.ArgumentParser:
    """Add the benchmark to those of ``tenet-ros bench``."""
    parser: argparse.ArgumentParser = kinds.add_parser(
        'tabletop',
        help='the simulated tabletop: our answers beside baselines and oracles',
        description='Play clips of the simulated tabletop, ask about six sentences of each, and '
        'score every system by the object that the sentence means. The test split is frozen; '
        'tune on --split val. Clips are rendered once, into the cache, which needs the extra '
        '[sim]. With --live a camera and a node run as processes instead, for latency, rate, '
        'memory and the cost of ten sentences.',
    )
    parser.add_argument(
        '--clips', type=count, metavar='N', help='the first N clips (default: all; live, 12)'
    )
    parser.add_argument(
        '--split',
        choices=('test', 'val'),
        help='default: test; with --live, which shows its sentences, val',
    )
    parser.add_argument(
        '--kinds', default='', metavar='K,K', help='ask sentences of these kinds alone'
    )
    add_model_options(parser)
    parser.set_defaults(preset='tabletop')
    parser.add_argument('--cache', type=Path, metavar='DIR', help='where rendered clips are kept')
    parser.add_argument('--jobs', type=count, default=2, help='processes (default: %(default)s)')
    parser.add_argument('--only-render', action='store_true', help='fill the cache and stop')
    parser.add_argument('--html', type=Path, metavar='DIR', help='write a report to look at here')
    live = parser.add_argument_group('with processes in real time')
    live.add_argument('--live', action='store_true', help='run a camera and a node instead')
    live.add_argument(
        '--minutes',
        type=seconds,
        metavar='M',
        help='of a long run with one sentence, and of one with ten (default: half a minute); what '
        'both cost is measured in short runs afterwards, in about three minutes',
    )
    live.add_argument('--domain', type=int, metavar='ID', help='ROS domain (default: by chance)')
    return parser


def measure(args: argparse.Namespace) -> dict[str, Any]:
    """Render what is missing, play, print, write the report, and return the figures.

    Raises:
        ConfigError: no such clips, kinds or settings, or the clips are not the frozen ones.
        EngineError: a model is missing.
        GraphicsError: clips are missing and nothing here can render.
    """
    from tenet_ros.cli.tabletop_live import LOOKED_AT, measure_live
    from tenet_ros.evaluation.tabletop.run import render_all
    from tenet_ros.evaluation.tabletop.split import entries, frozen

    kinds = _kinds(args.kinds)
    cache = args.cache or _default_cache()
    name = args.split or ('val' if args.live else 'test')
    chosen = entries(name, args.clips or (LOOKED_AT if args.live else None))
    folders = list(_announced('rendered', render_all(chosen, cache, jobs=args.jobs), len(chosen)))
    split = {key: value for key, value in frozen().items() if key != 'clips'}
    split |= {'name': name, 'clips': len(chosen)}
    if args.only_render:
        return {'split': split}
    if args.live:
        minutes = LIVE_S / 60 if args.minutes is None else args.minutes
        return {'split': split, **measure_live(args, folders, seconds=60 * minutes)}
    return _play(args, chosen, cache, kinds, split)


def _play(
    args: argparse.Namespace,
    chosen: Sequence[Entry],
    cache: Path,
    kinds: frozenset[str],
    split: dict[str, Any],
) -> dict[str, Any]:
    from tenet_ros.cli.tabletop_tables import print_figures
    from tenet_ros.evaluation.machine import describe_machine
    from tenet_ros.evaluation.tabletop.goals import reached
    from tenet_ros.evaluation.tabletop.run import play_all
    from tenet_ros.evaluation.tabletop.summary import rows_of, summary

    start = time.monotonic()
    playing = play_all(chosen, cache, settings_of(args), jobs=args.jobs, kinds=kinds)
    outcomes: list[Outcome] = list(_announced('played', playing, len(chosen)))
    if not outcomes:
        raise ConfigError('none of these clips has a sentence of these kinds; ask for others')
    clips = [outcome.played for outcome in outcomes]
    rows = [row for outcome in outcomes for row in rows_of(outcome.cases, outcome.played)]
    figures = summary(clips, rows)
    figures |= {'split': split, 'preset': args.preset, 'kinds': sorted(kinds)}
    figures |= {'wall_s': round(time.monotonic() - start, 1), 'jobs': args.jobs}
    figures['goals'] = reached(figures)
    print_figures(figures)
    if args.html:
        _write_page(args.html, {**figures, 'machine': describe_machine()}, clips, rows, cache)
    return figures


def _write_page(
    folder: Path, figures: dict[str, Any], clips: Sequence[Any], rows: Sequence[Any], cache: Path
) -> None:
    from tenet_ros.evaluation.tabletop.footage import folder_of
    from tenet_ros.evaluation.tabletop.page import page
    from tenet_ros.evaluation.tabletop.split import Entry
    from tenet_ros.sim.recording import load

    def footage(name: str) -> Any:
        split, _, seed = name.partition('-')
        return load(folder_of(Entry(split=split, seed=int(seed)), cache))

    path = folder / 'index.html'
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text(page(figures, clips, rows, footage), 'utf-8')
    except OSError as error:
        raise ConfigError(f'{path}: cannot be written: {error.strerror}') from error
    print(path, file=sys.stderr)


def _kinds(text: str) -> frozenset[str]:
    from tenet_ros.sim.sentence import KINDS

    names = frozenset(name.strip() for name in text.split(',') if name.strip())
    unknown = names - frozenset(KINDS)
    if unknown:
        raise ConfigError(
            f'--kinds: expected some of {", ".join(KINDS)}, got {", ".join(sorted(unknown))}'
        )
    return names


def _default_cache() -> Path:
    """Return ``~/.cache/tenet_ros/tabletop``, or the place of XDG in its stead."""
    root = os.environ.get('XDG_CACHE_HOME', '')
    return (Path(root) if root else Path.home() / '.cache') / 'tenet_ros' / 'tabletop'


def _announced(done: str, items: Iterator[Any], total: int) -> Iterator[Any]:
    """Pass items on, and say how many there have been where a person watches."""
    shown = sys.stderr.isatty()
    for number, item in enumerate(items, 1):
        if shown:
            print(f'\r{done} {number} of {total}', end='', file=sys.stderr, flush=True)
        yield item
    if shown:
        print(file=sys.stderr)
