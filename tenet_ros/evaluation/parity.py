"""How far an exported graph's answers are from those of the network that it came from.

A network is a chain of decisions (which proposals go on, which come first), so a pixel that is one
grey level off may change an answer by any amount, the more so with random weights. Answers are
therefore compared query by query, and the decisions are counted beside them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from tenet_ros.export.original_detectors import OriginalDetector, ranked_as
from tenet_ros.export.original_segmenters import OriginalSegmenter
from tenet_ros.inference.mask_crop import enlarged
from tenet_ros.inference.session import Session
from tenet_ros.inference.spec import TensorMap, TensorSpec
from tenet_ros.stages.box_segmenter import BoxSegmenter
from tenet_ros.types import BoolArray, FloatArray, UInt8Array

__all__ = [
    'TEXTS',
    'TOLERANCE',
    'Levelled',
    'MaskGaps',
    'detector_gaps',
    'mask_gaps',
    'pixel_gaps',
    'windows',
]

TEXTS = ('a red mug', 'the car', 'person on the left', 'traffic sign', 'the dog that runs')

TOLERANCE = 1e-3
"""Of scores, and of box edges in parts of the image's longer side."""


def pixel_gaps(
    canvas: FloatArray, pixels: FloatArray, std: npt.NDArray[np.float64]
) -> dict[str, float]:
    """Return how far a graph's pixels are from its processor's.

    Args:
        canvas: (1, 3, h, w) of the graph.
        pixels: likewise, of the processor.
        std: of each channel, (3,), grey levels.

    Returns:
        ``grey_levels``, the largest difference, and ``differing``, the share above a hundredth.
    """
    off = np.abs(canvas - pixels) * np.reshape(std, (1, 3, 1, 1))
    return {'grey_levels': float(off.max()), 'differing': float((off > 1e-2).mean())}


def detector_gaps(
    got: Mapping[str, npt.NDArray[Any]],
    original: OriginalDetector,
    pixels: FloatArray,
    size: tuple[int, int],
) -> dict[str, float]:
    """Return how far a detector's graph is from its network on ``TEXTS``.

    The network's proposals go on in the graph's order, so that both have the same queries.

    Args:
        got: of ``answered``.
        original: the network.
        pixels: that it is given, (1, 3, h, w).
        size: (height, width) of the camera's image.

    Returns:
        Over the graph's best queries: ``boxes_px`` and ``boxes`` (of the longer side), the largest
        difference of an edge; ``scores``, that of a score; ``within``, the share that has both
        within ``TOLERANCE``; ``same_rank``, the share at the place that the network gives it;
        ``score_range``, of the best score of these queries. And ``proposals_moved`` and
        ``proposals_gap``, as in ``Proposals``.
    """
    with ranked_as(got.get('proposals')) as proposals:
        boxes, scores = original.answers(pixels, size, TEXTS)
    best = got['best'][0]
    edges = np.abs(got['boxes'][0] - boxes[best]).max(axis=1)
    apart = np.abs(got['scores'][0][:, : len(TEXTS)] - scores[best]).max(axis=1)
    ranked = np.argsort(-scores.max(axis=1), kind='stable')[: len(best)]
    return {
        'boxes_px': float(edges.max()),
        'boxes': float(edges.max()) / max(size),
        'scores': float(apart.max()),
        'within': float(np.mean((edges <= TOLERANCE * max(size)) & (apart <= TOLERANCE))),
        'same_rank': float(np.mean(ranked == best)),
        'score_range': float(np.ptp(scores[ranked].max(axis=1))),
        'proposals_moved': proposals.moved,
        'proposals_gap': proposals.gap,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Levelled(Session):
    """A session whose logits are counted from another level.

    A random network's lie far above or far below 0: its masks would all be full, or all empty.

    Attributes:
        session: whose masks are shifted.
        level: that is to be 0.
        given: the masks as they came, of every run.
    """

    session: Session
    level: float
    given: list[FloatArray] = field(default_factory=list)

    @property
    def key(self) -> str:
        """The session's own."""
        return self.session.key

    @property
    def provider(self) -> str:
        """The session's own."""
        return self.session.provider

    @property
    def inputs(self) -> tuple[TensorSpec, ...]:
        """The session's own."""
        return self.session.inputs

    @property
    def outputs(self) -> tuple[TensorSpec, ...]:
        """The session's own."""
        return self.session.outputs

    def activate(self) -> None:
        """Load the session."""
        self.session.activate()

    def deactivate(self) -> None:
        """Free the session."""
        self.session.deactivate()

    def infer(self, inputs: TensorMap) -> dict[str, npt.NDArray[Any]]:
        """Run the session, and shift ``masks``."""
        found = self.session.infer(inputs)
        self.given.append(found['masks'].copy())
        return {**found, 'masks': found['masks'] - np.float32(self.level)}


def windows(boxes: FloatArray, size: tuple[int, int]) -> BoolArray:
    """Return which pixels a mask of each box may have, (B, H, W)."""
    inside = np.zeros((len(boxes), *size), np.bool_)
    for row, (x0, y0, x1, y1) in enumerate(enlarged(boxes)):
        top, left = max(0, int(np.floor(y0))), max(0, int(np.floor(x0)))
        inside[row, top : int(np.ceil(y1)), left : int(np.ceil(x1))] = True
    return inside


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskGaps:
    """How far a segmenter's graph is from its network, the worst of all boxes.

    Masks are cut at the level that has as many pixels of the windows above as below. Near it SAM's
    processor, which interpolates twice, and the graph, which does so at cells, may part.

    Attributes:
        masks: share of the image's pixels that differ.
        masks_sure: of those alone whose logit is a hundredth of the spread away from the level.
        logits: difference at the graph's cells, in parts of the spread.
        scores: difference of the ratings.
        share: of the windows' pixels that are above the level.
        sure: of the windows' pixels that are away from it.
    """

    masks: float
    masks_sure: float
    logits: float
    scores: float
    share: float
    sure: float


def mask_gaps(
    session: Session,
    original: OriginalSegmenter,
    canvas: FloatArray,
    image: UInt8Array,
    boxes: FloatArray,
) -> MaskGaps:
    """Return how far a segmenter's graph is from its network.

    Args:
        session: of the graph, active.
        original: the network.
        canvas: that it is given, (1, 3, side, side).
        image: that the graph is given, (H, W, 3) uint8 RGB.
        boxes: (B, 4) float32 xyxy pixels of it.
    """
    size = image.shape[0], image.shape[1]
    best, ratings = original.best(canvas, size, boxes)
    logits, inside = original.at_pixels(best, size), windows(boxes, size)
    level = float(np.median(logits[inside]))
    above = (logits > level) & inside
    sure = np.abs(logits - level) > 0.01 * logits[inside].std()
    levelled = Levelled(session=session, level=level)
    segmenter = BoxSegmenter(levelled)
    masks = segmenter.decode(segmenter.encode(image), boxes)
    wrong = np.stack([mask.full(*size) > 0 for mask in masks]) != above
    rated = [mask.quality for mask in masks]
    cells = np.concatenate(levelled.given)[: len(boxes)]
    exact = original.at_cells(best, size, boxes, cells.shape[1])
    return MaskGaps(
        masks=float(wrong.mean(axis=(1, 2)).max()),
        masks_sure=float((wrong & sure).mean(axis=(1, 2)).max()),
        logits=float(np.abs(cells - exact).max() / best.std()),
        scores=float(np.abs(np.clip(ratings, 0, 1) - rated).max()),
        share=float(above.sum() / inside.sum()),
        sure=float((sure & inside).sum() / inside.sum()),
    )
