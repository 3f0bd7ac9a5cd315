"""The folder where model files lie, and the one way in which they get there."""

from __future__ import annotations

import hashlib
from enum import Enum
from pathlib import Path

from tenet_ros.errors import EngineError
from tenet_ros.inference.cache_folder import cache_folder, need_writable, writing_advice
from tenet_ros.inference.download import (
    BLOCK,
    Arrival,
    Patience,
    discard,
)
from tenet_ros.inference.fetch import Progress, by_hand, copy, fetch, origin_of, reason_of
from tenet_ros.inference.lock import LockedFile, SourceLock
from tenet_ros.inference.manifest import Manifest, ModelFile
from tenet_ros.inference.record import ExportRecord, Role

__all__ = ['EngineStore', 'Health', 'digest_of']

BUNDLED = Path(__file__).resolve().parent.parent / 'weights'
"""The models that come with the package."""


class Health(str, Enum):
    """What the store has of a model's files."""

    READY = 'ready'
    MISSING = 'missing'
    DAMAGED = 'damaged'


def _silent(_name: str, _done: int, _total: int) -> None:
    """Report nothing."""


class EngineStore:
    """Model files on this machine, one folder per model; bundled ones lie in the package itself.

    A model that is run as published lies in its folder. Of one that is exported on this machine the
    published files lie in ``source/`` there, its graphs and the note of them beside that, and what
    TensorRT builds in ``engines/``.

    Nothing here is called at import, launch or run time except what tells where something lies;
    only ``pull`` writes.

    Args:
        root: the folder; it need not exist.
        patience: with the servers that files are pulled from.
    """

    def __init__(self, root: Path, patience: Patience | None = None) -> None:
        self.root = root
        self._patience = patience or Patience()

    @classmethod
    def default(cls) -> EngineStore:
        """Return the user's store: ``$TENET_ENGINES``, else ``~/.cache/tenet_ros/engines``.

        Raises:
            ConfigError: it cannot be a folder.
        """
        return cls(cache_folder())

    def folder(self, manifest: Manifest) -> Path:
        """Return the folder of a model, there or not."""
        return BUNDLED if manifest.bundled else self.root / manifest.name

    def source(self, manifest: Manifest) -> Path:
        """Return the folder of a model's published files, there or not."""
        folder = self.folder(manifest)
        return folder / 'source' if manifest.export else folder

    def engines(self, manifest: Manifest) -> Path:
        """Return the folder of what TensorRT builds of a model, there or not."""
        return self.folder(manifest) / 'engines'

    def path(self, manifest: Manifest) -> Path:
        """Return where the graph of a model that is run as published lies, or would lie."""
        return self.folder(manifest) / manifest.graph.name

    def record(self, manifest: Manifest) -> ExportRecord:
        """Return the note of a model's export.

        Raises:
            EngineError: it is not exported, or the note is no note of this model.
        """
        record, plan = ExportRecord.load(self.folder(manifest)), manifest.plan
        wanted, got = (manifest.name, plan.exporter), (record.model, record.exporter)
        if wanted != got or plan.limits.keys() - record.limits.keys():
            raise EngineError(
                f'{manifest.name}: expected the note of an export of {" by ".join(wanted)} with '
                f'{", ".join(plan.limits) or "no limits"} in {self.folder(manifest)}, it is of '
                f'{" by ".join(got)} with {", ".join(record.limits) or "no limits"}; run '
                f'`tenet-ros models export {manifest.name} --force`'
            )
        return record

    def graph(self, manifest: Manifest, role: Role) -> Path:
        """Return where an exported graph lies.

        Raises:
            EngineError: the model is not exported, or has no graph of this role.
        """
        return self.folder(manifest) / self.record(manifest).graph(role).file

    def check(self, manifest: Manifest, *, deep: bool = True) -> Health:
        """Compare every published file of a model with the manifest, and with what was noted.

        Args:
            manifest: of the model.
            deep: read every file; else one whose size and time are as they were noted is trusted.
        """
        source = self.source(manifest)
        if any(not (source / file.name).is_file() for file in manifest.files):
            return Health.MISSING
        try:
            lock = SourceLock.load(self.folder(manifest))
        except EngineError:
            return Health.DAMAGED
        if any(not _expected(file, lock) for file in manifest.files):
            return Health.MISSING  # it lies there, but nobody has vouched for it: pull takes it in
        whole = (_whole(file, source / file.name, lock, deep=deep) for file in manifest.files)
        return Health.READY if all(whole) else Health.DAMAGED

    def hashes(self, manifest: Manifest) -> dict[str, str]:
        """Return the SHA-256 of each published file as the manifest or the note states it."""
        lock = SourceLock.load(self.folder(manifest))
        return {file.name: _expected(file, lock) for file in manifest.files}

    def pull(
        self, manifest: Manifest, *, from_file: Path | None = None, progress: Progress = _silent
    ) -> Path:
        """Put every published file of a model into the store; one that is there and right is kept.

        A file comes under a temporary name beside its place, is checked, and is then renamed:
        at any moment its place holds the whole file or none. A transfer that was interrupted goes
        on where it broke off.

        Args:
            manifest: of the model.
            from_file: take it from here in place of its URL: the file of a model that has one
                file, or a folder that holds files of the manifest's names.
            progress: called as bytes come.

        Returns:
            Where the ONNX graph lies now; of a model that is exported the folder of its source.

        Raises:
            EngineError: a file cannot be had, is not the one that the manifest or the note names,
                or cannot be written.
        """
        if manifest.bundled and self.check(manifest) is not Health.READY:
            raise EngineError(
                f'{manifest.name}: expected the files that come with the package in {BUNDLED}, '
                f'got {self.check(manifest).value} ones; install the package again'
            )
        if manifest.bundled and from_file is not None:
            raise EngineError(
                f'{manifest.name}: expected no file for a model that comes with the package, got '
                f'{from_file}; leave it out'
            )
        lock = SourceLock.load(self.folder(manifest))
        for file in manifest.files:
            place = self.source(manifest) / file.name
            try:
                lock = self._pull_one(manifest, file, place, lock, from_file, progress)
            except OSError as error:
                raise EngineError(
                    f'{manifest.name}: expected to write {place}, got {reason_of(error)}; '
                    f'{writing_advice(error)}'
                ) from error
        return self.source(manifest) if manifest.export else self.path(manifest)

    def _pull_one(
        self,
        manifest: Manifest,
        file: ModelFile,
        place: Path,
        lock: SourceLock,
        from_file: Path | None,
        progress: Progress,
    ) -> SourceLock:
        """Put one file into its place and return the note with it."""
        expected = _expected(file, lock)
        right = _is_right(file, place, lock)
        if right and expected and (lock.entry(file) or not manifest.export):
            return lock
        if not right:
            need_writable(place.parent, manifest.name)
        if right:
            arrival = Arrival(path=place)  # put there by hand: the first copy, taken as it is
        elif from_file is None:
            arrival = fetch(
                manifest,
                file,
                place,
                expected=expected,
                commit=lock.commit,
                progress=progress,
                patience=self._patience,
            )
        else:
            arrival = copy(manifest, file, place, origin_of(manifest, file, from_file), progress)
        digest = _admit(manifest, file, place, arrival, expected)
        if not manifest.export and file.sha256:
            return lock
        entry = LockedFile(
            url=file.url,
            sha256=digest,
            size_bytes=place.stat().st_size,
            modified_ns=place.stat().st_mtime_ns,
            commit=arrival.commit,
            etag=arrival.etag,
        )
        return lock.add(self.folder(manifest), file.name, entry)


