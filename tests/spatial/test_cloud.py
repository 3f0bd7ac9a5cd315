"""A ball before a wall, with everything that depth sensors and masks do wrong."""

from __future__ import annotations

import numpy as np
import pytest

from tenet_ros.errors import ContractError
from tenet_ros.spatial.cloud import CloudConfig, cloud_of
from tenet_ros.spatial.seen import DepthImage, PinholeCamera
from tenet_ros.types import Mask

HEIGHT, WIDTH = 240, 320
CAMERA = PinholeCamera(height=HEIGHT, width=WIDTH, fx=300, fy=300, cx=159.5, cy=119.5)
BALL, RADIUS, WALL = np.asarray([0.1, -0.05, 1.0]), 0.12, 1.6


def scene(noise: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """Return depth in metres, and where the ball is seen."""
    x = (np.arange(WIDTH) - CAMERA.cx) / CAMERA.fx
    y = (np.arange(HEIGHT) - CAMERA.cy) / CAMERA.fy
    rays = np.stack([*np.meshgrid(x, y), np.ones((HEIGHT, WIDTH))], axis=2)
    a, b = (rays**2).sum(axis=2), rays @ BALL
    root = b**2 - a * (BALL @ BALL - RADIUS**2)
    seen = root > 0
    depth = np.where(seen, (b - np.sqrt(np.maximum(root, 0))) / a, WALL)
    return depth + np.random.default_rng(1).normal(0, noise, depth.shape), seen


def image_of(metres: np.ndarray) -> DepthImage:
    return DepthImage(millimetres=np.round(metres * 1e3).astype(np.uint16), stamp_ns=1)


def mask_of(seen: np.ndarray) -> Mask:
    return Mask(crop=seen.astype(np.uint8), x0=0, y0=0, quality=1.0)


def cloud(metres, seen, **config):
    colours = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    colours[seen] = (250, 10, 20)
    return cloud_of(mask_of(seen), image_of(metres), CAMERA, colours, CloudConfig(**config))


def distance_from_the_ball(points: np.ndarray) -> np.ndarray:
    return np.abs(np.linalg.norm(points - BALL, axis=1) - RADIUS)


def test_points_lie_on_the_object_with_its_colour():
    metres, seen = scene()
    result = cloud(metres, seen)
    assert result.reason == ''
    assert distance_from_the_ball(result.points).max() < 0.002
    assert (result.colours == (250, 10, 20)).all()
    assert len(result.points) > seen.sum() / 2


def test_a_mask_that_leaks_onto_the_wall_brings_no_wall():
    metres, seen = scene(noise=0.003)
    leaky = seen | np.roll(seen, 14, axis=1)
    result = cloud(metres, leaky)
    assert np.quantile(distance_from_the_ball(result.points), 0.99) < 0.02


def test_flying_pixels_between_object_and_wall_are_dropped():
    metres, seen = scene()
    rim = seen & ~(np.roll(seen, 5, 0) & np.roll(seen, -5, 0) & np.roll(seen, 5, 1))
    metres[rim] = np.random.default_rng(2).uniform(1.0, WALL, int(rim.sum()))
    result = cloud(metres, seen)
    assert (distance_from_the_ball(result.points) > 0.03).mean() < 0.01


def test_holes_stay_holes():
    metres, seen = scene()
    metres[::3] = 0
    result = cloud(metres, seen)
    assert distance_from_the_ball(result.points).max() < 0.002


def test_what_an_occluder_cuts_in_two_stays_one_object():
    metres, seen = scene()
    stripe = np.zeros_like(seen)
    stripe[:, 185:195] = True
    metres[stripe] = 0.6
    result = cloud(metres, seen & ~stripe)
    columns = result.points[:, 0] / result.points[:, 2] * CAMERA.fx + CAMERA.cx
    assert columns.min() < 180
    assert columns.max() > 200


def test_an_object_at_the_border_is_answered_by_what_is_seen_of_it():
    metres, seen = scene()
    cut = PinholeCamera(height=HEIGHT, width=185, fx=300, fy=300, cx=159.5, cy=119.5)
    result = cloud_of(
        mask_of(seen),  # reaches beyond the image
        image_of(metres[:, :185]),
        cut,
        np.zeros((HEIGHT, 185, 3), np.uint8),
    )
    assert len(result.points) > 500
    assert distance_from_the_ball(result.points).max() < 0.002


@pytest.mark.parametrize(
    ('spoil', 'reason'),
    [
        (lambda m, s: (m * 0, s), 'no depth on the object'),
        (lambda m, s: (m, s & False), 'a mask of 0 pixels is too small'),
        (lambda m, s: (m * (np.arange(WIDTH) % 40 == 0), s), 'is too little'),
        (lambda m, s: (np.where(s, 0.03, m), s), 'no depth on the object'),
        (lambda m, s: (m[:, :100], s), 'depth is 100 x 240, the image 320 x 240'),
    ],
    ids=['transparent', 'empty mask', 'mostly holes', 'too near to be believed', 'another size'],
)
def test_where_nothing_can_be_known_there_is_a_reason_and_no_point(spoil, reason):
    metres, seen = scene()
    metres, mask = spoil(metres, seen)
    result = cloud_of(
        mask_of(mask), image_of(metres), CAMERA, np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    )
    assert reason in result.reason
    assert len(result.points) == len(result.colours) == 0


def test_a_mask_of_three_pixels_is_no_place():
    metres, seen = scene()
    three = np.zeros_like(seen)
    three[120, 180:183] = True
    assert cloud(metres, three).reason == 'a mask of 3 pixels is too small for a place'


def test_a_calibration_of_another_size_is_refused_by_its_numbers():
    metres, seen = scene()
    other = PinholeCamera(height=480, width=640, fx=600, fy=600, cx=320, cy=240)
    result = cloud_of(
        mask_of(seen), image_of(metres), other, np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    )
    assert result.reason == 'camera_info is for 640 x 480, the image is 320 x 240'


def test_a_lens_that_bends_is_straightened():
    bent = PinholeCamera(
        height=HEIGHT, width=WIDTH, fx=300, fy=300, cx=159.5, cy=119.5, distortion=(0.2, 0, 0, 0)
    )
    flat, seen = np.full((HEIGHT, WIDTH), 1.0), np.zeros((HEIGHT, WIDTH), np.bool_)
    seen[20:60, 20:60] = True
    image = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    straight = cloud_of(mask_of(seen), image_of(flat), CAMERA, image)
    curved = cloud_of(mask_of(seen), image_of(flat), bent, image)
    r2 = (curved.points[:, :2] ** 2).sum(axis=1)
    # What the lens does to these rays is what was measured (plumb bob: r (1 + k1 r^2)).
    np.testing.assert_allclose(
        curved.points[:, :2] * (1 + 0.2 * r2)[:, None], straight.points[:, :2], atol=1e-3
    )


def test_a_large_cloud_is_thinned_evenly():
    metres, seen = scene()
    result = cloud(metres, seen, max_points=500)
    assert len(result.points) == 500
    np.testing.assert_allclose(
        result.points.mean(axis=0), cloud(metres, seen).points.mean(axis=0), atol=0.01
    )


@pytest.mark.parametrize(
    'wrong',
    [
        {'fx': float('nan')},
        {'fx': float('inf')},
        {'fy': 1e-300},
        {'fy': -300.0},
        {'cx': 1e300},
        {'cy': float('nan')},
        {'distortion': (float('nan'),) * 5},
        {'distortion': (0.1, 0.1)},
        {'distortion': (0.1,) * 6},
    ],
    ids=str,
)
def test_a_calibration_that_would_place_points_nowhere_is_refused(wrong):
    right = {'height': HEIGHT, 'width': WIDTH, 'fx': 300.0, 'fy': 300.0, 'cx': 160.0, 'cy': 120.0}
    with pytest.raises(ContractError, match=r'camera_info: expected .* calibrate the camera'):
        PinholeCamera(**{**right, **wrong})


@pytest.mark.parametrize('count', [0, 1, 4, 5, 8, 12, 14])
def test_a_lens_without_distortion_may_say_so_in_any_length(count):
    straight = PinholeCamera(
        height=HEIGHT, width=WIDTH, fx=300, fy=300, cx=160, cy=120, distortion=(0.0,) * count
    )
    metres, seen = scene()
    image = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    assert not cloud_of(mask_of(seen), image_of(metres), straight, image).reason
