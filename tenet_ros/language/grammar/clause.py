"""Reads what follows a noun phrase, and hands each word to the reader that knows it."""

from __future__ import annotations

from tenet_ros.language.expression import RelationKind
from tenet_ros.language.grammar import lexicon as lex
from tenet_ros.language.grammar.actions import ActionReader
from tenet_ros.language.grammar.context import Context
from tenet_ros.language.grammar.contrasts import MAX_DEPTH, ContrastReader
from tenet_ros.language.grammar.draft import Draft
from tenet_ros.language.grammar.inflection import singular
from tenet_ros.language.grammar.noun_phrase import NounPhrase
from tenet_ros.language.grammar.noun_phrases import NounPhraseReader
from tenet_ros.language.grammar.object_relatives import ObjectRelativeReader
from tenet_ros.language.grammar.orders import OrderReader
from tenet_ros.language.grammar.placements import PlacementReader
from tenet_ros.language.grammar.places import skip_time
from tenet_ros.language.grammar.predicates import PredicateReader
from tenet_ros.language.grammar.relations import RelationReader
from tenet_ros.language.grammar.requests import FOLLOWED_BY_IT
from tenet_ros.language.grammar.sentence import Sentence
from tenet_ros.language.grammar.verbs import Form, Sense, read_verb
from tenet_ros.language.grammar.words import BREAK

__all__ = ['ClauseReader']

_R = RelationKind
_BE = frozenset(
    ('is', 'are', 'was', 'were', 'be', 'been', 'being', 'get', 'gets', 'got', 'getting', "'s")
)
_PAST = frozenset(('was', 'were', 'been', 'has', 'have', 'had', 'having', 'got', 'did'))
_ANEW = frozenset(('has', 'have', 'had', 'did', 'does', 'do', 'will', 'would', 'could'))
"""What begins another statement after "was"."""
_BY_ITSELF = frozenset({Sense.START, Sense.STOP, Sense.RETURN, Sense.ENTER})
"""What a thing does itself, though before the "and" something was done to it."""
_HAVE = frozenset(('has', 'have', 'having', 'had'))


