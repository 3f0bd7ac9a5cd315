"""Reads prepositions with what they lead to: "behind the can", "to the bowl's left", "across the table"."""

from __future__ import annotations

from dataclasses import replace

from tenet_ros.language.expression import Extreme, RelationKind
from tenet_ros.language.grammar import lexicon as lex
from tenet_ros.language.grammar.context import Context
from tenet_ros.language.grammar.places import read_place
from tenet_ros.language.grammar.prepositions import read_preposition
from tenet_ros.language.grammar.reader import Reader
from tenet_ros.language.grammar.relations import GROUNDS
from tenet_ros.language.grammar.words import vocabulary

__all__ = ['PlacementReader']

_R = RelationKind
_WHEN_MOVING = {_R.FAR_FROM: _R.LEAVING}
_ACROSS = vocabulary('across over along through around about round down up off onto from')
"""Where a thing that moves crosses, or leaves, what everything stands on."""
_TAKEN = frozenset(
    ('take', 'get', 'pull', 'remove', 'fish', 'pick', 'grab', 'lift', 'fetch', 'bring')
)
_SEEN_FROM_THERE = {
    _R.BEHIND: _R.IN_FRONT_OF,
    _R.IN_FRONT_OF: _R.BEHIND,
    _R.NEAR: _R.NEAR,
    _R.BELOW: _R.ON,
    _R.ABOVE: _R.BELOW,
}


class PlacementReader(Reader):
    """Reads prepositions of one clause, and which of them relate its subject to an anchor."""

    def preposition(self, index: int, ctx: Context) -> int:
        """Read a preposition with its anchor; ``index`` if none stands here."""
        found = read_preposition(self._s, index)
        if found is None:
            return index
        kind, denied, after = found
        if self._s.at(after) == 'it' and self._mirrored(kind, ctx):
            return after + 1
        aside = (
            self._across(index, after, ctx)
            or self._purpose(index, after, ctx)
            or self._sided(index, after, ctx)
        )
        if aside > index:
            return aside
        if kind is _R.LEAVING and ctx.motion < 0:
            # What shall be taken out of the bowl is in it.
            kind, denied = _R.IN, not denied and not _TAKEN.intersection(self._s.words[:4])
        kind = self._in_motion(kind, index, after, ctx)
        ctx.negated ^= denied
        either = self._either(kind, after, ctx)
        if either > after:
            return either
        before = self._draft.size
        end = self._relations.relate(kind, after, ctx)
        if end == after:
            ctx.negated = False
            return self._stranded(index, after, kind, ctx)
        if self._draft.size == before:
            # What it led to said nothing, or said it of a phrase: nothing is left to relate.
            self._draft.hide(index, after)
        return end

    def _across(self, index: int, after: int, ctx: Context) -> int:
        """Pass "across the table" after "rolling"; 0 if something else stands here."""
        crosses = ctx.motion >= 0 and self._s.at(index) in _ACROSS
        ground = self._nouns.read(after) if crosses else None
        if ground is None or ground.noun not in GROUNDS or ground.colours:
            return 0
        self._draft.hide(index, ground.end)
        return ground.end

    def _in_motion(self, kind: RelationKind, index: int, after: int, ctx: Context) -> RelationKind:
        """Return what a preposition tells after a verb of motion, and what after another."""
        aims = self._s.at(index) in {'to', 'for'}
        aims |= self._s.at(index) == 'at' and self._s.at(after) in lex.CAMERA
        if ctx.motion >= 0:
            kind = _R.CHASING if kind is _R.NEAR and aims else kind
            return _WHEN_MOVING.get(kind, kind)
        return _R.NEAR if kind is _R.CHASING and self._s.at(index) != 'after' else kind

    def _purpose(self, index: int, after: int, ctx: Context) -> int:
        """Pass "for drinks": what a thing is for is not near it; 0 if something else stands here."""
        aside = self._s.at(index) in {'for', 'about'} and ctx.motion < 0
        purpose = self._nouns.read(after) if aside else None
        if purpose is None or purpose.determined or purpose.noun in lex.CAMERA:
            return 0
        return self._draft.ignore(index, purpose.end)

    def _either(self, kind: RelationKind, after: int, ctx: Context) -> int:
        """Read "neither behind nor next to the bowl": both are of the bowl; ``after`` if not so."""
        joined = self._s.at(after) in {'nor', 'or', 'and'}
        other = read_preposition(self._s, after + 1) if joined else None
        place = read_place(self._s, after + 1) if joined else None
        opens = other[2] if other is not None else 0
        if place is not None and place.of:
            opens = max(opens, place.end)
        if not opens or not self._s.opens(opens):
            return after
        again = ctx.negated and self._s.at(after) == 'or'
        self._relations.relate(kind, opens, ctx)
        ctx.negated = again or self._s.at(after) == 'nor'
        return after + 1

    def _mirrored(self, kind: RelationKind, ctx: Context) -> bool:
        """Read "with the bowl behind it": the subject is in front of the bowl."""
        told = self._draft.relations[-1:]
        if kind not in _SEEN_FROM_THERE or not told or told[0].anchors[-1] != ctx.latest:
            return False
        if told[0].kind is not _R.WITH or told[0].subject != ctx.subject:
            return False
        self._draft.relations[-1] = replace(told[0], kind=_SEEN_FROM_THERE[kind])
        return True

    def _sided(self, index: int, after: int, ctx: Context) -> int:
        """Read "to the bowl's left"; ``index`` if something else stands here."""
        s = self._s
        owner = self._nouns.read(after) if s.at(index) in {'to', 'on', 'at'} else None
        if owner is not None and owner.owner is not None and s.at(owner.owner.end) == "'s":
            owner = owner.owner
        if owner is None or s.at(owner.end) != "'s":
            return index
        kind = {'left': _R.LEFT_OF, 'right': _R.RIGHT_OF}.get(s.at(owner.end + 1))
        if kind is None:
            return index
        end = owner.end + 2
        while s.at(end) in {'hand', 'side'}:
            end += 1
        self._relations.link(kind, owner, ctx, inverted=False, superlative=False)
        return end

    def _stranded(self, index: int, after: int, kind: RelationKind, ctx: Context) -> int:
        """A preposition without anchor: "the chair behind" lies deeper than the others."""
        if self._mirrored(kind, ctx):
            # "With the spoon behind" says behind it.
            return after
        if kind is _R.BEHIND:
            self._draft.order(Extreme.FARTHEST, ctx.subject, strict=False, negated=ctx.flip)
            return after
        return self._draft.ignore(index, after)
