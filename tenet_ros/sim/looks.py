"""Paint and light: how a colour may vary, and everything else that changes only the picture."""

from __future__ import annotations

import colorsys

import numpy as np

from tenet_ros.sim.catalogue import COLOURS
from tenet_ros.sim.scene import Look

__all__ = ['TABLES', 'look', 'paint']

Rgb = tuple[float, float, float]
TABLES = ('wood', 'plain', 'cloth', 'marble', 'checks')


def paint(colour: str, rng: np.random.Generator) -> Rgb:
    """Return one shade, sRGB in [0, 1], of a colour of the catalogue."""
    ranges = COLOURS[colour]
    hue = rng.uniform(*ranges.hue) / 360 % 1.0
    return colorsys.hsv_to_rgb(hue, rng.uniform(*ranges.saturation), rng.uniform(*ranges.value))


def _quiet(rng: np.random.Generator, value: tuple[float, float], most: float) -> Rgb:
    """Return a colour of little saturation, for what lies behind the things."""
    hue = rng.uniform(0.03, 0.16) if rng.random() < 0.6 else rng.random()
    return colorsys.hsv_to_rgb(float(hue), rng.uniform(0, most), rng.uniform(*value))


def look(rng: np.random.Generator) -> Look:
    """Return a random look. Its light stays near enough to white for colours to be nameable."""
    lights = int(rng.integers(1, 4))
    azimuth = rng.uniform(0, 2 * np.pi, lights)
    height, away = rng.uniform(0.9, 2.2, lights), rng.uniform(0.2, 1.6, lights)
    powers = rng.uniform(0.4, 1.0, lights)
    warmth = rng.normal(0, 0.035)
    return Look(
        table=str(rng.choice(TABLES)),
        table_rgb=_quiet(rng, (0.34, 0.9), 0.38),
        wall_rgb=_quiet(rng, (0.3, 0.95), 0.25),
        lights=np.stack((away * np.cos(azimuth), away * np.sin(azimuth), height), axis=1),
        light_powers=powers / powers.sum() * rng.uniform(0.7, 0.95),
        ambient=float(rng.uniform(0.34, 0.5)),
        exposure=float(np.exp(rng.normal(0, 0.12))),
        white_balance=(1 + float(warmth), 1.0 + float(rng.normal(0, 0.01)), 1 - float(warmth)),
        noise=float(rng.uniform(0, 8) * rng.random()),
        blur_px=float(max(rng.normal(0.3, 0.45), 0.0)),
        vignette=float(rng.uniform(0, 0.35) * rng.random()),
        seed=int(rng.integers(2**31)),
    )
