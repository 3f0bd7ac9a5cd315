"""Shapes of things, as parts to be drawn one over another: animals, riders, vehicles, chairs.

A shape lives in its own square of -1..1, x to the right, y down. A part says which of the thing's
textures it wears; a part of texture ``HOLE`` is cut out of what lies below it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from tenet_ros.types import FloatArray

__all__ = ['HOLE', 'SHAPES', 'Stroke']

HOLE = -1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stroke:
    """One part.

    Attributes:
        points: (n, 2) float32, corners of a polygon, or of a line if there is a width.
        texture: which of the thing's textures; ``HOLE`` for none.
        width: of the line; 0 fills the polygon.
    """

    points: FloatArray
    texture: int
    width: float = 0.0


Shape = Callable[[np.random.Generator], list[Stroke]]


def _poly(points: object, texture: int) -> Stroke:
    return Stroke(points=np.asarray(points, np.float32).reshape(-1, 2), texture=texture)


def _line(points: object, texture: int, width: float) -> Stroke:
    corners = np.asarray(points, np.float32).reshape(-1, 2)
    return Stroke(points=corners, texture=texture, width=width)


def _ellipse(
    x: float, y: float, rx: float, ry: float, texture: int, turn: float = 0.0, wobble: float = 0.0,
    rng: np.random.Generator | None = None,
) -> Stroke:
    angle = np.linspace(0, 2 * np.pi, 36, endpoint=False)
    radius = np.ones_like(angle)
    if rng is not None:
        for order in range(2, 7):
            radius += wobble / order * rng.normal() * np.sin(order * angle + rng.uniform(0, 7))
    px, py = rx * radius * np.cos(angle), ry * radius * np.sin(angle)
    c, s = np.cos(turn), np.sin(turn)
    return _poly(np.stack([x + c * px - s * py, y + s * px + c * py], 1), texture)


def _ring(x: float, y: float, radius: float, width: float, texture: int) -> Stroke:
    angle = np.linspace(0, 2 * np.pi, 30)
    circle = np.stack([x + radius * np.cos(angle), y + radius * np.sin(angle)], 1)
    return _line(circle, texture, width)


def _limb(
    rng: np.random.Generator, start: tuple[float, float], angle: float, length: float,
    width: float, textures: tuple[int, int], bend: float = 0.6,
) -> list[Stroke]:
    """Return two segments that end in another texture: a leg and its shoe, an arm and its hand."""
    middle = np.asarray(start) + length / 2 * np.asarray([np.sin(angle), np.cos(angle)])
    angle += rng.normal(0, bend)
    end = middle + length / 2 * np.asarray([np.sin(angle), np.cos(angle)])
    tip = end + width * 0.7 * np.asarray([np.sin(angle + 0.8), np.cos(angle + 0.8)])
    return [
        _line([start, middle], textures[0], width),
        _line([middle, end], textures[int(rng.random() < 0.4)], width * rng.uniform(0.6, 0.95)),
        _line([end, tip], textures[1], width * rng.uniform(0.7, 1.1)),
    ]


def blob(rng: np.random.Generator) -> list[Stroke]:
    """A smooth lump, sometimes with marks on it, sometimes with a hole."""
    parts = [_ellipse(0, 0, 0.9, rng.uniform(0.4, 0.9), 0, rng.uniform(0, 3), 0.35, rng)]
    for texture in rng.integers(0, 3, rng.integers(0, 3)):
        x, y = rng.uniform(-0.35, 0.35, 2)
        parts.append(_ellipse(x, y, *rng.uniform(0.08, 0.3, 2), int(texture), 0, 0.4, rng))
    if rng.random() < 0.2:
        parts.append(_ellipse(*rng.uniform(-0.2, 0.2, 2), *rng.uniform(0.1, 0.3, 2), HOLE))
    return parts


def block(rng: np.random.Generator) -> list[Stroke]:
    """A cuboid seen from above: up to three faces, a label on the front."""
    w, h, d, s = rng.uniform(0.4, 0.9), rng.uniform(0.2, 0.8), *rng.uniform(0.0, 0.4, 2)
    s *= rng.choice([-1, 1])
    parts = [
        _poly([[-w, -h], [w, -h], [w + s, -h - d], [-w + s, -h - d]], 1),
        _poly([[-w, -h], [w, -h], [w, h], [-w, h]], 0),
    ]
    side = w if s > 0 else -w
    parts.append(_poly([[side, -h], [side + s, -h - d], [side + s, h - d], [side, h]], 2))
    if rng.random() < 0.5:
        x, y = rng.uniform(0.2, 0.9, 2) * (w, h)
        parts.append(_poly([[-x, -y], [x, -y], [x, y], [-x, y]], int(rng.integers(3))))
    return parts


def vessel(rng: np.random.Generator) -> list[Stroke]:
    """A bottle, mug, bowl or vase: a profile turned about its axis, perhaps with a handle."""
    heights = np.linspace(-0.9, 0.9, 7)
    profile = np.clip(rng.uniform(0.15, 0.7) + np.cumsum(rng.normal(0, 0.1, 7)), 0.08, 0.8)
    if rng.random() < 0.5:
        profile[:] = profile[0] * np.linspace(1, rng.uniform(0.6, 1.3), 7)
    outline = np.concatenate(
        [np.stack([profile, heights], 1), np.stack([-profile[::-1], heights[::-1]], 1)]
    )
    parts = []
    if rng.random() < 0.4:
        side = rng.choice([-1, 1])
        parts.append(_ring(side * profile[3], 0, rng.uniform(0.2, 0.4), rng.uniform(0.06, 0.15), 0))
    parts.append(_poly(outline, 0))
    parts.append(_ellipse(0, -0.9, profile[0], profile[0] * rng.uniform(0.05, 0.4), 1))
    parts.append(_ellipse(0, 0.9, profile[-1], profile[-1] * rng.uniform(0.05, 0.3), 0))
    if rng.random() < 0.4:
        band = profile[2:5]
        rows = heights[2:5]
        ring = np.concatenate([np.stack([band, rows], 1), np.stack([-band[::-1], rows[::-1]], 1)])
        parts.append(_poly(ring, 2))
    return parts


def animal(rng: np.random.Generator) -> list[Stroke]:
    """Body, neck, head, four legs and a tail, from the side."""
    rx, ry, leg = rng.uniform(0.4, 0.6), rng.uniform(0.18, 0.35), rng.uniform(0.2, 0.7)
    width = rng.uniform(0.05, 0.15)
    parts: list[Stroke] = []
    for x in (-0.8, -0.6, 0.6, 0.8):
        parts += _limb(rng, (x * rx, ry * 0.3), rng.normal(0, 0.35), leg + ry, width, (0, 1))
    tail = rng.uniform(0.1, 0.5)
    parts.append(
        _line([[-rx, -0.1], [-rx - tail * 0.6, rng.uniform(-0.3, 0.2)],
               [-rx - tail, rng.uniform(-0.5, 0.5)]], 0, width * rng.uniform(0.4, 1.2))
    )
    parts.append(_ellipse(0, 0, rx, ry, 0, rng.normal(0, 0.1), 0.2, rng))
    hx, hy = rx + rng.uniform(0.0, 0.35), -rng.uniform(-0.1, 0.6)
    head = rng.uniform(0.1, 0.22)
    parts.append(_line([[rx * 0.7, -ry * 0.2], [hx, hy]], 0, rng.uniform(0.12, 0.3)))
    parts.append(_ellipse(hx + 0.05, hy, head * rng.uniform(1, 1.8), head, int(rng.integers(2)),
                          rng.normal(0, 0.4)))
    parts.append(_line([[hx, hy - head * 0.5], [hx - 0.08, hy - head * 1.7]], 1, 0.07))
    if rng.random() < 0.5:
        parts.append(_ellipse(*rng.uniform(-0.25, 0.25, 2) * (1, 0.5), 0.2, 0.12, 2, 0, 0.4, rng))
    return parts


def person(rng: np.random.Generator, *, seated: bool = False) -> list[Stroke]:
    """Head, hair, shirt, arms, trousers, shoes, in any pose."""
    wide, limb = rng.uniform(0.14, 0.28), rng.uniform(0.08, 0.17)
    lean = rng.normal(0, 0.25)
    hip, neck = np.asarray([0.0, 0.05]), np.asarray([lean * 0.6, -0.55])
    parts: list[Stroke] = []
    spread = 0.9 if seated else 0.3
    for side in (-1, 1):
        start = (float(hip[0] + side * wide * 0.5), float(hip[1]))
        angle = rng.normal(0.7 if seated else 0.0, spread)
        parts += _limb(rng, start, angle, rng.uniform(0.7, 0.95), limb, (1, 3))
    far = _limb(rng, (float(neck[0] - wide * 0.8), -0.48), rng.normal(-0.2, 0.9), 0.6,
                limb * 0.75, (0, 2))
    near = _limb(rng, (float(neck[0] + wide * 0.8), -0.48), rng.normal(0.2, 0.9), 0.6,
                 limb * 0.75, (0, 2))
    torso = _poly([neck + (-wide, 0.03), neck + (wide, 0.03), hip + (wide * 0.9, 0.05),
                   hip + (-wide * 0.9, 0.05)], 0)
    parts += [*far, torso]
    if rng.random() < 0.3:
        parts.append(_ellipse(neck[0] - wide, -0.25, wide * 0.7, 0.25, 3))
    x, y = neck + (lean * 0.2, -0.17)
    parts.append(_line([neck, [x, y]], 2, 0.1))
    parts.append(_ellipse(x, y, 0.12, 0.16, 2))
    parts.append(_ellipse(x, y - rng.uniform(0.03, 0.09), 0.13, 0.11, 3))
    return [*parts, *near]


def _scaled(parts: list[Stroke], scale: float, x: float, y: float, shift: int = 0) -> list[Stroke]:
    moved = []
    for part in parts:
        points = (part.points * scale + (x, y)).astype(np.float32)
        texture = part.texture if part.texture == HOLE else part.texture + shift
        moved.append(Stroke(points=points, texture=texture, width=part.width * scale))
    return moved


def rider(rng: np.random.Generator) -> list[Stroke]:
    """A person on a bicycle, a scooter or a motorcycle: one thing of many."""
    radius, gap = rng.uniform(0.25, 0.4), rng.uniform(0.4, 0.65)
    wheel, y = rng.uniform(0.02, 0.1), 0.55
    parts = []
    for x in (-gap, gap):
        parts.append(_ring(x, y, radius, wheel, 4))
        if rng.random() < 0.4:
            parts.append(_ellipse(x, y, radius, radius, 4))
            parts.append(_ellipse(x, y, radius * 0.5, radius * 0.5, 5))
        elif rng.random() < 0.6:
            for angle in np.linspace(0, np.pi, int(rng.integers(2, 6)), endpoint=False):
                d = radius * np.asarray([np.cos(angle), np.sin(angle)])
                parts.append(_line([(x - d[0], y - d[1]), (x + d[0], y + d[1])], 4, 0.012))
    seat, bar = (-0.3 * gap, 0.1), (0.7 * gap, -0.02)
    frame = rng.uniform(0.02, 0.07)
    crank = (0.0, y)
    for a, b in (((-gap, y), seat), (seat, bar), (bar, (gap, y)), (crank, seat), (crank, bar),
                 ((-gap, y), crank)):
        if rng.random() < 0.85:
            parts.append(_line([a, b], 5, frame))
    parts.append(_line([bar, (bar[0] - 0.1, bar[1] - 0.1)], 4, frame))
    if rng.random() < 0.4:
        parts.append(_ellipse(0.1, 0.25, gap * 0.8, rng.uniform(0.12, 0.28), 5, 0, 0.3, rng))
    parts += _scaled(person(rng, seated=True), rng.uniform(0.65, 0.9), seat[0], seat[1] - 0.05)
    return parts


def mounted(rng: np.random.Generator) -> list[Stroke]:
    """A person on an animal, or on a board."""
    if rng.random() < 0.6:
        return [*animal(rng), *_scaled(person(rng, seated=True), 0.6, 0, -0.25, 3)]
    tilt = rng.normal(0, 0.3)
    board = _line([(-0.6, 0.85 - tilt), (0.6, 0.85 + tilt)], 4, rng.uniform(0.03, 0.12))
    return [board, *_scaled(person(rng), 0.95, 0, 0.1)]


def vehicle(rng: np.random.Generator) -> list[Stroke]:
    """A car, bus or lorry with windows, lamps and wheels."""
    w, low, high = 0.95, rng.uniform(0.25, 0.4), -rng.uniform(0.0, 0.2)
    roof, a, b = high - rng.uniform(0.2, 0.5), rng.uniform(0.3, 0.9), rng.uniform(0.3, 0.9)
    parts = [
        _poly([[-w, low], [-w * 0.97, high], [w * 0.97, high], [w, low]], 0),
        _poly([[-a - 0.1, high], [-a * 0.75, roof], [b * 0.75, roof], [b + 0.1, high]], 0),
        _poly([[-a, high], [-a * 0.72, roof + 0.05], [-0.04, roof + 0.05], [-0.04, high]], 1),
        _poly([[0.04, high], [0.04, roof + 0.05], [b * 0.72, roof + 0.05], [b, high]], 1),
    ]
    if rng.random() < 0.5:
        parts.append(_poly([[-w, low - 0.1], [w, low - 0.1], [w, low], [-w, low]], 2))
    for x in (-rng.uniform(0.45, 0.7), rng.uniform(0.45, 0.7)):
        radius = rng.uniform(0.13, 0.24)
        parts.append(_ellipse(x, low, radius * rng.uniform(0.5, 1), radius, 3))
        parts.append(_ellipse(x, low, radius * 0.4, radius * 0.5, 2))
    for x in (-0.9, 0.9):
        parts.append(_ellipse(x, high + 0.1, 0.05, 0.07, 4))
    return parts


def chair(rng: np.random.Generator) -> list[Stroke]:
    """A seat or table on thin legs, with a back of slats that shows what is behind."""
    w, seat, leg, skew = rng.uniform(0.4, 0.8), rng.uniform(-0.1, 0.3), rng.uniform(0.03, 0.12), 0.25
    parts = []
    for x, y in ((-w, 0.9), (w, 0.9), (-w + skew, 0.65), (w - skew * 0.4, 0.65)):
        parts.append(_line([(x * 0.9, seat), (x, y)], 0, leg))
    if rng.random() < 0.7:
        top = -rng.uniform(0.6, 0.95)
        for x in np.linspace(-w * 0.9, w * 0.9, int(rng.integers(2, 7))):
            parts.append(_line([(x, seat - 0.1), (x * 0.95, top)], 0, leg * rng.uniform(0.5, 1)))
        parts.append(_line([(-w * 0.95, top), (w * 0.95, top)], 1, leg * rng.uniform(1, 4)))
    parts.append(_poly([[-w, seat + 0.08], [w, seat + 0.08], [w * 0.9, seat - 0.15],
                        [-w * 0.9 + skew * 0.4, seat - 0.15]], 1))
    return parts


def plant(rng: np.random.Generator) -> list[Stroke]:
    """Leaves around stems, perhaps in a pot."""
    parts = []
    for _ in range(int(rng.integers(1, 4))):
        parts.append(_line([(0, 0.8), rng.normal(0, 0.2, 2), rng.uniform(-0.6, 0.6, 2)], 1, 0.05))
    for _ in range(int(rng.integers(8, 40))):
        x, y = rng.normal(0, 0.35), rng.normal(-0.25, 0.3)
        parts.append(_ellipse(x, y, rng.uniform(0.05, 0.25), rng.uniform(0.03, 0.12),
                              int(rng.integers(2)) * 2, rng.uniform(0, 3)))
    if rng.random() < 0.5:
        parts.append(_poly([[-0.3, 0.4], [0.3, 0.4], [0.2, 0.9], [-0.2, 0.9]], 3))
    return parts


def compound(rng: np.random.Generator) -> list[Stroke]:
    """A few primitives, each growing out of an earlier one: tools, toys, machines."""
    parts: list[Stroke] = []
    anchors = [np.zeros(2)]
    for _ in range(int(rng.integers(2, 8))):
        anchor = anchors[int(rng.integers(len(anchors)))]
        turn, reach, texture = rng.uniform(0, 2 * np.pi), rng.uniform(0.2, 0.7), int(rng.integers(4))
        end = np.clip(anchor + reach * np.asarray([np.cos(turn), np.sin(turn)]), -0.9, 0.9)
        kind = rng.random()
        if kind < 0.45:
            parts.append(_line([anchor, end], texture, rng.uniform(0.03, 0.3)))
        elif kind < 0.75:
            rx, ry = rng.uniform(0.1, 0.4, 2)
            parts.append(_ellipse(*((anchor + end) / 2), rx + reach / 3, ry, texture, turn, 0.2, rng))
        elif kind < 0.85:
            parts.append(_ring(*end, rng.uniform(0.1, 0.35), rng.uniform(0.03, 0.12), texture))
            parts.append(_line([anchor, end], texture, 0.06))
        else:
            corners = (anchor + end) / 2 + rng.uniform(-0.4, 0.4, (4, 2))
            parts.append(_poly(corners, texture))
        anchors.append(end)
    return parts


SHAPES: tuple[tuple[Shape, float], ...] = (
    (blob, 0.12),
    (block, 0.10),
    (vessel, 0.10),
    (animal, 0.15),
    (person, 0.16),
    (rider, 0.10),
    (mounted, 0.06),
    (vehicle, 0.07),
    (chair, 0.05),
    (plant, 0.03),
    (compound, 0.06),
)
"""Every shape, with how often it is drawn."""
