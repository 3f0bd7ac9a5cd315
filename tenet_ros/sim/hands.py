"""What things do with help: pushed, lifted and let go; and what passes before them.

As in ``acts``, every function makes one try and looks at nothing in the way.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tenet_ros.sim import motions
from tenet_ros.sim.act import (
    RAMP_S,
    Act,
    Helper,
    begin,
    centre_of,
    either_way,
    flat,
    stretches,
    towards,
)
from tenet_ros.sim.layout import Body
from tenet_ros.sim.machinery import ARM, PUSHER, SCREEN, STRING, build_unnamed
from tenet_ros.sim.rotations import matrix, upright
from tenet_ros.sim.scene import ActivityKind, Thing
from tenet_ros.sim.setting import Setting
from tenet_ros.sim.solids import thing_points

__all__ = ['drop', 'lift', 'passing', 'push']

Array = npt.NDArray[np.float64]
Random = np.random.Generator


def _unnamed(kind: str, rng: Random, grip: float = 0.03) -> Body:
    parts, extent = build_unnamed(kind, rng, grip)
    grey = float(rng.uniform(0.3, 0.62))
    tint = rng.uniform(-0.03, 0.03, 3)
    red, green, blue = (float(np.clip(grey + t, 0, 1)) for t in tint)
    thing = Thing(
        category='',
        colour='',
        second='',
        pattern='plain',
        rgb=(red, green, blue),
        second_rgb=(red, green, blue),
        extent=extent,
        parts=parts,
    )
    return Body(thing=thing, points=thing_points(parts), size=1.0)


def push(rng: Random, body: Body, setting: Setting) -> Act | None:
    """A pusher comes, pushes along one of the thing's own axes, and draws back."""
    length, speed = float(rng.uniform(0.1, 0.4)), float(rng.uniform(0.05, 0.25))
    extent = body.thing.extent
    quarters = int(rng.integers(4))
    if max(extent[:2]) > 2 * min(extent[:2]):
        quarters = 2 * (quarters % 2) + (1 if extent[1] > extent[0] else 0)
    axis = matrix(body.turn)[:, 0]
    yaw = float(np.arctan2(axis[1], axis[0]) + quarters * np.pi / 2)
    ahead = towards(yaw)
    if -ahead[:2] @ setting.towards > 0.35:
        return None
    points = body.world()
    along, across = points @ ahead, points @ flat(-ahead[1], ahead[0])
    touching = across[along < along.min() + 0.004]
    face = along.min() * ahead + touching.mean() * flat(-ahead[1], ahead[0])
    if not setting.inside(centre_of(points) + length * ahead, 12):
        return None
    done, windows = stretches(rng, setting, length / speed)
    helper = _unnamed(PUSHER, rng)
    first, last = windows[0][0], windows[-1][1]
    times = setting.times
    away = 1 - motions.progress(times, first - 1.0, first - 0.05, 0.3)
    back = motions.progress(times, last + 0.1, last + 1.4, 0.3)
    places = (
        np.asarray((face[0], face[1], 0.0))
        - 0.0015 * ahead
        + (done * length - 0.16 * away - 0.16 * back)[:, None] * ahead
    )
    helper.place, helper.turn = places[0], upright(yaw)
    turns = np.tile(helper.turn, (len(times), 1))
    return Act(
        ActivityKind.PUSHED,
        windows,
        lambda place, turn: motions.slide(place, turn, length * ahead, done),
        (Helper(helper, (places, turns)),),
    )


def _hanging(rng: Random, body: Body, setting: Setting, heights: Array, shown: Array) -> Helper:
    """Return an arm or a string that holds a body from above.

    Args:
        rng: where from.
        body: what it holds.
        setting: the clip.
        heights: (T,) of the body above its place.
        shown: (T,) how far above the body the holder is, metres.
    """
    points = body.world()
    top = points[:, 2].max()
    crown = points[points[:, 2] > top - 0.022]
    middle = centre_of(crown)
    across = np.ptp(crown[:, :2], axis=0)
    hold = ARM if across.max() < 0.09 and rng.random() < 0.6 else STRING
    lean = float(np.arctan2(setting.towards[1], setting.towards[0]) + rng.uniform(-1.0, 1.0))
    helper = _unnamed(hold, rng, float(across.max()) / 2 + 0.004)
    z = top + heights + shown - (0.018 if hold == ARM else 0.0)
    places = np.column_stack((np.tile(middle[:2], (len(z), 1)), z))
    helper.place, helper.turn = places[0], upright(lean)
    return Helper(helper, (places, np.tile(helper.turn, (len(z), 1))))


