"""The tabletop benchmark's figures as tables in a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table

from tenet_ros.evaluation.tabletop.systems import SYSTEMS

__all__ = ['print_figures']

COLUMNS = (
    ('J&F', 'jf'),
    ('stream', 'streaming_jf'),
    ('object', 'jf_target'),
    ('N-acc', 'n_acc'),
    ('T-acc', 't_acc'),
    ('wrong', 'wrong_target_fraction'),
    ('re-acq', 'reacquire_rate'),
)
WIDTH = 112

LEGEND = """\
J&F: all sentences; stream: against the newest answer known; object: sentences that have one
wrong: share of time with a mask on something else; commit: median, static and motion"""


def print_figures(figures: Mapping[str, Any]) -> None:
    """Print the systems, the kinds of ours, where J&F is lost, and the goals."""
    console = Console(highlight=False)
    # Not narrowed to the 80 columns of a pipe, which would cut every number.
    console.width = max(console.width, WIDTH)
    console.print(_systems(figures))
    console.print(_kinds(figures))
    lost = figures['ours']['lost_by_cause']
    print('lost J&F: ' + ', '.join(f'{cause} {value:.3f}' for cause, value in lost.items()))
    console.print(_goals(figures))


def _systems(figures: Mapping[str, Any]) -> Table:
    title = f'{figures["clips"]} clips, {figures["ours"]["sentences"]} sentences'
    table = Table(title=title, caption=LEGEND, caption_justify='left')
    table.add_column('system', no_wrap=True)
    for header, _ in COLUMNS:
        table.add_column(header, justify='right', no_wrap=True)
    table.add_column('commit s', justify='right', no_wrap=True)
    table.add_column('p95 ms', justify='right', no_wrap=True)
    for name in SYSTEMS:
        system = figures[name]
        commit = system['commit_s_median']
        table.add_row(
            name,
            *(_number(system[key]) for _, key in COLUMNS),
            f'{_number(commit["static"], 2)} {_number(commit["motion"], 2)}',
            f'{system["latency_ms"]["p95"]:.0f}',
        )
    return table


def _kinds(figures: Mapping[str, Any]) -> Table:
    table = Table(title='J&F per kind of sentence')
    table.add_column('kind', no_wrap=True)
    table.add_column('sentences', justify='right')
    for name in SYSTEMS:
        table.add_column(name.replace('_', ' '), justify='right')
    table.add_column('gap closed', justify='right')
    for kind, own in figures['ours']['per_kind'].items():
        values = [_number(figures[name]['per_kind'][kind]['jf']) for name in SYSTEMS]
        closed = _number(figures['gap_closed'].get(kind), 2)
        table.add_row(kind, str(own['sentences']), *values, closed)
    return table


def _goals(figures: Mapping[str, Any]) -> Table:
    table = Table(title='goals')
    for header in ('goal', 'limit', 'figure', ''):
        table.add_column(header, no_wrap=True)
    for goal in figures['goals']:
        missed = goal['missed_by']
        verdict = 'met' if goal['met'] else 'missed'
        verdict += f' by {missed:.3g}' if missed else ''
        table.add_row(goal['goal'], goal['limit'], _number(goal['figure']), verdict)
    return table


def _number(value: float | None, digits: int = 3) -> str:
    return '-' if value is None else f'{value:.{digits}f}'
