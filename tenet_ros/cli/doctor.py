"""``tenet-ros doctor``: what this machine has, what will be used, and why."""

from __future__ import annotations

import argparse
import json
from typing import Any

__all__ = ['add_parser', 'run']


def add_parser(subparsers: Any) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        'doctor',
        help='say what this machine has, what will be used, and why',
        description='Examine Python, ROS 2, the network settings, the GPU, ONNX Runtime, the '
        'models and the cameras of this machine. Exit status 1 when something would keep the '
        'node from running.',
    )
    parser.add_argument('--json', action='store_true', help='print one JSON object instead')
    parser.add_argument('--preset', default='coco', help='the preset to check (default: coco)')
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Examine, print, and return 0 if the node could run here."""
    from tenet_ros.cli.examination import examine
    from tenet_ros.cli.findings import Verdict

    findings = examine(args.preset)
    broken = any(finding.verdict is Verdict.BROKEN for finding in findings)
    if args.json:
        print(json.dumps([finding.as_json() for finding in findings], indent=2))
        return int(broken)
    from rich.console import Console
    from rich.table import Table

    table = Table(show_header=False, box=None, pad_edge=False)
    signs = {
        Verdict.GOOD: '[green]ok[/]',
        Verdict.NOTE: '[dim]--[/]',
        Verdict.WARNING: '[yellow]!![/]',
        Verdict.BROKEN: '[bold red]NO[/]',
    }
    for finding in findings:
        table.add_row(signs[finding.verdict], finding.subject, finding.text)
        if finding.advice:
            table.add_row('', '', f'[yellow]{finding.advice}[/]')
    console = Console(highlight=False)
    console.print(table)
    console.print(
        '\n[bold red]The node cannot run here yet: see NO above.[/]'
        if broken
        else '\n[green]The node can run here.[/]'
    )
    return int(broken)
