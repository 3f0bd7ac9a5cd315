"""``tenet-ros bench engines``: every graph on every session, at every camera size."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tenet_ros.cli.options import camera_size, count
from tenet_ros.cli.parity_table import print_parity
from tenet_ros.errors import ConfigError, EngineError, TenetError

if TYPE_CHECKING:
    from tenet_ros.evaluation.bench_engines import Job

__all__ = ['add_parser', 'measure']

NOUNS = ('mug', 'bowl', 'bottle', 'book', 'ball', 'box', 'can', 'cup')
BUNDLED = ('tabletop_detector', 'segmenter_crop96')


def add_parser(kinds: Any) -> argparse.ArgumentParser:
    """Add the benchmark to those of ``tenet-ros bench``."""
    parser: argparse.ArgumentParser = kinds.add_parser(
        'engines',
        help='exported graphs alone: load, latency, memory, on every session there is',
        description='Export the published architectures with random weights, which take the time '
        'that real ones take, and run each graph on each session in a process of its own. Models '
        'are exporters, bundled models or ONNX files. With the peaks of the device the two floors '
        'are printed as well: no implementation is faster than its arithmetic or than the bytes '
        'that it must move. Needs the extra [export]. With --pipeline whole presets are stepped '
        'through frames instead, their detector made to find boxes that glide. With --parity each '
        'exporter is also held against the network that it exports, on real frames.',
    )
    parser.add_argument('--models', default='', metavar='M,M', help='default: all that can be had')
    parser.add_argument(
        '--sizes', default='640x480,1280x720', metavar='WxH,WxH', help='default: %(default)s'
    )
    parser.add_argument(
        '--session', default='', metavar='S,S', help='default: all that this machine can run'
    )
    parser.add_argument('--runs', type=count, default=20, help='timed (default: %(default)s)')
    parser.add_argument('--threads', type=count, default=0, help='CPU threads of one inference')
    parser.add_argument('--precision', choices=('fp32', 'fp16'), default='fp32')
    parser.add_argument(
        '--pipeline', default='', metavar='PRESET,PRESET', help='whole presets instead of graphs'
    )
    parser.add_argument('--targets', type=count, default=1, help='boxes that a preset is given')
    parser.add_argument('--small', action='store_true', help='reduced architectures, for a test')
    parser.add_argument(
        '--folder', type=Path, metavar='DIR', help='keep exports here (default: thrown away)'
    )
    parser.add_argument(
        '--parity', type=Path, metavar='DIR', help='RVOS clips to compare graph and network on'
    )
    parser.add_argument('--peak-tflops', type=float, default=0.0, metavar='T', help='of the device')
    parser.add_argument('--bandwidth', type=float, default=0.0, metavar='GB/S', help='likewise')
    return parser


def measure(args: argparse.Namespace) -> dict[str, Any]:
    """Measure, print a table, and return the figures by graph, size and session.

    Raises:
        ConfigError: no such model, size or session.
    """
    if args.pipeline:
        return _measure_presets(args)
    from tenet_ros.evaluation.bench_engines import Peaks, with_session
    from tenet_ros.evaluation.bench_engines import measure as measure_one

    sessions = _sessions(args.session)
    if args.parity is not None:
        from tenet_ros.evaluation.bench_parity import check_installed, shots

        check_installed()
        shots(args.parity, _sizes(args.sizes)[0])  # an export takes minutes, a wrong folder none
    peaks = Peaks(tflops=args.peak_tflops, gbytes_s=args.bandwidth)
    figures: dict[str, Any] = {}
    with _place(args.folder) as folder:
        for job in _jobs(args, folder, figures):
            for session in sessions:
                one = with_session(job, session, runs=args.runs, threads=args.threads, peaks=peaks)
                if one.name in figures:
                    continue
                print(f'{one.name} ...', file=sys.stderr)
                figures[one.name] = measure_one(one)
        parity = _parity(args, folder) if args.parity is not None else {}
    _print_table(figures)
    if parity:
        print_parity(parity)
        figures['parity'] = parity
    return figures


def _parity(args: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Return what ``measure_parity`` says of each exporter at each size."""
    from tenet_ros.evaluation.bench_parity import measure_parity
    from tenet_ros.export.job import EXPORTERS

    figures: dict[str, Any] = {}
    named = [name for name in args.models.split(',') if name]
    for model in named or EXPORTERS:
        for camera in _sizes(args.sizes) if model in EXPORTERS else ():
            name = f'{model} {camera[1]}x{camera[0]}'
            print(f'{name} graph against network ...', file=sys.stderr)
            try:
                figures[name] = measure_parity(
                    model, camera=camera, folder=folder, full=not args.small, data=args.parity
                )
            except EngineError as error:
                if named:
                    raise
                figures[name] = {'skipped': str(error)}
    return figures


