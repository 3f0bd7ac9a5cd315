"""A noun phrase while it is being read."""

from __future__ import annotations

from dataclasses import dataclass, field

from tenet_ros.language.expression import Motion, Order

__all__ = ['NounPhrase']


@dataclass(slots=True, kw_only=True)
class NounPhrase:
    """What the words of one noun phrase say. Indexes are into the sentence.

    Attributes:
        start: index of its first word.
        end: index after its last word.
        head: index of its head, where the skeleton has its placeholder.
        noun: lemma of the head, '' if it fits anything.
        said: index -> word for a detector.
        colours: normalised.
        excluded: colours that it must not have.
        attributes: other modifiers.
        excluded_attributes: modifiers that are denied.
        plural: whether several objects are meant.
        number: the number said, 0 for all, or None.
        rank: an ordinal whose direction is not known yet; -1 for "last", 0 for none.
        of_pronoun: begins with "its", "his".
        determined: begins with a determiner, possessive, quantifier or number.
        single: begins with "a", "this", "each".
        orders: said before the head.
        motions: said before the head.
        kept: indexes of words that belong to the skeleton.
        owner: "the man" in "the man's hat" and in "the hat of the man".
        nominals: indexes of the words that may be its head, the head last.
        described: index of the newest modifier, or -1.
        negated: whether the next modifier is denied.
    """

    start: int
    end: int
    head: int
    noun: str = ''
    said: dict[int, str] = field(default_factory=dict)
    colours: list[str] = field(default_factory=list)
    excluded: list[str] = field(default_factory=list)
    attributes: list[str] = field(default_factory=list)
    excluded_attributes: list[str] = field(default_factory=list)
    plural: bool = False
    number: int | None = None
    rank: int = 0
    of_pronoun: bool = False
    determined: bool = False
    single: bool = False
    orders: list[Order] = field(default_factory=list)
    motions: list[Motion] = field(default_factory=list)
    kept: set[int] = field(default_factory=set)
    owner: NounPhrase | None = None
    nominals: list[int] = field(default_factory=list)
    described: int = -1
    negated: bool = False

    @property
    def empty(self) -> bool:
        """Whether it says nothing: a lone article, say."""
        denied = self.excluded_attributes
        said = (
            denied or self.nominals or self.colours or self.excluded or self.orders or self.motions
        )
        return not (said or self.rank or self.number is not None)

    @property
    def text(self) -> str:
        """The words for a detector: no article, no order, no motion, the head as a lemma."""
        words = [self.said[index] for index in sorted(self.said)]
        return ' '.join(words if self.noun else [*words, 'object'])

    @property
    def count(self) -> int:
        """How many objects are meant, 0 for all."""
        if self.number is not None:
            return self.number
        return 0 if self.plural else 1
