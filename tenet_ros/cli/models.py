"""``tenet-ros models``: list, fetch and check model files. The only command that downloads."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tenet_ros.inference.manifest import Manifest
    from tenet_ros.inference.store import EngineStore

__all__ = ['add_parser']

_WHAT = 'PRESET_OR_MODEL'
_MIB = 1 << 20


def add_parser(subparsers: Any) -> None:
    """Add ``models`` with its three actions to an argparse parser's subparsers."""
    parser = subparsers.add_parser(
        'models',
        help='list, fetch and check model files',
        description='List, fetch and check model files. They lie in $TENET_ENGINES, or else in '
        '~/.cache/tenet_ros/engines.',
    )
    actions = parser.add_subparsers(dest='action', metavar='ACTION', required=True)
    show = actions.add_parser('list', help='what there is, and what is here')
    show.set_defaults(run=_list)
    pull = actions.add_parser('pull', help='fetch a model, or all that a preset needs')
    pull.add_argument('name', metavar=_WHAT, help='coco, yolox_nano_416, ...')
    pull.add_argument(
        '--from',
        dest='source',
        metavar='FILE',
        type=Path,
        help='take a local file (a folder, for a model of several files) and check it',
    )
    pull.set_defaults(run=_pull)
    check = actions.add_parser('check', help='compare what is here with the manifests')
    check.add_argument('name', metavar=_WHAT, nargs='?', help='default: all that are here')
    check.set_defaults(run=_check)


def _list(_args: argparse.Namespace) -> int:
    """Print a table of every model."""
    from rich.console import Console
    from rich.table import Table

    from tenet_ros.inference.catalogue import PRESET_MODELS, load_manifest, manifest_names
    from tenet_ros.inference.store import EngineStore

    store = EngineStore.default()
    table = Table('model', 'preset', 'task', 'size', 'licence', 'here')
    for name in manifest_names():
        manifest = load_manifest(name)
        presets = ', '.join(preset for preset, models in PRESET_MODELS.items() if name in models)
        size = f'{manifest.size_bytes / _MIB:.1f} MiB'
        health = store.check(manifest).value
        table.add_row(name, presets or '-', manifest.task, size, manifest.licence, health)
    Console(highlight=False).print(table)
    print(f'store: {store.root}')
    return 0


def _pull(args: argparse.Namespace) -> int:
    """Fetch every model that is asked for; a ``TenetError`` says what could not be had."""
    from tenet_ros.errors import ConfigError
    from tenet_ros.inference.catalogue import resolve
    from tenet_ros.inference.store import EngineStore

    manifests = resolve(args.name)
    if args.source is not None and len(manifests) > 1:
        names = ', '.join(manifest.name for manifest in manifests)
        raise ConfigError(
            f'--from: expected one model, preset {args.name} has {names}; give them one by one'
        )
    store = EngineStore.default()
    for manifest in manifests:
        path = _pull_one(store, manifest, args.source)
        print(f'{manifest.name}: {path} ({manifest.licence}, sha256 {manifest.graph.sha256})')
    return 0


def _pull_one(store: EngineStore, manifest: Manifest, source: Path | None) -> Path:
    """Fetch one model under a progress bar on stderr."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        Progress,
        TaskID,
        TextColumn,
        TransferSpeedColumn,
    )

    columns = (TextColumn('{task.description}'), BarColumn(), DownloadColumn())
    console = Console(stderr=True)
    tasks: dict[str, TaskID] = {}
    # The bar leaves no trace: what remains on the screen is the result, or the error.
    progress = Progress(
        *columns,
        TransferSpeedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    with progress as bar:

        def report(name: str, done: int, total: int) -> None:
            if name not in tasks:
                tasks[name] = bar.add_task(f'{manifest.name}/{name}', total=total)
            bar.update(tasks[name], completed=done)

        return store.pull(manifest, from_file=source, progress=report)


def _check(args: argparse.Namespace) -> int:
    """Print the health of each model; 1 if one that was asked for, or is here, is not whole."""
    from tenet_ros.inference.catalogue import load_manifest, manifest_names, resolve
    from tenet_ros.inference.store import EngineStore, Health

    store = EngineStore.default()
    if args.name:
        manifests = resolve(args.name)
    else:
        known = (load_manifest(name) for name in manifest_names())
        manifests = tuple(manifest for manifest in known if store.folder(manifest).is_dir())
    states = {manifest: store.check(manifest) for manifest in manifests}
    for manifest, health in states.items():
        remedy = f': tenet-ros models pull {manifest.name}'
        if manifest.bundled:
            remedy = ': install the package again'
        remedy = '' if health is Health.READY else remedy
        print(f'{manifest.name} {health.value}{remedy}')
    return int(any(health is not Health.READY for health in states.values()))
