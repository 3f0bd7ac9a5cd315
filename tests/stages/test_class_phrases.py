from __future__ import annotations

import numpy as np
import pytest

from tenet_ros.language.expression import Expression, Part, Phrase, Prompt
from tenet_ros.stages.class_phrases import ClassPhrases, prepare_phrases
from tenet_ros.stages.nouns import NounMatcher

CLASSES = ('person', 'car', 'truck', 'dog')
IMAGE = np.full((100, 200, 3), 128, np.uint8)
IMAGE[20:80, 10:60] = (200, 20, 20)
IMAGE[20:80, 110:160] = (30, 60, 200)
RED, BLUE = [10, 20, 60, 80], [110, 20, 160, 80]
BOXES = np.asarray([RED, BLUE], np.float32)


def expression(*phrases: Phrase, targets: tuple[int, ...] = (0,)) -> Expression:
    return Expression(text='', phrases=phrases, targets=targets)


def prepare(*expressions: Expression) -> ClassPhrases:
    return prepare_phrases(Prompt.of(1, expressions), NounMatcher(CLASSES), CLASSES)


def score(prepared: ClassPhrases, *evidence: list[float]) -> np.ndarray:
    table = np.asarray(evidence, np.float32).reshape(-1, len(CLASSES))
    return prepared.score(IMAGE, BOXES[: len(table)], table.max(axis=1, initial=0), table)


def test_a_phrase_is_as_sure_as_the_class_behind_its_noun():
    prepared = prepare(expression(Phrase(text='dog', noun='dog'), Phrase(text='car', noun='car')))
    got = score(prepared, [0, 0.1, 0, 0.8], [0, 0.6, 0, 0])
    np.testing.assert_allclose(got, [[0.8, 0.1], [0, 0.6]], rtol=1e-6)


def test_what_the_members_of_a_group_have_adds_up():
    prepared = prepare(expression(Phrase(text='vehicle', noun='vehicle')))
    got = score(prepared, [0, 0.45, 0.4, 0], [0, 1, 1, 0])
    np.testing.assert_allclose(got, [[0.85 * 0.85], [1]], rtol=1e-6)


def test_a_phrase_without_a_noun_takes_the_confidence_of_the_box():
    prepared = prepare(expression(Phrase(text='one', noun='')))
    np.testing.assert_allclose(score(prepared, [0.3, 0, 0, 0.7]), [[0.7]])


def test_colours_choose_between_boxes_of_one_class():
    prepared = prepare(expression(Phrase(text='red car', noun='car', colours=('red',))))
    got = score(prepared, [0, 0.9, 0, 0], [0, 0.9, 0, 0])
    assert got[0, 0] > 0.8
    assert got[1, 0] < 0.1
    assert prepared.reference(got, 0.2).tolist() == [0]


def test_the_colour_of_clothes_needs_only_a_part_of_a_person():
    dressed = Phrase(text='man', noun='man', parts=(Part(noun='clothes', colours=('blue',)),))
    got = score(prepare(expression(dressed)), [0.9, 0, 0, 0], [0.9, 0, 0, 0])
    assert got[1, 0] > 0.8 > 0.3 > got[0, 0]


def test_unknown_nouns_are_told_once_and_score_nothing():
    spanner = Phrase(text='spanner', noun='spanner')
    prepared = prepare(
        expression(spanner, Phrase(text='dog', noun='dog')),
        expression(Phrase(text='red spanner', noun='spanner', colours=('red',))),
        expression(Phrase(text='thing', noun='')),
    )
    assert prepared.unknown == ('spanner',)
    got = score(prepared, [0, 0, 0, 0.9])
    assert got.shape == (1, 4)
    np.testing.assert_allclose(got[0, [0, 1, 2]], [0, 0.9, 0], rtol=1e-6)
    assert prepared.reference(got, 0.2).tolist() == [-1, -1, 0]


def test_clothes_that_are_seen_on_their_owner_are_not_unknown():
    shirt = Phrase(text='blue shirt', noun='shirt', colours=('blue',))
    man = Phrase(text='man', noun='man', parts=(Part(noun='shirt', colours=('blue',)),))
    assert prepare(expression(man, shirt)).unknown == ()
    plain = Phrase(text='man', noun='man', parts=(Part(noun='shirt'),))
    assert prepare(expression(plain, Phrase(text='shirt', noun='shirt'))).unknown == ('shirt',)


def test_the_reference_is_the_best_box_of_any_target_phrase():
    both = expression(
        Phrase(text='dog', noun='dog'), Phrase(text='car', noun='car'), targets=(0, 1)
    )
    prepared = prepare(both, expression(Phrase(text='car', noun='car')))
    got = score(prepared, [0, 0, 0, 0.9], [0, 0.5, 0, 0])
    assert prepared.reference(got, 0.2).tolist() == [0, 1]


def test_a_weak_answer_is_no_reference():
    prepared = prepare(expression(Phrase(text='dog', noun='dog')))
    got = score(prepared, [0, 0, 0, 0.19])
    assert prepared.reference(got, 0.2).tolist() == [-1]


def test_an_empty_prompt_and_no_boxes_keep_their_shapes():
    assert score(prepare(), [0, 0, 0, 1]).shape == (1, 0)
    assert prepare().unknown == ()
    assert prepare().reference(np.zeros((1, 0), np.float32), 0.2).shape == (0,)
    red = prepare(expression(Phrase(text='red car', noun='car', colours=('red',))))
    got = score(red)
    assert got.shape == (0, 1)
    assert red.reference(got, 0.2).tolist() == [-1]


@pytest.mark.parametrize('noun', ['dog', 'vehicle', ''])
def test_scores_are_shares_of_float32(noun: str):
    prepared = prepare(expression(Phrase(text=noun, noun=noun, colours=('red',))))
    got = score(prepared, [1, 1, 1, 1], [0, 0, 0, 0])
    assert got.dtype == np.float32
    assert 0 <= got.min() <= got.max() <= 1


def test_it_says_for_each_phrase_whether_any_class_could_be_it():
    phrases = (
        Phrase(text='dog', noun='dog'),
        Phrase(text='zorb', noun='zorb'),
        Phrase(text='red object', noun=''),
    )
    assert prepare(expression(*phrases)).findable == (True, False, True)
