"""The folder where models lie: which one it is, and what to do where it cannot be written."""

from __future__ import annotations

import errno
import os
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from tenet_ros.errors import ConfigError, EngineError

__all__ = ['cache_folder', 'need_writable', 'writing_advice']

_VARIABLE = 'TENET_ENGINES'
_MOVE = f'set {_VARIABLE} to a folder of yours'

_ADVICE: Mapping[int, str] = MappingProxyType(
    {
        errno.EISDIR: 'remove that folder',
        errno.ENOTDIR: f'remove the file that stands in place of a folder, or {_MOVE}',
        errno.EEXIST: f'remove the file that stands in place of a folder, or {_MOVE}',
    }
)


def cache_folder() -> Path:
    """Return the user's folder of models: ``$TENET_ENGINES``, else ``~/.cache/tenet_ros/engines``.

    ``$XDG_CACHE_HOME`` takes the place of ``~/.cache`` where it is set (XDG Base Directory). The
    folder need not exist.

    Raises:
        ConfigError: it cannot be a folder: something else lies there, or on the way there.
    """
    chosen = os.environ.get(_VARIABLE, '')
    cache = os.environ.get('XDG_CACHE_HOME', '')
    if chosen:
        name, root = _VARIABLE, _at_home(Path(chosen)).absolute()
    else:
        name = 'XDG_CACHE_HOME' if cache else 'the cache'
        root = (Path(cache) if cache else Path.home() / '.cache') / 'tenet_ros' / 'engines'
    place = _nearest(root)
    if not place.is_dir():
        raise ConfigError(
            f'{name}: expected a folder for models at {root}, {place} is none; {_MOVE}'
        )
    return root


def need_writable(folder: Path, model: str) -> None:
    """Look whether a folder, there or not, can be written into; nothing is.

    Raises:
        EngineError: it cannot.
    """
    place = _nearest(folder)
    if not place.is_dir():
        what = 'is no folder'
        advice = _ADVICE[errno.ENOTDIR]
    elif not os.access(place, os.W_OK | os.X_OK):
        what, advice = 'cannot be written', _MOVE
    else:
        return
    raise EngineError(f'{model}: expected to write into {folder}, {place} {what}; {advice}')


def writing_advice(error: OSError) -> str:
    """Return what to do about a file of this folder that could not be written."""
    return _ADVICE.get(error.errno or 0, f'make room or {_MOVE}')


def _nearest(path: Path) -> Path:
    """Return the path, or the nearest one above it that is there."""
    for place in (path, *path.parents):
        if place.exists() or place.is_symlink():
            return place
    return path


def _at_home(path: Path) -> Path:
    """Return a path with its ``~`` resolved.

    Raises:
        ConfigError: there is no such user.
    """
    try:
        return path.expanduser()
    except RuntimeError as error:
        raise ConfigError(
            f'{_VARIABLE}: expected a folder, got {path}, and there is no such user; {_MOVE}'
        ) from error
