"""From a sentence to an ``Expression``: the one public function of the room's grammar."""

from __future__ import annotations

from tenet_ros.language.expression import Expression
from tenet_ros.language.grammar.clause import ClauseReader
from tenet_ros.language.grammar.context import Context
from tenet_ros.language.grammar.draft import Draft
from tenet_ros.language.grammar.idioms import plainly
from tenet_ros.language.grammar.joints import joined
from tenet_ros.language.grammar.preamble import skip_request, target_first, without_farewell
from tenet_ros.language.grammar.reshape import reshaped
from tenet_ros.language.grammar.sentence import Sentence
from tenet_ros.language.grammar.words import split_words

__all__ = ['parse']


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
    said = joined(without_farewell(split_words(sentence)))
    words = Sentence(target_first(reshaped(plainly(said))))
    start = skip_request(words)
    draft = _read(words, start)
    later = draft.passed_over()
    if later > start:
        # What was taken for the target was a way of asking that nobody has told us of.
        draft = _read(words, later)
    return draft.expression(sentence)


def _read(words: Sentence, start: int) -> Draft:
    draft = Draft(words)
    reader = ClauseReader(words, draft)
    draft.hide(0, start)
    reader.read(reader.target(start), Context(subject=0))
    return draft
