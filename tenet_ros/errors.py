"""Errors of the package.

Every message says three things: what was expected, what came, and what to do.
"""

from __future__ import annotations

__all__ = ['ConfigError', 'ContractError', 'EngineError', 'SourceError', 'TenetError', 'first_line']


class TenetError(Exception):
    """Base of everything this package raises on purpose."""


class ConfigError(TenetError):
    """A preset, parameter, manifest or command line that cannot be honoured."""


class EngineError(TenetError):
    """A model file that is missing, corrupt, or does not fit the machine or its manifest."""


class ContractError(TenetError):
    """Data whose shape, dtype, encoding or order breaks a documented contract."""


class SourceError(TenetError):
    """A video, bag, folder or camera that cannot be opened or read."""


def first_line(error: BaseException) -> str:
    """Return the first line of what a library raised, for one line of ours."""
    lines = str(error).strip().splitlines()
    return lines[0][:200] if lines else type(error).__name__
