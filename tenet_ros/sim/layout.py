"""Which things a scene holds and where they stand before anything moves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from tenet_ros.sim.catalogue import ALLOWED, CATEGORIES, PATTERNS
from tenet_ros.sim.looks import paint
from tenet_ros.sim.rotations import about, matrix, multiply, upright
from tenet_ros.sim.scene import Camera, Thing
from tenet_ros.sim.shapes import build
from tenet_ros.sim.solids import thing_points
from tenet_ros.sim.spans import gaps, spans
from tenet_ros.sim.viewpoints import on_table

__all__ = ['Body', 'arrange', 'cast', 'make', 'tallest']

Array = npt.NDArray[np.float64]
Random = np.random.Generator
CLEARANCE_M = 0.008
_OFTEN = tuple(name for name, kind in CATEGORIES.items() if kind.rolls in {'any', 'side'})
"""Drawn twice as often as others: they can do more."""
_MOST_ALIKE = 4
"""Things of one category in a scene."""
_TRIES = 40
_LYING, _STACKED = 0.45, 0.45
"""How often what may roll lies on its side; how often a small thing seeks a seat, per try."""
_REACH_M = 0.46
"""From the table's middle."""


@dataclass(slots=True, eq=False)
class Body:
    """A thing with the pose it has before anything moves.

    Attributes:
        thing: what it is.
        points: (V, 3) in its own frame.
        size: factor on the natural size.
        place: (3,) origin in the world.
        turn: (4,) quaternion.
        under: the body that it stands on or in, None for the table.
        lying: whether it lies on its side.
    """

    thing: Thing
    points: Array
    size: float
    place: Array = field(default_factory=lambda: np.zeros(3))
    turn: Array = field(default_factory=lambda: np.asarray((1.0, 0.0, 0.0, 0.0)))
    under: Body | None = None
    lying: bool = False

    def world(self) -> Array:
        """Return its points in the world, (V, 3)."""
        return np.asarray(self.points @ matrix(self.turn).T + self.place)


_NEUTRAL = frozenset(('white', 'grey', 'black'))
"""Colours that are only ever dotted: a white and blue check would be a blue one to many."""
_PALE = frozenset(('white', 'yellow', 'orange', 'pink'))


def _second(rng: Random, colour: str) -> str:
    """Return a colour for the pattern that leaves no doubt which one is the main colour."""
    if colour in _PALE:
        return 'black' if colour == 'white' or rng.random() < 0.4 else 'white'
    return 'white'


def make(category: str, colour: str, rng: Random, size: float) -> Body:
    """Return a new thing of a category and colour."""
    parts, extent = build(category, rng, size)
    pattern, second = 'plain', ''
    if CATEGORIES[category].patterned and rng.random() < 0.4:
        pattern = _pick(rng, PATTERNS[1:])
        second = _second(rng, colour)
        if colour in _NEUTRAL:
            pattern = 'dotted'
    thing = Thing(
        category=category,
        colour=colour,
        second=second,
        pattern=pattern,
        rgb=paint(colour, rng),
        second_rgb=paint(second or ('orange' if category == 'duck' else 'white'), rng),
        extent=extent,
        parts=parts,
    )
    return Body(thing=thing, points=thing_points(parts), size=size)


def tallest(bodies: list[Body]) -> float:
    """Return the height of the highest point of all, metres above the table."""
    return max(float(body.world()[:, 2].max()) for body in bodies)


def _pick(rng: Random, options: Sequence[str]) -> str:
    return options[int(rng.integers(len(options)))]


def _one(rng: Random, bodies: Sequence[Body]) -> Body:
    return bodies[int(rng.integers(len(bodies)))]


def cast(rng: Random, count: int, split: str) -> list[Body]:
    """Return ``count`` things, many of which share category or colour with another."""
    allowed = ALLOWED[split]
    names = (*CATEGORIES, *_OFTEN)
    bodies: list[Body] = []
    while len(bodies) < count:
        category = _pick(rng, names)
        size = float(rng.uniform(0.78, 1.3))
        dice = rng.random()
        colour = _pick(rng, allowed[category])
        if bodies and dice < 0.62:
            twin = bodies[int(rng.integers(len(bodies)))]
            if dice < 0.32:
                category = twin.thing.category
                colour = _pick(rng, [c for c in allowed[category] if c != twin.thing.colour])
            elif dice < 0.50:
                fits = [
                    n for n in names if twin.thing.colour in allowed[n] and n != twin.thing.category
                ]
                category, colour = _pick(rng, fits), twin.thing.colour
            else:
                category, colour = twin.thing.category, twin.thing.colour
                size = twin.size / 1.5 if twin.size > 1.04 else twin.size * 1.5
                size = float(np.clip(size, 0.7, 1.4))
        alike = [b.thing for b in bodies if b.thing.category == category]
        if len(alike) < _MOST_ALIKE and sum(t.colour == colour for t in alike) < 2:
            bodies.append(make(category, colour, rng, size))
    return bodies


