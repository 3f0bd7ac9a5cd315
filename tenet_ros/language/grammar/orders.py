"""Reads places in the picture, places beside things, and superlatives, after a noun."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from tenet_ros.language.expression import Extreme, Order, RelationKind
from tenet_ros.language.grammar import lexicon as lex
from tenet_ros.language.grammar.context import Context
from tenet_ros.language.grammar.modifiers import direction_order
from tenet_ros.language.grammar.noun_phrase import NounPhrase
from tenet_ros.language.grammar.places import Place, read_place
from tenet_ros.language.grammar.prepositions import read_preposition
from tenet_ros.language.grammar.reader import Reader
from tenet_ros.language.grammar.words import BREAK

__all__ = ['OrderReader']

_R = RelationKind
_BESIDE: Mapping[str, RelationKind] = MappingProxyType(
    {
        'left': _R.LEFT_OF,
        'right': _R.RIGHT_OF,
        'top': _R.ON,
        'bottom': _R.BELOW,
        'middle': _R.IN,
        'front': _R.IN_FRONT_OF,
        'back': _R.BEHIND,
        'far': _R.FAR_FROM,
    }
)
_SEEN_FROM_IT: Mapping[str, RelationKind] = MappingProxyType(
    {'left': _R.RIGHT_OF, 'right': _R.LEFT_OF, 'front': _R.BEHIND, 'back': _R.IN_FRONT_OF}
)
"""Where the subject is of what lies on its left, in front of it."""
_OPPOSITE: Mapping[str, str] = MappingProxyType(
    {'left': 'right', 'right': 'left', 'top': 'bottom', 'bottom': 'top'}
)
_TOPS = frozenset(('table', 'tabletop', 'desk', 'counter', 'worktop', 'surface'))
"""What everything lies on: its left side is that of the picture."""
_ROOMY = frozenset(
    (
        'truck',
        'car',
        'van',
        'bus',
        'boat',
        'pickup',
        'lorry',
        'train',
        'taxi',
        'jeep',
        'cart',
        'trolley',
        'fridge',
        'refrigerator',
        'shelf',
        'drawer',
        'oven',
        'plane',
        'airplane',
        'sink',
    )
)
"""What things may lie in the back of, rather than behind."""
_LINES = frozenset(('row', 'line', 'lineup', 'lot', 'bunch', 'group', 'pack'))
"""What the candidates stand in."""
_LASTS: Mapping[str, int] = MappingProxyType({'last': -1, 'penultimate': -2})
_ENDS = frozenset(('', BREAK, 'and', 'but', 'then'))
_DISTANCES = ((Extreme.NEAREST, _R.NEAR), (Extreme.FARTHEST, _R.FAR_FROM))


class OrderReader(Reader):
    """Reads what says where among its like, or where in the picture, a subject lies."""

    def superlative(self, index: int, ctx: Context) -> int:
        """Read "closest to the laptop", "the second largest" after the noun."""
        s, start = self._s, index
        apart = s.at(index + 1) in lex.SUPERLATIVES and s.at(index + 2) in {'to', 'from', 'away'}
        told = ctx.predicate or ctx.motion >= 0 or (apart and s.at(index - 1) != BREAK)
        index += s.at(index) in lex.DETERMINERS and told
        rank = lex.ORDINALS.get(s.at(index), 1)
        index += s.at(index) in lex.ORDINALS
        last = _LASTS.get(s.at(index), 0) if told and s.at(index + 1) in {'from', 'on'} else 0
        if last or (rank > 1 and s.at(index) == 'from'):
            self._draft.phrases[ctx.subject].rank = last or rank
            return index + bool(last)
        extreme = lex.SUPERLATIVES.get(s.at(index))
        if extreme is None:
            return start
        after = index + 1
        named = index > start and s.at(start) in lex.DETERMINERS and s.nominal(after)
        if named and s.at(after) not in lex.DIRECTIONS:
            return start
        end = self._sided(extreme, rank, after, ctx)
        if end > after:
            return end
        kind = dict(_DISTANCES).get(extreme)
        if kind is not None:
            after += s.at(after) in lex.INTENSIFIERS or s.at(after) == 'away'
            joined = after + (s.at(after) in {'to', 'from'})
            if joined > after or s.opens(after):
                end = self._relations.relate(kind, joined, ctx, superlative=True)
                if end > joined:
                    return end
        vague, after = self._than(after, ctx)
        negated = ctx.take_negation()
        self._draft.order(extreme, ctx.subject, rank=rank, strict=not vague, negated=negated)
        return after

    def _than(self, index: int, ctx: Context) -> tuple[bool, int]:
        """Read "than the bowl" after "bigger": what is bigger than another thing need not be biggest.

        Returns:
            Whether it is but a hint at an order among the subject's like, and the index after it.
        """
        other = self._nouns.read(index + 1) if self._s.at(index) == 'than' else None
        if other is None:
            return False, index
        alike = other.noun in {'', 'rest', 'lot', 'other', self._draft.phrases[ctx.subject].noun}
        return not alike, self._draft.ignore(index, other.end)

    def _sided(self, extreme: Extreme, rank: int, after: int, ctx: Context) -> int:
        """Read "to the left" or "left" after "furthest"; ``after`` if neither stands there."""
        s = self._s
        place = read_place(s, after) if s.at(after) in {'to', 'on'} else None
        if place is not None and not place.of:
            self._region(replace(place, strict=True), ctx)
            return place.end
        if extreme is not Extreme.FARTHEST or s.at(after) not in lex.DIRECTIONS:
            return after
        order = direction_order(s.at(after), strict=True)
        negated = ctx.take_negation()
        self._draft.order(order.extreme, ctx.subject, rank=rank, negated=negated)
        return after + 1

    def distance(self, index: int, ctx: Context) -> int:
        """Read "to the laptop" where "the closest mug" came before."""
        if self._s.at(index) in {'to', 'from'} and self._s.at(index + 1) in lex.CAMERA:
            known = {order.extreme for order in self._draft.orders if order.subject == ctx.subject}
            return index + 2 * bool(known & {extreme for extreme, _ in _DISTANCES})
        if self._s.at(index) in {'to', 'from'} and self._s.opens(index + 1):
            for extreme, kind in _DISTANCES:
                if self._draft.drop_order(extreme, ctx.subject):
                    return self._relations.relate(kind, index + 1, ctx, superlative=True)
        return index

    def place(self, index: int, ctx: Context) -> int:
        """Read "on the left", "at the top of the picture", "left of the laptop"."""
        s = self._s
        told = s.at(index - 1) in {'that', 'which', 'who', 'has', 'have', 'had', 'just'}
        leaves = s.opens(index + 1) or (told and s.at(index + 1) in _ENDS)
        departs = ctx.relative and s.at(index) == 'left' and leaves
        place = None if departs else read_place(self._s, index)
        if place is None:
            return index
        of_it = place.of and s.at(place.end) == 'it'
        if (of_it or s.at(index + 1) == 'its') and self._mirrored(place, ctx):
            return place.end + of_it
        if self._above_it(place, ctx):
            return place.end
        if place.of:
            end = self._beside(place, ctx)
            if end > place.end:
                return end
        elif self._draft.phrases[ctx.subject].rank:
            self._ranked(place, ctx)
            return place.end
        utmost = place.preposition == 'to' and {'furthest', 'farthest'} & set(s.words[:index])
        if utmost and self._draft.drop_order(Extreme.FARTHEST, ctx.subject):
            place = replace(place, strict=True)
        self._region(place, ctx)
        return place.end

    def _stands_for(self, several: NounPhrase, ctx: Context) -> bool:
        """Give "the one on the left of the three mugs" its noun; return whether it had none."""
        subject = self._draft.phrases[ctx.subject]
        if subject.noun or (subject.nominals and self._s.at(subject.head) != 'one'):
            return False
        subject.noun = subject.said[subject.head] = several.noun
        self._draft.hide(several.start, several.end)
        return True

    def _above_it(self, place: Place, ctx: Context) -> bool:
        """Read "with the apple on top", "with a can to the left": where it is, beside the subject."""
        told = self._draft.relations[-1:]
        if place.of or not told or told[0].kind is not _R.WITH or ctx.latest != told[0].anchors[-1]:
            return False
        has = self._s.at(self._draft.phrases[ctx.latest].start - 1) in {'has', 'have', 'had'}
        beside = place.preposition == 'to' or (has and place.preposition in {'on', 'at'})
        if beside and place.words[0] in {'left', 'right'}:
            return self._mirrored(place, ctx)
        if place.words == ('front',) and place.preposition == 'in' and not place.article:
            return self._mirrored(place, ctx)
        return place.words == ('top',) and place.preposition == 'on' and not place.article

    def _mirrored(self, place: Place, ctx: Context) -> bool:
        """Read "with the bowl on its left": the subject is to the right of it."""
        kind = _SEEN_FROM_IT.get(lex.DIRECTIONS.get(place.words[0], ''))
        told = self._draft.relations[-1:]
        if kind is None or not told or told[0].anchors[-1] != ctx.latest:
            return False
        if told[0].subject != ctx.subject:
            return False
        if told[0].kind is _R.NEAR and not told[0].negated:
            # "Next to the bowl, on its right".
            kind = _BESIDE[lex.DIRECTIONS[place.words[0]]]
            self._draft.relate(kind, ctx.subject, told[0].anchors)
            return True
        if told[0].kind is not _R.WITH:
            return False
        self._draft.relations[-1] = replace(told[0], kind=kind)
        return True

    def _region(self, place: Place, ctx: Context) -> None:
        negated = ctx.take_negation()
        for word in place.words:
            if word == 'far':
                self._draft.order(Extreme.FARTHEST, ctx.subject, strict=False, negated=negated)
            else:
                order = direction_order(word, strict=place.strict)
                self._draft.order(order.extreme, ctx.subject, strict=order.strict, negated=negated)

    def _ranked(self, place: Place, ctx: Context) -> None:
        """Give "second" its direction: "from the left"."""
        phrase, word = self._draft.phrases[ctx.subject], place.words[-1]
        if word == 'far':
            # "The first" and "the last in the distance" are the same: the farthest.
            order = Order(extreme=Extreme.FARTHEST, rank=abs(phrase.rank))
        elif phrase.rank > 0:
            order = direction_order(word, strict=True, rank=phrase.rank)
        else:
            # The last from the left is the rightmost, the last on the right is so too.
            end = _OPPOSITE.get(word, word) if place.preposition == 'from' else word
            order = direction_order(end, strict=True, rank=-phrase.rank)
        negated = ctx.take_negation()
        self._draft.orders.append(replace(order, negated=negated, subject=ctx.subject))
        phrase.rank = 0

    def _beside(self, place: Place, ctx: Context) -> int:
        """Read what a place is a place of: the picture, or an anchor."""
        other = read_preposition(self._s, place.end + 1) if self._s.at(place.end) == 'and' else None
        if other is not None and self._s.opens(other[2]):
            # "On the left of and behind the bowl".
            self._relations.relate(_BESIDE[lex.DIRECTIONS[place.words[-1]]], other[2], ctx)
            return place.end + 1
        index = place.end + (self._s.at(place.end) in lex.DETERMINERS)
        sided = self._s.at(place.end - 2) in lex.REGION_NOUNS and self._s.at(index) in _TOPS
        lined = self._s.at(index) in _LINES and self._s.at(index + 1) != 'of'
        if place.words[-1] in lex.CENTRES and self._s.at(index) in _TOPS:
            self._draft.order(Extreme.MIDDLE, ctx.subject, strict=False)
        if sided or lined or self._s.at(index) in lex.FRAME or self._s.at(index) in lex.CENTRES:
            self._region(place, ctx)
            return index + 1
        word = lex.DIRECTIONS.get(place.words[-1], place.words[-1])
        kind = _BESIDE[word]
        anchor = self._nouns.read(place.end)
        if word == 'back' and place.preposition == 'in' and place.article:
            small = anchor is not None and anchor.noun in lex.NOUNS - _ROOMY
            kind = _R.BEHIND if small else _R.IN
        if place.preposition == 'from' and anchor is not None and self._stands_for(anchor, ctx):
            self._ranked(replace(place, of=False), ctx)
            return anchor.end
        several = anchor is not None and (
            anchor.plural or (self._s.at(anchor.end) == 'and' and self._s.opens(anchor.end + 1))
        )
        if anchor is not None and anchor.number and self._stands_for(anchor, ctx):
            self._region(place, ctx)
            return anchor.end
        if word == 'middle' and several:
            kind = _R.BETWEEN
        for word in place.words[:-1]:
            # "To the rear left of the bowl" says both.
            self._relations.relate(_BESIDE[lex.DIRECTIONS[word]], place.end, ctx)
        return self._relations.relate(kind, place.end, ctx)