def lift(rng: Random, body: Body, setting: Setting) -> Act:
    """Up, and in some clips down again; the holder comes from above, or waits in touch."""
    height, speed = float(rng.uniform(0.07, 0.22)), float(rng.uniform(0.06, 0.22))
    seconds = height / speed + RAMP_S
    start = begin(rng, setting, seconds, 0.15)
    times = setting.times
    done = motions.progress(times, start, start + seconds, RAMP_S)
    windows = [(start, start + seconds)]
    if rng.random() < 0.4:
        again = start + seconds + float(rng.uniform(0.8, 2.0))
        done = done - motions.progress(times, again, again + seconds, RAMP_S)
        windows.append((again, again + seconds))
    shown = 0.3 * (1 - motions.progress(times, start - 1.1, start - 0.1, 0.3))
    if rng.random() < 0.3:
        shown = shown * 0
    helper = _hanging(rng, body, setting, height * done, shown)
    rise = np.asarray((0.0, 0.0, height))
    return Act(
        ActivityKind.LIFTED,
        tuple(windows),
        lambda place, turn: motions.slide(place, turn, rise, done),
        (helper,),
    )


def drop(rng: Random, body: Body, setting: Setting) -> Act:
    """Let go by what held it above the table."""
    height, gravity = float(rng.uniform(0.12, 0.3)), float(rng.uniform(3.0, 6.0))
    start = float(rng.uniform(0.4, max(setting.seconds - 1.5, 0.5)))
    since = setting.times - start
    end = start + 1.6 * float(np.sqrt(2 * height / gravity))
    rest = motions.progress(setting.times, start + 0.15, start + 1.5, 0.4)
    held = np.full(len(since), height)
    helper = _hanging(rng, body, setting, held, 0.01 * (since > 0) + 0.4 * rest)
    return Act(
        ActivityKind.FALL,
        ((start, end),),
        lambda place, turn: motions.drop(place, turn, height, since, gravity),
        (helper,),
        loads=False,
    )


def passing(rng: Random, setting: Setting, bodies: list[Body]) -> Helper:
    """Return something that passes before a thing, or stands before it: a screen or an arm."""
    side = np.asarray((-setting.towards[1], setting.towards[0], 0.0)) * either_way(rng)
    towards = np.append(setting.towards, 0.0)
    target = bodies[int(rng.integers(len(bodies)))]
    foot = centre_of(target.world()) * np.asarray((1.0, 1.0, 0.0))
    times, dice = setting.times, rng.random()
    yaw = float(np.arctan2(towards[1], towards[0]))
    if dice < 0.4:
        helper = _unnamed(ARM, rng)
        speed, begin = float(rng.uniform(0.2, 0.45)), float(rng.uniform(0.0, 0.4))
        height = setting.top + float(rng.uniform(0.015, 0.05))
        lead = speed * (times - setting.seconds * begin) - 0.7
        places = foot + 0.05 * towards + lead[:, None] * side
        places = places + np.asarray((0.0, 0.0, height))
        turn = upright(yaw + float(rng.uniform(-0.7, 0.7)))
    else:
        helper = _unnamed(SCREEN, rng)
        reach = float(np.hypot(*target.thing.extent[:2])) / 2
        middle = foot + (reach + float(rng.uniform(0.02, 0.07))) * towards
        turn = upright(yaw + float(rng.uniform(-0.3, 0.3)))
        lead = np.full(len(times), float(rng.uniform(-0.08, 0.08)))
        if dice < 0.8:
            begin = float(rng.uniform(0.3, 0.5 * setting.seconds))
            end = begin + float(rng.uniform(1.8, 4.0))
            width = float(rng.uniform(0.5, 0.9))
            lead = width * (motions.progress(times, begin, end, 0.4) - float(rng.uniform(0.4, 0.6)))
        places = middle + lead[:, None] * side
    helper.place, helper.turn = places[0], turn
    return Helper(helper, (places, np.tile(turn, (len(times), 1))))
