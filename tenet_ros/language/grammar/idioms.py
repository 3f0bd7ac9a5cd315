"""Set phrases in plainer words: "side by side with" says "next to", "a trio of" says "three".

What is here means as a whole what its words do not say one by one, and has a plain equal that the
rest of the grammar reads.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from types import MappingProxyType

from tenet_ros.language.grammar import lexicon as lex
from tenet_ros.language.grammar.inflection import singular
from tenet_ros.language.grammar.verbs import read_verb
from tenet_ros.language.grammar.words import BREAK

__all__ = ['FIXTURES', 'plainly']

_Words = tuple[str, ...]

FIXTURES = ('table', 'tabletop', 'desk', 'counter', 'worktop')
"""What everything stands on: its far end is that of the scene."""

_PLAIN: Mapping[str, str] = MappingProxyType(
    {
        # -- places
        'next to': 'side by side with,in the neighbourhood of,in the neighborhood of,in proximity to,'
        'in close proximity to,in the proximity of,hard by,cheek by jowl with,abreast of,level with',
        'near': 'a short distance from',
        'behind': 'in the rear of,at the rear of,round the back of,around the back of',
        'hidden behind': 'obscured by,occluded by,concealed by,blocked by,screened by',
        'in front of': 'on this side of,on the near side of,on our side of,on my side of',
        'left of': 'leftwards of,leftward of,further left than,farther left than,more to the left than,'
        'further to the left than,farther to the left than,whose right neighbour is,whose right neighbor is',
        'right of': 'rightwards of,rightward of,further right than,farther right than,'
        'more to the right than,further to the right than,farther to the right than,'
        'whose left neighbour is,whose left neighbor is',
        'above': 'higher than,higher up than',
        'below': 'lower than,lower down than',
        'far from': 'a long way from,a long way away from,a long way off from,well away from,'
        'nowhere near,miles from,miles away from',
        'with': 'sporting,boasting',
        # -- orders
        'furthest from': 'most distant from,as far as possible from,as far away as possible from',
        'furthest': 'most remote',
        'leftmost': 'most leftward,most left',
        'rightmost': 'most rightward,most right',
        'on the far left': 'all the way on the left,all the way over on the left,on the outer left',
        'on the far right': 'all the way on the right,all the way over on the right,on the outer right',
        'at the far left': 'all the way at the left',
        'at the far right': 'all the way at the right',
        'second leftmost': 'next to leftmost,next leftmost',
        'second rightmost': 'next to rightmost,next rightmost',
        'penultimate': 'last but one,second to last,second from last,second last,next to last',
        'me': 'my position,where i stand,where i am,where i am standing',
        'us': 'our position,where we stand,where we are,where we are standing',
        # -- motions
        'moving': 'on its way,on their way',
        'falling': 'in free fall',
        'going in circles': 'following a circular path,following a circular course,'
        'following a circular route,following a circular track',
        'towards us': 'in our direction,our way,in my direction,my way,in the direction of us',
        'approaching': 'nearing',
        'away from us': 'into the distance,off into the distance',
        'moving away from': 'departing from',
        'up': 'into the air,up into the air,up in the air',
        'to the left': 'in the left direction',
        'to the right': 'in the right direction',
        'towards the camera': "in the camera 's direction",
        'stays still': 'keeps its place,keeps its position,holds its place,holds its position',
        'stay still': 'keep their place,hold their place,keep their places',
        'is at rest': 'now rests,now stands,now sits,now lies',
        'but has stopped': 'but is not anymore,but does not anymore,but no longer is,but no longer does',
        'but was moving before': 'but was before,but was earlier',
        'started moving': 'gone into motion,went into motion,goes into motion',
        'was hidden': 'was out of sight,was out of view,was not in view for a while',
        'rising': 'lifting off',
        'lifted': 'taken up',
        'came to a': 'slowed to a,ground to a,drew to a,screeched to a,juddered to a',
        'is still': 'shows no movement,shows no motion,makes no movement,is doing nothing,does nothing',
        'at rest': 'without movement,without any movement,without motion,without moving',
        'is visible again': 'we can see again,you can see again,one can see again,i can see again',
        'back into view': 'into view again,into sight again,back into view again,back into sight again,'
        'into the picture again,into the frame again,back into the picture again,out into view again',
        'came back': 'makes a comeback,made a comeback,came out again,turned up once more,came round again',
        'was not there': 'was absent,was missing',
        'were not there': 'were absent,were missing',
        'does not': 'fails to,refuses to',
        'do not': 'fail to,refuse to',
        '': 'like a top,like a spinning top',
        # -- negation
        'except': 'with the exception of,not counting,not including,leaving out,leaving aside,barring,'
        'save for',
        'has no': 'lacks,has not got any,has not got,does not have any',
        'have no': 'lack,have not got any,have not got,do not have any',
        'in circles': 'about in circles',
        'without': 'lacking,devoid of,free of,free from',
        # -- numbers
        'every': 'every single,each and every,every last',
        'all of': 'every one of,each one of,every single one of',
        'the three': 'the trio of',
        'three': 'a trio of',
        'the four': 'the quartet of,the foursome of',
        'four': 'a quartet of,a foursome of',
        'the two': 'the duo of,the twin',
        'two': 'a duo of',
    }
)

_ORDINALS = tuple(lex.ORDINALS)
_PUSHES = ('push', 'shove', 'nudge', 'kick', 'poke')
_PATTERNS: tuple[tuple[tuple[tuple[str, ...], ...], str], ...] = (
    (
        (('at the', 'in the', 'with the'), ('leftmost', 'rightmost'), ('position', 'place', 'spot')),
        'that is the {1}',
    ),
    (
        (('at the back', 'at the far end', 'at the far side', 'on the far side', 'at the other end',
          'at the far edge', 'at the back end'), ('of the',), FIXTURES),
        'at the back',
    ),
    (
        (('at the front', 'at the near end', 'at the near side', 'on the near side', 'at this end',
          'at the near edge', 'at the front end'), ('of the',), FIXTURES),
        'at the front',
    ),
    (
        (('at the', 'with the'), ('greatest', 'largest', 'biggest', 'longest', 'furthest'),
         ('distance from', 'distance to')),
        'furthest from',
    ),
    (
        (('at the', 'with the'), ('smallest', 'shortest', 'least', 'closest'),
         ('distance from', 'distance to')),
        'nearest to',
    ),
    ((('with the', 'of the'), ('largest', 'biggest', 'smallest'), ('size',)), 'that is the {1}'),
    (
        (('of', 'in', 'that is', 'that is of'), ('a', 'any', 'another'), ('colour', 'color'),
         ('other than', 'but', 'except', 'than', 'different from')),
        'that is not',
    ),
    ((('getting', 'being given'), ('a', 'a little', 'a gentle'), _PUSHES), 'being pushed'),
    ((('given', 'gave'), ('a', 'a little', 'a gentle'), _PUSHES), 'pushed'),
    ((('giving',), ('a', 'a little', 'a gentle'), _PUSHES), 'pushing'),
    ((('number one', 'number 1', 'no 1', 'no , 1'), ('from',)), 'first from'),
    ((('number two', 'number 2', 'no 2', 'no , 2'), ('from',)), 'second from'),
    ((('number three', 'number 3', 'no 3', 'no , 3'), ('from',)), 'third from'),
    ((('number four', 'number 4', 'no 4', 'no , 4'), ('from',)), 'fourth from'),
    ((('comes', 'come', 'ranks'), _ORDINALS, ('from',)), 'is {1} from'),
    ((('in',), _ORDINALS, ('place', 'position'), ('from',)), '{1} from'),
    (
        (('found',), ('to', 'next', 'on', 'in', 'behind', 'left', 'right', 'near', 'between',
                      'inside', 'under', 'beside', 'at', 'beneath', 'underneath', 'by', 'close')),
        '{1}',
    ),
)  # fmt: skip
"""Words one after the other, each one of several; and what they say plainly, "{1}" the second."""


def _made() -> Iterator[tuple[str, str]]:
    """Yield the set phrases of ``_PATTERNS``, each with its plain equal."""
    for slots, plain in _PATTERNS:
        for words in product(*slots):
            yield ' '.join(words), plain.format(*words)


def _table(pairs: Iterable[tuple[str, str]]) -> Mapping[str, tuple[tuple[_Words, _Words], ...]]:
    """Return first word -> its set phrases, the longest first, each with its plain equal."""
    table: dict[str, list[tuple[_Words, _Words]]] = {}
    for said, plain in pairs:
        words = tuple(said.split())
        table.setdefault(words[0], []).append((words, tuple(plain.split())))
    return MappingProxyType(
        {
            first: tuple(sorted(entries, key=lambda entry: -len(entry[0])))
            for first, entries in table.items()
        }
    )


_IDIOMS = _table(
    [
        *((said, plain) for plain, column in _PLAIN.items() for said in column.split(',')),
        *_made(),
    ]
)
_WRITTEN_TOGETHER: Mapping[str, str] = MappingProxyType(
    {
        f'{one}{two}{end}': f'{one} {two}{end}'
        for one, two in (
            ('dinner', 'plate'), ('frying', 'pan'), ('soup', 'spoon'), ('dessert', 'spoon'),
            ('motor', 'car'), ('toy', 'car'), ('punch', 'bowl'), ('salad', 'bowl'),
            ('cereal', 'bowl'), ('coffee', 'mug'), ('coffee', 'cup'), ('beer', 'can'),
            ('wine', 'bottle'), ('water', 'bottle'), ('beer', 'bottle'), ('rubber', 'duck'),
        )
        for end in ('', 's')
    }
)  # fmt: skip
_ALL = frozenset(('all', 'every', 'each', 'any', 'everything', 'anything'))
_COUNTING = frozenset(('counting', 'counted', 'starting', 'going', 'reading'))


def plainly(words: _Words) -> _Words:
    """Return the words with set phrases in plain words.

    >>> ' '.join(plainly(tuple('the mug side by side with a trio of cubes'.split())))
    'the mug next to three cubes'
    """
    words = tuple(part for word in words for part in _opened(word))
    plain: list[str] = []
    index = 0
    while index < len(words):
        for said, equal in (*_IDIOMS.get(words[index], ()), *_by_context(words, index)):
            if words[index : index + len(said)] == said:
                plain.extend(equal)
                index += len(said)
                break
        else:
            plain.append(words[index])
            index += 1
    return tuple(plain) if any(word != BREAK for word in plain) else words


def _opened(word: str) -> Iterable[str]:
    """Yield the words of "water-bottle", "fryingpan": a noun with another before it."""
    if word in _WRITTEN_TOGETHER:
        return _WRITTEN_TOGETHER[word].split()
    parts = word.split('-')
    known = singular(parts[-1])[0] in lex.NOUNS and singular(word)[0] not in lex.NOUNS
    opens = len(parts) > 1 and min(map(len, parts)) > 1 and known
    return parts if opens else (word,)


def _by_context(words: _Words, index: int) -> Iterator[tuple[_Words, _Words]]:
    """Yield set phrases that are such only after certain words."""
    word, before = words[index], words[:index]
    if word == 'all' and read_verb(before[-1] if before else '') is None:
        # What *rolls* all the way to the left is on its way there.
        yield ('all', 'the', 'way', 'to', 'the'), ('furthest', 'to', 'the')
    if word in {'bar', 'save'} and _ALL.intersection(before):
        yield (word, 'the'), ('except', 'the')
    ranked = any(said in lex.ORDINALS for said in before) or not before
    if ranked and word in _COUNTING:
        yield (word, 'from', 'the'), ('from', 'the')
    if ranked and word in {'when', 'as'} and before:
        yield (word, *words[index + 1 : index + 2], 'from'), ('from',)
