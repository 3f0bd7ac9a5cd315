"""What each step from a published model to one that is ready does, and says, for one model."""

from __future__ import annotations

import importlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tenet_ros.errors import EngineError
from tenet_ros.inference.manifest import Manifest
from tenet_ros.inference.record import ExportRecord, Precision, Role
from tenet_ros.inference.state import State, condition_of, has_tensorrt, note_verdict
from tenet_ros.inference.store import EngineStore

__all__ = ['Wish', 'build', 'check', 'export', 'pull', 'setup', 'size_text']

_MIB = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """How to export, where it is not as the manifest says.

    Attributes:
        camera: (height, width) of the images that the graphs shall take, pixels; None: the
            manifest's.
        precision: of weights and arithmetic; None: the manifest's.
        torch: with torch's own programs, for machines with torch and without TensorRT.
        force: even if the same export is there already.
    """

    camera: tuple[int, int] | None = None
    precision: Precision | None = None
    torch: bool = False
    force: bool = False


def size_text(manifest: Manifest) -> str:
    """Return the size of a model's published files as far as it is known."""
    known = f'{manifest.size_bytes / _MIB:.1f} MiB'
    if all(file.size_bytes for file in manifest.files):
        return known
    return f'> {known}' if manifest.size_bytes else 'unknown'


def pull(store: EngineStore, manifest: Manifest, source: Path | None = None) -> str:
    """Fetch a model's published files under progress bars, and say where they are."""
    from tenet_ros.cli.model_bars import bars

    with bars(manifest.name) as report:
        place = store.pull(manifest, from_file=source, progress=report)
    if manifest.export is None:
        return f'{place} ({manifest.licence}, sha256 {manifest.graph.sha256})'
    loose = sum(not file.sha256 for file in manifest.files)
    noted = f'; {loose} of {len(manifest.files)} hashes noted, not known before' if loose else ''
    return f'{place} ({manifest.licence}{noted})'


def export(store: EngineStore, manifest: Manifest, wish: Wish) -> str:
    """Make a model's graphs, unless they are there already, and say what was made."""
    from tenet_ros.export.install import install, is_current

    plan = manifest.plan
    camera, precision = wish.camera or plan.camera, wish.precision or plan.precision
    begin_s = time.monotonic()
    if not wish.force and is_current(store, manifest, camera, precision, torch=wish.torch):
        return f'{_export_text(store.record(manifest))}, there already'
    record = install(store, manifest, camera, precision, torch=wish.torch)
    return f'{_export_text(record)} ({time.monotonic() - begin_s:.0f} s)'


def build(store: EngineStore, manifest: Manifest) -> str:
    """Build the TensorRT engines of a model, and say what runs them.

    Raises:
        EngineError: the model is not exported, there is no TensorRT here, or it refuses a graph.
    """
    condition = condition_of(store, manifest)
    if condition.state not in {State.EXPORTED, State.BUILT, State.READY}:
        raise EngineError(
            f'{manifest.name}: expected exported graphs to build engines of, it is '
            f'{condition.state.value}; run `{condition.advice}`'
        )
    record = store.record(manifest)
    begin_s = time.monotonic()
    runs = [_build_engine(store, manifest, record, graph.role) for graph in record.graphs]
    return f'{runs[-1]} ({time.monotonic() - begin_s:.0f} s)'


def check(store: EngineStore, manifest: Manifest) -> Iterator[tuple[bool, str]]:
    """Look at everything of a model; yield whether each thing is as it should be, and what it is.

    A model that passes everything is ``ready`` from then on.
    """
    condition = condition_of(store, manifest, deep=True)
    good = condition.state not in {State.MISSING, State.PULLED, State.DAMAGED}
    if not good or manifest.export is None:
        reason = f' ({condition.reason})' if condition.reason else ''
        advice = f': {condition.advice}' if condition.advice else ''
        yield good, f'{condition.state.value}{reason}{advice}'
        return
    from tenet_ros.export.verify import examine

    record = store.record(manifest)
    yield True, f'{_export_text(record)}: every file is whole'
    passed: list[bool | None] = []
    for seen in examine(store, manifest):
        passed.append(seen.passed)
        failed = 'failed: ' if seen.passed is False else ''
        yield not failed, f'{seen.subject}: {failed}{seen.text}'
    if all(passed):
        note_verdict(store.folder(manifest), record)
    after = condition_of(store, manifest)
    advice = f': {after.advice}' if after.advice and all(passed) else ''
    yield True, f'{after.state.value}{advice}'


def setup(store: EngineStore, manifest: Manifest, wish: Wish) -> Iterator[tuple[bool, str]]:
    """Do every step that a model still needs; yield whether each went well, and what it did."""
    yield True, f'pulled: {pull(store, manifest)}'
    if manifest.export is not None:
        yield True, f'exported: {export(store, manifest, wish)}'
        if has_tensorrt():
            yield True, f'built: {build(store, manifest)}'
        else:
            yield True, 'built: nothing, there is no TensorRT here'
    for good, text in check(store, manifest):
        yield good, f'checked: {text}'


def _build_engine(store: EngineStore, manifest: Manifest, record: ExportRecord, role: Role) -> str:
    """Build one engine by loading it once; the one place that opens a session for it."""
    if not has_tensorrt():
        raise EngineError(
            f'{manifest.name}: expected the Python package tensorrt to build engines with, it is '
            'not installed; on a Jetson it comes with JetPack, elsewhere install it, or run the '
            'model without: the node takes the best engine that there is'
        )
    sessions = importlib.import_module('tenet_ros.inference.open_session')
    session = sessions.open_session(record, role, store.folder(manifest), engine='tensorrt')
    with session:
        return str(session.provider)


def _export_text(record: ExportRecord) -> str:
    graphs = ', '.join(graph.file for graph in record.graphs)
    height, width = record.camera
    return f'{graphs}, {record.precision}, {width}x{height}'
