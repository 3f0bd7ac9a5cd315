"""One kept frame, so that its detections may arrive late."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from tenet_ros.stages.tracking.history import Whereabouts
from tenet_ros.stages.tracking.tracks import Tracks
from tenet_ros.types import FloatArray, IntArray

__all__ = ['Record']


@dataclass(slots=True, kw_only=True, eq=False)
class Record:
    """What happened in a frame, and the tracks before and after.

    Attributes:
        sequence: the frame's sequence.
        clock_ns: the tracker's clock at the frame.
        step_ns: time since the frame before.
        camera_motion: (2, 3) from the frame before, or None for a camera at rest.
        predicted: the tracks before anything of this frame was seen.
        corrections: mask boxes of this frame, (K,) ids and (K, 4) boxes, in order.
        after: the tracks after its detections and corrections.
        where: what the history keeps of ``after``.
    """

    sequence: int
    clock_ns: int
    step_ns: int
    camera_motion: npt.NDArray[np.floating] | None
    predicted: Tracks
    corrections: list[tuple[IntArray, FloatArray]] = field(default_factory=list)
    after: Tracks = field(init=False)
    where: Whereabouts = field(init=False)

    def __post_init__(self) -> None:
        """Begin with nothing seen."""
        self.settle(self.predicted)

    def settle(self, after: Tracks) -> None:
        """Set what the tracks are at the end of this frame."""
        self.after = after
        self.where = Whereabouts(
            clock_ns=self.clock_ns,
            ids=after.ids,
            boxes=after.boxes(),
            camera_motion=self.camera_motion,
        )

    def rename(self, returned: Mapping[int, int]) -> None:
        """Know tracks that came back by their old ids, by the ids that they had meanwhile.

        Masks that were made under an old id meanwhile are of the place where it was waited for.
        """
        self.where = self.where.renamed(returned)
        for index, (ids, boxes) in enumerate(self.corrections):
            kept = ~np.isin(ids, list(returned.values()))
            new = [returned.get(i, i) for i in ids[kept].tolist()]
            self.corrections[index] = (np.asarray(new, np.int64), boxes[kept])

    def forget_evidence(self, phrases: int, expressions: int) -> None:
        """Know nothing yet about a prompt of this size."""
        self.predicted = self.predicted.without_evidence(phrases, expressions)
        self.after = self.after.without_evidence(phrases, expressions)
