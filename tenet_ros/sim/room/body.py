"""The parts of a standing body: rounded tubes through elliptic sections, as MuJoCo meshes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

__all__ = ['TUBES', 'mesh_xml', 'tube']

Array = npt.NDArray[np.float64]
Section = tuple[float, float, float, float]
"""Height along z, half depth along x, half width along y, shift along x; metres."""

SIDES = 20

TUBES: dict[str, Sequence[Section]] = {
    # Origin: the middle of the hips.
    'torso': (
        (-0.03, 0.122, 0.176, -0.006),
        (0.02, 0.121, 0.176, -0.008),
        (0.14, 0.105, 0.152, 0.000),
        (0.30, 0.118, 0.168, 0.008),
        (0.42, 0.118, 0.185, 0.000),
        (0.49, 0.090, 0.180, -0.012),
        (0.535, 0.070, 0.115, -0.012),
        (0.56, 0.058, 0.062, -0.010),
    ),
    # Origin: the joint above; they hang down.
    'thigh': (
        (0.06, 0.085, 0.080, 0.0),
        (-0.05, 0.092, 0.086, 0.0),
        (-0.25, 0.076, 0.070, 0.005),
        (-0.43, 0.060, 0.056, 0.0),
    ),
    'shank': (
        (0.03, 0.058, 0.054, 0.0),
        (-0.12, 0.062, 0.056, -0.012),
        (-0.30, 0.054, 0.050, -0.005),
        (-0.40, 0.060, 0.054, 0.0),
    ),
    'sleeve': (
        (0.05, 0.045, 0.040, 0.0),
        (0.00, 0.058, 0.054, 0.0),
        (-0.12, 0.050, 0.046, 0.0),
        (-0.29, 0.043, 0.040, 0.0),
    ),
    'forearm': (
        (0.02, 0.043, 0.040, 0.0),
        (-0.10, 0.042, 0.039, 0.0),
        (-0.22, 0.036, 0.033, 0.0),
    ),
    'hand': (
        (0.0, 0.022, 0.018, 0.0),
        (-0.05, 0.036, 0.016, 0.004),
        (-0.11, 0.034, 0.015, 0.008),
        (-0.17, 0.018, 0.011, 0.012),
    ),
    'shoe': (
        (0.02, 0.050, 0.042, 0.0),
        (-0.02, 0.070, 0.045, 0.015),
        (-0.055, 0.125, 0.048, 0.055),
        (-0.075, 0.132, 0.048, 0.055),
    ),
}


def tube(sections: Sequence[Section]) -> tuple[Array, npt.NDArray[np.int64]]:
    """Return a closed tube: (V, 3) vertices in metres, (F, 3) counter-clockwise from outside.

    Args:
        sections: at least two; from above to below or from below to above.
    """
    ordered = sorted(sections)
    angle = np.arange(SIDES) * 2 * np.pi / SIDES
    rings = [
        np.stack((shift + depth * np.cos(angle), width * np.sin(angle), np.full(SIDES, z)), axis=1)
        for z, depth, width, shift in ordered
    ]
    ends = [(ordered[at][3], 0.0, ordered[at][0]) for at in (0, -1)]
    vertices = np.concatenate([*rings, np.asarray(ends)])
    one = np.arange(SIDES)
    two = (one + 1) % SIDES
    faces = []
    for ring in range(len(rings) - 1):
        low, high = ring * SIDES, (ring + 1) * SIDES
        faces.append(np.stack((low + one, low + two, high + two), axis=1))
        faces.append(np.stack((low + one, high + two, high + one), axis=1))
    bottom, top = len(vertices) - 2, len(vertices) - 1
    last = (len(rings) - 1) * SIDES
    faces.append(np.stack((two, one, np.full(SIDES, bottom)), axis=1))
    faces.append(np.stack((last + one, last + two, np.full(SIDES, top)), axis=1))
    return vertices, np.concatenate(faces)


def mesh_xml() -> str:
    """Return every tube as an asset of its name."""
    words = []
    for name, sections in TUBES.items():
        vertices, faces = tube(sections)
        points = ' '.join(f'{value:.5g}' for value in vertices.reshape(-1))
        corners = ' '.join(map(str, faces.reshape(-1)))
        words.append(f'<mesh name="{name}" vertex="{points}" face="{corners}"/>')
    return ''.join(words)
