"""One system's answers to one sentence, written down frame by frame."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tenet_ros.evaluation.tabletop.fit import LabelledFrame
from tenet_ros.evaluation.tabletop.record import Case, Trace, thing_bits
from tenet_ros.evaluation.tabletop.systems import Answer
from tenet_ros.types import IntArray, Mask

__all__ = ['Ledger', 'Score']

Score = tuple[float, float, float, float, bool]
"""J and F of the frame's own mask, J and F of the one that is held, and whether it is wrong."""


class Ledger:
    """Collects what a ``Trace`` is made of.

    Args:
        case: the sentence.
    """

    def __init__(self, case: Case) -> None:
        self.case = case
        count = len(case.judged)
        self._answered, self._right, self._committed = np.zeros((3, count), np.bool_)
        self._things = np.zeros(count, np.int64)
        self._frames: list[int] = []
        self._scores: list[Score] = []

    @property
    def last(self) -> Score:
        """The newest score."""
        return self._scores[-1]

    def note(self, frame: int, answer: Answer, things: IntArray) -> None:
        """Write down a frame's answer.

        Args:
            frame: its index.
            answer: what was said.
            things: (K,) int64, what each of its boxes lies on, -1 for nothing.
        """
        on_target = self.case.targets[frame][things] & (things >= 0)
        self._answered[frame] = len(things) > 0
        self._right[frame] = len(things) > 0 and bool(on_target.all())
        self._committed[frame] = answer.committed
        self._things[frame] = thing_bits(things)

    def score(
        self, frame: int, labelled: LabelledFrame, masks: Sequence[Mask], held: Sequence[Mask]
    ) -> None:
        """Compare the frame's masks, and those held at its moment, with the truth of the frame."""
        targets = self.case.targets[frame]
        j, f = labelled.fit(masks, targets)
        stream_j, stream_f = labelled.fit(held, targets)
        under = [labelled.thing_under(mask) for mask in masks if mask.area]
        wrong = any(thing < 0 or not targets[thing] for thing in under)
        self._frames.append(frame)
        self._scores.append((j, f, stream_j, stream_f, wrong))

    def trace(self) -> Trace:
        """Return everything that was written down."""
        rows = np.asarray(self._scores, np.float32).reshape(-1, 5)
        return Trace(
            answered=self._answered,
            right=self._right,
            committed=self._committed,
            things=self._things,
            scored=np.asarray(self._frames, np.int64),
            j=rows[:, 0],
            f=rows[:, 1],
            stream_j=rows[:, 2],
            stream_f=rows[:, 3],
            wrong=rows[:, 4] > 0,
        )
