"""Who does what in a clip: acts are proposed until enough of them touch nothing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tenet_ros.sim.act import Act, Helper, Maker
from tenet_ros.sim.acts import circle, leave, roll, slide, spin, topple
from tenet_ros.sim.catalogue import CATEGORIES
from tenet_ros.sim.hands import drop, lift, passing, push
from tenet_ros.sim.layout import Body
from tenet_ros.sim.motions import Path, still
from tenet_ros.sim.rotations import matrix
from tenet_ros.sim.scene import Activity
from tenet_ros.sim.setting import Setting
from tenet_ros.sim.solids import part_points
from tenet_ros.sim.spans import DIRECTIONS, gaps

__all__ = ['Script', 'direct']

Array = npt.NDArray[np.float64]
Spans = tuple[Array, Array]
"""Low and high, (T or 1, parts, 17)."""
_KINDS, _TRIES = 5, 16
_APART_M = 0.002
_FROM_CAMERA_M = 0.14
_UNNAMED = 2
"""At most so many things without a name."""


@dataclass(slots=True, eq=False)
class Script:
    """Bodies with their paths.

    Attributes:
        bodies: N, the unnamed last.
        paths: N, of T frames each.
        activities: in the order of their bodies.
    """

    bodies: list[Body]
    paths: list[Path]
    activities: list[Activity]


def _swept(body: Body, path: Path, *, parts: bool) -> Spans:
    """Return the extents of a body, or of each of its parts, along its path."""
    groups = [part_points(part) for part in body.thing.parts] if parts else [body.points]
    starts = np.cumsum([0, *(len(g) for g in groups[:-1])])
    places, turns = path
    # The extent along d of R x + p is the extent of x along R^T d, plus d . p.
    axes = DIRECTIONS @ matrix(turns)
    along = np.concatenate(groups) @ np.swapaxes(axes, 1, 2)
    shift = (places @ DIRECTIONS.T)[:, None]
    low = np.minimum.reduceat(along, starts, axis=1) + shift
    high = np.maximum.reduceat(along, starts, axis=1) + shift
    return low, high


def _apart(one: Spans, other: Spans, least: float) -> bool:
    """Return whether all of one body keeps clear of all of another at every frame."""
    for k in range(one[0].shape[1]):
        mine = one[0][:, k : k + 1], one[1][:, k : k + 1]
        if float(gaps(mine, other).min()) <= least:
            return False
    return True


def _choose(rng: np.random.Generator, body: Body, *, helpers: bool) -> Maker:
    """Return an act that suits a body, at random.

    Args:
        rng: where from.
        body: who shall act.
        helpers: whether the act may bring a helper.
    """
    kind = CATEGORIES[body.thing.category]
    rolls = kind.rolls == 'any' or body.lying
    options: dict[Maker, float] = {spin: 0.0 if kind.round else 0.15}
    if helpers:
        options |= {lift: 0.09, drop: 0.11}
    if body.under is None:
        options |= {circle: 0.13, leave: 0.3}
        options |= {roll: 0.9} if rolls else {slide: 0.2}
        if helpers and not rolls:
            options[push] = 0.22
        if kind.topples and not body.lying:
            options[topple] = 0.3
    options = {make: weight for make, weight in options.items() if weight} or {circle: 1.0}
    weights = np.asarray(list(options.values()))
    return list(options)[int(rng.choice(len(options), p=weights / weights.sum()))]


class _Director:
    """Holds what is settled while a clip's script grows."""

    def __init__(self, rng: np.random.Generator, bodies: list[Body], setting: Setting) -> None:
        self.rng, self.setting = rng, setting
        self.bodies = bodies
        frames = len(setting.times)
        self.paths = [still(body.place, body.turn, frames) for body in bodies]
        self.swept = [_swept(body, still(body.place, body.turn, 1), parts=False) for body in bodies]
        self.helpers: list[Helper] = []
        self.helped: list[Spans] = []
        self.activities: list[Activity] = []

    def _clear_of_camera(self, swept: Spans) -> bool:
        eyes = (self.setting.camera.positions @ DIRECTIONS.T)[:, None]
        return _apart(swept, (eyes, eyes), _FROM_CAMERA_M)

    def _family(self, mover: int, act: Act) -> list[int]:
        """Return a body and, if they go along, those that stand on it."""
        above = [n for n, body in enumerate(self.bodies) if body.under is self.bodies[mover]]
        return [mover, *above] if act.loads else [mover]

    def _helper_fits(self, helper: Helper, family: list[int], swept: dict[int, Spans]) -> bool:
        """Settle a helper if it touches only those whom it helps."""
        mine = _swept(helper.body, helper.path, parts=True)
        others = [swept.get(n, spans) for n, spans in enumerate(self.swept) if n not in family]
        fits = self._clear_of_camera(mine) and all(
            _apart(mine, other, _APART_M) for other in others
        )
        if fits:
            whole = mine[0].min(axis=1, keepdims=True), mine[1].max(axis=1, keepdims=True)
            fits = all(_apart(whole, other, _APART_M) for other in self.helped)
        if fits:
            self.helpers.append(helper)
            self.helped.append(mine)
        return fits

    def move(self, mover: int) -> bool:
        """Find an act for a body; every kind of act gets several tries before another does."""
        for _ in range(_KINDS):
            room = len(self.helpers) < _UNNAMED
            make = _choose(self.rng, self.bodies[mover], helpers=room)
            if any(self._attempt(mover, make) for _ in range(_TRIES)):
                return True
        return False

    def _attempt(self, mover: int, make: Maker) -> bool:
        """Propose one act for a body and keep it if it touches nothing."""
        body = self.bodies[mover]
        act = make(self.rng, body, self.setting)
        if act is None:
            return False
        family = self._family(mover, act)
        if any(activity.thing in family for activity in self.activities):
            return False
        paths = {n: act.carry(self.bodies[n].place, self.bodies[n].turn) for n in family}
        swept = {n: _swept(self.bodies[n], path, parts=False) for n, path in paths.items()}
        others = [
            spans
            for n, (other, spans) in enumerate(zip(self.bodies, self.swept, strict=True))
            if n not in family and other is not body.under
        ]
        fits = all(self._free(mine, others) for mine in swept.values()) and all(
            self._helper_fits(helper, family, swept) for helper in act.helper
        )
        if fits:
            self._keep(act, paths, swept)
        return fits

    def _free(self, mine: Spans, others: list[Spans]) -> bool:
        """Return whether a moving body keeps clear of others, of all helpers and of the camera."""
        return (
            all(_apart(mine, other, _APART_M) for other in others)
            and all(_apart(other, mine, _APART_M) for other in self.helped)
            and self._clear_of_camera(mine)
        )

    def _keep(self, act: Act, paths: dict[int, Path], swept: dict[int, Spans]) -> None:
        """Settle an act."""
        seconds = self.setting.seconds
        for n, path in paths.items():
            self.paths[n], self.swept[n] = path, swept[n]
            for start, end in act.windows:
                if start < seconds and end > 0:
                    self.activities.append(
                        Activity(
                            thing=n, kind=act.kind, start_s=max(start, 0.0), end_s=min(end, seconds)
                        )
                    )

    def occlude(self) -> None:
        """Let something pass in front, if it finds a free way."""
        for _ in range(_TRIES):
            if len(self.helpers) < _UNNAMED and self._helper_fits(
                passing(self.rng, self.setting, self.bodies), [], {}
            ):
                return


