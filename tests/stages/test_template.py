"""Templates found again in images that were moved, covered and emptied in known ways."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenet_ros.config import MaskConfig
from tenet_ros.stages.template import Pyramid, Template, find
from tenet_ros.types import Mask

ALIKE = MaskConfig().alike
BOX = np.asarray([110, 80, 190, 150], np.float32)


def textured(seed=3, size=(240, 320)):
    """Blobs of many sizes: something to hold on to everywhere."""
    rng = np.random.default_rng(seed)
    image = np.zeros((*size, 3), np.float32)
    for scale in (4, 10, 30):
        coarse = rng.random((size[0] // scale + 2, size[1] // scale + 2, 3), np.float32)
        image += cv2.resize(coarse, size[::-1], interpolation=cv2.INTER_CUBIC)
    return np.clip(image * 80, 0, 255).astype(np.uint8)


def whole(box):
    x0, y0, x1, y1 = (int(v) for v in box)
    return Mask(crop=np.ones((y1 - y0, x1 - x0), np.uint8), x0=x0, y0=y0, quality=1.0)


def kept(image, box=BOX):
    return Template.of(Pyramid(image), box, whole(box))


def search(templates, image, *boxes):
    return find(templates, Pyramid(image), np.asarray(boxes, np.float32))


def corners(box):
    x0, y0, x1, y1 = box
    return np.asarray([[x0, y0, 1], [x1, y0, 1], [x0, y1, 1], [x1, y1, 1]], np.float64) - [
        0.5,
        0.5,
        0,
    ]


@pytest.mark.parametrize('size', [(240, 320), (61, 47), (1, 5), (1, 1)])
@pytest.mark.parametrize('apart', [0.4, 1.0, 2.7, 9.0, 40.0])
def test_a_pyramid_shows_the_image_at_any_size_and_its_border_beyond_it(size, apart):
    """A ramp stays a ramp when it is halved, but for a pixel or two at its ends."""
    width = size[1]
    across = np.broadcast_to(np.linspace(20, 200, width), size)
    image = np.repeat(across[..., None], 3, axis=2).astype(np.uint8)
    cells = np.asarray([[apart, 0, -3.0], [0, apart, -2.0], [0, 0, 1]])
    (seen,) = Pyramid(image).look(cells[None])
    x = np.clip(np.arange(32) * apart - 3.0, 0, width - 1)
    expected = np.interp(x, np.arange(width), across[0])
    blurred = 3 + 2 * 180 / max(width - 1, 1) * apart
    assert np.abs(seen.reshape(32, 32) - expected).max() < blurred


def test_a_pyramid_is_looked_at_on_several_levels_at_once():
    pyramid = Pyramid(textured())
    cells = np.asarray([[[apart, 0, 9.0], [0, apart, 7], [0, 0, 1]] for apart in (1, 3, 9)])
    together = pyramid.look(cells)
    for row in range(3):
        (alone,) = Pyramid(textured()).look(cells[row : row + 1])
        np.testing.assert_array_equal(alone, together[row])


@settings(max_examples=40, deadline=None)
@given(
    shift=st.tuples(st.floats(-4, 4), st.floats(-4, 4)),
    scale=st.floats(0.96, 1.04),
    angle=st.floats(-2, 2),
)
def test_a_template_is_found_where_an_affine_motion_has_brought_it(shift, scale, angle):
    image = textured()
    motion = cv2.getRotationMatrix2D((150, 115), angle, scale)
    motion[:, 2] += shift
    later = cv2.warpAffine(image, motion, (320, 240), borderMode=cv2.BORDER_REFLECT)
    (move,), (difference,) = search([kept(image)], later, BOX)
    apart = corners(BOX) @ (move[:2] - motion).T
    assert np.abs(apart).max() < 1.0
    assert difference < ALIKE


@pytest.mark.parametrize('factor', [1, 3, 8])
def test_the_size_of_a_box_does_not_matter(factor):
    image = textured()
    large = cv2.resize(image, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC)
    later = np.roll(large, 2 * factor, axis=1)
    (move,), (difference,) = search([kept(large, BOX * factor)], later, BOX * factor)
    moved = corners(BOX * factor) @ move.T - corners(BOX * factor)
    assert moved[:, :2] == pytest.approx(np.tile([2 * factor, 0], (4, 1)), abs=0.3 * factor)
    assert difference < ALIKE


def test_what_covers_a_part_of_it_makes_a_difference():
    image = textured()
    later = image.copy()
    later[80:110, 110:190] = 30
    assert search([kept(image)], later, BOX)[1][0] > ALIKE


def test_what_happens_far_from_the_mask_makes_none():
    image = textured()
    later = image.copy()
    later[:60] = 30
    later[200:] = 220
    assert search([kept(image)], later, BOX)[1][0] < 0.1


def test_noise_makes_little_difference():
    rng = np.random.default_rng(0)
    image, noise = textured().astype(np.float32), rng.normal(0, 4, (2, 240, 320, 3))
    first, second = (np.clip(image + n, 0, 255).astype(np.uint8) for n in noise)
    assert search([kept(first)], second, BOX)[1][0] < ALIKE


def test_an_image_that_shows_nothing_moves_nothing():
    grey = np.full((240, 320, 3), 90, np.uint8)
    (move,), (difference,) = search([kept(grey)], grey, BOX + 3)
    assert difference == 0
    assert move == pytest.approx(np.asarray([[1, 0, 3], [0, 1, 3], [0, 0, 1]]))


def test_each_of_many_gets_what_it_would_get_alone():
    image = textured()
    boxes = [BOX, BOX - np.float32(40), BOX + np.float32([40, 30, 60, 50])]
    later = np.roll(image, (1, 2), axis=(0, 1))
    templates = [kept(image, box) for box in boxes]
    moves, differences = search(templates, later, *boxes)
    for row, (template, box) in enumerate(zip(templates, boxes, strict=True)):
        (move,), (difference,) = search([template], later, box)
        assert moves[row] == pytest.approx(move, abs=1e-4)
        assert differences[row] == pytest.approx(difference, abs=1e-3)


def test_a_crowd_is_found():
    image = textured()
    x, y = (axis.ravel() for axis in np.meshgrid(np.arange(20) * 14, np.arange(15) * 14))
    boxes = np.stack([x, y, x + 24, y + 24], axis=1).astype(np.float32)
    moves, differences = search([kept(image, box) for box in boxes], image, *boxes)
    assert len(moves) == len(differences) == 300
    assert np.abs(moves - np.eye(3)).max() < 1e-6
    assert differences.max() < 0.1


@pytest.mark.parametrize('box', [[0, 0, 30, 30], [300, 200, 320, 240], [0, 0, 320, 240]])
def test_a_box_may_touch_the_border(box):
    image, box = textured(), np.asarray(box, np.float32)
    (move,), (difference,) = search([kept(image, box)], image, box)
    assert move == pytest.approx(np.eye(3), abs=1e-6)
    assert difference < 0.1
