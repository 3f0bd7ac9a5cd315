"""Prepositions, of one word or several, and the relations that they tell."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from tenet_ros.language.expression import RelationKind
from tenet_ros.language.grammar.sentence import Sentence

__all__ = ['read_preposition']

_R = RelationKind
_WRITTEN: Mapping[RelationKind, str] = MappingProxyType(
    {
        _R.ABOVE: 'above,over',
        _R.BELOW: 'below,under,underneath,beneath,underneath of',
        _R.ON: 'on,upon,onto,on to,atop,on top of,sitting atop',
        _R.IN: 'in,inside,inside of,within,into,in to',
        _R.NEAR: (
            'near,near to,next to,close to,beside,besides,by,adjacent to,alongside,along,around,'
            'round,past,against,at,among,amongst,amid,surrounded by,opposite,opposite to,opposite of,'
            'across,across from,through,on the side of,at the side of,by the side of,to the side of,'
            'to,nearby,about,up against,on the edge of,at the edge of,'
            'in the vicinity of,on the other side of,from behind,out from behind,from under,off,off of,in the corner of,down,up,via,for'
        ),
        _R.FAR_FROM: 'far from,far away from,away from,apart from,distant from',
        _R.BETWEEN: 'between,in between,in the middle between,halfway between,midway between,flanked by,'
        'sandwiched between',
        _R.BEHIND: 'behind,on the far side of,in back of,in the back of,at the back of,beyond,to the rear of',
        _R.IN_FRONT_OF: 'in front of,in the front of,ahead of,at the front of,before',
        _R.WITH: 'with,having,covered in,covered with,decorated with,painted with,marked with,adorned with,patterned with,printed with,embellished with,ornamented with,speckled with,sprinkled with,dotted with,strewn with,displaying,bearing,showing,along with,together with,accompanied by,touching,carrying,featuring',
        _R.CHASING: 'after,towards,toward,in the direction of,up to',
        _R.LEAVING: 'out of',
    }
)
_NEGATED = {'outside': _R.IN, 'outside of': _R.IN, 'without': _R.WITH, 'with no': _R.WITH}
_PREPOSITIONS: Mapping[tuple[str, ...], tuple[RelationKind, bool]] = MappingProxyType(
    {
        **{
            tuple(words.split()): (kind, False)
            for kind, written in _WRITTEN.items()
            for words in written.split(',')
        },
        **{tuple(words.split()): (kind, True) for words, kind in _NEGATED.items()},
    }
)
_LONGEST = max(map(len, _PREPOSITIONS))


def read_preposition(s: Sentence, start: int) -> tuple[RelationKind, bool, int] | None:
    """Return the relation of the longest preposition at ``start``: kind, negated, end."""
    for size in range(_LONGEST, 0, -1):
        words = s.words[start : start + size]
        found = _PREPOSITIONS.get(words) if len(words) == size else None
        if found is not None:
            return (*found, start + size)
    return None
