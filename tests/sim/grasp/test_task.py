"""Tasks out of seeds: fair, graspable, the same every time."""

from __future__ import annotations

import numpy as np
import pytest

from tenet_ros.errors import ContractError
from tenet_ros.sim.grasp.task import FOR_BOWL, GRASPABLE, task_of


@pytest.fixture(scope='module')
def tasks():
    return [task_of(seed) for seed in range(6)]


def test_a_seed_gives_the_same_task_again(tasks):
    again = task_of(3)
    assert (again.sentence, again.target) == (tasks[3].sentence, tasks[3].target)
    assert np.array_equal(again.scene.positions, tasks[3].scene.positions)


def test_every_second_task_ends_in_the_only_bowl(tasks):
    for task in tasks:
        kinds = [thing.category for thing in task.scene.things]
        if task.seed % 2:
            assert task.then == 'put it in the bowl'
            assert kinds.count('bowl') == 1
            assert kinds[task.bowl] == 'bowl'
            assert kinds[task.target] in FOR_BOWL
        else:
            assert (task.then, task.bowl) == ('', -1)
            assert kinds[task.target] in GRASPABLE


def test_what_is_asked_for_fits_the_gripper_and_has_near_duplicates(tasks):
    for task in tasks:
        things = task.scene.things
        assert min(things[task.target].extent[:2]) <= 0.085
        first = things[0]
        others = things[1:]
        assert any(o.category == first.category and o.colour != first.colour for o in others)


def test_no_task_of_a_negative_seed():
    with pytest.raises(ContractError, match='expected a number from 0 on, got -1'):
        task_of(-1)
