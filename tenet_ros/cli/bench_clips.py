"""Printing what the clips' sentences score, one line each, and a table at the end."""

from __future__ import annotations

import argparse
from typing import Any

from rich.console import Console
from rich.table import Table

from tenet_ros.config import Settings
from tenet_ros.errors import ConfigError
from tenet_ros.evaluation.baselines import SYSTEMS, Parts
from tenet_ros.evaluation.bench_clips import Evidence, Row, run, summary
from tenet_ros.evaluation.clips import Clip, load_clips
from tenet_ros.evaluation.sheets import contact_sheet, sheet_name, write_sheet
from tenet_ros.factory import build

__all__ = ['measure']

LEGEND = """\
J, F, J&F, wrong: of sentences about one object; wrong is the share of frames on the wrong target
known, groups: J&F where the detector knows every noun, and of sentences about several objects
accepts: share of frames with a mask, of sentences about something that is not there"""


def measure(args: argparse.Namespace, settings: Settings) -> dict[str, Any]:
    """Answer every sentence, print as it goes, and return the figures.

    Raises:
        ConfigError: no clip of a name that was asked for.
        SourceError: no clips.
    """
    clips = _chosen(load_clips(args.data), args.clip)
    console = Console(highlight=False)
    rows: list[Row] = []
    with build(settings) as system:

        def make() -> Parts:
            return Parts(
                pipeline=system.new_pipeline(),
                detector=system.detector,
                segmenter=system.segmenter,
            )

        for row, evidence in run(clips, make):
            rows.append(row)
            console.print(_line(row), soft_wrap=True, markup=False)
            if args.sheets:
                name = sheet_name(row.clip, len(rows), row.sentence.text)
                write_sheet(args.sheets / name, _sheet(row, evidence))
    table = summary(rows)
    console.print(_table(table))
    return {**table, 'preset': settings.preset, 'rows': [row.as_json() for row in rows]}


def _chosen(clips: tuple[Clip, ...], names: list[str] | None) -> tuple[Clip, ...]:
    if not names:
        return clips
    known = {clip.name: clip for clip in clips}
    missing = [name for name in names if name not in known]
    if missing:
        raise ConfigError(f'--clip: expected one of {", ".join(known)}, got {", ".join(missing)}')
    return tuple(known[name] for name in names)


def _line(row: Row) -> str:
    figures = row.figures
    if row.sentence.object_ids:
        parts = [f'{system} {figures[system]["jf"]:.2f}' for system in SYSTEMS]
        wrong = figures['ours']['wrong_target_fraction']
        parts.append(f'wrong {wrong:.2f}')
    else:
        shares = {s: f['false_accept_fraction'] for s, f in figures.items()}
        parts = [f'accepted {s} {v:.2f}' for s, v in shares.items() if s != 'best_track']
    unknown = f' [unknown: {", ".join(row.unknown)}]' if row.unknown else ''
    return f'{row.clip}: "{row.sentence.text}"{unknown}: {", ".join(parts)}'


def _sheet(row: Row, evidence: Evidence) -> Any:
    ours = row.figures['ours']
    score = ', '.join(f'{name} {value:.2f}' for name, value in ours.items())
    return contact_sheet(
        f'{row.clip}: "{row.sentence.text}": {score}',
        evidence.images,
        evidence.labels,
        row.sentence.object_ids,
        evidence.played.results,
    )


def _table(figures: dict[str, dict[str, float]]) -> Table:
    table = Table(title='means over sentences', caption=LEGEND, caption_justify='left')
    columns = ('j', 'f', 'jf', 'known_jf', 'group_jf', 'wrong_target_fraction')
    for header in ('system', 'J', 'F', 'J&F', 'known', 'groups', 'wrong', 'accepts'):
        table.add_column(header, justify='left' if header == 'system' else 'right', no_wrap=True)
    for system, values in figures.items():
        cells = [f'{values[name]:.3f}' for name in columns]
        accepted = values.get('false_accept_fraction')
        table.add_row(system, *cells, '-' if accepted is None else f'{accepted:.3f}')
    return table
