"""One try at letting a thing do something: a way, a time, and who helps.

An act is proposed at random, without regard to what stands in the way; ``script`` keeps those
that touch nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from tenet_ros.sim import motions
from tenet_ros.sim.catalogue import CATEGORIES
from tenet_ros.sim.layout import Body
from tenet_ros.sim.motions import Path
from tenet_ros.sim.rotations import matrix, upright
from tenet_ros.sim.scene import ActivityKind, Camera, Thing
from tenet_ros.sim.shapes import ARM, PUSHER, SCREEN, STRING, build_unnamed
from tenet_ros.sim.solids import thing_points

__all__ = ['Act', 'Helper', 'Maker', 'Stage', 'choose', 'passing']

Array = npt.NDArray[np.float64]
Random = np.random.Generator
_RAMP_S = 0.25


@dataclass(frozen=True, slots=True, eq=False)
class Stage:
    """What a proposal may look at.

    Attributes:
        times: (T,) seconds.
        camera: T poses.
        top: of the highest thing, metres above the table.
        seconds: the clip's length.
    """

    times: Array
    camera: Camera
    top: float
    seconds: float

    @property
    def towards(self) -> Array:
        """(2,) unit vector on the table from its middle to the camera."""
        flat = self.camera.positions[:, :2].mean(axis=0)
        return np.asarray(flat / np.linalg.norm(flat))

    def pixels(self, point: Array) -> Array:
        """Return where a world point (3,) is seen at every frame, (T, 2); nan behind."""
        camera = self.camera
        local = np.einsum('ti,tij->tj', point - camera.positions, camera.rotations)
        depth = np.where(local[:, 2:] > 0.05, local[:, 2:], np.nan)
        middle = np.asarray((camera.width, camera.height)) / 2
        return np.asarray(camera.focal_px * local[:, :2] / depth + middle)

    def inside(self, point: Array, margin_px: float) -> bool:
        """Return whether a point stays ``margin_px`` inside the image; outside if negative."""
        pixels = self.pixels(point)
        size = np.asarray((self.camera.width, self.camera.height))
        return bool(((pixels >= margin_px) & (pixels < size - margin_px)).all())

    def outside(self, point: Array, margin_px: float) -> bool:
        """Return whether a point stays ``margin_px`` outside the image."""
        pixels = self.pixels(point)
        size = np.asarray((self.camera.width, self.camera.height))
        return not bool(((pixels >= -margin_px) & (pixels < size + margin_px)).all(axis=1).any())


@dataclass(frozen=True, slots=True, eq=False)
class Helper:
    """Something unnamed and its path."""

    body: Body
    path: Path


@dataclass(frozen=True, slots=True, eq=False)
class Act:
    """A proposal.

    Attributes:
        kind: what it is.
        windows: (start, end) seconds of its stretches of motion, in order.
        carry: the path that it means for a place and turn, (3,) and (4,).
        helper: who does it, if any.
        loads: whether what stands on the thing goes along.
    """

    kind: ActivityKind
    windows: tuple[tuple[float, float], ...]
    carry: Callable[[Array, Array], Path]
    helper: tuple[Helper, ...] = ()
    loads: bool = field(default=True)


def _flat(x: float, y: float) -> Array:
    return np.asarray((x, y, 0.0))


def _heading(angle: float) -> Array:
    return _flat(np.cos(angle), np.sin(angle))


def _sign(rng: Random) -> float:
    return 1.0 if rng.random() < 0.5 else -1.0


def _middle(points: Array) -> Array:
    return np.asarray((points.min(axis=0) + points.max(axis=0)) / 2)


def _start(rng: Random, stage: Stage, needed: float, early: float = 0.25) -> float:
    """Return a start: at once, or later with most of the motion still in the clip."""
    if rng.random() < early:
        return -_RAMP_S
    latest = max(stage.seconds - 0.7 * needed, 0.6)
    return float(rng.uniform(0.4, latest))


def _stretches(
    rng: Random, stage: Stage, seconds: float, *, early: float = 0.25
) -> tuple[Array, tuple[tuple[float, float], ...]]:
    """Return the share done (T,) of a motion of some seconds and when it goes on.

    In a third of the cases it stops once on its way, and goes again.
    """
    pieces = 2 if seconds > 1.2 and rng.random() < 0.33 else 1
    share = float(rng.uniform(0.35, 0.65)) if pieces == 2 else 1.0
    pause = float(rng.uniform(0.8, 1.8)) if pieces == 2 else 0.0
    start = _start(rng, stage, seconds + pause, early)
    done = np.zeros(len(stage.times))
    windows = []
    for part in (share, 1 - share)[:pieces]:
        end = start + seconds * part + _RAMP_S
        done = done + part * motions.progress(stage.times, start, end, _RAMP_S)
        windows.append((start, end))
        start = end + pause
    return done, tuple(windows)


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


def _slide(rng: Random, body: Body, stage: Stage) -> Act | None:
    """Straight over the table; a toy car drives along its own axis."""
    length, speed = float(rng.uniform(0.12, 0.5)), float(rng.uniform(0.06, 0.35))
    heading = rng.uniform(0, 2 * np.pi)
    way = length * _heading(heading)
    if CATEGORIES[body.thing.category].rolls == 'wheels':
        forward = 1.0 if rng.random() < 0.8 else -1.0
        way = forward * length * matrix(body.turn)[:, 0]
    if not stage.inside(_middle(body.world()) + way, 12):
        return None
    done, windows = _stretches(rng, stage, length / speed)
    return Act(
        ActivityKind.SLIDE, windows, lambda place, turn: motions.slide(place, turn, way, done)
    )


def _roll_of(body: Body, way: Array, done: Array) -> Callable[[Array, Array], Path]:
    """Return how a ball, or what lies on the barrel that is its first part, rolls a way."""
    radius = float(body.thing.parts[0].size[0])
    middle = body.place + matrix(body.turn)[:, 2] * body.thing.extent[2] / 2
    return lambda place, turn: motions.roll(place, turn, middle, radius, way, done)


def _sideways(rng: Random, body: Body, length: float) -> Array:
    """Return a way that the body can roll."""
    if not body.lying:
        return length * _heading(rng.uniform(0, 2 * np.pi))
    axis = matrix(body.turn)[:, 2]
    return _sign(rng) * length * _flat(-axis[1], axis[0])


def _roll(rng: Random, body: Body, stage: Stage) -> Act | None:
    length, speed = float(rng.uniform(0.12, 0.55)), float(rng.uniform(0.08, 0.4))
    way = _sideways(rng, body, length)
    if not stage.inside(_middle(body.world()) + way, 12):
        return None
    done, windows = _stretches(rng, stage, length / speed)
    return Act(ActivityKind.ROLL, windows, _roll_of(body, way, done), loads=False)


def _spin(rng: Random, body: Body, stage: Stage) -> Act:
    seconds, rate = float(rng.uniform(1.5, 5.0)), float(rng.uniform(0.9, 3.0))
    done, windows = _stretches(rng, stage, seconds)
    angles = _sign(rng) * rate * seconds * done
    pivot = _middle(body.world())
    return Act(
        ActivityKind.SPIN,
        windows,
        lambda place, turn: motions.turn_about(place, turn, pivot, angles),
    )


def _circle(rng: Random, body: Body, stage: Stage) -> Act:
    radius, speed = float(rng.uniform(0.045, 0.12)), float(rng.uniform(0.07, 0.28))
    centre = _middle(body.world()) + radius * _heading(rng.uniform(0, 2 * np.pi))
    angle = float(rng.uniform(2.5, 10.0))
    done, windows = _stretches(rng, stage, angle * radius / speed)
    angles = _sign(rng) * angle * done
    return Act(
        ActivityKind.CIRCLE,
        windows,
        lambda place, turn: motions.turn_about(place, turn, centre, angles),
    )


def _push(rng: Random, body: Body, stage: Stage) -> Act | None:
    """A pusher comes, pushes along one of the thing's own axes, and draws back."""
    length, speed = float(rng.uniform(0.1, 0.4)), float(rng.uniform(0.05, 0.25))
    extent = body.thing.extent
    quarters = int(rng.integers(4))
    if max(extent[:2]) > 2 * min(extent[:2]):
        quarters = 2 * (quarters % 2) + (1 if extent[1] > extent[0] else 0)
    axis = matrix(body.turn)[:, 0]
    yaw = float(np.arctan2(axis[1], axis[0]) + quarters * np.pi / 2)
    ahead = _heading(yaw)
    if -ahead[:2] @ stage.towards > 0.35:
        return None
    points = body.world()
    along, across = points @ ahead, points @ _flat(-ahead[1], ahead[0])
    touching = across[along < along.min() + 0.004]
    face = along.min() * ahead + touching.mean() * _flat(-ahead[1], ahead[0])
    if not stage.inside(_middle(points) + length * ahead, 12):
        return None
    done, windows = _stretches(rng, stage, length / speed)
    helper = _unnamed(PUSHER, rng)
    first, last = windows[0][0], windows[-1][1]
    times = stage.times
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


