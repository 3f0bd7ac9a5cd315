"""The tour from beginning to end, and what is left of it: figures, a table, pictures."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table
from rich.text import Text

from tenet_ros.cli.tour.footage import default_cache, programme
from tenet_ros.cli.tour.pictures import contact_sheet, write_sheet, write_video
from tenet_ros.cli.tour.play import perform
from tenet_ros.cli.tour.score import GOOD, Scored, score, summary
from tenet_ros.cli.tour.screen import screen
from tenet_ros.errors import ConfigError
from tenet_ros.evaluation.machine import describe_machine
from tenet_ros.ros import api

__all__ = ['tour']

VIDEO, SHEET, SUMMARY = 'demo.mp4', 'contact_sheet.png', 'summary.json'
WIDTH = 100
KEPT_UP = 0.9


def tour(args: argparse.Namespace) -> int:
    """Prepare the clips, play them, and write and print what came of it.

    Args:
        args: with the model options, ``cache``, ``recordings``, ``out`` and ``domain``.

    Returns:
        0, or 1 where a promise of the stream was broken.

    Raises:
        ConfigError: a process failed, or something cannot be written.
        GraphicsError: there is nothing to play.
    """
    start_s = time.monotonic()
    _make(args.out)
    shown = programme(args.cache or default_cache(), args.recordings)
    with screen(shown) as live:
        performance = perform(shown, args, live)
    scored = score(shown, performance)
    if not scored:
        raise ConfigError('no sentence was heard; is this machine too busy? try again')
    figures = summary(scored, performance)
    write_sheet(args.out / SHEET, contact_sheet(shown, performance, scored))
    write_video(args.out / VIDEO, shown, performance)
    figures |= {
        'preset': args.preset,
        'backend': api.BACKEND,
        'clips': [showing.recording.folder.name for showing in shown.showings],
        'wall_s': round(time.monotonic() - start_s, 1),
        'machine': describe_machine(),
    }
    _write(args.out / SUMMARY, figures)
    _print(scored, figures, shown.rate_hz)
    for name in (VIDEO, SHEET, SUMMARY):
        print(args.out / name)
    for broken in figures['violations']:
        print(f'not kept: {broken}', file=sys.stderr)
    return int(bool(figures['violations']))


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(f'--out: {folder} cannot be made: {error.strerror}') from error


def _write(path: Path, figures: Mapping[str, Any]) -> None:
    try:
        path.write_text(json.dumps(figures, indent=2) + '\n', 'utf-8')
    except OSError as error:
        raise ConfigError(f'{path}: cannot be written: {error.strerror}') from error


def _print(scored: Sequence[Scored], figures: Mapping[str, Any], rate_hz: float) -> None:
    console = Console(highlight=False)
    # Not narrowed to the 80 columns of a pipe, which would cut every sentence.
    console.width = max(console.width, WIDTH)
    table = Table()
    for header, justify in (
        ('asked', 'left'),
        ('answered', 'left'),
        ('after', 'right'),
        ('J&F', 'right'),
        ('', 'left'),
    ):
        table.add_column(header, justify=justify, overflow='fold')  # type: ignore[arg-type]
    for each in scored:
        table.add_row(
            each.case.text,
            each.answer,
            _seconds(each.commit_s),
            '-' if np.isnan(each.verdict.jf) else f'{each.verdict.jf:.2f}',
            Text('ok', style='bold green') if each.good else Text('wrong', style='bold red'),
        )
    console.print(table)
    good = sum(each.good for each in scored)
    latency = figures['latency_ms']
    print(
        f'{good} of {len(scored)} sentences answered rightly (J&F of {GOOD} or more while there is '
        f'something to see); J&F {_number(figures["jf"])}, '
        f'streaming {_number(figures["streaming_jf"])}\n'
        f'{figures["out_hz"]:.1f} answers a second to {figures["in_hz"]:.1f} frames, each '
        f'{latency["p50"]:.0f} ms after its frame (p95 {latency["p95"]:.0f}, '
        f'p99 {latency["p99"]:.0f}); {figures["drops"]} frames dropped'
    )
    if figures['out_hz'] < KEPT_UP * rate_hz:
        print(
            f'this machine is slow or busy: it answered {figures["out_hz"]:.0f} frames a second of '
            f'the {rate_hz:.0f} that a camera gives, so the answers come late'
        )


def _seconds(value: float) -> str:
    if np.isnan(value):
        return '-'
    return f'{value:.1f} s' if np.isfinite(value) else 'never'


def _number(value: float | None) -> str:
    return '-' if value is None else f'{value:.2f}'
