"""A sentence about a clip, and what is true of it at every frame."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ['KINDS', 'Sentence']

KINDS = (
    'category',
    'attribute',
    'size',
    'relation',
    'order',
    'motion',
    'temporal',
    'negation',
    'combination',
    'plural',
    'absent_category',
    'absent_colour',
    'absent_relation',
    'absent_motion',
)
"""What a sentence needs. The last four have no object in the clip."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sentence:
    """One sentence with its truth over a clip of T frames and N named things.

    Attributes:
        text: as a person would say it.
        kind: one of ``KINDS``.
        form: which paraphrase made it; the pools of the splits are disjoint.
        held_out: whether its wording is one that no training sentence has.
        targets: (T, N) bool, what it refers to at each frame, for somebody who has watched the
            clip up to and including that frame.
        judged: (T,) bool, frames at which that somebody could say so without doubt. A frame that
            is not judged counts neither for nor against any answer.
    """

    text: str
    kind: str
    form: str
    held_out: bool
    targets: npt.NDArray[np.bool_]
    judged: npt.NDArray[np.bool_]

    @property
    def absent(self) -> bool:
        """Whether nothing is referred to in any judged frame."""
        return not bool((self.targets & self.judged[:, None]).any())
