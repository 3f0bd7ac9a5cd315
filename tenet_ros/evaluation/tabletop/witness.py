"""What to look at of one sentence afterwards: a few moments of our answer, and what went wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from tenet_ros.evaluation.tabletop.causes import CAUSES, Circumstances, cause
from tenet_ros.evaluation.tabletop.fit import lies_on
from tenet_ros.evaluation.tabletop.ledger import Score
from tenet_ros.evaluation.tabletop.record import VISIBLE_PX, Case
from tenet_ros.evaluation.tabletop.systems import Answer
from tenet_ros.geometry import iou_matrix
from tenet_ros.types import FloatArray, Mask

__all__ = ['GLIMPSES', 'Glimpse', 'Report', 'Witness']

GLIMPSES = 8
COVERED_IOU = 0.5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Glimpse:
    """Our answer at one frame.

    Attributes:
        frame: its index.
        state: what we said.
        jf: (J + F) / 2.
        outlines: of our masks, each (P, 2) int32 x and y, source pixels.
    """

    frame: int
    state: str
    jf: float
    outlines: tuple[npt.NDArray[np.int32], ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Report:
    """What is kept of one sentence for a person.

    Attributes:
        glimpses: at most eight, in order of time.
        lost: per cause, the mean over the scored frames of 1 - J&F that it took away.
    """

    glimpses: tuple[Glimpse, ...]
    lost: dict[str, float]

    @property
    def main_cause(self) -> str:
        """What took away most."""
        return max(self.lost, key=lambda name: self.lost[name]) if self.lost else ''


class Witness:
    """Follows our answers to one sentence.

    Args:
        case: the sentence.
        stride: only every so manieth frame is seen.
    """

    def __init__(self, case: Case, stride: int) -> None:
        self._case = case
        seen = np.flatnonzero(case.judged)
        seen = seen[seen % stride == 0]
        picks = np.linspace(0, len(seen) - 1, GLIMPSES).round().astype(np.int64)
        self._picks = frozenset(seen[picks].tolist()) if len(seen) else frozenset()
        self._once_right: set[int] = set()
        self._glimpses: list[Glimpse] = []
        self._lost = dict.fromkeys(CAUSES, 0.0)
        self._frames = 0

    def follow(self, frame: int, answer: Answer, truth: FloatArray) -> None:
        """Remember which tracks have lain on a referred thing; for every frame."""
        things = lies_on(iou_matrix(answer.boxes, truth))
        for track_id, thing in zip(answer.track_ids, things.tolist(), strict=True):
            if thing >= 0 and self._case.targets[frame, thing]:
                self._once_right.add(track_id)

    def see(
        self,
        frame: int,
        answer: Answer,
        masks: Sequence[Mask],
        score: Score,
        covered: tuple[FloatArray, FloatArray],
    ) -> None:
        """Look at a frame that counts.

        Args:
            frame: its index.
            answer: ours.
            masks: of its boxes.
            score: of these masks.
            covered: best IoU of any detection, and of any track, with each thing: two (N,).
        """
        jf, wrong = (score[0] + score[1]) / 2, score[4]
        wanted = self._case.targets[frame] & (self._case.visible_px[frame] >= VISIBLE_PX)
        now = Circumstances(
            in_view=bool(wanted.any()),
            detected=bool((covered[0][wanted] >= COVERED_IOU).all()),
            tracked=bool((covered[1][wanted] >= COVERED_IOU).all()),
            answered=len(answer.boxes) > 0,
            wrong=wrong,
            was_right=bool(self._once_right.intersection(answer.track_ids)),
            complete=len(answer.boxes) >= int(wanted.sum()),
        )
        self._frames += 1
        self._lost[cause(now)] += 1 - jf
        if frame in self._picks:
            outlines = tuple(outline for mask in masks for outline in _outlines(mask))
            self._glimpses.append(
                Glimpse(frame=frame, state=answer.state.value, jf=jf, outlines=outlines)
            )

    def report(self) -> Report:
        """Return what was seen."""
        frames = max(self._frames, 1)
        lost = {name: value / frames for name, value in self._lost.items() if value}
        return Report(glimpses=tuple(self._glimpses), lost=lost)


def _outlines(mask: Mask) -> list[npt.NDArray[np.int32]]:
    if not mask.area:
        return []
    found: Sequence[Any]
    found, _ = cv2.findContours(
        mask.crop, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE, offset=(mask.x0, mask.y0)
    )
    return [np.asarray(outline, np.int32).reshape(-1, 2) for outline in found]
