"""From text to words: Unicode hygiene, contractions, hyphens."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from types import MappingProxyType

from tenet_ros.errors import ContractError

__all__ = ['BREAK', 'LIKENESSES', 'MAX_CHARACTERS', 'split_words', 'vocabulary', 'word_table']

MAX_CHARACTERS = 1000
"""Longest sentence that is read. Referring expressions have 5 to 20 words; this is above 150."""

BREAK = ','
"""The word that stands for any punctuation that separates clauses."""


def vocabulary(*lines: str) -> frozenset[str]:
    """Return the set of words written in ``lines``."""
    return frozenset(' '.join(lines).split())


def word_table(*lines: str) -> Mapping[str, str]:
    """Return the table written as "key:value key:value" in ``lines``."""
    return MappingProxyType(dict(pair.split(':') for pair in ' '.join(lines).split()))


_FOLD = str.maketrans({'\u2019': "'", '\u2018': "'", '\u2013': ',', '\u2014': ',', '\u2010': '-'})
"""Typographic apostrophes, dashes and hyphens."""
_WORD = re.compile(r"[^\W_]+(?:['-][^\W_]+)*|&|\+|[,.;:!?()\[\]/]")
_SHORT = re.compile(r'\bw/(o\b)?')
""""w/o" and "w/"."""
_AND = frozenset('&+')
_SPOKEN: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        'gimme': ('give', 'me'), 'lemme': ('let', 'me'), 'wanna': ('want', 'to'), 'gonna': ('going', 'to'),
        'gotta': ('got', 'to'), 'u': ('you',), "li'l": ('little',), 'pls': ('please',), 'plz': ('please',), 'thx': ('thanks',),
        'w': ('with',), 'r': ('are',), 'theres': ('there', 'is'), 'wheres': ('where', 'is'),
        'cam': ('camera',), 'polkadot': ('dotted',), 'polkadots': ('dots',),
        'polkadotted': ('dotted',), 'whats': ('what', 'is'), 'thats': ('that', 'is'), 'dunno': (), 'um': (), 'uh': (), 'er': (),
        'erm': (), 'teh': ('the',), 'hmm': (), 'umm': (), 'uhm': (), 'ehm': (),
    }
)  # fmt: skip
"""What is written as it is spoken; hesitation says nothing."""
_NOT = {'cannot': 'can', 'cant': 'can', 'wont': 'will', 'isnt': 'is', 'arent': 'are'}
_IS_AFTER = vocabulary(
    'that which who what where there here it he she this one everything something'
)
_ENDS = {"'s": "'s", "'re": 'are', "'ve": 'have', "'ll": 'will', "'d": 'would', "'m": 'am'}
_KEPT = vocabulary('t-shirt tee-shirt e-bike x-ray u-turn passer-by merry-go-round see-saw')
_SPLIT = vocabulary(
    'left right top bottom upper lower middle center centre front back rear far near mid non '
    'most right-hand left-hand hand second third fourth fifth first last next dark light bright '
    'pale deep coloured colored and largest biggest smallest tallest red orange yellow green blue '
    'purple pink brown black white grey gray beige gold silver moving striped stripy dotted '
    'spotted checkered chequered checked patterned polka dot dots plain solid from to side'
)
LIKENESSES: Mapping[str, str] = word_table(
    'chocolate:brown coffee:brown wood:brown earth:brown grass:green leaf:green forest:green moss:green '
    'sky:blue sea:blue ocean:blue blood:red fire:red wine:red tomato:red strawberry:red brick:red '
    'snow:white milk:white chalk:white coal:black ink:black pitch:black night:black ash:grey stone:grey '
    'steel:grey concrete:grey sun:yellow straw:yellow butter:yellow banana:yellow pumpkin:orange '
    'carrot:orange flame:orange flamingo:pink bubblegum:pink brass:gold mud:brown lava:orange '
    'sand:beige skin:beige cement:grey lead:grey cloud:white cotton:white bone:white soot:black '
    'raven:black tar:black jet:black pea:green cucumber:green avocado:green pickle:green '
    'cornflower:blue water:blue beetroot:purple berry:purple honey:yellow corn:yellow gold:gold '
    'chick:yellow duckling:yellow nut:brown toffee:brown cocoa:brown lobster:red poppy:red '
    'cranberry:red peony:pink mouse:grey elephant:grey smoke:grey'
)
"""What things are said to be coloured like -> the colour."""
_PAIRS: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        ('screw', 'driver'): 'screwdriver', ('screw', 'drivers'): 'screwdrivers',
        ('tooth', 'brush'): 'toothbrush', ('tea', 'cup'): 'teacup', ('tea', 'pot'): 'teapot',
        ('note', 'book'): 'notebook', ('text', 'book'): 'textbook', ('foot', 'ball'): 'football',
        ('polka', 'dot'): 'dotted', ('polka', 'dots'): 'dots', ('polka', 'dotted'): 'dotted',
        ('left', 'most'): 'leftmost', ('right', 'most'): 'rightmost', ('top', 'most'): 'topmost',
        **{
            (thing, coloured): colour
            for thing, colour in LIKENESSES.items()
            for coloured in ('coloured', 'colored')
        },
        ('no', 'one'): 'nobody', ('any', 'more'): 'anymore', ('any', 'longer'): 'anymore',
    }
)  # fmt: skip
"""What is one word, though often written as two."""
_COLOURED = vocabulary('red orange yellow green blue purple pink brown black white grey gray')
_JOINED = {
    'left-most': 'leftmost',
    'right-most': 'rightmost',
    'top-most': 'topmost',
    'screw-driver': 'screwdriver',
    'tea-pot': 'teapot',
    **dict.fromkeys(
        (
            'single-coloured',
            'single-colored',
            'one-coloured',
            'one-colored',
            'pattern-free',
            'self-coloured',
            'uni-coloured',
            'pattern-less',
        ),
        'plain',
    ),
}
_MANY = frozenset(('multi', 'many', 'rainbow', 'vari', 'several'))
_DULL = frozenset(('coloured', 'colored', 'hand', 'painted', 'tinted', 'dyed', 'hued'))
_OF_A_PATTERN = {'stripe': 'striped', 'dot': 'dotted', 'spot': 'spotted', 'check': 'checked'}
_PATTERNED = frozenset(('striped', 'dotted', 'spotted', 'checked', 'checkered', 'chequered'))


def split_words(text: str) -> tuple[str, ...]:
    """Return the lower-case words of a sentence, with ``BREAK`` for punctuation.

    Compatibility forms are folded (NFKC), invisible format characters dropped, contractions
    spelled out, and hyphens between directions or colours opened. Possessive ``'s`` is a word.

    Raises:
        ContractError: not a string, too long, with control characters or bytes that were not
            UTF-8, or without a single letter.

    >>> split_words("The man's front-left dog, that isn't red.")
    ('the', 'man', "'s", 'front', 'left', 'dog', ',', 'that', 'is', 'not', 'red')
    """
    words: list[str] = []
    for token in _WORD.findall(_SHORT.sub(_written_out, _clean(text).lower())):
        if token in _AND:
            words.append('and')
        elif token[0].isalnum():
            words.extend(_spell_out(token))
        elif words and words[-1] != BREAK:
            words.append(BREAK)
    while words and words[-1] == BREAK:
        words.pop()
    return _join_pairs(words or ['object'])


def _written_out(short: re.Match[str]) -> str:
    return 'without' if short.group(1) else 'with '


def _join_pairs(words: list[str]) -> tuple[str, ...]:
    """Write "screw driver" as one word."""
    joined: list[str] = []
    for word in words:
        pair = _PAIRS.get((joined[-1], word)) if joined else None
        if pair is None:
            joined.append(word)
        else:
            joined[-1] = pair
    return tuple(joined)


def _clean(text: str) -> str:
    """Return ``text`` folded, or say why it cannot be a sentence."""
    if not isinstance(text, str):
        raise ContractError(
            f'sentence: expected text, got {type(text).__name__}; decode it as UTF-8'
        )
    folded = text[: MAX_CHARACTERS + 1]
    if len(text) <= MAX_CHARACTERS:
        folded = unicodedata.normalize('NFKC', text).translate(_FOLD)
    if len(folded) > MAX_CHARACTERS:
        raise ContractError(
            f'sentence: expected at most {MAX_CHARACTERS} characters, '
            f'got {max(len(text), len(folded))}; describe one object in a few words'
        )
    for character in folded:
        category = unicodedata.category(character)
        if character == '\ufffd' or (category in {'Cc', 'Cs'} and not character.isspace()):
            raise ContractError(
                f'sentence: expected readable UTF-8 text, got the character '
                f'U+{ord(character):04X}; send plain text'
            )
    folded = ''.join(c for c in folded if unicodedata.category(c) != 'Cf')
    if not any(c.isalpha() for c in folded):
        raise ContractError(
            f'sentence: expected words, got {text[:40]!r}; name an object, as in "the red mug"'
        )
    return folded


def _spell_out(token: str) -> list[str]:
    """Return the words that one written word stands for."""
    if token in _SPOKEN:
        return list(_SPOKEN[token])
    if token[:2] == 'un' and token[2:] in _PATTERNED:
        return ['not', token[2:]]
    if token in _NOT:
        return [_NOT[token], 'not']
    if token.endswith("n't"):
        stem = token[:-3]
        return [{'ca': 'can', 'wo': 'will'}.get(stem, stem), 'not']
    stem, apostrophe, end = token.rpartition("'")
    if apostrophe and apostrophe + end in _ENDS and stem:
        end = _ENDS[apostrophe + end]
        return [*_spell_out(stem), 'is' if end == "'s" and stem in _IS_AFTER else end]
    return _open_hyphens(token.replace("'", ''))


def _open_hyphens(token: str) -> list[str]:
    """Split "front-left" and "red-and-white", but not "t-shirt" or "double-decker"."""
    parts = token.split('-')
    if len(parts) == 1 or token in _KEPT:
        return [token]
    if token in _JOINED:
        return [_JOINED[token]]
    if parts[0] == 're' or parts[-1] in {'ish', 'y'}:
        return [''.join(parts)]
    return _without_prefix(token, parts)


def _without_prefix(token: str, parts: list[str]) -> list[str]:
    """Return the words of "non-red", "all-red", "second-from-left"."""
    if parts[-1] == 'free' and parts[0] in _OF_A_PATTERN:
        return ['not', _OF_A_PATTERN[parts[0]]]
    if parts[0] == 'non':
        return ['not', *parts[1:]]
    if parts[0] == 'all' and parts[-1] in _COLOURED:
        return parts[1:]
    if len(parts) > 2 and parts[1] == 'from':
        # "The second-from-left mug" is the second left mug.
        return [parts[0], parts[-1]]
    return _parts(token, parts)


def _likened(parts: list[str]) -> list[str]:
    """Return the words for "grass-coloured", "banana-yellow", "larger-looking", or none."""
    if parts[-1] in {'coloured', 'colored'} and parts[0] in LIKENESSES:
        return [LIKENESSES[parts[0]]]
    if parts[0] in {'banana', 'carrot'} and parts[-1] in _COLOURED:
        return parts[-1:]
    if parts[-1] in {'coloured', 'colored', 'color', 'colour'} and parts[0] in _MANY:
        return ['multicolored']
    if parts[-1] == 'looking' and parts[0].endswith(('er', 'est')):
        return parts[:-1]
    if parts[-1] == 'sized' and parts[0] != 'full':
        return [parts[0], 'sized']
    return ['toppled'] if parts[-1] == 'over' and parts[0].endswith(('ed', 'en')) else []


def _parts(token: str, parts: list[str]) -> list[str]:
    """Return the parts of a token that are words of their own, or the token."""
    if parts[-1] in _PATTERNED:
        return [*(part for part in parts[:-1] if part in _SPLIT), parts[-1]]
    likened = _likened(parts)
    if likened:
        return likened
    if parts[-1] == 'patterned':
        return [_OF_A_PATTERN.get(part, part) for part in parts]
    if (
        parts[-1] in _COLOURED
        or all(part in _SPLIT or part.endswith('ing') for part in parts)
        or parts[-1] in _DULL
    ):
        return [part for part in parts if part not in _DULL] or [token]
    return [token]
