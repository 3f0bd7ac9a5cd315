"""Clips with ground truth: frames, object masks, and the sentences that refer to them.

A clip is a folder::

    JPEGImages/00000.jpg ...     the frames, in name order
    Annotations/00000.png ...    palette PNG of the frame's size, pixel value = object id, 0 = none;
                                 absent where a clip has no dense ground truth
    expressions.json             objects with their sentences, and sentences without an object
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from tenet_ros.errors import SourceError
from tenet_ros.types import BoolArray, FloatArray, IntArray, UInt8Array

__all__ = ['Clip', 'ClipObject', 'Sentence', 'gt_boxes', 'load_clip', 'load_clips', 'read_labels']


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """A referring expression and what it refers to.

    Attributes:
        text: as a person would say it.
        object_ids: one id; several for a sentence about a group; none where no such object exists.
        kinds: what it takes to resolve it: "category", "attribute", "spatial", "motion", ...
    """

    text: str
    object_ids: tuple[int, ...]
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipObject:
    """One annotated object.

    Attributes:
        object_id: the pixel value of its mask.
        name: for people.
        visible: indexes of the frames in which it can be seen, ascending; empty where nobody said.
    """

    object_id: int
    name: str
    visible: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Clip:
    """A clip on disk; pixels are read when asked for.

    Attributes:
        name: the folder's name.
        size: (height, width) of every frame, pixels.
        fps: nominal rate of the frames.
        frames: the images in order.
        annotations: one palette PNG per frame, or empty: this clip has no dense ground truth.
        merged: one mask covers several things (rider and scooter), so a sentence about a part of
            them cannot be scored by it.
        objects: what is annotated.
        sentences: all of them: of one object, of several, of none.
        boxes: hand-drawn boxes of some frames, (4,) float32 xyxy by frame index and object id,
            where there are no masks to take boxes from.
    """

    name: str
    size: tuple[int, int]
    fps: float
    frames: tuple[Path, ...]
    annotations: tuple[Path, ...]
    merged: bool
    objects: tuple[ClipObject, ...]
    sentences: tuple[Sentence, ...]
    boxes: Mapping[int, Mapping[int, FloatArray]]

    @property
    def dense(self) -> bool:
        """Whether every frame has a mask."""
        return bool(self.annotations)

    @property
    def referring(self) -> tuple[Sentence, ...]:
        """The sentences about exactly one object."""
        return tuple(s for s in self.sentences if len(s.object_ids) == 1)

    @property
    def group(self) -> tuple[Sentence, ...]:
        """The sentences about several objects."""
        return tuple(s for s in self.sentences if len(s.object_ids) > 1)

    @property
    def no_target(self) -> tuple[Sentence, ...]:
        """The sentences to which the right answer is that there is no such object."""
        return tuple(s for s in self.sentences if not s.object_ids)

    def image(self, index: int) -> UInt8Array:
        """Return frame ``index``, (H, W, 3) uint8 RGB.

        Raises:
            SourceError: the file cannot be decoded, or has another size than the clip.
        """
        path = self.frames[index]
        decoded = cv2.imread(str(path), cv2.IMREAD_COLOR)
        if decoded is None:
            raise SourceError(f'{path}: expected a readable image; restore the file')
        self._check_size(path, decoded.shape[:2])
        return np.asarray(cv2.cvtColor(decoded, cv2.COLOR_BGR2RGB), np.uint8)

    def labels(self, index: int) -> UInt8Array:
        """Return the ground truth of frame ``index``, (H, W) uint8, pixel value = object id.

        Raises:
            SourceError: the clip has no dense ground truth, or the file is not what it should be.
        """
        if not self.annotations:
            raise SourceError(f'{self.name}: has no dense ground truth; test `clip.dense` first')
        labels = read_labels(self.annotations[index])
        self._check_size(self.annotations[index], labels.shape)
        return labels

    def mask(self, index: int, sentence: Sentence) -> BoolArray:
        """Return what ``sentence`` refers to in frame ``index``, (H, W) bool."""
        return np.asarray(np.isin(self.labels(index), sentence.object_ids), np.bool_)

    def _check_size(self, path: Path, shape: tuple[int, ...]) -> None:
        if tuple(shape) != self.size:
            raise SourceError(f'{path}: expected {self.size} rows and columns, got {tuple(shape)}')


def gt_boxes(labels: UInt8Array) -> tuple[IntArray, FloatArray]:
    """Return the tight box of every object in a label image.

    Args:
        labels: (H, W) uint8, pixel value = object id, 0 = background.

    Returns:
        The ids that are present, (N,) int64 ascending, and their boxes, (N, 4) float32 xyxy,
        half-open, pixels.

    >>> ids, boxes = gt_boxes(np.asarray([[0, 0, 2], [0, 1, 0], [0, 1, 0]], np.uint8))
    >>> ids.tolist(), boxes.tolist()
    ([1, 2], [[1.0, 1.0, 2.0, 3.0], [2.0, 0.0, 3.0, 1.0]])
    """
    ids = np.flatnonzero(np.bincount(labels.ravel(), minlength=1))
    ids = ids[ids > 0].astype(np.int64)
    boxes = np.zeros((len(ids), 4), np.float32)
    for row, value in enumerate(ids):
        # OpenCV's rectangle of the non-zero pixels: x, y, width, height.
        x, y, width, height = cv2.boundingRect((labels == value).astype(np.uint8))
        boxes[row] = (x, y, x + width, y + height)
    return ids, boxes


def read_labels(path: Path) -> UInt8Array:
    """Return the pixel values, not the colours, of a palette or greyscale PNG, (H, W) uint8.

    OpenCV decodes a palette image to its colours; they are mapped back through the file's own
    palette, the lowest index where one colour stands twice.

    Raises:
        SourceError: the file is missing, no PNG, or of another kind.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise SourceError(f'{path}: expected a label PNG, got {error}; restore the file') from error
    decoded = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED) if data else None
    if decoded is None:
        raise SourceError(f'{path}: expected a readable label PNG; restore the file')
    palette = _palette(data)
    if decoded.ndim == 2 and decoded.dtype == np.uint8 and not len(palette):
        return np.asarray(decoded, np.uint8)
    if decoded.ndim == 2 and len(palette):
        decoded = np.repeat(decoded[:, :, None], 3, axis=2)
    if not len(palette) or decoded.ndim != 3:
        raise SourceError(f'{path}: expected an 8-bit palette or greyscale PNG; convert it')
    codes = decoded[:, :, :3].astype(np.int32) @ np.asarray([1, 1 << 8, 1 << 16], np.int32)
    known, first = np.unique(palette, return_index=True)
    return np.asarray(first[np.searchsorted(known, codes)], np.uint8)


