"""What is said around the thing: requests before it, thanks and "follow it" after it."""

from __future__ import annotations

from collections.abc import Sequence

from tenet_ros.language.grammar import lexicon as lex
from tenet_ros.language.grammar import requests
from tenet_ros.language.grammar.askings import imperative, past_instrument, there_is, wish
from tenet_ros.language.grammar.request_idioms import REQUEST_IDIOMS
from tenet_ros.language.grammar.sentence import Sentence
from tenet_ros.language.grammar.verbs import read_verb
from tenet_ros.language.grammar.words import BREAK

__all__ = ['skip_request', 'target_first', 'without_farewell']

_SHARES = (('among',), ('amongst',), ('out', 'of'), ('from', 'among'), ('of',))
"""What begins "of the two mugs, the bigger one"."""
_IT = (('that', 'one'), ('this', 'one'), ('it',), ('that',), ('this',), ('them',), ('those',))
_UNMARKED_TITLES = frozenset(
    ('query', 'prompt', 'referent', 'goal', 'task', 'instruction', 'target')
)
_LONGEST_TITLE = 3
_IDIOMS: dict[tuple[str, ...], list[tuple[str, ...]]] = {}
for _words in sorted(REQUEST_IDIOMS, key=len, reverse=True):
    _IDIOMS.setdefault(_words[:2], []).append(_words)
"""The first two words -> the requests that begin so."""
_AFTER_ASKING = requests.POLITE_ENDS | requests.REQUEST_VERBS | requests.FOLLOWED_BY_IT
_LEND = frozenset(('show', 'give', 'hand', 'pass', 'bring', 'fetch', 'point'))
_SURE = frozenset(
    ('me', 'you', 'please', 'box', 'mask', 'target', 'location', 'position', 'outline')
)
_FOR_US = (('for', 'us'), ('for', 'me'))
_AIMING = frozenset(
    ('heading', 'headed', 'straight', 'making', 'bound', 'heads', 'directly', 'right')
)
_THERE = frozenset(('is', 'are', 'stands', 'lies', 'sits', 'should', 'was'))


