"""The following example: its control law, and a run from sentence to the end of the lens's cover."""

from __future__ import annotations

import importlib.util
import math
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

PROGRAM = Path(__file__).parents[2] / 'examples' / 'follow' / 'follow.py'
NOTHING = np.zeros((0, 2))
WALL = np.stack((np.full(200, 0.5), np.linspace(-1, 1, 200)), axis=1)


def _load():
    spec = importlib.util.spec_from_file_location('follow_example', PROGRAM)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


follow = _load()
metres = st.floats(-6, 6, allow_nan=False)
places = st.tuples(metres, metres).map(np.asarray)
clouds = st.lists(st.tuples(metres, metres), max_size=30).map(
    lambda rows: np.asarray(rows, np.float64).reshape(-1, 2)
)
speeds = st.builds(follow.Speeds, st.floats(0, 0.9), st.floats(-1.4, 1.4))


@given(places, st.one_of(st.floats(follow.STALE_S, 1e9), st.just(math.nan)), clouds)
def test_a_stale_target_is_not_followed(target, age_s, points):
    assert follow.approach(target, age_s, points) == (0, 0)


@given(places, st.floats(0, follow.STALE_S), clouds)
def test_no_target_and_no_obstacle_makes_it_exceed_its_limits(target, age_s, points):
    forward, turn = follow.approach(target, age_s, points)
    assert 0 <= forward <= follow.MOST_MPS
    assert abs(turn) <= follow.MOST_RPS


@given(places, st.floats(0, follow.STALE_S))
def test_it_does_not_drive_into_what_is_near_ahead(target, age_s):
    if np.hypot(*(WALL - target).T).min() > 0.7:  # what is at the target belongs to it
        assert follow.approach(target, age_s, WALL).forward == 0


@given(st.floats(-math.pi, math.pi), st.floats(0, follow.KEEP_M))
def test_near_enough_is_near_enough(bearing, distance):
    target = distance * np.asarray((math.cos(bearing), math.sin(bearing)))
    forward, turn = follow.approach(target, 0.0, NOTHING)
    assert forward == 0
    assert turn * math.atan2(target[1], target[0]) >= 0


@pytest.mark.parametrize('side', [-1, 1])
def test_it_turns_to_where_the_target_is(side):
    forward, turn = follow.approach(np.asarray((3.0, side * 1.0)), 0.0, NOTHING)
    assert turn * side > 0
    assert forward > 0


@pytest.mark.parametrize('side', [-1, 1])
def test_it_goes_round_what_stands_in_between_and_keeps_the_target_in_view(side):
    pole = np.asarray([(1.0, side * y) for y in np.linspace(0.05, 0.3, 10)])
    _, turn = follow.approach(np.asarray((3.0, 0.0)), 0.0, pole)
    assert turn * side < 0
    assert abs(turn) <= 2.2 * 0.45 + 1e-9


def test_an_old_pose_makes_it_slower():
    target = np.asarray((3.0, 0.0))
    forward = [follow.approach(target, age_s, NOTHING).forward for age_s in (0.1, 0.17, 0.2, 0.22)]
    assert forward[0] > forward[1] > forward[2] > forward[3] == 0


@given(speeds, speeds, st.floats(0, 0.1))
def test_it_speeds_up_gently_and_stops_at_once(wish, now, period_s):
    said = follow.limited(wish, now, period_s)
    assert said.forward <= max(wish.forward, 0)
    assert said.forward - now.forward <= follow.SPEED_UP_MPS2 * period_s + 1e-9
    if any(wish):
        assert abs(said.turn - now.turn) <= follow.TURN_RPS2 * period_s + 1e-9
    assert follow.limited(follow.Speeds(), now, period_s) == (0, 0)


@given(st.floats(0, 100), st.floats(-3, 3), clouds)
def test_a_search_turns_slowly_and_only_where_there_is_room(lost_s, side, points):
    forward, turn = follow.search(lost_s, side, points)
    assert forward == 0
    assert abs(turn) <= follow.SEARCH_RPS
    if lost_s < follow.SEARCH_AFTER_S or not len(points) or np.hypot(*points.T).min() < 0.27:
        assert turn == 0


def test_a_search_turns_to_the_side_where_the_target_went_and_ends():
    far = np.asarray(((3.0, 1.0), (3.0, -1.0)))
    assert follow.search(2.0, -0.4, far).turn < 0 < follow.search(2.0, 0.4, far).turn
    assert follow.search(60.0, 0.4, far).turn == 0


@pytest.mark.parametrize('seed', [2, 11])
def test_what_is_behind_it_is_searched_for_and_then_kept_in_view(graphics, seed):
    from tenet_ros.sim.room.base import Velocity
    from tenet_ros.sim.room.task import follow_task
    from tenet_ros.sim.room.world import RoomWorld

    task = replace(follow_task(seed), covered=(math.inf, math.inf))
    world, said, in_view = RoomWorld(task), follow.Speeds(), []
    seen_s, side = -1.0, -1.0
    world.base.yaw += 2.0  # the target is far out of view, to the right
    far = np.asarray(((4.0, 0.0),))
    while world.seconds < 30.0:
        here, yaw = np.asarray((world.base.x, world.base.y)), world.base.yaw
        away = np.asarray(((math.cos(yaw), -math.sin(yaw)), (math.sin(yaw), math.cos(yaw))))
        target = (world.walkers[0].place - here) @ away
        in_view.append(world.in_view())
        if in_view[-1]:
            seen_s, side = world.seconds, math.atan2(target[1], target[0])
            wish = follow.approach(target, 0.05, NOTHING)
        else:
            wish = follow.search(world.seconds - seen_s, side, far)
        said = follow.limited(wish, said, 1 / 15)
        world.tell(Velocity(forward=said.forward, turn=said.turn))
        world.advance(1 / 15)
    world.close()
    found = in_view.index(True)
    assert 15 < found < 15 * 8
    assert np.mean(in_view[found:]) > 0.95
    assert world.collisions == 0


def test_it_is_short():
    assert len(PROGRAM.read_text('utf-8').splitlines()) < 150


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_it_follows_the_person_in_red_and_stops_when_the_lens_is_covered(
    graphics, ros_domain, shared_models
):
    from tenet_ros.cli.bench_follow import play
    from tenet_ros.cli.session import client_node

    model = shared_models / 'yolox_nano_416.onnx'
    command = ['node', '--preset', 'coco', '--model', str(model)]
    with client_node('test', []) as node:
        outcome, pictures = play(node, 1, PROGRAM, command, os.environ, seconds=60.0)
    assert outcome.in_view_rate > 0.95, outcome
    assert outcome.collisions == 0
    assert outcome.stops_s
    assert max(outcome.stops_s) <= 0.3
    assert outcome.travelled_m > 10
    assert len(pictures) == 20
