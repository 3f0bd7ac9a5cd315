"""Things that come back: a new track that looks like a lost one takes up its id and its past.

Boxes alone cannot tell what returns after seconds, or elsewhere, from what comes for the first
time. So lost tracks are kept for a while, and new ones are compared with them by appearance. Most are
known at once, before anybody has seen an id of their own. What enters at the edge of the view looks
like what it is only when more of it is seen, so what has been seen in few looks, those at the edge not
counted, is compared in each.
"""

from __future__ import annotations

import numpy as np

from tenet_ros.config import TrackerConfig
from tenet_ros.stages.tracking.association import assign, likeness
from tenet_ros.stages.tracking.kalman import Values, box_scales
from tenet_ros.stages.tracking.tracks import Tracks
from tenet_ros.types import BoolArray, FloatArray, IntArray

__all__ = ['Memory']

_SCENE = 3
"""Tracks that go, and others that come, all in one look: the picture is of another scene."""
_SAME_SCENE = 0.25
"""Share of the tracks that may be matched all the same, for boxes overlap by chance."""
_MOST_GONE = 512
"""Lost tracks kept at most: stamps that hardly advance say that all of them have just gone."""
_ENTERING = 4
"""What the border cuts off may be known again for so many times as many looks."""
_PLACE = np.float32(0.04)
"""Where several could be it: how much likeness a box size of distance is worth."""


