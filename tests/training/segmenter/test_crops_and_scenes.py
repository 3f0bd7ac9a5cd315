"""What the segmenter learns from: labels must fit pixels, and crops must fit boxes."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from tenet_ros.errors import SourceError
from tenet_ros.training.segmenter.augment import augment, box_noise, exact
from tenet_ros.training.segmenter.crops import CROP, SIDE, crops_of, labelled
from tenet_ros.training.segmenter.pool import Pool, write
from tenet_ros.training.segmenter.prepare import VALIDATION, Recipe, prepare
from tenet_ros.training.segmenter.scenes import Scenes
from tenet_ros.training.segmenter.shapes import SHAPES
from tenet_ros.training.segmenter.strokes import HOLE


def square_scene():
    """A white square on black, off the middle."""
    labels = np.zeros((100, 140), np.uint8)
    labels[20:60, 80:130] = 3
    return np.repeat(labels[:, :, None] // 3 * np.uint8(255), 3, axis=2), labels


def box_of(mask):
    x, y, w, h = cv2.boundingRect((mask > 127).astype(np.uint8))
    return np.asarray([x, y, x + w, y + h])


def test_a_crop_holds_its_box_in_the_middle_half():
    (crop,) = crops_of(*square_scene())
    quarter = CROP // 4
    np.testing.assert_allclose(
        box_of(crop[:, :, 4]), [quarter, quarter, 3 * quarter, 3 * quarter], atol=1
    )
    # The object is white and nothing else is; beyond the image nothing is.
    np.testing.assert_allclose(crop[:, :, 0], crop[:, :, 4], atol=4)
    assert not crop[:, -quarter // 3 :, 3].any()
    assert (crop[quarter : 3 * quarter, : 3 * quarter, 3] == 255).all()


def test_unknown_and_tiny_things_are_left_out():
    image, labels = square_scene()
    labels[labels == 3] = 255
    labels[0:9, 0:9] = 1
    assert not list(crops_of(image, labels))


def test_the_network_sees_the_box_where_it_was_told_however_wrong():
    (crop,) = crops_of(*square_scene())
    pixels, mask = exact(crop)
    sixth = SIDE // 6
    np.testing.assert_allclose(box_of(mask), [sixth, sixth, 5 * sixth, 5 * sixth], atol=1)
    np.testing.assert_allclose(pixels[:, :, 0], mask, atol=4)
    # A box too large on the left by a fifth of the object's width shows it farther right.
    _, moved = exact(crop, np.asarray([-0.2, 0, 0, 0]))
    expected = SIDE * (0.25 + 0.2 / 1.2) / 1.5 - SIDE * (0.25 - 0.25) / 1.5
    assert box_of(moved)[0] == pytest.approx(expected, abs=1.5)


@pytest.mark.parametrize('seed', range(8))
def test_whatever_happens_to_a_crop_its_mask_stays_with_its_pixels(seed):
    (crop,) = crops_of(*square_scene())
    rng = np.random.default_rng(seed)
    for _ in range(10):
        pixels, mask = augment(crop, rng)
        assert pixels.shape == (SIDE, SIDE, 4)
        assert mask.shape == (SIDE, SIDE)
        assert not pixels[pixels[:, :, 3] == 0].any()
        grey = pixels[:, :, :3].mean(axis=2)
        seen = pixels[:, :, 3] == 255
        inside, outside = grey[(mask > 250) & seen], grey[(mask < 5) & seen]
        # Black and white may have changed places, but they may not mix.
        assert abs(np.median(inside) - np.median(outside)) > 30


def test_boxes_are_off_by_a_little_to_a_lot():
    rng = np.random.default_rng(0)
    noise = np.stack([box_noise(rng) for _ in range(2000)])
    assert np.abs(noise).max() < 0.35
    assert 0.2 < (np.abs(noise).max(axis=1) < 0.03).mean() < 0.5


@pytest.mark.parametrize(
    ('shape', 'odds'), SHAPES, ids=lambda value: getattr(value, '__name__', '')
)
def test_every_shape_stays_about_its_square(shape, odds):
    assert odds > 0
    rng = np.random.default_rng(0)
    for _ in range(20):
        strokes = shape(rng)
        assert any(stroke.texture != HOLE for stroke in strokes)
        for stroke in strokes:
            assert np.isfinite(stroke.points).all()
            assert np.abs(stroke.points).max() < 2.5


def test_scenes_come_again_from_the_same_seed_and_have_several_things():
    first, second = (Scenes(np.random.default_rng(5)).compose() for _ in range(2))
    np.testing.assert_array_equal(first[0], second[0])
    np.testing.assert_array_equal(first[1], second[1])
    assert first[0].dtype == first[1].dtype == np.uint8
    assert len(np.unique(first[1])) > 2


def test_labelled_folders_in_both_forms(tmp_path):
    image, labels = square_scene()
    for images, truths, clip in (('JPEGImages', 'Annotations', 'a'), ('images', 'labels', '.')):
        root = tmp_path / images
        (root / images / clip).mkdir(parents=True)
        (root / truths / clip).mkdir(parents=True)
        for index in range(4):
            cv2.imwrite(str(root / images / clip / f'{index}.jpg'), image)
            cv2.imwrite(str(root / truths / clip / f'{index}.png'), labels // 3 * 255)
        pairs = list(labelled(root, every=2))
        assert len(pairs) == 2
        assert set(np.unique(pairs[0][1])) == {0, 1}
    (tmp_path / 'images' / 'images' / '0.jpg').write_bytes(b'no')
    with pytest.raises(SourceError, match='expected an image'):
        list(labelled(tmp_path / 'images'))
    with pytest.raises(SourceError, match=r'expected JPEGImages/ .* got neither'):
        list(labelled(tmp_path))


def test_a_pool_grows_while_it_is_read(tmp_path):
    (crop,) = crops_of(*square_scene())
    pool = Pool(tmp_path)
    with pytest.raises(SourceError, match='prepare'):
        pool.draw(np.random.default_rng(0))
    assert write(tmp_path, iter([crop] * 3)) == 3
    assert len(pool) == 0
    pool.refresh()
    assert len(pool) == 3
    np.testing.assert_array_equal(pool.draw(np.random.default_rng(0)), crop)


def test_pools_are_made_once(tmp_path):
    recipe = Recipe(procedural=6, validation=2)
    prepare(recipe, tmp_path)
    made = sorted(tmp_path.glob('*/*.npy'))
    assert {path.parent.name for path in made} == {VALIDATION, 'procedural'}
    stamps = [path.stat().st_mtime_ns for path in made]
    prepare(recipe, tmp_path)
    assert [path.stat().st_mtime_ns for path in made] == stamps
    first, second = (np.load(path) for path in made)
    assert not np.array_equal(first[:2], second[:2])
