"""Set phrases of which each part may be one of several: "at the far end of the table"."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from tenet_ros.language.grammar import lexicon as lex
from tenet_ros.language.grammar.built_motions import MOTION_PATTERNS
from tenet_ros.language.grammar.words import LIKENESSES

__all__ = ['built_phrases']

_FIXTURES = ('table', 'tabletop', 'desk', 'counter', 'worktop')
"""What everything stands on: its far end is that of the scene."""
_ORDINALS = tuple(lex.ORDINALS)
_EVERYTHING = (
    'everything else',
    'everything',
    'all other things',
    'all else',
    'all the other things',
    'all the other objects',
    'all other objects',
    'all the things',
)
_ALL_OTHERS = (
    *_EVERYTHING,
    'all the others',
    'all others',
    'the others',
    'the rest',
    'all the rest',
    'all the other ones',
    'the other ones',
    'any other',
    'all the other objects',
)
_GREATER = (
    'biggest',
    'largest',
    'smallest',
    'greatest',
    'widest',
    'tallest',
    'shortest',
    'longest',
)
_MEASURES = (
    'size',
    'diameter',
    'dimensions',
    'dimension',
    'volume',
    'radius',
    'circumference',
    'footprint',
    'proportions',
    'build',
    'area',
    'capacity',
)
_VIEWS = ('view', 'line of sight', 'sight')
_PATTERNS: tuple[tuple[tuple[tuple[str, ...], ...], str], ...] = (
    (
        (('at the', 'in the', 'with the'), ('leftmost', 'rightmost'), ('position', 'place', 'spot')),
        'that is the {1}',
    ),
    (
        (('at the back', 'at the far end', 'at the far side', 'on the far side', 'at the other end',
          'at the far edge', 'at the back end'), ('of the',), _FIXTURES),
        'at the back',
    ),
    (
        (('at the front', 'at the near end', 'at the near side', 'on the near side', 'at this end',
          'at the near edge', 'at the front end'), ('of the',), _FIXTURES),
        'at the front',
    ),
    (
        (('at the', 'with the', 'having the', 'that has the', 'which has the'), ('greatest', 'largest', 'biggest', 'longest', 'furthest', 'most', 'maximum', 'maximal', 'highest'),
         ('distance from', 'distance to')),
        'furthest from',
    ),
    (
        (('at the', 'with the', 'having the', 'that has the', 'which has the'), ('smallest', 'shortest', 'least', 'closest', 'minimum', 'minimal', 'lowest'),
         ('distance from', 'distance to')),
        'nearest to',
    ),
    (
        (('with the', 'having the', 'that has the', 'which has the'), ('least', 'smallest', 'shortest'),
         ('space', 'gap', 'distance', 'room'), ('between it and', 'separating it from', 'between itself and')),
        'nearest to',
    ),
    (
        (('with the', 'having the', 'that has the', 'which has the'), ('most', 'largest', 'biggest', 'greatest', 'widest', 'longest'),
         ('space', 'gap', 'distance', 'room'), ('between it and', 'separating it from', 'between itself and')),
        'furthest from',
    ),
    (
        (('blocking', 'obstructing', 'obscuring', 'hiding'), ('our', 'your', 'my', 'the', "the camera 's", "the robot 's"),
         _VIEWS, ('of', 'to')),
        'in front of',
    ),
    (
        (('blocks', 'obstructs', 'obscures'), ('our', 'your', 'my', 'the', "the camera 's", "the robot 's"), _VIEWS, ('of', 'to')),
        'is in front of',
    ),
    (
        (('', 'half', 'partly', 'partially', 'mostly', 'almost'), ('hidden', 'obscured', 'occluded', 'concealed', 'blocked', 'screened'),
         ('by', 'from here by', 'from view by', 'from your view by', 'from our view by', 'from sight by', "from the camera 's view by")),
        'hidden behind',
    ),
    *(
        ((('the', ''), (f'{side}', f'{side} hand'), ('neighbour of', 'neighbor of')), f'{side} of')
        for side in ('left', 'right')
    ),
    ((('that', 'which'), ('neighbours', 'neighbors', 'adjoins', 'borders')), '{0} is next to'),
    (
        (('of', 'in', 'that is', 'that is of', 'that has', 'which has', 'with'),
         ('a', 'any', 'another', 'a different', 'some other'), ('colour', 'color'),
         ('other than', 'but', 'except', 'besides', 'apart from', 'aside from', 'excluding', 'bar', 'save', 'than', 'different from', 'from')),
        'that is not',
    ),
    ((('on the', 'at the'), _FIXTURES, ("'s left side", "'s left")), 'on the left'),
    ((('on the', 'at the'), _FIXTURES, ("'s right side", "'s right")), 'on the right'),
    *(
        ((('at position', 'in position', 'at number', 'at index', 'at place', 'at slot', 'in slot', 'at spot', 'at rank'), (number, digit), ('from',)), f'{ordinal} from')
        for number, digit, ordinal in (
            ('one', '1', 'first'),
            ('two', '2', 'second'),
            ('three', '3', 'third'),
            ('four', '4', 'fourth'),
        )
    ),
    ((('at the', 'with the'), ('greatest', 'largest'), ('distance',)), 'farthest away'),
    ((('at the', 'with the'), ('smallest', 'shortest', 'least'), ('distance',)), 'nearest'),
    ((('exceeds', 'surpasses', 'beats', 'tops', 'outsizes', 'exceeding'), _ALL_OTHERS, ('in size', '')), 'is the largest'),
    ((('where', 'to where'), ('i am', 'we are', 'you are'), ('sitting', 'standing', 'looking from', 'now', 'at')), 'me'),
    ((('where',), ('i', 'we', 'you'), ('sit', 'stand', 'look from')), 'me'),
    ((('my', 'our'), ('place', 'seat', 'side', 'eyes', 'chair', 'end of the table', 'side of the table', 'standpoint')), 'me'),
    *(
        ((places, _ALL_OTHERS if places[-1].endswith('than') else _EVERYTHING), plain)
        for places, plain in (
            (('further away than', 'further back than', 'farther away than'), 'farthest away'),
            (('closer than', 'nearer than', 'closer to the camera than'), 'nearest to the camera'),
            (('behind', 'beyond'), 'farthest away'),
            (('in front of', 'ahead of'), 'nearest to the camera'),
            (('left of', 'to the left of'), 'on the far left'),
            (('right of', 'to the right of'), 'on the far right'),
        )
    ),
    (
        (('put', 'set', 'fix', 'keep', 'focus', 'direct', 'turn', 'aim', 'point', 'train', 'cast', 'give', 'lock'),
         ('your', 'your full', 'the', ''),
         ('attention', 'focus', 'eyes', 'eye', 'gaze', 'sights', 'camera', 'lens', 'look', 'glance'),
         ('on', 'to', 'at', 'onto', 'upon', 'towards', 'toward', 'over to')),
        'watch',
    ),
    ((('with the', 'that has the', 'which has the', 'having the', 'of the', 'of'), _GREATER, _MEASURES), 'that is the {1}'),
    ((('of', 'of a', 'of the', 'with a'), ('bigger', 'larger', 'smaller'), _MEASURES), 'that is the {1}'),
    ((('of', 'of a', 'of rather', 'with a'), ('big', 'large', 'small', 'tiny', 'huge', 'little'), _MEASURES), 'that is {1}'),
    *(
        ((('least',), words), plain)
        for words, plain in (
            (('big', 'large', 'sizeable', 'bulky', 'sizable', 'massive'), 'smallest'),
            (('small', 'little', 'tiny', 'compact'), 'largest'),
            (('far from', 'far away from', 'distant from', 'remote from'), 'nearest to'),
            (('far away', 'far off', 'far', 'distant', 'remote'), 'nearest'),
            (('near to', 'close to'), 'furthest from'),
        )
    ),
    ((('in the',), ('middle', 'central', 'centre', 'center'), ('position', 'place', 'spot', 'slot')), 'in the middle'),
    ((('of',), ('considerable', 'decent', 'impressive', 'generous', 'some'), ('size', 'dimensions')), 'that is big'),
    ((('of',), ('medium', 'average', 'normal', 'ordinary', 'usual', 'regular', 'standard'), ('size', 'dimensions')), ''),
    *(
        ((('more to the', 'further', 'further to the', 'farther', 'farther to the', 'more'), (side,), ('than',), _ALL_OTHERS),
         f'on the far {side}')
        for side in ('left', 'right')
    ),
    *(
        ((('close to', 'near', 'near to', 'next to', 'beside', 'along', 'by'), ('the',), (side,),
          ('edge', 'border', 'margin', 'rim', 'boundary', 'end'), ('of the table', 'of the picture', 'of the image', '')),
         f'on the {side}')
        for side in ('left', 'right')
    ),
    *(
        ((('most to the', 'most on the', 'most at the'), (f'{side} side', f'{side} hand side', side)), f'furthest to the {side}')
        for side in ('left', 'right')
    ),
    ((('less',), ('big', 'large', 'bulky', 'massive', 'sizeable')), 'smaller'),
    ((('less',), ('small', 'little', 'tiny')), 'larger'),
    ((('less',), ('tall', 'high')), 'shorter'),
    (
        (('in', 'in the', 'at'), ('direct', 'close', 'immediate', 'closest', 'nearest', 'next', 'near'),
         ('proximity', 'vicinity', 'neighbourhood', 'neighborhood', 'range'), ('of', 'to')),
        'next to',
    ),
    ((('at', 'with'), ('maximum', 'maximal', 'greatest'), ('distance from', 'distance to')), 'furthest from'),
    ((('at', 'with'), ('minimum', 'minimal', 'shortest'), ('distance from', 'distance to')), 'nearest to'),
    ((('painted', 'coloured', 'colored', 'tinted', 'dyed', 'finished', 'done'), ('in',), tuple(lex.COLOURS)), 'painted {2}'),
    ((('if you', 'if we', 'if one', 'if i', 'when you', 'when we', 'when one', 'when i', 'as you', 'as we', 'if', 'when'),
      ('count', 'counts', 'counted', 'counting', 'start counting', 'start', 'starts', 'go', 'begin', 'look', 'read', 'number them'),
      ('from the',)), 'from the'),
    ((('made', 'did'), ('a', 'an'), ('stop', 'halt')), 'stopped'),
    (
        (('the', 'a'), ('bounding box', 'mask', 'segmentation mask', 'pixel mask', 'outline'),
         ('of the', 'for the', 'around the')),
        'the',
    ),
    ((('with', 'that has', 'having'), ('nothing',), ('in it', 'on it', 'inside', 'inside it', 'on top', 'on top of it', 'on its cover', 'on its surface', 'around it', 'next to it')), ''),
    (
        (('a few', 'two', 'some', 'a couple of', 'several', 'a'),
         ('centimetres', 'centimeters', 'cm', 'inches', 'inch', 'millimetres'),
         ('from', 'away from', 'off')),
        'near',
    ),
    ((('in', 'of', 'in the', 'of the', 'with the', 'having the'), ('colour', 'color', 'colours', 'colors'), tuple(lex.BASE_COLOURS)), 'that is {2}'),
    *(
        (
            (('closest', 'nearest'), ('to the', 'the'),
             (f'{side}', f'{side} side', f'{side} edge', f'{side} end', f'{side} hand side')),
            f'that is {utmost}',
        )
        for side, utmost in (
            ('left', 'leftmost'), ('right', 'rightmost'), ('front', 'frontmost'), ('back', 'rearmost'),
        )
    ),
    ((('next',), ('biggest', 'largest', 'smallest', 'closest', 'nearest', 'furthest', 'farthest')), 'second {1}'),
    ((('not so', 'not very', 'not too', 'not that', 'not particularly'), tuple(lex.SIZES)), 'not {1}'),
    ((('number one', 'number 1', 'no 1', 'no , 1'), ('from',)), 'first from'),
    ((('number two', 'number 2', 'no 2', 'no , 2'), ('from',)), 'second from'),
    ((('number three', 'number 3', 'no 3', 'no , 3'), ('from',)), 'third from'),
    ((('number four', 'number 4', 'no 4', 'no , 4'), ('from',)), 'fourth from'),
    (
        (('in', 'of'), ('a', 'some'), ('shade of', 'tone of', 'hue of', 'kind of')),
        'in',
    ),
    (
        (('in', 'of'), ('a dark', 'a deep', 'a light', 'a pale', 'a bright'), ('shade of', 'tone of', 'hue of')),
        'in {1}',
    ),
    ((('comes', 'come', 'ranks'), _ORDINALS, ('from',)), 'is {1} from'),
    ((('in',), _ORDINALS, ('place', 'position'), ('from',)), '{1} from'),
    (
        (('found', 'seen', 'spotted', 'shown', 'pictured', 'observed', 'discovered', 'noticed', 'visible', 'depicted', 'to be found', 'to be seen'), ('to', 'next', 'on', 'in', 'behind', 'left', 'right', 'near', 'between',
                      'inside', 'under', 'beside', 'at', 'beneath', 'underneath', 'by', 'close')),
        '{1}',
    ),
)  # fmt: skip
"""Words one after the other, each one of several; and what they say plainly, "{1}" the second."""


def built_phrases() -> Iterator[tuple[str, str]]:
    """Yield set phrases, each with its plain equal."""
    for slots, plain in (*_PATTERNS, *MOTION_PATTERNS):
        for words in product(*slots):
            yield ' '.join(words), plain.format(*words).replace('in a ', 'in ')
    for thing, shade in LIKENESSES.items():
        for colour in ('colour', 'color'):
            yield f'the {colour} of {thing}', f'that is {shade}'
