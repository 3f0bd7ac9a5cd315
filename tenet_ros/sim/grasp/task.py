"""What a program is asked to do in a grasping scene: things on a table, a sentence, perhaps two."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tenet_ros.errors import ContractError
from tenet_ros.sim.catalogue import ALLOWED, CATEGORIES, COLOURS
from tenet_ros.sim.expressions import sentences
from tenet_ros.sim.layout import Body, make
from tenet_ros.sim.looks import look
from tenet_ros.sim.projection import observe
from tenet_ros.sim.rotations import upright
from tenet_ros.sim.scene import Camera, Scene, Truth
from tenet_ros.sim.sentence import Sentence
from tenet_ros.sim.spans import gaps, spans
from tenet_ros.sim.viewpoints import looking_at, on_table

__all__ = ['FOR_BOWL', 'GRASPABLE', 'Task', 'task_of']

Array = npt.NDArray[np.float64]
Random = np.random.Generator

GRASPABLE = ('mug', 'cup', 'can', 'bottle', 'box', 'cube', 'ball', 'apple', 'pear', 'toy car')
FOR_BOWL = ('cube', 'ball', 'apple', 'pear')
"""What a bowl holds."""
KINDS = ('category', 'attribute', 'size', 'relation', 'order', 'negation', 'combination')
"""Of sentences: those about one thing that stays where it is."""
PUT = 'put it in the bowl'

_SPLIT = 'val'
_WIDEST_M = 0.085
"""Of the narrower horizontal extent: fits the gripper with room to spare."""
_CLEARANCE_M = 0.055
"""Between neighbours: a finger goes in between."""
_REACH_M = 0.36
_BORDER_PX = 60.0
_SEEN = 0.75
"""Least share of the target, and of the bowl, that is to be seen at first."""
_FRAMES, _RATE_HZ = 15, 10.0
_TRIES = 60


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Task:
    """A scene before anything moves, and what is to be done.

    Attributes:
        seed: gives it again.
        scene: ``_FRAMES`` equal frames.
        sentence: refers to one thing.
        kind: of ``sentence.KINDS``.
        target: index of that thing.
        then: the second sentence, or ''.
        bowl: index of the bowl that it means; -1 without.
    """

    seed: int
    scene: Scene
    sentence: str
    kind: str
    target: int
    then: str
    bowl: int


def task_of(seed: int) -> Task:
    """Return the task of a seed: every second one has a second sentence.

    Raises:
        ContractError: a negative seed.
    """
    if seed < 0:
        raise ContractError(f'seed: expected a number from 0 on, got {seed}')
    for attempt in range(_TRIES):
        rng = np.random.default_rng((7, seed, attempt))
        found = _task(rng, seed, with_bowl=seed % 2 == 1)
        if found is not None:
            return found
    raise ContractError(f'seed {seed} gives no task after {_TRIES} tries; take another')


def _task(rng: Random, seed: int, *, with_bowl: bool) -> Task | None:
    camera = _camera(rng)
    bodies = _placed(rng, _cast(rng, with_bowl=with_bowl), camera)
    bowl = 1 if with_bowl else -1
    if len(bodies) < 4:
        return None
    scene = _scene(rng, seed, bodies, camera)
    truth = observe(scene)
    wanted = str(rng.choice(KINDS, p=(0.1, 0.25, 0.13, 0.17, 0.1, 0.1, 0.15)))
    options = sentences(scene, truth, split=_SPLIT, seed=seed, count=6, kinds=(wanted,))
    for sentence in options:
        target = _graspable(sentence, truth, bodies, bowl)
        if target >= 0:
            return Task(
                seed=seed,
                scene=scene,
                sentence=sentence.text,
                kind=sentence.kind,
                target=target,
                then=PUT if with_bowl else '',
                bowl=bowl,
            )
    return None


def _graspable(sentence: Sentence, truth: Truth, bodies: Sequence[Body], bowl: int) -> int:
    """Return the one thing that a sentence means if it can be grasped there, or -1."""
    last = np.flatnonzero(sentence.targets[-1])
    if len(last) != 1 or not sentence.judged.all() or not sentence.targets[:, last[0]].all():
        return -1
    target = int(last[0])
    thing = bodies[target].thing
    seen = truth.visibility[-1]
    fits = thing.category in (GRASPABLE if bowl < 0 else FOR_BOWL)
    fits &= float(thing.extent[:2].min()) <= _WIDEST_M
    fits &= bool(seen[target] >= _SEEN and (bowl < 0 or seen[bowl] >= _SEEN))
    return target if fits else -1


def _camera(rng: Random) -> Camera:
    """Return a camera as the tabletop has it, from the upper half of its elevations."""
    elevation, azimuth = np.deg2rad(rng.uniform(40, 60)), rng.uniform(0, 2 * np.pi)
    distance, focal = rng.uniform(0.8, 1.1), float(rng.uniform(470, 560))
    target = np.asarray((0.0, 0.0, 0.03))
    flat = np.asarray((np.cos(azimuth), np.sin(azimuth), 0.0))
    eye = target + distance * (np.cos(elevation) * flat + np.sin(elevation) * np.eye(3)[2])
    positions = np.tile(eye, (_FRAMES, 1))
    return Camera(
        width=640,
        height=480,
        focal_px=focal,
        positions=positions,
        rotations=looking_at(positions, np.tile(target, (_FRAMES, 1))),
        motion='static',
    )


def _cast(rng: Random, *, with_bowl: bool) -> list[Body]:
    """Return things of which many share category or colour with the first; a bowl comes second."""
    allowed = ALLOWED[_SPLIT]
    kinds = FOR_BOWL if with_bowl else GRASPABLE
    first = _graspable_body(rng, str(rng.choice(kinds)), '')
    bodies = [first]
    if with_bowl:
        colour = str(rng.choice([c for c in allowed['bowl'] if c != first.thing.colour]))
        bodies.append(make('bowl', colour, rng, float(rng.uniform(1.1, 1.25))))
    others = [c for c in allowed[first.thing.category] if c != first.thing.colour]
    bodies.append(_graspable_body(rng, first.thing.category, str(rng.choice(others))))
    alike = [
        name
        for name in GRASPABLE
        if first.thing.colour in allowed[name] and name != first.thing.category
    ]
    bodies.append(_graspable_body(rng, str(rng.choice(alike)), first.thing.colour))
    for _ in range(int(rng.integers(2, 5))):
        name = str(rng.choice([n for n in CATEGORIES if not (with_bowl and n == 'bowl')]))
        colour = str(rng.choice(allowed[name]))
        bodies.append(make(name, colour, rng, float(rng.uniform(0.8, 1.1))))
    return bodies


def _graspable_body(rng: Random, category: str, colour: str) -> Body:
    """Return a thing whose narrower side fits the gripper; any colour where none is given."""
    colours = [c for c in COLOURS if c in ALLOWED[_SPLIT][category]]
    chosen = colour or str(rng.choice(colours))
    body = make(category, chosen, rng, float(rng.uniform(0.8, 1.15)))
    while float(body.thing.extent[:2].min()) > _WIDEST_M:
        body = make(category, chosen, rng, float(rng.uniform(0.7, 1.0)))
    return body


def _placed(rng: Random, bodies: list[Body], camera: Camera) -> list[Body]:
    """Stand things on the table in view, apart from each other; the first two must find a place."""
    placed: list[Body] = []
    taken: list[tuple[Array, Array]] = []
    size = np.asarray((camera.width, camera.height))
    for body in bodies:
        for _ in range(_TRIES):
            pixel = rng.uniform(np.full(2, _BORDER_PX), size - _BORDER_PX)
            x, y = on_table(camera, 0, pixel)
            if not np.hypot(x, y) < _REACH_M:
                continue
            body.place = np.asarray((x, y, 0.0))
            body.turn = upright(float(rng.uniform(0, 2 * np.pi)))
            mine = spans(body.world())
            if all(gaps(mine, other) > _CLEARANCE_M for other in taken):
                placed.append(body)
                taken.append(mine)
                break
        else:
            if len(placed) < 2:
                return []
    return placed


def _scene(rng: Random, seed: int, bodies: list[Body], camera: Camera) -> Scene:
    positions = np.stack([body.place for body in bodies])
    turns = np.stack([body.turn for body in bodies])
    return Scene(
        seed=seed,
        generator=0,
        split=_SPLIT,
        rate_hz=_RATE_HZ,
        things=tuple(body.thing for body in bodies),
        positions=np.tile(positions, (_FRAMES, 1, 1)),
        rotations=np.tile(turns, (_FRAMES, 1, 1)),
        activities=(),
        camera=camera,
        look=look(rng),
    )
