"""How well masks fit: J, F and J&F, bound to the object that a sentence names.

Definitions of the DAVIS benchmark (Perazzi et al., CVPR 2016; arXiv 1704.00675). Nothing here
matches predictions to objects: the answer to a sentence is compared with that sentence's object
alone. Choosing the best assignment afterwards would forgive the error that matters most.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from tenet_ros.errors import ContractError
from tenet_ros.types import BoolArray, FloatArray, UInt8Array

__all__ = ['BOUNDARY_TOLERANCE', 'SentenceScore', 'boundary_f', 'jaccard', 'score_sentence']

BOUNDARY_TOLERANCE = 0.008
"""How far two boundaries may lie apart and still match, as a share of the image diagonal."""

WRONG_TARGET_IOU = 0.1
"""A mask that covers its object less than this is on something else."""

AnyMask = npt.NDArray[Any]


def jaccard(mask: AnyMask, truth: AnyMask) -> float:
    """Return J, the intersection over union in [0, 1]; 1 when both masks are empty.

    Args:
        mask: (H, W) of any dtype, set where non-zero.
        truth: (H, W) likewise.

    Raises:
        ContractError: the masks differ in size.

    >>> jaccard(np.asarray([[1, 1, 0]]), np.asarray([[0, 1, 1]]))
    0.3333333333333333
    """
    _check_sizes(mask, truth)
    return _iou(mask != 0, truth != 0)


def boundary_f(
    mask: AnyMask,
    truth: AnyMask,
    *,
    tolerance: float = BOUNDARY_TOLERANCE,
    diagonal_px: float | None = None,
) -> float:
    """Return F, the F-measure of the boundaries in [0, 1]; 1 when neither mask has one.

    A boundary pixel matches when the other boundary has one within ``ceil(tolerance x diagonal)``
    pixels (Euclidean). Precision is the matched share of the mask's boundary, recall that of the
    truth's; with one boundary empty F is 0.

    Args:
        mask: (H, W) of any dtype, set where non-zero.
        truth: (H, W) likewise.
        tolerance: share of the image diagonal.
        diagonal_px: of the image, where the masks are crops of it. A crop that leaves a pixel
            around both masks, except at the image's own border, gives what the whole gives.

    Raises:
        ContractError: the masks differ in size.
    """
    _check_sizes(mask, truth)
    ours, theirs = _boundary(mask != 0), _boundary(truth != 0)
    if not ours.any() or not theirs.any():
        return float(not ours.any() and not theirs.any())
    diagonal_px = float(np.hypot(*mask.shape)) if diagonal_px is None else diagonal_px
    reach = float(np.ceil(tolerance * diagonal_px))
    # Only boundary pixels are compared, so nothing outside their common rectangle matters.
    x, y, width, height = cv2.boundingRect(ours | theirs)
    window = np.s_[y : y + height, x : x + width]
    ours, theirs = ours[window], theirs[window]
    precision = float(_near(theirs, reach)[ours != 0].mean())
    recall = float(_near(ours, reach)[theirs != 0].mean())
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SentenceScore:
    """What the masks published for one sentence are worth.

    Attributes:
        j: (T,) float32, IoU with the referred object per frame.
        f: (T,) float32, boundary F per frame.
        answered: (T,) bool, whether a mask with pixels was published.
        wrong: (T,) bool, frames with a mask on the wrong target: it has pixels, and its IoU with
            the referred object is below 0.1 or below that with another annotated object. A mask
            for an object that is not there is wrong.
        visible: (T,) bool, whether the referred object has pixels.
    """

    j: FloatArray
    f: FloatArray
    answered: BoolArray
    wrong: BoolArray
    visible: BoolArray

    @property
    def jf(self) -> float:
        """Mean over the frames of (J + F) / 2."""
        return float((self.j.mean() + self.f.mean()) / 2)

    @property
    def wrong_target_fraction(self) -> float:
        """Share of all frames that carry a mask on the wrong target."""
        return float(self.wrong.mean())

    @property
    def t_acc(self) -> float:
        """Share of the frames with the object in them that got a mask; NaN without such frames.

        Target accuracy of arXiv 2306.00968, per frame instead of per image.
        """
        return float(self.answered[self.visible].mean()) if self.visible.any() else float('nan')

    @property
    def n_acc(self) -> float:
        """Share of the frames without the object that got none; NaN without such frames.

        No-target accuracy of arXiv 2306.00968. One minus it is the rate of false accepts.
        """
        absent = ~self.visible
        return float((~self.answered[absent]).mean()) if absent.any() else float('nan')


def score_sentence(
    masks: Sequence[AnyMask], labels: Sequence[UInt8Array], object_ids: Sequence[int]
) -> SentenceScore:
    """Score the masks that answer one sentence, every frame of the clip included.

    Args:
        masks: T masks of (H, W), set where non-zero; an empty one where nothing was said.
        labels: T label images, (H, W) uint8, pixel value = object id, 0 = background.
        object_ids: what the sentence refers to: their union; none for a no-target sentence.

    Raises:
        ContractError: not one mask per label image, no frame at all, or different sizes.
    """
    if len(masks) != len(labels) or not len(labels):
        raise ContractError(
            f'expected one mask per label image and at least one, got {len(masks)} for '
            f'{len(labels)}; give an empty mask where nothing was published'
        )
    rows = [_score_frame(m != 0, t, object_ids) for m, t in zip(masks, labels, strict=True)]
    j, f, answered, wrong, visible = zip(*rows, strict=True)
    return SentenceScore(
        j=np.asarray(j, np.float32),
        f=np.asarray(f, np.float32),
        answered=np.asarray(answered, np.bool_),
        wrong=np.asarray(wrong, np.bool_),
        visible=np.asarray(visible, np.bool_),
    )


def _score_frame(
    mask: BoolArray, labels: UInt8Array, object_ids: Sequence[int]
) -> tuple[float, float, bool, bool, bool]:
    truth = np.isin(labels, object_ids)
    _check_sizes(mask, truth)
    j, answered = _iou(mask, truth), bool(mask.any())
    wrong = answered and (j < WRONG_TARGET_IOU or _best_other(mask, labels, object_ids) > j)
    return j, boundary_f(mask, truth), answered, wrong, bool(truth.any())


def _best_other(mask: BoolArray, labels: UInt8Array, object_ids: Sequence[int]) -> float:
    """Return the largest IoU of ``mask`` with an annotated object that was not referred to."""
    sizes = np.bincount(labels.ravel(), minlength=1)
    shared = np.bincount(labels[mask], minlength=len(sizes))
    unions = np.maximum(sizes + int(mask.sum()) - shared, 1)
    overlaps = shared / unions
    overlaps[[0, *(i for i in object_ids if i < len(overlaps))]] = 0.0
    return float(overlaps.max())


def _iou(mask: BoolArray, truth: BoolArray) -> float:
    union = int(np.count_nonzero(mask | truth))
    return int(np.count_nonzero(mask & truth)) / union if union else 1.0


def _boundary(mask: BoolArray) -> UInt8Array:
    """Return the pixels that differ from their right, lower or lower-right neighbour.

    The benchmark's own one-pixel boundary: the last row looks only to its right, the last column
    only below, and the last pixel is never set.
    """
    edge = np.zeros(mask.shape, np.bool_)
    edge[:, :-1] |= mask[:, :-1] ^ mask[:, 1:]
    edge[:-1, :] |= mask[:-1, :] ^ mask[1:, :]
    edge[:-1, :-1] |= mask[:-1, :-1] ^ mask[1:, 1:]
    return edge.astype(np.uint8)


def _near(boundary: UInt8Array, reach: float) -> BoolArray:
    """Return the pixels within ``reach`` of the boundary: its dilation by a disk."""
    distance = cv2.distanceTransform(1 - boundary, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return np.asarray(distance <= reach, np.bool_)


def _check_sizes(mask: AnyMask, truth: AnyMask) -> None:
    if mask.ndim != 2 or mask.shape != truth.shape:
        raise ContractError(
            f'expected two (H, W) masks of one size, got {mask.shape} and {truth.shape}; '
            'bring the prediction to source pixels'
        )
