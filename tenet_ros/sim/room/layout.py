"""What stands in the room: walls, furniture and pictures, as boxes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

__all__ = ['HALF_M', 'WALL_M', 'Block', 'furniture', 'room_blocks']

RGB = tuple[float, float, float]

HALF_M = (5.5, 4.5)
"""Half of the room's length and width; its middle is the origin of the map."""
WALL_M = 2.7
WOOD: RGB = (0.52, 0.36, 0.22)
PALE: RGB = (0.78, 0.68, 0.52)
GREY: RGB = (0.45, 0.47, 0.50)


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A box that stands, lies or hangs in the room.

    Attributes:
        name: of what it is a part of.
        centre: (x, y, z) in the map, metres.
        half: half of its size along x, y and z, metres.
        rgb: in [0, 1].
        material: 'plain', 'wood', 'cloth', 'wall' or 'floor'.
        solid: whether one can run into it.
    """

    name: str
    centre: RGB
    half: RGB
    rgb: RGB
    material: str = 'plain'
    solid: bool = True


def room_blocks() -> list[Block]:
    """Return floor, walls and ceiling, with skirting, a door, windows and pictures on them."""
    x, y = HALF_M
    wall: RGB = (0.86, 0.83, 0.76)
    blocks = [
        _block('floor', (0, 0, -0.05), (x, y, 0.05), (1, 1, 1), 'floor', solid=False),
        _block('ceiling', (0, 0, WALL_M + 0.05), (x, y, 0.05), (0.93, 0.93, 0.91), solid=False),
    ]
    for sign in (-1, 1):
        half = WALL_M / 2
        blocks += [
            _block('wall', (sign * (x + 0.1), 0, half), (0.1, y + 0.2, half), wall, 'wall'),
            _block('wall', (0, sign * (y + 0.1), half), (x + 0.2, 0.1, half), wall, 'wall'),
            _block('skirting', (sign * x, 0, 0.05), (0.015, y, 0.05), (0.94, 0.93, 0.9)),
            _block('skirting', (0, sign * y, 0.05), (x, 0.015, 0.05), (0.94, 0.93, 0.9)),
        ]
    hung = [
        ('door', (x, 2.2, 1.03), (0.03, 0.45, 1.03), (0.60, 0.45, 0.30)),
        ('frame', (x, 2.2, 1.05), (0.02, 0.53, 1.09), (0.92, 0.91, 0.88)),
        ('window', (-x, 1.6, 1.55), (0.02, 0.75, 0.65), (0.70, 0.83, 0.93)),
        ('window', (-x, -1.6, 1.55), (0.02, 0.75, 0.65), (0.72, 0.84, 0.93)),
        ('frame', (-x, 1.6, 1.55), (0.015, 0.82, 0.72), (0.93, 0.93, 0.91)),
        ('frame', (-x, -1.6, 1.55), (0.015, 0.82, 0.72), (0.93, 0.93, 0.91)),
        ('picture', (1.5, y, 1.6), (0.45, 0.02, 0.32), (0.30, 0.42, 0.50)),
        ('picture', (3.2, y, 1.55), (0.25, 0.02, 0.35), (0.62, 0.55, 0.33)),
        ('picture', (-2.6, -y, 1.6), (0.5, 0.02, 0.35), (0.35, 0.45, 0.34)),
        ('board', (1.8, -y, 1.5), (0.9, 0.02, 0.5), (0.92, 0.93, 0.93)),
    ]
    return blocks + [_block(*one, solid=False) for one in hung]


def furniture() -> list[Block]:
    """Return what stands along the walls, and the table and the plant in the middle."""
    x, y = HALF_M
    blue, green = (0.28, 0.33, 0.42), (0.20, 0.38, 0.20)
    blocks = [
        # A sofa below the north wall.
        _block('sofa', (-1.8, y - 0.50, 0.22), (1.0, 0.45, 0.22), blue, 'cloth'),
        _block('sofa', (-1.8, y - 0.16, 0.60), (1.0, 0.14, 0.30), blue, 'cloth'),
        _block('sofa', (-2.9, y - 0.50, 0.32), (0.12, 0.45, 0.32), blue, 'cloth'),
        _block('sofa', (-0.7, y - 0.50, 0.32), (0.12, 0.45, 0.32), blue, 'cloth'),
        # A sideboard, a desk, a cupboard.
        _block('sideboard', (2.4, y - 0.25, 0.40), (0.9, 0.22, 0.40), PALE, 'wood'),
        _block('cupboard', (x - 0.32, -2.9, 0.95), (0.30, 0.6, 0.95), WOOD, 'wood'),
        _block('desk', (-0.6, 0.35 - y, 0.72), (0.8, 0.35, 0.02), PALE, 'wood'),
        _block('desk', (-1.35, 0.35 - y, 0.35), (0.03, 0.33, 0.35), PALE, 'wood'),
        _block('desk', (0.15, 0.35 - y, 0.35), (0.03, 0.33, 0.35), PALE, 'wood'),
        _block('screen', (-0.6, 0.20 - y, 0.98), (0.30, 0.02, 0.18), (0.08, 0.08, 0.09)),
        _block('screen', (-0.6, 0.22 - y, 0.77), (0.05, 0.04, 0.05), (0.10, 0.10, 0.11)),
        # A plant in a corner.
        _block('pot', (0.45 - x, 0.45 - y, 0.20), (0.18, 0.18, 0.20), (0.75, 0.72, 0.68)),
        _block('plant', (0.45 - x, 0.45 - y, 0.75), (0.25, 0.25, 0.38), green, 'cloth'),
        # The table in the middle, with a bowl's worth of things on it.
        _block('table', (0, 0, 0.70), (0.9, 0.45, 0.025), WOOD, 'wood'),
        _block('books', (0.35, 0.1, 0.75), (0.12, 0.09, 0.025), (0.25, 0.35, 0.30)),
        _block('box', (-0.4, -0.1, 0.78), (0.10, 0.13, 0.055), (0.72, 0.62, 0.45)),
    ]
    legs = [(sx * 0.82, sy * 0.38) for sx in (-1, 1) for sy in (-1, 1)]
    blocks += [_block('leg', (lx, ly, 0.34), (0.03, 0.03, 0.34), WOOD, 'wood') for lx, ly in legs]
    return blocks + _shelf(0.17 - x, -3.0)


def _shelf(x: float, y: float) -> list[Block]:
    """Return a shelf with books at the west wall."""
    rng = np.random.default_rng(4)
    blocks = [_block('shelf', (x - 0.13, y, 0.95), (0.02, 0.6, 0.95), PALE, 'wood')]
    blocks += [
        _block('shelf', (x, y + side, 0.95), (0.15, 0.02, 0.95), PALE, 'wood')
        for side in (-0.6, 0.6)
    ]
    for level in range(5):
        z = 0.06 + 0.44 * level
        blocks.append(_block('shelf', (x, y, z), (0.15, 0.6, 0.015), PALE, 'wood'))
        at = y - 0.55
        while level < 4 and at < y + 0.45:
            thick, tall = float(rng.uniform(0.02, 0.05)), float(rng.uniform(0.10, 0.16))
            # No red books: the person in red is to be the red thing.
            rgb = tuple(float(v) for v in rng.uniform((0.1, 0.15, 0.15), (0.45, 0.6, 0.65)))
            where = (x + 0.02, at + thick, z + 0.015 + tall)
            blocks.append(_block('books', where, (0.10, thick, tall), rgb))  # type: ignore[arg-type]
            at += 2 * thick + float(rng.choice((0.004, 0.12), p=(0.85, 0.15)))
    return blocks


def _block(
    name: str, centre: RGB, half: RGB, rgb: RGB, material: str = 'plain', *, solid: bool = True
) -> Block:
    return Block(name=name, centre=centre, half=half, rgb=rgb, material=material, solid=solid)
