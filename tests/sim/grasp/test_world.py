"""The grasping world: what is held is held by friction, and depth is where things are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tenet_ros.sim.grasp.hand import HandPose
from tenet_ros.sim.grasp.physics import Physics
from tenet_ros.sim.grasp.task import task_of
from tenet_ros.sim.grasp.world import GraspWorld
from tenet_ros.sim.layout import make
from tenet_ros.sim.rotations import upright
from tenet_ros.sources.recorded import calibration_of

AWAY = HandPose(x=0.4, y=0.4, z=0.4, yaw=0.0, opening=0.12)


def stand(category: str, at=(0.0, 0.0, 0.0), *, hand: HandPose = AWAY) -> Physics:
    pytest.importorskip('mujoco', reason='needs MuJoCo (extra sim)')
    body = make(category, 'red', np.random.default_rng(1), 1.0)
    return Physics([body.thing], np.asarray([at]), upright(np.zeros(1)), hand)


def close_and_lift(physics: Physics, hand: HandPose) -> float:
    """Return how far the only thing rose while the hand went up by 0.2 m."""
    before = physics.middles()[0, 2]
    physics.move(replace(hand, opening=0.0))
    physics.advance(1.2)
    physics.move(replace(hand, opening=0.0, z=hand.z + 0.2))
    physics.advance(1.5)
    return float(physics.middles()[0, 2] - before)


@pytest.mark.parametrize('category', ['cube', 'can', 'ball', 'pear', 'bottle'])
def test_closed_fingers_lift_what_is_between_them(category):
    hand = HandPose(x=0.0, y=0.0, z=0.02 if category != 'bottle' else 0.09, yaw=0.0, opening=0.12)
    physics = stand(category, hand=hand)
    assert close_and_lift(physics, hand) == pytest.approx(0.2, abs=0.02)
    physics.advance(2.0)
    assert physics.touching() >= {(0, -2)}
    assert (0, -1) not in physics.touching()


def test_fingers_beside_a_thing_lift_nothing():
    hand = HandPose(x=0.15, y=0.0, z=0.02, yaw=0.0, opening=0.12)
    assert abs(close_and_lift(stand('cube', hand=hand), hand)) < 0.005


def test_opened_fingers_let_it_fall():
    hand = HandPose(x=0.0, y=0.0, z=0.02, yaw=0.0, opening=0.12)
    physics = stand('cube', hand=hand)
    close_and_lift(physics, hand)
    physics.move(replace(hand, z=0.22))
    physics.advance(1.5)
    assert (0, -1) in physics.touching()


@pytest.mark.parametrize('category', ['pear', 'apple', 'duck', 'ball', 'mug', 'bottle', 'toy car'])
def test_a_thing_that_nobody_touches_stays_as_it_stands(category):
    physics = stand(category)
    places, turns = physics.thing_poses()
    physics.advance(5.0)
    later, turned = physics.thing_poses()
    assert np.abs(later - places).max() < 0.004
    assert abs(float((turns * turned).sum())) > 0.999


def test_the_hand_takes_the_shorter_way_round_and_arrives():
    physics = stand('cube', at=(-0.4, -0.4, 0.0))
    goal = HandPose(x=0.1, y=-0.2, z=0.3, yaw=3.0, opening=0.04)
    physics.move(goal)
    physics.advance(3.0)
    there = physics.hand()
    assert (there.x, there.y, there.z) == pytest.approx((0.1, -0.2, 0.3), abs=0.003)
    assert (there.yaw, there.opening) == pytest.approx((3.0, 0.04), abs=0.01)
    physics.move(replace(goal, yaw=-3.0))
    physics.advance(1.0)
    assert physics.hand().yaw == pytest.approx(2 * np.pi - 3.0, abs=0.02)


@pytest.fixture
def world(graphics):
    made = GraspWorld(task_of(0))
    yield made
    made.close()


def points_in_world(world: GraspWorld, depth: np.ndarray) -> np.ndarray:
    """Back-project depth in millimetres with what camera_info says: (H, W, 3) metres."""
    k = calibration_of(world.task.scene.camera).k
    y, x = np.mgrid[: depth.shape[0], : depth.shape[1]]
    z = depth / 1000
    local = np.stack(((x - k[2]) / k[0] * z, (y - k[5]) / k[4] * z, z), axis=-1)
    pose = world.camera_pose()
    return local @ pose[:3, :3].T + pose[:3, 3]


def test_the_table_is_where_camera_info_and_tf_say_to_the_millimetre(world):
    sight = world.see()
    assert sight.image.shape == (480, 640, 3)
    assert sight.depth.dtype == np.uint16
    points = points_in_world(world, sight.depth)
    low = points[(sight.depth > 0) & (np.abs(points[..., 2]) < 0.01)]
    assert len(low) > 50_000
    assert np.abs(np.median(low[:, 2])) < 0.001
    assert np.percentile(np.abs(low[:, 2]), 90) < 0.0015


def test_the_top_of_every_box_and_can_is_at_its_height(world):
    points = points_in_world(world, world.see().depth)
    scene = world.task.scene
    checked = 0
    for thing, place in zip(scene.things, scene.positions[0], strict=True):
        if thing.category in {'box', 'cube', 'can'}:
            near = np.hypot(*(points[..., :2] - place[:2]).transpose(2, 0, 1)) < 0.02
            assert points[near][:, 2].max() == pytest.approx(thing.extent[2], abs=0.003)
            checked += 1
    assert checked > 0


def test_a_held_thing_is_known_and_remembered(world):
    task = world.task
    place, thing = task.scene.positions[0, task.target], task.scene.things[task.target]
    hand = HandPose(
        x=float(place[0]), y=float(place[1]), z=float(thing.extent[2]) - 0.06, yaw=0.0, opening=0.12
    )
    for goal, seconds in (
        (replace(hand, z=0.38), 2.5),
        (hand, 1.5),
        (replace(hand, opening=0.0), 1.5),
        (replace(hand, opening=0.0, z=0.38), 1.5),
    ):
        world.move(goal)
        world.advance(seconds)
    assert world.held() == task.target
    assert world.ever_held == {task.target}
    world.move(replace(hand, z=0.38))
    world.advance(1.5)
    assert world.held() == -1
    assert world.ever_held == {task.target}
