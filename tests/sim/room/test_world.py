"""The room: people on their ways, a base that obeys and stops, a camera that tells the truth."""

from __future__ import annotations

import numpy as np
import pytest

from tenet_ros.sim.room.base import BRAKE_MPS2, COMMAND_S, FASTEST_MPS, Base, Velocity
from tenet_ros.sim.room.body import TUBES, tube
from tenet_ros.sim.room.layout import HALF_M, furniture
from tenet_ros.sim.room.model import BASE_RADIUS_M
from tenet_ros.sim.room.task import FollowTask, follow_task
from tenet_ros.sim.room.view import FOCAL_PX, HEIGHT, WIDTH
from tenet_ros.sim.room.walk import Walker

SEEDS = range(20)
PERIOD_S, WALK_S = 1 / 60, 1 / 15


@pytest.fixture
def room(graphics):
    """Make worlds that are closed after the test."""
    from tenet_ros.sim.room.world import RoomWorld

    made = []

    def make(task: FollowTask) -> RoomWorld:
        made.append(RoomWorld(task))
        return made[-1]

    yield make
    for world in made:
        world.close()


def gap(place: np.ndarray, block) -> float:
    """Return how far a point is from a block's outline on the floor."""
    away = np.abs(place - block.centre[:2]) - block.half[:2]
    return float(np.hypot(*np.maximum(away, 0.0)))


@pytest.mark.parametrize('name', sorted(TUBES))
def test_every_part_of_a_body_is_closed_and_faces_outward(name):
    vertices, faces = tube(TUBES[name])
    edges = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
    # Each edge is used once in each direction: no hole, no face turned over.
    assert len(np.unique(edges, axis=0)) == len(edges)
    assert {(a, b) for a, b in edges.tolist()} == {(b, a) for a, b in edges.tolist()}
    corners = vertices[faces]
    volume = np.einsum('ij,ij->i', corners[:, 0], np.cross(corners[:, 1], corners[:, 2])).sum() / 6
    assert volume > 0


@pytest.mark.parametrize('seed', SEEDS)
def test_people_walk_clear_of_furniture_and_of_each_other(seed):
    task = follow_task(seed)
    walkers = [Walker(route) for route in task.routes]
    solid = [block for block in furniture() if block.solid]
    for step in range(60 * 15):
        places = [walker.place for walker in walkers]
        for index, walker in enumerate(walkers):
            walker.step(step * WALK_S, WALK_S, [*places[:index], *places[index + 1 :]])
        if step % 5:
            continue
        assert min(gap(w.place, block) for w in walkers for block in solid) > 0.25
        assert all((np.abs(w.place) < np.asarray(HALF_M) - 0.3).all() for w in walkers)
        pairs = [(a.place, b.place) for i, a in enumerate(walkers) for b in walkers[:i]]
        assert min(np.hypot(*(a - b)) for a, b in pairs) > 0.55


@pytest.mark.parametrize('seed', SEEDS)
def test_one_person_alone_is_in_red(seed):
    task = follow_task(seed)
    assert [figure.name for figure in task.figures].count('red') == 1
    assert task.figures[0].name == 'red'
    assert 3 <= len(task.figures) == len(task.routes) <= 4


def test_a_base_stops_by_itself_when_nobody_tells_it_anything():
    base = Base(0.0, 0.0, 0.0)
    base.tell(Velocity(forward=0.8), 0.0)
    seconds, speeds = 0.0, []
    while seconds < 1.5:
        base.step(seconds, PERIOD_S)
        seconds += PERIOD_S
        speeds.append(base.velocity.forward)
    assert max(speeds) > 0.6
    stopped = next(i for i, v in enumerate(speeds) if i * PERIOD_S > COMMAND_S and v == 0.0)
    assert stopped * PERIOD_S <= COMMAND_S + max(speeds) / BRAKE_MPS2 + 2 * PERIOD_S


def test_a_base_does_not_go_faster_than_it_can():
    base = Base(0.0, 0.0, 0.0)
    for step in range(200):
        base.tell(Velocity(forward=50.0, turn=-50.0), step * PERIOD_S)
        base.step(step * PERIOD_S, PERIOD_S)
    assert base.velocity.forward == pytest.approx(FASTEST_MPS)
    assert base.velocity.turn == pytest.approx(-2.0)