def _likely(bodies: list[Body]) -> Array:
    """Return how likely each body is to move: more so what has a like one, or rolls, or falls."""
    names = [body.thing.category for body in bodies]
    weights = np.ones(len(names))
    for n, (name, body) in enumerate(zip(names, bodies, strict=True)):
        kind = CATEGORIES[name]
        weights[n] *= 2.0 if names.count(name) > 1 else 1.0
        weights[n] *= 4.0 if kind.rolls == 'any' or body.lying else 1.5 if kind.topples else 1.0
    return np.asarray(weights / weights.sum())


def direct(
    rng: np.random.Generator, bodies: list[Body], setting: Setting, movers: int, *, occlusion: bool
) -> Script:
    """Let some bodies move.

    Args:
        rng: where from.
        bodies: as they stand before.
        setting: times and camera.
        movers: how many bodies should move of their own.
        occlusion: whether something should pass in front.

    Returns:
        The script, in which nothing passes through anything.
    """
    director = _Director(rng, bodies, setting)
    order = rng.choice(len(bodies), size=len(bodies), replace=False, p=_likely(bodies))
    moved: set[int] = set()
    count = 0
    for mover in order:
        if count == movers:
            break
        if int(mover) in moved:
            continue
        if director.move(int(mover)):
            count += 1
            moved |= {activity.thing for activity in director.activities}
    if occlusion:
        director.occlude()
    script = Script(list(bodies), director.paths, director.activities)
    for helper in director.helpers:
        script.bodies.append(helper.body)
        script.paths.append(helper.path)
    return script
