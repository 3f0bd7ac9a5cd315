"""Sentences as tokens: every word is told from others."""

from __future__ import annotations

from tenet_ros.stages.preference.learned_sentence import NUMBERS, sentence_tokens
from tenet_ros.stages.preference.learned_words import WORDS


def test_every_word_has_a_number_of_its_own(scene) -> None:
    assert len(set(WORDS)) == len(WORDS)
    tokens = sentence_tokens(scene([('mug', (9, 9))])[0])
    assert tokens.max() < NUMBERS
    assert (tokens >= 0).all()


def test_unseen_words_are_not_all_alike(scene) -> None:
    queries = scene([('mug', (9, 9))], ['the mug that zooms', 'the mug that ambles'])[0]
    one, other = sentence_tokens(queries)
    assert (one != other).any()
