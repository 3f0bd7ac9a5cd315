"""What the pipeline asks of each stage.

No stage keeps the image or the prompt of an earlier call: what one method makes, the next one is
given. So a stage may serve several cameras, and a frame can be replayed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import numpy as np

from tenet_ros.errors import ContractError
from tenet_ros.language.expression import Prompt, Query
from tenet_ros.types import (
    Detections,
    FloatArray,
    IntArray,
    Mask,
    State,
    TimedDetections,
    TrackSet,
    UInt8Array,
)

__all__ = [
    'CameraMotion',
    'Decision',
    'Detector',
    'Preference',
    'PreferenceScores',
    'Prepared',
    'Segmenter',
    'Tracker',
]

PreparedT = TypeVar('PreparedT', bound='Prepared')
EmbeddingT = TypeVar('EmbeddingT')


class Prepared(Protocol):
    """What a detector makes of a prompt, once per command. Immutable."""

    @property
    def unknown(self) -> tuple[str, ...]:
        """Nouns of the prompt that this detector can never find, for the user to be told."""
        ...


class Detector(Protocol[PreparedT]):
    """Finds boxes that fit phrases. Runs in the slow lane, on one thread."""

    def prepare(self, prompt: Prompt) -> PreparedT:
        """Do, once per command, whatever depends on the words alone.

        Args:
            prompt: the phrases of every sentence of the command.

        Returns:
            What ``detect`` needs: cached text features, say.
        """
        ...

    def detect(self, image: UInt8Array, prepared: PreparedT) -> Detections:
        """Return the boxes in ``image``: (H, W, 3) uint8 RGB.

        The columns of ``phrase_scores`` and the length of ``reference`` are the prompt's.
        """
        ...


class CameraMotion(Protocol):
    """Estimates how the camera itself moved between two frames."""

    def estimate(self, image: UInt8Array, exclude: FloatArray) -> FloatArray:
        """Return the transform from the image of the previous call to this one.

        Args:
            image: (H, W, 3) uint8 RGB.
            exclude: (N, 4) float32 xyxy boxes of things that may move by themselves.

        Returns:
            (2, 3) float32, new pixel = ``A @ old + b``; the identity at the first call, after a
            change of size, and where too little could be matched.
        """
        ...

    def reset(self) -> None:
        """Forget the previous image."""
        ...


class Tracker(Protocol):
    """Keeps ids on boxes. One instance per stream; ids are never used twice.

    Per frame: ``apply`` for every detection set of an earlier frame that has arrived, ``advance``,
    ``apply`` for those of this frame, ``snapshot``, then ``correct`` for the tracks that were
    segmented. Sets of earlier frames may also come after ``advance``; it only costs more.
    """

    def set_prompt(self, command_id: int, phrases: int, expressions: int) -> None:
        """Start anew the language evidence of every track; boxes and ids stay.

        Detections of another command still move boxes; their phrase scores are ignored.
        """
        ...

    def advance(
        self, *, sequence: int, stamp_ns: int, camera_motion: FloatArray | None = None
    ) -> None:
        """Predict every track to a new frame.

        Args:
            sequence: the frame's sequence, larger than the last.
            stamp_ns: the frame's stamp; a stamp that is not later than the last advances by a
                nominal frame time.
            camera_motion: (2, 3) float32 from the previous frame's pixels to this one's.
        """
        ...

    def apply(self, late: TimedDetections) -> bool:
        """Apply detections at their own frame and replay what followed.

        An empty set counts: it is a frame in which nothing was seen.

        Returns:
            False if the frame is older than the kept history, or not newer than that of a
            detection set applied already (the set is then ignored).
        """
        ...

    def correct(self, ids: IntArray, boxes: FloatArray) -> None:
        """Correct tracks at the newest frame by the boxes of their own masks.

        Args:
            ids: (K,) int64; unknown ids are ignored.
            boxes: (K, 4) float32 xyxy source pixels.
        """
        ...

    def snapshot(self) -> TrackSet:
        """Return every live track, once it is confirmed, at the newest frame."""
        ...

    def reset(self) -> None:
        """Drop all tracks and history; ids go on from where they were."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PreferenceScores:
    """How well each track fits one sentence.

    Attributes:
        logits: (N,) float32, one independent logit per track of the TrackSet, in its order.
        null: logit of "no such object here".
        settled: in [0, 1], how much of the evidence that this sentence needs has been seen; a
            motion sentence is not settled before its tracks have been watched for a while.
    """

    logits: FloatArray
    null: float
    settled: float = 1.0

    def __post_init__(self) -> None:
        """Check the contract."""
        if self.logits.dtype != np.float32 or self.logits.ndim != 1:
            raise ContractError(
                f'PreferenceScores.logits: expected (N,) float32, '
                f'got {self.logits.shape} {self.logits.dtype}'
            )


class Preference(Protocol):
    """Picks among temporal prompts the one that fits the sentence."""

    def score_all(
        self, queries: Sequence[Query], tracks: TrackSet, image_size: tuple[int, int]
    ) -> tuple[PreferenceScores, ...]:
        """Score every track, and the null, for every sentence of a command.

        Sentences do not compete: each gets the scores that it would get alone. They come together
        so that what is the same for all of them is measured once.

        Args:
            queries: the sentences, with the columns of their phrases in ``tracks.phrase_scores``.
            tracks: the tracks as known now; nothing later than ``tracks.stamp_ns`` is in them.
            image_size: (height, width) of the source image, pixels.

        Returns:
            One per query, in order.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What is said, this frame, about one sentence.

    Attributes:
        state: see ``State``.
        track_ids: the selected tracks, best first: those to segment and publish. Empty unless
            TENTATIVE, COMMITTED or LOST (LOST keeps the id that it waits for, and has no mask).
        preference: probability in [0, 1] of the first selected track, or of the null if ABSENT.
        margin: preference minus that of the runner-up (another track or the null), in [-1, 1].
        switches: how often a commitment has moved from one track to another under this command.
        switched: whether it did so at this very frame.
    """

    state: State
    track_ids: tuple[int, ...] = ()
    preference: float = 0.0
    margin: float = 0.0
    switches: int = 0
    switched: bool = False


class Segmenter(Protocol[EmbeddingT]):
    """Turns boxes into masks: encode an image once, decode any number of boxes."""

    def encode(self, image: UInt8Array) -> EmbeddingT:
        """Return what ``decode`` needs of an image: (H, W, 3) uint8 RGB."""
        ...

    def decode(self, embedding: EmbeddingT, boxes: FloatArray) -> tuple[Mask, ...]:
        """Return one mask per box.

        Args:
            embedding: of ``encode``; not changed, so it may be decoded again.
            boxes: (N, 4) float32 xyxy source pixels; parts outside the image are ignored, and a
                box without area inside it gives ``Mask.empty()``.
        """
        ...


AnyDetector = Detector[Any]
AnySegmenter = Segmenter[Any]
