"""Constructions in plainer order: "with a cup on either side" says "between two cups"."""

from __future__ import annotations

from tenet_ros.language.grammar import lexicon as lex
from tenet_ros.language.grammar.inflection import singular
from tenet_ros.language.grammar.verbs import read_verb
from tenet_ros.language.grammar.words import BREAK, word_table

__all__ = ['reshaped']

_Words = tuple[str, ...]
_SIDES: tuple[_Words, ...] = tuple(
    tuple(words.split())
    for words in (
        'on either side of it', 'on both sides of it', 'on each side of it', 'on either side',
        'on both sides', 'on each side', 'at either side', 'at each side', 'to either side', 'to each side',
        'to both sides', 'either side of it', 'each side of it', 'both sides of it', 'either side', 'on the other side', 'on the other',
        'on its other side',
    )
)  # fmt: skip
_SIDED = frozenset(('side', 'sides', 'other'))
_ONE_SIDE: tuple[_Words, ...] = (('on', 'one', 'side', 'and'), ('on', 'its', 'one', 'side', 'and'))
_HANDS = frozenset(('hand', 'arm', 'gripper', 'finger', 'robot', 'manipulator'))
_DONE = word_table(
    'pushes:pushed lifts:lifted picks:picked moves:moved pulls:pulled drags:dragged shoves:shoved '
    'nudges:nudged raises:raised holds:held carries:carried slides:slid rolls:rolled spins:spun'
)
_PLACES: tuple[_Words, ...] = tuple(
    tuple(words.split())
    for words in (
        'to the left of', 'to the right of', 'on the left of', 'on the right of', 'left of',
        'right of', 'over', 'behind', 'in front of', 'next to', 'beside', 'near', 'close to', 'on top of',
        'on', 'upon', 'under', 'underneath', 'beneath', 'below', 'above', 'inside', 'in',
    )
)  # fmt: skip
_ASKING = frozenset(('has', 'have', 'had', 'did', 'does', 'do'))
_OPENING = lex.DETERMINERS | lex.QUANTIFIERS.keys() | {'one', 'either'}
_CORRECTIONS: tuple[_Words, ...] = tuple(
    tuple(words.split())
    for words in (
        'no wait', 'wait no', 'no sorry', 'sorry no', 'no no', 'no i mean', 'scratch that',
        'correction', 'or rather', 'no not that one', 'not that one', 'no , wait', 'no , sorry', 'wait , no',
    )
)  # fmt: skip
"""With these words one takes back what one said."""
_CIRCUMSTANCES = frozenset(
    ('after', 'when', 'while', 'because', 'since', 'whenever', 'although', 'though', 'before')
)
_THEY = frozenset(('it', 'they', 'i', 'you', 'we', 'he', 'she', 'one', 'someone', 'somebody'))
_AS_FAR = (('as', 'close'), ('as', 'near'), ('as', 'far'))
_LOOKING_ON = frozenset(('robot', 'camera', 'arm', 'gripper', 'table', 'desk', 'shelf'))
_STANDS = frozenset(
    ('is', 'are', 'stands', 'stand', 'lies', 'lie', 'sits', 'sit', 'rests', 'was', 'there')
)
_WITH = frozenset(('with', 'has', 'having', 'have'))
_PARTING = frozenset(('separating', 'separates', 'dividing', 'divides', 'parting', 'parts'))


def reshaped(words: _Words) -> _Words:
    """Return the words with what stands between two things said with "between".

    >>> ' '.join(reshaped(tuple('the mug separating the can from the box'.split())))
    'the mug between the can and the box'
    """
    for shape in (
        _pointed_out,
        _corrected,
        _without_circumstance,
        _what_is_done,
        _all_of_them,
        _asserted,
        _done_by_hand,
        _piped,
        _stranded,
        _as_possible,
        _parted,
        _flanked,
    ):
        words = shape(words)
    return words


