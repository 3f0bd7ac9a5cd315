"""Scenes out of seeds."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tenet_ros.errors import ContractError
from tenet_ros.sim import motions
from tenet_ros.sim.catalogue import CATEGORIES, SPLITS
from tenet_ros.sim.layout import Body, arrange, cast
from tenet_ros.sim.looks import look
from tenet_ros.sim.rotations import matrix
from tenet_ros.sim.scene import Activity, ActivityKind, Scene
from tenet_ros.sim.spans import gaps, spans
from tenet_ros.sim.viewpoints import camera

__all__ = ['GENERATOR', 'generate', 'generate_still']

Array = npt.NDArray[np.float64]
Random = np.random.Generator

GENERATOR = 1
"""Version of the generator: raised whenever a seed gives another clip."""


def _random(seed: int, split: str, purpose: int) -> Random:
    if split not in SPLITS:
        raise ContractError(f'split: expected one of {", ".join(SPLITS)}, got {split!r}')
    if seed < 0:
        raise ContractError(f'seed: expected a number from 0 on, got {seed}')
    entropy = np.random.SeedSequence([seed, SPLITS.index(split), purpose, GENERATOR])
    return np.random.Generator(np.random.PCG64(entropy))


def _move(
    rng: Random, body: Body, times: Array
) -> tuple[motions.Path, ActivityKind, float, float]:
    """Return one try at a motion."""
    seconds = float(times[-1])
    points = body.world()
    middle = (points.min(axis=0) + points.max(axis=0)) / 2
    rolls = CATEGORIES[body.thing.category].rolls
    dice = rng.random()
    start = 0.0 if rng.random() < 0.25 else float(rng.uniform(0.3, 0.7 * seconds))
    if dice < 0.15:
        rate = float(rng.uniform(1.0, 3.0) * rng.choice((-1, 1)))
        end = min(start + float(rng.uniform(1.5, 4.0)), seconds + 1)
        done = motions.progress(times, start, end, 0.3)
        path = motions.spin(body.place, body.turn, middle, rate * (end - start), done)
        return path, ActivityKind.SPIN, start, end
    if dice < 0.3:
        radius, sense = rng.uniform(0.05, 0.12), rng.choice((-1, 1))
        away, speed = rng.uniform(0, 2 * np.pi), rng.uniform(0.08, 0.25)
        centre = middle + radius * np.asarray((np.cos(away), np.sin(away), 0))
        angle = float(rng.uniform(2.5, 9.0))
        end = start + angle * radius / speed
        done = motions.progress(times, start, end, 0.3)
        path = motions.circle(body.place, body.turn, centre, sense * angle, done)
        return path, ActivityKind.CIRCLE, start, end
    length, speed = rng.uniform(0.12, 0.45), rng.uniform(0.06, 0.35)
    heading = rng.uniform(0, 2 * np.pi)
    end = start + length / speed + 0.2
    done = motions.progress(times, start, end, 0.2)
    way = length * np.asarray((np.cos(heading), np.sin(heading), 0.0))
    if rolls == 'any' or body.lying:
        if body.lying:
            axis = matrix(body.turn)[:, 2]
            sign = rng.choice((-1, 1))
            way = sign * length * np.asarray((-axis[1], axis[0], 0.0))
        radius = middle[2] if rolls == 'any' else float(np.ptp(points[:, 2])) / 2
        path = motions.roll(body.place, body.turn, middle, float(radius), way, done)
        return path, ActivityKind.ROLL, start, end
    return motions.slide(body.place, body.turn, way, done), ActivityKind.SLIDE, start, end


def _swept(body: Body, path: motions.Path) -> tuple[Array, Array]:
    places, turns = path
    world = np.einsum('tij,vj->tvi', matrix(turns), body.points) + places[:, None]
    return spans(world)


def generate(seed: int, split: str, *, seconds: float = 8.0, rate_hz: float = 30.0) -> Scene:
    """Return the clip of a seed.

    Args:
        seed: any number from 0 on; each split has seeds of its own.
        split: 'train', 'val' or 'test'; colour-category pairs are held out from the first two.
        seconds: length of the clip.
        rate_hz: frames per second.

    Returns:
        The same clip for the same arguments on every machine.

    Raises:
        ContractError: for an unknown split or a negative seed.
    """
    rng = _random(seed, split, 0)
    frames = max(round(seconds * rate_hz), 1)
    times = np.arange(frames) / rate_hz
    motion = str(rng.choice(('static', 'pan', 'handheld'), p=(0.5, 0.2, 0.3)))
    view = camera(rng, times, motion)
    bodies = arrange(rng, cast(rng, int(rng.integers(3, 13)), split), view, frames // 2)
    paths = [
        (np.tile(body.place, (frames, 1)), np.tile(body.turn, (frames, 1))) for body in bodies
    ]
    swept = [tuple(a[None] for a in spans(body.world())) for body in bodies]
    activities: list[Activity] = []
    movers = int(rng.integers(1, 4)) if rng.random() < 0.75 else 0
    loaded = {id(body.under) for body in bodies}
    idle = [n for n, body in enumerate(bodies) if body.under is None and id(body) not in loaded]
    for mover in rng.permutation(idle)[:movers]:
        for _ in range(25):
            path, kind, start, end = _move(rng, bodies[mover], times)
            mine = _swept(bodies[mover], path)
            others = [s for n, s in enumerate(swept) if n != mover]
            if all(float(gaps(mine, other).min()) > 0.003 for other in others):
                paths[mover], swept[mover] = path, mine
                end_s = min(end, seconds)
                activities.append(
                    Activity(thing=int(mover), kind=kind, start_s=start, end_s=end_s)
                )
                break
    return _scene(rng, seed, split, rate_hz, bodies, paths, tuple(activities), view)


def _scene(rng, seed, split, rate_hz, bodies, paths, activities, view) -> Scene:  # noqa
    return Scene(
        seed=seed,
        generator=GENERATOR,
        split=split,
        rate_hz=rate_hz,
        things=tuple(body.thing for body in bodies),
        positions=np.stack([p for p, _ in paths], axis=1),
        rotations=np.stack([r for _, r in paths], axis=1),
        activities=activities,
        camera=view,
        look=look(rng),
    )


def generate_still(seed: int, split: str) -> Scene:
    """Return a short clip for training on single images, of one to three unrelated frames.

    Args:
        seed: as for ``generate``, another sequence.
        split: likewise.

    Returns:
        A scene of T = 1 to 3 frames without activities, up to 16 things, often crowded.
    """
    rng = _random(seed, split, 1)
    view = camera(rng, np.zeros(1), 'static')
    bodies = arrange(
        rng,
        cast(rng, int(rng.integers(2, 17)), split),
        view,
        0,
        border_px=float(rng.choice((0, 45))),
        clearance=0.002,
    )
    paths = [(body.place[None], body.turn[None]) for body in bodies]
    return _scene(rng, seed, split, 30.0, bodies, paths, (), view)
