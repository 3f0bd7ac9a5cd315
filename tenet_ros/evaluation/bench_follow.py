"""What following comes to: how long the target is in view, what is run into, how soon it stops."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from tenet_ros.types import UInt8Array

__all__ = ['GOALS', 'Moment', 'Outcome', 'film_strip', 'outcome_of', 'summary']

GOALS = {'in_view_rate': 0.95, 'stop_s': 0.3}
FRESH_S = 0.3
"""A pose older than this is none."""
STILL_MPS, STILL_RPS = 0.01, 0.05
"""Slower than this is standing."""
COLUMNS, ROWS = 5, 2
TITLE_PX = 28


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """What was so, and what was known, at one moment.

    Attributes:
        seconds: of simulated time.
        covered: whether something covers the lens.
        in_view: whether the camera sees the target in truth.
        sure: whether the node says COMMITTED.
        pose_age_s: since the newest pose; infinite before the first.
        right: whether the newest pose is nearer to the target than to any other figure.
        forward: speed of the base, metres per second.
        turn: likewise, radians per second.
        distance: from base to target, metres.
    """

    seconds: float
    covered: bool
    in_view: bool
    sure: bool
    pose_age_s: float
    right: bool
    forward: float
    turn: float
    distance: float

    @property
    def known(self) -> bool:
        """Whether the node says where the target is."""
        return self.sure and self.pose_age_s < FRESH_S

    @property
    def standing(self) -> bool:
        """Whether the base stands."""
        return abs(self.forward) < STILL_MPS and abs(self.turn) < STILL_RPS


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What happened in one run.

    Attributes:
        seed: of the task.
        sentence: whom to follow.
        in_view_rate: share of the time with a free lens in which the camera saw the target.
        known_rate: share of that time in which the node said where it is.
        wrong_rate: share of the moments with a pose in which it was somebody else's.
        collisions: how often the base ran into something.
        stops_s: for each loss (not COMMITTED, or the pose stale) how long until the base stood.
        blind_stop_s: from the last picture before the lens was covered until it stood, or None.
        distance_m: median.
        travelled_m: by the base.
        seconds: judged.
    """

    seed: int
    sentence: str
    in_view_rate: float
    known_rate: float
    wrong_rate: float
    collisions: int
    stops_s: tuple[float, ...]
    blind_stop_s: float | None
    distance_m: float
    travelled_m: float
    seconds: float

    def row(self) -> dict[str, Any]:
        """Return it for a table or JSON."""
        blind = self.blind_stop_s
        return {
            'seed': self.seed,
            'in_view_rate': round(self.in_view_rate, 4),
            'known_rate': round(self.known_rate, 4),
            'wrong_rate': round(self.wrong_rate, 4),
            'collisions': self.collisions,
            'losses': len(self.stops_s),
            'stop_s': round(max(self.stops_s), 3) if self.stops_s else None,
            'blind_stop_s': None if blind is None else round(blind, 3),
            'distance_m': round(self.distance_m, 2),
            'travelled_m': round(self.travelled_m, 1),
            'seconds': round(self.seconds, 1),
        }


def outcome_of(seed: int, sentence: str, moments: Sequence[Moment], collisions: int) -> Outcome:
    """Return what a run came to.

    Args:
        seed: of the task.
        sentence: whom to follow.
        moments: in order, evenly spaced; at least two, one of them with a free lens.
        collisions: how often the base ran into something.
    """
    free = [each for each in moments if not each.covered]
    posed = [each for each in free if each.known]
    period_s = moments[1].seconds - moments[0].seconds
    return Outcome(
        seed=seed,
        sentence=sentence,
        in_view_rate=float(np.mean([each.in_view for each in free])),
        known_rate=float(np.mean([each.known for each in free])),
        wrong_rate=float(np.mean([not each.right for each in posed])) if posed else 0.0,
        collisions=collisions,
        stops_s=_stops(moments),
        blind_stop_s=_blind_stop(moments),
        distance_m=float(np.median([each.distance for each in free])),
        travelled_m=float(np.sum([abs(each.forward) for each in moments])) * period_s,
        seconds=moments[-1].seconds - moments[0].seconds,
    )


def _stops(moments: Sequence[Moment]) -> tuple[float, ...]:
    """Return for each loss how long the base went on; it may be found again before it stands."""
    stops = []
    for before, lost in zip(moments, range(1, len(moments)), strict=False):
        if not before.known or moments[lost].known:
            continue
        for each in moments[lost:]:
            if each.standing or each.known:
                stops.append(each.seconds - moments[lost].seconds)
                break
        else:
            stops.append(moments[-1].seconds - moments[lost].seconds)
    return tuple(stops)


def _blind_stop(moments: Sequence[Moment]) -> float | None:
    """Return how long after the last picture the base stood; None where it knew nothing before."""
    first = next((at for at, each in enumerate(moments) if each.covered), 0)
    if not first or not moments[first - 1].known:
        return None
    seen_s = moments[first - 1].seconds
    stood = [each.seconds for each in moments[first:] if each.standing]
    return (stood[0] if stood else moments[-1].seconds) - seen_s


def summary(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Return the figures of several runs; at least one."""
    stops = [stop for each in outcomes for stop in each.stops_s]
    blind = [each.blind_stop_s for each in outcomes if each.blind_stop_s is not None]
    in_view = [each.in_view_rate for each in outcomes]
    figures: dict[str, Any] = {
        'runs': len(outcomes),
        'in_view_rate': round(float(np.mean(in_view)), 4),
        'in_view_rate_worst': round(min(in_view), 4),
        'known_rate': round(float(np.mean([each.known_rate for each in outcomes])), 4),
        'wrong_rate': round(float(np.mean([each.wrong_rate for each in outcomes])), 4),
        'collisions': sum(each.collisions for each in outcomes),
        'losses': len(stops),
        'stop_s': _spread(stops),
        'blind_stop_s': _spread(blind),
        'distance_m': round(float(np.median([each.distance_m for each in outcomes])), 2),
    }
    figures['goals_met'] = bool(
        figures['in_view_rate'] >= GOALS['in_view_rate']
        and figures['collisions'] == 0
        and max(stops, default=0.0) <= GOALS['stop_s']
    )
    figures['outcomes'] = [each.row() for each in outcomes]
    return figures


def _spread(seconds: Sequence[float]) -> dict[str, float | None]:
    if not seconds:
        return {'median': None, 'max': None}
    return {'median': round(float(np.median(seconds)), 3), 'max': round(max(seconds), 3)}


def film_strip(title: str, pictures: Sequence[UInt8Array]) -> UInt8Array:
    """Return ten pictures of a run under a title: (H, W, 3) uint8 RGB.

    Args:
        title: one line.
        pictures: (H, W, 3) uint8 RGB of one size, in order; at least one.
    """
    picks = np.linspace(0, len(pictures) - 1, COLUMNS * ROWS).round().astype(int).tolist()
    tiles = [pictures[pick] for pick in picks]
    rows = [np.hstack(tiles[at : at + COLUMNS]) for at in range(0, len(tiles), COLUMNS)]
    banner = np.zeros((TITLE_PX, rows[0].shape[1], 3), np.uint8)
    origin, white = (8, TITLE_PX - 9), (255, 255, 255)
    cv2.putText(banner, title, origin, cv2.FONT_HERSHEY_SIMPLEX, 0.5, white, 1, cv2.LINE_AA)
    return np.vstack([banner, *rows])