class Memory:
    """Keeps the tracks that were lost, and knows them again.

    Args:
        config: how long, how alike, how far away.
    """

    def __init__(self, config: TrackerConfig) -> None:
        self._config = config
        self.clear()

    def clear(self) -> None:
        """Know nobody."""
        self._live: Tracks | None = None
        self._gone: Tracks | None = None
        self._passed = np.zeros(0, np.int64)

    def forget_evidence(self, phrases: int, expressions: int) -> None:
        """Know nothing yet about a prompt of this size."""
        if self._live is not None:
            self._live = self._live.without_evidence(phrases, expressions)
        if self._gone is not None:
            self._gone = self._gone.without_evidence(phrases, expressions)

    def recall(self, after: Tracks, clock_ns: int) -> tuple[Tracks, dict[int, int]]:
        """Return the tracks after a look, and which of them came back.

        Args:
            after: at the look's frame, after it.
            clock_ns: the tracker's clock at that frame.

        Returns:
            The same tracks, those that came back under their old ids, and by the ids that those
            had until now their old ones.
        """
        self._bury(after, clock_ns)
        if self._is_cut(after, clock_ns):
            self._gone, self._passed = None, after.ids[after.missed > 0]
        after = self._let_pass(after)
        returned: dict[int, int] = {}
        looks = self._config.recall_looks
        young = (after.whole <= looks) & (after.hits <= _ENTERING * looks)
        fresh = after.confirmed & (after.missed == 0) & young
        if fresh.any() and after.appearance.shape[1]:
            after, returned = self._reunite(after, fresh)
        self._live = after
        return after, returned

    def _is_cut(self, after: Tracks, clock_ns: int) -> bool:
        """Return whether all goes that was there, and others come, from one look to the next."""
        live = self._live
        if live is None or not len(live):
            return False
        lasting = clock_ns - live.seen_ns <= self._config.max_unseen_s * 1e9  # no pause ended them
        there = live.ids[live.confirmed & (live.missed == 0) & lasting]
        kept = np.isin(there, after.ids[after.missed == 0]).sum()
        came = (after.ids > live.ids.max()).sum()
        return bool(min(len(there), came) >= _SCENE and kept <= _SAME_SCENE * len(there))

    def _let_pass(self, after: Tracks) -> Tracks:
        """Drop what was there before a cut, unless it is seen again at once: then it was none."""
        passed = np.isin(after.ids, self._passed) & (after.missed > 0)
        self._passed = after.ids[passed]
        over = passed & (after.missed > self._config.fresh_looks)
        return after.select(~over) if over.any() else after

    def _bury(self, after: Tracks, clock_ns: int) -> None:
        """Keep what was dropped since the last look; drop what is long gone."""
        gone = self._gone
        if self._live is not None:
            dropped = self._live.confirmed & ~np.isin(self._live.ids, after.ids)
            dropped &= ~np.isin(self._live.ids, self._passed)
            if dropped.any():
                lost = self._live.select(dropped)
                gone = lost if gone is None else gone.append(lost)
        if gone is not None:
            recent = clock_ns - gone.seen_ns <= self._config.memory_s * 1e9
            recent[:-_MOST_GONE] = False  # the last to go are last
            self._gone = gone if recent.all() else gone.select(recent)

    def _reunite(self, after: Tracks, fresh: BoolArray) -> tuple[Tracks, dict[int, int]]:
        """Merge each fresh track with the lost one that it is; return what ``recall`` does."""
        away = after.confirmed & (after.missed > 0) & ~np.isin(after.ids, self._passed)
        waiting = after.select(away)
        lost = waiting if self._gone is None else self._gone.append(waiting)
        if not len(lost):
            return after, {}
        new = after.select(fresh)
        alike = likeness(lost.appearance, new.view)
        apart = _distances(lost.observed, new.observed)
        possible = (alike >= self._needed(apart)) & (lost.seen_ns[:, None] < new.born_ns)
        rows, columns = np.nonzero(possible)
        fit = alike[rows, columns] - _PLACE * apart[rows, columns]
        chosen = assign(rows, columns, np.maximum(1 + fit, np.float32(1e-6)))
        if not len(chosen):
            return after, {}
        back = np.flatnonzero(fresh)[columns[chosen]]
        after, again = after.copy(), lost.select(rows[chosen])
        returned = dict(zip(after.ids[back].tolist(), again.ids.tolist(), strict=True))
        stale = np.isin(after.ids, again.ids)
        self._take_up(after, back, again)
        after = after.select(~stale)
        if self._gone is not None:
            self._gone = self._gone.select(~np.isin(self._gone.ids, again.ids))
        return after.select(np.argsort(after.ids)), returned

    def _take_up(self, tracks: Tracks, rows: IntArray, lost: Tracks) -> None:
        """Give tracks, in place, what is known of the lost ones that they are; one row for each."""
        window = self._config.evidence_window
        weight = _weight(lost.testimony, tracks.testimony[rows], window)
        for name in ('phrases', 'references'):
            _blend(getattr(tracks, name), rows, getattr(lost, name), weight)
        _blend(
            tracks.appearance, rows, lost.appearance, _weight(lost.hits, tracks.hits[rows], window)
        )
        tracks.former[rows] = tracks.ids[rows]
        for name in ('ids', 'born_ns', 'labels', 'votes'):
            getattr(tracks, name)[rows] = getattr(lost, name)
        tracks.hits[rows] += lost.hits
        tracks.whole[rows] += lost.whole
        tracks.evidence[rows] += lost.evidence
        tracks.testimony[rows] += lost.testimony

    def _needed(self, apart: FloatArray) -> FloatArray:
        """Return how alike they must be: more where they are apart, beyond 1 if too far."""
        config = self._config
        rise = config.same_appearance - config.same_place_appearance
        needed = config.same_place_appearance + rise * np.minimum(apart, 1)
        return np.asarray(np.where(apart <= config.return_reach, needed, 2), np.float32)


def _distances(boxes: Values, others: Values) -> FloatArray:
    """Return how far (L, 4) and (F, 4) x, y, w, h are apart, (L, F) float32, box sizes."""
    size = np.maximum(box_scales(boxes), box_scales(others).T)
    offset = boxes[:, None, :2] - others[:, :2]
    return np.asarray(np.linalg.norm(offset, axis=2) / size, np.float32)


def _weight(old: IntArray | FloatArray, new: IntArray | FloatArray, window: int) -> FloatArray:
    """Return the share that the old mean keeps, (K, 1), where each counts ``window`` at most."""
    old, new = np.minimum(old, window), np.minimum(new, window)
    return np.asarray(old / np.maximum(old + new, 1e-6), np.float32)[:, None]


def _blend(means: FloatArray, rows: IntArray, old: FloatArray, weight: FloatArray) -> None:
    means[rows] += weight * (old - means[rows])