def test_running_into_the_table_is_one_collision_and_goes_no_farther(room):
    task = follow_task(0)
    world = room(task)
    world.base.x, world.base.y, world.base.yaw = -2.0, 0.0, 0.0
    for _ in range(40):
        world.tell(Velocity(forward=1.0))
        world.advance(0.1)
    assert world.collisions >= 1
    assert world.base.x < -0.9 - BASE_RADIUS_M + 0.02


def test_depth_is_the_distance_along_the_axis(room):
    from tenet_ros.sim.room.world import CAMERA_IN_BASE

    world = room(follow_task(3))
    depth = world.see().depth
    pose = world.base_pose() @ CAMERA_IN_BASE
    rng = np.random.default_rng(0)
    errors = []
    for v, u in rng.integers((0, 0), (HEIGHT, WIDTH), (300, 2)):
        ray = np.asarray(((u - (WIDTH - 1) / 2) / FOCAL_PX, (v - (HEIGHT - 1) / 2) / FOCAL_PX, 1.0))
        hit = np.full(1, -1, np.int32)
        groups = np.asarray((1, 1, 0, 0, 0, 0), np.uint8)
        way = pose[:3, :3] @ ray
        along = world._mj.mj_ray(world.model, world.data, pose[:3, 3], way, groups, 1, -1, hit)
        errors.append(abs(depth[v, u] / 1000 - along))
    assert np.median(errors) < 0.003
    assert np.quantile(errors, 0.9) < 0.02


def test_who_is_in_view_is_seen_in_the_picture(room):
    world = room(follow_task(1))
    seen = set()
    for yaw in np.linspace(0, 2 * np.pi, 13)[:-1]:
        world.base.yaw = world.task.start[2] + yaw
        world.advance(PERIOD_S)
        image = world.see().image.astype(int)
        red = (image[..., 0] > 60) & (image[..., 0] > 3 * image[..., 1:].max(axis=-1))
        seen.add(world.in_view())
        assert (red.sum() > 2000) or not world.in_view()
        assert (red.sum() < 20) or world.in_view() or abs(np.sin(yaw)) > 0.3
    assert seen == {True, False}


def test_who_stands_behind_somebody_is_not_in_view(room):
    world = room(follow_task(1))
    assert world.in_view()
    away = world.walkers[0].place - (world.base.x, world.base.y)
    world.walkers[1].place = np.asarray((world.base.x, world.base.y)) + 0.4 * away
    world._pose()
    assert not world.in_view()


def test_a_covered_lens_gives_no_depth_and_no_view(room):
    world = room(follow_task(2))
    world.seconds = world.task.covered[0]
    sight = world.see()
    assert sight.covered
    assert not sight.depth.any()
    assert not world.in_view()


def test_a_seed_gives_the_same_run_again(room):
    places = []
    for _ in range(2):
        world = room(follow_task(5))
        for _ in range(30):
            world.tell(Velocity(forward=0.5, turn=0.1))
            world.advance(0.1)
        places.append([*(w.place for w in world.walkers), (world.base.x, world.base.y)])
    assert np.array_equal(*map(np.asarray, places))


def test_a_detector_of_people_sees_them(room, shared_models):
    from tenet_ros.config import Settings
    from tenet_ros.factory import build
    from tenet_ros.language.expression import Prompt
    from tenet_ros.language.parser import parse

    scores = []
    with build(
        Settings(preset='coco', model=str(shared_models / 'yolox_nano_416.onnx'), threads=1)
    ) as system:
        prepared = system.detector.prepare(Prompt.of(1, (parse('the person'),)))
        for seed in range(4):
            world = room(follow_task(seed))
            for _ in range(4):
                world.advance(0.4)
                found = system.detector.detect(world.see().image, prepared)
                named = zip(found.scores, found.labels, strict=True)
                scores.append(max((s for s, label in named if label == 'person'), default=0.0))
    assert np.median(scores) > 0.7
    assert np.mean(np.asarray(scores) > 0.3) > 0.9
