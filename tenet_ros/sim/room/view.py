"""What the base's camera sees of the room."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from tenet_ros.sim.graphics import mujoco_module, open_context
from tenet_ros.sim.room.model import FAR_M, FIELD, NEAR_M
from tenet_ros.sim.textures import cloth, grain, table
from tenet_ros.types import UInt8Array

__all__ = ['FOCAL_PX', 'HEIGHT', 'WIDTH', 'RoomView']

WIDTH, HEIGHT = 480, 360
FOCAL_PX = 286.0
"""80 degrees from left to right."""
_BLUR_PX = 0.45
"""Pixels see a little of their neighbours, which also hides the jagged edges."""
_HIDDEN_GROUP = 4


class RoomView:
    """Renders a model's camera; belongs to the thread that made it.

    Args:
        model: ``mujoco.MjModel`` of ``model_xml``; its textures are filled in here.
        data: ``mujoco.MjData`` whose poses are drawn.

    Raises:
        GraphicsError: nothing here can draw.
    """

    def __init__(self, model: Any, data: Any) -> None:
        self._mj = mujoco_module()
        self._model, self._data = model, data
        self._gl = open_context(*FIELD)
        self._paint()
        model.cam_fovy[0] = np.degrees(2 * np.arctan2(HEIGHT / 2, FOCAL_PX))
        self._context = self._mj.MjrContext(model, self._mj.mjtFontScale.mjFONTSCALE_50)
        self._mj.mjr_setBuffer(self._mj.mjtFramebuffer.mjFB_OFFSCREEN, self._context)
        self._scene = self._mj.MjvScene(model, model.ngeom + 8)
        self._options = self._mj.MjvOption()
        self._options.geomgroup[_HIDDEN_GROUP] = 0
        self._eye = self._mj.MjvCamera()
        self._eye.type = self._mj.mjtCamera.mjCAMERA_FIXED
        self._eye.fixedcamid = 0
        self._rectangle = self._mj.MjrRect(0, 0, WIDTH, HEIGHT)

    def see(self) -> tuple[UInt8Array, npt.NDArray[np.uint16]]:
        """Return picture, (H, W, 3) uint8 RGB, and depth along the axis, (H, W) uint16 mm."""
        mj, flags = self._mj, self._mj.mjtRndFlag
        self._gl.make_current()
        mj.mjv_updateScene(
            self._model,
            self._data,
            self._options,
            None,
            self._eye,
            mj.mjtCatBit.mjCAT_ALL,
            self._scene,
        )
        for flag in (flags.mjRND_REFLECTION, flags.mjRND_SKYBOX):
            self._scene.flags[flag] = 0
        mj.mjr_render(self._rectangle, self._scene, self._context)
        pixels = np.empty((HEIGHT, WIDTH, 3), np.uint8)
        buffer = np.empty((HEIGHT, WIDTH), np.float32)
        mj.mjr_readPixels(pixels, buffer, self._rectangle, self._context)
        metres = NEAR_M * FAR_M / (FAR_M - buffer[::-1] * (FAR_M - NEAR_M))
        image = cv2.GaussianBlur(pixels[::-1], (0, 0), _BLUR_PX)
        return np.asarray(image, np.uint8), np.rint(metres * 1000).astype(np.uint16)

    def close(self) -> None:
        """Free the graphics memory; to be called in the thread that made it."""
        self._context.free()
        self._gl.free()

    def _paint(self) -> None:
        pixels = {
            'grain': grain(),
            'cloth': cloth(),
            'floor': table('planks', (0.60, 0.47, 0.33), 1),
            'wall': table('plain', (0.95, 0.95, 0.95), 2),
            'wood': table('wood', (0.90, 0.90, 0.90), 3),
        }
        model = self._model
        for name, texture in pixels.items():
            index = self._mj.mj_name2id(model, self._mj.mjtObj.mjOBJ_TEXTURE, name)
            first = int(model.tex_adr[index])
            model.tex_data[first : first + texture.size] = texture.reshape(-1)
