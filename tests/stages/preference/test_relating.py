"""Relations among many things: none is preferred for where it stands in a list."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tenet_ros.stages.preference import ExplicitPreference

SIZE = (480, 640)
SENTENCES = (
    'the mug closest to the bowl',
    'the mug farthest from the bowl',
    'the mug closest to the mug',
    'the mug next to the bowl',
    'the mug behind the bowl',
    'the mug between the bowl and the box',
    'the mug between the bowls',
    'the second mug from the left',
    'the nearest mug',
)
_places = st.tuples(*[st.integers(-100, 700)] * 2, *[st.integers(-5, 80)] * 2)
_things = st.lists(st.tuples(st.sampled_from(['mug', 'bowl', 'box']), _places), max_size=14)


def boxes_of(things, zoom=1):
    """Return things with boxes from their corners and sizes: some without area, some inverted."""
    return [(noun, (zoom * x, zoom * y, zoom * (x + w), zoom * (y + h)))
            for noun, (x, y, w, h) in things]  # fmt: skip


def logits(scene, things, size=SIZE):
    queries, tracks = scene(things, SENTENCES)
    scores = ExplicitPreference().score_all(queries, tracks, size)
    return np.stack([each.logits for each in scores])


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(_things, st.randoms(use_true_random=False))
def test_no_answer_depends_on_the_order_of_the_tracks(scene, things, random):
    order = random.sample(range(len(things)), len(things))
    things = boxes_of(things)
    found = logits(scene, things)
    assert np.isfinite(found).all()
    shuffled = logits(scene, [things[i] for i in order])
    np.testing.assert_allclose(shuffled, found[:, order], atol=1e-3)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(_things)
def test_no_answer_depends_on_the_size_of_the_image(scene, things):
    things = [(noun, (x, y, abs(w) + 10, abs(h) + 10)) for noun, (x, y, w, h) in things]
    found = logits(scene, boxes_of(things))
    larger = logits(scene, boxes_of(things, 3), (3 * SIZE[0], 3 * SIZE[1]))
    np.testing.assert_allclose(larger, found, atol=1e-3)


@pytest.mark.parametrize('beside', [0, 11])
def test_of_many_bowls_any_may_be_the_one_that_a_mug_is_closest_to(scene, beside):
    bowls = [('bowl', (40 + 50 * i, 100)) for i in range(12)]
    mugs = [('mug', (40 + 50 * i, 120 if i == beside else 300)) for i in (0, 11)]
    near, far = logits(scene, [*bowls, *mugs])[0, 12:][:: 1 if beside == 0 else -1]
    assert near > far
