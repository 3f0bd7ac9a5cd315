"""Tells apart words that are written alike: the can on the table, and what a robot can do."""

from __future__ import annotations

from collections.abc import Sequence

from tenet_ros.language.grammar import lexicon as lex
from tenet_ros.language.grammar.verbs import Form, read_verb

__all__ = ['tell_apart']

_BEFORE_A_NOUN = frozenset().union(
    lex.DETERMINERS - {'that', 'which', 'what', 'whatever'},
    lex.POSSESSIVES,
    lex.QUANTIFIERS,
    lex.NUMBERS,
    lex.ORDINALS,
    lex.COLOURS,
    lex.SIZES,
    lex.ADJECTIVES,
    lex.SUPERLATIVES,
    lex.DIRECTIONS,
    lex.PATTERNS,
    lex.STATES,
    lex.STILL,
    lex.PREPOSITIONS,
    ('tin', 'soda', 'drink', 'cola', 'coke', 'beer', 'soup', 'last'),
)
_ROUND_ONES = frozenset(('spots', 'dots', 'spot', 'dot', 'marks', 'patches', 'speckles'))
_WHO_CAN = frozenset(('you', 'we', 'i', 'they', 'somebody', 'anybody'))
_AFTER_A_VERB = lex.PRONOUNS | lex.DETERMINERS | {'be', 'have', 'not'}


_NO_NOUNS = frozenset().union(
    lex.PREPOSITIONS, lex.DETERMINERS, lex.POSSESSIVES, lex.CONJUNCTIONS, lex.PRONOUNS, lex.AUXILIARIES,
    (',',),
)  # fmt: skip


def tell_apart(words: Sequence[str]) -> tuple[str, ...]:
    """Return the words with the verb "can" spelt "could", so that "can" is always the noun.

    >>> tell_apart('can you see the red can'.split())
    ('could', 'you', 'see', 'the', 'red', 'can')
    """
    told = list(words)
    for index, word in enumerate(words):
        if word == 'can' and not _is_noun(words, index):
            told[index] = 'could'
        elif word == 'round' and _is_adjective(words, index):
            told[index] = 'circular'
    return tuple(told)


def _is_adjective(words: Sequence[str], index: int) -> bool:
    """Whether the "round" at ``index`` says what shape a thing has."""
    before = words[index - 1] if index else ''
    after = words[index + 1] if index + 1 < len(words) else ''
    follows = after and after not in _NO_NOUNS
    drawn = before == 'with' and after in _ROUND_ONES
    return drawn or (bool(follows) and before in _BEFORE_A_NOUN - lex.PREPOSITIONS - lex.STILL)


def _is_noun(words: Sequence[str], index: int) -> bool:
    """Whether the "can" at ``index`` is a thing."""
    before = words[index - 1] if index else ''
    after = words[index + 1] if index + 1 < len(words) else ''
    if before in _BEFORE_A_NOUN and before != 'one':
        return True
    if before in _WHO_CAN and after:
        return False
    if not index and after not in lex.PRONOUNS | lex.DETERMINERS:
        return True
    if after in _AFTER_A_VERB - {'that', 'which'}:
        return False
    verb = read_verb(after)
    return verb is None or verb.form is not Form.BASE
