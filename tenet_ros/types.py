"""Vocabulary that crosses the seams between rooms.

Conventions, everywhere:
    * Boxes are ``xyxy`` in pixels of the source image, half-open: a box covers ``x0 <= x < x1``.
    * Images are ``(H, W, 3) uint8 RGB``, C-contiguous.
    * Times are integers in nanoseconds, suffix ``_ns``, on the clock of the source's stamps.
    * "Nothing" is an array of length zero, never ``None``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import numpy as np
import numpy.typing as npt

from tenet_ros.errors import ContractError

__all__ = [
    'BoolArray',
    'Command',
    'Detections',
    'FloatArray',
    'Frame',
    'IntArray',
    'Mask',
    'Space',
    'State',
    'TimedDetections',
    'TrackSet',
    'UInt8Array',
    'union',
]

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
UInt8Array = npt.NDArray[np.uint8]


def _check(name: str, array: npt.NDArray[Any], dtype: type, shape: tuple[int | None, ...]) -> None:
    """Raise ``ContractError`` unless ``array`` has the dtype and shape (``None`` = any size)."""
    fits = array.ndim == len(shape) and all(
        want is None or want == got for want, got in zip(shape, array.shape, strict=True)
    )
    if not fits or array.dtype != dtype:
        wanted = ', '.join('*' if n is None else str(n) for n in shape)
        raise ContractError(
            f'{name}: expected ({wanted}) {np.dtype(dtype).name}, '
            f'got {array.shape} {array.dtype.name}; convert it before it crosses this seam'
        )


class State(str, Enum):
    """What the node knows about one sentence. The values are what ``~/status`` publishes."""

    IDLE = 'IDLE'
    """No command is active."""
    SEARCHING = 'SEARCHING'
    """A command is active and nothing fits it yet."""
    TENTATIVE = 'TENTATIVE'
    """One track leads, without the margin or the dwell that a commitment needs."""
    COMMITTED = 'COMMITTED'
    """The referred object is chosen and visible."""
    LOST = 'LOST'
    """The chosen object is not visible now."""
    ABSENT = 'ABSENT'
    """The evidence says that there is no such object."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Frame:
    """One camera image with the identity that its results must carry.

    Attributes:
        image: (H, W, 3) uint8 RGB, C-contiguous; whoever holds a Frame only reads it.
        stamp_ns: the source's own ``header.stamp``.
        frame_id: the source's own ``header.frame_id``.
        sequence: order of arrival within this process, strictly increasing.
    """

    image: UInt8Array
    stamp_ns: int
    frame_id: str = ''
    sequence: int = 0

    def __post_init__(self) -> None:
        """Check the image's contract."""
        _check('Frame.image', self.image, np.uint8, (None, None, 3))
        if self.image.size == 0:
            raise ContractError(f'Frame.image: expected at least one pixel, got {self.image.shape}')

    @property
    def height(self) -> int:
        """Image height in pixels."""
        return int(self.image.shape[0])

    @property
    def width(self) -> int:
        """Image width in pixels."""
        return int(self.image.shape[1])


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
        _check('Detections.boxes', self.boxes, np.float32, (None, 4))
        _check('Detections.scores', self.scores, np.float32, (n,))
        _check('Detections.phrase_scores', self.phrase_scores, np.float32, (n, None))
        _check('Detections.reference', self.reference, np.int64, (None,))
        _check('Detections.appearance', self.appearance, np.float32, (n, None))
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
    """

    sequence: int
    stamp_ns: int
    command_id: int
    detections: Detections


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What a user asked for: zero or more sentences, in one atomic change.

    Attributes:
        command_id: strictly increasing within a node; every result names the one it answers.
        text: the command as it came.
        sentences: the sentences in it, each naming one target; empty clears.
    """

    command_id: int
    text: str
    sentences: tuple[str, ...]

    @classmethod
    def parse(cls, command_id: int, text: str) -> Command:
        """Split ``text`` at ';' into sentences, dropping empty ones.

        >>> Command.parse(1, 'the red mug; the dog ;').sentences
        ('the red mug', 'the dog')
        """
        sentences = tuple(part for part in (' '.join(p.split()) for p in text.split(';')) if part)
        return cls(command_id=command_id, text=text, sentences=sentences)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Mask:
    """A binary mask, kept as the crop that contains it.

    Attributes:
        crop: (h, w) uint8, 0 or 1.
        x0: column of the crop's left edge in the source image, pixels.
        y0: row of the crop's top edge in the source image, pixels.
        quality: the segmenter's own estimate of its IoU, in [0, 1].
    """

    crop: UInt8Array
    x0: int
    y0: int
    quality: float

    def __post_init__(self) -> None:
        """Check the crop's contract."""
        _check('Mask.crop', self.crop, np.uint8, (None, None))

    @classmethod
    def empty(cls) -> Mask:
        """Return a mask without pixels."""
        return cls(crop=np.zeros((0, 0), np.uint8), x0=0, y0=0, quality=0.0)

    @property
    def area(self) -> int:
        """Number of pixels in the mask."""
        return int(np.count_nonzero(self.crop))

    def box(self) -> FloatArray:
        """Return the tight box: (4,) float32 xyxy half-open, source pixels; zeros when empty."""
        columns = np.flatnonzero(self.crop.any(axis=0))
        rows = np.flatnonzero(self.crop.any(axis=1))
        if not len(columns):
            return np.zeros(4, np.float32)
        edges = (columns[0], rows[0], columns[-1] + 1, rows[-1] + 1)
        offset = (self.x0, self.y0, self.x0, self.y0)
        return np.asarray([e + o for e, o in zip(edges, offset, strict=True)], np.float32)

    def paste(self, canvas: npt.NDArray[Any], value: int) -> None:
        """Write ``value`` into ``canvas`` wherever the mask is set.

        Args:
            canvas: (H, W) of any integer dtype, the size of the source image; changed in place.
            value: what to write. Parts of the crop outside the canvas are ignored.
        """
        height, width = canvas.shape
        top, left = max(self.y0, 0), max(self.x0, 0)
        bottom = min(self.y0 + self.crop.shape[0], height)
        right = min(self.x0 + self.crop.shape[1], width)
        if top < bottom and left < right:
            crop = self.crop[top - self.y0 : bottom - self.y0, left - self.x0 : right - self.x0]
            canvas[top:bottom, left:right][crop != 0] = value

    def full(self, height: int, width: int) -> UInt8Array:
        """Return the whole mask: (height, width) uint8, 0 or 255."""
        return union([self], height, width, 255)