def _admit(
    manifest: Manifest, file: ModelFile, place: Path, arrival: Arrival, expected: str
) -> str:
    """Move what has come to its place, if it is what it must be; return its hash.

    Raises:
        EngineError: it is not; then it is removed.
    """
    digest, size = digest_of(arrival.path), arrival.path.stat().st_size
    expected = expected or arrival.linked_sha256
    wrong = (expected and digest != expected) or (file.size_bytes and size != file.size_bytes)
    if wrong:
        if arrival.path != place:
            discard(place)
        raise EngineError(
            f'{manifest.name}: expected {file.name} of {file.size_bytes or "any"} bytes with '
            f'sha256 {expected or "of any value"}, got {size} bytes with sha256 {digest}; '
            f'nothing was installed: {by_hand(manifest)}'
        )
    if arrival.path != place:
        arrival.path.replace(place)
        discard(place)
    return digest


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file, 64 lower-case hexadecimal digits."""
    sha = hashlib.sha256()
    with path.open('rb') as file:
        while block := file.read(BLOCK):
            sha.update(block)
    return sha.hexdigest()


def _expected(file: ModelFile, lock: SourceLock) -> str:
    """Return the hash that a file must have, or '' if any will do."""
    entry = lock.entry(file)
    return file.sha256 or (entry.sha256 if entry else '')


def _is_right(file: ModelFile, place: Path, lock: SourceLock) -> bool:
    """Return whether a file may stay as it is."""
    if _expected(file, lock):
        return _whole(file, place, lock, deep=True)
    # Nobody states its hash; one that was noted under another URL is of another revision.
    return place.is_file() and file.name not in lock.files


def _whole(file: ModelFile, place: Path, lock: SourceLock, *, deep: bool) -> bool:
    """Return whether a file is there and has the hash that it must have."""
    if not place.is_file():
        return False
    entry = lock.entry(file)
    if not deep and entry and entry.sha256 == _expected(file, lock) and entry.unchanged(place):
        return True
    return digest_of(place) == _expected(file, lock)
