"""The grasping example: its plan, and one scene from sentence to lifted object."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path

import numpy as np
import pytest

PROGRAM = Path(__file__).parents[2] / 'examples' / 'grasp' / 'grasp.py'


@pytest.fixture(scope='module')
def grasp():
    spec = importlib.util.spec_from_file_location('grasp_example', PROGRAM)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def block(length: float, width: float, height: float, yaw: float, at=(0.1, -0.2)) -> np.ndarray:
    """Return points all over the upper side and the sides of a block, (N, 3)."""
    x, y = np.meshgrid(np.linspace(-0.5, 0.5, 41), np.linspace(-0.5, 0.5, 41))
    flat = np.stack((x.ravel() * length, y.ravel() * width), axis=1)
    turn = np.asarray(((np.cos(yaw), -np.sin(yaw)), (np.sin(yaw), np.cos(yaw))))
    flat = flat @ turn.T + at
    return np.concatenate(
        [np.column_stack((flat, np.full(len(flat), z))) for z in np.linspace(0.005, height, 12)]
    )


@pytest.mark.parametrize('yaw', [-1.4, -0.6, 0.0, 0.3, 1.0, 1.5])
def test_fingers_close_across_the_narrower_side(grasp, yaw):
    x, y, z, turn, width = grasp.plan(block(0.12, 0.05, 0.08, yaw))
    assert (x, y) == pytest.approx((0.1, -0.2), abs=0.003)
    assert width == pytest.approx(0.05, abs=0.003)
    assert abs(np.sin(turn - yaw)) < 0.03  # closing along the hand's y, the block is long along x
    assert z == pytest.approx(0.08 - 0.065, abs=0.002)


def test_fingers_do_not_touch_the_table(grasp):
    assert grasp.plan(block(0.1, 0.04, 0.02, 0.0))[2] == pytest.approx(0.012)


def test_a_handle_does_not_draw_the_fingers_off_the_body(grasp):
    body = block(0.07, 0.07, 0.1, 0.0, at=(0.0, 0.0))
    handle = block(0.03, 0.01, 0.07, 0.0, at=(0.05, 0.0))
    x, y, _, turn, _ = grasp.plan(np.concatenate((body, handle)))
    assert (x, y) == pytest.approx((0.0, 0.0), abs=0.004)
    assert abs(np.sin(turn)) < 0.05


def test_it_is_short():
    assert len(PROGRAM.read_text('utf-8').splitlines()) < 150


@pytest.mark.slow
def test_it_lifts_the_right_thing_and_puts_it_into_the_bowl(graphics, ros_domain):
    from tenet_ros.cli.bench_grasp import play
    from tenet_ros.cli.session import client_node

    with client_node('test', []) as node:
        outcome, pictures = play(node, 1, PROGRAM, os.environ)
    assert outcome.success, outcome
    assert outcome.then
    assert len(pictures) > 10
