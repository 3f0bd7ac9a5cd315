"""The MuJoCo model that holds a place for everything a scene may have."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tenet_ros.sim.textures import CUBE_PX, SKY_PX, SURFACE_PX

__all__ = [
    'BACKDROP',
    'FAR_M',
    'FIELD',
    'FRUSTUMS',
    'GEOMS',
    'HIDDEN',
    'HORIZON_M',
    'LIGHTS',
    'NEAR_M',
    'PATTERNS',
    'SHOWN',
    'SPOT_DEG',
    'frustum_mesh',
    'model_xml',
]

Array = npt.NDArray[np.float64]

GEOMS = 640
FRUSTUMS = 128
PATTERNS = 24
LIGHTS = 4
SEGMENTS = 28
"""Sides of a frustum."""
FIELD = (640, 480)
SHADOW_PX = 768
"""The default, 4096, makes a picture take three times as long on a software renderer."""
SPOT_DEG = 60.0
"""Half angle of a lamp's cone."""
NEAR_M, FAR_M = 0.1, 12.0
HORIZON_M = 5.0
"""No thing is so far away, and the sky, which MuJoCo draws at two thirds of FAR_M, is farther."""
HIDDEN, SHOWN = 5, 0
BACKDROP = 255
"""Label drawn for the table; read back as 0."""

FINISHES = {'matte': (0.05, 0.1), 'satin': (0.25, 0.3), 'glossy': (0.6, 0.7), 'metal': (0.9, 0.6)}
"""Specular and shininess of a surface."""

_MODEL = """
<mujoco>
  <visual>
    <global offwidth="{width}" offheight="{height}"/>
    <quality shadowsize="{shadow}" offsamples="0" numslices="20" numstacks="10" numquads="1"/>
    <map znear="{near}" zfar="{far}"/>
  </visual>
  <statistic extent="1" center="0 0 0"/>
  <asset>
    <texture name="table" type="2d" builtin="flat" width="{surface}" height="{surface}"/>
    <texture name="sky" type="skybox" builtin="flat" width="{sky}" height="{skies}"/>
    <texture name="grain" type="cube" builtin="flat" width="{cube}" height="{cubes}"/>
    <material name="table" texture="table" specular="0.12" shininess="0.3"/>
    {materials}
    {meshes}
  </asset>
  <worldbody>
    <camera name="eye"/>
    {lights}
    {geoms}
  </worldbody>
</mujoco>
"""


def model_xml() -> str:
    """Return the model with every slot, all alike."""
    vertices, normals, faces = frustum_mesh(0.04, 0.03, 0.05)
    words = [' '.join(map(str, array.reshape(-1))) for array in (vertices, normals, faces)]
    meshes = (
        f'<mesh name="frustum{i}" vertex="{words[0]}" normal="{words[1]}" face="{words[2]}"/>'
        for i in range(FRUSTUMS)
    )
    cubes = f'type="cube" builtin="flat" width="{CUBE_PX}" height="{6 * CUBE_PX}"'
    patterns = (
        f'<texture name="pattern{i}" {cubes}/><material name="pattern{i}" texture="pattern{i}"/>'
        for i in range(PATTERNS)
    )
    finishes = (
        f'<material name="{name}" texture="grain" specular="{specular}" shininess="{shininess}"/>'
        for name, (specular, shininess) in FINISHES.items()
    )
    geom = '<geom type="box" size=".01 .01 .01" contype="0" conaffinity="0" group="5"/>'
    light = f'<light pos="0 0 2" dir="0 0 -1" cutoff="{SPOT_DEG}" exponent="1" castshadow="false"/>'
    return _MODEL.format(
        width=FIELD[0],
        height=FIELD[1],
        shadow=SHADOW_PX,
        near=NEAR_M,
        far=FAR_M,
        surface=SURFACE_PX,
        sky=SKY_PX,
        skies=6 * SKY_PX,
        cube=CUBE_PX,
        cubes=6 * CUBE_PX,
        materials=''.join([*finishes, *patterns]),
        meshes=''.join(meshes),
        lights=light * LIGHTS,
        geoms=geom * GEOMS,
    )


def frustum_mesh(
    bottom: float, top: float, half_height: float
) -> tuple[Array, Array, npt.NDArray[np.int64]]:
    """Return a frustum around z, centred at the origin, as triangles.

    Args:
        bottom: radius at the lower end, metres.
        top: radius at the upper end, metres.
        half_height: metres.

    Returns:
        (V, 3) vertices in metres, (V, 3) unit normals, (F, 3) indices, counter-clockwise from
        outside. Sides and ends have vertices of their own, so that edges stay sharp.
    """
    angle = np.arange(SEGMENTS) * 2 * np.pi / SEGMENTS
    circle = np.stack([np.cos(angle), np.sin(angle), np.zeros(SEGMENTS)], axis=1)
    down = np.array([0.0, 0.0, -1.0])
    low, high = circle * bottom + down * half_height, circle * top - down * half_height
    slope = circle * 2 * half_height - down * (bottom - top)
    sides = slope / np.linalg.norm(slope, axis=1, keepdims=True)
    ends = np.repeat([down, -down], SEGMENTS, axis=0)
    one, n = np.arange(SEGMENTS), SEGMENTS
    two = (one + 1) % n
    fan = np.arange(1, n - 1)
    faces = np.concatenate(
        [
            np.stack([one, two, two + n], 1),
            np.stack([one, two + n, one + n], 1),
            np.stack([np.full(n - 2, 2 * n), 2 * n + fan + 1, 2 * n + fan], 1),
            np.stack([np.full(n - 2, 3 * n), 3 * n + fan, 3 * n + fan + 1], 1),
        ]
    )
    return np.concatenate([low, high, low, high]), np.concatenate([sides, sides, ends]), faces
