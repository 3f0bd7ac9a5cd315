"""What a grasping run comes to: rates over scenes, and the film strip of one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from tenet_ros.types import UInt8Array

__all__ = ['GOALS', 'Outcome', 'film_strip', 'summary']

GOALS = {'success_rate': 0.9, 'wrong_object_rate': 0.02}
COLUMNS, ROWS = 4, 2
TITLE_PX = 44


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What happened in one scene.

    Attributes:
        seed: of the task.
        sentence: what was to be grasped.
        kind: of that sentence.
        then: where to put it, or ''.
        lifted: whether the right thing was held 10 cm above its place.
        done: whether all was done: held to the end, or let go in the bowl.
        wrong: whether another thing was ever held so.
        seconds: of simulated time until the program ended.
        said: the program's last words; '' when it had nothing to complain about.
    """

    seed: int
    sentence: str
    kind: str
    then: str
    lifted: bool
    done: bool
    wrong: bool
    seconds: float
    said: str

    @property
    def success(self) -> bool:
        """Whether the right thing came to the right place, and no other was taken."""
        return self.lifted and self.done and not self.wrong

    def row(self) -> dict[str, Any]:
        """Return it for a table or JSON."""
        return {
            'seed': self.seed,
            'sentence': self.sentence,
            'kind': self.kind,
            'then': self.then,
            'lifted': self.lifted,
            'success': self.success,
            'wrong': self.wrong,
            'seconds': round(self.seconds, 1),
            'said': self.said,
        }


def summary(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Return the figures of a run.

    Args:
        outcomes: at least one.
    """
    put = [each for each in outcomes if each.then]
    kinds = Counter(each.kind for each in outcomes)
    good = Counter(each.kind for each in outcomes if each.success)
    figures: dict[str, Any] = {
        'scenes': len(outcomes),
        'success_rate': _share([each.success for each in outcomes]),
        'wrong_object_rate': _share([each.wrong for each in outcomes]),
        'lifted_rate': _share([each.lifted for each in outcomes]),
        'put_rate': _share([each.success for each in put]),
        'seconds': _percentiles([each.seconds for each in outcomes if each.success]),
        'success_by_kind': {kind: round(good[kind] / kinds[kind], 3) for kind in sorted(kinds)},
    }
    figures['goals_met'] = (
        figures['success_rate'] >= GOALS['success_rate']
        and figures['wrong_object_rate'] <= GOALS['wrong_object_rate']
    )
    figures['failed'] = [each.row() for each in outcomes if not each.success]
    figures['outcomes'] = [each.row() for each in outcomes]
    return figures


def _share(flags: Sequence[bool]) -> float:
    return round(float(np.mean(flags)), 3) if flags else 0.0


def _percentiles(seconds: Sequence[float]) -> dict[str, float | None]:
    if not seconds:
        return {'p50': None, 'p95': None}
    return {f'p{q}': round(float(np.percentile(seconds, q)), 1) for q in (50, 95)}


def film_strip(outcome: Outcome, pictures: Sequence[UInt8Array]) -> UInt8Array:
    """Return eight pictures of a scene under its sentence and what came of it.

    Args:
        outcome: of the scene.
        pictures: (240, 320, 3) uint8 RGB, in order; at least one.

    Returns:
        (H, W, 3) uint8 RGB.
    """
    picks = np.linspace(0, len(pictures) - 1, COLUMNS * ROWS).round().astype(int).tolist()
    tiles = [pictures[pick] for pick in picks]
    rows = [np.hstack(tiles[at : at + COLUMNS]) for at in range(0, len(tiles), COLUMNS)]
    banner = np.zeros((TITLE_PX, rows[0].shape[1], 3), np.uint8)
    word = 'done' if outcome.success else 'WRONG OBJECT' if outcome.wrong else 'failed'
    title = f'{outcome.seed}: "{outcome.sentence}"' + (f' "{outcome.then}"' if outcome.then else '')
    for row, text in enumerate((f'{title}: {word}', outcome.said)):
        origin, white = (8, 17 + 19 * row), (255, 255, 255)
        cv2.putText(banner, text, origin, cv2.FONT_HERSHEY_SIMPLEX, 0.5, white, 1, cv2.LINE_AA)
    return np.vstack([banner, *rows])