def _pointed_out(words: _Words) -> _Words:
    """Read "see the pan? get me the cup behind it" as "get me the cup behind the pan"."""
    see = 2 * (words[:1] in {('do',), ('can',)} and words[1:2] == ('you',))
    if words[see : see + 1] != ('see',) or BREAK not in words:
        return words
    end = words.index(BREAK)
    named, rest = words[see + 1 : end], words[end + 1 :]
    if not 2 <= len(named) <= 4 or named[0] not in lex.DETERMINERS or named[0] in {'it', 'its'}:
        return words
    if singular(named[-1])[0] not in lex.NOUNS or {'it', 'its'}.isdisjoint(rest):
        return words
    meant: list[str] = []
    for word in rest:
        meant += {'it': named, 'its': (*named, "'s")}.get(word, (word,))
    return tuple(meant)


def _done_by_hand(words: _Words) -> _Words:
    """Read "a hand lifts the cup" as "the cup being lifted by a hand"."""
    if words[0] not in lex.DETERMINERS:
        return words
    end = 2 + (words[1:2] in {('robot',), ('mechanical',), ('robotic',), ('human',)})
    done = _DONE.get(words[end]) if len(words) > end + 1 else None
    if done is None or words[end - 1] not in _HANDS:
        return words
    after = end + 1 + (words[end + 1] == 'up')
    noun = next((i for i in range(after, len(words)) if singular(words[i])[0] in lex.NOUNS), 0)
    if not noun:
        return words
    return (*words[after : noun + 1], 'being', done, *words[noun + 1 :], 'by', *words[:end])


def _corrected(words: _Words) -> _Words:
    """Read "the ball, no wait, the cube" as "the cube"."""
    for index in range(len(words) - 2, 0, -1):
        said = next((w for w in _CORRECTIONS if words[index : index + len(w)] == w), None)
        if said is not None:
            rest = words[index + len(said) :]
            rest = rest[1:] if rest[:1] == (BREAK,) else rest
            opens = rest[:1] != () and rest[0] in lex.DETERMINERS
            return rest if opens and any(map(_is_noun, rest[1:])) else words
    return words


def _without_circumstance(words: _Words) -> _Words:
    """Leave out "after it was gone", "when you press it" at the end."""
    for index in range(2, len(words) - 2):
        if words[index] in _CIRCUMSTANCES and words[index + 1] in _THEY:
            joined = {'and', 'but', BREAK}.intersection(words[index:])
            named = any(map(_is_noun, words[:index]))
            return words[:index] if named and not joined else words
    return words


def _what_is_done(words: _Words) -> _Words:
    """Read "whatever the robot is pushing" as "the thing that the robot is pushing"."""
    for index, word in enumerate(words[:-3]):
        agent = words[index + 1] in {'the', 'a', 'my'} and words[index + 2] in _HANDS | lex.HUMANS
        if word in {'what', 'whatever', 'whichever'} and agent:
            return (*words[:index], 'the', 'thing', 'that', *words[index + 1 :])
    return words


def _all_of_them(words: _Words) -> _Words:
    """Read "the cups, all three of them" as "all three cups"."""
    if words[-2:] != ('of', 'them') or BREAK not in words or words[0] not in lex.DETERMINERS:
        return words
    end = words.index(BREAK)
    number = words[end + 1 : -2]
    counts = 0 < len(number) < 4 and all(w in lex.NUMBERS or w in lex.QUANTIFIERS for w in number)
    return (*number, *words[1:end]) if counts else words


def _asserted(words: _Words) -> _Words:
    """Read "has the green cube moved" as "the green cube that has moved"."""
    asked = words[1:] if words[0] in {'where', 'when', 'how', 'why'} else words
    if len(asked) < 3 or asked[0] not in _ASKING or asked[1] not in _OPENING:
        return words
    whole, words = words, asked
    end = next((i for i in range(2, len(words)) if _is_noun(words[i])), 0)
    while end and end + 1 < len(words) and _is_noun(words[end + 1]):
        end += 1
    after = end + 1 + (words[end + 1 : end + 2] in {('just',), ('already',), ('ever',), ('still',)})
    acts = after < len(words) and read_verb(words[after]) is not None
    if not end or not acts or words[end] in _LOOKING_ON:
        return whole
    return (*words[1 : end + 1], 'that', words[0], *words[end + 1 :])


def _is_noun(word: str) -> bool:
    noun = singular(word)[0]
    return noun in lex.NOUNS or noun in lex.GENERIC


