"""``tenet-ros models``: from a published model to one that runs here. What downloads is here alone."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tenet_ros.cli.options import camera_size

if TYPE_CHECKING:
    from tenet_ros.cli.model_steps import Wish
    from tenet_ros.inference.manifest import Manifest
    from tenet_ros.inference.store import EngineStore

__all__ = ['add_parser']

_WHAT = 'PRESET_OR_MODEL'

DESCRIPTION = """\
List, fetch, export, build and check models. They lie in $TENET_ENGINES, or else in
~/.cache/tenet_ros/engines. The whole way for a preset is one command:

  tenet-ros models setup edge

which pulls the published files, exports them to ONNX graphs for this camera size (needs the extra
[export]), builds TensorRT engines of them where there is TensorRT, and checks the result. Every
step can be run by itself, and again: what is done already is not done twice.
"""


def add_parser(subparsers: Any) -> None:
    """Add ``models`` with its actions to an argparse parser's subparsers."""
    parser = subparsers.add_parser(
        'models',
        help='list, fetch, export, build and check models',
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    actions = parser.add_subparsers(dest='action', metavar='ACTION', required=True)
    show = actions.add_parser('list', help='what there is, and how far it has come here')
    show.set_defaults(run=_list)
    pull = actions.add_parser('pull', help='fetch a model, or all that a preset needs')
    _add_name(pull)
    pull.add_argument(
        '--from',
        dest='source',
        metavar='FILE',
        type=Path,
        help='take a local file (a folder, for a model of several files) and check it',
    )
    pull.set_defaults(run=_pull)
    export = actions.add_parser('export', help='make ONNX graphs of what was pulled')
    _add_name(export)
    _add_wishes(export)
    export.add_argument('--force', action='store_true', help='even if they are there already')
    export.set_defaults(run=_export)
    build = actions.add_parser('build', help='build TensorRT engines for this GPU')
    _add_name(build)
    build.set_defaults(run=_build)
    check = actions.add_parser('check', help='look whether everything is as it should be')
    check.add_argument('name', metavar=_WHAT, nargs='?', help='default: all that are here')
    check.set_defaults(run=_check)
    setup = actions.add_parser('setup', help='pull, export, build and check, as far as is needed')
    _add_name(setup)
    _add_wishes(setup)
    setup.set_defaults(run=_setup, force=False)


def _add_name(parser: argparse.ArgumentParser) -> None:
    parser.add_argument('name', metavar=_WHAT, help='edge, coco, omdet_turbo_tiny, ...')


def _add_wishes(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        '--camera',
        type=camera_size,
        metavar='WIDTHxHEIGHT',
        help='of the images that the graphs take; default: 1280x720',
    )
    parser.add_argument(
        '--precision', choices=('fp16', 'fp32'), help='default: what the model is known to bear'
    )
    parser.add_argument(
        '--torch',
        action='store_true',
        help="write torch's own programs as well, for machines with torch and without TensorRT",
    )


def _list(_args: argparse.Namespace) -> int:
    """Print a table of every model."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    from tenet_ros.cli.model_steps import size_text
    from tenet_ros.inference.catalogue import PRESET_MODELS, load_manifest, manifest_names
    from tenet_ros.inference.state import condition_of
    from tenet_ros.inference.store import EngineStore

    store = EngineStore.default()
    table = Table(box=SIMPLE_HEAD)
    for column in ('model', 'preset', 'size', 'licence', 'state', 'next'):
        table.add_column(column, no_wrap=column == 'model')
    for name in manifest_names():
        manifest = load_manifest(name)
        presets = ', '.join(preset for preset, models in PRESET_MODELS.items() if name in models)
        condition = condition_of(store, manifest)
        verb = condition.advice.removeprefix('tenet-ros models ').replace(f' {name}', '')
        state = condition.state.value
        table.add_row(name, presets or '-', size_text(manifest), manifest.licence, state, verb)
    Console(highlight=False).print(table)
    print(f'store: {store.root}')
    return 0


def _pull(args: argparse.Namespace) -> int:
    """Fetch every model that is asked for; a ``TenetError`` says what could not be had."""
    from tenet_ros.cli.model_steps import pull
    from tenet_ros.errors import ConfigError

    store, manifests = _asked(args.name)
    if args.source is not None and len(manifests) > 1:
        names = ', '.join(manifest.name for manifest in manifests)
        raise ConfigError(
            f'--from: expected one model, preset {args.name} has {names}; give them one by one'
        )
    for manifest in manifests:
        print(f'{manifest.name}: {pull(store, manifest, args.source)}')
    return _say_next(args.name, store, manifests)


def _export(args: argparse.Namespace) -> int:
    """Export every model that is asked for."""
    from tenet_ros.cli.model_steps import export

    store, manifests = _asked(args.name)
    for manifest in _exported(manifests):
        print(f'{manifest.name}: {export(store, manifest, _wish(args))}')
    return _say_next(args.name, store, manifests)


def _build(args: argparse.Namespace) -> int:
    """Build the engines of every model that is asked for."""
    from tenet_ros.cli.model_steps import build

    store, manifests = _asked(args.name)
    for manifest in _exported(manifests):
        print(f'{manifest.name}: {build(store, manifest)}')
    return _say_next(args.name, store, manifests)


def _check(args: argparse.Namespace) -> int:
    """Print what each model is worth; 1 if one that was asked for, or is here, falls short."""
    from tenet_ros.cli.model_steps import check
    from tenet_ros.inference.catalogue import load_manifest, manifest_names

    if args.name:
        store, manifests = _asked(args.name)
    else:
        from tenet_ros.inference.store import EngineStore

        store = EngineStore.default()
        known = (load_manifest(name) for name in manifest_names())
        manifests = tuple(manifest for manifest in known if store.folder(manifest).is_dir())
    good = True
    for manifest in manifests:
        for fine, text in check(store, manifest):
            good &= fine
            print(f'{manifest.name} {text}')
    return int(not good)


def _setup(args: argparse.Namespace) -> int:
    """Take every model that is asked for all the way; go on with the next if one cannot go on."""
    from tenet_ros.cli.model_steps import setup
    from tenet_ros.errors import TenetError

    store, manifests = _asked(args.name)
    failed: list[str] = []
    for manifest in manifests:
        print(f'{manifest.name}: {manifest.summary}', flush=True)
        try:
            for good, text in setup(store, manifest, _wish(args)):
                failed += [] if good else [f'{manifest.name}: {text}']
                print(f'  {text}', flush=True)
        except TenetError as error:
            failed.append(str(error))
            print(f'  stopped: {error}', flush=True)
    if failed:
        print(f'{args.name} is not ready: {len(failed)} of what was done went wrong')
        return 1
    return _say_next(args.name, store, manifests)


def _asked(name: str) -> tuple[EngineStore, tuple[Manifest, ...]]:
    from tenet_ros.inference.catalogue import resolve
    from tenet_ros.inference.store import EngineStore

    return EngineStore.default(), resolve(name)


def _exported(manifests: tuple[Manifest, ...]) -> tuple[Manifest, ...]:
    """Return those that are exported at all.

    Raises:
        EngineError: none is.
    """
    chosen = tuple(manifest for manifest in manifests if manifest.export)
    if not chosen:
        _ = manifests[0].plan  # says that it is run as published
    return chosen


def _wish(args: argparse.Namespace) -> Wish:
    from tenet_ros.cli.model_steps import Wish

    return Wish(camera=args.camera, precision=args.precision, torch=args.torch, force=args.force)


def _say_next(name: str, store: EngineStore, manifests: tuple[Manifest, ...]) -> int:
    """Print which command to run next."""
    from tenet_ros.inference.catalogue import PRESET_MODELS
    from tenet_ros.inference.state import condition_of

    for manifest in manifests:
        advice = condition_of(store, manifest).advice
        if advice:
            # What mends one model is not for all of its preset.
            whole = advice if '--force' in advice else advice.replace(manifest.name, name)
            print(f'next: {whole}')
            return 0
    if name in PRESET_MODELS:
        print(f'{name} is ready: tenet-ros node --preset {name}')
    return 0