def _hanging(rng: Random, body: Body, stage: Stage, heights: Array, shown: Array) -> Helper:
    """Return an arm or a string that holds a body from above.

    Args:
        rng: where from.
        body: what it holds.
        stage: the clip.
        heights: (T,) of the body above its place.
        shown: (T,) how far above the body the holder is, metres.
    """
    points = body.world()
    top = points[:, 2].max()
    crown = points[points[:, 2] > top - 0.012]
    middle = _middle(crown)
    across = np.ptp(crown[:, :2], axis=0)
    hold = ARM if across.max() < 0.09 and rng.random() < 0.6 else STRING
    lean = float(np.arctan2(stage.towards[1], stage.towards[0]) + rng.uniform(-1.0, 1.0))
    helper = _unnamed(hold, rng, float(across.max()) / 2 + 0.004)
    z = top + heights + shown - (0.018 if hold == ARM else 0.0)
    places = np.column_stack((np.tile(middle[:2], (len(z), 1)), z))
    helper.place, helper.turn = places[0], upright(lean)
    return Helper(helper, (places, np.tile(helper.turn, (len(z), 1))))


def _lift(rng: Random, body: Body, stage: Stage) -> Act:
    """Up, and in some clips down again; the holder comes from above, or waits in touch."""
    height, speed = float(rng.uniform(0.07, 0.22)), float(rng.uniform(0.06, 0.22))
    seconds = height / speed + _RAMP_S
    start = _start(rng, stage, seconds, 0.15)
    times = stage.times
    done = motions.progress(times, start, start + seconds, _RAMP_S)
    windows = [(start, start + seconds)]
    if rng.random() < 0.4:
        again = start + seconds + float(rng.uniform(0.8, 2.0))
        done = done - motions.progress(times, again, again + seconds, _RAMP_S)
        windows.append((again, again + seconds))
    shown = 0.3 * (1 - motions.progress(times, start - 1.1, start - 0.1, 0.3))
    if rng.random() < 0.3:
        shown = shown * 0
    helper = _hanging(rng, body, stage, height * done, shown)
    rise = np.asarray((0.0, 0.0, height))
    return Act(
        ActivityKind.LIFTED,
        tuple(windows),
        lambda place, turn: motions.slide(place, turn, rise, done),
        (helper,),
    )


