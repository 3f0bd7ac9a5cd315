"""A sentence's words, and the questions that every reader asks of them."""

from __future__ import annotations

from collections.abc import Sequence

from tenet_ros.language.grammar import lexicon as lex
from tenet_ros.language.grammar.homographs import tell_apart
from tenet_ros.language.grammar.inflection import singular
from tenet_ros.language.grammar.words import BREAK, LIKENESSES

__all__ = ['Sentence']

_STOPPERS = frozenset().union(
    lex.PREPOSITIONS,
    lex.RELATIVES,
    lex.AUXILIARIES,
    lex.CONJUNCTIONS,
    lex.PRONOUNS,
    lex.DETERMINERS,
    lex.POSSESSIVES,
    lex.NOT,
    lex.MANNER,
    lex.INTENSIFIERS,
    (BREAK, ''),
)
_SURE_NOUNS = lex.NOUNS | lex.BODY | lex.GENERIC


class Sentence:
    """Random access to words.

    Args:
        words: of ``words.split_words``.
    """

    def __init__(self, words: Sequence[str]) -> None:
        self.words = tell_apart(words)

    def __len__(self) -> int:
        """Return the number of words, breaks included."""
        return len(self.words)

    def at(self, index: int) -> str:
        """Return the word at ``index``, '' outside the sentence."""
        return self.words[index] if 0 <= index < len(self.words) else ''

    def follows(self, index: int, *wanted: str) -> bool:
        """Whether exactly these words stand from ``index`` on."""
        return self.words[index : index + len(wanted)] == wanted

    def nominal(self, index: int) -> bool:
        """Whether the word could be in a noun phrase: it is not of a closed class."""
        return self.at(index) not in _STOPPERS

    def noun(self, index: int) -> bool:
        """Whether the word is surely a noun."""
        return singular(self.at(index))[0] in _SURE_NOUNS

    def modifier(self, index: int) -> bool:
        """Whether the word is surely a modifier: colour, size, known adjective."""
        word = self.at(index)
        return (
            word in lex.COLOURS
            or word in lex.SIZES
            or word in lex.ADJECTIVES
            or word in lex.PATTERNS
            or word in lex.STATES
            or self.shaded(index)
        )

    def shaded(self, index: int) -> bool:
        """Whether a colour of two words begins at ``index``: "dark blue", "navy blue"."""
        word, following = self.at(index), self.at(index + 1)
        known = word in lex.SHADES and following in lex.COLOURS
        alike = word in LIKENESSES and following in lex.COLOURS and not self.noun(index)
        return known or alike or f'{word} {following}' in lex.COLOUR_PAIRS

    def colour(self, index: int) -> tuple[str, int]:
        """Return the normal form of the colour at ``index`` and the index after; '' if none."""
        word, following = self.at(index), self.at(index + 1)
        pair = lex.COLOUR_PAIRS.get(f'{word} {following}')
        if pair is not None:
            return pair, index + 2
        if word.endswith('ish') and word in lex.COLOURS and following in lex.COLOURS:
            # "Yellowish brown" is brown.
            return lex.COLOURS[following], index + 2
        if self.shaded(index):
            shade, normal = lex.SHADES.get(word, ''), lex.COLOURS[following]
            return (normal if not shade or ' ' in normal else f'{shade} {normal}'), index + 2
        return (lex.COLOURS[word], index + 1) if word in lex.COLOURS else ('', index)

    def compound(self, index: int) -> bool:
        """Whether a compound noun begins at ``index``."""
        pair = f'{self.at(index)} {singular(self.at(index + 1))[0]}'
        return pair in lex.COMPOUNDS or pair in lex.MODIFIED

    def opens(self, index: int) -> bool:
        """Whether a noun phrase plainly begins at ``index``."""
        word = self.at(index)
        if word in lex.RELATIVES or word == 'what':
            return False
        return (
            word in lex.DETERMINERS
            or word in lex.POSSESSIVES
            or word in lex.QUANTIFIERS
            or (word in lex.NUMBERS and word != 'one')
            or word in lex.COLOURS
            or self.shaded(index)
            or self.noun(index)
            or self.compound(index)
        )
