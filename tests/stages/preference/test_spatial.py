from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenet_ros.language.expression import RelationKind
from tenet_ros.stages.preference.spatial import SPATIAL, Pairs, between

R = RelationKind


def holds(kind, subject, anchor):
    return float(SPATIAL[kind](Pairs.of(np.asarray([subject, anchor], np.float32)))[0, 1])


@pytest.mark.parametrize(
    ('kind', 'subject', 'anchor', 'true'),
    [
        (R.LEFT_OF, (0, 0, 10, 10), (20, 0, 30, 10), True),
        (R.LEFT_OF, (20, 0, 30, 10), (0, 0, 10, 10), False),
        (R.LEFT_OF, (0, 0, 10, 10), (0, 0, 10, 10), False),
        (R.LEFT_OF, (0, 0, 10, 10), (12, 100, 22, 110), False),
        (R.RIGHT_OF, (20, 0, 30, 10), (0, 0, 10, 10), True),
        (R.ABOVE, (0, 0, 10, 10), (0, 20, 10, 30), True),
        (R.BELOW, (0, 20, 10, 30), (0, 0, 10, 10), True),
        (R.ON, (40, 40, 60, 60), (0, 55, 100, 90), True),
        (R.ON, (40, 60, 60, 80), (0, 55, 100, 90), True),
        (R.ON, (40, 0, 60, 20), (0, 55, 100, 90), False),
        (R.ON, (200, 40, 220, 60), (0, 55, 100, 90), False),
        (R.IN, (40, 40, 60, 60), (0, 0, 100, 100), True),
        (R.IN, (0, 0, 100, 100), (40, 40, 60, 60), False),
        (R.NEAR, (0, 0, 10, 10), (13, 0, 23, 10), True),
        (R.NEAR, (0, 0, 10, 10), (80, 0, 90, 10), False),
        (R.FAR_FROM, (0, 0, 10, 10), (80, 0, 90, 10), True),
        (R.BEHIND, (5, 0, 25, 40), (0, 10, 30, 60), True),
        (R.IN_FRONT_OF, (0, 10, 30, 60), (5, 0, 25, 40), True),
        (R.WITH, (0, 0, 40, 100), (-10, 50, 50, 110), True),
        (R.WITH, (0, 0, 40, 100), (100, 0, 120, 20), False),
    ],
)
def test_relation_holds_where_a_person_would_say_so(kind, subject, anchor, true):
    assert (holds(kind, subject, anchor) > 0.5) is true


def test_touching_corners_and_boxes_without_area_are_no_trouble():
    boxes = np.asarray([[0, 0, 10, 10], [10, 10, 20, 20], [5, 5, 5, 5], [9, 9, 1, 1]], np.float32)
    for kind, measure in SPATIAL.items():
        found = measure(Pairs.of(boxes))
        assert np.isfinite(found).all(), kind
        assert found.min() >= 0
        assert found.max() <= 1


def test_between_wants_the_middle_of_the_line():
    boxes = np.asarray(
        [[0, 0, 10, 10], [100, 0, 110, 10], [50, 0, 60, 10], [50, 200, 60, 210], [300, 0, 310, 10]],
        np.float32,
    )
    found = between(Pairs.of(boxes), np.asarray([0]), np.asarray([1]))[:, 0, 0]
    assert found[2] > 0.9
    assert found[[3, 4]].max() < 0.1


coordinates = st.floats(-500, 1500, width=32)


@given(st.lists(st.tuples(*[coordinates] * 4), max_size=5), st.floats(0.5, 4))
def test_relations_mean_the_same_near_and_far(rows, zoom):
    boxes = np.asarray(rows, np.float64).reshape(-1, 4)
    boxes[:, 2:] = boxes[:, :2] + np.abs(boxes[:, 2:]) + 20
    for measure in SPATIAL.values():
        near = measure(Pairs.of(boxes.astype(np.float32)))
        far = measure(Pairs.of((boxes * zoom).astype(np.float32)))
        np.testing.assert_allclose(near, far, atol=1e-2)
        assert np.isfinite(near).all()


@given(st.lists(st.tuples(*[coordinates] * 4), min_size=2, max_size=5))
def test_opposites_are_each_others_mirror(rows):
    boxes = np.asarray(rows, np.float32)
    boxes[:, 2:] = boxes[:, :2] + np.abs(boxes[:, 2:])
    pairs = Pairs.of(boxes)
    for one, other in ((R.LEFT_OF, R.RIGHT_OF), (R.ABOVE, R.BELOW), (R.BEHIND, R.IN_FRONT_OF)):
        np.testing.assert_allclose(SPATIAL[one](pairs), SPATIAL[other](pairs).T, atol=1e-6)


@pytest.fixture(scope='module')
def table():
    """Balls on a floor before cameras that look down at 25 to 60 degrees.

    Returns for each camera boxes, the free distances on the floor (N, N) metres, and how much
    farther along the line of sight j is than i, and how far aside, likewise.
    """
    rng = np.random.default_rng(4)
    views = []
    for tilt in np.deg2rad(rng.uniform(25, 60, 40)):
        radii = rng.uniform(0.02, 0.06, 8)
        floor = rng.uniform(-0.3, 0.3, (8, 2))
        # Camera 1 m from the middle of the floor; x right, y down, z along the axis.
        height = radii
        x = floor[:, 0]
        y = -floor[:, 1] * np.sin(tilt) - height * np.cos(tilt)
        z = 1.0 + floor[:, 1] * np.cos(tilt) - height * np.sin(tilt)
        u, v, r = 320 + 600 * x / z, 240 + 600 * y / z, 600 * radii / z
        boxes = np.stack([u - r, v - r, u + r, v + r], axis=1).astype(np.float32)
        offset = floor[None] - floor[:, None]
        gaps = np.linalg.norm(offset, axis=2) - radii[:, None] - radii
        views.append((boxes, gaps, offset[..., 1], np.abs(offset[..., 0])))
    return views


def test_of_two_distances_on_a_floor_the_plainly_shorter_is_shorter(table):
    right = asked = 0
    for boxes, gaps, _, _ in table:
        free = Pairs.of(boxes).free
        np.testing.assert_allclose(free, free.T, atol=1e-6)
        near, far = gaps[:, :, None], gaps[:, None, :]
        plain = (far - near > 0.04) & (far > 1.4 * np.maximum(near, 0.01))
        plain &= ~np.eye(8, dtype=bool)[:, :, None] & ~np.eye(8, dtype=bool)[:, None, :]
        right += (free[:, :, None] < free[:, None, :])[plain].sum()
        asked += plain.sum()
    assert asked > 4000
    assert right / asked > 0.98


def test_behind_is_beyond_and_not_aside_on_a_floor(table):
    errors = asked = 0
    for boxes, gaps, beyond, aside in table:
        behind = SPATIAL[R.BEHIND](Pairs.of(boxes)).T
        holds = (beyond > 1.5 * aside) & (gaps > 0.02)
        fails = beyond < 0.2 * aside
        errors += (behind < 0.5)[holds].sum() + (behind > 0.5)[fails].sum()
        asked += holds.sum() + fails.sum()
    assert asked > 1000
    assert errors / asked < 0.01
