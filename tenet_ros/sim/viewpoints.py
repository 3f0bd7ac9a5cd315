"""Where the camera stands and how it moves."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tenet_ros.sim.scene import Camera

__all__ = ['camera', 'looking_at', 'noise', 'on_table']

Array = npt.NDArray[np.float64]
WIDTH, HEIGHT = 640, 480
_MOST_PX_PER_M = 620
"""At the middle of the view, so that a thing of 0.1 m covers at most 62 pixels there."""


def noise(rng: np.random.Generator, times: Array, lowest_hz: float, highest_hz: float) -> Array:
    """Return (T, 3) smooth band-limited noise of unit variance: a sum of random sinusoids."""
    waves = 6
    rate = rng.uniform(lowest_hz, highest_hz, (waves, 3))
    phase = rng.uniform(0, 2 * np.pi, (waves, 3))
    angle = 2 * np.pi * rate * times[:, None, None] + phase
    return np.asarray(np.sin(angle).sum(axis=1) * np.sqrt(2 / waves))


def looking_at(positions: Array, targets: Array) -> Array:
    """Return (T, 3, 3) optical frames at ``positions`` that look at ``targets``, z up above."""
    forward = targets - positions
    forward /= np.linalg.norm(forward, axis=1, keepdims=True)
    right = np.cross(forward, (0.0, 0.0, 1.0))
    right /= np.linalg.norm(right, axis=1, keepdims=True)
    return np.stack((right, np.cross(forward, right), forward), axis=2)


def camera(rng: np.random.Generator, times: Array, motion: str) -> Camera:
    """Return a camera that looks down at the table at 20 to 60 degrees from 0.6 to 1.3 m.

    Args:
        rng: where from.
        times: (T,) seconds from the clip's start.
        motion: 'static', 'pan' or 'handheld'.
    """
    elevation, azimuth = np.deg2rad(rng.uniform(20, 60)), rng.uniform(0, 2 * np.pi)
    distance, focal = rng.uniform(0.75, 1.3), float(rng.uniform(450, 650))
    focal = min(focal, _MOST_PX_PER_M * distance)
    flat = np.asarray((np.cos(azimuth), np.sin(azimuth), 0.0))
    side = np.asarray((-flat[1], flat[0], 0.0))
    target = np.tile(np.append(rng.normal(0, 0.02, 2), 0.03), (len(times), 1))
    position = target + distance * (np.cos(elevation) * flat + np.sin(elevation) * np.eye(3)[2])
    if motion == 'pan':
        period, sweep = rng.uniform(8, 16), rng.uniform(0.04, 0.12)
        swing = sweep * np.sin(2 * np.pi * times / period + rng.uniform(0, 2 * np.pi))
        target = target + swing[:, None] * side
        position = position + rng.uniform(-0.6, 0.6) * swing[:, None] * side
    elif motion == 'handheld':
        position = position + rng.uniform(0.004, 0.014) * noise(rng, times, 0.15, 1.2)
        target = target + rng.uniform(0.003, 0.010) * noise(rng, times, 0.2, 1.8)
    return Camera(
        width=WIDTH,
        height=HEIGHT,
        focal_px=focal,
        positions=position,
        rotations=looking_at(position, target),
        motion=motion,
    )


def on_table(camera: Camera, frame: int, pixels: Array, height: float = 0.0) -> Array:
    """Return where the rays through source pixels (..., 2) meet the plane z = ``height``.

    Returns:
        (..., 2) float64 world x and y, metres; nan where a ray goes upwards.
    """
    middle = np.asarray((camera.width, camera.height)) / 2
    flat = (np.asarray(pixels, np.float64) - middle) / camera.focal_px
    rays = np.concatenate((flat, np.ones((*flat.shape[:-1], 1))), axis=-1)
    rays = rays @ camera.rotations[frame].T
    eye = camera.positions[frame]
    down = np.where(rays[..., 2] < -1e-6, rays[..., 2], np.nan)
    return np.asarray(eye[:2] + rays[..., :2] * ((height - eye[2]) / down)[..., None])