def _stand(body: Body, x: float, y: float, height: float, yaw: float) -> None:
    """Put a body down at ``height``, upright or, on the barrel that is its first part, lying."""
    turn = upright(yaw)
    if body.lying:
        turn = multiply(turn, about((0.0, 1.0, 0.0), np.pi / 2))
    turned = body.points @ matrix(turn).T
    middle = (turned.min(axis=0) + turned.max(axis=0)) / 2
    body.turn = turn
    foot = body.thing.parts[0].size[0] if body.lying else -float(turned[:, 2].min())
    body.place = np.asarray((x - middle[0], y - middle[1], height + foot))


def _seat(rng: Random, body: Body, carrier: Body) -> bool:
    """Put a small thing on or in another; False if it does not fit there."""
    extent, base = body.thing.extent, carrier.thing.parts[0]
    reach = float(np.hypot(*extent[:2])) / 2
    if CATEGORIES[body.thing.category].rolls == 'any':
        reach = float(extent[0]) / 2
    if CATEGORIES[carrier.thing.category].hollow:
        middle = matrix(carrier.turn) @ base.position + carrier.place
        room, height = base.size[0], 2 * base.size[1]
    elif CATEGORIES[body.thing.category].rolls:
        return False
    else:
        middle = carrier.place
        room, height = float(carrier.thing.extent[:2].min()) / 2, float(carrier.thing.extent[2])
    if reach > room:
        return False
    angle, away = rng.uniform(0, 2 * np.pi), (room - reach) * float(rng.random())
    x, y = middle[:2] + away * np.asarray((np.cos(angle), np.sin(angle)))
    _stand(body, float(x), float(y), float(carrier.place[2]) + height, rng.uniform(0, 2 * np.pi))
    body.under = carrier
    return True


def arrange(
    rng: Random,
    bodies: list[Body],
    camera: Camera,
    frame: int,
    *,
    border_px: float = 45,
    clearance: float = CLEARANCE_M,
    crowded: float = 0.0,
) -> list[Body]:
    """Place things in the camera's view, on the table or on each other, without touching.

    Args:
        rng: where from.
        bodies: what to place; their poses are set.
        camera: what looks on.
        frame: of the camera.
        border_px: how far a thing's middle stays from the image's border.
        clearance: least gap between neighbours, metres.
        crowded: how often a thing goes right beside another.

    Returns:
        Those that found a place, in their order.
    """
    placed: list[Body] = []
    taken: list[tuple[Array, Array]] = []
    for body in bodies:
        body.lying = CATEGORIES[body.thing.category].rolls == 'side' and rng.random() < _LYING
        for attempt in range(_TRIES):
            if not (attempt < 4 and rng.random() < _STACKED and _seated(rng, body, placed)):
                beside = placed if rng.random() < crowded else []
                x, y = _spot(rng, body, beside, camera, frame, border_px)
                if not np.hypot(x, y) < _REACH_M:
                    continue
                body.under = None
                _stand(body, x, y, 0.0, rng.uniform(0, 2 * np.pi))
            mine = spans(body.world())
            others = (s for b, s in zip(placed, taken, strict=True) if b is not body.under)
            if all(gaps(mine, other) > clearance for other in others):
                placed.append(body)
                taken.append(mine)
                break
    return placed


def _spot(
    rng: Random, body: Body, beside: list[Body], camera: Camera, frame: int, border_px: float
) -> tuple[float, float]:
    """Return a place on the table, in view or right beside another thing, metres."""
    if beside:
        other = _one(rng, beside)
        reach = (np.mean(body.thing.extent[:2]) + np.mean(other.thing.extent[:2])) / 2
        angle = rng.uniform(0, 2 * np.pi)
        away = reach * rng.uniform(0.8, 1.3) * np.asarray((np.cos(angle), np.sin(angle)))
        x, y = other.place[:2] + away
    else:
        size = np.asarray((camera.width, camera.height))
        pixel = rng.uniform(np.full(2, border_px), size - border_px)
        x, y = on_table(camera, frame, pixel)
    return float(x), float(y)


def _seated(rng: Random, body: Body, placed: list[Body]) -> bool:
    """Put a small thing on or in a random thing that is free; False where that fails."""
    if body.lying or not CATEGORIES[body.thing.category].small:
        return False
    loaded = {id(other.under) for other in placed}
    free = [b for b in placed if CATEGORIES[b.thing.category].carries and id(b) not in loaded]
    return bool(free) and _seat(rng, body, _one(rng, free))
