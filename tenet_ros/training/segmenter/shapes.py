"""Shapes of things: lumps, boxes, vessels, vehicles, furniture, plants and tools."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tenet_ros.training.segmenter.figures import animal, mounted, person, rider
from tenet_ros.training.segmenter.strokes import HOLE, Stroke, ellipse, line, polygon, ring

__all__ = ['SHAPES']


def blob(rng: np.random.Generator) -> list[Stroke]:
    """A smooth lump, sometimes with marks on it, sometimes with a hole."""
    parts = [ellipse(0, 0, 0.9, rng.uniform(0.4, 0.9), 0, rng.uniform(0, 3), 0.35, rng)]
    for texture in rng.integers(0, 3, rng.integers(0, 3)):
        x, y = rng.uniform(-0.35, 0.35, 2)
        parts.append(
            ellipse(x, y, rng.uniform(0.08, 0.3), rng.uniform(0.08, 0.3), int(texture), 0, 0.4, rng)
        )
    if rng.random() < 0.2:
        parts.append(
            ellipse(rng.uniform(-0.2, 0.2), 0, rng.uniform(0.1, 0.3), rng.uniform(0.1, 0.3), HOLE)
        )
    return parts


def block(rng: np.random.Generator) -> list[Stroke]:
    """A cuboid seen from above: up to three faces, a label on the front."""
    w, h, d, s = rng.uniform(0.4, 0.9), rng.uniform(0.2, 0.8), *rng.uniform(0.0, 0.4, 2)
    s *= rng.choice([-1, 1])
    parts = [
        polygon([[-w, -h], [w, -h], [w + s, -h - d], [-w + s, -h - d]], 1),
        polygon([[-w, -h], [w, -h], [w, h], [-w, h]], 0),
    ]
    side = w if s > 0 else -w
    parts.append(polygon([[side, -h], [side + s, -h - d], [side + s, h - d], [side, h]], 2))
    if rng.random() < 0.5:
        x, y = rng.uniform(0.2, 0.9, 2) * (w, h)
        parts.append(polygon([[-x, -y], [x, -y], [x, y], [-x, y]], int(rng.integers(3))))
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
        parts.append(ring(side * profile[3], 0, rng.uniform(0.2, 0.4), rng.uniform(0.06, 0.15), 0))
    parts.append(polygon(outline, 0))
    parts.append(ellipse(0, -0.9, profile[0], profile[0] * rng.uniform(0.05, 0.4), 1))
    parts.append(ellipse(0, 0.9, profile[-1], profile[-1] * rng.uniform(0.05, 0.3), 0))
    if rng.random() < 0.4:
        band = profile[2:5]
        rows = heights[2:5]
        edges = [np.stack([band, rows], 1), np.stack([-band[::-1], rows[::-1]], 1)]
        parts.append(polygon(np.concatenate(edges), 2))
    return parts


def vehicle(rng: np.random.Generator) -> list[Stroke]:
    """A car, bus or lorry with windows, lamps and wheels."""
    w, low, high = 0.95, rng.uniform(0.25, 0.4), -rng.uniform(0.0, 0.2)
    roof, a, b = high - rng.uniform(0.2, 0.5), rng.uniform(0.3, 0.9), rng.uniform(0.3, 0.9)
    parts = [
        polygon([[-w, low], [-w * 0.97, high], [w * 0.97, high], [w, low]], 0),
        polygon([[-a - 0.1, high], [-a * 0.75, roof], [b * 0.75, roof], [b + 0.1, high]], 0),
        polygon([[-a, high], [-a * 0.72, roof + 0.05], [-0.04, roof + 0.05], [-0.04, high]], 1),
        polygon([[0.04, high], [0.04, roof + 0.05], [b * 0.72, roof + 0.05], [b, high]], 1),
    ]
    if rng.random() < 0.5:
        parts.append(polygon([[-w, low - 0.1], [w, low - 0.1], [w, low], [-w, low]], 2))
    for x in (-rng.uniform(0.45, 0.7), rng.uniform(0.45, 0.7)):
        radius = rng.uniform(0.13, 0.24)
        parts.append(ellipse(x, low, radius * rng.uniform(0.5, 1), radius, 3))
        parts.append(ellipse(x, low, radius * 0.4, radius * 0.5, 2))
    return [*parts, *(ellipse(x, high + 0.1, 0.05, 0.07, 4) for x in (-0.9, 0.9))]


def chair(rng: np.random.Generator) -> list[Stroke]:
    """A seat or table on thin legs, with a back of slats that shows what is behind."""
    w, seat, leg, skew = (
        rng.uniform(0.4, 0.8),
        rng.uniform(-0.1, 0.3),
        rng.uniform(0.03, 0.12),
        0.25,
    )
    parts = []
    for x, y in ((-w, 0.9), (w, 0.9), (-w + skew, 0.65), (w - skew * 0.4, 0.65)):
        parts.append(line([(x * 0.9, seat), (x, y)], 0, leg))
    if rng.random() < 0.7:
        top = -rng.uniform(0.6, 0.95)
        slats, thin = (
            np.linspace(-w * 0.9, w * 0.9, int(rng.integers(2, 7))),
            leg * rng.uniform(0.5, 1),
        )
        parts += [line([(x, seat - 0.1), (x * 0.95, top)], 0, thin) for x in slats]
        parts.append(line([(-w * 0.95, top), (w * 0.95, top)], 1, leg * rng.uniform(1, 4)))
    parts.append(
        polygon(
            [
                [-w, seat + 0.08],
                [w, seat + 0.08],
                [w * 0.9, seat - 0.15],
                [-w * 0.9 + skew * 0.4, seat - 0.15],
            ],
            1,
        )
    )
    return parts


def plant(rng: np.random.Generator) -> list[Stroke]:
    """Leaves around stems, perhaps in a pot."""
    parts = [
        line([(0, 0.8), rng.normal(0, 0.2, 2), rng.uniform(-0.6, 0.6, 2)], 1, 0.05)
        for _ in range(int(rng.integers(1, 4)))
    ]
    for _ in range(int(rng.integers(8, 40))):
        x, y = rng.normal(0, 0.35), rng.normal(-0.25, 0.3)
        parts.append(
            ellipse(
                x,
                y,
                rng.uniform(0.05, 0.25),
                rng.uniform(0.03, 0.12),
                int(rng.integers(2)) * 2,
                rng.uniform(0, 3),
            )
        )
    if rng.random() < 0.5:
        parts.append(polygon([[-0.3, 0.4], [0.3, 0.4], [0.2, 0.9], [-0.2, 0.9]], 3))
    return parts


def compound(rng: np.random.Generator) -> list[Stroke]:
    """A few primitives, each growing out of an earlier one: tools, toys, machines."""
    parts: list[Stroke] = []
    anchors = [np.zeros(2)]
    for _ in range(int(rng.integers(2, 8))):
        anchor = anchors[int(rng.integers(len(anchors)))]
        turn, reach, texture = (
            rng.uniform(0, 2 * np.pi),
            rng.uniform(0.2, 0.7),
            int(rng.integers(4)),
        )
        end = np.clip(anchor + reach * np.asarray([np.cos(turn), np.sin(turn)]), -0.9, 0.9)
        kind = rng.random()
        if kind < 0.45:
            parts.append(line([anchor, end], texture, rng.uniform(0.03, 0.3)))
        elif kind < 0.75:
            rx, ry = rng.uniform(0.1, 0.4, 2)
            x, y = (anchor + end) / 2
            parts.append(ellipse(x, y, rx + reach / 3, ry, texture, turn, 0.2, rng))
        elif kind < 0.85:
            parts.append(
                ring(end[0], end[1], rng.uniform(0.1, 0.35), rng.uniform(0.03, 0.12), texture)
            )
            parts.append(line([anchor, end], texture, 0.06))
        else:
            corners = (anchor + end) / 2 + rng.uniform(-0.4, 0.4, (4, 2))
            parts.append(polygon(corners, texture))
        anchors.append(end)
    return parts


SHAPES: tuple[tuple[Callable[[np.random.Generator], list[Stroke]], float], ...] = (
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
