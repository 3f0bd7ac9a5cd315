"""An expression while it is being read."""

from __future__ import annotations

from dataclasses import replace

from tenet_ros.language.expression import (
    Expression,
    Extreme,
    Motion,
    MotionKind,
    Order,
    Part,
    Phrase,
    Relation,
    RelationKind,
)
from tenet_ros.language.grammar import lexicon as lex
from tenet_ros.language.grammar.inflection import singular
from tenet_ros.language.grammar.noun_phrase import NounPhrase
from tenet_ros.language.grammar.sentence import Sentence
from tenet_ros.language.grammar.tenses import rank_in_time, settle_times

__all__ = ['Draft']

_SAID = -1
_UNSAID = -2
"""Labels of words outside noun phrases: kept in the skeleton, or not."""

_OPPOSITES = (
    {MotionKind.LEFTWARD, MotionKind.RIGHTWARD},
    {MotionKind.UPWARD, MotionKind.DOWNWARD},
)


_PATTERNS = frozenset(lex.PATTERNS.values())
_OVER_SOME_TIME = frozenset(
    {
        MotionKind.STILL, MotionKind.LEFTWARD, MotionKind.RIGHTWARD, MotionKind.UPWARD,
        MotionKind.DOWNWARD, MotionKind.APPROACHING, MotionKind.RECEDING, MotionKind.SPINNING,
        MotionKind.CIRCLING,
    }
)  # fmt: skip
"""What may be over while the sentence is spoken; the others tell of the past by themselves."""


_RIVALS = frozenset(('but', 'not', 'except', 'than', 'like', 'unlike', 'of', 'with', 'without'))
"""What makes a thing another than the target."""


