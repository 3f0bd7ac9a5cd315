"""The folder where model files lie, and the one way in which they get there."""

from __future__ import annotations

import hashlib
import http.client
import os
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from enum import Enum
from itertools import chain
from pathlib import Path
from typing import Any, TypeAlias

from tenet_ros.errors import EngineError
from tenet_ros.inference.manifest import Manifest, ModelFile

__all__ = ['EngineStore', 'Health', 'Progress']

Progress: TypeAlias = Callable[[str, int, int], None]
"""Called with a file's name, the bytes that have come, and the bytes that are expected."""

BUNDLED = Path(__file__).resolve().parent.parent / 'weights'
"""The models that come with the package."""

_BLOCK = 1 << 18
_TIMEOUT_S = 20.0


class Health(str, Enum):
    """What the store has of a model."""

    READY = 'ready'
    MISSING = 'missing'
    DAMAGED = 'damaged'


def _silent(_name: str, _done: int, _total: int) -> None:
    """Report nothing."""


class EngineStore:
    """Model files on this machine, one folder per model; bundled ones lie in the package itself.

    Nothing here is called at import, launch or run time except ``path``; only ``pull`` writes.

    Args:
        root: the folder; it need not exist.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    @classmethod
    def default(cls) -> EngineStore:
        """Return the user's store: ``$TENET_ENGINES``, else ``~/.cache/tenet_ros/engines``.

        ``$XDG_CACHE_HOME`` takes the place of ``~/.cache`` where it is set (XDG Base Directory).
        """
        chosen = os.environ.get('TENET_ENGINES', '')
        if chosen:
            return cls(Path(chosen).expanduser())
        cache = os.environ.get('XDG_CACHE_HOME', '')
        return cls((Path(cache) if cache else Path.home() / '.cache') / 'tenet_ros' / 'engines')

    def folder(self, manifest: Manifest) -> Path:
        """Return the folder of a model, there or not."""
        return BUNDLED if manifest.bundled else self.root / manifest.name

    def path(self, manifest: Manifest) -> Path:
        """Return where the model's ONNX graph lies, or would lie."""
        return self.folder(manifest) / manifest.graph.name

    def check(self, manifest: Manifest) -> Health:
        """Read every file of a model and compare it with the manifest."""
        paths = [(self.folder(manifest) / file.name, file) for file in manifest.files]
        if any(not path.is_file() for path, _ in paths):
            return Health.MISSING
        intact = all(_digest(path) == file.sha256 for path, file in paths)
        return Health.READY if intact else Health.DAMAGED

    def pull(
        self, manifest: Manifest, *, from_file: Path | None = None, progress: Progress = _silent
    ) -> Path:
        """Put every file of a model into the store; a file that is there and right is kept.

        A file comes under a temporary name beside its place, is checked, and is then renamed:
        at any moment its place holds the whole file or none.

        Args:
            manifest: of the model.
            from_file: take it from here in place of its URL: the file of a model that has one
                file, or a folder that holds files of the manifest's names.
            progress: called as bytes come.

        Returns:
            Where the ONNX graph lies now.

        Raises:
            EngineError: a file cannot be had, is not the one that the manifest names, or cannot
                be written. The store is then as it was before that file.
        """
        if manifest.bundled and self.check(manifest) is not Health.READY:
            raise EngineError(
                f'{manifest.name}: expected the files that come with the package in {BUNDLED}, '
                f'got {self.check(manifest).value} ones; install the package again'
            )
        for file in manifest.files:
            place = self.folder(manifest) / file.name
            if place.is_file() and _digest(place) == file.sha256:
                continue
            blocks = _blocks(manifest, file, _origin(manifest, file, from_file))
            try:
                _install(manifest, file, blocks, place, progress)
            except OSError as error:
                raise EngineError(
                    f'{manifest.name}: expected to write {place}, got {_reason(error)}; '
                    'make room or set TENET_ENGINES to a folder of yours'
                ) from error
        return self.path(manifest)


def _origin(manifest: Manifest, file: ModelFile, from_file: Path | None) -> str | Path:
    """Return the URL or the local path of a file."""
    if from_file is None:
        return file.url
    if from_file.is_dir():
        return from_file / file.name
    if len(manifest.files) > 1:
        names = ', '.join(each.name for each in manifest.files)
        raise EngineError(
            f'{manifest.name}: expected a folder with {names}, got {from_file}; give the folder'
        )
    return from_file


def _blocks(manifest: Manifest, file: ModelFile, origin: str | Path) -> Iterator[bytes]:
    """Yield the content of a file, piece by piece.

    Raises:
        EngineError: it cannot be opened or read.
    """
    try:
        with _open(origin) as stream:
            while block := stream.read(_BLOCK):
                yield block
    except (OSError, http.client.HTTPException) as error:
        remedy = 'check the path'
        if isinstance(origin, str):
            remedy = f'connect to the network, or {_by_hand(manifest)}'
        raise EngineError(
            f'{manifest.name}: expected {file.name} from {origin}, got {_reason(error)}; {remedy}'
        ) from error


def _open(origin: str | Path) -> Any:
    if isinstance(origin, Path):
        return origin.open('rb')
    # The form of a manifest allows https only.
    request = urllib.request.Request(origin, headers={'User-Agent': 'tenet-ros'})  # noqa: S310
    return urllib.request.urlopen(request, timeout=_TIMEOUT_S)  # noqa: S310


def _install(
    manifest: Manifest, file: ModelFile, blocks: Iterator[bytes], place: Path, progress: Progress
) -> None:
    """Write blocks beside ``place``, check the whole, and rename it to ``place``."""
    first = next(blocks, b'')  # before anything is written: without network, nothing is
    place.parent.mkdir(parents=True, exist_ok=True)
    partial = place.with_name(f'.{place.name}.{os.getpid()}.part')
    sha, done = hashlib.sha256(), 0
    try:
        with partial.open('wb') as out:
            for block in chain((first,), blocks):
                done += len(block)
                if done > file.size_bytes:
                    break  # whatever this is, there may be no end to it
                sha.update(block)
                out.write(block)
                progress(file.name, done, file.size_bytes)
        if done != file.size_bytes or sha.hexdigest() != file.sha256:
            raise EngineError(
                f'{manifest.name}: expected {file.name} of {file.size_bytes} bytes with sha256 '
                f'{file.sha256}, got {_came(file, sha.hexdigest(), done)}; nothing was '
                f'installed: {_by_hand(manifest)}'
            )
        partial.replace(place)
    finally:
        partial.unlink(missing_ok=True)
        with suppress(OSError):
            place.parent.rmdir()  # only if it is empty


def _came(file: ModelFile, digest: str, done: int) -> str:
    return 'a longer file' if done > file.size_bytes else f'{done} bytes with sha256 {digest}'


def _by_hand(manifest: Manifest) -> str:
    what = 'FILE' if len(manifest.files) == 1 else 'FOLDER'
    return f'give your own copy with `tenet-ros models pull {manifest.name} --from {what}`'


def _digest(path: Path) -> str:
    sha = hashlib.sha256()
    with path.open('rb') as file:
        while block := file.read(_BLOCK):
            sha.update(block)
    return sha.hexdigest()


def _reason(error: Exception) -> str:
    """Return the innermost cause in a few words."""
    if isinstance(error, urllib.error.HTTPError):
        return f'HTTP {error.code}'
    if isinstance(error, urllib.error.URLError) and isinstance(error.reason, Exception):
        return _reason(error.reason)
    text = getattr(error, 'strerror', None) or str(error) or type(error).__name__
    return ' '.join(str(text).split())