def _piped(words: _Words) -> _Words:
    """Read "the cup behind which the can stands" as "the cup with the can behind it"."""
    which = next((i for i, word in enumerate(words) if word == 'which' and i > 1), 0)
    place = next((w for w in _PLACES if words[which - len(w) : which] == w), None)
    if place is None or which + 2 >= len(words):
        return words
    start = which - len(place)
    start -= words[start - 1] == BREAK
    rest = words[which + 1 :]
    stands = next((i for i, word in enumerate(rest) if word in _STANDS), -1)
    if stands < 0 or start < 1:
        return words
    end = stands + 1
    end += rest[end : end + 1] in {('standing',), ('lying',), ('sitting',), ('placed',)}
    thing = rest[:stands]
    if not thing:
        end += rest[:1] == ('there',) and rest[1:2] != () and rest[1] in _STANDS
        thing, end = rest[end:], len(rest)
    if thing[:1] == ('nothing',):
        return words[:start]
    it = (
        ('on', 'its', place[-2])
        if place[-1] == 'of' and place[-2] in {'left', 'right'}
        else (*place, 'it')
    )
    return (*words[:start], 'with', *thing, *it, *rest[end:])


def _stranded(words: _Words) -> _Words:
    """Read "the pear that the can is to the left of" as "the pear with the can on its left"."""
    side = words[-2] if len(words) > 7 and words[-1] == 'of' else ''
    start = next((i for i, word in enumerate(words) if word in {'that', 'which'} and i), 0)
    is_ = next((i for i in range(start, len(words)) if words[i] in _STANDS), 0)
    stands = (
        start and is_ > start + 1 and words[start + 1] in lex.DETERMINERS and len(words) - is_ < 6
    )
    if side not in {'left', 'right'} or not stands:
        return words
    return (*words[:start], 'with', *words[start + 1 : is_], 'on', 'its', side)


def _as_possible(words: _Words) -> _Words:
    """Read "as close to the bowl as possible" as "closest to the bowl"."""
    if words[-2:] not in {('as', 'possible'), ('it', 'gets'), ('as', 'could')}:
        return words
    start = next((i for i in range(len(words) - 4) if words[i : i + 2] in _AS_FAR), 0)
    if not start:
        return words
    near = words[start + 1] != 'far'
    end = start + 2 + (words[start + 2] == 'away')
    return (*words[:start], 'closest' if near else 'furthest', *words[end:-2])


def _parted(words: _Words) -> _Words:
    """Read "separating the can from the box"."""
    start = next((i for i, word in enumerate(words) if word in _PARTING), 0)
    if not start or words[start + 1 : start + 2] == ():
        return words
    end = next((i for i in range(start + 2, len(words)) if words[i] in {'from', 'and'}), 0)
    if not end or words[start + 1] not in lex.DETERMINERS:
        return words
    being = ('is',) if words[start - 1] in lex.RELATIVES else ()
    return (*words[:start], *being, 'between', *words[start + 1 : end], 'and', *words[end + 1 :])


def _flanked(words: _Words) -> _Words:
    """Read "with the can on one side and the box on the other", "with both on either side"."""
    if _SIDED.isdisjoint(words):
        return words
    start = next((i for i, word in enumerate(words) if word in _WITH and i), 0)
    side = next(
        (
            (i, sides)
            for i in range(start + 2, len(words))
            for sides in _SIDES
            if words[i : i + len(sides)] == sides
        ),
        None,
    )
    if not start or side is None:
        return words
    at, sides = side
    between = words[start + 1 : at]
    for said in _ONE_SIDE:
        for i in range(len(between)):
            if between[i : i + len(said)] == said:
                between = (*between[:i], 'and', *between[i + len(said) :])
    if 'and' not in between:
        alike = sides[1] in {'either', 'both', 'each'} and between[0] in {'a', 'an'}
        if not alike and not (sides[1] == 'both' and singular(between[-1])[1]):
            return words
        if alike:
            # "With a cup on either side": there are two of them.
            between = ('two', *between[1:-1], f'{between[-1]}s')
    being = ('is',) if words[start - 1] in lex.RELATIVES else ()
    return (*words[:start], *being, 'between', *between, *words[at + len(sides) :])
