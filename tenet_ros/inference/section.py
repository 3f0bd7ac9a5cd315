"""Strict reading of a YAML or JSON mapping: every key that is there must be asked for."""

from __future__ import annotations

import re
from typing import Any, TypeVar

from tenet_ros.errors import ConfigError

__all__ = ['Section']

ChoiceT = TypeVar('ChoiceT', bound=str)


class Section:
    """One mapping of a document, read key by key.

    Every method raises ``ConfigError`` where the key is missing or holds another type.

    Args:
        where: what a message calls this mapping: "manifest yolox_nano_416: files[0]".
        value: what the parser made of it.
    """

    def __init__(self, where: str, value: object) -> None:
        if not isinstance(value, dict):
            raise ConfigError(f'{where}: expected keys with values, got {_kind(value)}; correct it')
        self.where = where
        self._values: dict[str, Any] = value
        self._read: set[str] = set()

    def has(self, key: str) -> bool:
        """Return whether an optional key is there."""
        return key in self._values

    def text(self, key: str) -> str:
        """Return a string that is not empty."""
        value = self._get(key)
        if not isinstance(value, str) or not value.strip():
            raise self._wrong(key, 'text', value)
        return ' '.join(value.split())

    def matching(self, key: str, pattern: str, expected: str) -> str:
        """Return a string that a regular expression matches as a whole."""
        value = self._get(key)
        if not isinstance(value, str) or not re.fullmatch(pattern, value):
            raise self._wrong(key, expected, value)
        return value

    def whole(self, key: str, *, low: int = 0, high: int = 2**62) -> int:
        """Return an integer in [low, high]."""
        value = self._get(key)
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise self._wrong(key, f'an integer from {low} to {high}', value)
        return value

    def number(self, key: str) -> float:
        """Return a number."""
        value = self._get(key)
        if not isinstance(value, (int, float)) or isinstance(value, bool):
            raise self._wrong(key, 'a number', value)
        return float(value)

    def triple(self, key: str) -> tuple[float, float, float]:
        """Return a list of three numbers."""
        value = self._list(key)
        numeric = [i for i in value if isinstance(i, (int, float)) and not isinstance(i, bool)]
        if len(value) != 3 or len(numeric) != 3:
            raise self._wrong(key, 'a list of three numbers', value)
        return float(value[0]), float(value[1]), float(value[2])

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of strings."""
        value = self._list(key)
        if any(not isinstance(item, str) for item in value):
            raise self._wrong(key, 'a list of texts (quote words like "on" and "no")', value)
        return tuple(value)

    def sizes(self, key: str) -> tuple[int | str, ...]:
        """Return a list of positive integers and names."""
        value = self._list(key)
        for item in value:
            is_size = isinstance(item, int) and not isinstance(item, bool) and item > 0
            if not is_size and not (isinstance(item, str) and item):
                raise self._wrong(key, 'a list of sizes and names', value)
        return tuple(value)

    def pair(self, key: str) -> tuple[int, int]:
        """Return a list of two positive integers."""
        value = self.sizes(key)
        numbers = [item for item in value if isinstance(item, int)]
        if len(value) != 2 or len(numbers) != 2:
            raise self._wrong(key, 'a list of two sizes', list(value))
        return numbers[0], numbers[1]

    def shapes(self, key: str) -> tuple[tuple[int, ...], ...]:
        """Return a list of lists of positive integers."""
        value = self._list(key)
        for shape in value:
            sizes = shape if isinstance(shape, list) else []
            if not sizes or any(type(size) is not int or size < 1 for size in sizes):
                raise self._wrong(key, 'a list of shapes', value)
        return tuple(tuple(shape) for shape in value)

    def wholes(self, key: str) -> dict[str, int]:
        """Return a mapping of names to positive integers."""
        section = self.section(key)
        found = {name: section.whole(name, low=1) for name in section.keys()}  # noqa: SIM118
        section.close()
        return found

    def named_texts(self, key: str) -> dict[str, str]:
        """Return a mapping of names to texts."""
        section = self.section(key)
        return {name: section.text(name) for name in section.keys()}  # noqa: SIM118

    def keys(self) -> tuple[str, ...]:
        """Return the keys that are there."""
        return tuple(str(key) for key in self._values)

    def choice(self, key: str, options: tuple[ChoiceT, ...]) -> ChoiceT:
        """Return one of ``options``."""
        value = self._get(key)
        for option in options:
            if value == option:
                return option
        raise self._wrong(key, ' or '.join(options), value)

    def section(self, key: str) -> Section:
        """Return the mapping below ``key``."""
        return Section(f'{self.where}: {key}', self._get(key))

    def sections(self, key: str) -> tuple[Section, ...]:
        """Return the list of mappings below ``key``."""
        entries = enumerate(self._list(key))
        return tuple(Section(f'{self.where}: {key}[{n}]', entry) for n, entry in entries)

    def close(self) -> None:
        """Check that no key was left unread.

        Raises:
            ConfigError: one was: it is not known here.
        """
        unknown = [str(key) for key in self._values if key not in self._read]
        if unknown:
            known = ', '.join(sorted(self._read))
            raise ConfigError(
                f'{self.where}: expected the keys {known}; got also {", ".join(unknown)}; '
                'remove or rename it'
            )

    def _get(self, key: str) -> object:
        self._read.add(key)
        if key not in self._values:
            present = ', '.join(str(name) for name in self._values) or 'nothing'
            raise ConfigError(f'{self.where}: expected the key {key}, got {present}; add it')
        return self._values[key]

    def _list(self, key: str) -> list[Any]:
        value = self._get(key)
        if not isinstance(value, list):
            raise self._wrong(key, 'a list', value)
        return value

    def _wrong(self, key: str, expected: str, value: object) -> ConfigError:
        return ConfigError(
            f'{self.where}: {key}: expected {expected}, got {_kind(value)}; correct it'
        )


def _kind(value: object) -> str:
    text = repr(value)
    return f'{text if len(text) <= 60 else text[:57] + "..."} ({type(value).__name__})'
