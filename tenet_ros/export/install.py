"""An export from the store's published files into the store, whole or not at all."""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tenet_ros.errors import EngineError
from tenet_ros.export.clip_tokenizer import write_clip_tokenizer
from tenet_ros.export.job import ExportJob, open_exporter
from tenet_ros.inference import record as notes
from tenet_ros.inference.cache_folder import writing_advice
from tenet_ros.inference.manifest import Manifest
from tenet_ros.inference.record import ExportRecord, Precision
from tenet_ros.inference.state import State, condition_of
from tenet_ros.inference.store import EngineStore, Health

__all__ = ['export_aside', 'install', 'is_current']


def is_current(
    store: EngineStore,
    manifest: Manifest,
    camera: tuple[int, int],
    precision: Precision,
    *,
    torch: bool = False,
) -> bool:
    """Return whether the store holds this export already, whole and of these published files.

    Every file is read: what was changed on the disk is made anew, and takes longer than this.

    Args:
        store: where it would lie.
        manifest: of the model.
        camera: (height, width) of the images that the graphs take, pixels.
        precision: of weights and arithmetic.
        torch: whether torch's own programs are wanted as well.
    """
    if condition_of(store, manifest, deep=True).state not in {
        State.EXPORTED,
        State.BUILT,
        State.READY,
    }:
        return False
    record = store.record(manifest)
    wanted = (manifest.plan.exporter, camera, precision)
    programs = all((store.folder(manifest) / name).is_file() for name in _programs(record))
    same = (record.exporter, record.camera, record.precision) == wanted
    return same and (programs or not torch)


def install(
    store: EngineStore,
    manifest: Manifest,
    camera: tuple[int, int],
    precision: Precision,
    *,
    torch: bool = False,
) -> ExportRecord:
    """Export a model into its folder of the store.

    The graphs are made in a folder beside it and then moved, the note of them last: what the note
    speaks of is there, at any moment, and an export that fails leaves the one before.

    Args:
        store: with the model's published files.
        manifest: of the model.
        camera: (height, width) of the images that the graphs shall take, pixels.
        precision: of weights and arithmetic.
        torch: whether to write torch's own programs as well.

    Raises:
        ConfigError: the extra [export] is not installed.
        EngineError: a published file is missing or damaged, or the graphs cannot be written.
    """
    folder = store.folder(manifest)
    try:
        with export_aside(store, manifest, camera, precision, torch=torch) as (aside, record):
            record.save(aside)
            before = _graphs(folder) | {path.name for path in folder.glob('*.pt2')}
            (folder / notes.NAME).unlink(missing_ok=True)
            made = sorted(path for path in aside.iterdir() if path.name != notes.NAME)
            for path in [*made, aside / notes.NAME]:
                path.replace(folder / path.name)
            for name in before - {path.name for path in made}:
                (folder / name).unlink(missing_ok=True)
    except OSError as error:
        raise EngineError(
            f'{manifest.name}: expected to write its graphs to {folder}, got '
            f'{error.strerror or error}; {writing_advice(error)}'
        ) from error
    return record


@contextmanager
def export_aside(
    store: EngineStore,
    manifest: Manifest,
    camera: tuple[int, int],
    precision: Precision,
    *,
    torch: bool = False,
) -> Iterator[tuple[Path, ExportRecord]]:
    """Export a model to a folder beside its own, which is removed at the end.

    Yields:
        The folder, and the note of what lies in it.

    Raises:
        ConfigError: the extra [export] is not installed.
        EngineError: a published file is missing or damaged, or another than the exporter expects.
        OSError: the graphs cannot be written.
    """
    health = store.check(manifest)
    if health is not Health.READY:
        raise EngineError(
            f'{manifest.name}: expected its published files in {store.source(manifest)}, they are '
            f'{health.value}; run `tenet-ros models pull {manifest.name}`'
        )
    aside = store.root / f'.{manifest.name}.export'
    with _alone(store, manifest):
        shutil.rmtree(aside, ignore_errors=True)  # of a process that was killed
        aside.mkdir()
        try:
            yield aside, _export(store, manifest, aside, camera, precision, torch=torch)
        finally:
            shutil.rmtree(aside, ignore_errors=True)


def _programs(record: ExportRecord) -> list[str]:
    return [str(Path(graph.file).with_suffix('.pt2')) for graph in record.graphs]


def _export(
    store: EngineStore,
    manifest: Manifest,
    aside: Path,
    camera: tuple[int, int],
    precision: Precision,
    *,
    torch: bool,
) -> ExportRecord:
    """Let the exporter write into ``aside``, and look whether it did."""
    write_clip_tokenizer(store.source(manifest))
    job = ExportJob(
        model=manifest.name,
        source=store.source(manifest),
        folder=aside,
        camera=camera,
        precision=precision,
        torch=torch,
    )
    record = open_exporter(manifest.plan.exporter).export(job)
    lost = [graph.file for graph in record.graphs if not (aside / graph.file).is_file()]
    if lost or not record.graphs:
        raise EngineError(
            f'{manifest.name}: expected the exporter {manifest.plan.exporter} to write '
            f'{", ".join(lost) or "a graph"}, it has not; report this as an error'
        )
    return record


@contextmanager
def _alone(store: EngineStore, manifest: Manifest) -> Iterator[None]:
    """Hold the one right to export a model.

    Raises:
        EngineError: another process has it.
    """
    with (store.root / f'.{manifest.name}.lock').open('a') as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise EngineError(
                f'{manifest.name}: expected to be alone, another process is exporting it; wait for '
                'it to end'
            ) from error
        yield


def _graphs(folder: Path) -> set[str]:
    """Return the files of the export that lies there, if one does."""
    try:
        return {graph.file for graph in ExportRecord.load(folder).graphs}
    except EngineError:
        return set()
