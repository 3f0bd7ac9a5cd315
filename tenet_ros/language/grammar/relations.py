"""Reads relations: a preposition, or a verb with an object, and the anchor after it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from tenet_ros.language.expression import Extreme, MotionKind, RelationKind
from tenet_ros.language.grammar import lexicon as lex
from tenet_ros.language.grammar.context import Context
from tenet_ros.language.grammar.draft import Draft
from tenet_ros.language.grammar.noun_phrase import NounPhrase
from tenet_ros.language.grammar.noun_phrases import NounPhraseReader
from tenet_ros.language.grammar.places import read_place, skip_time
from tenet_ros.language.grammar.prepositions import read_preposition
from tenet_ros.language.grammar.sentence import Sentence
from tenet_ros.language.grammar.verbs import Form, read_verb
from tenet_ros.language.grammar.wearing import WearReader, is_worn, own_body

__all__ = ['GROUNDS', 'RelationReader']

_R = RelationKind
_WHEN_MOVING = {_R.FAR_FROM: _R.LEAVING}
_CLAD = frozenset(('stripe', 'dot', 'spot', 'check'))
"""What a thing may be "in", as people are in clothes."""
_ACROSS = frozenset(
    (
        'across',
        'over',
        'along',
        'through',
        'around',
        'about',
        'round',
        'down',
        'up',
        'off',
        'onto',
        'from',
    )
)
GROUNDS = frozenset(
    (
        'table',
        'tabletop',
        'desk',
        'counter',
        'worktop',
        'surface',
        'floor',
        'scene',
        'area',
        'place',
    )
)
"""What things move across: it says nothing of where they are."""
_NOWHERE = frozenset(
    (
        'own',
        'light',
        'air',
        'sun',
        'sunlight',
        'sunshine',
        'dark',
        'shade',
        'shadow',
        'breeze',
        'way',
        'wind',
    )
)
"""What is no thing beside which another could lie."""
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
_TOWARDS_CAMERA = {
    _R.NEAR: Extreme.NEAREST,
    _R.IN_FRONT_OF: Extreme.NEAREST,
    _R.FAR_FROM: Extreme.FARTHEST,
}


class RelationReader:
    """Reads anchors and says how they relate to a subject.

    Args:
        sentence: the words.
        draft: where findings go.
        nouns: reader of noun phrases of the same sentence.
        tail: reads what follows an anchor and belongs to it; given the anchor's index and the
            index of the next word, returns the index after what it read.
    """

    def __init__(
        self,
        sentence: Sentence,
        draft: Draft,
        nouns: NounPhraseReader,
        tail: Callable[[int, int, Context], int],
    ) -> None:
        self._s = sentence
        self._draft = draft
        self._nouns = nouns
        self._wearing = WearReader(sentence, draft, nouns)
        self._tail = tail

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
        end = self.relate(kind, after, ctx)
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
        self.relate(kind, opens, ctx)
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
        self._link(kind, owner, ctx, inverted=False, superlative=False)
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

    def relate(
        self,
        kind: RelationKind,
        index: int,
        ctx: Context,
        *,
        inverted: bool = False,
        superlative: bool = False,
    ) -> int:
        """Read the anchor at ``index`` and relate the clause's subject to it.

        Returns:
            The index after the anchor and what belongs to it; ``index`` if there is no anchor.
        """
        anchor = self._nouns.read(index)
        named = anchor is not None and anchor.noun in lex.CAMERA and anchor.owner is None
        if self._s.at(index) in lex.CAMERA or named:
            end = anchor.end if anchor is not None and named else index + 1
            return self._camera(kind, index, end, ctx, strict=superlative)
        if anchor is None or not (anchor.noun or anchor.determined or anchor.colours):
            return self._pronoun(index, ctx)
        end = self._no_other_thing(kind, anchor, index, ctx)
        if end > index:
            return end
        if anchor.noun in lex.BODY and anchor.owner is not None:
            anchor = self._owner_of(anchor)
            kind = _R.WITH if kind is _R.IN else kind
        return self._link(kind, anchor, ctx, inverted=inverted, superlative=superlative)

    def _no_other_thing(
        self, kind: RelationKind, anchor: NounPhrase, index: int, ctx: Context
    ) -> int:
        """Read the picture, or what the subject has on itself; ``index`` if it is an anchor."""
        clad = kind is _R.IN and anchor.plural and anchor.noun in _CLAD and not anchor.determined
        if (kind is _R.WITH or clad) and self._wearing.pattern(anchor, ctx):
            return anchor.end
        worn = kind in {_R.WITH, _R.IN} and is_worn(anchor, kind)
        nothing = (
            anchor.noun in lex.FRAME
            or anchor.noun in _NOWHERE
            or (kind is _R.NEAR and anchor.noun in lex.TIMES)
        )
        if nothing or (own_body(anchor) and not (worn and anchor.colours)):
            ctx.negated = False
            return self._wearing.posture(index, anchor.end)
        if worn:
            ctx.carried, ctx.worn = (kind, ctx.negated != ctx.flip), True
            return self._wearing.wear(anchor, ctx)
        return index

    def _pronoun(self, index: int, ctx: Context) -> int:
        """Pass "him" and "each other"; ``index`` if neither stands here."""
        length = 2 * self._s.follows(index, 'each', 'other') or self._s.at(index) in lex.PRONOUNS
        if length:
            ctx.negated = False
        return self._draft.ignore(index, index + length)

    def _owner_of(self, part: NounPhrase) -> NounPhrase:
        """Return the person for "the person's feet", over all the words of both."""
        owner = part.owner
        assert owner is not None
        self._draft.hide(part.start, part.end)
        owner.start, owner.end = part.start, part.end
        return owner

    def _link(
        self,
        kind: RelationKind,
        anchor: NounPhrase,
        ctx: Context,
        *,
        inverted: bool,
        superlative: bool,
    ) -> int:
        negated = ctx.take_negation()
        self._resolve(anchor, ctx)
        number = self._draft.add(anchor)
        anchors: tuple[int, ...] = (number,)
        end = anchor.end
        if kind is _R.BETWEEN and self._s.at(end) == 'and':
            other = self._nouns.read(end + 1)
            if other is not None:
                self._resolve_pair(anchor, other)
                self._resolve(other, ctx)
                self._resolve_pair(anchor, other)
                anchors, end = (number, self._draft.add(other)), other.end
        self._draft.relate(
            kind,
            ctx.subject,
            anchors,
            negated=negated,
            inverted=inverted,
            superlative=superlative,
        )
        ctx.carried = None if kind is _R.BETWEEN else (kind, negated)
        ctx.worn = False
        ctx.latest = anchors[-1]
        return self._tail(anchors[-1], end, ctx)

    def _resolve_pair(self, one: NounPhrase, other: NounPhrase) -> None:
        """Give the red and the blue mug, and the red mug and the blue one, their noun."""
        for poor, rich in ((one, other), (other, one)):
            if not poor.noun and rich.noun and (poor.colours or poor.attributes or poor.orders):
                poor.noun = rich.noun
                # The noun comes after all that is said; the colour may stand on the head's place.
                poor.said[poor.end] = rich.noun

    def _resolve(self, anchor: NounPhrase, ctx: Context) -> None:
        """Read "the one" and "the other" as the kind that the sentence speaks of."""
        target = self._draft.phrases[ctx.subject]
        word = self._s.at(anchor.head)
        counted = anchor.number is not None and not anchor.nominals
        alike = counted or word in {'one', 'ones', 'other', 'others'}
        if not anchor.noun and alike and target.noun:
            anchor.noun = target.noun
            anchor.said[anchor.head] = target.noun

    def _camera(
        self, kind: RelationKind, start: int, end: int, ctx: Context, *, strict: bool
    ) -> int:
        """The anchor is whoever looks: depth or approach, not a relation."""
        negated = ctx.take_negation()
        if kind in _TOWARDS_CAMERA:
            extreme = _TOWARDS_CAMERA[kind]
            self._draft.order(extreme, ctx.subject, strict=strict, negated=negated)
        elif kind is _R.CHASING:
            self._draft.move(MotionKind.APPROACHING, ctx.subject, negated=negated)
        elif kind is _R.LEAVING:
            self._draft.move(MotionKind.RECEDING, ctx.subject, negated=negated)
        else:
            self._draft.ignore(start, end)
        return end

    # -- objects -----------------------------------------------------------------------------

    def has_object(self, index: int) -> bool:
        """Whether an object of a verb begins at ``index``."""
        s = self._s
        if s.at(index) in lex.DIRECTIONS or s.at(index) in lex.INTENSIFIERS:
            return False
        ranks = s.at(index) in lex.ORDINALS or s.at(index) in {'last', 'back', 'again'}
        if (ranks and not s.nominal(index + 1)) or s.at(index) in lex.COMPARED:
            return False
        most = s.at(index) == 'the' and s.at(index + 1) in lex.SUPERLATIVES
        if skip_time(s, index) > index or (most and not s.nominal(index + 2)):
            return False
        if read_place(s, index) is not None or s.follows(index, 'upside', 'down'):
            return False
        if s.opens(index) or s.at(index) in {'something', 'someone', 'one'}:
            return True
        verb = read_verb(s.at(index))
        return s.nominal(index) and (verb is None or verb.form is Form.BASE)
