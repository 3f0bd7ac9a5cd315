"""How nouns are written down as weights over a detector's classes.

The weight of a noun is how much of what it says a box of the class can be trusted to be:
1.00 for another name of the class, 0.95 for a kind of it, 0.85 for a kind of several classes, and
0.60 for something that a detector of these classes usually takes for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

__all__ = ['NounTable', 'noun_table']

NounTable = Mapping[str, Mapping[str, float]]
_SYNONYM, _KIND, _ALIKE, _GROUP = 1.0, 0.95, 0.6, 0.85


def noun_table(
    classes: Iterable[tuple[str, str, str, str]], groups: Iterable[tuple[str, str]]
) -> NounTable:
    """Return noun -> {class: weight in (0, 1]}; of several weights the largest counts.

    Args:
        classes: for each class its name, other names, kinds of it, and what is often taken for
            it; columns of lemmas separated by commas, '' for none.
        groups: nouns, and the classes that are kinds of what they name.

    >>> noun_table([('cup', 'mug', 'teacup', 'pot')], [('crockery', 'cup')])['teacup']['cup']
    0.95
    """
    table: dict[str, dict[str, float]] = {}

    def add(noun: str, name: str, weight: float) -> None:
        entry = table.setdefault(noun, {})
        entry[name] = max(weight, entry.get(name, 0.0))

    for name, synonyms, kinds, alike in classes:
        add(name, name, _SYNONYM)
        for column, weight in ((synonyms, _SYNONYM), (kinds, _KIND), (alike, _ALIKE)):
            for noun in _words(column):
                add(noun, name, weight)
    for nouns, members in groups:
        for noun in _words(nouns):
            for name in _words(members):
                add(noun, name, _GROUP)
    return MappingProxyType({noun: MappingProxyType(entry) for noun, entry in table.items()})


def _words(column: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in column.split(',') if word.strip())
