"""Clips as the head meets them: a detector's boxes through the real tracker, with labels.

A track's label is what it lies on: overlaps with the true boxes so far, the newest counting most,
so that the label follows the object and not the id when the tracker mixes them up.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import numpy.typing as npt

from tenet_ros.config import TrackerConfig
from tenet_ros.geometry import iou_matrix
from tenet_ros.language.expression import Prompt
from tenet_ros.sim.projection import to_camera, to_pixels
from tenet_ros.sim.scene import Scene, Truth
from tenet_ros.stages.tracker import OcSortTracker
from tenet_ros.types import Detections, TimedDetections, TrackSet

__all__ = ['GHOST', 'UNCLEAR', 'Looker', 'Moment', 'Owners', 'camera_motions', 'replay']

Array = npt.NDArray[np.float64]
GHOST = -1
"""A track on nothing."""
UNCLEAR = -2
"""A track that lies on several things, or half on one."""
_MEMORY_S = 0.25
"""How long an overlap is remembered while the track is seen elsewhere."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Moment:
    """One frame of a replay.

    Attributes:
        frame: its number.
        tracks: what the tracker knows.
        owners: (N,) int64, the thing each track lies on, ``GHOST`` or ``UNCLEAR``.
        prompt: with what the detector said it can find.
    """

    frame: int
    tracks: TrackSet
    owners: npt.NDArray[np.int64]
    prompt: Prompt


class Looker(Protocol):
    """A detector that knows its clip and its prompt."""

    def look(self, frame: int) -> Detections:
        """Return what it sees in a frame of the clip."""
        ...


class Owners:
    """Remembers what each track lies on.

    Args:
        step_s: between two frames.
        things: how many there are.
    """

    def __init__(self, step_s: float, things: int) -> None:
        self._keep = float(np.exp(-step_s / _MEMORY_S))
        self._things = things
        self._sums: dict[int, Array] = {}

    def update(self, tracks: TrackSet, truth: Truth, frame: int) -> npt.NDArray[np.int64]:
        """Return the owners at a frame, (N,) int64."""
        boxes = truth.boxes[frame][: self._things]
        visible = truth.visible_px[frame][: self._things] > 30
        overlap = iou_matrix(tracks.boxes, boxes) * visible
        owners = np.full(len(tracks), GHOST, np.int64)
        for row, track in enumerate(tracks.ids.tolist()):
            total = self._sums.setdefault(track, np.zeros(self._things))
            if overlap[row].max(initial=0.0) > 0.3:
                total *= self._keep
                total += (1.0 - self._keep) * overlap[row]
            owners[row] = _owner(total, overlap[row])
        return owners


def _owner(total: Array, overlap: npt.NDArray[np.float32]) -> int:
    if total.max(initial=0.0) < 0.05:
        return UNCLEAR if overlap.max(initial=0.0) > 0.15 else GHOST
    order = np.argsort(total)
    best = int(order[-1])
    if len(order) > 1 and total[order[-2]] > 0.7 * total[best]:
        return UNCLEAR
    elsewhere = overlap.max() > 0.3 and overlap[best] < 0.25
    return UNCLEAR if elsewhere else best


def camera_motions(rng: np.random.Generator, scene: Scene) -> list[Array | None]:
    """Return how each frame's pixels moved since the last, (2, 3), as sparse flow would find it.

    The best affine fit of points on the table, with an error; None for a camera at rest.
    """
    motions: list[Array | None] = [None] * len(scene)
    if scene.camera.motion == 'static':
        return motions
    ground = np.stack([*np.meshgrid((-0.3, 0.0, 0.3), (-0.3, 0.0, 0.3)), np.zeros((3, 3))], axis=-1)
    points = ground.reshape(9, 3)
    pixels = [to_pixels(scene, to_camera(scene, frame, points)) for frame in range(len(scene))]
    for frame in range(1, len(scene)):
        before = np.concatenate([pixels[frame - 1], np.ones((9, 1))], axis=1)
        fit = np.linalg.lstsq(before, pixels[frame], rcond=None)[0].T
        fit[:, 2] += rng.normal(0, 0.15, 2)
        motions[frame] = fit
    return motions


def replay(
    rng: np.random.Generator,
    scene: Scene,
    truth: Truth,
    prompt: Prompt,
    detector: Looker,
    *,
    stride: int = 1,
    delay: int = 0,
    told_at: int = 0,
    compensated: bool = True,
) -> Iterator[Moment]:
    """Play a clip through the tracker.

    Args:
        rng: of the camera motion's errors.
        scene: the clip.
        truth: of all its frames.
        prompt: the sentences.
        detector: looks at the clip.
        stride: it looks at every so many frames.
        delay: frames after which its answer arrives.
        told_at: the frame at which the command comes; moments begin there.
        compensated: whether the camera's own motion is known to the tracker.
    """
    tracker = OcSortTracker(TrackerConfig())
    motions = camera_motions(rng, scene) if compensated else [None] * len(scene)
    owners = Owners(1.0 / scene.rate_hz, len(scene.things))
    start_ns = int(rng.integers(10**9, 10**12))
    waiting: list[TimedDetections] = []
    tracker.set_prompt(0, 0, 0)
    for frame in range(len(scene)):
        stamp_ns = start_ns + round(frame * 1e9 / scene.rate_hz)
        if frame == told_at:
            tracker.set_prompt(1, len(prompt.phrases), len(prompt.queries))
        tracker.advance(sequence=frame, stamp_ns=stamp_ns, camera_motion=motions[frame])
        if frame % stride == 0:
            found = detector.look(frame)
            if frame < told_at:
                found = _speechless(found)
            waiting.append(
                TimedDetections(
                    sequence=frame,
                    stamp_ns=stamp_ns,
                    command_id=int(frame >= told_at),
                    detections=found,
                    size=(scene.camera.height, scene.camera.width),
                )
            )
        while waiting and waiting[0].sequence <= frame - delay:
            late = waiting.pop(0)
            tracker.apply(late)
            if late.command_id and not prompt.queries[0].findable:
                prompt = prompt.with_findable(late.detections.findable)
        tracks = tracker.snapshot()
        owned = owners.update(tracks, truth, frame)
        if frame >= told_at:
            yield Moment(frame=frame, tracks=tracks, owners=owned, prompt=prompt)


def _speechless(found: Detections) -> Detections:
    """Return the same boxes under an empty prompt."""
    return replace(
        found,
        phrase_scores=np.zeros((len(found), 0), np.float32),
        reference=np.zeros(0, np.int64),
        findable=(),
    )
