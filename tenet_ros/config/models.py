"""Settings of detectors, of masks, and of the segmenter without weights."""

from __future__ import annotations

from dataclasses import dataclass

from tenet_ros.config.checks import expect

__all__ = ['DetectorConfig', 'MaskConfig', 'SegmenterConfig']


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmenterConfig:
    """The classical box-to-mask segmenter.

    Attributes:
        grid: cells a side of the grid on which a box's window is looked at.
        walk_grid: the same for the random walk, whose cost grows with the fourth power.
        mask_grid: most cells along a mask before it is brought to source pixels.
        margin: what is seen around a box on each side, box sizes.
    """

    grid: int = 96
    walk_grid: int = 48
    mask_grid: int = 320
    margin: float = 0.25

    def __post_init__(self) -> None:
        """Check the ranges."""
        grids = ('grid', 'walk_grid', 'mask_grid')
        expect(self, 'segmenter', grids, 'a whole number from 8', lambda v: v >= 8 and v == int(v))
        expect(self, 'segmenter', ('margin',), 'a number from 0 to 2', lambda v: 0 <= v <= 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskConfig:
    """When masks are made anew, and when carried along.

    Attributes:
        fresh: where no more masks are wanted, all are made anew at every frame; of more, those of
            what looks otherwise now, or else the oldest, and the others are carried along. What
            has waited for half a second (15 frames) has its turn in any case, one at a frame.
        alike: grey levels by which what a mask shows may differ from what it showed when it was
            made, to be carried along; 0 makes all masks anew at every frame.
    """

    fresh: int = 2
    alike: float = 2.0

    def __post_init__(self) -> None:
        """Check the ranges."""
        expect(self, 'masks', ('fresh',), 'a whole number from 1', lambda v: v >= 1 and v == int(v))
        expect(self, 'masks', ('alike',), 'a number from 0 to 255', lambda v: 0 <= v <= 255)


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectorConfig:
    """The detector's thresholds.

    Attributes:
        score_threshold: boxes below are dropped. Low, because the tracker's second association
            keeps a known object by a weak box.
        same_class_iou: of two boxes of one class that overlap more, the weaker is dropped; None
            for what the detector advises.
        any_class_iou: the same for boxes of any class: one object under two names. Their evidence
            is pooled.
        max_boxes: at most so many boxes are kept, the best.
        reference_threshold: phrase score from which a box can be the detector's own answer.
    """

    score_threshold: float = 0.1
    same_class_iou: float | None = None
    any_class_iou: float | None = None
    max_boxes: int = 100
    reference_threshold: float = 0.2

    def limits(self, same_class_iou: float, any_class_iou: float) -> tuple[float, float]:
        """Return both overlaps, each as it was chosen or else as the detector advises.

        >>> DetectorConfig(any_class_iou=0.8).limits(0.5, 0.6)
        (0.5, 0.8)
        """
        return (
            same_class_iou if self.same_class_iou is None else self.same_class_iou,
            any_class_iou if self.any_class_iou is None else self.any_class_iou,
        )
