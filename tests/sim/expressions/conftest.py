"""A bare stage: boxes and balls where the test says, under a camera that looks down at the table.

The camera stands at y = -1 m and looks along +y and 45 degrees down, so the world's +x is to the
right, +y is away, and what is said about left, right, behind and in front can be read off.
"""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from tenet_ros.sim.scene import (
    Activity,
    ActivityKind,
    Camera,
    Look,
    Part,
    Scene,
    Solid,
    Thing,
    Truth,
)

RATE_HZ = 10.0
FOCAL_PX = 600.0
EXTENT = 0.06
_DOWN = np.sqrt(0.5)
_ROTATION = np.array([[1.0, 0, 0], [0, -_DOWN, _DOWN], [0, -_DOWN, -_DOWN]])


def make_thing(category='ball', colour='red', *, pattern='plain', second='', size=EXTENT):
    part = Part(
        solid=Solid.BOX,
        size=(size / 2,) * 3,
        position=np.array([0, 0, size / 2]),
        rotation=np.array([1.0, 0, 0, 0]),
    )
    return Thing(
        category=category,
        colour=colour,
        second=second,
        pattern=pattern,
        rgb=(0.5, 0.5, 0.5),
        second_rgb=(1.0, 1.0, 1.0),
        extent=np.full(3, size),
        parts=(part,),
    )


def see(scene, shown):
    """Return the truth of a scene without occlusion: every thing a square, or hidden."""
    half = np.array([thing.extent[2] / 2 for thing in scene.things])
    world = scene.positions + np.array([0, 0, 1.0]) * half[None, :, None]
    camera = scene.camera
    centres = np.einsum('tni,tij->tnj', world - camera.positions[:, None], camera.rotations)
    middle = np.array([camera.width, camera.height]) / 2
    at = camera.focal_px * centres[..., :2] / centres[..., 2:] + middle
    radius = camera.focal_px * half / centres[..., 2]
    amodal = np.stack(
        [at[..., 0] - radius, at[..., 1] - radius, at[..., 0] + radius, at[..., 1] + radius], -1
    )
    limits = np.array([camera.width, camera.height, camera.width, camera.height])
    clipped = np.clip(amodal, 0, limits)
    area = (clipped[..., 2] - clipped[..., 0]) * (clipped[..., 3] - clipped[..., 1])
    whole = (2 * radius) ** 2
    return Truth(
        boxes=(clipped * shown[..., None]).astype(np.float32),
        amodal_boxes=clipped.astype(np.float32),
        visible_px=(area * shown).astype(np.int64),
        amodal_px=area.astype(np.int64),
        whole_px=whole.astype(np.int64),
        centres=centres,
        world=world,
    )


@pytest.fixture
def stage():
    """Return a maker of clips from things, their places and what they do.

    Places are (x, y), (x, y, z) or, for what moves, one row per frame.
    """

    def make(*actors, frames=60, activities=(), hidden=(), split='train'):
        things = tuple(thing for thing, _ in actors)
        positions = np.zeros((frames, len(actors), 3))
        for i, (_, place) in enumerate(actors):
            rows = np.asarray(place, float)
            positions[:, i, : rows.shape[-1]] = rows
        camera = Camera(
            width=640,
            height=480,
            focal_px=FOCAL_PX,
            positions=np.tile([0.0, -1.0, 1.0], (frames, 1)),
            rotations=np.tile(_ROTATION, (frames, 1, 1)),
            motion='static',
        )
        look = Look(
            table='plain',
            table_rgb=(0.5, 0.5, 0.5),
            wall_rgb=(0.5, 0.5, 0.5),
            lights=np.zeros((1, 3)),
            light_powers=np.ones(1),
            ambient=0.5,
            exposure=1.0,
            white_balance=(1.0, 1.0, 1.0),
            noise=0.0,
            blur_px=0.0,
            vignette=0.0,
            seed=0,
        )
        scene = Scene(
            seed=0,
            generator=0,
            split=split,
            rate_hz=RATE_HZ,
            things=things,
            positions=positions,
            rotations=np.tile([1.0, 0, 0, 0], (frames, len(actors), 1)),
            activities=tuple(activities),
            camera=camera,
            look=look,
        )
        shown = np.ones((frames, len(actors)), bool)
        for i, start, end in hidden:
            shown[start:end, i] = False
        return scene, see(scene, shown)

    return make


@pytest.fixture
def moves():
    """Return a maker of straight moves: rows of places, and the activity."""

    def make(thing, start, end, begin_s, end_s, kind=ActivityKind.SLIDE, frames=60):
        time = np.arange(frames) / RATE_HZ
        share = np.clip((time - begin_s) / (end_s - begin_s), 0, 1)[:, None]
        rows = np.asarray(start) + share * (np.asarray(end) - np.asarray(start))
        return rows, Activity(thing=thing, kind=kind, start_s=begin_s, end_s=end_s)

    return make


def until(scene, truth, frames):
    """Return the clip as it was when so many frames had been seen."""
    camera = dataclasses.replace(
        scene.camera,
        positions=scene.camera.positions[:frames],
        rotations=scene.camera.rotations[:frames],
    )
    scene = dataclasses.replace(
        scene,
        positions=scene.positions[:frames],
        rotations=scene.rotations[:frames],
        camera=camera,
    )
    fields = {f.name: getattr(truth, f.name)[:frames] for f in dataclasses.fields(truth)}
    return scene, Truth(**fields)


@pytest.fixture
def cut():
    """Return the function that keeps the first frames of a clip."""
    return until


@pytest.fixture
def thing():
    """Return the maker of things."""
    return make_thing
