"""A published file, from the network or from a local copy, to its partial name in the store."""

from __future__ import annotations

import urllib.error
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

from tenet_ros.errors import EngineError
from tenet_ros.inference.download import (
    BLOCK,
    Arrival,
    BrokenOffError,
    BusyError,
    Patience,
    UnwantedFileError,
    download,
    held,
    partial_of,
)
from tenet_ros.inference.manifest import Manifest, ModelFile
from tenet_ros.inference.reply import Reply

__all__ = ['Progress', 'by_hand', 'copy', 'fetch', 'origin_of', 'reason_of']

Progress: TypeAlias = Callable[[str, int, int], None]
"""Called with a file's name, the bytes that have come, and the bytes that are expected (0: unknown)."""


def fetch(
    manifest: Manifest,
    file: ModelFile,
    place: Path,
    *,
    expected: str,
    commit: str,
    progress: Progress,
    patience: Patience,
) -> Arrival:
    """Fetch a file from its URL to its partial name.

    Args:
        manifest: of the model.
        file: of the model.
        place: where it shall lie in the end.
        expected: its SHA-256; '' if any will do.
        commit: that the files of this model which are here already are of, or ''.
        progress: called as bytes come.
        patience: with the server.

    Raises:
        EngineError: it cannot be had.
    """
    url, hub = file.url, manifest.hub
    if hub and not hub.pinned and commit:
        # The branch may have moved on: the rest must be of the commit that the first file was of.
        url = url.replace(f'/resolve/{hub.revision}/', f'/resolve/{commit}/')

    def check(reply: Reply) -> None:
        if expected and reply.linked_sha256 and reply.linked_sha256 != expected:
            raise UnwantedFileError(f'one with sha256 {reply.linked_sha256}, not {expected}')
        if hub and hub.pinned and reply.commit and reply.commit != hub.revision:
            raise UnwantedFileError(f'one of commit {reply.commit}')

    try:
        return download(
            url,
            place,
            size_bytes=file.size_bytes,
            check=check,
            progress=lambda done, total: progress(file.name, done, total),
            patience=patience,
        )
    except BrokenOffError as error:
        kept = held(place)
        remedy = f'connect to the network, or {by_hand(manifest)}'
        if kept:
            remedy = f'run it again to go on from the {kept} bytes that are here; or {remedy}'
        reason = reason_of(error.__cause__ or error)
    except UnwantedFileError as error:
        reason, remedy = str(error), f'nothing was installed: {by_hand(manifest)}'
    except BusyError as error:
        reason, remedy = f'another process at work on {error}', 'wait for it to end'
    raise EngineError(f'{manifest.name}: expected {file.name} from {url}, got {reason}; {remedy}')


def copy(
    manifest: Manifest, file: ModelFile, place: Path, origin: Path, progress: Progress
) -> Arrival:
    """Copy a local file to its partial name.

    Raises:
        EngineError: it cannot be read.
        OSError: it cannot be written.
    """
    try:
        stream = origin.open('rb')
    except OSError as error:
        raise EngineError(
            f'{manifest.name}: expected {file.name} from {origin}, got {reason_of(error)}; '
            'check the path'
        ) from error
    place.parent.mkdir(parents=True, exist_ok=True)
    total, done = origin.stat().st_size, 0
    with stream, partial_of(place).open('wb') as out:
        while block := stream.read(BLOCK):
            out.write(block)
            done += len(block)
            progress(file.name, done, total)
    return Arrival(path=partial_of(place))


def origin_of(manifest: Manifest, file: ModelFile, from_file: Path) -> Path:
    """Return the local path of a file.

    Raises:
        EngineError: ``from_file`` cannot be where it lies.
    """
    if from_file.is_dir():
        return from_file / file.name
    if from_file.exists() and not from_file.is_file():
        raise EngineError(
            f'{manifest.name}: expected a file or a folder, {from_file} is neither; give a copy of '
            f'{file.name}'
        )
    if len(manifest.files) > 1:
        names = ', '.join(each.name for each in manifest.files)
        raise EngineError(
            f'{manifest.name}: expected a folder with {names}, got {from_file}; give the folder'
        )
    return from_file


def by_hand(manifest: Manifest) -> str:
    """Return what to do where a file cannot be fetched."""
    what = 'FILE' if len(manifest.files) == 1 else 'FOLDER'
    return f'give your own copy with `tenet-ros models pull {manifest.name} --from {what}`'


def reason_of(error: BaseException) -> str:
    """Return the innermost cause in a few words."""
    if isinstance(error, urllib.error.HTTPError):
        return f'HTTP {error.code}'
    if isinstance(error, urllib.error.URLError) and isinstance(error.reason, Exception):
        return reason_of(error.reason)
    text = getattr(error, 'strerror', None) or str(error) or type(error).__name__
    return ' '.join(str(text).split())
