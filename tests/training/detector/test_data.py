from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip('torch', reason='needs torch, of the extra [train]')

from tenet_ros.errors import ConfigError
from tenet_ros.sim.catalogue import CATEGORIES, COLOURS, PATTERNS
from tenet_ros.training.detector.data import StillSet
from tenet_ros.training.detector.network import HEIGHT, WIDTH

NAMES = tuple(CATEGORIES)


@pytest.fixture
def folder(tmp_path):
    """Three images, the second one empty, and a fourth that is not complete."""
    rng = np.random.default_rng(0)
    rng.integers(0, 256, (4, HEIGHT, WIDTH, 3)).astype(np.uint8).tofile(tmp_path / 'small.u8')
    np.savez(
        tmp_path / 'facts.npz',
        image=np.asarray([0, 0, 2, 3]),
        thing=np.asarray([0, 1, 0, 0]),
        box=np.asarray([[20, 20, 100, 80], [200, 100, 206, 104], [0, 0, 640, 480], [0, 0, 9, 9]]),
        visible_px=np.asarray([3000, 20, 90000, 60]),
        visibility=np.asarray([1, 0.1, 1, 1]),
        category=np.asarray([NAMES[3], NAMES[0], NAMES[1], NAMES[0]]),
        colour=np.asarray(['red', 'blue', 'green', 'red']),
        second=np.asarray(['white', '', '', '']),
        pattern=np.asarray(['striped', 'plain', 'plain', 'plain']),
        done=3,
        seeds=np.arange(3),
    )
    return tmp_path


def test_a_batch_holds_what_is_in_its_images(folder):
    stills = StillSet.open(folder)
    assert len(stills) == 3
    batch = stills.batch(np.asarray([2, 1, 0]), None)
    assert batch.valid.sum(dim=1).tolist() == [1, 0, 1]
    assert batch.ignored.sum(dim=1).tolist() == [0, 0, 1], 'too hidden to be asked for'
    np.testing.assert_array_equal(batch.boxes[2, 0], np.asarray([20, 20, 100, 80]) * WIDTH / 640)
    colours = tuple(COLOURS)
    words = (batch.category, batch.colour, batch.second, batch.pattern)
    said = [int(word[2, 0]) for word in words]
    assert said == [3, colours.index('red'), colours.index('white'), PATTERNS.index('striped')]
    assert int(batch.second[0, 0]) == -1
    np.testing.assert_array_equal(batch.images[1], stills.images[1])


def test_images_with_turned_hues_name_no_colour(folder):
    stills = StillSet.open(folder)
    rng = np.random.default_rng(0)
    batches = [stills.batch(np.asarray([0]), rng) for _ in range(40)]
    unnamed = [int(batch.colour[0, 0]) == -1 for batch in batches]
    assert 0.2 < np.mean(unnamed) < 0.8
    assert all(int(batch.category[0, 0]) == 3 for batch in batches)


@pytest.mark.parametrize('share', [0.0, 1.0])
def test_hues_are_turned_as_often_as_is_asked(folder, share):
    stills = StillSet.open(folder)
    rng = np.random.default_rng(0)
    batches = [stills.batch(np.asarray([0]), rng, share) for _ in range(10)]
    assert np.mean([int(batch.colour[0, 0]) == -1 for batch in batches]) == share


def test_a_folder_without_images_is_said_in_one_sentence(tmp_path):
    with pytest.raises(ConfigError, match=r'no facts\.npz'):
        StillSet.open(tmp_path)


def test_names_that_the_catalogue_does_not_have_are_refused(folder):
    facts = dict(np.load(folder / 'facts.npz'))
    facts['colour'] = np.asarray(['red', 'mauve', 'green', 'red'])
    np.savez(folder / 'facts.npz', **facts)
    with pytest.raises(ConfigError, match='mauve'):
        StillSet.open(folder)
