from __future__ import annotations

import pytest

from tenet_ros.inference.catalogue import load_manifest
from tenet_ros.language.coco_nouns import NOUN_CLASSES
from tenet_ros.language.expression import Phrase
from tenet_ros.stages.nouns import NounMatcher

CLASSES = load_manifest('yolox_nano_416').classes
MATCHER = NounMatcher(CLASSES)


def best(text: str, noun: str) -> str:
    weights = MATCHER.weights(Phrase(text=text, noun=noun))
    return CLASSES[int(weights.argmax())] if weights.any() else ''


def test_every_class_is_in_the_table_and_means_itself():
    for column, name in enumerate(CLASSES):
        weights = MATCHER.weights(Phrase(text=name, noun=name))
        assert weights.argmax() == column
        assert weights[column] == 1


def test_the_table_names_coco_classes_only():
    named = {name for entry in NOUN_CLASSES.values() for name in entry}
    assert named == set(CLASSES)


def test_weights_are_shares():
    values = [weight for entry in NOUN_CLASSES.values() for weight in entry.values()]
    assert 0 < min(values) <= max(values) == 1


@pytest.mark.parametrize(
    ('noun', 'name'),
    [
        ('man', 'person'), ('woman', 'person'), ('boy', 'person'), ('kid', 'person'),
        ('rider', 'person'), ('dancer', 'person'), ('trainer', 'person'), ('driver', 'person'),
        ('bike', 'bicycle'), ('bmx', 'bicycle'), ('scooter', 'motorcycle'), ('moped', 'motorcycle'),
        ('mug', 'cup'), ('sofa', 'couch'), ('puppy', 'dog'), ('mini', 'car'), ('taxi', 'car'),
        ('hatchback', 'car'), ('ball', 'sports ball'), ('monitor', 'tv'), ('phone', 'cell phone'),
        ('penguin', 'bird'), ('armchair', 'chair'), ('scissors', 'scissors'), ('fridge', 'refrigerator'),
    ],
)  # fmt: skip
def test_people_call_things_by_many_names(noun: str, name: str):
    assert best(noun, noun) == name


@pytest.mark.parametrize(
    ('text', 'noun', 'name'),
    [
        ('hot dog', 'dog', 'hot dog'),
        ('brown teddy bear', 'bear', 'teddy bear'),
        ('big hot dogs', 'dog', 'hot dog'),
        ('wine glass', 'glass', 'wine glass'),
        ('school bus', 'bus', 'bus'),
        ('black and white soccer ball', 'ball', 'sports ball'),
        ('red stop sign', 'sign', 'stop sign'),
        ('red traffic light', 'traffic light', 'traffic light'),
        ('computer mouse', 'mouse', 'mouse'),
        ('brown dog', 'dog', 'dog'),
        ('dogs', 'dog', 'dog'),
        ('dog with spots', 'dog', 'dog'),
    ],
)
def test_a_compound_goes_before_its_head(text: str, noun: str, name: str):
    assert best(text, noun) == name


def test_a_group_has_all_its_members():
    weights = dict(
        zip(CLASSES, MATCHER.weights(Phrase(text='vehicle', noun='vehicle')), strict=True)
    )
    for name in ('car', 'truck', 'bus', 'motorcycle', 'bicycle'):
        assert weights[name] == pytest.approx(0.85)
    assert weights['person'] == weights['dog'] == 0


def test_no_noun_fits_everything():
    assert (MATCHER.weights(Phrase(text='one', noun='')) == 1).all()


@pytest.mark.parametrize('noun', ['screwdriver', 'helmet', 'x', 'reflection'])
def test_an_unknown_noun_fits_nothing(noun: str):
    assert not MATCHER.weights(Phrase(text=noun, noun=noun)).any()


def test_classes_that_the_detector_lacks_are_left_out():
    matcher = NounMatcher(('truck', 'dog'))
    assert matcher.weights(Phrase(text='vehicle', noun='vehicle')).tolist() == pytest.approx(
        [0.85, 0]
    )


def test_a_class_of_the_detectors_own_is_known_by_its_name():
    matcher = NounMatcher(('screwdriver', 'dog'))
    assert matcher.weights(Phrase(text='screwdriver', noun='screwdriver')).tolist() == [1, 0]


class Likeness:
    def __init__(self, trust: float) -> None:
        self.asked: list[str] = []
        self.trust = trust

    def nearest(self, noun: str) -> tuple[str, float]:
        self.asked.append(noun)
        return 'policeman', self.trust


def test_meaning_is_asked_only_where_the_table_is_silent():
    likeness = Likeness(trust=0.5)
    matcher = NounMatcher(CLASSES, likeness)
    matcher.weights(Phrase(text='dog', noun='dog'))
    matcher.weights(Phrase(text='one', noun=''))
    assert likeness.asked == []
    weights = matcher.weights(Phrase(text='tall cop', noun='cop'))
    assert likeness.asked == ['cop']
    assert weights[CLASSES.index('person')] == pytest.approx(0.95 * 0.5)


def test_a_noun_that_is_like_nothing_stays_unknown():
    matcher = NounMatcher(CLASSES, Likeness(trust=0.0))
    assert not matcher.weights(Phrase(text='spanner', noun='spanner')).any()
