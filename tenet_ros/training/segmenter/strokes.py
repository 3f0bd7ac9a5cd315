"""What drawn things are made of: filled polygons and thick lines, each in one of a few textures.

A thing lives in its own square of -1..1, x to the right, y down. Its strokes are drawn one over
another; a stroke of texture ``HOLE`` is cut out of what lies below it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tenet_ros.types import FloatArray

__all__ = ['HOLE', 'Stroke', 'ellipse', 'limb', 'line', 'polygon', 'ring', 'scaled']

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


def polygon(points: object, texture: int) -> Stroke:
    """Return a filled polygon, corners (n, 2)."""
    return Stroke(points=np.asarray(points, np.float32).reshape(-1, 2), texture=texture)


def line(points: object, texture: int, width: float) -> Stroke:
    """Return a line through points (n, 2), ``width`` wide."""
    corners = np.asarray(points, np.float32).reshape(-1, 2)
    return Stroke(points=corners, texture=texture, width=width)


def ellipse(
    x: float,
    y: float,
    rx: float,
    ry: float,
    texture: int,
    turn: float = 0.0,
    wobble: float = 0.0,
    rng: np.random.Generator | None = None,
) -> Stroke:
    """Return an ellipse around (x, y), turned by radians, its outline wobbling if there is an rng."""
    angle = np.linspace(0, 2 * np.pi, 36, endpoint=False)
    radius = np.ones_like(angle)
    if rng is not None:
        for order in range(2, 7):
            radius += wobble / order * rng.normal() * np.sin(order * angle + rng.uniform(0, 7))
    px, py = rx * radius * np.cos(angle), ry * radius * np.sin(angle)
    c, s = np.cos(turn), np.sin(turn)
    return polygon(np.stack([x + c * px - s * py, y + s * px + c * py], 1), texture)


def ring(x: float, y: float, radius: float, width: float, texture: int) -> Stroke:
    """Return a circle drawn with a line."""
    angle = np.linspace(0, 2 * np.pi, 30)
    circle = np.stack([x + radius * np.cos(angle), y + radius * np.sin(angle)], 1)
    return line(circle, texture, width)


def limb(
    rng: np.random.Generator,
    start: tuple[float, float],
    angle: float,
    length: float,
    width: float,
    textures: tuple[int, int],
    bend: float = 0.6,
) -> list[Stroke]:
    """Return two segments that end in another texture: a leg and its shoe, an arm and its hand."""
    middle = np.asarray(start) + length / 2 * np.asarray([np.sin(angle), np.cos(angle)])
    angle += rng.normal(0, bend)
    end = middle + length / 2 * np.asarray([np.sin(angle), np.cos(angle)])
    tip = end + width * 0.7 * np.asarray([np.sin(angle + 0.8), np.cos(angle + 0.8)])
    return [
        line([start, middle], textures[0], width),
        line([middle, end], textures[int(rng.random() < 0.4)], width * rng.uniform(0.6, 0.95)),
        line([end, tip], textures[1], width * rng.uniform(0.7, 1.1)),
    ]


def scaled(parts: list[Stroke], scale: float, x: float, y: float, shift: int = 0) -> list[Stroke]:
    """Return a thing made smaller and moved to (x, y), its textures counted from ``shift``."""
    moved = []
    for part in parts:
        points = (part.points * scale + (x, y)).astype(np.float32)
        texture = part.texture if part.texture == HOLE else part.texture + shift
        moved.append(Stroke(points=points, texture=texture, width=part.width * scale))
    return moved
