"""One process builds an engine, the others wait for it: a lock for each engine of a folder."""

from __future__ import annotations

import errno
import fcntl
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from tenet_ros.errors import EngineError
from tenet_ros.inference.progress import current

__all__ = ['LOCK_TIMEOUT_S', 'locked']

_log = logging.getLogger(__name__)

_POLL_S = 0.2
LOCK_TIMEOUT_S = 3600.0
"""An Orin Nano builds a large detector in half an hour."""


@contextmanager
def locked(
    folder: Path, file_name: str, model: str, timeout_s: float = LOCK_TIMEOUT_S
) -> Iterator[bool]:
    """Hold the lock of an engine, and yield whether its folder can be written.

    The end of a process, whatever ends it, gives its locks back.

    Args:
        folder: of the engine; made if need be.
        file_name: of the engine.
        model: what messages call it.
        timeout_s: longest wait for another process.

    Raises:
        EngineError: another process still holds it, or whoever watches wants to stop.
    """
    path = folder / f'.{file_name}.lock'
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = path.open('a+b')
    except OSError as error:
        _log.warning(
            'engines cannot be kept in %s (%s): that of %s is built in memory, at every start; '
            'set TENET_ENGINES to a folder of yours',
            folder, error.strerror or error, model,
        )  # fmt: skip
        yield False
        return
    with file:
        if not _take(file, folder, model):
            _wait_for(file, folder, model, timeout_s)
        yield True


def _take(file: BinaryIO, folder: Path, model: str) -> bool:
    """Return whether nobody else has the lock; where there are no locks nobody has."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in {errno.EAGAIN, errno.EACCES}:
            return False
        _log.warning(
            '%s: no locks here (%s): two processes may build the engine of %s at once',
            folder, error.strerror, model,
        )  # fmt: skip
    return True


def _wait_for(file: BinaryIO, folder: Path, model: str, timeout_s: float) -> None:
    end_s, progress = time.monotonic() + timeout_s, current()
    progress.tell(f'another process builds the engine of {model}: waiting for it')
    while not _take(file, folder, model):
        if time.monotonic() >= end_s:
            raise EngineError(
                f'{model}: expected another process to build its engine within {timeout_s:.0f} s, '
                f'it still holds {file.name}; end that process, or wait and start again'
            )
        progress.pause(_POLL_S)
