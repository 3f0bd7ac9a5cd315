"""Recorded clips: what comes back, and what happens to broken ones."""

from __future__ import annotations

import dataclasses

import cv2
import numpy as np
import pytest

from tenet_ros.errors import ContractError, SourceError
from tenet_ros.sim.recording import is_recording, load, record, write
from tenet_ros.sim.renderer import Renderer
from tenet_ros.sim.scene import Scene, Truth
from tenet_ros.sim.sentence import Sentence
from tenet_ros.sim.truth import boxes_of_labels, rendered_truth, truth_of_labels


def smooth_views(scene):
    """Return pictures and labels that need no renderer: a square that moves."""
    views = []
    for frame in range(len(scene)):
        image = np.full((480, 640, 3), (200, 120, 40), np.uint8)
        labels = np.zeros((480, 640), np.uint8)
        labels[100:140, 50 + frame : 80 + frame] = 2
        image[labels == 2] = (20, 40, 200)
        views.append((image, labels))
    return views


def equal(one, other):
    """Compare nested dataclasses, arrays and all, to the bit."""
    if dataclasses.is_dataclass(one):
        names = [field.name for field in dataclasses.fields(one)]
        return type(one) is type(other) and all(
            equal(getattr(one, name), getattr(other, name)) for name in names
        )
    if isinstance(one, np.ndarray):
        return one.dtype == other.dtype and np.array_equal(one, other)
    if isinstance(one, tuple):
        return len(one) == len(other) and all(map(equal, one, other))
    return type(one) is type(other) and one == other


@pytest.fixture
def sentence(scene):
    judged = np.arange(len(scene)) > 0
    targets = np.zeros((len(scene), 3), bool)
    targets[1:, 1] = True
    return Sentence(
        text='the red box', kind='attribute', form='a1', held_out=True, targets=targets,
        judged=judged,
    )  # fmt: skip


@pytest.mark.parametrize('video', [False, True], ids=['jpeg', 'video'])
def test_a_clip_comes_back(scene, sentence, tmp_path, video):
    views = smooth_views(scene)
    write(scene, views, tmp_path / 'deep' / 'clip', sentences=[sentence], video=video)
    assert is_recording(tmp_path / 'deep' / 'clip')
    clip = load(tmp_path / 'deep' / 'clip')
    assert isinstance(clip.scene, Scene)
    assert equal(clip.scene, scene)
    assert len(clip) == len(scene)
    assert equal(clip.sentences, (sentence,))
    for frame in (2, 0, 3):
        image, labels = views[frame]
        np.testing.assert_array_equal(clip.labels(frame), labels)
        assert cv2.PSNR(clip.image(frame), image) > 25
        assert (len(clip.encoded(frame)) == 0) == video
    assert [p.name for p in (tmp_path / 'deep').iterdir()] == ['clip']


def test_truth_is_counted_in_the_labels(scene, tmp_path):
    write(scene, smooth_views(scene), tmp_path / 'clip')
    truth = load(tmp_path / 'clip').truth
    assert isinstance(truth, Truth)
    np.testing.assert_array_equal(truth.visible_px[:, 1], 40 * 30)
    np.testing.assert_array_equal(truth.visible_px[:, [0, 2]], 0)
    np.testing.assert_array_equal(truth.boxes[3, 1], (53, 100, 83, 140))
    np.testing.assert_array_equal(truth.boxes[:, 0], 0)
    assert (truth.whole_px >= truth.visible_px).all()


def test_labels_that_do_not_fit_the_frames_are_refused(scene):
    labels = np.zeros((480, 640), np.uint8)
    with pytest.raises(ContractError, match='one image for each of 4 frames, got 1'):
        truth_of_labels(scene, [labels])


def test_a_box_spans_exactly_its_pixels():
    labels = np.zeros((5, 7), np.uint8)
    labels[4, 6] = 3
    labels[0, 0] = labels[2, 1] = 1
    boxes, counts = boxes_of_labels(labels, 3)
    np.testing.assert_array_equal(boxes, [(0, 0, 2, 3), (0, 0, 0, 0), (6, 4, 7, 5)])
    np.testing.assert_array_equal(counts, [2, 0, 1])


def test_what_exists_is_not_overwritten_and_what_fails_leaves_nothing(scene, tmp_path):
    (tmp_path / 'there').mkdir()
    with pytest.raises(SourceError, match='exists already'):
        write(scene, smooth_views(scene), tmp_path / 'there')
    with pytest.raises(ContractError):
        write(scene, smooth_views(scene)[:2], tmp_path / 'short')
    assert [p.name for p in tmp_path.iterdir()] == ['there']


def test_a_folder_without_a_recording_and_a_damaged_one_are_clear_errors(scene, tmp_path):
    assert not is_recording(tmp_path)
    with pytest.raises(SourceError, match='is no recording'):
        load(tmp_path)
    write(scene, smooth_views(scene), tmp_path / 'clip')
    images = tmp_path / 'clip' / 'images.bin'
    images.write_bytes(images.read_bytes()[:-10])
    with pytest.raises(SourceError, match='cut off; delete'):
        load(tmp_path / 'clip')
    (tmp_path / 'clip' / 'scene.json').write_text('{')
    with pytest.raises(SourceError, match='is damaged'):
        load(tmp_path / 'clip')


def test_a_recording_of_another_version_is_refused(scene, tmp_path):
    write(scene, smooth_views(scene), tmp_path / 'clip')
    facts = tmp_path / 'clip' / 'scene.json'
    facts.write_text(facts.read_text().replace('"version": 1', '"version": 99'))
    with pytest.raises(SourceError, match='version 1, got 99'):
        load(tmp_path / 'clip')


@pytest.mark.usefixtures('graphics')
def test_recording_twice_gives_the_same_bytes_and_what_the_renderer_gives(scene, tmp_path):
    for name in ('one', 'two'):
        record(scene, tmp_path / name)
    for file in ('images.bin', 'labels.bin', 'scene.json'):
        assert (tmp_path / 'one' / file).read_bytes() == (tmp_path / 'two' / file).read_bytes()
    clip = load(tmp_path / 'one')
    with Renderer(scene) as renderer:
        view = renderer.view(1)
    np.testing.assert_array_equal(clip.labels(1), view.labels)
    assert cv2.PSNR(clip.image(1), view.image) > 35
    np.testing.assert_array_equal(clip.truth.visible_px[1], np.bincount(view.labels.flat)[1:])


@pytest.mark.usefixtures('graphics')
def test_rendered_truth_is_that_of_the_frames_asked_for(scene):
    whole, last = rendered_truth(scene), rendered_truth(scene, [3])
    assert whole.visible_px.shape == (4, 3)
    np.testing.assert_array_equal(last.boxes[0], whole.boxes[3])
    assert whole.boxes[3, 0, 0] > whole.boxes[0, 0, 0] + 20
    assert (whole.visibility[:, 1] > 0.9).all()
