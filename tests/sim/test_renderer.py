"""Rendered pictures against geometry that can be worked out without a renderer."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tenet_ros.errors import ContractError
from tenet_ros.sim.generator import generate
from tenet_ros.sim.graphics import check_graphics
from tenet_ros.sim.projection import label_map, to_camera, to_pixels
from tenet_ros.sim.renderer import Renderer
from tenet_ros.sim.rotations import matrix
from tenet_ros.sim.truth import boxes_of_labels

pytestmark = pytest.mark.usefixtures('graphics')
REPOSITORY = Path(__file__).resolve().parents[2]
SEEDS = (0, 3, 4)


@pytest.fixture(scope='module', params=SEEDS)
def generated(request, graphics):
    """Return a clip of the generator and its first view."""
    made = generate(request.param, 'train', seconds=1.0)
    with Renderer(made) as renderer:
        return made, renderer.view(0, depth=True)


def test_shapes_and_dtypes_are_as_promised(scene):
    with Renderer(scene) as renderer:
        view = renderer.view(0, depth=True)
        assert (view.image.shape, view.image.dtype) == ((480, 640, 3), np.uint8)
        assert view.image.flags.c_contiguous
        assert (view.labels.shape, view.labels.dtype) == ((480, 640), np.uint8)
        assert (view.depth.shape, view.depth.dtype) == ((480, 640), np.float32)
        assert renderer.view(0).depth.size == 0


def test_label_values_are_the_things_and_the_table_is_none(scene):
    with Renderer(scene) as renderer:
        labels = renderer.labels(0)
    assert set(np.unique(labels)) == {0, 1, 2, 3}
    boxes, _ = boxes_of_labels(labels, 3)
    # The ball's centre is 0.95 m from the lens: 600 px * -0.2 m / 0.95 m left of the middle.
    expected = (320 - 600 * 0.2 / 0.95, 240 - 600 * 0.1 / 0.95)
    np.testing.assert_allclose((boxes[0, :2] + boxes[0, 2:]) / 2, expected, atol=1.0)
    # Of the box the upper face, 0.94 m away, and the two sides that reach down to the table.
    expected = [
        320 + 600 * 0.11,
        240 - 600 * 0.16 / 0.94,
        320 + 600 * 0.19 / 0.94,
        240 - 600 * 0.04,
    ]
    np.testing.assert_allclose(boxes[1], expected, atol=1.0)


def test_a_frustum_is_as_wide_as_its_radii_say(scene):
    with Renderer(scene) as renderer:
        view = renderer.view(0, depth=True)
    boxes, _ = boxes_of_labels(view.labels, 3)
    # The wide end lies on the table, a metre away.
    np.testing.assert_allclose(boxes[2, 2] - boxes[2, 0], 600 * 0.12, atol=2.0)
    top = (view.labels == 3) & (np.abs(view.depth - 0.92) < 1e-3)
    np.testing.assert_allclose(np.count_nonzero(top), np.pi * (600 * 0.03 / 0.92) ** 2, rtol=0.05)


def test_depth_is_the_distance_along_the_optical_axis(scene):
    with Renderer(scene) as renderer:
        view = renderer.view(0, depth=True)
    at_ball = round(240 - 600 * 0.1 / 0.95), round(320 - 600 * 0.2 / 0.95)
    assert view.depth[at_ball] == pytest.approx(0.9, abs=0.005)
    assert view.depth[view.labels == 2].min() == pytest.approx(0.94, abs=1e-3)
    np.testing.assert_allclose(view.depth[view.labels == 0], 1.0, atol=1e-3)


def test_nothing_is_infinitely_far(scene):
    away = dataclasses.replace(
        scene.camera, rotations=np.tile([[1.0, 0, 0], [0, 0, 1], [0, -1, 0]], (4, 1, 1))
    )
    with Renderer(dataclasses.replace(scene, camera=away)) as renderer:
        view = renderer.view(0, depth=True)
    assert np.isinf(view.depth[0]).all()
    assert not view.labels.any()


def test_colours_are_the_things_own(scene):
    with Renderer(scene) as renderer:
        view = renderer.view(0)
    means = [view.image[view.labels == n].mean(axis=0) for n in (1, 2, 3)]
    assert [int(np.argmax(mean)) for mean in means] == [0, 2, 1]


def test_projected_parts_land_in_the_rendered_masks(generated):
    scene, view = generated
    turns = matrix(scene.rotations[0])
    checked = 0
    for index, thing in enumerate(scene.things):
        places = np.stack([part.position for part in thing.parts])
        local = to_camera(scene, 0, places @ turns[index].T + scene.positions[0, index])
        pixels = np.floor(to_pixels(scene, local)).astype(int)
        inside = ((pixels >= 0) & (pixels < (640, 480))).all(axis=1) & (local[:, 2] > 0.2)
        for (x, y), z in zip(pixels[inside], local[inside, 2], strict=True):
            seen = int(view.labels[y, x])
            # Its own surface lies before a part's centre, and so does whatever hides it.
            assert seen == index + 1 or view.depth[y, x] < z + 1e-3, (thing.category, seen)
            assert view.depth[y, x] < z + 1e-3
            checked += 1
    assert checked > 10


def test_rendered_and_projected_masks_agree(generated):
    scene, view = generated
    projected = label_map(scene, 0)
    compared = 0
    for label in range(1, scene.named + 1):
        one, other = view.labels == label, projected == label
        if np.count_nonzero(one) < 400:
            continue
        overlap = np.count_nonzero(one & other) / np.count_nonzero(one | other)
        assert overlap > 0.9, scene.things[label - 1].category
        compared += 1
    assert compared >= 3


def test_the_same_scene_gives_the_same_bits_whatever_was_rendered_before(scene, seen_with):
    noisy = seen_with(noise=4.0, vignette=0.2, table='wood')
    with Renderer(noisy) as renderer:
        first = renderer.view(2)
    with Renderer(seen_with(table='checks', seed=9)) as renderer:
        renderer.view(0)
    with Renderer(noisy) as renderer:
        renderer.image(3)
        again = renderer.view(2)
        other = renderer.image(1)
    np.testing.assert_array_equal(first.image, again.image)
    np.testing.assert_array_equal(first.labels, again.labels)
    assert (first.image != other).any()


def test_another_context_in_between_changes_nothing():
    scene = generate(4, 'train', seconds=1.0)
    with Renderer(scene) as renderer:
        before = renderer.labels(0)
    with Renderer(generate(3, 'train', seconds=1.0)):
        pass
    check_graphics()  # leaves no context current
    with Renderer(scene) as renderer:
        np.testing.assert_array_equal(renderer.labels(0), before)


def test_two_renderers_may_take_turns(scene, seen_with):
    with Renderer(scene) as one, Renderer(seen_with(table='marble')) as two:
        first = one.image(0)
        assert (two.image(0) != first).any()
        np.testing.assert_array_equal(one.image(0), first)


def test_exposure_brightens_and_noise_has_its_deviation(seen_with):
    pictures = {}
    for name, values in {
        'plain': {}, 'bright': {'exposure': 1.3}, 'noisy': {'noise': 5.0},
    }.items():  # fmt: skip
        with Renderer(seen_with(**values)) as renderer:
            pictures[name] = renderer.image(0).astype(float)
    assert pictures['bright'].mean() > pictures['plain'].mean() + 5
    assert np.std(pictures['noisy'] - pictures['plain']) == pytest.approx(5.0, rel=0.1)


@pytest.mark.parametrize('pattern', ['striped', 'dotted', 'checkered'])
def test_a_pattern_shows_both_colours(scene, pattern):
    box = dataclasses.replace(scene.things[1], pattern=pattern)
    patterned = dataclasses.replace(scene, things=(scene.things[0], box, scene.things[2]))
    with Renderer(patterned) as renderer:
        view = renderer.view(0)
    red = view.image[view.labels == 2][:, 0]
    assert 0.1 < np.mean(red > 120) < 0.9


def test_an_unknown_texture_is_named(seen_with):
    with pytest.raises(ContractError, match=r"expected one of wood, .* got 'lava'"):
        Renderer(seen_with(table='lava'))


def test_a_picture_larger_than_the_frame_buffer_is_refused(scene):
    camera = dataclasses.replace(scene.camera, width=1280)
    with pytest.raises(ContractError, match='640 x 480'):
        Renderer(dataclasses.replace(scene, camera=camera))


@pytest.mark.parametrize(
    ('settings', 'words'),
    [
        ({'MUJOCO_GL': 'bogus'}, 'expected egl, osmesa or nothing, got'),
        ({'MUJOCO_GL': 'glfw'}, 'expected egl, osmesa or nothing, got'),
        ({'MUJOCO_GL': 'egl', 'MUJOCO_EGL_DEVICE_ID': '99'}, 'egl makes no OpenGL context here'),
        ({'MUJOCO_GL': 'egl', 'PYOPENGL_PLATFORM': 'osmesa'}, 'egl makes no OpenGL context here'),
    ],
)
def test_without_graphics_there_is_one_clear_error(settings, words):
    program = (
        'from tenet_ros.errors import TenetError\n'
        'from tenet_ros.sim.graphics import check_graphics\n'
        'try:\n    check_graphics()\n'
        'except TenetError as error:\n    print(error)\n'
    )
    said = subprocess.run(
        [sys.executable, '-c', program],
        env={**os.environ, **settings, 'PYTHONPATH': str(REPOSITORY)},
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )
    assert words in said.stdout
    assert 'apt install' in said.stdout
    assert said.stdout.count('\n') == 1
    assert not said.stderr
