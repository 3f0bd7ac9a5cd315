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
from tenet_ros.sim.graphics import GraphicsError, mujoco_module, open_context
from tenet_ros.sim.stage_model import (
    BACKDROP,
    FAR_M,
    FIELD,
    FRUSTUMS,
    GEOMS,
    HIDDEN,
    HORIZON_M,
    NEAR_M,
    SHOWN,
    frustum_mesh,
    model_xml,
)
from tenet_ros.sim.textures import grain
from tenet_ros.types import UInt8Array

__all__ = ['Stage', 'close_stage_of_this_thread', 'stage_of_this_thread']

Array = npt.NDArray[np.float64]


class Stage:
    """A model, its data, and an OpenGL context that belongs to the thread that made it.

    Attributes:
        model: ``mujoco.MjModel``; its slots are written by whoever dresses the stage.
        data: ``mujoco.MjData``; poses go to ``geom_xpos`` and ``geom_xmat``.
        dressed: whose scene the slots hold now.

    Raises:
        GraphicsError: nothing here can draw.
    """

    def __init__(self) -> None:
        self._mj = mujoco_module()
        self._gl = open_context(*FIELD)
        self.model = self._mj.MjModel.from_xml_string(model_xml())
        self.data = self._mj.MjData(self.model)
        self._mj.mj_forward(self.model, self.data)
        self._write_texture(self.texture('grain'), grain())
        try:
            self._context = self._mj.MjrContext(self.model, self._mj.mjtFontScale.mjFONTSCALE_50)
        except self._mj.FatalError as error:
            raise GraphicsError(
                f'this OpenGL cannot render a scene ({error}); install a newer Mesa, or set '
                'MUJOCO_GL to the other of egl and osmesa'
            ) from error
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
        self._gl.make_current()
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
        self._gl.make_current()  # somebody may have had another context meanwhile
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
