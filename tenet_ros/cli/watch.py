"""``tenet-ros watch``: what a running node is doing, as a live table."""

from __future__ import annotations

import argparse
import json
import math
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tenet_ros.cli.options import seconds
from tenet_ros.errors import ConfigError

if TYPE_CHECKING:
    from rich.console import RenderableType

    from tenet_ros.cli.monitor import Monitor

__all__ = ['add_parser', 'follow', 'run', 'table']

REFRESH_HZ = 5
SILENT_S = 2.0
"""Older than this, a status no longer describes the present."""
COLOURS = {
    'COMMITTED': 'bold green',
    'TENTATIVE': 'yellow',
    'SEARCHING': 'cyan',
    'LOST': 'bold red',
    'ABSENT': 'magenta',
    'IDLE': 'dim',
}


def add_parser(subparsers: Any) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        'watch',
        help='see what a running node is doing',
        description='A live table of state, track, preference, rates and latency, from ~/status '
        'and /diagnostics. Ctrl-C ends it.',
    )
    parser.add_argument('--node', default='/tenet', help='default: %(default)s')
    parser.add_argument('--once', action='store_true', help='print one table and end')
    parser.add_argument('--json', action='store_true', help='with --once: the raw values as JSON')
    parser.add_argument(
        '--timeout', type=seconds, default=5.0, metavar='S', help='of --once (default: %(default)s)'
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Show the node until somebody stops it."""
    from tenet_ros.cli.monitor import Monitor
    from tenet_ros.cli.session import client_node, full_name

    with client_node('watch', args.ros_args) as node:
        monitor = Monitor(node, full_name(args.node))
        if args.once or args.json:
            _once(node, monitor, args)
        else:
            try:
                follow(node, monitor)
            except KeyboardInterrupt:
                return 0
    return 0


def follow(
    node: Any,
    monitor: Monitor,
    *,
    seconds: float = math.inf,
    check: Callable[[], object] = lambda: None,
) -> None:
    """Show a live table for a while.

    Args:
        node: runs the callbacks.
        monitor: what to show.
        seconds: for how long.
        check: called at every refresh; what it raises ends the table.
    """
    from rich.live import Live

    from tenet_ros.cli.session import spin_until

    end = time.monotonic() + seconds
    with Live(table(monitor), auto_refresh=False) as live:
        while time.monotonic() < end:
            spin_until(node, lambda: False, 1 / REFRESH_HZ)
            live.update(table(monitor), refresh=True)
            check()


def _once(node: Any, monitor: Monitor, args: argparse.Namespace) -> None:
    from rich.console import Console

    from tenet_ros.cli.session import spin_until

    def complete() -> bool:
        return bool(monitor.status.count and monitor.diagnostics.count)

    spin_until(node, complete, args.timeout)
    if not monitor.status.count and not monitor.diagnostics.count:
        raise ConfigError(
            f'{monitor.target} said nothing within {args.timeout:g} s; is it running, on the same '
            'ROS_DOMAIN_ID, and is --node its name?'
        )
    if args.json:
        both = {
            'status': dict(monitor.status.values),
            'diagnostics': dict(monitor.diagnostics.values),
        }
        print(json.dumps(both, indent=2))
    else:
        Console().print(table(monitor))


def table(monitor: Monitor) -> RenderableType:
    """Return the table of what the monitor heard last."""
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    from tenet_ros.cli.monitor import targets_of

    rows = Table(expand=True)
    for name, justify in (
        ('state', 'left'),
        ('sentence', 'left'),
        ('track', 'right'),
        ('preference', 'right'),
        ('margin', 'right'),
        ('switches', 'right'),
    ):
        rows.add_column(name, justify=justify, overflow='fold')  # type: ignore[arg-type]
    for target in targets_of(monitor.status.values):
        rows.add_row(
            Text(target.state, style=COLOURS.get(target.state, '')),
            Text(target.text),
            target.track_id or '-',
            f'{target.preference:.2f}',
            f'{target.margin:+.2f}',
            str(target.switches),
        )
    if not rows.rows:
        rows.add_row(Text('IDLE', style='dim'), Text('no command', style='dim'))
    rows.title = f'{monitor.target}: {_presence(monitor)}'
    return Group(rows, Text(_rates(monitor)), Text(_latency(monitor)), Text(_stages(monitor)))


def _presence(monitor: Monitor) -> str:
    if not monitor.status.count and not monitor.diagnostics.count:
        return 'nothing heard yet'
    newest_s = min(monitor.status.age_s, monitor.diagnostics.age_s)
    if newest_s > SILENT_S:
        return f'silent for {newest_s:.0f} s'
    if monitor.status.age_s > SILENT_S:
        return 'running, but no frames come in'
    return monitor.diagnostics.message or 'running'


def _figure(monitor: Monitor, key: str, digits: int = 1) -> str:
    value = monitor.number(key)
    return '-' if math.isnan(value) else f'{value:.{digits}f}'


def _rates(monitor: Monitor) -> str:
    counts = ' '.join(
        f'{name} {_figure(monitor, key, 0)}'
        for name, key in (('in', 'frames_in'), ('out', 'frames_out'), ('dropped', 'drops'))
    )
    return (
        f'rates     in {_figure(monitor, "in_hz")} Hz   out {_figure(monitor, "out_hz")} Hz   '
        f'detector {_figure(monitor, "detector_hz")} Hz   frames: {counts}   '
        f'tracks {monitor.status.values.get("tracks", "-")}'
    )


def _latency(monitor: Monitor) -> str:
    def triple(key: str) -> str:
        return ' / '.join(_figure(monitor, f'{key}_{p}') for p in ('p50', 'p95', 'p99'))

    return (
        f'latency   stamp to publish {triple("stamp_age_ms")} ms   '
        f'overhead {triple("overhead_ms")} ms   (p50 / p95 / p99)'
    )


def _stages(monitor: Monitor) -> str:
    names = sorted(
        key.removeprefix('stage_').removesuffix('_ms_p50')
        for key in monitor.diagnostics.values
        if key.startswith('stage_') and key.endswith('_ms_p50')
    )
    parts = [f'{name} {_figure(monitor, f"stage_{name}_ms_p50")}' for name in names]
    memory = _figure(monitor, 'rss_mb', 0)
    return f'stages    {"   ".join(parts) or "-"} ms (p50)   memory {memory} MB'
