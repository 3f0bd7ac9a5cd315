"""Things and a gripper with masses, contacts and friction, in MuJoCo."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from tenet_ros.sim.catalogue import CATEGORIES
from tenet_ros.sim.graphics import mujoco_module
from tenet_ros.sim.grasp.hand import WIDEST_M, HandPose, hand_xml
from tenet_ros.sim.scene import Part, Solid, Thing
from tenet_ros.sim.stage_model import frustum_mesh

__all__ = ['Physics']

Array = npt.NDArray[np.float64]

STEP_S = 0.002
SPEED_MPS, TURN_RPS, CLOSE_MPS = 0.45, 2.5, 0.12
"""How fast the hand follows its target, and each finger its own."""
ROUND_BELOW = ('apple', 'pear', 'duck', 'teapot')
"""Drawn as ellipsoids, on which they would fall over: they stand on a foot that nobody sees."""
_DENSITY = 280.0
"""Kilograms per cubic metre: a mug of 130 g."""
_MODEL = """
<mujoco>
  <option timestep="{step}" cone="elliptic" impratio="10" integrator="implicitfast"/>
  <size memory="64M"/>
  <asset>{meshes}</asset>
  <worldbody>
    <geom name="table" type="plane" size="2 2 .1" friction="0.8 .01 .002" condim="6"/>
    {things}
    {hand}
  </worldbody>
  <contact>
    <exclude body1="left" body2="right"/>
    <exclude body1="hand" body2="left"/><exclude body1="hand" body2="right"/>
  </contact>
  <actuator>{actuators}</actuator>
</mujoco>
"""


class Physics:
    """Steps things and hand.

    Args:
        things: N things.
        places: (N, 3) their origins, world, metres.
        turns: (N, 4) unit quaternions (w, x, y, z).
        hand: where the hand is at first.

    Raises:
        GraphicsError: MuJoCo is not installed.
    """

    def __init__(
        self, things: Sequence[Thing], places: Array, turns: Array, hand: HandPose
    ) -> None:
        self._mj = mujoco_module()
        self._count = len(things)
        self.model = self._mj.MjModel.from_xml_string(_xml(things, places, turns))
        self.data = self._mj.MjData(self.model)
        self._wish = self._goal = _controls(hand)
        self.data.qpos[-6:] = self._goal
        self.data.ctrl[:] = self._goal
        self._mj.mj_forward(self.model, self.data)
        self._bodies = np.arange(1, self._count + 1)
        self._hand = [self._body(name) for name in ('hand', 'left', 'right')]

    def move(self, hand: HandPose) -> None:
        """Set where the hand is to go; the shorter way round."""
        wish = _controls(hand)
        turn = wish[3] - self._goal[3]
        wish[3] = self._goal[3] + (turn + np.pi) % (2 * np.pi) - np.pi
        self._wish = wish

    def advance(self, seconds: float) -> None:
        """Let time pass: whole steps of ``STEP_S``."""
        for _ in range(round(seconds / STEP_S)):
            self._goal = self._nearer()
            self.data.ctrl[:] = self._goal
            self._mj.mj_step(self.model, self.data)

    def thing_poses(self) -> tuple[Array, Array]:
        """Return (N, 3) places and (N, 4) turns of the things."""
        return self.data.xpos[self._bodies].copy(), self.data.xquat[self._bodies].copy()

    def middles(self) -> Array:
        """Return the things' centres of mass, (N, 3) world, metres."""
        return np.array(self.data.xipos[self._bodies], np.float64)

    def hand_poses(self) -> tuple[Array, Array]:
        """Return (3, 3) places and (3, 4) turns of hand, left and right finger."""
        return self.data.xpos[self._hand].copy(), self.data.xquat[self._hand].copy()

    def hand(self) -> HandPose:
        """Return where the hand is."""
        x, y, z, yaw, left, right = (float(value) for value in self.data.qpos[-6:])
        return HandPose(x=x, y=y, z=z, yaw=yaw, opening=left + right)

    def touching(self) -> set[tuple[int, int]]:
        """Return the pairs of bodies in touch: things by index, -1 the table, -2 hand or finger."""
        pairs: set[tuple[int, int]] = set()
        for contact in self.data.contact[: self.data.ncon]:
            one, other = (self._who(int(geom)) for geom in contact.geom)
            pairs |= {(one, other), (other, one)}
        return pairs

    def _who(self, geom: int) -> int:
        body = int(self.model.geom_bodyid[geom])
        if body == 0:
            return -1
        return body - 1 if body <= self._count else -2

    def _nearer(self) -> Array:
        """Return the controls one step on: the hand goes straight to its target, at most so fast."""
        way = self._wish - self._goal
        length = float(np.linalg.norm(way[:3]))
        way[:3] *= min(1.0, SPEED_MPS * STEP_S / max(length, 1e-9))
        way[3] = np.clip(way[3], -TURN_RPS * STEP_S, TURN_RPS * STEP_S)
        way[4:] = np.clip(way[4:], -CLOSE_MPS * STEP_S, CLOSE_MPS * STEP_S)
        return np.asarray(self._goal + way)

    def _body(self, name: str) -> int:
        return int(self._mj.mj_name2id(self.model, self._mj.mjtObj.mjOBJ_BODY, name))


def _controls(hand: HandPose) -> Array:
    half = float(np.clip(hand.opening, 0.0, WIDEST_M)) / 2
    return np.asarray((hand.x, hand.y, hand.z, hand.yaw, half, half))


def _xml(things: Sequence[Thing], places: Array, turns: Array) -> str:
    hand, actuators = hand_xml()
    meshes: list[str] = []
    bodies = [
        f'<body pos="{_words(place)}" quat="{_words(turn)}"><freejoint/>'
        f'{"".join(_geoms(thing, meshes))}</body>'
        for thing, place, turn in zip(things, places, turns, strict=True)
    ]
    return _MODEL.format(
        step=STEP_S,
        meshes=''.join(meshes),
        things=''.join(bodies),
        hand=hand,
        actuators=actuators,
    )


def _geoms(thing: Thing, meshes: list[str]) -> Iterator[str]:
    """Yield a thing's parts as collision bodies; frustums become meshes, whose list grows."""
    if thing.category in ROUND_BELOW:
        radius = 0.25 * float(thing.extent[:2].min())
        yield f'<geom type="cylinder" size="{radius:.4f} .006" pos="0 0 .006" condim="6" solref=".005 1"/>'
    rolls = '.006' if CATEGORIES[thing.category].rolls else '.002'
    for part in thing.parts:
        shape = f'type="{part.solid.value}" size="{_words(part.size)}"'
        if part.solid is Solid.FRUSTUM:
            shape = f'type="mesh" mesh="m{len(meshes)}"'
            vertices = frustum_mesh(part.size[0], part.size[1], part.size[2])[0]
            meshes.append(f'<mesh name="m{len(meshes)}" vertex="{_words(vertices.reshape(-1))}"/>')
        yield (
            f'<geom {shape} {_pose(part)} density="{_DENSITY}" '
            f'friction="1 .01 {rolls}" condim="6" solref=".005 1"/>'
        )


def _pose(part: Part) -> str:
    return f'pos="{_words(part.position)}" quat="{_words(part.rotation)}"'


def _words(values: Sequence[float] | Array) -> str:
    return ' '.join(f'{float(value):.6g}' for value in values)