def without_farewell(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return the words without "please", "for me", "can you follow it" at the end."""
    endings = requests.FAREWELLS + (requests.GOING if _asks_where(words) else ())
    end = len(words)
    while end:
        ending = next((w for w in endings if words[:end][-len(w) :] == w), ())
        size = len(ending) or _drawn(words[:end]) or _afterwards(words[:end]) or _to_me(words[:end])
        aimed = ending in _FOR_US and words[end - 3 : end - 2] != () and words[end - 3] in _AIMING
        if not size or end == size or aimed:
            break
        end -= size
        while end and words[end - 1] == BREAK:
            end -= 1
    return words[:end]


def _asks_where(words: tuple[str, ...]) -> bool:
    return not {'where', 'whereabouts', 'what', 'how'}.isdisjoint(words)


def _afterwards(words: Sequence[str]) -> int:
    """Return how many words at the end say "please follow it", "that one I mean"; 0 if none."""
    pronoun = next((w for w in _IT if tuple(words[-len(w) :]) == w), None)
    if pronoun is None:
        return 0
    start = len(words) - len(pronoun)
    asked = False
    while start and (
        words[start - 1] in requests.FOLLOWED_BY_IT
        or words[start - 1] in requests.REQUEST_PARTICLES
        or words[start - 1] in {'can', 'and', 'then', 'so'}
    ):
        start -= 1
        asked |= words[start] in requests.FOLLOWED_BY_IT
    if asked:
        return len(words) - start
    alone = len(pronoun) == 2 and start == len(words) - 2 and words[start - 1] == BREAK
    return 2 if alone and start > 1 else 0


def _drawn(words: Sequence[str]) -> int:
    """Return the length of "with a box" at the end of "mark the ball with a box", or 0."""
    marks = {'mark', 'highlight', 'outline', 'label', 'annotate'}.intersection(words[:3])
    drawn = words[-1] in {'box', 'rectangle', 'circle', 'mask', 'ring', 'frame'}
    return 3 if marks and drawn and tuple(words[-3:-1]) == ('with', 'a') else 0


def _to_me(words: Sequence[str]) -> int:
    """Return 2 where "to me" ends "show the duck to me", not "the mug closest to me"."""
    lent = any(
        word in _LEND and words[i + 1] not in {'me', 'us'} for i, word in enumerate(words[:-3])
    )
    ends = tuple(words[-2:]) in {('to', 'me'), ('to', 'us')}
    before = words[-3] if len(words) > 3 else ''
    placed = before in lex.SUPERLATIVES or before in {'close', 'near', 'next', 'away'}
    return 2 if lent and ends and not placed and not read_verb(before) else 0


def target_first(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return "from the left, the second mug" as "the second mug from the left"."""
    if words[0] not in lex.PREPOSITIONS and words[0] not in {'left', 'right'}:
        return words
    there = next(
        (i for i, w in enumerate(words[:-2]) if w == 'there' and words[i + 1] in _THERE), 0
    )
    if there:
        after = there + 2 + (words[there + 2] == 'be')
        return (*words[after:], *(w for w in words[:there] if w != BREAK or there > 1))
    if words[0] in {'of', 'among', 'out'} and BREAK not in words:
        words = _with_break(words)
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


def _with_break(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return "of all the cups the largest one" with a comma before the choice."""
    chosen = {'one'}.union(lex.SUPERLATIVES, lex.ORDINALS, lex.COLOURS, lex.SIZES, lex.PATTERNS)
    for index in range(3, len(words) - 1):
        if words[index] == 'the' and words[index + 1] in chosen:
            return (*words[:index], BREAK, *words[index:])
    return words


def skip_request(s: Sentence) -> int:
    """Return the index after "please find", "show me", "there is", "could you see"."""
    index = _title(s) or _proviso(s)
    goes_on = s.at(index) in requests.GOING_ON
    index += goes_on and (s.opens(index + 1) or s.at(index + 1) in requests.FOLLOWED_BY_IT)
    while (
        s.at(index) in requests.POLITE
        or s.at(index) == BREAK
        or (s.at(index) == 'no' and s.at(index + 1) == BREAK)
    ):
        index += 1
    there = there_is(s) or wish(s)
    if there:
        return there
    asked, told = _request(s, index)
    start = asked if told else imperative(s, index)
    start = _past_recipient(s, index, start)
    return past_instrument(s, index, start)


def _past_recipient(s: Sentence, start: int, index: int) -> int:
    """Return the index after "the robot" in "give the robot the pear"; ``index`` if none."""
    person = index + 1 + s.modifier(index + 1)
    lends = not _LEND.isdisjoint(s.words[start:index])
    someone = s.at(person) in lex.HUMANS or s.at(person) in {'robot', 'arm', 'gripper', 'hand'}
    given = s.at(person + 1) in lex.DETERMINERS - {'that', 'which'}
    return person + 1 if lends and someone and given else index


def _proviso(s: Sentence) -> int:
    """Return the index after "if it is not too much trouble,", 0 where no such clause begins."""
    if s.at(0) not in {'if', 'when', 'once', 'as', 'since', 'whenever'} or BREAK not in s.words:
        return 0
    end = s.words.index(BREAK)
    return 0 if any(s.noun(i) for i in range(end)) or end + 1 >= len(s) else end + 1


def _title(s: Sentence) -> int:
    """Return the index after "user says:" or "target:", 0 where none is."""
    if s.at(0) in _UNMARKED_TITLES and (s.opens(1) or s.modifier(1)):
        return 1
    begins = s.at(0) in {'next', 'now', 'then'} or (s.at(0) == 'the' and s.at(1) in requests.TITLES)
    for index in range(int(begins), _LONGEST_TITLE + 1):
        if s.at(index) == BREAK:
            asks = s.at(index + 1) in requests.REQUESTS
            ranked = s.at(index + 1) in lex.SUPERLATIVES or s.at(index + 1) in lex.ORDINALS
            known = asks or ranked or s.opens(index + 1) or s.modifier(index + 1)
            return index + 1 if index and known else 0
        if s.at(index) == 'of' and s.at(0) in requests.TITLES:
            continue
        said = s.noun(index) and s.at(index) not in requests.TITLES
        if s.at(index) == 'one' and begins:
            continue
        if said or s.modifier(index) or not s.nominal(index) or s.at(index) in lex.DIRECTIONS:
            return 0
    return 0


def _sided(s: Sentence, index: int) -> bool:
    index += s.at(index) in {'very', 'far', 'immediate'}
    return s.at(index) in lex.DIRECTIONS and not s.nominal(index + 1)


def _request(s: Sentence, index: int) -> tuple[int, bool]:
    """Return the index after words of asking from ``index`` on, and whether they ask."""
    asked, told = index, False
    while True:
        idioms = _IDIOMS.get(s.words[asked : asked + 2], ())
        idiom = next((words for words in idioms if s.follows(asked, *words)), None)
        if idiom is not None:
            asked, told = asked + len(idiom), True
        elif s.at(asked) in {'to', 'at'} and s.at(asked + 1) == 'the' and _sided(s, asked + 2):
            # "What is to the left of it" asks for a place.
            break
        elif (
            s.at(asked) in requests.REQUESTS
            or s.at(asked) in requests.REQUEST_PARTICLES
            or (
                s.at(asked) == BREAK
                and asked > index
                and (told or s.at(asked - 1) in _AFTER_ASKING)
            )
        ):
            asked += 1
        elif asked > index and s.at(asked) in requests.TITLES and s.at(asked + 1) == BREAK:
            # "Select instance: ...".
            asked += 2
        else:
            break
    spoken = s.words[index:asked]
    told |= any(word in requests.REQUESTS for word in spoken)
    if not told or asked >= len(s):
        return index, False
    follows = s.at(asked)
    opens = s.opens(asked) or follows in lex.NUMBERS or follows in lex.SUPERLATIVES
    opens |= follows in lex.ORDINALS or s.modifier(asked)
    opens |= follows == 'which' and (s.nominal(asked + 1) or s.at(asked + 1) == 'of')
    opens |= follows in {'what', 'whichever', 'whatever', 'that', 'these'}
    sure = any(word in requests.REQUEST_VERBS or word in _SURE for word in spoken)
    return asked, opens or (sure and s.nominal(asked))
