"""What the detector saw, in the tracker's terms."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tenet_ros.errors import ContractError
from tenet_ros.stages.tracking.kalman import Values, to_centre_size
from tenet_ros.types import BoolArray, Detections, FloatArray, IntArray, TimedDetections

__all__ = ['Look', 'LookReader']

_FARTHEST_PX = 1e6
"""No image reaches this far; beyond it lie infinities, and areas that overflow."""
_RIM = 0.01
"""What lies so near to the border, share of the image's width or height, may reach beyond it."""
_LARGEST = 1e9
"""No appearance has such a number; the length of one that has would overflow."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Look:
    """One detection set without what is too weak or no box at all.

    Attributes:
        boxes: (M, 4) float64 x, y, w, h, source pixels.
        scores: (M,) float32 in [0, 1].
        labels: (M,) int64, the class names' numbers.
        phrases: (M, P) float32 under the prompt that the set answers.
        references: (M, E) float32, 1 where the reference proposal of an expression is this box.
        appearance: (M, D) float32, what each looks like; D is 0 where the detector does not say.
        cut: (M,) bool, whether the border of the image may cut a part off.
        answers: whether that prompt is the current one, so that the set is evidence.
    """

    boxes: Values
    scores: FloatArray
    labels: IntArray
    phrases: FloatArray
    references: FloatArray
    appearance: FloatArray
    cut: BoolArray
    answers: bool


class LookReader:
    """Turns detection sets into looks, under one prompt at a time.

    Attributes:
        phrases: columns of ``phrase_scores`` under the current prompt.
        expressions: length of ``reference`` under the current prompt.
    """

    def __init__(self, low_score: float) -> None:
        self._low_score = low_score
        self._command_id: int | None = None
        self.phrases = 0
        self.expressions = 0
        self.forget_names()

    def forget_names(self) -> None:
        """Number class names from anew, and take appearances of any length."""
        self._numbers: dict[str, int] = {}
        self._names: list[str] = []
        self._appearance: int | None = None

    def set_prompt(self, command_id: int, phrases: int, expressions: int) -> None:
        """Take only detections of this command as evidence, and expect them to have this size."""
        self._command_id, self.phrases, self.expressions = command_id, phrases, expressions

    def names(self, labels: IntArray) -> tuple[str, ...]:
        """Return the class names of these numbers."""
        return tuple(self._names[label] for label in labels.tolist())

    def read(self, late: TimedDetections) -> Look:
        """Return what the tracker can use of a detection set.

        Raises:
            ContractError: if the set answers the current prompt and has not its size.
        """
        found = late.detections
        answers = late.command_id == self._command_id
        size = (found.phrase_scores.shape[1], len(found.reference))
        if answers and size != (self.phrases, self.expressions):
            raise ContractError(
                f'detections of command {late.command_id}: expected {self.phrases} phrases and '
                f'{self.expressions} expressions, got {size[0]} and {size[1]}; '
                "give set_prompt() the size of the detector's prompt"
            )
        appearance = self._appearance_of(found)
        low, high = found.boxes[:, :2], found.boxes[:, 2:]
        usable = (np.abs(found.boxes) < _FARTHEST_PX).all(1) & (low < high).all(1)
        usable &= found.scores >= self._low_score
        hit = np.arange(len(found))[:, None] == found.reference[None, :]
        return Look(
            boxes=to_centre_size(found.boxes[usable]),
            scores=found.scores[usable],
            labels=self._number(found.labels)[usable],
            phrases=np.nan_to_num(found.phrase_scores[usable]),
            references=hit[usable].astype(np.float32),
            appearance=_numbers(appearance[usable]),
            cut=_cut(found.boxes[usable], late.size),
            answers=answers,
        )

    def _appearance_of(self, found: Detections) -> FloatArray:
        """Return what each box looks like, (N, D), where D never changes."""
        if not len(found):
            return np.zeros((0, self._appearance or 0), np.float32)
        length = found.appearance.shape[1]
        if self._appearance is None:
            self._appearance = length
        if self._appearance != length:
            raise ContractError(
                f'Detections.appearance: expected {self._appearance} numbers for each box as '
                f'before, got {length}; reset() before another detector takes over'
            )
        return found.appearance

    def _number(self, names: tuple[str, ...]) -> IntArray:
        for name in names:
            if name not in self._numbers:
                self._numbers[name] = len(self._names)
                self._names.append(name)
        return np.asarray([self._numbers[name] for name in names], np.int64)


def _numbers(appearance: FloatArray) -> FloatArray:
    """Return appearances whose lengths are numbers: nothing in place of what is none."""
    return np.where(np.abs(appearance) < _LARGEST, appearance, np.float32(0))


def _cut(boxes: FloatArray, size: tuple[int, int] | None) -> BoolArray:
    """Return which boxes, (M, 4) xyxy, reach the border of an image of this size, (M,)."""
    if size is None:
        return np.zeros(len(boxes), np.bool_)
    far = np.asarray(size[::-1], np.float64)
    reach = (boxes[:, :2] <= _RIM * far) | (boxes[:, 2:] >= far - _RIM * far)
    return np.asarray(reach.any(axis=1), np.bool_)
