"""How far a model has come on this machine, and which command takes it on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from importlib.util import find_spec
from pathlib import Path

from tenet_ros.errors import EngineError
from tenet_ros.inference.manifest import Manifest
from tenet_ros.inference.record import ExportRecord
from tenet_ros.inference.store import EngineStore, Health, digest_of

__all__ = ['Condition', 'State', 'condition_of', 'has_tensorrt', 'note_verdict']

VERDICT = 'check.json'
_ENGINE_HEAD_LIMIT = 1 << 20


class State(str, Enum):
    """How far a model has come; a model that is run as published is missing, damaged or ready."""

    MISSING = 'missing'
    PULLED = 'pulled'
    EXPORTED = 'exported'
    BUILT = 'built'
    READY = 'ready'
    DAMAGED = 'damaged'


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """Where a model stands.

    Attributes:
        state: how far it has come.
        advice: the command to run next, or ''.
        reason: what is wrong with it, or ''.
    """

    state: State
    advice: str = ''
    reason: str = ''


def has_tensorrt() -> bool:
    """Return whether engines can be built here."""
    return find_spec('tensorrt') is not None


def condition_of(store: EngineStore, manifest: Manifest, *, deep: bool = False) -> Condition:
    """Return where a model stands.

    Args:
        store: where its files lie.
        manifest: of the model.
        deep: read every file; else size and time of a file that came before are trusted.
    """
    name = manifest.name
    pull, export = f'tenet-ros models pull {name}', f'tenet-ros models export {name}'
    health = store.check(manifest, deep=deep or manifest.export is None)
    if health is not Health.READY:
        advice = 'install the package again' if manifest.bundled else pull
        reason = 'a published file is not the one that it should be'
        reason = reason if health is Health.DAMAGED else ''
        return Condition(state=State(health.value), advice=advice, reason=reason)
    if manifest.export is None:
        return Condition(state=State.READY)
    folder = store.folder(manifest)
    if not (folder / 'export.json').exists():
        return Condition(state=State.PULLED, advice=export)
    advice = f'{export} --force'
    try:
        record = store.record(manifest)
        advice = record.again
        _check_export(store, manifest, record, deep=deep)
    except EngineError as error:
        return Condition(state=State.DAMAGED, advice=advice, reason=str(error))
    known = store.hashes(manifest)
    if any(known.get(file, sha256) != sha256 for file, sha256 in record.source.items()):
        reason = 'the export is of other files than those that are here'
        return Condition(state=State.PULLED, advice=export, reason=reason)
    return _beyond_export(store, manifest, record)


def note_verdict(folder: Path, record: ExportRecord) -> None:
    """Note that these graphs have passed every check.

    Raises:
        OSError: it cannot be written.
    """
    partial = folder / f'.{VERDICT}.part'
    partial.write_text(json.dumps({'passed': _hashes(record)}) + '\n', encoding='utf-8')
    partial.replace(folder / VERDICT)


def _beyond_export(store: EngineStore, manifest: Manifest, record: ExportRecord) -> Condition:
    """Tell exported from built from ready; engines only count where they can be built."""
    build = f'tenet-ros models build {manifest.name}'
    check = f'tenet-ros models check {manifest.name}'
    built = _built(store.engines(manifest), record)
    passed = _passed(store.folder(manifest)) == _hashes(record)
    if has_tensorrt() and not built:
        return Condition(state=State.EXPORTED, advice=build)
    if passed:
        return Condition(state=State.READY)
    return Condition(state=State.BUILT if built else State.EXPORTED, advice=check)


def _check_export(
    store: EngineStore, manifest: Manifest, record: ExportRecord, *, deep: bool
) -> None:
    """Check that every graph is what the note says.

    Raises:
        EngineError: one is not.
    """
    for graph in record.graphs:
        path = store.folder(manifest) / graph.file
        if not path.is_file():
            raise EngineError(f'{graph.file} is missing')
        same_size = path.stat().st_size == graph.size_bytes
        if not same_size or (deep and digest_of(path) != graph.sha256):
            raise EngineError(f'{graph.file} is not what was exported')


def _built(engines: Path, record: ExportRecord) -> bool:
    """Return whether there is an engine of every graph, of whatever GPU."""
    heads = [_graph_of(path) for path in engines.glob('*.engine')]
    return all(graph.sha256 in heads for graph in record.graphs)


def _graph_of(path: Path) -> str:
    """Return the SHA-256 of the graph that an engine was built of, or ''."""
    try:
        with path.open('rb') as file:
            file.readline(_ENGINE_HEAD_LIMIT)
            return str(json.loads(file.readline(_ENGINE_HEAD_LIMIT))['key']['graph_sha256'])
    except (OSError, ValueError, KeyError, TypeError):
        return ''


def _hashes(record: ExportRecord) -> dict[str, str]:
    return {graph.role: graph.sha256 for graph in record.graphs}


def _passed(folder: Path) -> Mapping[str, str]:
    try:
        passed = json.loads((folder / VERDICT).read_text(encoding='utf-8'))['passed']
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    return passed if isinstance(passed, dict) else {}
