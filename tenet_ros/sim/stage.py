"""One MuJoCo model whose slots are filled scene after scene.

Compiling a model and making an OpenGL context of it takes as long as rendering twenty pictures.
A scene therefore does not get a model of its own: bodies, meshes, materials and lights of the one
model are overwritten in place, and only what changed goes to the graphics memory. Nothing here is
simulated; poses are written where MuJoCo's kinematics would write them.
"""

from __future__ import annotations

import threading

import numpy as np
import numpy.typing as npt

from tenet_ros.errors import ContractError
from tenet_ros.sim.graphics import mujoco_module, open_context
from tenet_ros.sim.textures import CUBE_PX, SKY_PX, SURFACE_PX, grain
from tenet_ros.types import UInt8Array

__all__ = [
    'FINISHES',
    'LIGHTS',
    'PATTERNS',
    'SPOT_DEG',
    'Stage',
    'close_stage_of_this_thread',
    'frustum_mesh',
    'stage_of_this_thread',
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


class Stage:
    """A model, its data, and an OpenGL context that belongs to the thread that made it.

    Attributes:
        model: ``mujoco.MjModel``; its slots are written by whoever dresses the stage.
        data: ``mujoco.MjData``; poses go to ``geom_xpos`` and ``geom_xmat``.
        dressed: whose scene the slots hold now.
    """

    def __init__(self) -> None:
        self._mj = mujoco_module()
        self._gl = open_context(*FIELD)
        self.model = self._mj.MjModel.from_xml_string(_model_xml())
        self.data = self._mj.MjData(self.model)
        self._mj.mj_forward(self.model, self.data)
        self._write_texture(self.texture('grain'), grain())
        self._context = self._mj.MjrContext(self.model, self._mj.mjtFontScale.mjFONTSCALE_50)
        self._mj.mjr_setBuffer(self._mj.mjtFramebuffer.mjFB_OFFSCREEN, self._context)
        self._view = self._mj.MjvScene(self.model, GEOMS)
        self._options = self._mj.MjvOption()
        self._eye = self._mj.MjvCamera()
        self._eye.type = self._mj.mjtCamera.mjCAMERA_FIXED
        self._eye.fixedcamid = 0
        self._rectangle = self._mj.MjrRect(0, 0, *FIELD)
        self._size = FIELD[::-1]
        self._labels: list[int] = []
        self.dressed: object = None

    def texture(self, name: str) -> int:
        """Return the number of the texture 'table', 'sky', 'grain' or 'pattern0'..."""
        return int(self._mj.mj_name2id(self.model, self._mj.mjtObj.mjOBJ_TEXTURE, name))

    def material(self, name: str) -> int:
        """Return the number of the material of that name."""
        return int(self._mj.mj_name2id(self.model, self._mj.mjtObj.mjOBJ_MATERIAL, name))

    def paint_texture(self, name: str, pixels: UInt8Array) -> None:
        """Replace a texture's pixels: (H, W, 3) uint8 RGB of the slot's own size."""
        texture = self.texture(name)
        self._write_texture(texture, pixels)
        self._mj.mjr_uploadTexture(self.model, self._context, texture)

    def shape_frustum(self, slot: int, bottom: float, top: float, half_height: float) -> None:
        """Make the mesh of a slot a frustum; radii and half height in metres.

        Raises:
            ContractError: there are not so many slots.
        """
        if slot >= FRUSTUMS:
            raise ContractError(f'a scene may have {FRUSTUMS} frustums, this one has more')
        vertices, normals, _ = frustum_mesh(bottom, top, half_height)
        first = int(self.model.mesh_vertadr[slot])
        self.model.mesh_vert[first : first + len(vertices)] = vertices
        first = int(self.model.mesh_normaladr[slot])
        self.model.mesh_normal[first : first + len(normals)] = normals
        self._mj.mjr_uploadMesh(self.model, self._context, slot)

    def clear(self) -> None:
        """Hide every body and put out every light."""
        self.model.geom_group[:] = HIDDEN
        self.model.light_active[:] = 0
        self._labels = []

    def add(
        self,
        label: int,
        kind: str,
        size: tuple[float, ...],
        material: int,
        rgb: tuple[float, float, float],
        *,
        mesh: int = -1,
    ) -> int:
        """Show one more body and return its number.

        Args:
            label: what ``labels`` shall give for it.
            kind: a MuJoCo geometry type: 'box', 'sphere', 'ellipsoid', 'cylinder', 'capsule',
                'mesh'.
            size: as MuJoCo has it, metres.
            material: its number.
            rgb: in [0, 1]; multiplies the material's texture.
            mesh: slot of ``shape_frustum`` for a mesh.

        Raises:
            ContractError: there are not so many slots.
        """
        index = len(self._labels)
        if index >= GEOMS:
            raise ContractError(f'a scene may have {GEOMS} bodies, this one has more')
        model = self.model
        model.geom_type[index] = int(getattr(self._mj.mjtGeom, f'mjGEOM_{kind.upper()}'))
        model.geom_size[index] = (*size, *(0.0,) * (3 - len(size)))
        model.geom_dataid[index] = mesh
        model.geom_matid[index] = material
        # Exactly middle grey would mean "as the material has it".
        model.geom_rgba[index] = (*(c + 1e-3 for c in rgb), 1.0)
        model.geom_group[index] = SHOWN
        self._labels.append(label)
        return index

    def frame(self, focal_px: float, size: tuple[int, int]) -> None:
        """Set the picture's size (width, height) and the camera's focal length, pixels.

        Raises:
            ContractError: larger than the frame buffer.
        """
        width, height = size
        if width > FIELD[0] or height > FIELD[1]:
            raise ContractError(
                f'a rendered picture may have {FIELD[0]} x {FIELD[1]} pixels, got {width} x {height}'
            )
        self.model.cam_fovy[0] = np.degrees(2 * np.arctan2(height / 2, focal_px))
        self._rectangle = self._mj.MjrRect(0, 0, width, height)
        self._size = (height, width)

    def pose(self, eye: Array, rotation: Array, positions: Array, rotations: Array) -> None:
        """Put camera and bodies where they are to be drawn.

        Args:
            eye: (3,) world, metres.
            rotation: (3, 3) optical camera frame to world.
            positions: (G, 3) of every body added, world, metres.
            rotations: (G, 3, 3) bodies to world.
        """
        data, count = self.data, len(positions)
        data.geom_xpos[:count] = positions
        data.geom_xmat[:count] = rotations.reshape(count, 9)
        data.cam_xpos[0] = eye
        # OpenGL's camera looks along -z with y up; the optical frame has y down and z forward.
        data.cam_xmat[0] = (rotation * (1.0, -1.0, -1.0)).reshape(9)
        everything = self._mj.mjtCatBit.mjCAT_ALL
        self._mj.mjv_updateScene(
            self.model, data, self._options, None, self._eye, everything, self._view
        )

    def draw(self) -> UInt8Array:
        """Return the picture: (H, W, 3) uint8 RGB."""
        self._render(labels=False)
        pixels = np.empty((*self._size, 3), np.uint8)
        self._mj.mjr_readPixels(pixels, None, self._rectangle, self._context)
        return pixels[::-1]

    def draw_labels(self) -> UInt8Array:
        """Return the label of the body in each pixel: (H, W) uint8, 0 for the backdrop."""
        for geom, label in zip(self._view.geoms, self._labels, strict=False):
            geom.segid = (label or BACKDROP) - 1
        self._render(labels=True)
        pixels = np.empty((*self._size, 3), np.uint8)
        self._mj.mjr_readPixels(pixels, None, self._rectangle, self._context)
        labels = np.array(pixels[::-1, :, 0])
        labels[labels == BACKDROP] = 0
        return labels

    def read_depth(self) -> npt.NDArray[np.float32]:
        """Return the depth of what was drawn last: (H, W) float32, metres along the optical axis.

        Infinite where there is nothing (REP 117).
        """
        buffer = np.empty(self._size, np.float32)
        self._mj.mjr_readPixels(None, buffer, self._rectangle, self._context)
        # The inverse of the projection's third row, with the buffer's range [0, 1].
        depth = NEAR_M * FAR_M / (FAR_M - buffer[::-1] * (FAR_M - NEAR_M))
        depth[depth > HORIZON_M] = np.inf
        return np.asarray(depth, np.float32)

    def close(self) -> None:
        """Free the graphics memory; to be called in the stage's own thread."""
        self._context.free()
        self._gl.free()

    def _render(self, *, labels: bool) -> None:
        flags = self._mj.mjtRndFlag
        self._view.flags[flags.mjRND_SEGMENT] = labels
        self._view.flags[flags.mjRND_IDCOLOR] = labels
        self._view.flags[flags.mjRND_SHADOW] = not labels
        self._view.flags[flags.mjRND_REFLECTION] = 0
        self._view.flags[flags.mjRND_SKYBOX] = not labels
        self._gl.make_current()
        self._mj.mjr_render(self._rectangle, self._view, self._context)

    def _write_texture(self, texture: int, pixels: UInt8Array) -> None:
        first = int(self.model.tex_adr[texture])
        self.model.tex_data[first : first + pixels.size] = pixels.reshape(-1)


_stages = threading.local()


def stage_of_this_thread() -> Stage:
    """Return the calling thread's stage, made at the first call: OpenGL contexts are per thread.

    Raises:
        GraphicsError: nothing here can draw.
    """
    stage: Stage | None = getattr(_stages, 'stage', None)
    if stage is None:
        stage = Stage()
        _stages.stage = stage
    return stage


def close_stage_of_this_thread() -> None:
    """Free the calling thread's stage, if it has one, before the thread ends."""
    stage: Stage | None = getattr(_stages, 'stage', None)
    if stage is not None:
        _stages.stage = None
        stage.close()


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


def _model_xml() -> str:
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
