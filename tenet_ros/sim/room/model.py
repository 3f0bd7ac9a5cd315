"""The room, its figures and the base as one MuJoCo model."""

from __future__ import annotations

import math
from collections.abc import Sequence

from tenet_ros.sim.room.body import mesh_xml
from tenet_ros.sim.room.figure import Figure, figure_xml
from tenet_ros.sim.room.layout import Block, furniture, room_blocks
from tenet_ros.sim.textures import CUBE_PX, SURFACE_PX

__all__ = ['BASE_RADIUS_M', 'CAMERA_M', 'FAR_M', 'FIELD', 'NEAR_M', 'TILT_RAD', 'model_xml']

FIELD = (640, 480)
NEAR_M, FAR_M = 0.05, 20.0
SHADOW_PX = 768
BASE_RADIUS_M = 0.22
CAMERA_M = (0.10, 0.0, 0.95)
"""Of the camera on the base: forward, left, up."""
TILT_RAD = 0.08
"""It looks down by so much."""

_MODEL = """
<mujoco>
  <compiler angle="degree"/>
  <visual>
    <global offwidth="{width}" offheight="{height}"/>
    <quality shadowsize="{shadow}" offsamples="{samples}" numslices="16" numstacks="12" numquads="1"/>
    <map znear="{near}" zfar="{far}" shadowscale=".9"/>
    <headlight ambient=".42 .42 .42" diffuse=".12 .12 .12" specular="0 0 0"/>
  </visual>
  <statistic extent="1" center="0 0 0"/>
  <default>
    <default class="body"><geom group="1" contype="0" conaffinity="0" material="skin"/></default>
  </default>
  <asset>
    <texture name="grain" type="cube" builtin="flat" width="{cube}" height="{cubes}"/>
    <texture name="cloth" type="cube" builtin="flat" width="{cube}" height="{cubes}"/>
    <texture name="floor" type="2d" builtin="flat" width="{surface}" height="{surface}"/>
    <texture name="wall" type="2d" builtin="flat" width="{surface}" height="{surface}"/>
    <texture name="wood" type="2d" builtin="flat" width="{surface}" height="{surface}"/>
    <material name="skin" texture="cloth" specular=".1" shininess=".2"/>
    <material name="plain" texture="grain" specular=".15" shininess=".3"/>
    <material name="cloth" texture="cloth" specular=".02" shininess=".1"/>
    <material name="floor" texture="floor" texuniform="true" texrepeat=".5 .5" specular=".2" shininess=".4"/>
    <material name="wall" texture="wall" texuniform="true" texrepeat=".5 .5" specular="0"/>
    <material name="wood" texture="wood" texuniform="true" texrepeat=".8 .8" specular=".2" shininess=".4"/>
    {meshes}
  </asset>
  <worldbody>
    <light pos="1.5 1.5 2.6" dir="-.25 -.2 -1" cutoff="85" exponent="0.5" diffuse=".5 .48 .45" specular=".2 .2 .2" castshadow="true"/>
    <light pos="-3 -1 2.6" dir=".3 .1 -1" cutoff="85" exponent="0.5" diffuse=".32 .33 .36" specular=".1 .1 .1" castshadow="false"/>
    {blocks}
    {figures}
    {base}
  </worldbody>
</mujoco>
"""

_BASE = """
<body name="base">
  <joint name="base_x" type="slide" axis="1 0 0"/><joint name="base_y" type="slide" axis="0 1 0"/>
  <joint name="base_yaw" type="hinge" axis="0 0 1"/>
  <geom name="base_shell" type="cylinder" pos="0 0 .5" size="{radius} .48" group="4"
        contype="1" conaffinity="2" rgba="0 0 0 0"/>
  <geom type="cylinder" pos="0 0 .12" size=".21 .09" rgba=".2 .22 .25 1" group="2" contype="0" conaffinity="0"/>
  <geom type="cylinder" pos="0 0 .55" size=".02 .38" rgba=".6 .6 .62 1" group="2" contype="0" conaffinity="0"/>
  <camera name="eye" pos="{camera}" xyaxes="0 -1 0 {up}"/>
</body>
"""


def model_xml(figures: Sequence[Figure], *, samples: int = 0) -> str:
    """Return the model of a room with these figures in it.

    Args:
        figures: in the order of their numbers.
        samples: of the frame buffer per pixel.
    """
    return _MODEL.format(
        width=FIELD[0],
        height=FIELD[1],
        shadow=SHADOW_PX,
        samples=samples,
        near=NEAR_M,
        far=FAR_M,
        cube=CUBE_PX,
        cubes=6 * CUBE_PX,
        surface=SURFACE_PX,
        meshes=mesh_xml(),
        blocks=''.join(map(_geom, [*room_blocks(), *furniture()])),
        figures=''.join(figure_xml(i, figure) for i, figure in enumerate(figures)),
        base=_BASE.format(
            radius=BASE_RADIUS_M,
            camera=' '.join(map(str, CAMERA_M)),
            up=f'{math.sin(TILT_RAD):.6f} 0 {math.cos(TILT_RAD):.6f}',
        ),
    )


def _geom(block: Block) -> str:
    centre, half, rgb = (
        ' '.join(f'{value:.4g}' for value in values)
        for values in (block.centre, block.half, block.rgb)
    )
    touch = 'contype="2" conaffinity="1"' if block.solid else 'contype="0" conaffinity="0"'
    return (
        f'<geom type="box" pos="{centre}" size="{half}" rgba="{rgb} 1" '
        f'material="{block.material}" {touch}/>'
    )
