"""From a sentence to an ``Expression``: the one public function of the room's grammar."""

from __future__ import annotations

from tenet_ros.language.expression import Expression
from tenet_ros.language.grammar import lexicon as lex
from tenet_ros.language.grammar import requests
from tenet_ros.language.grammar.clause import ClauseReader
from tenet_ros.language.grammar.context import Context
from tenet_ros.language.grammar.draft import Draft
from tenet_ros.language.grammar.idioms import plainly
from tenet_ros.language.grammar.sentence import Sentence
from tenet_ros.language.grammar.words import BREAK, split_words

__all__ = ['parse']

_SHARES = (('among',), ('amongst',), ('out', 'of'), ('from', 'among'), ('of',))
"""What begins "of the two mugs, the bigger one"."""


def parse(sentence: str) -> Expression:
    """Read an English referring expression.

    The reading is deterministic, takes time linear in the length, and has an answer for every
    sentence: words that no rule can use are listed in ``Expression.ignored``.

    Args:
        sentence: one expression, at most ``words.MAX_CHARACTERS`` characters.

    Returns:
        Its phrases, the target first, and what relates, orders and moves them.

    Raises:
        ContractError: not text, too long, or without a single word.

    >>> found = parse('the red mug to the left of the laptop')
    >>> found.target.text, found.phrases[1].text, found.relations[0].kind.value
    ('red mug', 'laptop', 'left_of')
    >>> found.skeleton
    '[T] to the left of [A1]'
    """
    words = Sentence(_target_first(plainly(_without_farewell(split_words(sentence)))))
    draft = Draft(words)
    reader = ClauseReader(words, draft)
    start = _skip_request(words)
    draft.hide(0, start)
    reader.read(reader.target(start), Context(subject=0))
    return draft.expression(sentence)


def _without_farewell(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return the words without "please", "for me", "thank you" at the end."""
    endings = requests.FAREWELLS + (
        requests.GOING if 'where' in words or 'whereabouts' in words else ()
    )
    end = len(words)
    while end:
        ending = next((w for w in endings if words[:end][-len(w) :] == w), None)
        if ending is None or end == len(ending):
            break
        end -= len(ending)
        while end and words[end - 1] == BREAK:
            end -= 1
    return words[:end]


def _target_first(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return "from the left, the second mug" as "the second mug from the left"."""
    if words[0] not in lex.PREPOSITIONS or BREAK not in words:
        return words
    end = words.index(BREAK)
    opens = words[end + 1] in lex.DETERMINERS | lex.NUMBERS.keys() | requests.REQUESTS
    if not opens:
        return words
    before, rest = words[:end], words[end + 1 :]
    share = next((w for w in _SHARES if before[: len(w)] == w), None)
    if share is None:
        return (*rest, *before)
    after = next((i + 1 for i, word in enumerate(rest) if word in {'one', 'ones'}), len(rest))
    return (*rest[:after], 'of', *before[len(share) :], *rest[after:])


def _skip_request(s: Sentence) -> int:
    """Return the index after "please find", "show me", "there is", "could you see"."""
    index = 0
    while s.at(index) in requests.POLITE or s.at(index) == BREAK:
        index += 1
    asked, told = index, False
    while True:
        idiom = next((words for words in requests.REQUEST_IDIOMS if s.follows(asked, *words)), None)
        if idiom is not None:
            asked, told = asked + len(idiom), True
        elif s.at(asked) in requests.REQUESTS or s.at(asked) in requests.REQUEST_PARTICLES:
            asked += 1
        else:
            break
    spoken = s.words[index:asked]
    told |= any(word in requests.REQUESTS for word in spoken)
    if not told or asked >= len(s):
        return index
    follows = s.at(asked)
    opens = s.opens(asked) or follows in lex.NUMBERS or follows in lex.SUPERLATIVES
    opens |= follows == 'which' and s.nominal(asked + 1)
    opens |= follows in {'what', 'whichever', 'whatever', 'that', 'these'}
    sure = any(word in requests.REQUEST_VERBS or word in {'me', 'you', 'please'} for word in spoken)
    return asked if opens or (sure and s.nominal(asked)) else index
