"""Reads what stands before the head of a noun phrase: orders, colours, sizes, motions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from tenet_ros.language.expression import Extreme, Motion, MotionKind, Order
from tenet_ros.language.grammar import lexicon as lex
from tenet_ros.language.grammar.inflection import singular
from tenet_ros.language.grammar.noun_phrase import NounPhrase
from tenet_ros.language.grammar.premodifiers import premodifier_motion
from tenet_ros.language.grammar.sentence import Sentence
from tenet_ros.language.grammar.verbs import Form, Sense, Verb, read_verb
from tenet_ros.language.grammar.words import BREAK

__all__ = ['ModifierReader', 'direction_order']

_DIRECTION_ORDERS: Mapping[str, Extreme] = MappingProxyType(
    {
        'left': Extreme.LEFT,
        'right': Extreme.RIGHT,
        'top': Extreme.TOP,
        'bottom': Extreme.BOTTOM,
        'middle': Extreme.MIDDLE,
        'front': Extreme.NEAREST,
        'back': Extreme.FARTHEST,
    }
)
_OBJECT_FIRST = frozenset({Sense.CONTACT, Sense.CHASE})
"""Verbs that want an object: "man *riding* horses", never "the riding horse"."""
_LASTS: Mapping[str, int] = MappingProxyType({'last': -1, 'penultimate': -2})
"""Ranks from the other end."""
_WAYS: Mapping[str, MotionKind] = MappingProxyType(
    {
        **dict.fromkeys(('left', 'leftward', 'leftwards'), MotionKind.LEFTWARD),
        **dict.fromkeys(('right', 'rightward', 'rightwards'), MotionKind.RIGHTWARD),
        **dict.fromkeys(('upward', 'upwards'), MotionKind.UPWARD),
        **dict.fromkeys(('downward', 'downwards'), MotionKind.DOWNWARD),
    }
)
_GOING = frozenset(('moving', 'going', 'rolling', 'sliding', 'heading', 'bound', 'drifting'))
_FINITE = frozenset(Sense) - {Sense.CONTACT, Sense.OTHER, Sense.GAZE}
"""Verbs whose plain present is read as a verb after a noun: "a man *walks*"."""


def direction_order(word: str, *, strict: bool = False, rank: int = 1) -> Order:
    """Return the order that a direction word (a key of ``lexicon.DIRECTIONS``) asks for."""
    extreme = _DIRECTION_ORDERS[lex.DIRECTIONS[word]]
    return Order(extreme=extreme, rank=rank, strict=strict or word.endswith('most'))


class ModifierReader:
    """Reads single modifiers into a noun phrase.

    Every method takes the phrase and an index and returns the index after what it read, or the
    same index if what stands there is not its own.
    """

    def __init__(self, sentence: Sentence) -> None:
        self._sentence = sentence

    def complete(self, phrase: NounPhrase) -> bool:
        """Whether the last nominal is surely a noun, so that the phrase may end after it."""
        return bool(phrase.nominals) and self._sentence.noun(phrase.nominals[-1])

    def lead(self, phrase: NounPhrase, index: int) -> int:
        """Pass an adverb before a modifier, "coloured" after one; note a "not" before one."""
        s, word, following = self._sentence, self._sentence.at(index), index + 1
        most = word == 'most' and s.at(following) in lex.SIZES
        if self.complete(phrase) or most:
            return index
        if word in {'coloured', 'colored'} and phrase.described == index - 1 and phrase.colours:
            return following
        done = read_verb(s.at(following))
        doing = done is not None and done.form in {Form.ING, Form.PAST} and s.nominal(index + 2)
        compared = s.modifier(following) or s.at(following) in lex.SUPERLATIVES
        if word.endswith('ly') and (compared or (doing and s.nominal(index))):
            return following
        if word in lex.INTENSIFIERS and word not in lex.STILL and word not in lex.DIRECTIONS:
            return following if s.nominal(following) and not read_verb(s.at(following)) else index
        verb = read_verb(s.at(following)) if word == 'not' and phrase.determined else None
        acts = verb is not None and verb.form is Form.ING and s.nominal(index + 2)
        if word == 'not' and not phrase.nominals and (acts or s.modifier(following)):
            phrase.negated = True
            phrase.kept.add(index)
            return following
        return index

    def joint(self, phrase: NounPhrase, index: int) -> int:
        """Pass "and" or a comma between modifiers."""
        s, word, following = self._sentence, self._sentence.at(index), index + 1
        if self.complete(phrase) or word not in {BREAK, 'and', 'or'}:
            return index
        if word == BREAK and s.at(following) in {'and', 'or'}:
            following += 1
        following += s.at(following) in {'half', 'partly', 'partially'} and s.modifier(
            following + 1
        )
        if phrase.described == index - 1 and s.modifier(following):
            return following
        unknown = word == BREAK and bool(phrase.nominals) and phrase.nominals[-1] == index - 1
        goes_on = s.nominal(following) and s.nominal(following + 1) and not s.opens(following)
        return following if unknown and goes_on else index

    def going(self, phrase: NounPhrase, index: int) -> int:
        """Read "leftward moving", "slowly rolling"."""
        s, word, following = self._sentence, self._sentence.at(index), index + 1
        if self.complete(phrase) or not s.nominal(following + 1):
            return index
        verb = read_verb(s.at(following)) if word in lex.MANNER else None
        if verb is not None and verb.form is Form.ING:
            extreme = Extreme.FASTEST if lex.MANNER[word] == 'fast' else Extreme.SLOWEST
            phrase.orders.append(Order(extreme=extreme, strict=False))
            return self._described(phrase, index, following)
        goes = s.at(following) in _GOING and word not in {'left', 'right'}
        if word in _WAYS and (goes or s.at(following) == 'moving'):
            phrase.motions.append(Motion(kind=_WAYS[word], negated=phrase.negated))
            return self._described(phrase, index, following + 1)
        return index

    # -- orders ------------------------------------------------------------------------------

    def order(self, phrase: NounPhrase, index: int) -> int:
        """Read "leftmost", "second largest", "far left", "near", "top"."""
        s, word, following = self._sentence, self._sentence.at(index), index + 1
        if self.complete(phrase):
            return index
        if word in lex.ORDINALS or word in _LASTS:
            return self._ranked(phrase, index, lex.ORDINALS.get(word) or _LASTS[word])
        utmost = word in {'far', 'most', 'extreme', 'furthest', 'farthest'}
        if utmost and self._premodifies(phrase, following):
            order, following = direction_order(s.at(following), strict=True), following + 1
        elif word == 'most' and following < len(s) and s.at(following) in lex.SIZES:
            order, following = Order(extreme=lex.SIZES[s.at(following)]), following + 1
        elif word in lex.SUPERLATIVES:
            if s.at(following) in {'to', 'from', 'than'} and not phrase.determined:
                return index
            order = Order(extreme=lex.SUPERLATIVES[word])
        elif word in {'near', 'far', 'distant'} and phrase.determined and s.nominal(following):
            extreme = Extreme.NEAREST if word == 'near' else Extreme.FARTHEST
            order = Order(extreme=extreme, strict=False)
        elif self._premodifies(phrase, index):
            order = direction_order(word)
        else:
            return index
        phrase.orders.append(replace(order, negated=phrase.negated))
        return self._described(phrase, index, following)

    def _premodifies(self, phrase: NounPhrase, index: int) -> bool:
        """Whether a direction word stands here, and before its noun rather than after it."""
        s, following = self._sentence, self._sentence.at(index + 1)
        if s.at(index) not in lex.DIRECTIONS:
            return False
        alone = not phrase.nominals and phrase.determined
        alone = alone and not phrase.single and not phrase.of_pronoun
        # "With the white top" speaks of a part.
        alone = alone and not (s.at(index) == 'top' and phrase.colours)
        if following == 'of':
            return alone
        if following in lex.DIRECTIONS:
            return self._premodifies(phrase, index + 1)
        if following in lex.REGION_NOUNS:
            return not phrase.nominals and s.nominal(index + 2)
        if s.nominal(index + 1):
            return True
        return alone and following in {'', BREAK, 'and', 'that', 'which', 'who'}

    def _ranked(self, phrase: NounPhrase, index: int, rank: int) -> int:
        """Read "second", "second largest", "second left"; the direction may come later."""
        s, following, end = self._sentence, self._sentence.at(index + 1), index + 2
        sided = following in {'furthest', 'farthest'} and self._premodifies(phrase, index + 2)
        if sided and rank > 0:
            phrase.orders.append(direction_order(s.at(index + 2), strict=True, rank=rank))
            end = index + 3
        elif following in lex.SUPERLATIVES and rank > 0:
            phrase.orders.append(Order(extreme=lex.SUPERLATIVES[following], rank=rank))
        elif rank > 0 and self._premodifies(phrase, index + 1):
            phrase.orders.append(direction_order(following, strict=True, rank=rank))
        elif following in lex.NUMBERS and following != 'one' and s.nominal(index + 2):
            # "The last two cans".
            phrase.rank, phrase.number = rank, lex.NUMBERS[following]
        elif phrase.determined or s.nominal(index + 1) or following in {'from', 'on', 'to'}:
            phrase.rank, end = rank, index + 1
        else:
            return index
        return self._described(phrase, index, end)

    def _described(self, phrase: NounPhrase, start: int, end: int) -> int:
        """Note that words from ``start`` to ``end`` modify; pass "hand", "side" after them."""
        s = self._sentence
        while s.at(end) in lex.REGION_NOUNS and s.nominal(end + 1):
            end += 1
        phrase.kept.update(range(start, end))
        phrase.described, phrase.negated = end - 1, False
        return end

    # -- colours and sizes -------------------------------------------------------------------

    def colour(self, phrase: NounPhrase, index: int) -> int:
        """Read "red", "dark blue"; "orange" only where a noun follows."""
        s = self._sentence
        normal, after = s.colour(index)
        if not normal or self.complete(phrase):
            return index
        shaded, end, word = after > index + 1, after - 1, s.at(after - 1)
        goes_on = s.nominal(end + 1) or (s.at(end + 1) in {'and', BREAK} and s.modifier(end + 2))
        named = not shaded and (phrase.determined or not phrase.colours)
        if word in lex.COLOURS_OR_NOUNS and not goes_on and named:
            return index
        if phrase.negated:
            phrase.excluded.append(normal)
            phrase.kept.discard(index - 1)
        else:
            phrase.colours.append(normal)
            phrase.said[end] = normal
        phrase.described, phrase.negated = end, False
        return end + 1

    def size(self, phrase: NounPhrase, index: int) -> int:
        """Read "small": an attribute, and a hint at an order."""
        s, word = self._sentence, self._sentence.at(index)
        if word not in lex.SIZES or self.complete(phrase) or s.compound(index):
            return index
        if not s.nominal(index + 1) and not s.modifier(index + 2):
            return index
        order = Order(extreme=lex.SIZES[word], strict=False, negated=phrase.negated)
        phrase.orders.append(order)
        phrase.negated = False
        return self.attribute(phrase, index)

    def attribute(self, phrase: NounPhrase, index: int) -> int:
        """Take the word at ``index`` as an attribute."""
        word = self._sentence.at(index)
        if phrase.negated:
            phrase.excluded_attributes.append(lex.PATTERNS.get(word, word))
            phrase.kept.discard(index - 1)
            phrase.negated = False
        else:
            phrase.attributes.append(lex.PATTERNS.get(word, word))
            phrase.said[index] = word
        phrase.described = index
        return index + 1

    # -- verb forms --------------------------------------------------------------------------

    def verbal(self, phrase: NounPhrase, index: int) -> int:
        """Read "moving", "parked", "striped" before the head."""
        s, word = self._sentence, self._sentence.at(index)
        if word in lex.STILL:
            return self._still(phrase, index)
        verb = read_verb(word)
        if verb is None or s.compound(index) or self.ends_before(phrase, index):
            return index
        alone = phrase.determined and not phrase.nominals
        if verb.form not in {Form.ING, Form.PAST} or not (s.nominal(index + 1) or alone):
            return index
        motion = premodifier_motion(verb, word)
        if motion is None:
            return self.attribute(phrase, index)
        phrase.motions.append(replace(motion, negated=phrase.negated))
        return self._described(phrase, index, index + 1)

    def _still(self, phrase: NounPhrase, index: int) -> int:
        """Read "the still dog", but not "still running"."""
        verb = read_verb(self._sentence.at(index + 1))
        adverb = verb is not None and verb.form is Form.ING
        nominal = self._sentence.nominal(index + 1)
        bare = not phrase.determined and (self._sentence.at(index) == 'still' or not nominal)
        if self.complete(phrase) or adverb or bare:
            return index
        phrase.motions.append(Motion(kind=MotionKind.STILL, negated=phrase.negated))
        return self._described(phrase, index, index + 1)

    def ends_before(self, phrase: NounPhrase, index: int) -> bool:
        """Whether the word at ``index`` is a verb whose subject this phrase is."""
        s, verb = self._sentence, read_verb(self._sentence.at(index))
        if verb is None and self.complete(phrase) and s.at(index).endswith('ed'):
            # An unknown participle: "the mug *labelled* with".
            return not s.nominal(index + 1) and not s.noun(index)
        if verb is None or s.compound(index):
            return False
        follows = s.nominal(index + 1) and s.at(index + 1) not in lex.DIRECTIONS
        follows &= s.at(index + 1) not in lex.SUPERLATIVES or s.nominal(index + 2)
        wants_object = verb.sense in _OBJECT_FIRST
        if not phrase.nominals:
            bare = verb.form is Form.ING and not phrase.determined and not phrase.colours
            return bare and (not follows or wants_object)
        if verb.form is Form.ING:
            return not follows or wants_object or self.complete(phrase)
        if verb.form is Form.PAST and s.at(index).endswith(('ed', 'en', 'own', 'ught')):
            return not follows or self.complete(phrase)
        return not follows and self.complete(phrase) and self._agrees(phrase, verb, index)

    def _agrees(self, phrase: NounPhrase, verb: Verb, index: int) -> bool:
        """Whether a finite verb agrees with its subject in number: "dogs run", "a dog runs"."""
        plural = singular(self._sentence.at(phrase.nominals[-1]))[1]
        # "Which of the cups stands": one of them does.
        shares = self._sentence.words[max(phrase.start - 1, 0) : phrase.nominals[-1]]
        plural &= 'of' not in shares or verb.form is not Form.S
        if verb.form is (Form.BASE if plural else Form.S):
            told = self._sentence.at(phrase.start - 1) in {'that', 'which'}
            finite = verb.sense in _FINITE or (told and verb.form is Form.S)
            return finite or self._sentence.opens(index + 1)
        return verb.form is Form.PAST
