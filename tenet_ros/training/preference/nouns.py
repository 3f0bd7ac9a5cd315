"""What the nouns and modifiers of parsed phrases mean in the tabletop world."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from tenet_ros.sim.catalogue import CATEGORIES

__all__ = ['meanings', 'pattern_named']

_ANYTHING = frozenset({'', 'one', 'object', 'thing', 'item'})

_ALSO: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        'car': ('toy car',),
        'vehicle': ('toy car',),
        'frying pan': ('pan',),
        'skillet': ('pan',),
        'dish': ('plate', 'bowl'),
        'carton': ('box',),
        'block': ('cube', 'box'),
        'sphere': ('ball',),
        'paperback': ('book',),
        'mallet': ('hammer',),
        'kettle': ('teapot',),
        'fruit': ('apple', 'pear', 'banana'),
        'tool': ('screwdriver', 'hammer'),
    }
)
"""Other nouns for the categories; the usual ones are the categories' own names."""

_PATTERNS: Mapping[str, str] = MappingProxyType(
    {
        'striped': 'striped', 'stripy': 'striped', 'stripe': 'striped',
        'dotted': 'dotted', 'spotted': 'dotted', 'dot': 'dotted', 'spot': 'dotted',
        'checkered': 'checkered', 'checked': 'checkered', 'check': 'checkered',
        'plain': 'plain',
    }
)  # fmt: skip


def meanings(noun: str) -> tuple[str, ...]:
    """Return the categories that a lemma may name; none for what is not on any table.

    >>> meanings('car'), meanings('zebra')
    (('toy car',), ())
    """
    if noun in _ANYTHING:
        return tuple(CATEGORIES)
    for name in (noun, noun.rsplit(maxsplit=1)[-1]):
        if name in CATEGORIES:
            return (name,)
        if name in _ALSO:
            return _ALSO[name]
    return ()


def pattern_named(word: str) -> str:
    """Return the pattern that a modifier names, or ''.

    >>> pattern_named('spotted')
    'dotted'
    """
    return _PATTERNS.get(word, '')
