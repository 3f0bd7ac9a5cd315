"""Reads the anchor after a preposition or a verb, and says how the subject relates to it."""

from __future__ import annotations

from collections.abc import Callable

from tenet_ros.language.expression import Extreme, MotionKind, RelationKind
from tenet_ros.language.grammar import lexicon as lex
from tenet_ros.language.grammar.context import Context
from tenet_ros.language.grammar.draft import Draft
from tenet_ros.language.grammar.noun_phrase import NounPhrase
from tenet_ros.language.grammar.noun_phrases import NounPhraseReader
from tenet_ros.language.grammar.places import read_place, skip_time
from tenet_ros.language.grammar.sentence import Sentence
from tenet_ros.language.grammar.verbs import Form, read_verb
from tenet_ros.language.grammar.wearing import WearReader, is_worn, own_body
from tenet_ros.language.grammar.words import vocabulary

__all__ = ['GROUNDS', 'RelationReader']

_R = RelationKind
_CLAD = frozenset(('stripe', 'dot', 'spot', 'check'))
"""What a thing may be "in", as people are in clothes."""
GROUNDS = vocabulary('table tabletop desk counter worktop surface floor scene area place')
"""What things move across: it says nothing of where they are."""
_NOWHERE = vocabulary('own light air sun sunlight sunshine dark shade shadow breeze way wind')
"""What is no thing beside which another could lie."""
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
        return self.link(kind, anchor, ctx, inverted=inverted, superlative=superlative)

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

    def link(
        self,
        kind: RelationKind,
        anchor: NounPhrase,
        ctx: Context,
        *,
        inverted: bool,
        superlative: bool,
    ) -> int:
        """Relate the subject to an anchor that was read; return the index after what belongs to it."""
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
