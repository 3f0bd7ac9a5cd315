"""Scenes out of seeds."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tenet_ros.errors import ContractError
from tenet_ros.sim.catalogue import SPLITS
from tenet_ros.sim.layout import arrange, cast, tallest
from tenet_ros.sim.looks import look
from tenet_ros.sim.scene import Camera, Scene
from tenet_ros.sim.script import Script, direct
from tenet_ros.sim.setting import Setting
from tenet_ros.sim.viewpoints import camera

__all__ = ['GENERATOR', 'generate', 'generate_still']

Array = npt.NDArray[np.float64]
Random = np.random.Generator

GENERATOR = 5
"""Version of the generator: raised whenever a seed gives another clip."""
_CAMERAS, _SHARES = ('static', 'pan', 'handheld'), (0.5, 0.2, 0.3)
_MOVERS, _LIVELY = (0.5, 0.3, 0.2), 0.75
_OCCLUDED = 0.32
_STILL_S = 8.0
"""A still is one moment of a clip of this length."""


def _random(seed: int, split: str, purpose: int) -> Random:
    """Return a generator of its own for each seed, split and purpose."""
    if split not in SPLITS:
        raise ContractError(f'split: expected one of {", ".join(SPLITS)}, got {split!r}')
    if seed < 0:
        raise ContractError(f'seed: expected a number from 0 on, got {seed}')
    entropy = np.random.SeedSequence([seed, SPLITS.index(split), purpose, GENERATOR])
    return np.random.Generator(np.random.PCG64(entropy))


def generate(seed: int, split: str, *, seconds: float = 8.0, rate_hz: float = 30.0) -> Scene:
    """Return the clip of a seed.

    Args:
        seed: any number from 0 on; each split has seeds of its own.
        split: 'train', 'val' or 'test'; colour-category pairs are held out from the first two.
        seconds: length of the clip, at least 1.
        rate_hz: frames per second.

    Returns:
        The same clip for the same arguments on every machine.

    Raises:
        ContractError: for an unknown split, a negative seed or a clip too short to move in.
    """
    frames = round(seconds * rate_hz)
    if seconds < 1 or frames < 2:
        raise ContractError(f'seconds: expected at least 1, got {seconds} at {rate_hz} Hz')
    rng = _random(seed, split, 0)
    times = np.arange(frames) / rate_hz
    view = camera(rng, times, str(rng.choice(_CAMERAS, p=_SHARES)))
    count = int(rng.integers(3, 13))
    bodies = arrange(rng, cast(rng, count, split), view, frames // 2)
    setting = Setting(times, view, tallest(bodies), seconds)
    movers = 1 + int(rng.choice(3, p=_MOVERS)) if rng.random() < _LIVELY else 0
    script = direct(rng, bodies, setting, movers, occlusion=rng.random() < _OCCLUDED)
    return _scene(rng, (seed, split, rate_hz), script, view)


def generate_still(seed: int, split: str) -> Scene:
    """Return a scene of one frame for training on images: more crowded, nearer to the border.

    Args:
        seed: as for ``generate``, another sequence.
        split: likewise.

    Returns:
        A scene of T = 1 frame without activities, 1 to 16 named things, perhaps a screen or arm.

    Raises:
        ContractError: for an unknown split or a negative seed.
    """
    rng = _random(seed, split, 1)
    view = camera(rng, np.zeros(1), 'static')
    bodies = arrange(
        rng,
        cast(rng, int(rng.integers(1, 17)), split),
        view,
        0,
        border_px=float(rng.choice((-15.0, 10.0, 40.0))),
        clearance=0.001,
        crowded=float(rng.choice((0.0, 0.5, 0.8))),
    )
    setting = Setting(rng.uniform(0, _STILL_S, 1), view, tallest(bodies), _STILL_S)
    script = direct(rng, bodies, setting, int(rng.integers(0, 3)), occlusion=rng.random() < 0.25)
    script.activities.clear()
    return _scene(rng, (seed, split, 30.0), script, view)


def _scene(rng: Random, identity: tuple[int, str, float], script: Script, view: Camera) -> Scene:
    """Return what was decided as plain data, with a look of its own."""
    seed, split, rate_hz = identity
    return Scene(
        seed=seed,
        generator=GENERATOR,
        split=split,
        rate_hz=rate_hz,
        things=tuple(body.thing for body in script.bodies),
        positions=np.stack([places for places, _ in script.paths], axis=1),
        rotations=np.stack([turns for _, turns in script.paths], axis=1),
        activities=tuple(script.activities),
        camera=view,
        look=look(rng),
    )
