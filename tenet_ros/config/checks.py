"""Ranges of settings."""

from __future__ import annotations

from collections.abc import Callable

from tenet_ros.errors import ConfigError

__all__ = ['expect']


def expect(
    config: object, room: str, names: tuple[str, ...], words: str, fits: Callable[[float], bool]
) -> None:
    """Raise ``ConfigError`` for the first of these fields whose value does not fit."""
    for name in names:
        value = getattr(config, name)
        if not fits(value):
            raise ConfigError(f'{room}.{name}: expected {words}, got {value!r}; correct it')
