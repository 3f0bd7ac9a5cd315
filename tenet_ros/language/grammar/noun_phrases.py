"""Reads noun phrases: determiner, number, modifiers, head, "of", "'s".

Nothing tags parts of speech. Closed words (``lexicon``) and verb forms say where a phrase ends;
of what lies between, the last word is the head, as English has it.
"""

from __future__ import annotations

from tenet_ros.language.grammar import lexicon as lex
from tenet_ros.language.grammar.inflection import singular
from tenet_ros.language.grammar.modifiers import ModifierReader
from tenet_ros.language.grammar.noun_phrase import NounPhrase
from tenet_ros.language.grammar.sentence import Sentence
from tenet_ros.language.grammar.verbs import Form, read_verb

__all__ = ['NounPhraseReader']

_HUES = frozenset(('colour', 'color', 'hue', 'tone', 'shade', 'tint', 'colouring', 'coloring'))
_PAINTED = frozenset(('coloured', 'colored', 'painted', 'tinted', 'dyed', 'shaded'))
_ADJECTIVAL = ('able', 'ible', 'ful', 'less', 'ous', 'ive', 'ish', 'ready', 'similar', 'identical')
"""How words end that are adjectives, though nobody knows which."""
_MAX_DEPTH = 3
"""How deep "the lid of the box of the man's ..." is followed."""


