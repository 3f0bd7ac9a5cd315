"""What a node publishes about each frame, put together again as the ``StepResult`` that it was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np

from tenet_ros.cli.monitor import Target, targets_of
from tenet_ros.evaluation.bench_stream import Result
from tenet_ros.geometry import clip_boxes
from tenet_ros.pipeline import StepResult, TargetResult
from tenet_ros.ros import api
from tenet_ros.stages.protocols import Decision
from tenet_ros.types import Command, FloatArray, Mask, State, TrackSet, UInt8Array

__all__ = ['Heard', 'Listener']

NODE = '/tenet'
CAMERA_INFO = '/camera/camera_info'
QOS = api.QoSProfile(depth=100)
LATCHED = api.QoSProfile(depth=100, durability=api.DurabilityPolicy.TRANSIENT_LOCAL)
LABEL_MASK = 'instances/label_image'
NAMED = 0.5
"""A track has the best phrase as its class, however badly it fits; below this it is not shown."""
AROUND = 0.15
"""Of a sentence with several targets, each mask is the part in its box, enlarged by so much."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Heard:
    """One answer.

    Attributes:
        result: what was published, at the image's own stamp; its masks are those of the label
            image, where sentences that overlap do not share pixels.
        published_ns: when its masks were handed to the middleware, on the clock of the stamps.
    """

    result: StepResult
    published_ns: int


@dataclass(slots=True, eq=False)
class _Parts:
    """The messages of one stamp, as far as they have come."""

    published_ns: int = 0
    size: tuple[int, int] = (0, 0)
    masks: Mapping[int, Mask] | None = None
    status: Mapping[str, str] | None = None
    targets: list[tuple[str, int, FloatArray]] = field(default_factory=list)
    tracks: list[tuple[str, int, FloatArray]] = field(default_factory=list)


class Listener:
    """Subscribes to the label image, the targets, the tracks and the status of a node.

    The masks alone would be cheaper, and would not say which sentence they answer.

    Args:
        node: runs the callbacks.
    """

    def __init__(self, node: api.Node) -> None:
        self.stamps_ns: list[int] = []
        """Of every frame that the camera has published, in order."""
        self.results: list[Result] = []
        """When each answer came out, in order."""
        self._parts: dict[int, _Parts] = {}
        subscribe = node.create_subscription
        subscribe(api.CameraInfo, CAMERA_INFO, self._on_camera, QOS)
        subscribe(api.Image, f'{NODE}/{LABEL_MASK}', self._on_labels, QOS)
        subscribe(api.Detection2DArray, f'{NODE}/target', self._on_targets, QOS)
        subscribe(api.Detection2DArray, f'{NODE}/tracks', self._on_tracks, QOS)
        subscribe(api.DiagnosticStatus, f'{NODE}/status', self._on_status, LATCHED)

    def newest(self) -> Heard | None:
        """Return the newest answer that is complete; what is older is still there."""
        for stamp_ns in reversed(self._parts):
            heard = self.heard(stamp_ns)
            if heard is not None:
                return heard
        return None

    def heard(self, stamp_ns: int) -> Heard | None:
        """Return the answer to a frame, None where there is none, or not all of it."""
        parts = self._parts.get(stamp_ns)
        if parts is None or parts.masks is None or parts.status is None:
            return None
        return Heard(result=_result(stamp_ns, parts), published_ns=parts.published_ns)

    def forget(self, before_ns: int) -> None:
        """Let go of the answers to frames before a stamp, and of when they all came out."""
        self.results.clear()
        for stamp_ns in [stamp for stamp in self._parts if stamp < before_ns]:
            del self._parts[stamp_ns]

    def _of(self, stamp: Any) -> _Parts:
        return self._parts.setdefault(_ns(stamp), _Parts())

    def _on_camera(self, message: Any) -> None:
        self.stamps_ns.append(_ns(message.header.stamp))

    def _on_labels(self, message: Any, info: Any) -> None:
        parts = self._of(message.header.stamp)
        rows = api.as_bytes_view(message.data).reshape(message.height, message.step)
        # Slots count to 32: the low byte of each little-endian pixel says all.
        labels = np.ascontiguousarray(rows[:, : 2 * message.width : 2])
        parts.size = labels.shape
        parts.masks = _masks(labels)
        stamp = info['source_timestamp'] if isinstance(info, dict) else info.source_timestamp
        parts.published_ns = int(stamp)
        self.results.append(
            Result(stamp_ns=_ns(message.header.stamp), published_ns=parts.published_ns)
        )

    def _on_targets(self, message: Any) -> None:
        self._of(message.header.stamp).targets = _boxes(message)

    def _on_tracks(self, message: Any) -> None:
        self._of(message.header.stamp).tracks = _boxes(message, least=NAMED)

    def _on_status(self, message: Any) -> None:
        values = {str(pair.key): str(pair.value) for pair in message.values}
        seconds, _, nanoseconds = values.get('stamp', '').partition('.')
        if nanoseconds:
            stamp_ns = int(seconds) * 1_000_000_000 + int(nanoseconds)
            self._parts.setdefault(stamp_ns, _Parts()).status = values


