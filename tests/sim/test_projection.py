import numpy as np
import pytest

from tenet_ros.sim.generator import generate
from tenet_ros.sim.projection import label_map, observe, to_camera, to_pixels


@pytest.fixture(scope='module')
def clips():
    return [generate(seed, 'val', rate_hz=2.0) for seed in range(12)]


def test_camera_axis_is_the_middle_of_the_image(clips):
    camera = clips[0].camera
    point = camera.positions[3] + 0.7 * camera.rotations[3][:, 2]
    local = to_camera(clips[0], 3, point)
    np.testing.assert_allclose(local, [0, 0, 0.7], atol=1e-12)
    np.testing.assert_allclose(to_pixels(clips[0], local), [320, 240])


def test_centres_of_round_things_that_nothing_hides_land_in_their_labels(clips):
    seen = 0
    for scene in clips:
        truth = observe(scene, [0])
        labels = label_map(scene, 0)
        clear = truth.visibility[0] > 0.999
        for n in np.flatnonzero(clear[: scene.named]):
            if scene.things[n].category not in {'mug', 'cup', 'ball', 'box', 'cube', 'can', 'book'}:
                continue
            x, y = to_pixels(scene, truth.centres[0, n]).astype(int)
            assert labels[y, x] == n + 1
            seen += 1
    assert seen > 15


def test_counts_and_boxes_agree_with_the_label_map(clips):
    for scene in clips[:4]:
        truth, labels = observe(scene, [5], scale=1.0), label_map(scene, 5)
        for n in range(len(scene.things)):
            mask = labels == n + 1
            assert truth.visible_px[0, n] == mask.sum()
            if mask.any():
                ys, xs = np.nonzero(mask)
                box = [xs.min(), ys.min(), xs.max() + 1, ys.max() + 1]
                np.testing.assert_array_equal(truth.boxes[0, n], box)


def test_seen_is_part_of_inside_and_inside_of_whole(clips):
    for scene in clips:
        truth = observe(scene)
        assert (truth.visible_px <= truth.amodal_px).all()
        assert (truth.amodal_px <= truth.whole_px).all()
        assert ((truth.visibility >= 0) & (truth.visibility <= 1)).all()
        seen = truth.visible_px > 0
        assert (truth.boxes[seen][:, :2] >= truth.amodal_boxes[seen][:, :2] - 2).all()
        assert (truth.boxes[seen][:, 2:] <= truth.amodal_boxes[seen][:, 2:] + 2).all()
        assert (truth.boxes[~seen] == 0).all()


def test_chosen_frames_are_the_same_as_in_the_whole_clip(clips):
    scene = clips[1]
    every, some = observe(scene), observe(scene, [9, 2, 2])
    np.testing.assert_array_equal(some.boxes, every.boxes[[9, 2, 2]])
    np.testing.assert_array_equal(some.whole_px, every.whole_px[[9, 2, 2]])
    np.testing.assert_array_equal(some.world, every.world[[9, 2, 2]])


def test_no_frames_give_an_empty_truth(clips):
    truth = observe(clips[0], [])
    assert truth.boxes.shape == (0, len(clips[0].things), 4)


def test_half_scale_finds_nearly_the_same_pixels(clips):
    scene = clips[2]
    fine, coarse = observe(scene, [0], scale=1.0), observe(scene, [0], scale=0.5)
    large = fine.visible_px > 800
    ratio = coarse.visible_px[large] / fine.visible_px[large]
    assert np.abs(ratio - 1).max() < 0.15


def test_most_things_can_be_seen_at_the_middle_of_the_clip(clips):
    visible = np.concatenate([observe(scene, [8]).visible_px[0, : scene.named] for scene in clips])
    assert np.mean(visible > 250) > 0.85


def test_rendered_labels_agree(clips, graphics):
    from tenet_ros.sim.renderer import Renderer

    found = []
    for scene in clips[:6]:
        rendered, drawn = Renderer(scene).labels(0), label_map(scene, 0)
        for n in range(scene.named):
            one, other = rendered == n + 1, drawn == n + 1
            if one.sum() > 300:
                found.append((one & other).sum() / (one | other).sum())
    assert np.mean(found) > 0.94
    assert min(found) > 0.85