class Draft:
    """Collects what the readers find, and makes an ``Expression`` of it.

    Args:
        sentence: the words; the skeleton is made of them.
    """

    def __init__(self, sentence: Sentence) -> None:
        self.phrases: list[NounPhrase] = []
        self.parts: list[list[Part]] = []
        self.relations: list[Relation] = []
        self.orders: list[Order] = []
        self.motions: list[Motion] = []
        self.targets: list[int] = []
        self._sentence = sentence
        self._labels = [_SAID] * len(sentence)
        self._ignored: list[int] = []

    @property
    def size(self) -> int:
        """How much has been said: it grows with every statement but those about a phrase."""
        return len(self.phrases) + len(self.relations) + len(self.orders) + len(self.motions)

    # -- adding ------------------------------------------------------------------------------

    def add(self, phrase: NounPhrase) -> int:
        """Add a phrase with all that it says of itself; return its index."""
        index = len(self.phrases)
        self.phrases.append(phrase)
        self.parts.append([])
        for place in range(phrase.start, phrase.end):
            if place not in phrase.kept:
                self._labels[place] = index
        self.orders.extend(replace(order, subject=index) for order in phrase.orders)
        self.motions.extend(replace(motion, subject=index) for motion in phrase.motions)
        if phrase.owner is not None:
            self.relate(RelationKind.WITH, index, (self.add(phrase.owner),))
        return index

    def relate(
        self,
        kind: RelationKind,
        subject: int,
        anchors: tuple[int, ...],
        *,
        negated: bool = False,
        inverted: bool = False,
        superlative: bool = False,
    ) -> None:
        """Add a relation."""
        relation = Relation(
            kind=kind,
            anchors=anchors,
            negated=negated,
            subject=subject,
            inverted=inverted,
            superlative=superlative,
        )
        self.relations.append(relation)

    def order(
        self,
        extreme: Extreme,
        subject: int,
        *,
        rank: int = 1,
        strict: bool = True,
        negated: bool = False,
    ) -> None:
        """Add an order, unless it is known already."""
        order = Order(extreme=extreme, rank=rank, strict=strict, negated=negated, subject=subject)
        if order not in self.orders:
            self.orders.append(order)

    def move(
        self,
        kind: MotionKind,
        subject: int,
        *,
        negated: bool = False,
        strict: bool = True,
        past: bool = False,
    ) -> int:
        """Add a motion, unless it is known already; return its index."""
        if kind is MotionKind.MOVING and past:
            kind = MotionKind.MOVED
        past = past and kind in _OVER_SOME_TIME
        motion = Motion(kind=kind, negated=negated, strict=strict, subject=subject, past=past)
        if motion not in self.motions:
            self.motions.append(motion)
        return self.motions.index(motion)

    def drop_order(self, extreme: Extreme, subject: int) -> bool:
        """Take back an order that turned out to be a relation; return whether there was one."""
        rest = [o for o in self.orders if o.extreme is not extreme or o.subject != subject]
        found = len(rest) < len(self.orders)
        self.orders = rest
        return found

    def colour(self, subject: int, colour: str, *, excluded: bool) -> None:
        """Say a colour of a phrase."""
        phrase = self.phrases[subject]
        if excluded:
            phrase.excluded.append(colour)
        elif colour not in phrase.colours:
            phrase.colours.append(colour)

    def attribute(self, subject: int, word: str, *, excluded: bool) -> None:
        """Say an attribute of a phrase; patterns in their normal form."""
        phrase, normal = self.phrases[subject], lex.PATTERNS.get(word, word)
        if excluded and normal in {'patterned', 'decorated'}:
            normal, excluded = 'plain', False
        said = phrase.excluded_attributes if excluded else phrase.attributes
        if normal not in said:
            said.append(normal)

    def ignore(self, start: int, end: int) -> int:
        """Note words that no rule could use; return ``end``."""
        for index in range(start, min(end, len(self._labels))):
            if self._labels[index] == _SAID:
                self._labels[index] = _UNSAID
                self._ignored.append(index)
        return end

    def hide(self, start: int, end: int) -> None:
        """Leave words out of the skeleton, since a phrase or a part has what they say."""
        for index in range(start, min(end, len(self._labels))):
            self._labels[index] = _UNSAID

    def passed_over(self) -> int:
        """Return where a thing that we know was passed over for a target that nobody knows.

        Returns:
            The index of its noun phrase among the ignored words, or -1: "um right the red mug".
        """
        s, target = self._sentence, self.phrases[0]
        if target.noun.split()[-1:] and (s.noun(target.head) or s.compound(target.head - 1)):
            return -1
        for index in self._ignored:
            if s.at(index) not in lex.DETERMINERS | lex.POSSESSIVES or index < target.end:
                continue
            if s.at(index - 1) in _RIVALS:
                continue
            end = index + 1
            while s.modifier(end):
                end += 1
            if s.noun(end) and singular(s.at(end))[0] not in lex.GENERIC:
                return index
        return -1

    # -- finishing ---------------------------------------------------------------------------

    def expression(self, text: str) -> Expression:
        """Return the finished expression of the sentence ``text``."""
        self.motions = settle_times(self.motions)
        self._settle_ranks()
        self._settle_motions()
        targets = tuple(self.targets)
        return Expression(
            text=text,
            phrases=tuple(self._phrase(index) for index in range(len(self.phrases))),
            relations=tuple(dict.fromkeys(self.relations)),
            orders=self._orders(),
            motions=tuple(dict.fromkeys(self.motions)),
            count=self._count(targets),
            skeleton=self._skeleton(),
            ignored=tuple(self._sentence.at(index) for index in sorted(self._ignored)),
            targets=targets,
        )

    def _phrase(self, index: int) -> Phrase:
        said = self.phrases[index]
        text = said.text
        told = {lex.PATTERNS.get(word) for word in said.said.values()}
        patterns = [a for a in said.attributes if a in _PATTERNS and a not in told]
        later = [c for c in (*said.colours, *patterns) if f' {c} ' not in f' {text} ']
        return Phrase(
            text=' '.join([*later, text]),
            noun=said.noun,
            colours=tuple(said.colours),
            attributes=tuple(said.attributes),
            excluded_colours=tuple(said.excluded),
            excluded_attributes=tuple(said.excluded_attributes),
            plural=said.plural,
            parts=tuple(dict.fromkeys(self.parts[index])),
        )

    def _settle_ranks(self) -> None:
        """An ordinal without direction counts in time, or from the left as annotators do: a hint."""
        for index, phrase in enumerate(self.phrases):
            when = rank_in_time(phrase.rank, [m for m in self.motions if m.subject == index])
            if when is not None:
                self.orders.extend(replace(order, subject=index) for order in when)
            elif phrase.rank > 0:
                self.order(Extreme.LEFT, index, rank=phrase.rank, strict=False)
            elif phrase.rank < 0:
                self.order(Extreme.RIGHT, index, strict=False)

    def _orders(self) -> tuple[Order, ...]:
        """Return every order once; a hint at what is said strictly too says nothing."""
        sure = {(o.extreme, o.subject, o.rank) for o in self.orders if o.strict and not o.negated}
        return tuple(
            order
            for order in dict.fromkeys(self.orders)
            if order.strict or (order.extreme, order.subject, order.rank) not in sure
        )

    def _settle_motions(self) -> None:
        """Make no direction of "left and right"; let a strict word go before a vague one."""
        for subject in range(len(self.phrases)):
            mine = [m for m in self.motions if m.subject == subject]
            kinds = {m.kind for m in mine if not m.negated}
            for pair in _OPPOSITES:
                if pair <= kinds:
                    self.motions = [
                        m for m in self.motions if m.subject != subject or m.kind not in pair
                    ]
                    self.move(MotionKind.MOVING, subject)
            strict = {m.kind for m in mine if m.strict and not m.negated}
            directed = strict - {MotionKind.MOVING, MotionKind.STILL, MotionKind.ENTERED}
            self.motions = [
                m
                for m in self.motions
                if m.subject != subject
                or m.negated
                or not (
                    (not m.strict and m.kind in strict)
                    or (not m.strict and m.kind is MotionKind.MOVING and directed)
                )
            ]

    def _count(self, targets: tuple[int, ...]) -> int:
        counts = [self.phrases[index].count for index in targets]
        if len(counts) > 1 and self.phrases[0].number == 2 and not self.phrases[0].plural:
            return 2
        return sum(counts) if all(counts) else 0

    def _skeleton(self) -> str:
        words: list[str] = []
        names = {index: f'[A{index}]' for index in range(len(self.phrases))}
        names.update(dict.fromkeys(self.targets, '[T]'))
        heads = {phrase.head: index for index, phrase in enumerate(self.phrases)}
        if self.phrases[0].start == self.phrases[0].end:
            heads.pop(self.phrases[0].head, None)
            words.append('[T]')
        for place, word in enumerate(self._sentence.words):
            if self._labels[place] == _SAID and word not in lex.UNSAID:
                words.append(word)
            if place in heads:
                words.append(names[heads[place]])
        return ' '.join(words)
