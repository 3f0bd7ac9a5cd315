"""A task's table as a program meets it: pictures with depth come out, the hand goes in."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from tenet_ros.sim.grasp.hand import WIDEST_M, HandPose, hand_things
from tenet_ros.sim.grasp.physics import Physics
from tenet_ros.sim.grasp.task import Task
from tenet_ros.sim.renderer import Renderer
from tenet_ros.sim.scene import Scene
from tenet_ros.types import UInt8Array

__all__ = ['GraspWorld', 'Sight']

Array = npt.NDArray[np.float64]

LIFTED_M = 0.10
"""So far above its place a thing counts as lifted."""
_ABOVE_RIM_M = 0.03
"""The middle of what lies in a bowl may be so much higher than its rim."""
_RING = 64
"""Frames of the rendered scene that are written one after the other: each has its own noise."""
_SETTLE_S = 0.4
_HOME_M = (0.5, 0.38)
"""Of the waiting hand: beside the middle of the view, above the table."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sight:
    """What the camera gives.

    Attributes:
        image: (H, W, 3) uint8 RGB.
        depth: (H, W) uint16, millimetres along the optical axis; 0 where there is nothing.
    """

    image: UInt8Array
    depth: npt.NDArray[np.uint16]


class GraspWorld:
    """Physics and camera of one task. Everything on the thread that made it.

    Args:
        task: what lies there.

    Attributes:
        ever_held: the things that ``held`` has given so far.

    Raises:
        GraphicsError: nothing here can render.
    """

    def __init__(self, task: Task) -> None:
        self.task = task
        scene = task.scene
        self._physics = Physics(scene.things, scene.positions[0], scene.rotations[0], _home(scene))
        self._physics.advance(_SETTLE_S)
        self._scene = _staged(scene)
        self._renderer = Renderer(self._scene)
        self._drawn = 0
        self._heights = self._centres()[:, 2]
        self.ever_held: set[int] = set()

    @property
    def focal_px(self) -> float:
        """The camera's focal length; its principal point is the image's centre."""
        return self._scene.camera.focal_px

    def camera_pose(self) -> Array:
        """Return the optical frame in the world, (4, 4)."""
        pose = np.eye(4)
        pose[:3, :3] = self._scene.camera.rotations[0]
        pose[:3, 3] = self._scene.camera.positions[0]
        return pose

    def hand(self) -> HandPose:
        """Return where the hand is."""
        return self._physics.hand()

    def move(self, hand: HandPose) -> None:
        """Set where the hand is to go."""
        self._physics.move(hand)

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self._physics.advance(seconds)
        held = self.held()
        self.ever_held |= {held} if held >= 0 else set()

    def see(self) -> Sight:
        """Return picture and depth of now."""
        frame = self._drawn % _RING
        self._drawn += 1
        named = self.task.scene.named
        for part, (places, turns) in (
            (slice(0, named), self._physics.thing_poses()),
            (slice(named, None), self._physics.hand_poses()),
        ):
            self._scene.positions[frame, part] = places
            self._scene.rotations[frame, part] = turns
        image, depth = self._renderer.image_and_depth(frame)
        metres = np.where(np.isfinite(depth), depth, 0.0)
        return Sight(image=image, depth=np.rint(metres * 1000).astype(np.uint16))

    def lifted(self) -> Array:
        """Return how far each thing's middle is above where it lay, (N,) metres."""
        return np.asarray(self._centres()[:, 2] - self._heights)

    def held(self) -> int:
        """Return the thing that is lifted, touches the hand and nothing else stands under; or -1."""
        touching = self._physics.touching()
        for thing in np.flatnonzero(self.lifted() >= LIFTED_M):
            others = {other for one, other in touching if one == thing}
            if others == {-2}:
                return int(thing)
        return -1

    def in_bowl(self, thing: int) -> bool:
        """Return whether a thing lies in the task's bowl, let go."""
        bowl = self.task.bowl
        if bowl < 0 or (thing, -2) in self._physics.touching():
            return False
        places, _ = self._physics.thing_poses()
        away = self._centres()[thing] - places[bowl]
        reach, height = (float(self.task.scene.things[bowl].extent[axis]) for axis in (0, 2))
        return bool(np.hypot(*away[:2]) < reach / 2 and 0 < away[2] < height + _ABOVE_RIM_M)

    def close(self) -> None:
        """Let go of the renderer."""
        self._renderer.__exit__(None, None, None)

    def _centres(self) -> Array:
        """Return the middle of each thing, world, (N, 3)."""
        return self._physics.middles()


def _home(scene: Scene) -> HandPose:
    """Return where the hand waits: beside the table's middle as the camera sees it."""
    right = scene.camera.rotations[0][:, 0]
    side = -1.0 if scene.seed % 4 < 2 else 1.0
    x, y = side * _HOME_M[0] * right[:2]
    return HandPose(x=float(x), y=float(y), z=_HOME_M[1], yaw=0.0, opening=WIDEST_M)


def _staged(scene: Scene) -> Scene:
    """Return the scene with the hand, as a ring of frames that may be written to."""
    hand = hand_things()
    count = len(scene.things) + len(hand)
    rotations = np.zeros((_RING, count, 4))
    rotations[..., 0] = 1.0
    camera = scene.camera
    positions = np.zeros((_RING, count, 3))
    positions[:, : len(scene.things)] = scene.positions[0]
    return replace(
        scene,
        things=(*scene.things, *hand),
        positions=positions,
        rotations=rotations,
        camera=replace(
            camera,
            positions=np.tile(camera.positions[0], (_RING, 1)),
            rotations=np.tile(camera.rotations[0], (_RING, 1, 1)),
        ),
    )