def union(masks: Iterable[Mask], height: int, width: int, value: int = 1) -> UInt8Array:
    """Return what any of the masks covers: (height, width) uint8, 0 or ``value``."""
    canvas = np.zeros((height, width), np.uint8)
    for mask in masks:
        mask.paste(canvas, value)
    return canvas


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Space:
    """Where the tracks of a ``TrackSet`` are in space, as far as depth images say.

    Everything is in the camera's optical frame (REP 103: x right, y down, z forward), metres.

    Attributes:
        positions: (N, 3) float32, NaN where it is not known.
        motions: (N, 3) float32, metres per second, the camera's own motion taken out where it is
            known; NaN where it is not known.
        up: (3,) float32, unit vector against gravity; zeros where it is not known.
        focal_px: focal length, pixels.
    """

    positions: FloatArray
    motions: FloatArray
    up: FloatArray
    focal_px: float

    def __post_init__(self) -> None:
        """Check the contract."""
        n = len(self.positions)
        _check('Space.positions', self.positions, np.float32, (n, 3))
        _check('Space.motions', self.motions, np.float32, (n, 3))
        _check('Space.up', self.up, np.float32, (3,))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TrackSet:
    """All live tracks at one moment, a snapshot that later frames do not change.

    Attributes:
        ids: (N,) int64, unique and stable for the life of the tracker; never used again.
        boxes: (N, 4) float32, xyxy, pixels of the source image, half-open, at ``stamp_ns``.
        velocities: (N, 4) float32, d(xyxy)/dt in pixels per second.
        scores: (N,) float32 in [0, 1], confidence of the newest detection of each track.
        hits: (N,) int64, detections received so far.
        age_ns: (N,) int64, time since birth.
        unseen_ns: (N,) int64, time since the newest detection or accepted mask box.
        phrase_scores: (N, P) float32 in [0, 1], running means over the track's detections under
            the current command's phrases; zeros before the first.
        reference_hits: (N, E) float32 in [0, 1], the share of recent detections in which the
            reference proposal of each expression fell on this track.
        evidence: (N,) int64, detections received under the current command.
        history: (N, T, 4) float32 xyxy, positions at ``history_stamps_ns``, oldest first, with the
            camera's own motion taken out where it is known (coordinates of the newest image).
        history_valid: (N, T) bool, where the track existed.
        history_stamps_ns: (T,) int64, oldest first; the last one is ``stamp_ns``.
        stamp_ns: the frame that this snapshot describes.
        labels: (N,) the detector's class names.
        looks: detection sets received under the current command, empty ones too; -1 where the
            tracker does not say. Without it "nothing is there" cannot be told from "nobody has
            looked yet".
        space: where the tracks are in 3D; None without depth.
        former_ids: (N,) int64, the id under which a track was published before it turned out to be an
            earlier one that came back, whose id it has now; -1 for others.
        unlooked_ns: time since the newest frame of which detections are known; 0 where the tracker
            does not say. What is unseen for no longer than this has not been missed.
    """

    ids: IntArray
    boxes: FloatArray
    velocities: FloatArray
    scores: FloatArray
    hits: IntArray
    age_ns: IntArray
    unseen_ns: IntArray
    phrase_scores: FloatArray
    reference_hits: FloatArray
    evidence: IntArray
    history: FloatArray
    history_valid: BoolArray
    history_stamps_ns: IntArray
    stamp_ns: int
    labels: tuple[str, ...] = field(default=())
    looks: int = -1
    space: Space | None = None
    former_ids: IntArray = field(default_factory=lambda: np.zeros(0, np.int64))
    unlooked_ns: int = 0

    def __post_init__(self) -> None:
        """Check that all arrays speak of the same N tracks."""
        n, t = len(self.ids), len(self.history_stamps_ns)
        if not len(self.former_ids):
            object.__setattr__(self, 'former_ids', np.full(n, -1, np.int64))
        if self.space is not None:
            _check('TrackSet.space.positions', self.space.positions, np.float32, (n, 3))
        _check('TrackSet.ids', self.ids, np.int64, (None,))
        for name in ('boxes', 'velocities'):
            _check(f'TrackSet.{name}', getattr(self, name), np.float32, (n, 4))
        _check('TrackSet.scores', self.scores, np.float32, (n,))
        for name in ('hits', 'age_ns', 'unseen_ns', 'evidence', 'former_ids'):
            _check(f'TrackSet.{name}', getattr(self, name), np.int64, (n,))
        for name in ('phrase_scores', 'reference_hits'):
            _check(f'TrackSet.{name}', getattr(self, name), np.float32, (n, None))
        _check('TrackSet.history', self.history, np.float32, (n, t, 4))
        _check('TrackSet.history_valid', self.history_valid, np.bool_, (n, t))
        _check('TrackSet.history_stamps_ns', self.history_stamps_ns, np.int64, (t,))
        if len(self.labels) != n:
            raise ContractError(f'TrackSet.labels: expected {n} names, got {len(self.labels)}')

    def __len__(self) -> int:
        """Return the number of tracks."""
        return len(self.ids)

    @classmethod
    def empty(cls, stamp_ns: int = 0, phrases: int = 0, expressions: int = 0) -> TrackSet:
        """Return a snapshot without tracks."""
        return cls(
            ids=np.zeros(0, np.int64),
            boxes=np.zeros((0, 4), np.float32),
            velocities=np.zeros((0, 4), np.float32),
            scores=np.zeros(0, np.float32),
            hits=np.zeros(0, np.int64),
            age_ns=np.zeros(0, np.int64),
            unseen_ns=np.zeros(0, np.int64),
            phrase_scores=np.zeros((0, phrases), np.float32),
            reference_hits=np.zeros((0, expressions), np.float32),
            evidence=np.zeros(0, np.int64),
            history=np.zeros((0, 1, 4), np.float32),
            history_valid=np.zeros((0, 1), np.bool_),
            history_stamps_ns=np.asarray([stamp_ns], np.int64),
            stamp_ns=stamp_ns,
            labels=(),
        )
