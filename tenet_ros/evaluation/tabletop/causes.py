"""Why an answer is not what it should be: the first link of the chain that broke."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ['CAUSES', 'Circumstances', 'cause']

CAUSES = (
    'detector missed',
    'tracker missed',
    'track moved off',
    'wrong choice',
    'abstained',
    'incomplete',
    'false accept',
    'rough mask',
)
"""In the order of the chain; 'rough mask' is what remains when all else is right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What was the case when a frame was answered.

    Attributes:
        in_view: a referred thing is to be seen.
        detected: every referred thing in view has a detection with IoU 0.5.
        tracked: every referred thing in view has a track with IoU 0.5.
        answered: a mask was published.
        wrong: one of the masks lies on something else.
        was_right: the same track had lain on a referred thing before.
        complete: every referred thing in view has a mask on it.
    """

    in_view: bool
    detected: bool
    tracked: bool
    answered: bool
    wrong: bool
    was_right: bool
    complete: bool


def cause(now: Circumstances) -> str:
    """Return which of ``CAUSES`` took away whatever is missing from a J&F of 1."""
    if not now.in_view:
        return 'false accept' if now.answered else 'rough mask'
    if now.answered and not now.wrong and now.complete:
        return 'rough mask'
    # A track outlives a missed detection, so only a thing without either was lost by the detector.
    if not now.tracked:
        return 'tracker missed' if now.detected else 'detector missed'
    if now.wrong:
        return 'track moved off' if now.was_right else 'wrong choice'
    return 'incomplete' if now.answered else 'abstained'
