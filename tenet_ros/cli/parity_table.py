"""The table of ``tenet-ros bench engines --parity``."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

__all__ = ['print_parity']

_COLUMNS: Mapping[str, tuple[str, str]] = {
    'boxes_px': ('boxes px', '.3g'),
    'boxes': ('of the side', '.2g'),
    'scores': ('scores', '.2g'),
    'within': ('within 1e-3', '.0%'),
    'same_rank': ('same rank', '.0%'),
    'masks': ('mask pixels', '.3%'),
    'masks_sure': ('sure ones', '.3%'),
}
"""Head and form of each figure that is shown."""


def print_parity(figures: Mapping[str, Any]) -> None:
    """Print a row for each model and pixels.

    Args:
        figures: of ``measure_parity``, by model and size.
    """
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD, title='graph against network, the worst of all frames')
    table.add_column('model, size, pixels')
    for head, _ in _COLUMNS.values():
        table.add_column(head, justify='right')
    for name, row in figures.items():
        for pixels in ('same_pixels', 'processor_pixels'):
            if pixels in row:
                cells = [
                    format(row[pixels][key], form) if key in row[pixels] else '-'
                    for key, (_, form) in _COLUMNS.items()
                ]
                table.add_row(f'{name}, {pixels.replace("_", " ")}', *cells)
    Console(highlight=False, width=None if sys.stdout.isatty() else 160).print(table)
    for name, row in figures.items():
        if 'skipped' in row:
            print(f'not compared: {name}: {row["skipped"]}')