class NounPhraseReader:
    """Reads noun phrases from one sentence."""

    def __init__(self, sentence: Sentence) -> None:
        self._sentence = sentence
        self._modifiers = ModifierReader(sentence)

    def read(self, start: int, depth: int = 0) -> NounPhrase | None:
        """Return the noun phrase that begins at ``start``, or None if none does."""
        phrase = NounPhrase(start=start, end=start, head=start)
        index = self._body(phrase, self._opening(phrase, start))
        phrase.end = index
        if phrase.empty:
            return None
        self._close(phrase)
        if depth < _MAX_DEPTH and phrase.nominals and self._sentence.at(index) == "'s":
            return self._possession(phrase, depth)
        if depth < _MAX_DEPTH and self._sentence.at(index) == 'of':
            return self._of(phrase, depth)
        return phrase

    # -- determiners, quantifiers, numbers ---------------------------------------------------

    def _opening(self, phrase: NounPhrase, index: int) -> int:
        while self._opens_further(phrase, index):
            word = self._sentence.at(index)
            number = lex.NUMBERS.get(word, lex.QUANTIFIERS.get(word, -1))
            if word in {'any', 'either', 'which'} and self._sentence.at(index + 1) == 'of':
                number = 1
            if number >= 0 and phrase.number != 1:
                phrase.number = number
                phrase.kept.add(index)
            phrase.determined = True
            phrase.of_pronoun |= word in lex.POSSESSIVES
            phrase.single |= word in lex.SINGLE
            index += 1
            if self._sentence.at(index) == 'of' and number >= 0:
                index += 1
        return index

    def _opens_further(self, phrase: NounPhrase, index: int) -> bool:
        s, word, following = self._sentence, self._sentence.at(index), self._sentence.at(index + 1)
        if word in lex.NUMBERS:
            of_them = phrase.number == 1 and s.at(index - 1) in {'the', 'these', 'those'}
            free = phrase.number in {None, 0, 2} or of_them
            verb = read_verb(following)
            done = verb is not None and verb.form is Form.PAST and not s.nominal(index + 2)
            coloured = following in _PAINTED and bool(s.colour(index + 2)[0])
            acts = done or coloured or (verb is not None and verb.form is Form.ING)
            counts = s.nominal(index + 1) and not acts and following not in lex.SUPERLATIVES
            return free and (word != 'one' or following == 'of' or counts)
        if word == 'that':
            return index == phrase.start and s.nominal(index + 1) and read_verb(following) is None
        return word in lex.DETERMINERS or word in lex.POSSESSIVES or word in lex.QUANTIFIERS

    # -- modifiers and head ------------------------------------------------------------------

    def _body(self, phrase: NounPhrase, index: int) -> int:
        m = self._modifiers
        readers = (m.lead, m.joint, m.going, m.order, m.colour, m.size, m.verbal, self._noun)
        while self._sentence.at(index):
            for reader in readers:
                following = reader(phrase, index)
                if following > index:
                    index = following
                    break
            else:
                break
        return index

    def _noun(self, phrase: NounPhrase, index: int) -> int:
        s, word = self._sentence, self._sentence.at(index)
        if not s.nominal(index) or word == "'s" or self._modifiers.ends_before(phrase, index):
            return index
        if self._told_after(phrase, index):
            return index
        directs = word in lex.DIRECTIONS and not self._names_a_thing(phrase, index)
        told = s.modifier(index) or word in lex.AFTERTHOUGHTS
        if directs or (told and self._modifiers.complete(phrase)):
            return index
        counts = word in lex.NUMBERS and word != 'one' and bool(phrase.nominals)
        if counts or (word == 'other' and s.at(index + 1) == 'than'):
            return index
        if phrase.negated and s.modifier(index):
            return self._modifiers.attribute(phrase, index)
        phrase.nominals.append(index)
        return index + 1

    def _told_after(self, phrase: NounPhrase, index: int) -> bool:
        """Whether an unknown adjective or adverb goes on after a known noun: "bottle suitable for"."""
        s, word = self._sentence, self._sentence.at(index)
        if not self._modifiers.complete(phrase) or s.noun(index):
            return False
        adverb = word.endswith('ly') and s.at(index + 1) in lex.PREPOSITIONS
        return adverb or (word.endswith(_ADJECTIVAL) and not s.nominal(index + 1))

    def _names_a_thing(self, phrase: NounPhrase, index: int) -> bool:
        """Whether a direction word is a noun here: "a red top", "its back"."""
        worn = self._sentence.at(index) == 'top' and (phrase.colours or phrase.single)
        body = self._sentence.at(index) == 'back' and phrase.of_pronoun
        return bool(worn or body) and not phrase.nominals

    def _close(self, phrase: NounPhrase) -> None:
        """Tell the head from its modifiers."""
        s, nominals = self._sentence, phrase.nominals
        while len(nominals) > 1 and s.at(nominals[-1]) in lex.ADJECTIVES and s.noun(nominals[-2]):
            self._modifiers.attribute(phrase, nominals.pop())
        if not nominals:
            phrase.head = phrase.end - 1
            phrase.plural = phrase.number not in {None, 1}
            return
        phrase.head = nominals[-1]
        lemmas = [s.at(index) for index in nominals]
        lemmas[-1], phrase.plural = singular(lemmas[-1])
        if lemmas[-1] == 'glasses' and lemmas[-2:-1] in (['wine'], ['water'], ['champagne']):
            lemmas[-1], phrase.plural = 'glass', True
        size = 1
        for n in (3, 2):
            adjacent = len(nominals) >= n and nominals[-1] - nominals[-n] == n - 1
            if adjacent and ' '.join(lemmas[-n:]) in lex.COMPOUNDS:
                size = n
                break
        phrase.attributes.extend(lex.PATTERNS.get(lemma, lemma) for lemma in lemmas[:-size])
        phrase.said.update(zip(nominals, lemmas, strict=True))
        phrase.noun = ' '.join(lemmas[-size:])
        if lemmas[-1] in lex.GENERIC:
            phrase.noun = ''
            del phrase.said[phrase.head]
        if phrase.single or phrase.number == 1:
            phrase.plural = False
        elif phrase.number == 0 and s.at(phrase.start) == 'some' and not phrase.plural:
            phrase.number = None
        elif phrase.number is not None:
            phrase.plural = True

    # -- owners and shares -------------------------------------------------------------------

    def _possession(self, owner: NounPhrase, depth: int) -> NounPhrase:
        """Read on after "'s": what was read is the owner of what follows."""
        after = owner.end + 1
        verb = read_verb(self._sentence.at(after))
        if not self._sentence.nominal(after) or (verb is not None and verb.form is Form.ING):
            return owner
        owned = self.read(after, depth + 1)
        if owned is None:
            return owner
        owned.start, owned.determined = owner.start, True
        if owned.owner is None:
            owned.owner = owner
        return owned

    def _of(self, phrase: NounPhrase, depth: int) -> NounPhrase:
        """Read on after "of": a share ("one of the dogs"), a content, or an owner."""
        inner = self.read(phrase.end + 1, depth + 1)
        if inner is None:
            return phrase
        head = phrase.noun.split()[-1] if phrase.noun else ''
        if inner.noun in _HUES and inner.colours:
            phrase.colours.extend(inner.colours)
            phrase.end = inner.end
        elif inner.noun in lex.FRAME:
            phrase.end = inner.end
        elif inner.noun in lex.GROUPS and inner.determined and phrase.orders:
            # "The larger mug of the pair".
            phrase.end = inner.end
        elif lex.PATTERN_NOUNS.get(head) == '' and lex.PATTERN_NOUNS.get(inner.noun):
            phrase.attributes.append(lex.PATTERN_NOUNS[inner.noun])
            phrase.colours.extend(inner.colours)
            phrase.end = inner.end
        elif not head or head in lex.GROUPS:
            return _share(phrase, inner, head)
        elif head in lex.PATTERN_NOUNS and inner.colours and not inner.noun:
            # "Dots of red".
            phrase.colours.extend(inner.colours)
            phrase.end = inner.end
        elif head in lex.CONTAINERS and not inner.determined:
            phrase.attributes.extend(inner.text.split())
            phrase.said[phrase.head + 1] = f'of {inner.text}'
            phrase.end = inner.end
        elif inner.noun:
            phrase.owner, phrase.end = inner, inner.end
        return phrase


def _share(outer: NounPhrase, inner: NounPhrase, head: str) -> NounPhrase:
    """Merge "the largest" and "the three mugs" into the largest of the mugs."""
    if outer.number is not None:
        number: int | None = outer.number
    elif head in {'pair', 'couple'}:
        number = 2 if inner.plural else 1
    elif head:
        number = inner.number
    else:
        number = 0 if outer.plural else 1
    outer.said = {} if head else outer.said
    inner.said = {**outer.said, **inner.said}
    inner.start, inner.number, inner.rank = outer.start, number, inner.rank or outer.rank
    inner.plural = inner.plural if number is None else number != 1
    inner.orders = [*outer.orders, *inner.orders]
    inner.motions = [*outer.motions, *inner.motions]
    inner.colours = [*outer.colours, *inner.colours]
    inner.attributes = inner.attributes if head else [*outer.attributes, *inner.attributes]
    inner.excluded = [*outer.excluded, *inner.excluded]
    inner.kept |= outer.kept
    return inner
