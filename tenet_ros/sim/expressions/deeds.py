"""What things do and have done, as far as somebody who has watched so far can tell.

Motion is judged by what shows in the picture once the camera's own motion is taken out: a point
of the world is projected twice through the *present* camera, where it is and where it was.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np

from tenet_ros.sim.expressions.facts import Facts
from tenet_ros.sim.expressions.meaning import Deed
from tenet_ros.sim.expressions.trits import Flags, Trits, decided, past_or_now
from tenet_ros.sim.scene import ActivityKind, Array, Solid, Thing

__all__ = ['Deeds']

_MOVING_S, _STILL_S = 0.3, 0.8
_MOVING_PX, _MOVING_M = 5.0, 0.01
_STILL_M, _STILL_RAD = 0.003, 0.03
_CREEP_MPS = 0.015
_HEADING_S = 0.4

_ACTIVITY = {
    Deed.ROLLING: ActivityKind.ROLL,
    Deed.SLIDING: ActivityKind.SLIDE,
    Deed.PUSHED: ActivityKind.PUSHED,
    Deed.SPINNING: ActivityKind.SPIN,
    Deed.FALLING: ActivityKind.FALL,
    Deed.LIFTED: ActivityKind.LIFTED,
    Deed.CIRCLING: ActivityKind.CIRCLE,
}
_NEEDS_S = {Deed.FALLING: 0.13, Deed.CIRCLING: 0.6}
"""How long an activity is watched before it is named; 0.3 s unless said here."""

_UNSURE = {
    Deed.ROLLING: (ActivityKind.PUSHED, ActivityKind.CIRCLE, ActivityKind.FALL, ActivityKind.SPIN),
    Deed.SLIDING: (ActivityKind.PUSHED, ActivityKind.CIRCLE, ActivityKind.ROLL),
    Deed.PUSHED: (),
    Deed.SPINNING: (ActivityKind.CIRCLE, ActivityKind.ROLL, ActivityKind.FALL),
    Deed.FALLING: (),
    Deed.LIFTED: (),
    Deed.CIRCLING: (ActivityKind.SPIN,),
}
"""Activities that a person might call by that word too."""

_PAST = {Deed.FELL: ActivityKind.FALL, Deed.WAS_PUSHED: ActivityKind.PUSHED}


class Deeds:
    """(T, N) trits of every deed, worked out when asked for."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self._known: dict[Deed, Trits] = {}

    def __getitem__(self, deed: Deed) -> Trits:
        """Return how clearly each thing does it, (T, N)."""
        if deed not in self._known:
            self._known[deed] = self._of(deed)
        return self._known[deed]

    def _of(self, deed: Deed) -> Trits:
        if deed in _ACTIVITY:
            return self._doing(deed)
        if deed in _PAST:
            return self._has_done(deed)
        if deed in {Deed.LEFTWARD, Deed.RIGHTWARD, Deed.TOWARDS, Deed.AWAY}:
            return self._heading(deed)
        special = {
            Deed.MOVING: lambda: self.moving,
            Deed.STILL: lambda: np.negative(self.moving),
            Deed.STOPPED: self._stopped,
            Deed.STARTED: self._started,
            Deed.CAME_BACK: self._came_back,
            Deed.ENTERED: self._entered,
        }
        return special[deed]()

    @cached_property
    def moving(self) -> Trits:
        """(T, N) +1 where it has shown motion for 0.3 s, -1 where nothing stirred for 0.8 s."""
        quiet = self._quiet
        fast = (self._shift_px >= _MOVING_PX * self.facts.pixel) & (self._shift_m >= _MOVING_M)
        going = _run(self._steps_m * self.facts.rate_hz > _CREEP_MPS)
        lasting = going >= self.facts.count(_MOVING_S)
        values = decided(fast & lasting & self._watched(_MOVING_S), quiet & self._watched(_STILL_S))
        spun = self.facts.doing[ActivityKind.SPIN]
        return np.where(spun, np.minimum(values, 0), values).astype(np.int8)

    @cached_property
    def onset(self) -> Array:
        """(T, N) frame at which each thing was first seen to move by now; infinite if not yet."""
        moves = self.moving > 0
        first = np.where(moves.any(axis=0), moves.argmax(axis=0), np.inf)
        time = np.arange(self.facts.frames)[:, None]
        return np.where(time >= first, first, np.inf)

    @cached_property
    def stirred(self) -> Flags:
        """(T, N) whether it has gone anywhere by now, seen or not, since it was first seen."""
        start = np.argmax(self.facts.seen, axis=0)
        first = self.facts.world[start, np.arange(self.facts.named)]
        away = np.linalg.norm(self.facts.world - first, axis=2) > 0.006
        turned = np.logical_or.reduce(list(self.facts.doing.values()))
        return past_or_now(self.facts.seen & (away | turned))

    @cached_property
    def _moved(self) -> Flags:
        """(T, N) whether clear motion for 0.2 s in all has been seen by now."""
        return np.asarray(np.cumsum(self.moving > 0, axis=0) >= self.facts.count(0.2))

    def _watched(self, seconds: float) -> Flags:
        """(T, N) whether it was clear now, at the window's start, and mostly in between."""
        w = max(self.facts.count(seconds), 2)
        clear = self.facts.clear
        total = np.cumsum(clear, axis=0)
        total[w:] = total[w:] - total[:-w]
        enough = total >= 0.8 * w
        enough[: w - 1] = False
        return np.asarray(clear & enough)

    @cached_property
    def _earlier(self) -> Array:
        return _delayed(self.facts.world, self.facts.count(_MOVING_S))

    @cached_property
    def _shift_m(self) -> Array:
        return np.asarray(np.linalg.norm(self.facts.world - self._earlier, axis=2))

    @cached_property
    def _shift_px(self) -> Array:
        now, then = self._project(self.facts.world), self._project(self._earlier)
        return np.asarray(np.linalg.norm(now - then, axis=2))

    def _project(self, points: Array) -> Array:
        """Return (T, N, 2) pixels from the image's centre of world points, camera of the frame."""
        camera = self.facts.scene.camera
        local = np.einsum('tni,tij->tnj', points - camera.positions[:, None], camera.rotations)
        return np.asarray(camera.focal_px * local[..., :2] / np.maximum(local[..., 2:], 0.05))

    @cached_property
    def _steps_m(self) -> Array:
        """(T, N) way since the frame before, metres."""
        steps = np.zeros((self.facts.frames, self.facts.named))
        steps[1:] = np.linalg.norm(np.diff(self.facts.world, axis=0), axis=2)
        return steps

    @cached_property
    def _quiet(self) -> Flags:
        """(T, N) whether neither place nor pose changed within the window."""
        w = self.facts.count(_STILL_S)
        q = self.facts.scene.rotations[:, : self.facts.named]
        turns = np.zeros_like(self._steps_m)
        dot = np.abs(np.einsum('tnk,tnk->tn', q[1:], q[:-1]))
        turns[1:] = 2 * np.arccos(np.minimum(dot, 1.0))
        turns[turns < 1e-6] = 0.0
        return (_window_sum(self._steps_m, w) <= _STILL_M) & (_window_sum(turns, w) <= _STILL_RAD)

    def _doing(self, deed: Deed) -> Trits:
        """Rolling, sliding and the like: the activity, once it has been watched for a while."""
        kind, facts = _ACTIVITY[deed], self.facts
        active = facts.doing[kind]
        needed = facts.count(_NEEDS_S.get(deed, 0.3))
        watched = _run(active & facts.clear) >= needed
        shows = self.moving > 0
        if deed is Deed.SPINNING:
            lopsided = np.array([_turning_shows(thing) for thing in facts.things])
            shows = lopsided & self._watched(0.3)
        if deed is Deed.FALLING:
            shows = facts.clear
        if deed is Deed.CIRCLING:
            shows = shows & (self._veered >= 2.0)
        others = [k for k in ActivityKind if k is not kind and k not in _UNSURE[deed]]
        other = np.logical_or.reduce([facts.doing[k] & (self.moving > 0) for k in others])
        return decided(active & watched & shows, ~active & (other | (self.moving < 0)))

    @cached_property
    def _veered(self) -> Array:
        """(T, N) how far its course has turned by now while it circled, radians."""
        step = np.diff(self.facts.world[:, :, :2], axis=0, prepend=self.facts.world[:1, :, :2])
        course = np.arctan2(step[:, :, 1], step[:, :, 0])
        circles = self.facts.doing[ActivityKind.CIRCLE] & (self._steps_m > 1e-5)
        both = circles[1:] & circles[:-1]
        veer = np.abs((np.diff(course, axis=0) + np.pi) % (2 * np.pi) - np.pi)
        return np.concatenate([np.zeros_like(course[:1]), np.cumsum(veer * both, axis=0)])

    def _heading(self, deed: Deed) -> Trits:
        """Where things go: LEFTWARD, RIGHTWARD, TOWARDS, AWAY."""
        facts = self.facts
        earlier = _delayed(facts.world, facts.count(_HEADING_S))
        went = facts.world - earlier
        length = np.maximum(np.linalg.norm(went, axis=2), 1e-9)
        if deed in {Deed.LEFTWARD, Deed.RIGHTWARD}:
            sign = 1.0 if deed is Deed.RIGHTWARD else -1.0
            along = sign * np.einsum('tni,ti->tn', went, facts.right)
            drift = self._project(facts.world) - self._project(earlier)
            agrees = sign * drift[..., 0] >= 1.5 * np.abs(drift[..., 1])
        else:
            sign = 1.0 if deed is Deed.AWAY else -1.0
            sight = facts.world - facts.scene.camera.positions[:, None]
            sight = sight * np.array([1.0, 1.0, 0.0])
            sight = sight / np.maximum(np.linalg.norm(sight, axis=2, keepdims=True), 1e-9)
            along = sign * np.einsum('tni,tni->tn', went, sight)
            agrees = np.ones_like(along, np.bool_)
        cosine = along / length
        moves = (self.moving > 0) & self._watched(_HEADING_S)
        turning = facts.doing[ActivityKind.CIRCLE]
        holds = moves & (cosine >= 0.88) & agrees & ~turning
        fails = (self.moving < 0) | (moves & (cosine <= 0.3) & ~turning)
        return decided(holds, fails & ~holds)

    def _stopped(self) -> Trits:
        """Seen to move, and still now. What fell or was put down has not just "stopped"."""
        still = self.moving < 0
        doing = self.facts.doing
        dropped = past_or_now(doing[ActivityKind.FALL] | doing[ActivityKind.LIFTED])
        has = past_or_now(still & self._moved)
        holds = still & self._moved
        fails = (still & ~self.stirred) | ((self.moving > 0) & ~has)
        return decided(holds & ~dropped, fails & ~holds)

    def _started(self) -> Trits:
        """Seen at rest for a while, and moving since at most two seconds."""
        facts = self.facts
        rested = np.cumsum(self.moving < 0, axis=0) >= facts.count(0.4)
        time = np.arange(facts.frames)[:, None]
        latest = np.maximum.accumulate(np.where(self.moving < 0, time, -1), axis=0)
        since = time - latest
        moves = self.moving > 0
        holds = moves & rested & (latest >= 0) & (since <= facts.count(2.2))
        last_move = np.maximum.accumulate(np.where(moves, time, -1), axis=0)
        calm = (last_move < 0) | (time - last_move > facts.count(4.0))
        fails = (self.moving < 0) & calm & ~(self.stirred & (last_move < 0))
        return decided(holds, fails)

    def _has_done(self, deed: Deed) -> Trits:
        """Fell, or was pushed: it has been seen doing it, and is over."""
        facts = self.facts
        active = facts.doing[_PAST[deed]]
        needed = facts.count(0.13 if deed is Deed.FELL else 0.5)
        done = past_or_now(_run(active & facts.clear) >= needed)
        holds = done & ~active & (self.moving < 0)
        fails = facts.seen & ~past_or_now(active) & (self.moving != 0)
        return decided(holds, fails)

    def _came_back(self) -> Trits:
        """Seen, out of the picture for half a second at least, and seen again."""
        facts = self.facts
        known = np.cumsum(facts.clear, axis=0) >= facts.count(0.3)
        left = past_or_now(_run(facts.gone & known) >= facts.count(0.5))
        back = left & (_run(facts.clear) >= facts.count(0.3))
        hidden = past_or_now(known & (facts.visibility < 0.1))
        return decided(past_or_now(back) & facts.clear, facts.seen & ~hidden)

    def _entered(self) -> Trits:
        """Not in the picture when the clip began, and seen now."""
        facts = self.facts
        time = np.arange(facts.frames)[:, None]
        grace = facts.count(1.0)
        came = past_or_now(~facts.gone)
        before = past_or_now(came & (time < grace))
        late = facts.seen & ~before & (_run(facts.clear) >= facts.count(0.3))
        there = past_or_now(facts.seen & (time <= facts.count(0.5)))
        return decided(past_or_now(late) & facts.clear, there)


def _delayed(values: Array, frames: int) -> Array:
    """Return values of so many frames ago; those of the first frame before that."""
    index = np.maximum(np.arange(len(values)) - frames, 0)
    return np.asarray(values[index])


def _window_sum(steps: Array, frames: int) -> Array:
    """Return the sum over the last ``frames`` steps, (T, N)."""
    total = np.cumsum(steps, axis=0)
    return np.asarray(total - _delayed(total, frames))


def _run(flags: Flags) -> Array:
    """Return for how many frames on end each flag has been up, (T, N)."""
    time = np.arange(1, len(flags) + 1).reshape(-1, 1)
    return np.asarray(time - np.maximum.accumulate(np.where(flags, 0, time), axis=0))


def _turning_shows(thing: Thing) -> bool:
    """Whether a turn about its upright axis changes how it looks."""
    round_ = {Solid.SPHERE, Solid.CYLINDER, Solid.CAPSULE, Solid.FRUSTUM}
    return any(
        part.solid not in round_ or np.hypot(part.position[0], part.position[1]) > 0.1 * extent
        for part in thing.parts
        for extent in [float(max(thing.extent[:2]))]
    )
