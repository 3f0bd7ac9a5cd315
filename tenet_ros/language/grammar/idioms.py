"""Set phrases in plainer words: "side by side with" says "next to", "a trio of" says "three".

What is here means as a whole what its words do not say one by one, and has a plain equal that the
rest of the grammar reads.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from tenet_ros.language.grammar import lexicon as lex
from tenet_ros.language.grammar.built_phrases import built_phrases
from tenet_ros.language.grammar.inflection import singular
from tenet_ros.language.grammar.set_phrases import PLAIN
from tenet_ros.language.grammar.turns_of_phrase import by_context
from tenet_ros.language.grammar.words import BREAK

__all__ = ['plainly']

_Words = tuple[str, ...]


def _table(pairs: Iterable[tuple[str, str]]) -> Mapping[_Words, tuple[tuple[_Words, _Words], ...]]:
    """Return the first two words -> set phrases, the longest first, each with its plain equal."""
    table: dict[_Words, list[tuple[_Words, _Words]]] = {}
    for said, plain in pairs:
        words = tuple(said.split())
        table.setdefault(words[:2], []).append((words, tuple(plain.split())))
    return MappingProxyType(
        {
            first: tuple(sorted(entries, key=lambda entry: -len(entry[0])))
            for first, entries in table.items()
        }
    )


_IDIOMS = _table(
    [
        *((said, plain) for plain, column in PLAIN.items() for said in column.split(',')),
        *built_phrases(),
    ]
)
_WRITTEN_TOGETHER: Mapping[str, str] = MappingProxyType(
    {
        f'{one}{two}{end}': f'{one} {two}{end}'
        for one, two in (
            ('dinner', 'plate'), ('frying', 'pan'), ('soup', 'spoon'), ('dessert', 'spoon'),
            ('motor', 'car'), ('toy', 'car'), ('punch', 'bowl'), ('salad', 'bowl'),
            ('cereal', 'bowl'), ('coffee', 'mug'), ('coffee', 'cup'), ('beer', 'can'),
            ('wine', 'bottle'), ('water', 'bottle'), ('beer', 'bottle'), ('rubber', 'duck'),
        )
        for end in ('', 's')
    }
)  # fmt: skip


def plainly(words: _Words) -> _Words:
    """Return the words with set phrases in plain words.

    >>> ' '.join(plainly(tuple('the mug side by side with a trio of cubes'.split())))
    'the mug next to three cubes'
    """
    words = tuple(part for word in words for part in _opened(word))
    plain: list[str] = []
    index = 0
    while index < len(words):
        known = _IDIOMS.get(words[index : index + 2], ()) + _IDIOMS.get(
            words[index : index + 1], ()
        )
        for said, equal in (*known, *by_context(words, index)):
            if words[index : index + len(said)] == said:
                plain.extend(equal)
                index += len(said)
                break
        else:
            plain.append(words[index])
            index += 1
    return tuple(plain) if any(word != BREAK for word in plain) else words


def _opened(word: str) -> Iterable[str]:
    """Yield the words of "water-bottle", "fryingpan": a noun with another before it."""
    if word in _WRITTEN_TOGETHER:
        return _WRITTEN_TOGETHER[word].split()
    parts = word.split('-')
    known = singular(parts[-1])[0] in lex.NOUNS and singular(word)[0] not in lex.NOUNS
    opens = len(parts) > 1 and min(map(len, parts)) > 1 and known
    return parts if opens else (word,)