def _measure_presets(args: argparse.Namespace) -> dict[str, Any]:
    from tenet_ros.config import Settings
    from tenet_ros.evaluation.bench_pipeline import measure_preset

    figures: dict[str, Any] = {}
    for preset in args.pipeline.split(','):
        settings = Settings(preset=preset, threads=args.threads)
        nouns = [NOUNS[index % len(NOUNS)] for index in range(args.targets)]
        sentence = '; '.join(f'the {noun}' for noun in nouns)
        for camera in _sizes(args.sizes):
            name = f'{preset} {camera[1]}x{camera[0]}'
            row = measure_preset(
                settings, camera=camera, runs=args.runs, sentence=sentence, targets=args.targets
            )
            figures[name] = row
            latency = '  '.join(f'{share} {value}' for share, value in row['latency_ms'].items())
            print(f'{name}: {row["fps"]} frames/s  {latency} ms')
            print(f'  inference {row["inference_ms"]} ms, not inference {row["not_inference"]:.0%}')
            print(f'  frames with a mask {row["committed"]:.0%}')
    return figures


def _jobs(args: argparse.Namespace, folder: Path, figures: dict[str, Any]) -> Iterator[Job]:
    """Yield the jobs of all models at all sizes; what cannot be exported is noted in ``figures``."""
    from tenet_ros.export.job import EXPORTERS

    named = [name for name in args.models.split(',') if name]
    for model in named or [*BUNDLED, *EXPORTERS]:
        for camera in _sizes(args.sizes):
            try:
                yield from _jobs_of(args, model, camera, folder)
            except TenetError as error:  # noqa: PERF203 - an export takes minutes
                if named:
                    raise
                figures[f'{model} {camera[1]}x{camera[0]}'] = {'skipped': str(error)}


def _jobs_of(
    args: argparse.Namespace, model: str, camera: tuple[int, int], folder: Path
) -> Iterator[Job]:
    from tenet_ros.evaluation.bench_engines import jobs_of

    full = not args.small
    yield from jobs_of(model, camera=camera, folder=folder, full=full, precision=args.precision)


def _sessions(text: str) -> tuple[str, ...]:
    from tenet_ros.evaluation.bench_engines import SESSIONS, usable

    if not text:
        return tuple(name for name in SESSIONS if not usable(name))
    names = tuple(text.split(','))
    for name in names:
        if name not in SESSIONS:
            raise ConfigError(
                f'--session: expected some of {", ".join(SESSIONS)}, got {name!r}; use these'
            )
        if usable(name):
            raise ConfigError(f'--session: {name} cannot run here: {usable(name)}; leave it out')
    return names


def _sizes(text: str) -> list[tuple[int, int]]:
    """Return (height, width) of each "640x480"."""
    try:
        return [camera_size(part) for part in text.split(',')]
    except argparse.ArgumentTypeError as error:
        raise ConfigError(f'--sizes: {error}; use such sizes') from error


@contextmanager
def _place(folder: Path | None) -> Iterator[Path]:
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        yield folder
        return
    with tempfile.TemporaryDirectory() as temporary:
        yield Path(temporary)


def _print_table(figures: Mapping[str, Any]) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD)
    times = ('load', 'warm-up', 'p50', 'p95', 'p99 ms', 'CPU ms')
    for column in ('graph, size, session', *times, 'RSS MB', 'GFLOP'):
        table.add_column(column, justify='left' if ',' in column else 'right')
    table.add_column('floors ms', justify='right')
    for name, row in figures.items():
        if 'skipped' in row:
            continue
        latency = row['latency_ms']
        table.add_row(
            *(name, f'{row["load_ms"]:.0f}', f'{row["warm_up_ms"]:.1f}'),
            *(f'{latency[share]:.1f}' for share in ('p50', 'p95', 'p99')),
            f'{row["cpu_ms"]:.1f}',
            *(f'{row["rss_mb"]["end"]:.0f}', f'{row["work"]["gflops"]:.1f}'),
            ' / '.join(f'{value:.2f}' for value in row.get('floors_ms', {}).values()) or '-',
        )
    Console(highlight=False, width=None if sys.stdout.isatty() else 160).print(table)
    for name, row in figures.items():
        if 'skipped' in row:
            print(f'not measured: {name}: {row["skipped"]}')
