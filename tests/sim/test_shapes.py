import numpy as np
import pytest

from tenet_ros.sim.catalogue import CATEGORIES
from tenet_ros.sim.machinery import ARM, PUSHER, SCREEN, STRING, build_unnamed
from tenet_ros.sim.scene import Solid
from tenet_ros.sim.shapes import build
from tenet_ros.sim.solids import corners, thing_points


@pytest.mark.parametrize('category', CATEGORIES)
@pytest.mark.parametrize('size', [0.7, 1.4])
def test_thing_stands_centred_on_the_table_and_is_as_large_as_it_says(category, size):
    parts, extent = build(category, np.random.default_rng(3), size)
    points = thing_points(parts)
    low, high = points.min(axis=0), points.max(axis=0)
    np.testing.assert_allclose(low, [-extent[0] / 2, -extent[1] / 2, 0], atol=1e-12)
    np.testing.assert_allclose(high - low, extent)
    assert 0.03 <= extent.max() <= 0.42


@pytest.mark.parametrize('category', CATEGORIES)
def test_size_is_a_plain_factor(category):
    one = build(category, np.random.default_rng(5), 1.0)[1]
    half = build(category, np.random.default_rng(5), 0.5)[1]
    np.testing.assert_allclose(half, one / 2)


@pytest.mark.parametrize('category', [c for c, kind in CATEGORIES.items() if kind.patterned])
def test_patterned_kinds_have_a_part_to_wear_it(category):
    assert any(part.patterned for part in build(category, np.random.default_rng(0))[0])


@pytest.mark.parametrize('category', [c for c, kind in CATEGORIES.items() if kind.hollow])
def test_first_part_of_a_hollow_thing_is_its_floor(category):
    floor = build(category, np.random.default_rng(0))[0][0]
    assert floor.solid is Solid.CYLINDER
    assert floor.position[2] == pytest.approx(floor.size[1])


@pytest.mark.parametrize('category', [c for c, kind in CATEGORIES.items() if kind.rolls == 'side'])
def test_first_part_of_what_rolls_on_its_side_is_its_barrel(category):
    parts, extent = build(category, np.random.default_rng(0))
    assert parts[0].solid is Solid.CYLINDER
    assert 2 * parts[0].size[0] == pytest.approx(extent[0], rel=0.03)


@pytest.mark.parametrize('kind', [ARM, PUSHER, SCREEN, STRING])
def test_machinery_stays_above_the_table(kind):
    parts, _ = build_unnamed(kind, np.random.default_rng(1))
    assert thing_points(parts)[:, 2].min() > -1e-9


def test_grip_leaves_room_between_the_fingers():
    parts, _ = build_unnamed(ARM, np.random.default_rng(1), 0.04)
    fingers = [thing_points((part,)) for part in parts[:2]]
    assert fingers[0][:, 1].min() >= 0.04 - 1e-9
    assert fingers[1][:, 1].max() <= -0.04 + 1e-9


@pytest.mark.parametrize(
    ('solid', 'size', 'extent'),
    [
        (Solid.BOX, (1, 2, 3), (2, 4, 6)),
        (Solid.SPHERE, (1.5,), (3, 3, 3)),
        (Solid.ELLIPSOID, (1, 2, 3), (2, 4, 6)),
        (Solid.CYLINDER, (1, 2), (2, 2, 4)),
        (Solid.CAPSULE, (1, 2), (2, 2, 6)),
        (Solid.FRUSTUM, (2, 1, 3), (4, 4, 6)),
    ],
)
def test_corners_span_the_solid(solid, size, extent):
    points = corners(solid, tuple(float(s) for s in size))
    np.testing.assert_allclose(np.ptp(points, axis=0), extent, atol=1e-9)