def load_clips(folder: Path) -> tuple[Clip, ...]:
    """Return every clip in ``folder``, in name order.

    Raises:
        SourceError: there is none, or one of them cannot be read.
    """
    found = sorted(path.parent for path in folder.glob('*/expressions.json'))
    if not found:
        raise SourceError(f'{folder}: expected folders with an expressions.json; name their parent')
    return tuple(load_clip(path) for path in found)


def load_clip(folder: Path) -> Clip:
    """Return the clip in ``folder``; see the head of this module for its layout.

    Raises:
        SourceError: a part is missing or does not fit the rest.
    """
    path = folder / 'expressions.json'
    try:
        document = json.loads(path.read_text(encoding='utf-8'))
        return _clip(folder, document)
    except (OSError, ValueError) as error:
        raise SourceError(f'{path}: expected readable JSON, got {error}') from error
    except (KeyError, TypeError, AttributeError) as error:
        raise SourceError(
            f'{path}: expected the keys of a clip (size, gt, objects), got {error!r}; compare it '
            'with another clip'
        ) from error


def _clip(folder: Path, document: dict[str, Any]) -> Clip:
    frames = tuple(sorted((folder / 'JPEGImages').glob('*.jpg')))
    if not frames:
        raise SourceError(f'{folder}: expected JPEGImages/*.jpg, got none')
    annotations = tuple(sorted((folder / 'Annotations').glob('*.png')))
    if annotations and [a.stem for a in annotations] != [f.stem for f in frames]:
        raise SourceError(
            f'{folder}: expected one annotation per frame of the same name, got '
            f'{len(annotations)} for {len(frames)} frames'
        )
    width, height = document['size']
    drawn = document.get('manual_boxes_xyxy', {}).get('frames', {})
    return Clip(
        name=folder.name,
        size=(int(height), int(width)),
        fps=float(document['fps_nominal']),
        frames=frames,
        annotations=annotations,
        merged=document['gt']['type'] == 'dense_mask_union',
        objects=tuple(_object(int(k), v, len(frames)) for k, v in document['objects'].items()),
        sentences=_sentences(document),
        boxes={
            int(frame): {int(k): np.asarray(box, np.float32) for k, box in boxes.items()}
            for frame, boxes in drawn.items()
        },
    )


def _object(object_id: int, entry: dict[str, Any], frames: int) -> ClipObject:
    seen = entry.get('visible_frames')
    visible: tuple[int, ...] = ()
    if seen is not None:
        absent = set(seen['absent'])
        span = range(int(seen['first']), min(int(seen['last']) + 1, frames))
        visible = tuple(i for i in span if i not in absent)
    return ClipObject(object_id=object_id, name=str(entry['name']), visible=visible)


def _sentences(document: dict[str, Any]) -> tuple[Sentence, ...]:
    single = [
        Sentence(text=e['text'], object_ids=(int(key),), kinds=tuple(e.get('kinds', ())))
        for key, entry in document['objects'].items()
        for e in entry['expressions']
    ]
    several = [
        Sentence(text=e['text'], object_ids=tuple(int(i) for i in e['ids']), kinds=('group',))
        for e in document.get('multi_target_expressions', ())
    ]
    absent = [
        Sentence(text=e['text'], object_ids=(), kinds=(e['reason'],))
        for e in document.get('no_target_expressions', ())
    ]
    return (*single, *several, *absent)


def _palette(png: bytes) -> IntArray:
    """Return the palette of a PNG as blue + 256 green + 65536 red, (N,) int64; empty without one.

    Chunks are length, type, data, checksum (PNG specification, section 5.3).
    """
    offset = 8
    while offset + 8 <= len(png):
        (length,) = struct.unpack_from('>I', png, offset)
        if png[offset + 4 : offset + 8] == b'PLTE':
            rgb = np.frombuffer(png, np.uint8, length, offset + 8).reshape(-1, 3).astype(np.int64)
            return np.asarray(rgb @ np.asarray([1 << 16, 1 << 8, 1], np.int64), np.int64)
        offset += 12 + length
    return np.zeros(0, np.int64)