def _drop(rng: Random, body: Body, stage: Stage) -> Act:
    """Let go by what held it above the table."""
    height, gravity = float(rng.uniform(0.12, 0.3)), float(rng.uniform(3.0, 6.0))
    start = float(rng.uniform(0.4, max(stage.seconds - 1.5, 0.5)))
    since = stage.times - start
    end = start + 1.6 * float(np.sqrt(2 * height / gravity))
    rest = motions.progress(stage.times, start + 0.15, start + 1.5, 0.4)
    held = np.full(len(since), height)
    helper = _hanging(rng, body, stage, held, 0.01 * (since > 0) + 0.4 * rest)
    return Act(
        ActivityKind.FALL,
        ((start, end),),
        lambda place, turn: motions.drop(place, turn, height, since, gravity),
        (helper,),
        loads=False,
    )


def _topple(rng: Random, body: Body, stage: Stage) -> Act:
    """Over the edge of its foot, onto its side."""
    start = float(rng.uniform(0.4, max(stage.seconds - 1.0, 0.5)))
    seconds = float(rng.uniform(0.5, 0.9))
    done = np.clip((stage.times - start) / seconds, 0.0, 1.0)
    ahead = _heading(rng.uniform(0, 2 * np.pi))
    radius = float(body.thing.extent[:2].min()) / 2
    edge = body.place + radius * ahead
    axis = np.cross((0.0, 0.0, 1.0), ahead)
    return Act(
        ActivityKind.FALL,
        ((start, start + seconds),),
        lambda place, turn: motions.topple(place, turn, edge, axis, done),
        loads=False,
    )


