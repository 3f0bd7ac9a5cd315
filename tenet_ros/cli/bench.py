"""``tenet-ros bench``: the figures of the documentation, measured on this machine."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tenet_ros.cli import bench_depth, bench_engines, bench_follow, bench_grasp, bench_tabletop
from tenet_ros.cli.options import (
    add_model_options,
    add_source_options,
    count,
    hertz,
    settings_of,
)
from tenet_ros.errors import ConfigError

__all__ = ['add_parser']


def add_parser(subparsers: Any) -> None:
    """Add the subcommand and its benchmarks."""
    parser = subparsers.add_parser(
        'bench',
        help='measure latency, accuracy and memory on this machine',
        description='Measure, print a table, and write one JSON object with --json.',
    )
    kinds = parser.add_subparsers(dest='bench', metavar='BENCH', required=True)
    _add_stream(kinds)
    _add_clips(kinds)
    tabletop = bench_tabletop.add_parser(kinds)
    tabletop.set_defaults(run=_run_tabletop)
    tracker = kinds.add_parser('tracker', help='the tracker alone, on MOT sequences')
    tracker.add_argument('--mot', type=Path, required=True, metavar='DIR', help='MOT sequences')
    tracker.set_defaults(run=_run_tracker)
    segmenter = kinds.add_parser('segmenter', help='the segmenter alone, given true boxes')
    segmenter.add_argument('--data', type=Path, required=True, metavar='DIR', help='RVOS clips')
    segmenter.add_argument(
        '--segmenter',
        default='colour',
        metavar='NAME',
        help='colour or crop (default: %(default)s)',
    )
    segmenter.add_argument('--threads', type=count, default=1, help='for one inference, default 1')
    segmenter.set_defaults(run=_run_segmenter)
    depth = bench_depth.add_parser(kinds)
    depth.set_defaults(run=_run_depth)
    engines = bench_engines.add_parser(kinds)
    engines.set_defaults(run=_run_engines)
    grasp = bench_grasp.add_parser(kinds)
    grasp.set_defaults(run=_run_acting, measure=bench_grasp.measure)
    follow = bench_follow.add_parser(kinds)
    follow.set_defaults(run=_run_acting, measure=bench_follow.measure)
    for kind in (tabletop, tracker, segmenter, engines, depth, grasp, follow):
        _add_json(kind)


def _add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument('--json', type=Path, metavar='OUT', help='write the figures here')


def _add_stream(kinds: Any) -> None:
    parser = kinds.add_parser(
        'stream',
        help='a camera and a node as two processes over loopback: latency, drops, memory',
        description='Play a source at its own rate through a camera process and a node process '
        'over loopback DDS, on a domain of their own, and watch from a third process. Exit '
        'status 1 if the stream broke a promise: a stamp that no image had, a result older than '
        'the one before, a frame that is nowhere.',
    )
    add_source_options(parser, positional=False)
    parser.add_argument(
        '--command', dest='sentence', required=True, metavar='SENTENCE', help='what to look for'
    )
    add_model_options(parser)
    parser.add_argument('--gt', type=Path, metavar='CLIP', help='RVOS clip with ground truth')
    parser.add_argument('--object', type=int, metavar='ID', help='what the command refers to')
    parser.add_argument('--duration', type=float, metavar='S', help='loop for this many seconds')
    parser.add_argument('--rate', type=hertz, metavar='HZ', help='instead of the recorded rate')
    parser.add_argument('--transport', choices=('raw', 'compressed'), default='raw')
    parser.add_argument('--domain', type=int, metavar='ID', help='ROS domain (default: by chance)')
    _add_json(parser)
    parser.set_defaults(run=_run_stream)


def _add_clips(kinds: Any) -> None:
    parser = kinds.add_parser(
        'clips',
        help='every sentence about every clip with ground truth, beside baselines',
        description='Answer every sentence of every clip, without threads or drops, and score '
        'it with J&F bound to the object that the sentence names.',
    )
    parser.add_argument('--data', type=Path, required=True, metavar='DIR', help='RVOS clips')
    parser.add_argument('--clip', action='append', metavar='NAME', help='only this one; repeatable')
    add_model_options(parser)
    parser.add_argument(
        '--sheets', type=Path, metavar='DIR', help='one PNG per sentence, to look at'
    )
    _add_json(parser)
    parser.set_defaults(run=_run_clips)


def write_json(path: Path | None, figures: Mapping[str, Any]) -> None:
    """Write figures with the machine that they were measured on; nothing without a path.

    Raises:
        ConfigError: the file cannot be written.
    """
    from tenet_ros.evaluation.machine import describe_machine

    if path is None:
        return
    text = json.dumps({**figures, 'machine': describe_machine()}, indent=2)
    try:
        path.write_text(text + '\n', 'utf-8')
    except OSError as error:
        raise ConfigError(f'{path}: cannot be written: {error.strerror}') from error
    print(path, file=sys.stderr)


def _run_stream(args: argparse.Namespace) -> int:
    from tenet_ros.cli.bench_stream import measure

    figures = measure(args)
    _print_flat(figures)
    write_json(args.json, figures)
    return int(bool(figures['violations']))


def _run_clips(args: argparse.Namespace) -> int:
    from tenet_ros.cli.bench_clips import measure

    write_json(args.json, measure(args, settings_of(args)))
    return 0


def _run_tabletop(args: argparse.Namespace) -> int:
    write_json(args.json, bench_tabletop.measure(args))
    return 0


def _run_depth(args: argparse.Namespace) -> int:
    figures = bench_depth.measure(args)
    _print_flat(figures)
    write_json(args.json, figures)
    return 0


def _run_acting(args: argparse.Namespace) -> int:
    figures = args.measure(args)
    _print_flat({name: value for name, value in figures.items() if name != 'outcomes'})
    write_json(args.json, figures)
    return 0


def _run_engines(args: argparse.Namespace) -> int:
    write_json(args.json, bench_engines.measure(args))
    return 0


def _run_tracker(args: argparse.Namespace) -> int:
    from tenet_ros.evaluation.bench_tracker import run

    figures = run(args.mot)
    _print_flat(figures)
    write_json(args.json, figures)
    return 0


def _run_segmenter(args: argparse.Namespace) -> int:
    from tenet_ros.config import Settings
    from tenet_ros.evaluation.bench_segmenter import run
    from tenet_ros.factory import open_segmenter

    with open_segmenter(args.segmenter, Settings(threads=args.threads)) as segmenter:
        figures = run(args.data, segmenter)
    _print_flat(figures)
    write_json(args.json, figures)
    return 0


def _print_flat(figures: Mapping[str, Any], indent: str = '') -> None:
    """Print figures as an outline: a group's own figures on one line."""
    for name, value in figures.items():
        if isinstance(value, Mapping) and any(isinstance(v, Mapping) for v in value.values()):
            print(f'{indent}{name}')
            _print_flat(value, indent + '  ')
        elif isinstance(value, Mapping):
            print(f'{indent}{name:24} {"  ".join(f"{k} {v}" for k, v in value.items())}')
        elif isinstance(value, list):
            print(f'{indent}{name:24} {len(value) or "none"}')
            for item in value[:10]:
                print(f'{indent}  {item}')
        else:
            print(f'{indent}{name:24} {value}')
