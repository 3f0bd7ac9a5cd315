"""Shapes that live: animals, persons, riders."""

from __future__ import annotations

import numpy as np

from tenet_ros.training.segmenter.strokes import Stroke, ellipse, limb, line, polygon, ring, scaled

__all__ = ['animal', 'mounted', 'person', 'rider']


def animal(rng: np.random.Generator) -> list[Stroke]:
    """Body, neck, head, four legs and a tail, from the side."""
    rx, ry, leg = rng.uniform(0.4, 0.6), rng.uniform(0.18, 0.35), rng.uniform(0.2, 0.7)
    width = rng.uniform(0.05, 0.15)
    parts: list[Stroke] = []
    for x in (-0.8, -0.6, 0.6, 0.8):
        parts += limb(rng, (x * rx, ry * 0.3), rng.normal(0, 0.35), leg + ry, width, (0, 1))
    tail = rng.uniform(0.1, 0.5)
    parts.append(
        line(
            [
                [-rx, -0.1],
                [-rx - tail * 0.6, rng.uniform(-0.3, 0.2)],
                [-rx - tail, rng.uniform(-0.5, 0.5)],
            ],
            0,
            width * rng.uniform(0.4, 1.2),
        )
    )
    parts.append(ellipse(0, 0, rx, ry, 0, rng.normal(0, 0.1), 0.2, rng))
    hx, hy = rx + rng.uniform(0.0, 0.35), -rng.uniform(-0.1, 0.6)
    head = rng.uniform(0.1, 0.22)
    parts.append(line([[rx * 0.7, -ry * 0.2], [hx, hy]], 0, rng.uniform(0.12, 0.3)))
    parts.append(
        ellipse(
            hx + 0.05,
            hy,
            head * rng.uniform(1, 1.8),
            head,
            int(rng.integers(2)),
            rng.normal(0, 0.4),
        )
    )
    parts.append(line([[hx, hy - head * 0.5], [hx - 0.08, hy - head * 1.7]], 1, 0.07))
    if rng.random() < 0.5:
        x, y = rng.uniform(-0.25, 0.25), rng.uniform(-0.12, 0.12)
        parts.append(ellipse(x, y, 0.2, 0.12, 2, 0, 0.4, rng))
    return parts


def person(rng: np.random.Generator, *, seated: bool = False) -> list[Stroke]:
    """Head, hair, shirt, arms, trousers, shoes, in any pose."""
    wide, thick = rng.uniform(0.14, 0.28), rng.uniform(0.08, 0.17)
    lean = rng.normal(0, 0.25)
    hip, neck = np.asarray([0.0, 0.05]), np.asarray([lean * 0.6, -0.55])
    parts: list[Stroke] = []
    spread = 0.9 if seated else 0.3
    for side in (-1, 1):
        start = (float(hip[0] + side * wide * 0.5), float(hip[1]))
        angle = rng.normal(0.7 if seated else 0.0, spread)
        parts += limb(rng, start, angle, rng.uniform(0.7, 0.95), thick, (1, 3))
    far = limb(
        rng, (float(neck[0] - wide * 0.8), -0.48), rng.normal(-0.2, 0.9), 0.6, thick * 0.75, (0, 2)
    )
    near = limb(
        rng, (float(neck[0] + wide * 0.8), -0.48), rng.normal(0.2, 0.9), 0.6, thick * 0.75, (0, 2)
    )
    top, waist = (-wide, wide), (wide * 0.9, -wide * 0.9)
    shoulders = [(neck[0] + x, neck[1] + 0.03) for x in top]
    torso = polygon([*shoulders, *((hip[0] + x, hip[1] + 0.05) for x in waist)], 0)
    parts += [*far, torso]
    if rng.random() < 0.3:
        parts.append(ellipse(neck[0] - wide, -0.25, wide * 0.7, 0.25, 3))
    x, y = neck[0] + lean * 0.2, neck[1] - 0.17
    parts.append(line([neck, [x, y]], 2, 0.1))
    parts.append(ellipse(x, y, 0.12, 0.16, 2))
    parts.append(ellipse(x, y - rng.uniform(0.03, 0.09), 0.13, 0.11, 3))
    return [*parts, *near]


def rider(rng: np.random.Generator) -> list[Stroke]:
    """A person on a bicycle, a scooter or a motorcycle: one thing of many."""
    radius, gap = rng.uniform(0.25, 0.4), rng.uniform(0.4, 0.65)
    wheel, y = rng.uniform(0.02, 0.1), 0.55
    parts = []
    for x in (-gap, gap):
        parts.append(ring(x, y, radius, wheel, 4))
        if rng.random() < 0.4:
            parts.append(ellipse(x, y, radius, radius, 4))
            parts.append(ellipse(x, y, radius * 0.5, radius * 0.5, 5))
        elif rng.random() < 0.6:
            for angle in np.linspace(0, np.pi, int(rng.integers(2, 6)), endpoint=False):
                d = radius * np.asarray([np.cos(angle), np.sin(angle)])
                parts.append(line([(x - d[0], y - d[1]), (x + d[0], y + d[1])], 4, 0.012))
    seat, bar = (-0.3 * gap, 0.1), (0.7 * gap, -0.02)
    frame = rng.uniform(0.02, 0.07)
    crank = (0.0, y)
    for a, b in (
        ((-gap, y), seat),
        (seat, bar),
        (bar, (gap, y)),
        (crank, seat),
        (crank, bar),
        ((-gap, y), crank),
    ):
        if rng.random() < 0.85:
            parts.append(line([a, b], 5, frame))
    parts.append(line([bar, (bar[0] - 0.1, bar[1] - 0.1)], 4, frame))
    if rng.random() < 0.4:
        parts.append(ellipse(0.1, 0.25, gap * 0.8, rng.uniform(0.12, 0.28), 5, 0, 0.3, rng))
    parts += scaled(person(rng, seated=True), rng.uniform(0.65, 0.9), seat[0], seat[1] - 0.05)
    return parts


def mounted(rng: np.random.Generator) -> list[Stroke]:
    """A person on an animal, or on a board."""
    if rng.random() < 0.6:
        return [*animal(rng), *scaled(person(rng, seated=True), 0.6, 0, -0.25, 3)]
    tilt = rng.normal(0, 0.3)
    board = line([(-0.6, 0.85 - tilt), (0.6, 0.85 + tilt)], 4, rng.uniform(0.03, 0.12))
    return [board, *scaled(person(rng), 0.95, 0, 0.1)]
