"""One result and its depth image: where the targets are, and roughly every other track."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np
import numpy.typing as npt

from tenet_ros.answers import StepResult
from tenet_ros.spatial.box import box_of
from tenet_ros.spatial.cloud import cloud_of
from tenet_ros.spatial.motion import PlaceFilter
from tenet_ros.spatial.seen import Cloud, DepthImage, OrientedBox, PinholeCamera, SpatialTarget
from tenet_ros.types import FloatArray, IntArray, Space, UInt8Array

__all__ = ['Observer', 'Pose', 'SpatialResult']

Matrix = npt.NDArray[np.float64]

_SAMPLES = 12
"""Depth samples along each side of a track's box."""

_MIDDLE = 0.5
"""Share of a box, around its centre, in which its object's depth is looked for."""

_HIDDEN = 'not detected, and something else where it was'

_ROUNDING_NS = 1_000_000
"""Clocks of stamps and of tracks may differ by less than this."""

_FRONT = 30.0
"""Percentile of the depths there that is taken: objects stand before their background."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pose:
    """Pose of the camera's optical frame in a frame that does not move.

    Attributes:
        rotation: (3, 3) float64, optical to fixed.
        translation: (3,) float64, metres.
        up: (3,) float64, unit vector against gravity in the fixed frame; zeros where that is not
            known.
    """

    rotation: Matrix
    translation: Matrix
    up: Matrix


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SpatialResult:
    """The targets of one ``StepResult`` in space, in the camera's optical frame.

    Attributes:
        result: what was placed.
        targets: for each sentence its selected tracks, best first; never empty: a sentence without
            a track has one with ``track_id`` -1 and a reason.
        depth_stamp_ns: stamp of the depth image, or -1.
    """

    result: StepResult
    targets: tuple[tuple[SpatialTarget, ...], ...]
    depth_stamp_ns: int


@final
class Observer:
    """Places results one after the other, and remembers how tracks move.

    ``observe`` is for one thread; ``space_of`` for any.
    """

    def __init__(self) -> None:
        self._tracks, self._targets = PlaceFilter(), PlaceFilter()
        self._rotations: dict[int, Matrix] = {}
        self._space: tuple[dict[int, tuple[Matrix, Matrix]], Matrix, float] | None = None
        self._frame = ''

    def observe(
        self,
        result: StepResult,
        image: UInt8Array,
        depth: DepthImage | None,
        camera: PinholeCamera | None,
        pose: Pose | None,
        reason: str,
    ) -> SpatialResult:
        """Return where the targets are.

        Args:
            result: of the pipeline.
            image: that it answers, (H, W, 3) uint8 RGB.
            depth: of the same moment; None without.
            camera: of ``image``; None without.
            pose: of the camera; None where it is not known: motions are then the camera's too.
            reason: why there is no depth.
        """
        frame = 'fixed' if pose is not None else f'optical: {result.frame_id}'
        if frame != self._frame:  # positions were in another one
            self._frame = frame
            self._tracks.reset()
            self._targets.reset()
        if depth is not None and camera is not None:
            self._look_at_tracks(result, depth, camera, pose)
        else:
            self._space = None
        missed = _missed(result)
        targets: list[tuple[SpatialTarget, ...]] = []
        for target in result.targets:
            placed = [
                self._target(
                    target.sentence,
                    track_id,
                    cloud_of(mask, depth, camera, image)
                    if depth is not None and camera is not None
                    else Cloud.none(reason),
                    pose,
                    result.stamp_ns,
                    missed=track_id in missed,
                )
                for track_id, mask in zip(target.track_ids, target.masks, strict=True)
            ]
            nothing = SpatialTarget(
                sentence=target.sentence, track_id=-1, cloud=Cloud.none('no target')
            )
            targets.append(tuple(placed) or (nothing,))
        shown = {each.track_id for placed in targets for each in placed}
        self._rotations = {key: value for key, value in self._rotations.items() if key in shown}
        return SpatialResult(
            result=result,
            targets=tuple(targets),
            depth_stamp_ns=depth.stamp_ns if depth is not None else -1,
        )

    def space_of(self, ids: IntArray) -> Space | None:
        """Return where tracks were last, in the optical frame of that moment."""
        known = self._space
        if known is None:
            return None
        places, up, focal_px = known
        nowhere = (np.full(3, np.nan), np.full(3, np.nan))
        rows = [places.get(int(track_id), nowhere) for track_id in ids]
        return Space(
            positions=np.asarray([row[0] for row in rows], np.float32).reshape(-1, 3),
            motions=np.asarray([row[1] for row in rows], np.float32).reshape(-1, 3),
            up=up.astype(np.float32),
            focal_px=focal_px,
        )

    def _target(
        self,
        sentence: str,
        track_id: int,
        cloud: Cloud,
        pose: Pose | None,
        stamp_ns: int,
        *,
        missed: bool,
    ) -> SpatialTarget:
        if cloud.reason:
            return SpatialTarget(sentence=sentence, track_id=track_id, cloud=cloud)
        box = box_of(cloud, self._rotations.get(track_id))
        position, deviation = _moved(box, pose), np.sqrt(np.diag(box.covariance)[:3])
        # Where the detector looked and did not find it, its box may hold whatever hides it.
        if missed and not self._targets.expects(track_id, position, deviation, stamp_ns):
            return SpatialTarget(sentence=sentence, track_id=track_id, cloud=Cloud.none(_HIDDEN))
        if box.oriented:
            self._rotations[track_id] = box.rotation
        place = self._targets.update(track_id, position, deviation, stamp_ns)
        return SpatialTarget(
            sentence=sentence, track_id=track_id, cloud=cloud, box=box, place=place
        )

    def _look_at_tracks(
        self, result: StepResult, depth: DepthImage, camera: PinholeCamera, pose: Pose | None
    ) -> None:
        """Measure every track that is seen now by the depth in the middle of its box."""
        tracks = result.tracks
        ids = [int(track_id) for track_id in tracks.ids]
        self._tracks.keep(ids)
        self._targets.keep(ids)
        if depth.millimetres.shape != (result.height, result.width):
            self._space = None
            return
        places: dict[int, tuple[Matrix, Matrix]] = {}
        rotation = pose.rotation if pose else np.eye(3)
        shift = pose.translation if pose else np.zeros(3)
        distances = _distances(tracks.boxes, depth)
        for row, track_id in enumerate(ids):
            if distances[row] > 0 and tracks.unseen_ns[row] <= 0.2e9:
                ray = _ray(tracks.boxes[row], camera)
                position = rotation @ (ray * distances[row]) + shift
                noise = np.full(3, 0.01 + 0.01 * distances[row])
                self._tracks.update(track_id, position, noise, result.stamp_ns)
            place = self._tracks.place(track_id)
            if place is not None:
                motion = place.velocity if place.speed_known else np.full(3, np.nan)
                places[track_id] = (rotation.T @ (place.position - shift), rotation.T @ motion)
        up = rotation.T @ pose.up if pose else np.zeros(3)
        self._space = (places, up, (camera.fx + camera.fy) / 2)


def _missed(result: StepResult) -> set[int]:
    """Return the ids of the tracks that were not found when the detector looked last."""
    if result.detections_stamp_ns < 0:
        return set()
    looked_ns = result.stamp_ns - result.detections_stamp_ns + _ROUNDING_NS
    return set(result.tracks.ids[result.tracks.unseen_ns > looked_ns].tolist())


def _moved(box: OrientedBox, pose: Pose | None) -> Matrix:
    if pose is None:
        return box.centre
    return np.asarray(pose.rotation @ box.centre + pose.translation, np.float64)


def _distances(boxes: FloatArray, depth: DepthImage) -> Matrix:
    """Return how far along the optical axis each track is, (N,) metres; 0 where nothing says."""
    height, width = depth.millimetres.shape
    centre = (boxes[:, :2] + boxes[:, 2:]) / 2
    half = np.maximum((boxes[:, 2:] - boxes[:, :2]) * (_MIDDLE / 2), 1)
    along = np.linspace(-1, 1, _SAMPLES)
    x = np.clip(centre[:, :1] + half[:, :1] * along, 0, width - 1).astype(np.int64)
    y = np.clip(centre[:, 1:] + half[:, 1:] * along, 0, height - 1).astype(np.int64)
    samples = depth.millimetres[y[:, :, None], x[:, None, :]].reshape(-1, _SAMPLES**2)
    result = np.zeros(len(boxes))
    for row, values in enumerate(samples):
        measured = values[values > 0]
        if len(measured) >= _SAMPLES:
            result[row] = np.percentile(measured, _FRONT) / 1e3
    return result


def _ray(box: FloatArray, camera: PinholeCamera) -> Matrix:
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return np.asarray([(x - camera.cx) / camera.fx, (y - camera.cy) / camera.fy, 1.0], np.float64)
