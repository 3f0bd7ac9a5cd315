"""A scene as JSON and arrays, and back: the same scene to the last bit."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np
import numpy.typing as npt

from tenet_ros.sim.scene import Activity, ActivityKind, Camera, Look, Part, Scene, Solid, Thing

__all__ = ['scene_from', 'scene_to']

Arrays = dict[str, npt.NDArray[Any]]


def scene_to(scene: Scene) -> tuple[dict[str, Any], Arrays]:
    """Return what JSON can hold of a scene, and its poses as arrays.

    Python writes every float so that it reads back as the same float.
    """
    camera = scene.camera
    facts = {
        'seed': scene.seed,
        'generator': scene.generator,
        'split': scene.split,
        'rate_hz': scene.rate_hz,
        'things': [_plain(asdict(thing)) for thing in scene.things],
        'activities': [_plain(asdict(activity)) for activity in scene.activities],
        'camera': {
            'width': camera.width,
            'height': camera.height,
            'focal_px': camera.focal_px,
            'motion': camera.motion,
        },
        'look': _plain(asdict(scene.look)),
    }
    arrays: Arrays = {
        'positions': scene.positions,
        'rotations': scene.rotations,
        'camera.positions': camera.positions,
        'camera.rotations': camera.rotations,
    }
    return facts, arrays


def scene_from(facts: dict[str, Any], arrays: Arrays) -> Scene:
    """Return the scene that ``scene_to`` took apart.

    Raises:
        KeyError: something is missing.
        TypeError: something is there that a scene does not have.
    """
    look = facts['look']
    return Scene(
        seed=facts['seed'],
        generator=facts['generator'],
        split=facts['split'],
        rate_hz=facts['rate_hz'],
        things=tuple(_thing(thing) for thing in facts['things']),
        positions=arrays['positions'],
        rotations=arrays['rotations'],
        activities=tuple(
            Activity(**{**one, 'kind': ActivityKind(one['kind'])}) for one in facts['activities']
        ),
        camera=Camera(
            **facts['camera'],
            positions=arrays['camera.positions'],
            rotations=arrays['camera.rotations'],
        ),
        look=Look(
            **{
                **look,
                'table_rgb': tuple(look['table_rgb']),
                'wall_rgb': tuple(look['wall_rgb']),
                'white_balance': tuple(look['white_balance']),
                'lights': np.asarray(look['lights'], np.float64).reshape(-1, 3),
                'light_powers': np.asarray(look['light_powers'], np.float64),
            }
        ),
    )


def _thing(facts: dict[str, Any]) -> Thing:
    return Thing(
        **{
            **facts,
            'rgb': tuple(facts['rgb']),
            'second_rgb': tuple(facts['second_rgb']),
            'extent': np.asarray(facts['extent'], np.float64),
            'parts': tuple(_part(part) for part in facts['parts']),
        }
    )


def _part(facts: dict[str, Any]) -> Part:
    return Part(
        **{
            **facts,
            'solid': Solid(facts['solid']),
            'size': tuple(facts['size']),
            'position': np.asarray(facts['position'], np.float64),
            'rotation': np.asarray(facts['rotation'], np.float64),
        }
    )


def _plain(value: Any) -> Any:
    """Return the value with arrays as lists, whatever it is nested in."""
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    if isinstance(value, (np.ndarray, np.generic)):
        return value.tolist()
    return value
