"""The room as a program meets it: pictures with depth come out, velocities of the base go in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tenet_ros.sim.graphics import mujoco_module
from tenet_ros.sim.room.base import Base, Velocity
from tenet_ros.sim.room.figure import FIGURE_JOINTS
from tenet_ros.sim.room.model import CAMERA_M, TILT_RAD, model_xml
from tenet_ros.sim.room.task import FollowTask
from tenet_ros.sim.room.view import FOCAL_PX, HEIGHT, WIDTH, RoomView
from tenet_ros.sim.room.walk import Walker
from tenet_ros.types import UInt8Array

__all__ = ['CAMERA_IN_BASE', 'RoomWorld', 'Sight']

Array = npt.NDArray[np.float64]

STEP_S = 1 / 60
_BASE_JOINTS = ('base_x', 'base_y', 'base_yaw')
_MARKS_M = (0.35, 0.6, 0.95, 1.25, 1.6)
"""Heights on a figure at which one looks whether it is seen."""
_SEEN_MARKS = 2
_SEEN_GROUPS = np.asarray((1, 1, 0, 0, 0, 0), np.uint8)
"""Room and figures; not the base itself, nor the shells that only touch."""
_COVER = 14
"""Grey level of a covered lens."""


def _camera_in_base() -> Array:
    """Return the optical frame (x right, y down, z forward) in the base's, (4, 4)."""
    sine, cosine = np.sin(TILT_RAD), np.cos(TILT_RAD)
    pose = np.eye(4)
    pose[:3, :3] = np.asarray(((0, -sine, cosine), (-1, 0, 0), (0, -cosine, -sine)))
    pose[:3, 3] = CAMERA_M
    return pose


CAMERA_IN_BASE = _camera_in_base()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sight:
    """What the camera gives.

    Attributes:
        image: (H, W, 3) uint8 RGB.
        depth: (H, W) uint16, millimetres along the optical axis; 0 where it is not known.
        covered: whether something covers the lens.
    """

    image: UInt8Array
    depth: npt.NDArray[np.uint16]
    covered: bool


