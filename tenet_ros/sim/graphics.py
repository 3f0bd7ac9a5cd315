"""Off-screen OpenGL for MuJoCo: which library draws, and a clear word where none does."""

from __future__ import annotations

import ctypes.util
import importlib
import os
from types import ModuleType
from typing import Any

from tenet_ros.errors import TenetError

__all__ = ['GraphicsError', 'check_graphics', 'mujoco_module', 'open_context']

BACKENDS = ('egl', 'osmesa')
"""In order of preference; both draw without a display."""
_LIBRARIES = {'egl': 'EGL', 'osmesa': 'OSMesa'}
_ADVICE = (
    'install Mesa\'s EGL ("apt install libegl1 libgl1-mesa-dri") or OSMesa '
    '("apt install libosmesa6"), and leave MUJOCO_GL unset or set it to egl or osmesa'
)
# What drivers and their bindings raise on a machine without either is not one family.
_FAILURES = (ImportError, RuntimeError, AttributeError, OSError, TypeError)


class GraphicsError(TenetError):
    """Scenes cannot be rendered on this machine as it is."""


def mujoco_module() -> ModuleType:
    """Import MuJoCo with a backend that needs no display.

    Raises:
        GraphicsError: MuJoCo is not installed, or nothing here can draw for it.
    """
    backend = _backend()
    # Both are read once, when MuJoCo is imported.
    os.environ['MUJOCO_GL'] = backend
    os.environ.setdefault('PYOPENGL_PLATFORM', backend)
    try:
        return importlib.import_module('mujoco')
    except ModuleNotFoundError as error:
        raise GraphicsError(
            f'rendering a scene needs MuJoCo, which is not installed ({error}); '
            'install it with: pip install "tenet_ros[sim]"'
        ) from error
    except _FAILURES as error:
        raise _no_context(backend, error) from error


def open_context(width: int, height: int) -> Any:
    """Return a new ``mujoco.GLContext``, current in the calling thread.

    Args:
        width: of the largest picture, pixels.
        height: likewise.

    Raises:
        GraphicsError: as ``mujoco_module``, or the driver makes no context.
    """
    backend = _backend()
    mujoco_module()
    try:
        context = importlib.import_module(f'mujoco.{backend}').GLContext(width, height)
        context.make_current()
    except _FAILURES as error:
        raise _no_context(backend, error) from error
    return context


def check_graphics() -> None:
    """Find out whether scenes can be rendered, in a third of a second.

    Raises:
        GraphicsError: they cannot; it says why, and what to do.
    """
    open_context(1, 1).free()


def _backend() -> str:
    """Return the backend that is asked for, or else the first whose library is installed."""
    asked = os.environ.get('MUJOCO_GL', '').strip().lower()
    if asked in BACKENDS:
        return asked
    if asked:
        raise GraphicsError(f'MUJOCO_GL: expected egl, osmesa or nothing, got {asked!r}; {_ADVICE}')
    for backend in BACKENDS:
        if ctypes.util.find_library(_LIBRARIES[backend]):
            return backend
    raise GraphicsError(f'neither EGL nor OSMesa is installed, and a scene needs one; {_ADVICE}')


def _no_context(backend: str, error: Exception) -> GraphicsError:
    return GraphicsError(f'{backend} makes no OpenGL context here ({error}); {_ADVICE}')
