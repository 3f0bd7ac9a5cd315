"""What a detector saw."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from tenet_ros.errors import ContractError
from tenet_ros.types.arrays import FloatArray, IntArray, check

__all__ = ['Detections', 'TimedDetections']


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Detections:
    """What a detector saw in one image.

    Attributes:
        boxes: (N, 4) float32, xyxy, pixels of the source image, half-open.
        scores: (N,) float32 in [0, 1], the detector's confidence that this is an object at all.
        phrase_scores: (N, P) float32 in [0, 1], how well each box fits each phrase of the
            prompt, the columns in the prompt's phrase order.
        reference: (E,) int64, for each expression of the prompt the row of the detector's own top
            answer to the whole sentence (Tenet's reference proposal), or -1 where there is none.
        labels: (N,) the detector's own class names, empty strings where it has none.
        findable: for each phrase of the prompt, whether this detector can find such a thing at
            all; empty where it does not say.
        appearance: (N, D) float32, what each box looks like: the larger the cosine of two vectors,
            the rather they are of the same thing. D is 0 where the detector does not say.
    """

    boxes: FloatArray
    scores: FloatArray
    phrase_scores: FloatArray
    reference: IntArray
    labels: tuple[str, ...]
    findable: tuple[bool, ...] = ()
    appearance: FloatArray = field(default_factory=lambda: np.zeros((0, 0), np.float32))

    def __post_init__(self) -> None:
        """Check that all arrays speak of the same N boxes."""
        n = len(self.boxes)
        if self.appearance.shape == (0, 0):
            object.__setattr__(self, 'appearance', np.zeros((n, 0), np.float32))
        check('Detections.boxes', self.boxes, np.float32, (None, 4))
        check('Detections.scores', self.scores, np.float32, (n,))
        check('Detections.phrase_scores', self.phrase_scores, np.float32, (n, None))
        check('Detections.reference', self.reference, np.int64, (None,))
        check('Detections.appearance', self.appearance, np.float32, (n, None))
        if len(self.labels) != n:
            raise ContractError(f'Detections.labels: expected {n} names, got {len(self.labels)}')
        if self.findable and len(self.findable) != self.phrase_scores.shape[1]:
            raise ContractError(
                f'Detections.findable: expected one value for each of '
                f'{self.phrase_scores.shape[1]} phrases or none, got {len(self.findable)}'
            )

    def __len__(self) -> int:
        """Return the number of boxes."""
        return len(self.boxes)

    @classmethod
    def empty(cls, phrases: int = 0, expressions: int = 0) -> Detections:
        """Return a detection set with no boxes for a prompt of the given size."""
        return cls(
            boxes=np.zeros((0, 4), np.float32),
            scores=np.zeros(0, np.float32),
            phrase_scores=np.zeros((0, phrases), np.float32),
            reference=np.full(expressions, -1, np.int64),
            labels=(),
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TimedDetections:
    """Detections with the frame and the command that they belong to; they may arrive late.

    Attributes:
        sequence: the frame's ``Frame.sequence``.
        stamp_ns: the frame's stamp.
        command_id: the command whose prompt the detector was given. The boxes of another
            command's detections are still boxes; their phrase scores are not this command's.
        detections: the boxes.
        size: (height, width) of the image, pixels; None where nobody says.
    """

    sequence: int
    stamp_ns: int
    command_id: int
    detections: Detections
    size: tuple[int, int] | None = None
