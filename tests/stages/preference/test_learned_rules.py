"""When the rules have a say beside the head, and what it does."""

from __future__ import annotations

import numpy as np
import pytest

from tenet_ros.stages.preference import ExplicitPreference
from tenet_ros.stages.preference.learned_features import look
from tenet_ros.stages.preference.learned_rules import with_rules
from tenet_ros.stages.protocols import PreferenceScores

SIZE = (480, 640)
THINGS = [('mug', (100, 100)), ('mug', (400, 100)), ('bowl', (330, 110))]


@pytest.fixture
def pooled(scene):
    """Return what becomes of a head that says nothing, and what the rules say."""

    def pool(sentence, logits=(0.0, 0.0, 0.0)):
        queries, tracks = scene(THINGS, [sentence])
        explicit = ExplicitPreference()
        features = look(queries, tracks, SIZE, explicit)
        head = PreferenceScores(logits=np.asarray(logits, np.float32), null=1.0, settled=0.25)
        (both,) = with_rules([head], queries, features)
        (rules,) = explicit.score_all(queries, tracks, SIZE)
        return head, both, rules

    return pool


@pytest.mark.parametrize('sentence', ['the mug next to the bowl', 'the mug', 'the leftmost mug'])
def test_of_one_thing_at_rest_both_opinions_count(pooled, sentence):
    head, both, rules = pooled(sentence, (2.0, -1.0, 0.0))
    weight = (both.null - head.null) / (rules.null - head.null)
    assert 0.3 < weight < 0.8
    np.testing.assert_allclose(
        both.logits, (1 - weight) * head.logits + weight * rules.logits, atol=1e-4
    )
    assert both.settled == head.settled


@pytest.mark.parametrize(
    'sentence', ['the mug that is moving', 'the mug that moved first', 'the mugs', 'the two mugs']
)
def test_of_motion_and_of_several_things_the_head_speaks_alone(pooled, sentence):
    head, both, _ = pooled(sentence)
    assert both is head


def test_rules_turn_a_head_that_is_undecided(pooled):
    _, both, _ = pooled('the mug next to the bowl', (0.2, 0.0, -3.0))
    assert both.logits.argmax() == 1
