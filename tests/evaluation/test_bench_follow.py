"""What a run of following comes to."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from tenet_ros.evaluation.bench_follow import Moment, film_strip, outcome_of, summary

FOLLOWING = Moment(
    seconds=0.0,
    covered=False,
    in_view=True,
    sure=True,
    pose_age_s=0.05,
    right=True,
    forward=0.5,
    turn=0.1,
    distance=1.7,
)


def run(*changes: dict) -> list[Moment]:
    """Return moments a tenth of a second apart, each with changes."""
    return [replace(FOLLOWING, seconds=i / 10, **change) for i, change in enumerate(changes)]


def come_to(*changes: dict, collisions: int = 0):
    return outcome_of(1, 'the person in red', run(*changes), collisions)


LOST, STOOD = {'sure': False}, {'sure': False, 'forward': 0.0, 'turn': 0.0}


def test_following_all_the_time_loses_nothing():
    outcome = come_to({}, {}, {}, {})
    assert (outcome.in_view_rate, outcome.known_rate, outcome.wrong_rate) == (1, 1, 0)
    assert outcome.stops_s == ()
    assert outcome.blind_stop_s is None
    assert outcome.travelled_m == pytest.approx(0.2)


def test_the_time_to_stop_counts_from_the_loss_to_standing():
    assert come_to({}, LOST, LOST, STOOD).stops_s == pytest.approx((0.2,))
    assert come_to({}, STOOD).stops_s == (0.0,)


def test_turning_is_not_standing():
    turning = STOOD | {'turn': 0.5}
    assert come_to({}, LOST, turning, turning, STOOD).stops_s == pytest.approx((0.3,))


def test_a_stale_pose_is_a_loss_even_while_the_node_is_sure():
    stale = {'pose_age_s': 0.4}
    assert come_to({}, stale, stale | {'forward': 0.0, 'turn': 0.0}).stops_s == pytest.approx(
        (0.1,)
    )
    assert come_to({'pose_age_s': math.inf}, {}).known_rate == 0.5


def test_never_stopping_counts_to_the_end():
    assert come_to({}, LOST, LOST, LOST, LOST).stops_s == pytest.approx((0.3,))


def test_what_is_found_again_need_not_stop():
    assert come_to({}, LOST, {}, {}).stops_s == pytest.approx((0.1,))


def test_time_with_a_covered_lens_is_not_judged_but_the_stop_is():
    blind = {'covered': True, 'in_view': False, 'pose_age_s': 0.4}
    outcome = come_to({}, {}, blind, blind, blind | {'forward': 0.0, 'turn': 0.0}, {})
    assert outcome.in_view_rate == 1
    assert outcome.blind_stop_s == pytest.approx(0.3)
    assert outcome.stops_s == pytest.approx((0.2,))


def test_a_pose_of_somebody_else_is_wrong_and_no_pose_is_not():
    assert come_to({}, {'right': False}).wrong_rate == 0.5
    assert come_to({}, LOST | {'right': False}).wrong_rate == 0


def test_goals_are_missed_by_one_collision_a_slow_stop_or_a_lost_view():
    good = come_to({}, {}, {})
    assert summary([good])['goals_met']
    assert not summary([good, come_to({}, {}, collisions=1)])['goals_met']
    assert not summary([come_to({}, LOST, LOST, LOST, LOST, LOST, STOOD)])['goals_met']
    assert not summary([come_to({}, {'in_view': False}, {})])['goals_met']


def test_a_strip_shows_ten_pictures_however_many_there_are():
    for count in (1, 7, 40):
        strip = film_strip('title', [np.full((240, 320, 3), 9, np.uint8)] * count)
        assert strip.shape == (28 + 480, 1600, 3)
        assert strip[:28].any()
