from __future__ import annotations

import cv2
import numpy as np
import pytest

pytest.importorskip('mujoco', reason='needs mujoco, of the extra [sim]')

from tenet_ros.errors import ConfigError
from tenet_ros.sim.graphics import GraphicsError
from tenet_ros.training.images import SMALL, VIEWS, render, views


@pytest.fixture(scope='module')
def folder(tmp_path_factory):
    out = tmp_path_factory.mktemp('stills')
    try:
        render(out, 4, 'train', 2)
    except GraphicsError as error:
        pytest.skip(f'nothing renders here: {error}')
    return out


def test_facts_are_those_of_the_labels(folder):
    facts = np.load(folder / 'facts.npz')
    assert int(facts['done']) == 4
    assert len(facts['image'])
    for row in range(len(facts['image'])):
        labels = cv2.imread(str(folder / f'labels/{facts["image"][row]:06d}.png'), -1)
        ys, xs = np.nonzero(labels == facts['thing'][row] + 1)
        assert len(ys) == facts['visible_px'][row]
        box = [xs.min(), ys.min(), xs.max() + 1, ys.max() + 1]
        np.testing.assert_array_equal(facts['box'][row], box)
        assert 0 < facts['visibility'][row] <= 1


def test_small_copies_are_the_images(folder):
    small = np.fromfile(folder / 'small.u8', np.uint8).reshape(-1, *SMALL, 3)
    assert len(small) == 4
    for number, copy in enumerate(small):
        image = cv2.imread(str(folder / f'images/{number:06d}.jpg'))[..., ::-1]
        halved = cv2.resize(image, SMALL[::-1], interpolation=cv2.INTER_AREA)
        assert np.abs(halved.astype(int) - copy).mean() < 3, 'but for JPEG'


def test_a_second_call_goes_on_where_the_first_ended(folder, tmp_path):
    with (folder / 'small.u8').open('ab') as file:
        file.write(b'a broken row')
    assert render(folder, 5, 'train', 2) == 1
    whole = tmp_path / 'whole'
    assert render(whole, 5, 'train', 2) == 5
    one, other = np.load(folder / 'facts.npz'), np.load(whole / 'facts.npz')
    for name in one.files:
        np.testing.assert_array_equal(one[name], other[name])
    assert (folder / 'small.u8').read_bytes() == (whole / 'small.u8').read_bytes()


def test_images_of_other_seeds_are_not_mixed_in(folder):
    with pytest.raises(ConfigError, match='from seed 9'):
        render(folder, 6, 'train', 9)


@pytest.mark.parametrize('seed', [0, 3])
def test_every_scene_has_its_views(seed):
    scene = views(seed, 'train')
    assert len(scene) == VIEWS
    assert len(scene.camera.positions) == len(scene.camera.rotations) == VIEWS
