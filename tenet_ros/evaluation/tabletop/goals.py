"""What the figures are meant to reach on the frozen test split."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ['GOALS', 'Goal', 'reached']


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """One figure with a limit.

    Attributes:
        words: what a person reads.
        path: keys from the benchmark's JSON down to the figure.
        least: the figure must not be below; None where it has an upper limit.
        most: the figure must not be above; None where it has a lower limit.
    """

    words: str
    path: tuple[str, ...]
    least: float | None = None
    most: float | None = None


GOALS = (
    Goal(words='streaming J&F', path=('ours', 'streaming_jf'), least=0.80),
    Goal(words='detector recall, >= 400 px', path=('detector', 'recall'), least=0.97),
    Goal(words='segmenter IoU, true boxes', path=('segmenter', 'mean_iou'), least=0.90),
    Goal(words='gap closed, overall', path=('gap_closed', 'overall'), least=0.85),
    Goal(words='gap closed, with object', path=('gap_closed', 'target'), least=0.85),
    Goal(words='gap closed, motion', path=('gap_closed', 'motion'), least=0.70),
    Goal(words='gap closed, relation', path=('gap_closed', 'relation'), least=0.70),
    Goal(words='gain on explicit, new wording', path=('held_out_wording_gain',), least=0.001),
    Goal(words='N-acc', path=('ours', 'n_acc'), least=0.95),
    Goal(words='T-acc', path=('ours', 't_acc'), least=0.95),
    Goal(words='wrong-target time', path=('ours', 'wrong_target_fraction'), most=0.03),
    Goal(words='commit, static, s', path=('ours', 'commit_s_median', 'static'), most=0.4),
    Goal(words='commit, motion, s', path=('ours', 'commit_s_median', 'motion'), most=1.5),
    Goal(words='re-acquired within 0.5 s', path=('ours', 'reacquire_rate'), least=0.9),
)


def reached(figures: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return for every goal its words, limit, figure, by how much it is missed, and whether met.

    A figure of None where it should have a value, such as a median that is infinite, is not met.
    """
    found = []
    for goal in GOALS:
        value: Any = figures
        for key in goal.path:
            value = value.get(key) if isinstance(value, Mapping) else None
        limit = goal.least if goal.least is not None else goal.most
        missed = None
        if value is not None and limit is not None:
            missed = max(0.0, limit - value if goal.least is not None else value - limit)
        found.append(
            {
                'goal': goal.words,
                'limit': f'{">=" if goal.least is not None else "<="} {limit:g}',
                'figure': value,
                'missed_by': None if missed is None else round(missed, 4),
                'met': missed == 0.0,
            }
        )
    return found