class ClauseReader:
    """Reads the clauses of one sentence into a draft."""

    def __init__(self, sentence: Sentence, draft: Draft) -> None:
        self._s = sentence
        self._draft = draft
        self._nouns = NounPhraseReader(sentence)
        self._relations = RelationReader(sentence, draft, self._nouns, self._anchor_tail)
        readers = (sentence, draft, self._nouns, self._relations)
        actions, orders = ActionReader(*readers), OrderReader(*readers)
        self._predicates = PredicateReader(*readers)
        placements = PlacementReader(*readers)
        contrasts = ContrastReader(*readers, predicates=self._predicates, clause=self.read)
        # The first that can use a word has it: what needs most context comes first.
        self._steps = (
            contrasts.contrast,
            contrasts.apposition,
            self._joint,
            self._relative,
            self._time,
            self._predicates.back,
            self._predicates.anymore,
            actions.infinitive,
            actions.laps,
            actions.headings.rank,
            actions.headings.before_others,
            actions.headings.nearing,
            actions.headings.heading,
            orders.superlative,
            orders.place,
            orders.distance,
            self._predicates.state,
            self._deed_before,
            placements.preposition,
            self._negation,
            self._auxiliary,
            self._predicates.whose,
            actions.headings.manner,
            actions.verb,
            ObjectRelativeReader(*readers).read,
            self._predicates.noun,
            self._predicates.adjective,
        )

    def target(self, index: int) -> int:
        """Read the target's noun phrase at ``index``; return the index after it."""
        after = index + 1 + (self._s.at(index + 1) in lex.INTENSIFIERS)
        done = read_verb(self._s.at(after))
        asks = self._s.at(index) in {'what', 'who', 'which', 'whatever', 'whichever'} and (
            self._s.at(index + 1) in lex.AUXILIARIES
            or (done is not None and done.form in {Form.PAST, Form.S})
        )
        phrase = None if asks else self._nouns.read(index)
        lone = phrase is not None and not phrase.nominals and not phrase.determined
        if phrase is None or (lone and self._s.at(phrase.end) == 'of'):
            phrase = NounPhrase(start=index, end=index + asks, head=index)
        self._draft.targets.append(self._draft.add(phrase))
        return phrase.end

    def read(self, index: int, ctx: Context) -> int:
        """Read on until the end of the sentence, or of a clause within it."""
        while index < len(self._s):
            if ctx.depth and self._s.at(index) == BREAK:
                break
            latest, following = ctx.latest, index
            for step in self._steps:
                following = step(index, ctx)
                if following > index:
                    break
            else:
                following = self._draft.ignore(index, index + 1)
            if ctx.latest == latest:
                ctx.latest = -1
            index = following
        return index

    # -- conjunctions ------------------------------------------------------------------------

    def _joint(self, index: int, ctx: Context) -> int:
        """Read "and": another anchor, another target, or another statement."""
        s, after = self._s, index + 1
        if s.at(index) == BREAK or s.at(index) not in lex.CONJUNCTIONS:
            return after if s.at(index) == BREAK else index
        drawn = singular(s.at(index - 1))[0] in lex.PATTERN_NOUNS and ctx.carried is None
        other = self._nouns.read(after) if drawn else None
        if other is not None and other.noun in lex.PATTERN_NOUNS:
            without = {'without', 'no', 'nor', 'not'}.intersection(
                s.words[max(index - 4, 0) : index]
            )
            ctx.carried = _R.WITH, bool(without)
        carried, ctx.predicate = ctx.carried, ctx.predicate and ctx.relative
        verb = read_verb(s.at(after))
        acts = verb is not None and verb.form is not Form.BASE
        if verb is not None and verb.sense in _BY_ITSELF:
            ctx.passive = False
        known = s.opens(after) and not acts
        placed = s.at(after) in lex.DIRECTIONS and not s.nominal(after + 1)
        told = s.modifier(after) and not s.nominal(after + 1)
        if (
            placed
            or (told and ctx.carried is None)
            or not (known or (carried and s.nominal(after) and verb is None))
        ):
            return after
        if carried is not None and not self._begins_target(after, ctx):
            kind, negated = carried
            ctx.negated = negated != ctx.flip
            return self._relations.relate(kind, after, ctx)
        if ctx.subject != 0 or ctx.predicate:
            return after
        return self._another_target(after, ctx)

    def _begins_target(self, index: int, ctx: Context) -> bool:
        """Whether a wearer comes after clothes: "in white and *the man* in black"."""
        phrase = self._nouns.read(index) if ctx.worn else None
        return phrase is not None and phrase.noun in lex.HUMANS

    def _another_target(self, index: int, ctx: Context) -> int:
        """Read "and his bike" after "the boy"."""
        phrase = self._nouns.read(index)
        if phrase is None or not (phrase.noun or phrase.colours):
            return index
        first = self._draft.phrases[0]
        if not phrase.noun and first.noun and self._s.at(phrase.head) in {'one', 'ones'}:
            phrase.noun = phrase.said[phrase.head] = first.noun
        if not first.nominals and not first.noun and phrase.noun:
            first.noun = phrase.noun
            first.said[first.head] = phrase.noun
        number = self._draft.add(phrase)
        self._draft.targets.append(number)
        ctx.latest, ctx.carried = number, None
        return phrase.end

    # -- relative clauses --------------------------------------------------------------------

    def _relative(self, index: int, ctx: Context) -> int:
        if self._s.at(index) not in lex.RELATIVES or self._s.at(index) == 'whose':
            return index
        ctx.relative, ctx.predicate, ctx.carried, ctx.past = True, False, None, False
        return index + 1

    def _anchor_tail(self, anchor: int, index: int, ctx: Context) -> int:
        """Read what follows an anchor and belongs to it rather than to the clause's subject."""
        if ctx.depth >= MAX_DEPTH or ctx.flip:
            return index
        s, phrase = self._s, self._draft.phrases[anchor]
        verb = read_verb(s.at(index))
        alive = phrase.noun.split()[-1:] and phrase.noun.split()[-1] in lex.ANIMATE
        alive = alive or s.at(phrase.head) == 'one'
        acts = alive and verb is not None and verb.form is Form.ING
        told = s.at(index) in {'that', 'which'} or (s.at(index) == 'who' and alive)
        if told or acts:
            return self.read(index, Context(subject=anchor, depth=ctx.depth + 1))
        return index

    # -- small words -------------------------------------------------------------------------

    def _time(self, index: int, ctx: Context) -> int:
        if self._s.follows(index, 'about', 'to') and read_verb(self._s.at(index + 2)):
            # It does not do so yet.
            return self._draft.ignore(index, index + 3)
        if self._s.at(index) == 'to' and self._s.at(index + 1) in FOLLOWED_BY_IT and ctx.motion < 0:
            # "The object to track".
            return self._draft.ignore(index, index + 2)
        return self._draft.ignore(index, skip_time(self._s, index))

    def _negation(self, index: int, ctx: Context) -> int:
        word = self._s.at(index)
        if word == 'no' and self._s.at(index + 1) == 'longer':
            ctx.no_longer = True
            return index + 2
        if self._s.follows(index, 'anything', 'but'):
            ctx.negated = True
            return index + 2
        if word not in lex.NOT:
            return index
        ctx.negated = not ctx.negated
        return index + 1

    def _deed_before(self, index: int, ctx: Context) -> int:
        """Read "after" in "at rest after moving": what follows is over."""
        verb = read_verb(self._s.at(index + 1)) if self._s.at(index) == 'after' else None
        if verb is None or verb.form is not Form.ING or self._s.nominal(index + 2):
            return index
        ctx.past = ctx.predicate = True
        return index + 1

    def _auxiliary(self, index: int, ctx: Context) -> int:
        s, word = self._s, self._s.at(index)
        if s.follows(index, 'used', 'to') and (
            read_verb(s.at(index + 2)) or s.at(index + 2) == 'be'
        ):
            ctx.past = ctx.predicate = True
            return index + 2 + (s.at(index + 2) == 'be')
        appears = word in {'appears', 'seems'}
        utmost = index + 1 + (s.at(index + 1) == 'the')
        seems = s.at(index + 1) in {'to', 'like', 'as'} or s.modifier(index + 1)
        seems |= s.at(utmost) in lex.SUPERLATIVES
        if word not in lex.AUXILIARIES or (appears and not seems):
            return index
        ctx.predicate = True
        ctx.passive = word in _BE or (ctx.passive and word not in _ANEW)
        if word not in {'be', 'being'}:
            ctx.past = word in _PAST or (ctx.past and word == 'been')
        denied = s.at(index + 1) == 'no'
        if word in _HAVE and (denied or s.opens(index + 1)):
            ctx.negated ^= denied
            before, start = self._draft.size, index - (s.at(index - 1) in {'that', 'which'})
            end = self._relations.relate(_R.WITH, index + 1 + denied, ctx)
            if self._draft.size == before:
                self._draft.hide(start, end)
            return end
        return index + 1
