"""One file from a web server, in as many attempts as it takes, never half at its place.

What has come of a file lies beside its place as ``.NAME.part`` and outlives an interruption; beside
that, ``.NAME.part.json`` says of which URL it is and which version of the file the server called it.
The next attempt asks for the rest of that same version (HTTP ``Range`` with ``If-Range``); a server
whose file has changed sends all of it, and the transfer starts over.
"""

from __future__ import annotations

import errno
import fcntl
import http.client
import json
import shutil
import time
import urllib.error
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from tenet_ros.inference import reply as wire
from tenet_ros.inference.reply import Reply

__all__ = [
    'Arrival',
    'BrokenOffError',
    'BusyError',
    'Patience',
    'UnwantedFileError',
    'discard',
    'download',
    'held',
    'partial_of',
]

BLOCK = 1 << 18

RANGE_NOT_SATISFIABLE = 416


class BrokenOffError(Exception):
    """The transfer broke off; what has come is kept, and another call goes on from there."""


class UnwantedFileError(Exception):
    """The server offers another file than the one that is wanted; nothing is kept."""


class BusyError(Exception):
    """Another process is fetching this file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long to put up with a server.

    Attributes:
        attempts: in a row that bring nothing, until it is given up.
        timeout_s: without a single byte, after which an attempt counts as broken off.
        pause_s: before an attempt that follows one which brought nothing.
    """

    attempts: int = 5
    timeout_s: float = 20.0
    pause_s: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A file that has come whole.

    Attributes:
        path: where it lies: its partial name.
        linked_sha256: what a hub says its hash is, or ''.
        commit: of the hub's repository that the file is of, or ''.
        etag: the server's name for this version of the file, or ''.
    """

    path: Path
    linked_sha256: str = ''
    commit: str = ''
    etag: str = ''


def partial_of(place: Path) -> Path:
    """Return where a file lies while it comes."""
    return place.with_name(f'.{place.name}.part')


def held(place: Path) -> int:
    """Return how many bytes of a file have come already."""
    partial = partial_of(place)
    return partial.stat().st_size if partial.is_file() else 0


def discard(place: Path) -> None:
    """Remove what has come of a file, and its folder if nothing else is in it."""
    partial = partial_of(place)
    partial.unlink(missing_ok=True)
    _note_of(partial).unlink(missing_ok=True)
    with suppress(OSError):
        place.parent.rmdir()


def download(
    url: str,
    place: Path,
    *,
    size_bytes: int,
    check: Callable[[Reply], None],
    progress: Callable[[int, int], None],
    patience: Patience,
) -> Arrival:
    """Fetch a file to its partial name.

    Args:
        url: of the file.
        place: where it shall lie in the end; its folder need not exist.
        size_bytes: that the file must have; 0 if any will do.
        check: called with each reply before its body is read; may raise ``UnwantedFileError``.
        progress: called with the bytes that have come and those that are expected, 0 if unknown.
        patience: with the server.

    Raises:
        BrokenOffError: the server cannot be reached, refuses, or broke off again and again.
        UnwantedFileError: the file has another size than it must have, or ``check`` says so.
        BusyError: another process has it in hand.
        OSError: it cannot be written.
    """
    if size_bytes and held(place) == size_bytes and _noted(place).get('url') == url:
        return Arrival(path=partial_of(place))
    barren = 0
    while True:
        before = held(place)
        try:
            return _attempt(url, place, size_bytes, check, progress, patience.timeout_s)
        except UnwantedFileError:
            discard(place)
            raise
        except BrokenOffError as broken:
            barren = barren + 1 if held(place) <= before else 0
            cause = broken.__cause__
            if isinstance(cause, urllib.error.HTTPError):
                if cause.code != RANGE_NOT_SATISFIABLE or not before:
                    raise
                discard(place)  # more is here than the server has: it is of another file
            elif barren >= patience.attempts or (barren and not before):
                raise
        time.sleep(patience.pause_s if barren else 0)


def _attempt(
    url: str,
    place: Path,
    size_bytes: int,
    check: Callable[[Reply], None],
    progress: Callable[[int, int], None],
    timeout_s: float,
) -> Arrival:
    """Ask for what is missing and append it."""
    done = held(place)
    with _reply(url, _rest_of(place, url, done), timeout_s) as reply:
        check(reply)
        start = reply.starts_at
        if start not in (0, done):
            raise UnwantedFileError(f'bytes from {start} on where those from {done} on were asked')
        total = reply.total or size_bytes
        if size_bytes and total != size_bytes:
            raise UnwantedFileError(f'a file of {total} bytes')
        place.parent.mkdir(parents=True, exist_ok=True)
        if total - start > shutil.disk_usage(place.parent).free:
            raise OSError(errno.ENOSPC, f'no room for {total - start} bytes')
        with _alone(partial_of(place)) as out:
            if out.tell() != start:
                out.truncate(start)
            note = {'url': url, 'version': reply.version}
            _note_of(partial_of(place)).write_text(json.dumps(note), encoding='utf-8')
            done = _receive(reply, out, start, total, progress)
    if done < total:
        raise BrokenOffError(f'{done} of {total} bytes')
    return Arrival(
        path=partial_of(place),
        linked_sha256=reply.linked_sha256,
        commit=reply.commit,
        etag=reply.etag,
    )


def _receive(
    reply: Reply, out: IO[bytes], start: int, total: int, progress: Callable[[int, int], None]
) -> int:
    """Write the body of a reply; return how many bytes of the file are here then."""
    done = start
    while True:
        progress(done, total)
        # What breaks on the wire must be told from what breaks on the disk.
        try:
            block = reply.read(BLOCK)
        except (OSError, http.client.HTTPException) as error:
            raise BrokenOffError(str(error)) from error
        if not block:
            return done
        done += len(block)
        if total and done > total:
            raise UnwantedFileError('a longer file')  # whatever this is, there may be no end to it
        out.write(block)


def _rest_of(place: Path, url: str, done: int) -> dict[str, str]:
    """Return the headers that ask for the rest of a file, or none to ask for all of it."""
    note = _noted(place)
    if not done or note.get('url') != url or not note.get('version'):
        return {}
    return {'Range': f'bytes={done}-', 'If-Range': note['version']}


def _noted(place: Path) -> dict[str, str]:
    """Return what is noted of a partial file; nothing if the note is missing or damaged."""
    try:
        note = json.loads(_note_of(partial_of(place)).read_text(encoding='utf-8'))
    except (OSError, ValueError):
        return {}
    return {str(k): str(v) for k, v in note.items()} if isinstance(note, dict) else {}


def _note_of(partial: Path) -> Path:
    return partial.with_name(f'{partial.name}.json')


@contextmanager
def _reply(url: str, headers: dict[str, str], timeout_s: float) -> Iterator[Reply]:
    try:
        reply = wire.open_url(url, headers, timeout_s)
    except (OSError, http.client.HTTPException) as error:
        raise BrokenOffError(str(error)) from error
    with reply:
        yield reply


@contextmanager
def _alone(partial: Path) -> Iterator[IO[bytes]]:
    """Open the partial file for this process alone; what is written goes to its end."""
    with partial.open('ab') as out:
        try:
            fcntl.flock(out, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BusyError(str(partial)) from error
        yield out
