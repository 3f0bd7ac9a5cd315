"""What a grasping run comes to."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tenet_ros.evaluation.bench_grasp import Outcome, film_strip, summary

GOOD = Outcome(
    seed=1,
    sentence='the red mug',
    kind='attribute',
    then='',
    lifted=True,
    done=True,
    wrong=False,
    seconds=9.0,
    said='',
)


@pytest.mark.parametrize('change', [{'lifted': False}, {'done': False}, {'wrong': True}])
def test_a_scene_succeeds_only_if_everything_is_right(change):
    assert GOOD.success
    assert not replace(GOOD, **change).success


def test_rates_are_shares_of_all_scenes():
    put = replace(GOOD, then='put it in the bowl')
    figures = summary([GOOD, put, replace(put, done=False), replace(GOOD, wrong=True)])
    assert figures['success_rate'] == 0.5
    assert figures['wrong_object_rate'] == 0.25
    assert figures['lifted_rate'] == 1.0
    assert figures['put_rate'] == 0.5
    assert figures['success_by_kind'] == {'attribute': 0.5}
    assert len(figures['failed']) == 2
    assert not figures['goals_met']


def test_goals_are_met_at_nine_in_ten_without_a_wrong_object():
    figures = summary([GOOD] * 9 + [replace(GOOD, done=False)])
    assert figures['goals_met']


def test_no_success_has_no_time():
    figures = summary([replace(GOOD, done=False)])
    assert figures['seconds'] == {'p50': None, 'p95': None}


def test_a_strip_shows_eight_pictures_however_many_there_are():
    for count in (1, 5, 40):
        strip = film_strip(GOOD, [np.full((240, 320, 3), 9, np.uint8)] * count)
        assert strip.shape == (44 + 480, 1280, 3)
        assert strip[:44].any()
