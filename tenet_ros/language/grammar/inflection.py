"""English noun inflection: what a plural is the plural of."""

from __future__ import annotations

from tenet_ros.language.grammar.words import vocabulary, word_table

__all__ = ['singular']

_IRREGULAR = word_table(
    'people:person persons:person men:man women:woman children:child kids:kid mice:mouse '
    'geese:goose feet:foot teeth:tooth oxen:ox knives:knife wives:wife lives:life '
    'wolves:wolf leaves:leaf shelves:shelf halves:half calves:calf loaves:loaf elves:elf '
    'thieves:thief scarves:scarf hooves:hoof selves:self cacti:cactus octopi:octopus '
    'cookies:cookie movies:movie pies:pie ties:tie zombies:zombie hoodies:hoodie '
    'selfies:selfie brownies:brownie smoothies:smoothie genies:genie lies:lie '
    'shoes:shoe toes:toe canoes:canoe oboes:oboe hoes:hoe foes:foe horseshoes:horseshoe '
    'axes:axe aches:ache caches:cache moustaches:moustache mustaches:mustache '
    'headaches:headache busses:bus quizzes:quiz buzzes:buzz policemen:policeman '
    'policewomen:policewoman firemen:fireman fishermen:fisherman snowmen:snowman '
    'passers-by:passer-by passersby:passerby tvs:tv veggies:veggie bikinis:bikini '
    'taxis:taxi skis:ski'
)

_ONE_OBJECT = vocabulary(
    'scissors shears pants trousers jeans shorts tights leggings pyjamas pajamas glasses '
    'eyeglasses sunglasses goggles spectacles binoculars tongs pliers tweezers headphones '
    'earphones overalls dungarees boxers stairs'
)
"""Plural in form, one thing in the world."""

_ENDS_IN_S = vocabulary(
    'bus minibus trolleybus gas lens iris canvas walrus octopus cactus virus campus plus '
    'hippopotamus platypus crocus circus abacus chess tennis atlas series species news moss '
    'citrus lotus his this its has was yes always perhaps besides across towards afterwards '
    'upwards downwards backwards forwards leftwards rightwards sometimes oasis lexus mercedes '
    'adidas gps chaos cosmos'
)

_SAME = vocabulary('sheep fish deer aircraft spacecraft moose bison salmon shrimp swine dice')
"""Singular and plural alike; the determiner decides."""


def singular(word: str) -> tuple[str, bool]:
    """Return the lemma of a noun and whether it was plural.

    >>> [singular(w) for w in ('mice', 'buses', 'knives', 'glass', 'scissors', 'sheep')]
    ... # doctest: +NORMALIZE_WHITESPACE
    [('mouse', True), ('bus', True), ('knife', True), ('glass', False), ('scissors', False),
     ('sheep', False)]
    """
    if word in _IRREGULAR:
        return _IRREGULAR[word], True
    if word in _ONE_OBJECT or word in _ENDS_IN_S or word in _SAME:
        return word, False
    if word.endswith('men') and len(word) > 5 and word not in {'specimen', 'abdomen', 'stamen'}:
        return word[:-3] + 'man', True
    if len(word) < 4 or not word.endswith('s') or word.endswith(('ss', 'us', 'is')):
        return word, False
    return _strip(word), True


def _strip(word: str) -> str:
    """Take the regular ending off a plural of four letters or more."""
    if word.endswith('ies') and len(word) > 4:
        return word[:-3] + 'y'
    if word[:-2] in _ENDS_IN_S and word.endswith('es'):
        return word[:-2]
    if word.endswith(('sses', 'shes', 'ches', 'xes', 'zzes', 'oes')):
        return word[:-2]
    return word[:-1]
