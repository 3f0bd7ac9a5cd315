"""Where phrases meet: pauses within one, commas between several, "not this one but that"."""

from __future__ import annotations

from tenet_ros.language.grammar import lexicon as lex
from tenet_ros.language.grammar.inflection import singular
from tenet_ros.language.grammar.words import BREAK

__all__ = ['joined']

_Words = tuple[str, ...]
_OWNING = lex.POSSESSIVES | {'the', 'a', 'an'}
"""No phrase ends with these."""
_OPENING = lex.DETERMINERS | lex.POSSESSIVES | lex.QUANTIFIERS.keys() | lex.NUMBERS.keys()
_LOOKS = frozenset().union(lex.COLOURS, lex.SIZES, lex.PATTERNS, lex.ADJECTIVES)
_RANKS = frozenset().union(lex.SUPERLATIVES, lex.ORDINALS, lex.DIRECTIONS)
_LOOKS_AND_BREAKS = _LOOKS | {BREAK}
_BEFORE_A_NOUN = _LOOKS | _RANKS | _OPENING


def joined(words: _Words) -> _Words:
    """Return the words without pauses, with "and" in lists, and without what is not meant.

    >>> ' '.join(joined(('the', ',', 'red', ',', 'mug', ',', 'the', 'box', 'and', 'the', 'can')))
    'the red mug and the box and the can'
    """
    for join in (_fluent, _listed, _preferred):
        words = join(words)
    return words


def _fluent(words: _Words) -> _Words:
    """Leave out breaks before the noun: "the... red mug", "the (red) mug"."""
    said: list[str] = []
    for index, word in enumerate(words):
        after = words[index + 1] if index + 1 < len(words) else ''
        if word == BREAK and said and after and _is_pause(said, after):
            if said[-1] in _OWNING and after in _OWNING:
                said.pop()  # "the, the mug"
        else:
            said.append(word)
    return tuple(said)


def _is_pause(said: list[str], after: str) -> bool:
    if said[-1] in _OWNING:
        return True
    start = len(said)
    while start and said[start - 1] in _LOOKS_AND_BREAKS and not _is_noun(said[start - 1]):
        start -= 1
    within = start < len(said) and (not start or said[start - 1] in _OWNING)
    return within and _is_noun(after) and not (after in _LOOKS or after in _RANKS)


def _listed(words: _Words) -> _Words:
    """Read "the mug, the box and the can" as "the mug and the box and the can"."""
    result = list(words)
    for index in range(1, len(words) - 1):
        if words[index] != 'and' or not _bare(words, index + 1):
            continue
        # Where the list goes on to the left: at a break, or at one before "and".
        end = index - (words[index - 1] == BREAK)
        start = _item_before(words, end)
        while start and words[start - 1] == BREAK:
            before = _item_before(words, start - 1)
            if before is None:
                break
            result[start - 1], result[end] = 'and', 'and' if end == index else ''
            start, end = before, index
    return tuple(word for word in result if word)


def _item_before(words: _Words, end: int) -> int | None:
    """Return where the bare noun phrase begins that ends at ``end``, None where none does."""
    start = end
    while start and _is_noun(words[start - 1]):
        start -= 1
    if start == end:
        return None
    while start and words[start - 1] in _BEFORE_A_NOUN:
        start -= 1
    return start


def _bare(words: _Words, start: int) -> bool:
    """Whether a noun phrase begins here that says no more than looks and rank before its noun."""
    while words[start] in _BEFORE_A_NOUN and start + 1 < len(words):
        start += 1
    return _is_noun(words[start]) or _is_noun(words[start - 1])


def _preferred(words: _Words) -> _Words:
    """Read "not the red mug but the blue one" as "the blue mug"."""
    for index, word in enumerate(words[:-4]):
        if word != 'not' or words[index + 1] not in _OWNING:
            continue
        end = next((i for i in range(index + 3, len(words) - 1) if words[i] == 'but'), 0)
        if not end or words[end + 1] not in _OWNING:
            return words
        named = next((w for w in words[index + 1 : end] if _is_noun(w) and w not in _LOOKS), '')
        meant = [named if named and w in {'one', 'ones'} else w for w in words[end + 1 :]]
        return (*words[:index], *meant)
    return words


def _is_noun(word: str) -> bool:
    return singular(word)[0] in lex.NOUNS