def _ns(stamp: Any) -> int:
    return int(stamp.sec) * 1_000_000_000 + int(stamp.nanosec)


def _masks(labels: UInt8Array) -> dict[int, Mask]:
    """Return the mask of every slot that has pixels."""
    x, y, width, height = cv2.boundingRect(labels)
    window = labels[y : y + height, x : x + width]
    found = {}
    for slot in np.flatnonzero(np.bincount(window.ravel(), minlength=1)).tolist():
        if slot:
            crop = np.asarray(window == slot, np.uint8)
            found[slot] = Mask(crop=crop, x0=x, y0=y, quality=1.0)
    return found


def _boxes(message: Any, *, least: float = 0.0) -> list[tuple[str, int, FloatArray]]:
    """Return class, or '' where its score is less, track id and (4,) xyxy of every detection."""
    found = []
    for detection in message.detections:
        box = detection.bbox
        x, y = float(box.center.position.x), float(box.center.position.y)
        half = float(box.size_x) / 2, float(box.size_y) / 2
        edges = np.asarray([x - half[0], y - half[1], x + half[0], y + half[1]], np.float32)
        best = detection.results[0].hypothesis if detection.results else None
        name = str(best.class_id) if best is not None and best.score >= least else ''
        found.append((name, int(detection.id), edges))
    return found


def _result(stamp_ns: int, parts: _Parts) -> StepResult:
    assert parts.status is not None
    height, width = parts.size
    command = Command.parse(int(parts.status['command_id']), parts.status['command'])
    said = targets_of(parts.status)
    return StepResult(
        sequence=0,
        stamp_ns=stamp_ns,
        frame_id=parts.status.get('frame_id', ''),
        height=height,
        width=width,
        command=command,
        queries=(),
        tracks=_tracks(stamp_ns, parts.tracks),
        targets=tuple(_target(slot, target, parts) for slot, target in enumerate(said, start=1)),
        detections_stamp_ns=-1,
        stage_ns={},
    )


def _target(slot: int, said: Target, parts: _Parts) -> TargetResult:
    """Return what was said of one sentence."""
    own = [(track_id, box) for text, track_id, box in parts.targets if text == said.text]
    boxes = np.stack([box for _, box in own]) if own else np.zeros((0, 4), np.float32)
    whole = (parts.masks or {}).get(slot)
    return TargetResult(
        sentence=said.text,
        decision=Decision(
            state=State(said.state),
            track_ids=tuple(int(part) for part in said.track_id.split(',') if part),
            preference=said.preference,
            margin=said.margin,
            switches=said.switches,
        ),
        track_ids=tuple(track_id for track_id, _ in own),
        boxes=boxes,
        masks=() if whole is None else _parted(whole, boxes, parts.size),
    )


def _parted(whole: Mask, boxes: FloatArray, size: tuple[int, int]) -> tuple[Mask, ...]:
    """Return the part of a mask that lies in each box; all of it where there is but one."""
    if len(boxes) < 2:
        return (whole,)
    sides = boxes[:, 2:] - boxes[:, :2]
    reach = np.concatenate([boxes[:, :2] - AROUND * sides, boxes[:, 2:] + AROUND * sides], axis=1)
    canvas = whole.full(*size)
    masks = []
    for x0, y0, x1, y1 in clip_boxes(reach, *size).round().astype(int).tolist():
        crop = np.asarray(canvas[y0:y1, x0:x1] != 0, np.uint8)
        masks.append(Mask(crop=crop, x0=x0, y0=y0, quality=1.0))
    return tuple(masks)


def _tracks(stamp_ns: int, found: Sequence[tuple[str, int, FloatArray]]) -> TrackSet:
    """Return the tracks as far as they are published: ids, names and boxes."""
    n = len(found)
    boxes = np.stack([box for _, _, box in found]) if n else np.zeros((0, 4), np.float32)
    zeros, none = np.zeros(n, np.int64), np.zeros((n, 0), np.float32)
    return TrackSet(
        ids=np.asarray([track_id for _, track_id, _ in found], np.int64),
        boxes=boxes,
        velocities=np.zeros((n, 4), np.float32),
        scores=np.zeros(n, np.float32),
        hits=zeros,
        age_ns=zeros,
        unseen_ns=zeros,
        phrase_scores=none,
        reference_hits=none,
        evidence=zeros,
        history=boxes[:, None].copy(),
        history_valid=np.ones((n, 1), np.bool_),
        history_stamps_ns=np.asarray([stamp_ns], np.int64),
        stamp_ns=stamp_ns,
        labels=tuple(name for name, _, _ in found),
    )
