"""A clip as the benchmark plays it: pictures, labels, and sentences with their truth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from tenet_ros.evaluation.tabletop.record import Case
from tenet_ros.types import FloatArray, IntArray, UInt8Array

__all__ = ['Clip', 'Footage']


class Footage(Protocol):
    """The pictures of a clip, one by one, as often as wanted."""

    def __len__(self) -> int:
        """Return the number of frames."""
        ...

    def image(self, index: int) -> UInt8Array:
        """Return (H, W, 3) uint8 RGB."""
        ...

    def labels(self, index: int) -> UInt8Array:
        """Return (H, W) uint8, 0 = background, else 1 + index of the thing."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Clip:
    """T frames with N things in them, and what is asked about them.

    Attributes:
        name: tells clips apart in reports.
        footage: T pictures.
        rate_hz: frames per second.
        named: things that a sentence may mean: the first so many of the N.
        boxes: (T, N, 4) float32 xyxy, visible boxes, zeros for what is not to be seen.
        visible_px: (T, N) int64.
        cases: the sentences.
    """

    name: str
    footage: Footage
    rate_hz: float
    named: int
    boxes: FloatArray
    visible_px: IntArray
    cases: tuple[Case, ...]