def _offstage(body: Body, stage: Stage, ways: Array) -> float:
    """Return how far along a unit way (3,) a body is out of view for good; 0 if never."""
    middle = _middle(body.world())
    reach = float(np.hypot(*body.thing.extent[:2])) / 2
    depth = float(np.linalg.norm(stage.camera.positions - middle, axis=1).min())
    margin = 1.3 * stage.camera.focal_px * reach / max(depth - 0.3, 0.25)
    for length in np.arange(0.1, 0.95, 0.05):
        point = middle + length * ways
        if np.abs(point[:2]).max() > 1.1:
            return 0.0
        if stage.outside(point, margin):
            return float(length)
    return 0.0


def _leave(rng: Random, body: Body, stage: Stage) -> Act | None:
    """Out of view and often back, or into view."""
    rolls = CATEGORIES[body.thing.category].rolls == 'any' or body.lying
    way = _sideways(rng, body, 1.0) if rolls else _heading(rng.uniform(0, 2 * np.pi))
    if CATEGORIES[body.thing.category].rolls == 'wheels':
        way = _sign(rng) * matrix(body.turn)[:, 0]
    length = _offstage(body, stage, way)
    if length == 0.0:
        return None
    seconds = length / float(rng.uniform(0.15, 0.4)) + _RAMP_S
    if seconds > 0.6 * stage.seconds:
        return None
    times, plan = stage.times, rng.random()
    start = float(rng.uniform(0.3, max(stage.seconds - 1.4 * seconds, 0.5)))
    windows = [(start, start + seconds)]
    done = motions.progress(times, start, start + seconds, _RAMP_S)
    if plan < 0.3:
        done = 1 - done
    elif plan < 0.85:
        again = start + seconds + float(rng.uniform(0.3, 1.2))
        done = done - motions.progress(times, again, again + seconds, _RAMP_S)
        windows.append((again, again + seconds))
    way = way * length
    carry = (
        _roll_of(body, way, done)
        if rolls
        else lambda place, turn: motions.slide(place, turn, way, done)
    )
    kind = ActivityKind.ROLL if rolls else ActivityKind.SLIDE
    return Act(kind, tuple(windows), carry, loads=not rolls)


Maker = Callable[[Random, Body, Stage], 'Act | None']
"""Returns one try at an act; None if this try came to nothing."""


def choose(rng: Random, body: Body, *, helpers: bool) -> Maker:
    """Return an act that suits a body, at random.

    Args:
        rng: where from.
        body: who shall act.
        helpers: whether the act may bring a helper.
    """
    kind = CATEGORIES[body.thing.category]
    rolls = kind.rolls == 'any' or body.lying
    options: dict[Maker, float] = {_spin: 0.0 if kind.round else 0.15}
    if helpers:
        options |= {_lift: 0.09, _drop: 0.11}
    if body.under is None:
        options |= {_circle: 0.13, _leave: 0.2}
        options |= {_roll: 0.6} if rolls else {_slide: 0.2}
        if helpers and not rolls:
            options[_push] = 0.22
        if kind.topples and not body.lying:
            options[_topple] = 0.4
    options = {make: weight for make, weight in options.items() if weight} or {_circle: 1.0}
    weights = np.asarray(list(options.values()))
    return list(options)[int(rng.choice(len(options), p=weights / weights.sum()))]


def passing(rng: Random, stage: Stage, bodies: list[Body]) -> Helper:
    """Return something that passes before a thing, or stands before it: a screen or an arm."""
    side = np.asarray((-stage.towards[1], stage.towards[0], 0.0)) * _sign(rng)
    towards = np.append(stage.towards, 0.0)
    target = bodies[int(rng.integers(len(bodies)))]
    foot = _middle(target.world()) * np.asarray((1.0, 1.0, 0.0))
    times, dice = stage.times, rng.random()
    yaw = float(np.arctan2(towards[1], towards[0]))
    if dice < 0.4:
        helper = _unnamed(ARM, rng)
        speed, begin = float(rng.uniform(0.2, 0.45)), float(rng.uniform(0.0, 0.4))
        height = stage.top + float(rng.uniform(0.015, 0.05))
        lead = speed * (times - stage.seconds * begin) - 0.7
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
            begin = float(rng.uniform(0.3, 0.5 * stage.seconds))
            end = begin + float(rng.uniform(1.8, 4.0))
            width = float(rng.uniform(0.5, 0.9))
            lead = width * (motions.progress(times, begin, end, 0.4) - float(rng.uniform(0.4, 0.6)))
        places = middle + lead[:, None] * side
    helper.place, helper.turn = places[0], turn
    return Helper(helper, (places, np.tile(turn, (len(times), 1))))
