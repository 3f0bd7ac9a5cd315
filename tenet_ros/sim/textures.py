"""Procedural textures: surfaces of tables, the room behind, patterns on things.

Everything is made of seeded noise in NumPy. Grey bases are made once per process and tinted per
scene, since making one takes longer than rendering a frame.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from tenet_ros.errors import ContractError
from tenet_ros.types import UInt8Array

__all__ = [
    'CUBE_PX',
    'PATTERNS',
    'SKY_PX',
    'SURFACE_PX',
    'TABLES',
    'cloth',
    'grain',
    'pattern',
    'surroundings',
    'table',
]

Grey = npt.NDArray[np.float32]

SURFACE_PX = 512
SKY_PX = 128
CUBE_PX = 64
VARIANTS = 4
"""Different bases of one kind of table; tint and orientation come on top."""


def _noise(rng: np.random.Generator, cells: tuple[int, int], size: int, octaves: int = 4) -> Grey:
    """Return (size, size) float32 tileable fractal noise, mean 0, in about [-1, 1].

    Args:
        rng: gives the lattice.
        cells: rows and columns of the coarsest lattice.
        size: of the result, pixels.
        octaves: each doubles the lattice and halves the amplitude.
    """
    total = np.zeros((size, size), np.float32)
    for octave in range(octaves):
        rows, columns = (min(n << octave, size) for n in cells)
        lattice = rng.uniform(-1, 1, (rows, columns)).astype(np.float32)
        # A border of repeated cells makes the enlarged lattice meet itself.
        wrapped = np.pad(lattice, 2, mode='wrap')
        scale_y, scale_x = size / rows, size / columns
        large = cv2.resize(
            wrapped,
            (round((columns + 4) * scale_x), round((rows + 4) * scale_y)),
            interpolation=cv2.INTER_CUBIC,
        )
        y0, x0 = round(2 * scale_y), round(2 * scale_x)
        total += large[y0 : y0 + size, x0 : x0 + size] * 0.5**octave
    return total


def _wood(rng: np.random.Generator, size: int) -> Grey:
    rows = np.linspace(0, 1, size, endpoint=False, dtype=np.float32)[:, None]
    bend = _noise(rng, (3, 1), size, 3)
    rings = np.sin(2 * np.pi * (rng.integers(6, 14) * rows + 0.9 * bend))
    fibres = _noise(rng, (96, 2), size, 3)
    return np.asarray(1 + 0.10 * rings + 0.13 * fibres, np.float32)


def _planks(rng: np.random.Generator, size: int) -> Grey:
    grey = _wood(rng, size)
    count = int(rng.choice((4, 5, 8)))
    plank = np.arange(size) * count // size
    grey *= rng.uniform(0.8, 1.15, count).astype(np.float32)[plank][:, None]
    gaps = np.flatnonzero(np.diff(plank, prepend=-1))
    grey[np.concatenate([gaps, gaps + 1])] *= 0.45
    return grey


def _plain(rng: np.random.Generator, size: int) -> Grey:
    return np.asarray(1 + 0.03 * _noise(rng, (3, 3), size, 6), np.float32)


def _cloth(rng: np.random.Generator, size: int) -> Grey:
    threads = np.arange(size) * 2 * np.pi * (size // 6) / size
    weave = np.sin(threads)[:, None] * np.sin(threads)[None]
    folds = _noise(rng, (2, 3), size, 3)
    return np.asarray(1 + 0.16 * weave + 0.07 * folds, np.float32)


def _marble(rng: np.random.Generator, size: int) -> Grey:
    turbulence = _noise(rng, (3, 3), size, 6)
    diagonal = np.add.outer(np.arange(size), np.arange(size)) * 2 * np.pi * 2 / size
    veins = 1 - np.abs(np.sin(diagonal / 2 + 3 * turbulence))
    return np.asarray(1.05 - 0.45 * veins**6 - 0.08 * np.abs(turbulence), np.float32)


def _checks(rng: np.random.Generator, size: int) -> Grey:
    count = int(rng.choice((8, 12, 16)))
    square = np.arange(size) * count // size % 2
    grey = np.where(np.bitwise_xor.outer(square, square), 1.1, 0.72)
    return np.asarray(grey + 0.03 * _noise(rng, (8, 8), size, 4), np.float32)


def _speckle(rng: np.random.Generator, size: int) -> Grey:
    fine = _noise(rng, (size // 4, size // 4), size, 2)
    return np.asarray(1 + 0.17 * fine + 0.06 * _noise(rng, (4, 4), size, 3), np.float32)


_TABLES: dict[str, Callable[[np.random.Generator, int], Grey]] = {
    'wood': _wood,
    'planks': _planks,
    'plain': _plain,
    'cloth': _cloth,
    'marble': _marble,
    'checks': _checks,
    'speckle': _speckle,
}
TABLES = tuple(_TABLES)
"""Names of the textures that a table may have."""

PATTERNS = ('striped', 'dotted', 'checkered')
"""Names of the patterns that a thing may have, besides 'plain'."""


@lru_cache(maxsize=64)
def _table_base(kind: str, variant: int) -> Grey:
    rng = np.random.default_rng((len(kind), ord(kind[0]), variant))
    return _TABLES[kind](rng, SURFACE_PX)


def table(kind: str, rgb: tuple[float, float, float], seed: int) -> UInt8Array:
    """Return a table's surface.

    Args:
        kind: one of ``TABLES``.
        rgb: (3,) in [0, 1], its mean colour.
        seed: picks a variant and turns it.

    Returns:
        (SURFACE_PX, SURFACE_PX, 3) uint8 RGB that tiles.

    Raises:
        ContractError: no such kind.
    """
    if kind not in _TABLES:
        raise ContractError(f'table texture: expected one of {", ".join(TABLES)}, got {kind!r}')
    grey = _table_base(kind, seed % VARIANTS)
    turned = np.rot90(grey) if seed // VARIANTS % 2 else grey
    # Dark grain keeps more red than blue, which is what makes tinted grey look like wood.
    gamma = (0.85, 1.0, 1.15) if kind in {'wood', 'planks'} else (1.0, 1.0, 1.0)
    levels = np.arange(256) / 128
    lut = [np.clip(255 * c * levels**g, 0, 255) for c, g in zip(rgb, gamma, strict=True)]
    index = np.clip(turned * 128, 0, 255).astype(np.uint8)
    return np.asarray(cv2.merge([cv2.LUT(index, np.uint8(one)) for one in lut]), np.uint8)


def surroundings(rgb: tuple[float, float, float], brightness: float, seed: int) -> UInt8Array:
    """Return the room behind the table, out of focus, as a sky box.

    Args:
        rgb: (3,) in [0, 1] of the walls.
        brightness: factor on everything, since a sky box takes no light.
        seed: of furniture and shades.

    Returns:
        (6 * SKY_PX, SKY_PX, 3) uint8 RGB: right, left, up, down, front, back.
    """
    rng = np.random.default_rng((7, seed))
    colour = np.asarray(rgb, np.float32)
    shade = _sky_shade(seed % VARIANTS)
    faces = []
    for face in range(6):
        tint = (1.0, 1.0, 1.1, 0.55, 1.0, 1.0)[face] * float(rng.uniform(0.9, 1.1))
        image = shade[face][..., None] * colour * tint
        for _ in range(0 if face == 2 else int(rng.integers(0, 8))):
            x, y = rng.integers(0, SKY_PX, 2)
            width, height = rng.integers(5, 40, 2)
            other = colour * rng.uniform(0.3, 1.25) + rng.normal(0, 0.13, 3)
            image[y : y + height, x : x + width] = np.clip(other, 0, 1)
        faces.append(cv2.GaussianBlur(image, (0, 0), float(rng.uniform(0.6, 1.6))))
    return np.asarray(np.clip(255 * brightness * np.concatenate(faces), 0, 255), np.uint8)


@lru_cache(maxsize=VARIANTS)
def _sky_shade(variant: int) -> Grey:
    rng = np.random.default_rng((13, variant))
    return np.stack([1 + 0.08 * _noise(rng, (2, 2), SKY_PX, 3) for _ in range(6)])


@lru_cache(maxsize=32)
def _pattern_mask(kind: str, variant: int) -> npt.NDArray[np.bool_]:
    """Return (6 * S, S) bool, where the second colour is, faces in the order +x -x +y -y +z -z."""
    s = (np.arange(CUBE_PX) + 0.5) / CUBE_PX
    if kind == 'striped':
        bands = np.floor(s * 5 + 0.5) % 2 == 1
        across = np.broadcast_to(bands, (CUBE_PX, CUBE_PX))
        # The sides have bands in one variant and staves in the other.
        side = across.T if variant else across
        faces = np.stack([side, side, side, side, across, across])
    elif kind == 'checkered':
        square = np.floor(s * 4).astype(int) % 2
        faces = np.broadcast_to(np.bitwise_xor.outer(square, square) == 1, (6, CUBE_PX, CUBE_PX))
    else:
        offset = s * 3 % 1 - 0.5
        dots = np.add.outer(offset**2, offset**2) < 0.32**2
        faces = np.broadcast_to(dots, (6, CUBE_PX, CUBE_PX))
    return np.ascontiguousarray(faces.reshape(6 * CUBE_PX, CUBE_PX))


def pattern(
    kind: str,
    rgb: tuple[float, float, float],
    second_rgb: tuple[float, float, float],
    seed: int,
) -> UInt8Array:
    """Return a thing's pattern as a cube map.

    Args:
        kind: one of ``PATTERNS``.
        rgb: (3,) in [0, 1] of the ground.
        second_rgb: (3,) in [0, 1] of stripes, dots or squares.
        seed: picks a variant.

    Returns:
        (6 * CUBE_PX, CUBE_PX, 3) uint8 RGB.

    Raises:
        ContractError: no such pattern.
    """
    if kind not in PATTERNS:
        raise ContractError(f'pattern: expected one of {", ".join(PATTERNS)}, got {kind!r}')
    mask = _pattern_mask(kind, seed % 2)
    colours = np.clip(255 * np.asarray([rgb, second_rgb]), 0, 255).astype(np.uint8)
    return np.asarray(colours[mask.astype(np.intp)], np.uint8)


@lru_cache(maxsize=1)
def grain() -> UInt8Array:
    """Return slight unevenness for surfaces of one colour: a cube map, to be tinted."""
    rng = np.random.default_rng(3)
    faces = [_noise(rng, (6, 6), CUBE_PX, 3) for _ in range(6)]
    grey = np.clip(247 + 6 * np.concatenate(faces), 0, 255).astype(np.uint8)
    return np.repeat(grey[..., None], 3, axis=2)


def cloth() -> UInt8Array:
    """Return the folds of clothes: a cube map, to be tinted."""
    rng = np.random.default_rng(8)
    faces = [_noise(rng, (4, 3), CUBE_PX, 4) for _ in range(6)]
    grey = np.clip(228 + 26 * np.concatenate(faces), 0, 255).astype(np.uint8)
    return np.repeat(grey[..., None], 3, axis=2)
