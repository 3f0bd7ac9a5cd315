"""What the rules of contextual set phrases have in common: their form, and the table of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType

from tenet_ros.language.grammar import lexicon as lex
from tenet_ros.language.grammar.inflection import singular
from tenet_ros.language.grammar.words import BREAK

__all__ = ['ENDS', 'Rule', 'Turns', 'Words', 'at', 'by_word', 'thing']

Words = tuple[str, ...]
Turns = Iterator[tuple[Words, Words]]
"""Words that stand there, and their plain equal."""
Rule = Callable[[Words, int], Turns]
"""Given the sentence and the index of a word, yields what may be replaced there."""
ENDS = frozenset(('', BREAK, 'and', 'just'))


def at(words: Words, index: int) -> str:
    """Return the word at ``index``, '' outside the sentence."""
    return words[index] if 0 <= index < len(words) else ''


def thing(words: Words, index: int) -> bool:
    """Whether the word is surely a noun."""
    noun = singular(at(words, index))[0]
    return noun in lex.NOUNS or noun in lex.GENERIC


def by_word(ruled: Iterable[tuple[str, Rule]]) -> Mapping[str, tuple[Rule, ...]]:
    """Return word -> rules, given the words of each rule, separated by spaces."""
    table: dict[str, tuple[Rule, ...]] = {}
    for words, rule in ruled:
        for word in words.split():
            table[word] = (*table.get(word, ()), rule)
    return MappingProxyType(table)
