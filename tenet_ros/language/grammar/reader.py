"""What the readers of a clause's words have at hand."""

from __future__ import annotations

from tenet_ros.language.grammar.draft import Draft
from tenet_ros.language.grammar.noun_phrases import NounPhraseReader
from tenet_ros.language.grammar.relations import RelationReader
from tenet_ros.language.grammar.sentence import Sentence

__all__ = ['Reader']


class Reader:
    """Reads one sort of word, with the noun phrases and anchors that come with it.

    Args:
        sentence: the words.
        draft: where findings go.
        nouns: reader of noun phrases of the same sentence.
        relations: reader of anchors of the same sentence.
    """

    def __init__(
        self,
        sentence: Sentence,
        draft: Draft,
        nouns: NounPhraseReader,
        relations: RelationReader,
    ) -> None:
        self._s = sentence
        self._draft = draft
        self._nouns = nouns
        self._relations = relations
