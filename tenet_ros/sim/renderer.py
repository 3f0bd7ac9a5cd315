"""Scenes as pictures, labels and depth, by MuJoCo's renderer and without its physics."""

from __future__ import annotations

from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from tenet_ros.sim.rotations import matrix
from tenet_ros.sim.scene import Look, Part, Scene, Solid, Thing
from tenet_ros.sim.sensor import Sensor
from tenet_ros.sim.stage import Stage, stage_of_this_thread
from tenet_ros.sim.stage_model import LIGHTS, PATTERNS, SPOT_DEG
from tenet_ros.sim.tabletop import TEXTURE_M, Tabletop, tabletop
from tenet_ros.sim.textures import pattern, surroundings, table
from tenet_ros.types import UInt8Array

if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = ['Renderer', 'View']

Array = npt.NDArray[np.float64]
RGB = tuple[float, float, float]

SHADOW_RADIUS_M = 0.6
"""Around the table's middle, as seen from the lamp, shadows fall within this distance."""
PAINTS: dict[str, RGB] = {
    'dark': (0.09, 0.09, 0.10),
    'metal': (0.70, 0.71, 0.74),
    'light': (0.92, 0.90, 0.86),
}
"""Paints that do not depend on the thing."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class View:
    """One frame of a scene as a camera gives it.

    Attributes:
        image: (H, W, 3) uint8 RGB, C-contiguous, after the sensor.
        labels: (H, W) uint8, i + 1 where thing i is seen, 0 elsewhere.
        depth: (H, W) float32, metres along the optical axis, infinite where there is nothing;
            (0, 0) where not asked for.
        position: (3,) float64 of the camera, world, metres.
        rotation: (3, 3) float64, optical frame to world.
        focal_px: the principal point is the image's centre.
    """

    image: UInt8Array
    labels: UInt8Array
    depth: npt.NDArray[np.float32]
    position: Array
    rotation: Array
    focal_px: float


class Renderer:
    """Renders the frames of one scene, in any order.

    Within a thread all renderers share one stage, so a second one costs a few milliseconds, and
    taking turns between two costs as much at each turn. A renderer stays in its thread.

    Args:
        scene: what to render.

    Raises:
        GraphicsError: neither EGL nor OSMesa draws here, or MuJoCo is not installed.
        ContractError: a texture that does not exist, or more bodies than there are slots.
    """

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self._stage = stage_of_this_thread()
        camera = scene.camera
        self._sensor = Sensor(scene.look, camera.width, camera.height)
        self._table = tabletop(scene)
        self._posed = -1
        parts = [(i, part) for i, thing in enumerate(scene.things) for part in thing.parts]
        self._owner = np.asarray([i for i, _ in parts], np.intp)
        self._offset = np.asarray([part.position for _, part in parts], np.float64).reshape(-1, 3)
        turns = np.asarray([part.rotation for _, part in parts], np.float64).reshape(-1, 4)
        self._turn = matrix(turns)
        self._dress()

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let go of the stage, which stays for the thread's next renderer."""
        if self._stage.dressed is self:
            self._stage.dressed = None

    def image(self, frame: int) -> UInt8Array:
        """Return the picture of a frame: (H, W, 3) uint8 RGB, C-contiguous."""
        self._pose(frame)
        return self._sensor.expose(np.ascontiguousarray(self._stage.draw()), frame)

    def labels(self, frame: int) -> UInt8Array:
        """Return what is seen where: (H, W) uint8, i + 1 for thing i, 0 elsewhere."""
        self._pose(frame)
        return self._stage.draw_labels()

    def view(self, frame: int, *, depth: bool = False) -> View:
        """Return picture, labels and, if asked for, depth of a frame."""
        image, distances = self.image_and_depth(frame, depth=depth)
        labels = self._stage.draw_labels()
        camera = self.scene.camera
        return View(
            image=image,
            labels=labels,
            depth=distances,
            position=camera.positions[frame],
            rotation=camera.rotations[frame],
            focal_px=camera.focal_px,
        )

    def image_and_depth(
        self, frame: int, *, depth: bool = True
    ) -> tuple[UInt8Array, npt.NDArray[np.float32]]:
        """Return what an RGB-D camera gives: the picture, and (H, W) float32 metres.

        The depth is (0, 0) where it is not asked for, and infinite where there is nothing.
        """
        image = self.image(frame)
        return image, self._stage.read_depth() if depth else np.zeros((0, 0), np.float32)

    def _pose(self, frame: int) -> None:
        """Put everything where it is at a frame, unless it is there."""
        if self._stage.dressed is not self:
            self._dress()
        if self._posed == frame:
            return
        scene = self.scene
        turns = matrix(scene.rotations[frame])[self._owner]
        places = scene.positions[frame][self._owner]
        places = places + np.einsum('gij,gj->gi', turns, self._offset)
        self._stage.pose(
            scene.camera.positions[frame],
            scene.camera.rotations[frame],
            np.concatenate([self._table.centre[None], places]),
            np.concatenate([np.eye(3)[None], turns @ self._turn]),
        )
        self._posed = frame

    def _dress(self) -> None:
        """Fill the stage's slots with this scene."""
        stage, scene, look = self._stage, self.scene, self.scene.look
        stage.clear()
        stage.frame(scene.camera.focal_px, (scene.camera.width, scene.camera.height))
        _light(stage, look)
        stage.paint_texture('table', table(look.table, look.table_rgb, look.seed))
        brightness = look.ambient + 0.5 * float(np.sum(look.light_powers))
        stage.paint_texture('sky', surroundings(look.wall_rgb, brightness, look.seed))
        _build_table(stage, self._table)
        _build_things(stage, scene)
        stage.dressed = self
        self._posed = -1


