"""What is written down while a clip is played: the truth of a sentence, and a system's answers.

Everything that is counted afterwards (``figures``) is arithmetic on these arrays.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tenet_ros.errors import ContractError
from tenet_ros.types import BoolArray, FloatArray, IntArray

__all__ = ['MOTION_KINDS', 'NOWHERE', 'VISIBLE_PX', 'Case', 'Trace', 'thing_bits']

MOTION_KINDS = frozenset({'motion', 'temporal'})
"""Kinds of sentences that nobody can answer from a single picture."""

VISIBLE_PX = 50
"""A thing with fewer visible pixels cannot be expected to be found."""

NOWHERE = 62
"""Bit of ``Trace.things`` for an answer that lies on no thing at all."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Case:
    """One sentence about one clip of T frames and N things, and what is true of it.

    Attributes:
        text: the sentence.
        kind: one of ``sim.sentence.KINDS``.
        held_out: its wording is one that no training sentence has.
        new_pair: it names a colour and a category that no training clip brings together.
        rate_hz: frames per second.
        targets: (T, N) bool, what it refers to.
        judged: (T,) bool, frames that count.
        visible_px: (T, N) int64, visible pixels of each thing.
    """

    text: str
    kind: str
    held_out: bool
    new_pair: bool
    rate_hz: float
    targets: BoolArray
    judged: BoolArray
    visible_px: IntArray

    def __post_init__(self) -> None:
        """Check that all arrays speak of the same frames and things."""
        if self.targets.shape != self.visible_px.shape or len(self.judged) != len(self.targets):
            raise ContractError(
                f'Case: expected (T, N) targets, (T,) judged and (T, N) visible_px, got '
                f'{self.targets.shape}, {self.judged.shape} and {self.visible_px.shape}'
            )

    @property
    def absent(self) -> bool:
        """Whether it refers to nothing in any frame that counts."""
        return not bool((self.targets & self.judged[:, None]).any())

    @property
    def in_view(self) -> BoolArray:
        """(T,) whether a referred thing is to be seen, in a frame that counts."""
        seen = self.targets & (self.visible_px >= VISIBLE_PX)
        return np.asarray(seen.any(axis=1) & self.judged, np.bool_)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Trace:
    """What one system answered to one sentence over T frames.

    What an answer *lies on* is, for each of its boxes, the thing whose visible box has the largest
    IoU with it, or nothing where that is below 0.1.

    Attributes:
        answered: (T,) bool, at least one mask was published.
        right: (T,) bool, it was, and every box of it lies on a referred thing.
        committed: (T,) bool, the system said that it is sure; for one without states, ``answered``.
        things: (T,) int64 bit set of what the answer lies on; bit ``NOWHERE`` for nothing.
        scored: (F,) int64, the frames whose masks were compared; all of them count.
        j: (F,) float32, IoU of the published mask with the referred one at these frames.
        f: (F,) float32, boundary F likewise.
        stream_j: (F,) float32, J of the newest mask known at the moment of the frame.
        stream_f: (F,) float32, F likewise.
        wrong: (F,) bool, a published mask lies, by mask IoU, on something that is not referred to.
    """

    answered: BoolArray
    right: BoolArray
    committed: BoolArray
    things: IntArray
    scored: IntArray
    j: FloatArray
    f: FloatArray
    stream_j: FloatArray
    stream_f: FloatArray
    wrong: BoolArray


def thing_bits(things: npt.NDArray[np.int64]) -> int:
    """Return the bit set of thing indexes; -1 is nothing.

    >>> bin(thing_bits(np.asarray([0, 3])))
    '0b1001'
    """
    bits = 0
    for thing in things.tolist():
        bits |= 1 << (NOWHERE if thing < 0 else thing)
    return bits
