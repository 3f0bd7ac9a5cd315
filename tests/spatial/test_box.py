from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from tenet_ros.spatial.box import box_of
from tenet_ros.spatial.seen import Cloud

CENTRE = np.asarray([0.2, -0.1, 1.2])


def cloud(rotation: Rotation, size=(0.3, 0.08, 0.02), count=4000, seed=0) -> Cloud:
    points = np.random.default_rng(seed).uniform(-0.5, 0.5, (count, 3)) * size
    placed = (rotation.apply(points) + CENTRE).astype(np.float32)
    return Cloud(points=placed, colours=np.zeros((count, 3), np.uint8))


@given(st.integers(0, 10_000))
def test_axes_are_found_whatever_way_the_object_lies(seed):
    rotation = Rotation.random(random_state=seed)
    box = box_of(cloud(rotation, seed=seed))
    assert box.oriented
    np.testing.assert_allclose(box.centre, CENTRE, atol=0.01)
    np.testing.assert_allclose(box.size, [0.3, 0.08, 0.02], rtol=0.05)
    aligned = np.abs(np.einsum('ij,ij->j', box.rotation, rotation.as_matrix()))
    assert np.degrees(np.arccos(np.minimum(aligned, 1))).max() < 3
    np.testing.assert_allclose(box.rotation.T @ box.rotation, np.eye(3), atol=1e-9)
    assert np.linalg.det(box.rotation) == pytest.approx(1)


@given(st.integers(0, 10_000))
def test_the_first_axis_points_right_and_the_third_at_the_camera(seed):
    box = box_of(cloud(Rotation.random(random_state=seed), seed=seed))
    first, third = box.rotation[:, 0], box.rotation[:, 2]
    assert (first[0] if abs(first[0]) > abs(first[1]) else -first[1]) >= 0
    assert third[2] <= 1e-12


def test_an_object_that_turns_does_not_flip():
    before, turned = None, []
    for degrees in range(0, 720, 5):
        rotation = Rotation.from_euler('zyx', [degrees, 20, 10], degrees=True)
        box = box_of(cloud(rotation), before)
        if before is not None:
            cosine = np.clip((np.trace(before.T @ box.rotation) - 1) / 2, -1, 1)
            turned.append(np.degrees(np.arccos(cosine)))
        before = box.rotation
    assert max(turned) < 8


def test_a_ball_has_no_axes_and_says_so():
    directions = np.random.default_rng(3).normal(size=(4000, 3))
    ball = 0.05 * directions / np.linalg.norm(directions, axis=1, keepdims=True)
    box = box_of(Cloud(points=ball.astype(np.float32), colours=np.zeros((4000, 3), np.uint8)))
    assert not box.oriented
    np.testing.assert_array_equal(box.rotation, np.eye(3))
    np.testing.assert_allclose(box.covariance[3:, 3:], np.eye(3) * np.pi**2 / 3)


def test_single_points_do_not_stretch_the_box():
    whole = cloud(Rotation.identity())
    points = whole.points.copy()
    points[:20] += (0, 0, 0.5)
    spoiled = Cloud(points=points, colours=whole.colours)
    assert box_of(spoiled).size.max() < 0.35


def test_more_points_make_a_surer_pose():
    few = box_of(cloud(Rotation.identity(), count=200)).covariance
    many = box_of(cloud(Rotation.identity(), count=20_000)).covariance
    assert (np.diag(many) < np.diag(few)).all()
    np.testing.assert_allclose(many, many.T)
    assert (np.linalg.eigvalsh(many) > 0).all()


def test_three_points_are_a_position_and_no_more():
    points = np.asarray([[0, 0, 1], [0, 0.1, 1], [0.1, 0, 1]], np.float32)
    box = box_of(Cloud(points=points, colours=np.zeros((3, 3), np.uint8)))
    assert not box.oriented
    assert np.isfinite(box.covariance).all()
