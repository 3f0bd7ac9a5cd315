"""What the tests of the rendered world share: small scenes."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from tenet_ros.sim.scene import Camera, Look, Part, Scene, Solid, Thing

UNTURNED = np.array([1.0, 0, 0, 0])
FRAMES = 4


def thing(solid, size, height, *, rgb=(0.8, 0.1, 0.1), pattern='plain'):
    part = Part(
        solid=Solid(solid),
        size=size,
        position=np.array([0, 0, height]),
        rotation=UNTURNED,
        patterned=True,
    )
    return Thing(
        category='cube',
        colour='red',
        second='white' if pattern != 'plain' else '',
        pattern=pattern,
        rgb=rgb,
        second_rgb=(1.0, 1.0, 1.0),
        extent=np.full(3, 2 * height),
        parts=(part,),
    )


def from_above(height=1.0):
    """Return a camera that looks straight down at the origin, its y axis along the world's -y."""
    return Camera(
        width=640,
        height=480,
        focal_px=600.0,
        positions=np.tile([0.0, 0.0, height], (FRAMES, 1)),
        rotations=np.tile(np.diag([1.0, -1.0, -1.0]), (FRAMES, 1, 1)),
        motion='static',
    )


LOOK = Look(
    table='plain',
    table_rgb=(0.5, 0.5, 0.5),
    wall_rgb=(0.7, 0.7, 0.7),
    lights=np.array([[0.3, -0.3, 1.6]]),
    light_powers=np.array([0.6]),
    ambient=0.4,
    exposure=1.0,
    white_balance=(1.0, 1.0, 1.0),
    noise=0.0,
    blur_px=0.0,
    vignette=0.0,
    seed=1,
)


@pytest.fixture
def scene():
    """Return a red ball, a blue box and a green frustum under a camera that looks down.

    The ball moves along x; everything else stands still.
    """
    things = (
        thing('sphere', (0.05,), 0.05),
        thing('box', (0.04, 0.06, 0.03), 0.03, rgb=(0.1, 0.1, 0.8)),
        thing('frustum', (0.06, 0.03, 0.04), 0.04, rgb=(0.1, 0.6, 0.1)),
    )
    positions = np.tile([[-0.2, 0.1, 0.0], [0.15, 0.1, 0.0], [0.1, -0.15, 0.0]], (FRAMES, 1, 1))
    positions[:, 0, 0] += np.arange(FRAMES) * 0.02
    return Scene(
        seed=0,
        generator=0,
        split='train',
        rate_hz=30.0,
        things=things,
        positions=positions,
        rotations=np.tile(UNTURNED, (FRAMES, 3, 1)),
        activities=(),
        camera=from_above(),
        look=LOOK,
    )


@pytest.fixture
def seen_with(scene):
    """Return the scene with another look."""

    def change(**values):
        return dataclasses.replace(scene, look=dataclasses.replace(scene.look, **values))

    return change