def _build_table(stage: Stage, top: Tabletop) -> None:
    size = tuple(float(half) for half in top.half_size)
    material = stage.material('table')
    stage.add(0, 'box', size, material, (1.0, 1.0, 1.0))
    stage.model.mat_texrepeat[material] = 2 * top.half_size[:2] / TEXTURE_M


def _build_things(stage: Stage, scene: Scene) -> None:
    """Add every part of every thing."""
    rng = np.random.default_rng((5, scene.look.seed))
    patterns, meshes = 0, 0
    for index, thing in enumerate(scene.things):
        finish = str(rng.choice(('matte', 'satin', 'glossy')))
        patterned = -1
        if thing.pattern != 'plain' and patterns < PATTERNS:
            name = f'pattern{patterns}'
            patterns += 1
            pixels = pattern(thing.pattern, thing.rgb, thing.second_rgb, scene.look.seed + index)
            stage.paint_texture(name, pixels)
            patterned = stage.material(name)
        for part in thing.parts:
            material, rgb = _surface(stage, thing, part, finish, patterned)
            mesh = -1
            if part.solid is Solid.FRUSTUM:
                mesh, meshes = meshes, meshes + 1
                stage.shape_frustum(mesh, *part.size)
            kind = 'mesh' if mesh >= 0 else part.solid.value
            size = part.size if mesh < 0 else (0.0, 0.0, 0.0)
            stage.add(index + 1, kind, size, material, rgb, mesh=mesh)


def _surface(
    stage: Stage, thing: Thing, part: Part, finish: str, patterned: int
) -> tuple[int, RGB]:
    """Return the material and the colour of a part."""
    if part.patterned and patterned >= 0:
        return patterned, (1.0, 1.0, 1.0)
    if part.paint in PAINTS:
        material = 'metal' if part.paint == 'metal' else finish
        return stage.material(material), PAINTS[part.paint]
    rgb = thing.second_rgb if part.paint == 'second' else thing.rgb
    return stage.material(finish), rgb


def _light(stage: Stage, look: Look) -> None:
    """Hang the lamps; the strongest casts shadows, since each shadow costs a rendering."""
    model, data = stage.model, stage.data
    model.vis.headlight.ambient[:] = look.ambient
    model.vis.headlight.diffuse[:] = 0.0
    model.vis.headlight.specular[:] = 0.0
    count = min(len(look.lights), LIGHTS)
    if not count:
        return
    main = int(np.argmax(look.light_powers[:count]))
    # A narrow cone of shadow keeps a small shadow map sharp.
    distance = float(np.linalg.norm(look.lights[main]))
    model.vis.map.shadowscale = np.degrees(np.arctan2(SHADOW_RADIUS_M, distance)) / SPOT_DEG
    for index in range(count):
        place, power = look.lights[index], float(look.light_powers[index])
        model.light_active[index] = 1
        model.light_castshadow[index] = index == main
        model.light_diffuse[index] = power
        model.light_specular[index] = 0.4 * power
        model.light_ambient[index] = 0.0
        data.light_xpos[index] = place
        data.light_xdir[index] = -place / max(float(np.linalg.norm(place)), 1e-6)
