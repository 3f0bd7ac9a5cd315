"""From scores to what is said: states with hysteresis, so that a target does not flicker.

A decision is about acting. Being the best of the candidates is not enough to be committed to: a
track must fit, lead with a margin over the runner-up and the null, and do so for a while. Once
committed, it stays until another is clearly better for a while, or until it no longer fits.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from tenet_ros.config import DecisionConfig
from tenet_ros.language.expression import Extreme, Query
from tenet_ros.stages.decision_view import View, probabilities
from tenet_ros.stages.preference.evidence import bounded
from tenet_ros.stages.protocols import Decision, PreferenceScores
from tenet_ros.types import BoolArray, State, TrackSet

__all__ = ['Decider']

NOMINAL_FRAME_NS = 33_333_333
LONGEST_STEP_NS = 1_000_000_000
"""A pause of the camera counts as no more than this: what was not watched has not held."""


class _Dwell:
    """How long one and the same thing has held without a break."""

    def __init__(self) -> None:
        self._what: object = None
        self._spent_ns = 0

    def hold(self, what: object, step_ns: int) -> float:
        """Return for how many milliseconds ``what`` has held; ``None`` breaks it."""
        self._spent_ns = self._spent_ns + step_ns if what is not None and what == self._what else 0
        self._what = what
        return self._spent_ns / 1e6


class Decider:
    """The memory of one sentence.

    Args:
        config: thresholds and times.
    """

    def __init__(self, config: DecisionConfig | None = None) -> None:
        self._config = config or DecisionConfig()
        self._state = State.SEARCHING
        self._ids: tuple[int, ...] = ()
        self._switches = 0
        self._stamp_ns: int | None = None
        self._seen_ns = 0
        self._leading = _Dwell()
        self._challenging = _Dwell()
        self._failing = _Dwell()
        self._waiting = _Dwell()
        self._absent = _Dwell()

    def update(self, query: Query, scores: PreferenceScores, tracks: TrackSet) -> Decision:
        """Return the decision at ``tracks.stamp_ns``."""
        self._ids = _known_again(self._ids, tracks)
        view = self._look(scores, tracks)
        switches = self._switches
        if query.expression.count != 1:
            self._decide_many(view, query.expression.count)
        elif self._state in {State.COMMITTED, State.LOST}:
            self._keep(view, lasting=_lasting(query))
        else:
            self._choose(view)
        self._remember(view)
        return self._say(view, switched=self._switches > switches)

    def _look(self, scores: PreferenceScores, tracks: TrackSet) -> View:
        """Gather what the rules need; a stamp that does not advance counts as a nominal frame."""
        step_ns = 0
        if self._stamp_ns is not None:
            step_ns = tracks.stamp_ns - self._stamp_ns
            step_ns = min(step_ns, LONGEST_STEP_NS) if step_ns > 0 else NOMINAL_FRAME_NS
        self._stamp_ns = tracks.stamp_ns
        visible = _visible(tracks, self._config)
        odds = np.exp(bounded(scores.logits, -30.0, 30.0)) * visible
        return View(
            tracks=tracks,
            fits=probabilities(scores.logits),
            shares=np.asarray(odds / max(float(odds.sum()), 1e-30), np.float32),
            null=1.0 / (1.0 + math.exp(-min(max(scores.null, -80.0), 80.0))),
            visible=visible,
            settled=scores.settled >= self._config.settled,
            step_ns=step_ns,
        )

    def _choose(self, view: View) -> None:
        """Without a commitment: follow the leader, commit when it has led for a while."""
        row = self._stay(view, view.leader())
        if row < 0 or view.fits[row] < self._config.tentative or view.fits[row] <= view.null:
            self._leading.hold(None, view.step_ns)
            self._give_nothing(view)
            return
        self._absent.hold(None, view.step_ns)
        leader = int(view.tracks.ids[row])
        self._state, self._ids = State.TENTATIVE, (leader,)
        if self._leads(view, row, self._config.commit_after_ms):
            self._commit(leader)

    def _stay(self, view: View, best: int) -> int:
        """Return the row that was shown last if it is about as good as the best one."""
        if self._state is not State.TENTATIVE:
            return best
        row = view.row(self._ids[0])
        near = row >= 0 and view.visible[row]
        near = near and view.shares[row] >= view.shares[best] - self._config.stay_margin
        return row if near else best

    def _give_nothing(self, view: View) -> None:
        """No track fits: searching, and absent once enough looks over enough time say so."""
        looked = view.tracks.looks < 0 or view.tracks.looks >= self._config.absent_looks
        says_no = looked and view.settled and view.null >= self._config.absent
        spent_ms = self._absent.hold(True if says_no else None, view.step_ns)
        gone = says_no and (self._state is State.ABSENT or spent_ms >= self._config.absent_after_ms)
        self._state, self._ids = (State.ABSENT if gone else State.SEARCHING), ()

    def _leads(self, view: View, row: int, after_ms: float) -> bool:
        """Return whether one track has fitted with a margin, on settled evidence, for a while."""
        config = self._config
        leads = (
            view.settled
            and view.fits[row] >= config.commit
            and view.margin(row) >= config.margin
            and view.tracks.evidence[row] >= config.commit_looks
        )
        leader = int(view.tracks.ids[row]) if leads else None
        return self._leading.hold(leader, view.step_ns) >= after_ms and leads

    def _commit(self, track_id: int) -> None:
        """Choose a track; of an earlier commitment, this is a switch."""
        chosen = self._ids if self._state in {State.COMMITTED, State.LOST} else ()
        self._switches += bool(chosen) and chosen != (track_id,)
        self._state, self._ids = State.COMMITTED, (track_id,)
        for dwell in (self._leading, self._challenging, self._failing, self._waiting):
            dwell.hold(None, 0)

    def _keep(self, view: View, *, lasting: bool) -> None:
        """With a commitment: stay, lose, regain, switch or let go.

        Where what was said of it lasts, doubt alone does not let it go: evidence fades with time.
        """
        track_id = self._ids[0]
        row = view.row(track_id)
        if row < 0 or not view.visible[row]:
            self._wait(view, lasting=lasting)
            return
        self._state = State.COMMITTED
        self._waiting.hold(None, view.step_ns)
        failing = view.fits[row] < self._config.release
        failed_ms = self._failing.hold(True if failing else None, view.step_ns)
        if failing and not lasting and failed_ms >= self._config.release_after_ms:
            self._state = State.SEARCHING
            self._choose(view)
            return
        best = view.leader()
        better = (
            best != row
            and view.settled
            and view.fits[best] >= self._config.commit
            and view.shares[best] >= view.shares[row] + self._config.switch_margin
            and view.fits[best] > view.null
        )
        rival = int(view.tracks.ids[best]) if better else None
        if self._challenging.hold(rival, view.step_ns) >= self._config.switch_after_ms and better:
            self._commit(int(view.tracks.ids[best]))

    def _remember(self, view: View) -> None:
        """Note when the chosen track was seen: what is older than that is not its return."""
        row = view.row(self._ids[0]) if self._state is State.COMMITTED else -1
        if row >= 0:
            self._seen_ns = view.tracks.stamp_ns - int(view.tracks.unseen_ns[row])

    def _wait(self, view: View, *, lasting: bool) -> None:
        """The chosen track is not visible: wait for it, or take another that is sure enough.

        Where what was said of it lasts, only one that is new since then can be it.
        """
        self._state = State.LOST
        row = view.leader()
        if row >= 0:
            new = not view.was_there(row, self._seen_ns)
            config = self._config
            after_ms = config.return_after_ms if new else config.reacquire_after_ms
            if self._leads(view, row, after_ms) and (new or not lasting):
                self._commit(int(view.tracks.ids[row]))
                return
        if self._waiting.hold(True, view.step_ns) >= self._config.forget_after_ms:
            self._state, self._ids = State.SEARCHING, ()

    def _decide_many(self, view: View, count: int) -> None:
        """Several objects are meant: every track that fits, or the best ``count``."""
        config = self._config
        held = np.isin(view.tracks.ids, np.asarray(self._ids, np.int64))
        enough = np.where(held, config.release, config.commit)
        chosen = np.flatnonzero(view.visible & (view.fits >= enough) & (view.fits > view.null))
        chosen = chosen[np.argsort(-view.fits[chosen], kind='stable')]
        had = self._state in {State.COMMITTED, State.LOST}
        if not len(chosen):
            if had:
                self._state = State.LOST
                if self._waiting.hold(True, view.step_ns) < config.forget_after_ms:
                    return
            self._leading.hold(None, view.step_ns)
            self._give_nothing(view)
            return
        self._waiting.hold(None, view.step_ns)
        self._absent.hold(None, view.step_ns)
        ids = [int(i) for i in view.tracks.ids[chosen]]
        self._ids = tuple(ids[:count] if count else ids)
        ready = view.settled and view.tracks.evidence[chosen].max() >= config.commit_looks
        led_ms = self._leading.hold(True if ready else None, view.step_ns)
        sure = had or (ready and led_ms >= config.commit_after_ms)
        self._state = State.COMMITTED if sure else State.TENTATIVE

    def _say(self, view: View, *, switched: bool) -> Decision:
        """Put the memory into words."""
        row = view.row(self._ids[0]) if self._ids else -1
        if row >= 0:
            preference, margin = float(view.fits[row]), view.margin(row)
        elif self._state is State.ABSENT:
            best = float(np.where(view.visible, view.fits, 0.0).max(initial=0.0))
            preference, margin = view.null, view.null - best
        else:
            preference, margin = 0.0, 0.0
        return Decision(
            state=self._state,
            track_ids=self._ids,
            preference=preference,
            margin=margin,
            switches=self._switches,
            switched=switched,
        )


@lru_cache(maxsize=1)
def _visible(tracks: TrackSet, config: DecisionConfig) -> BoolArray:
    """Return which tracks were seen recently, (N,): the same for all sentences of a frame."""
    unseen_ns = tracks.unseen_ns
    waited_ns = min(tracks.unlooked_ns, config.unlooked_ms * 1e6)
    newest_ns = unseen_ns.min(initial=np.iinfo(np.int64).max)
    visible = np.asarray(
        (unseen_ns - waited_ns <= config.lost_after_ms * 1e6)
        & (unseen_ns - newest_ns <= config.missed_after_ms * 1e6)
    )
    visible.flags.writeable = False
    return visible


def _known_again(ids: tuple[int, ...], tracks: TrackSet) -> tuple[int, ...]:
    """Return the ids that these tracks have now."""
    if not ids:
        return ids
    former = tracks.former_ids.tolist()
    now = (int(tracks.ids[former.index(i)]) if i in former else i for i in ids)
    return tuple(dict.fromkeys(now))


def _lasting(query: Query) -> bool:
    """Return whether what is true of a track stays true of it alone: what moved first did so."""
    return any(
        order.extreme is Extreme.FIRST_MOVED and not order.subject
        for order in query.expression.orders
    )
