"""Reads what a subject has on it rather than beside it: clothes, body parts, patterns."""

from __future__ import annotations

from tenet_ros.language.expression import Part, RelationKind
from tenet_ros.language.grammar import lexicon as lex
from tenet_ros.language.grammar.context import Context
from tenet_ros.language.grammar.draft import Draft
from tenet_ros.language.grammar.noun_phrase import NounPhrase
from tenet_ros.language.grammar.noun_phrases import NounPhraseReader
from tenet_ros.language.grammar.sentence import Sentence
from tenet_ros.language.grammar.verbs import Form, read_verb

__all__ = ['WearReader', 'is_worn', 'own_body']

_R = RelationKind
_DRAWN = frozenset(('circle', 'square', 'line', 'hoop'))
"""Only several of these are a pattern; one is a drawing, or a thing."""
_THINGS = frozenset(('thing', 'object', 'item', 'things', 'objects', 'items', 'one', 'ones'))
_PAINTS = frozenset(
    (
        'colour',
        'color',
        'finish',
        'surface',
        'paint',
        'coating',
        'tint',
        'hue',
        'tone',
        'colouring',
        'coloring',
        'paintwork',
        'background',
        'base',
        'ground',
        'body',
        'glaze',
        'shade',
        'cover',
        'exterior',
        'casing',
        'shell',
    )
)
"""What a thing has a colour by; it wears none of these."""
_PATTERNED = frozenset(lex.PATTERNS.values())


class WearReader:
    """Says of a subject what it wears."""

    def __init__(self, sentence: Sentence, draft: Draft, nouns: NounPhraseReader) -> None:
        self._s = sentence
        self._draft = draft
        self._nouns = nouns

    def pattern(self, anchor: NounPhrase, ctx: Context) -> bool:
        """Read "with red stripes", "with a checkered pattern", "without dots"."""
        head = anchor.noun.split()[-1] if anchor.noun else ''
        # "The can next to the box with stripes": the box has them.
        wearer = max(ctx.latest, self._wearer(ctx))
        named = self._draft.phrases[wearer].noun.split()[-1:]
        if head in _DRAWN and not anchor.plural:
            return False
        if head not in lex.PATTERN_NOUNS or anchor.owner or set(named) & (lex.ANIMATE - {'duck'}):
            return False
        self._drawn_in(anchor)
        self._drawn_on(anchor, wearer)
        if head in _PAINTS and anchor.colours:
            excluded = ctx.take_negation()
            for colour in anchor.colours:
                self._draft.colour(wearer, colour, excluded=excluded)
            self._draft.hide(anchor.start, anchor.end)
            return True
        kinds = [lex.PATTERN_NOUNS[head]] if lex.PATTERN_NOUNS[head] else []
        kinds += [lex.PATTERN_NOUNS[a] for a in anchor.attributes if lex.PATTERN_NOUNS.get(a)]
        kinds += [a for a in (*anchor.attributes, *anchor.excluded_attributes) if a in _PATTERNED]
        excluded = ctx.take_negation() != bool(anchor.excluded_attributes)
        if not kinds and not anchor.colours and excluded:
            kinds, excluded = ['plain'], False
        for kind in dict.fromkeys(kinds):
            self._draft.attribute(wearer, kind, excluded=excluded)
        if anchor.colours:
            colours = tuple(anchor.colours)
            part = Part(
                noun=head,
                colours=() if excluded else colours,
                excluded_colours=colours if excluded else (),
            )
            self._draft.parts[wearer].append(part)
        self._draft.hide(anchor.start, anchor.end)
        return True

    def _drawn_in(self, anchor: NounPhrase) -> None:
        """Read "in red and white" after "stripes"."""
        s, index = self._s, anchor.end + 1
        if s.at(anchor.end) != 'in':
            return
        while s.colour(index)[0] and not s.noun(s.colour(index)[1]):
            colour, index = s.colour(index)
            anchor.colours.append(colour)
            anchor.end = index
            index += s.at(index) == 'and'

    def _drawn_on(self, anchor: NounPhrase, wearer: int) -> None:
        """Read "on white", "on a blue background" after "stripes"."""
        s = self._s
        start = anchor.end + 1 + (s.at(anchor.end + 1) in {'a', 'an', 'the'})
        colour, end = s.colour(start)
        ground = s.at(end) in {'background', 'ground', 'base', 'backdrop', 'field'}
        if s.at(anchor.end) == 'on' and colour and (ground or not s.nominal(end)):
            self._draft.colour(wearer, colour, excluded=False)
            anchor.end = end + ground

    def wear(self, anchor: NounPhrase, ctx: Context) -> int:
        """Say that the wearer has ``anchor`` on, a garment or a mere colour; return its end."""
        wearer, negated = self._wearer(ctx), ctx.take_negation()
        colours, excluded = tuple(anchor.colours), tuple(anchor.excluded)
        if negated:
            colours, excluded = excluded, colours
        if colours or excluded:
            named = self._draft.phrases[wearer].noun.split()[-1:]
            inert = lex.NOUNS - lex.ANIMATE - lex.CLOTHES
            thing = self._s.at(self._draft.phrases[wearer].head) in _THINGS
            if not anchor.noun and (set(named) & inert or thing):
                return self._painted(anchor, wearer, negated=negated)
            noun = anchor.noun or 'clothes'
            part = Part(noun=noun, colours=colours, excluded_colours=excluded)
            self._draft.parts[wearer].append(part)
        if anchor.noun and anchor.noun.split()[-1] in lex.CLOTHES:
            number = self._draft.add(anchor)
            self._draft.relate(_R.WITH, wearer, (number,), negated=negated)
        else:
            self._draft.hide(anchor.start, anchor.end)
        return anchor.end

    def _painted(self, anchor: NounPhrase, wearer: int, *, negated: bool) -> int:
        """Read "the mug in red": a thing wears no clothes."""
        for colour in anchor.colours:
            self._draft.colour(wearer, colour, excluded=negated)
        self._draft.hide(anchor.start, anchor.end)
        return anchor.end

    def _wearer(self, ctx: Context) -> int:
        """Return who wears what comes next: the person named last, else the subject."""
        latest = ctx.latest
        named = self._draft.phrases[latest].noun.split() if latest >= 0 else []
        return latest if named and named[-1] in lex.HUMANS else ctx.subject

    def posture(self, start: int, end: int) -> int:
        """Pass "its back to the camera", "his hands and head": a posture, not a relation."""
        if self._s.at(end) == 'and':
            more = self._nouns.read(end + 1)
            if more is not None and more.noun in lex.BODY:
                end = more.end
        verb = read_verb(self._s.at(end))
        end += verb is not None and verb.form is Form.PAST
        if self._s.at(end) in {'to', 'towards', 'toward'}:
            index = end + 1 + (self._s.at(end + 1) in lex.DETERMINERS)
            if self._s.at(index) in lex.CAMERA:
                end = index + 1
        return self._draft.ignore(start, end)


def own_body(anchor: NounPhrase) -> bool:
    """Whether the anchor is "its back", "his hands": no other thing at all."""
    return anchor.noun in lex.BODY and anchor.of_pronoun and anchor.owner is None


def is_worn(anchor: NounPhrase, kind: RelationKind) -> bool:
    """Whether the anchor is clothes, or, after "with", a body part, or a mere colour."""
    head = anchor.noun.split()[-1] if anchor.noun else ''
    if anchor.owner is not None:
        return False
    if not head:
        return kind is _R.IN and bool(anchor.colours) and not anchor.determined
    return head in lex.CLOTHES or (kind is _R.WITH and head in lex.BODY)