class RoomWorld:
    """Figures, base and camera of one task. Everything on the thread that made it.

    Args:
        task: who is there.

    Attributes:
        base: where it is; ``tell`` it what to do.
        seconds: since the start.
        collisions: how often the base has run into something, or somebody into it.

    Raises:
        GraphicsError: nothing here can render.
    """

    def __init__(self, task: FollowTask) -> None:
        self._mj = mujoco_module()
        self.task = task
        self.model = self._mj.MjModel.from_xml_string(model_xml(task.figures))
        self.data = self._mj.MjData(self.model)
        self._view = RoomView(self.model, self.data)
        self.base = Base(*task.start)
        self.walkers = [Walker(route) for route in task.routes]
        self.seconds, self.collisions, self._touched = 0.0, 0, False
        self._joints = [
            self._addresses([f'f{i}_{joint}' for joint in FIGURE_JOINTS])
            for i in range(len(self.walkers))
        ]
        self._base_joints = self._addresses(_BASE_JOINTS)
        self._bodies = [self._of_figure(i) for i in range(len(self.walkers))]
        self._shell = self._number('GEOM', 'base_shell')
        self._pose()

    def advance(self, seconds: float) -> None:
        """Let time pass: whole steps of ``STEP_S``."""
        for _ in range(round(seconds / STEP_S)):
            before = (self.base.x, self.base.y)
            self.base.step(self.seconds, STEP_S)
            places = [walker.place for walker in self.walkers]
            here = np.asarray((self.base.x, self.base.y))
            for index, walker in enumerate(self.walkers):
                others = [*places[:index], *places[index + 1 :], here]
                walker.step(self.seconds, STEP_S, others)
            self._pose()
            touched = self._touching()
            self.collisions += touched and not self._touched
            self._touched = touched
            if touched:
                self.base.bump(*before)
            self.seconds += STEP_S

    def tell(self, velocity: Velocity) -> None:
        """Tell the base how to move."""
        self.base.tell(velocity, self.seconds)

    def see(self) -> Sight:
        """Return picture and depth of now."""
        if self.covered():
            image = np.full((HEIGHT, WIDTH, 3), _COVER, np.uint8)
            return Sight(image=image, depth=np.zeros((HEIGHT, WIDTH), np.uint16), covered=True)
        image, depth = self._view.see()
        return Sight(image=image, depth=depth, covered=False)

    def covered(self) -> bool:
        """Return whether something covers the lens now."""
        start, end = self.task.covered
        return start <= self.seconds < end

    def base_pose(self) -> Array:
        """Return the base in the map, (4, 4)."""
        pose = np.eye(4)
        sine, cosine = np.sin(self.base.yaw), np.cos(self.base.yaw)
        pose[:2, :2] = ((cosine, -sine), (sine, cosine))
        pose[:2, 3] = self.base.x, self.base.y
        return pose

    def in_view(self, figure: int = 0) -> bool:
        """Return whether the camera sees a figure: at two of five heights, nothing before it."""
        if self.covered():
            return False
        pose = self.base_pose() @ CAMERA_IN_BASE
        eye, walker = pose[:3, 3], self.walkers[figure]
        marks = np.asarray([(*walker.place, z) for z in _MARKS_M])
        right, down, ahead = ((marks - eye) @ pose[:3, :3]).T
        inside = ahead > 0.1
        inside &= np.abs(right) * FOCAL_PX < ahead * WIDTH / 2
        inside &= np.abs(down) * FOCAL_PX < ahead * HEIGHT / 2
        seen = sum(self._hits(eye, mark, figure) for mark in marks[inside])
        return seen >= _SEEN_MARKS

    def distance(self, figure: int = 0) -> float:
        """Return how far a figure's middle is from the base's, metres."""
        x, y = self.walkers[figure].place
        return float(np.hypot(x - self.base.x, y - self.base.y))

    def close(self) -> None:
        """Free the graphics memory."""
        self._view.close()

    def _hits(self, eye: Array, mark: Array, figure: int) -> bool:
        """Return whether a ray to a mark meets the figure first, or nothing before the mark."""
        hit = np.full((1, 1), -1, np.int32)
        way = mark - eye
        share = self._mj.mj_ray(
            self.model, self.data, eye, way, _SEEN_GROUPS, 1, -1, hit.reshape(-1)
        )
        return share < 0 or share >= 1 or int(hit[0, 0]) in self._bodies[figure]

    def _touching(self) -> bool:
        self._mj.mj_collision(self.model, self.data)
        contacts = self.data.contact[: self.data.ncon]
        return any(self._shell in contact.geom and contact.dist < 0 for contact in contacts)

    def _pose(self) -> None:
        """Write everybody's joints and have MuJoCo place the bodies."""
        for addresses, walker in zip(self._joints, self.walkers, strict=True):
            self.data.qpos[addresses] = walker.pose()
        self.data.qpos[self._base_joints] = self.base.x, self.base.y, self.base.yaw
        self._mj.mj_kinematics(self.model, self.data)
        self._mj.mj_camlight(self.model, self.data)

    def _addresses(self, joints: list[str] | tuple[str, ...]) -> list[int]:
        return [int(self.model.jnt_qposadr[self._number('JOINT', joint)]) for joint in joints]

    def _number(self, kind: str, name: str) -> int:
        of = getattr(self._mj.mjtObj, f'mjOBJ_{kind}')
        return int(self._mj.mj_name2id(self.model, of, name))

    def _of_figure(self, figure: int) -> frozenset[int]:
        """Return the bodies' geoms of a figure."""
        root = self._number('BODY', f'f{figure}_body')
        roots = self.model.body_rootid[self.model.geom_bodyid]
        return frozenset(int(geom) for geom in np.flatnonzero(roots == root))
