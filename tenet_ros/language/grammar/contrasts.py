"""Reads what the subject is not, or is again: "not the parked ones", ", the red one"."""

from __future__ import annotations

from collections.abc import Callable

from tenet_ros.language.grammar import lexicon as lex
from tenet_ros.language.grammar.context import Context
from tenet_ros.language.grammar.draft import Draft
from tenet_ros.language.grammar.noun_phrase import NounPhrase
from tenet_ros.language.grammar.noun_phrases import NounPhraseReader
from tenet_ros.language.grammar.predicates import PredicateReader
from tenet_ros.language.grammar.reader import Reader
from tenet_ros.language.grammar.relations import RelationReader
from tenet_ros.language.grammar.requests import FOLLOWED_BY_IT
from tenet_ros.language.grammar.sentence import Sentence
from tenet_ros.language.grammar.words import BREAK

__all__ = ['MAX_DEPTH', 'ContrastReader']

MAX_DEPTH = 2
"""How deep clauses within clauses are read."""
_CONTRASTS = (
    ('but', 'not'), ('and', 'not'), ('not',), ('rather', 'than'), ('instead', 'of'),
    ('other', 'than'), ('apart', 'from'), ('aside', 'from'), ('except', 'for'), ('but', 'for'), ('except',), ('unlike',), ('excluding',),
)  # fmt: skip
_ASIDE = frozenset(('i', 'please', 'you', 'up', 'just'))
_ANY = frozenset(('any', 'no', 'anything', 'everything', 'something', 'nothing'))


class ContrastReader(Reader):
    """Reads contrasts and appositions of one clause.

    Args:
        sentence: the words.
        draft: where findings go.
        nouns: reader of noun phrases of the same sentence.
        relations: reader of anchors of the same sentence.
        predicates: says of the subject what a noun phrase says.
        clause: reads on from an index in a clause of its own; returns the index after it.
    """

    def __init__(
        self,
        sentence: Sentence,
        draft: Draft,
        nouns: NounPhraseReader,
        relations: RelationReader,
        *,
        predicates: PredicateReader,
        clause: Callable[[int, Context], int],
    ) -> None:
        super().__init__(sentence, draft, nouns, relations)
        self._predicates = predicates
        self._clause = clause

    def contrast(self, index: int, ctx: Context) -> int:
        """Read ", not the parked ones"."""
        after = self._contrasts(index, ctx)
        rival = self._nouns.read(after) if after > index else None
        if rival is None:
            return index
        drawn = lex.PATTERN_NOUNS.get(rival.noun)
        if drawn:
            # "Dots rather than stripes".
            self._draft.attribute(ctx.subject, drawn, excluded=not ctx.flip)
            self._draft.hide(index, rival.end)
            return rival.end
        return self._against(rival, index, after, ctx)

    def _contrasts(self, index: int, ctx: Context) -> int:
        """Return the index after "but not", "except"; ``index`` if none stands here."""
        s = self._s
        words = next((w for w in _CONTRASTS if s.follows(index, *w)), None)
        subject = self._draft.phrases[ctx.subject]
        if s.at(index) == 'but' and words is None and s.opens(index + 1):
            whole = s.at(subject.start) in lex.QUANTIFIERS or s.at(subject.start) in _ANY
            words = ('but',) if whole else None
        if words is None:
            return index
        after = index + len(words)
        denies = words[-1] == 'not' and s.at(after) not in lex.DETERMINERS
        spoken = words == ('not',) and s.at(index - 1) in lex.AUXILIARIES
        return index if denies or spoken else after

    def _against(self, rival: NounPhrase, index: int, after: int, ctx: Context) -> int:
        """Say of the subject that it is none of what the rival is."""
        s, subject = self._s, self._draft.phrases[ctx.subject]
        unnamed = not subject.nominals or s.at(subject.head) in _ANY
        told = rival.colours or rival.attributes or rival.orders or rival.motions
        if not subject.noun and unnamed and rival.noun and told:
            subject.noun = subject.said[subject.head] = rival.noun
        if rival.noun not in {'', subject.noun}:
            return self._draft.ignore(index, rival.end)
        self._predicates.describe(rival, ctx.subject, denied=not ctx.flip)
        goes_on = s.at(rival.end) in lex.PREPOSITIONS
        if not (rival.orders or rival.motions or goes_on):
            self._draft.hide(index, after)
        if ctx.depth <= MAX_DEPTH and (not told or goes_on):
            flipped = Context(subject=ctx.subject, depth=ctx.depth + 1, flip=not ctx.flip)
            return self._clause(rival.end, flipped)
        return rival.end

    def apposition(self, index: int, ctx: Context) -> int:
        """Read ", the red one": the same thing again."""
        s, start = self._s, index
        spoken = s.at(index - 1) != BREAK
        if ctx.depth or ctx.predicate:
            return index
        # "There are two, take the bigger one".
        while not spoken and (s.at(index) in FOLLOWED_BY_IT or s.at(index) in _ASIDE):
            index += 1
        if s.at(index) not in {'the', 'a', 'an'}:
            return start
        again = self._nouns.read(index)
        if again is None or again.owner is not None:
            return start
        if spoken and s.at(again.head) != 'one':
            # Without a comma only "the red one" says it again.
            return start
        subject = self._draft.phrases[ctx.subject]
        named = not subject.noun and bool(again.noun) and s.noun(again.head)
        if named:
            subject.noun = subject.said[subject.head] = again.noun
            subject.plural, subject.number = again.plural, again.number
        elif s.at(again.head) not in {'one', 'ones'}:
            return start
        elif s.at(again.head) == 'one' and index > start:
            subject.plural, subject.number = False, None
        self._predicates.describe(again, ctx.subject, denied=ctx.flip)
        return again.end
