from __future__ import annotations

import numpy as np
import pytest

from tenet_ros.sim.expressions.deeds import Deeds
from tenet_ros.sim.expressions.facts import Facts
from tenet_ros.sim.expressions.meaning import Deed
from tenet_ros.sim.scene import ActivityKind


def deed(clip, which, frame, thing=0):
    return int(Deeds(Facts(*clip))[which][frame, thing])


@pytest.fixture
def slider(stage, thing, moves):
    """A clip of 6 s in which thing 0 slides to the right from 2 s to 4 s; thing 1 rests."""
    way, slide = moves(0, (-0.3, 0), (0.1, 0), 2.0, 4.0)
    return stage((thing('box'), way), (thing('mug'), (0, 0.3)), activities=[slide])


def test_motion_is_doubtful_until_it_has_been_watched(slider):
    assert deed(slider, Deed.MOVING, 3) == 0
    assert deed(slider, Deed.MOVING, 15) == -1
    assert deed(slider, Deed.MOVING, 22) == 0
    assert deed(slider, Deed.MOVING, 30) == 1
    assert deed(slider, Deed.MOVING, 43) == 0
    assert deed(slider, Deed.MOVING, 55) == -1
    assert (Deeds(Facts(*slider))[Deed.MOVING][8:, 1] == -1).all()


def test_still_is_the_opposite_of_moving(slider):
    deeds = Deeds(Facts(*slider))
    assert (deeds[Deed.STILL] == -deeds[Deed.MOVING]).all()


@pytest.mark.parametrize(
    ('end', 'does', 'denies'),
    [
        ((-0.3, 0), Deed.LEFTWARD, Deed.RIGHTWARD),
        ((0.3, 0), Deed.RIGHTWARD, Deed.LEFTWARD),
        ((0, -0.3), Deed.TOWARDS, Deed.AWAY),
        ((0, 0.3), Deed.AWAY, Deed.TOWARDS),
    ],
)
def test_headings_are_the_cameras(stage, thing, moves, end, does, denies):
    way, slide = moves(0, (0, 0), end, 1.0, 3.0)
    clip = stage((thing('box'), way), activities=[slide])
    assert deed(clip, does, 20) == 1
    assert deed(clip, denies, 20) == -1
    assert deed(clip, does, 55) == -1


def test_a_slanting_course_has_no_clear_heading(stage, thing, moves):
    way, slide = moves(0, (0, 0), (0.2, 0.2), 1.0, 3.0)
    clip = stage((thing('box'), way), activities=[slide])
    for which in (Deed.RIGHTWARD, Deed.AWAY):
        assert deed(clip, which, 20) == 0


def test_an_activity_has_its_own_word_and_not_the_others(stage, thing, moves):
    way, push = moves(0, (0, 0), (0.3, 0), 1.0, 3.0, ActivityKind.PUSHED)
    clip = stage((thing('box'), way), activities=[push])
    assert deed(clip, Deed.PUSHED, 20) == 1
    assert deed(clip, Deed.LIFTED, 20) == -1
    assert deed(clip, Deed.SLIDING, 20) == 0
    assert deed(clip, Deed.PUSHED, 5) == 0
    assert deed(clip, Deed.PUSHED, 55) == -1
    assert deed(clip, Deed.WAS_PUSHED, 20) == 0
    assert deed(clip, Deed.WAS_PUSHED, 55) == 1


def test_who_stopped_moved_before_and_rests_now(slider):
    assert deed(slider, Deed.STOPPED, 15) == -1
    assert deed(slider, Deed.STOPPED, 30) == -1
    assert deed(slider, Deed.STOPPED, 41) == 0
    assert deed(slider, Deed.STOPPED, 55) == 1
    assert deed(slider, Deed.STOPPED, 55, thing=1) == -1


def test_just_started_lasts_two_seconds(stage, thing, moves):
    way, slide = moves(0, (-0.3, 0), (0.3, 0), 2.0, 6.0)
    clip = stage((thing('box'), way), activities=[slide])
    values = Deeds(Facts(*clip))[Deed.STARTED][:, 0]
    assert (values[8:20] == -1).all()
    assert (values[24:40] == 1).all()
    assert values[50] == 0


def test_what_leaves_the_picture_and_returns_came_back(stage, thing, moves):
    out, _ = moves(0, (0, 0), (1.5, 0), 1.0, 2.0)
    back, _ = moves(0, (0, 0), (-1.5, 0), 3.0, 4.0)
    clip = stage((thing('ball'), out + back), (thing('mug'), (0, 0.3)))
    values = Deeds(Facts(*clip))[Deed.CAME_BACK]
    assert (values[:10, 0] == -1).all()
    assert (values[45:, 0] == 1).all()
    assert (values[:, 1] == -1).all()


def test_who_was_hidden_has_not_come_back(stage, thing):
    clip = stage((thing('ball'), (0, 0)), hidden=[(0, 20, 40)])
    assert not (Deeds(Facts(*clip))[Deed.CAME_BACK] > 0).any()


def test_a_pan_of_the_camera_moves_nothing(slider):
    scene, truth = slider
    angle = np.linspace(0, 0.2, len(scene))
    turn = np.zeros((len(scene), 3, 3))
    turn[:, 0, 0] = turn[:, 1, 1] = np.cos(angle)
    turn[:, 0, 1], turn[:, 1, 0] = -np.sin(angle), np.sin(angle)
    turn[:, 2, 2] = 1
    scene.camera.rotations[:] = turn @ scene.camera.rotations
    moving = Deeds(Facts(scene, truth))[Deed.MOVING]
    assert (moving[8:, 1] == -1).all()
    assert (moving[25:38, 0] == 1).all()
