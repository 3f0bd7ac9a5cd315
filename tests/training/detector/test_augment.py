from __future__ import annotations

import numpy as np
import pytest

from tenet_ros.training.detector.augment import augment, recolour


@pytest.mark.parametrize('seed', range(12))
def test_boxes_follow_what_they_hold(seed):
    image = np.full((240, 320, 3), 30, np.uint8)
    image[60:160, 90:200] = 220
    boxes = np.asarray([[90, 60, 200, 160]], np.float32)
    changed, moved, there = augment(image, boxes, np.random.default_rng(seed))
    assert changed.shape == image.shape
    assert changed.dtype == np.uint8
    x0, y0, x1, y1 = moved[0]
    if not there[0] or min(x1 - x0, y1 - y0) < 12:
        return
    grey = changed.mean(axis=2)
    inner = grey[int(y0) + 4 : int(y1) - 4, int(x0) + 4 : int(x1) - 4]
    outside = np.ones(grey.shape, bool)
    outside[int(max(y0 - 4, 0)) : int(y1) + 5, int(max(x0 - 4, 0)) : int(x1) + 5] = False
    # The padding (114) has passed the same changes as the rest.
    assert np.median(inner) > 1.3 * np.median(grey[outside])


def test_what_has_left_the_image_is_not_asked_for():
    boxes = np.asarray([[0, 0, 8, 8], [100, 80, 200, 160]], np.float32)
    image = np.zeros((240, 320, 3), np.uint8)
    results = [augment(image, boxes, np.random.default_rng(seed)) for seed in range(60)]
    gone = [not there[0] for _, _, there in results]
    assert any(gone)
    assert not all(gone)
    for _, moved, there in results:
        left = (moved[:, 2] > moved[:, 0]) & (moved[:, 3] > moved[:, 1])
        assert (left | ~there).all()


def test_the_same_seed_gives_the_same_image():
    image = np.random.default_rng(1).integers(0, 256, (240, 320, 3)).astype(np.uint8)
    boxes = np.asarray([[10, 10, 60, 60]], np.float32)
    one, other = (augment(image, boxes, np.random.default_rng(7)) for _ in range(2))
    np.testing.assert_array_equal(one[0], other[0])
    np.testing.assert_array_equal(one[1], other[1])


def test_recoloured_things_keep_their_shape_and_lose_their_colour():
    image = np.random.default_rng(1).integers(0, 256, (24, 32, 3)).astype(np.uint8)
    results = [recolour(image, np.random.default_rng(seed)) for seed in range(8)]
    for changed in results:
        brightest = changed.max(axis=2).astype(int) - image.max(axis=2)
        assert np.abs(brightest).max() <= 1
    assert np.mean([np.array_equal(changed, image) for changed in results]) < 0.2
