"""The gripper: two fingers on a hand that slides along x, y, z and turns about z."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from tenet_ros.sim.primitives import part, rod
from tenet_ros.sim.scene import Part, Solid, Thing

__all__ = ['FINGER_M', 'WIDEST_M', 'HandPose', 'hand_things', 'hand_xml']

WIDEST_M = 0.12
"""Between the fingers when they are open."""
FINGER_M = 0.085
"""From the palm to the tips."""
GRIP_N = 18.0
"""Most force of each finger."""

_HALF = (0.008, 0.006, FINGER_M / 2)
"""Of a finger: along x, across, upwards."""
_PALM = (0.016, WIDEST_M / 2 + 0.014, 0.012)
_GREY = (0.45, 0.46, 0.47)

_XML = """
<body name="hand" pos="0 0 0" gravcomp="1">
  <joint name="x" type="slide" axis="1 0 0" damping="20"/>
  <joint name="y" type="slide" axis="0 1 0" damping="20"/>
  <joint name="z" type="slide" axis="0 0 1" damping="20"/>
  <joint name="yaw" type="hinge" axis="0 0 1" damping="0.5"/>
  <inertial pos="0 0 .09" mass="1.5" diaginertia=".004 .004 .004"/>
  <geom type="box" pos="0 0 {palm_z}" size="{palm}" mass="0"/>
  {fingers}
</body>
"""
_FINGER = """
<body name="{name}" gravcomp="1">
  <joint name="{name}" type="slide" axis="0 {side} 0" range="0 {reach}" limited="true" damping="8"/>
  <geom type="box" pos="0 {y} {z}" size="{half}" mass=".05" friction="1.6 .02 .001" condim="6"
    solref=".004 1"/>
</body>
"""
_ACTUATORS = """
<position joint="x" kp="4000" kv="260"/><position joint="y" kp="4000" kv="260"/>
<position joint="z" kp="6000" kv="320"/><position joint="yaw" kp="60" kv="4"/>
<position joint="left" kp="900" kv="25" forcerange="-{grip} {grip}"/>
<position joint="right" kp="900" kv="25" forcerange="-{grip} {grip}"/>
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandPose:
    """Where the hand is, or is to go.

    Attributes:
        x: of the point between the fingertips, world, metres.
        y: likewise.
        z: likewise.
        yaw: radians about z; at 0 the fingers close along y.
        opening: between the fingers, metres.
    """

    x: float
    y: float
    z: float
    yaw: float
    opening: float


def hand_xml() -> tuple[str, str]:
    """Return the hand's body and its actuators: x, y, z, yaw and each finger's way outwards."""
    fingers = ''.join(
        _FINGER.format(
            name=name,
            side=side,
            reach=WIDEST_M / 2,
            y=side * _HALF[1],
            z=_HALF[2],
            half=_words(_HALF),
        )
        for name, side in (('left', 1), ('right', -1))
    )
    body = _XML.format(palm_z=FINGER_M + _PALM[2], palm=_words(_PALM), fingers=fingers)
    return body, _ACTUATORS.format(grip=GRIP_N)


def hand_things() -> tuple[Thing, ...]:
    """Return what a camera sees of it: the hand with its arm, the left and the right finger."""
    palm = FINGER_M + _PALM[2]
    arm = np.linspace(palm + 0.1, palm + 0.9, 9)
    hand = (
        part(Solid.BOX, _PALM, (0, 0, palm), paint='dark'),
        rod((0, 0, palm), (0, 0, palm + 0.1), 0.02, 'metal'),
        *(rod((0, 0, a), (0, 0, b), 0.028) for a, b in pairwise(arm)),
    )
    sides = [
        (part(Solid.BOX, _HALF, (0, side * _HALF[1], _HALF[2]), paint='dark'),) for side in (1, -1)
    ]
    return tuple(_unnamed(parts) for parts in (hand, *sides))


def _unnamed(parts: tuple[Part, ...]) -> Thing:
    extent: npt.NDArray[np.float64] = np.asarray((0.1, 0.1, 0.1))
    return Thing(
        category='',
        colour='',
        second='',
        pattern='plain',
        rgb=_GREY,
        second_rgb=_GREY,
        extent=extent,
        parts=parts,
    )


def _words(values: tuple[float, ...]) -> str:
    return ' '.join(f'{value:g}' for value in values)
