"""Messages in metres to Rerun: points, poses and boxes of targets, and where the camera is.

As in ``view_picture`` every function returns what to log. Paths lie below ``TARGET``; the frame of
reference of all of them is that of the messages' headers.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import rerun as rr
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from tenet_ros.cli.view_picture import CAMERA, YELLOW, Shown

__all__ = ['TARGET', 'boxes', 'camera_pose', 'gone', 'points', 'pose', 'up']

TARGET = 'world/target'
AXIS_M = 0.1
AXES = ((255, 64, 64), (64, 255, 64), (64, 128, 255))
"""Colours of x, y and z."""


def points(message: Any) -> Shown:
    """Return a ``PointCloud2`` with x, y, z and perhaps rgb, all of four bytes."""
    order = '>' if message.is_bigendian else '<'
    offsets = {str(f.name): int(f.offset) for f in message.fields}
    step, count = int(message.point_step), int(message.width) * int(message.height)
    data = np.frombuffer(message.data, np.uint8)[: count * step].reshape(count, step)

    def column(name: str, kind: str) -> NDArray[Any]:
        part = data[:, offsets[name] : offsets[name] + 4]
        return np.ascontiguousarray(part).view(order + kind)[:, 0]

    positions = np.stack([column(axis, 'f4') for axis in 'xyz'], axis=1)
    colours = None
    if 'rgb' in offsets:
        packed = column('rgb', 'u4')
        colours = np.stack([packed >> shift & 255 for shift in (16, 8, 0)], axis=1).astype(np.uint8)
    return [(f'{TARGET}/points', rr.Points3D(positions, colors=colours, radii=0.002))]


def pose(message: Any) -> Shown:
    """Return a ``PoseStamped`` as three arrows."""
    centre, rotation = _parts(message.pose)
    arrows = rr.Arrows3D(origins=[centre] * 3, vectors=rotation.T * AXIS_M, colors=AXES)
    return [(f'{TARGET}/pose', arrows)]


def boxes(message: Any) -> Shown:
    """Return a ``Detection3DArray`` with id, sentence and preference."""
    found = message.detections
    placed = [_parts(d.bbox.center) for d in found]
    sizes = [(d.bbox.size.x, d.bbox.size.y, d.bbox.size.z) for d in found]
    labels = [
        f'#{d.id} {d.results[0].hypothesis.class_id}: {d.results[0].hypothesis.score:.2f}'
        for d in found
    ]
    shown = rr.Boxes3D(
        centers=np.asarray([centre for centre, _ in placed]).reshape(-1, 3),
        sizes=np.asarray(sizes, np.float64).reshape(-1, 3),
        quaternions=[rr.Quaternion(xyzw=Rotation.from_matrix(r).as_quat()) for _, r in placed],
        labels=labels,
        colors=[YELLOW] * len(found),
    )
    return [(f'{TARGET}/boxes', shown)]


def camera_pose(transform: NDArray[np.float64]) -> Shown:
    """Return where the camera is.

    Args:
        transform: (4, 4) from the optical frame to the frame of the poses.
    """
    placed = rr.Transform3D(translation=transform[:3, 3], mat3x3=transform[:3, :3])
    return [(CAMERA, placed)]


def up(*, optical: bool) -> Shown:
    """Return which way the world is up: against y in an optical frame, z in any other (REP 103)."""
    axes = rr.ViewCoordinates.RDF if optical else rr.ViewCoordinates.RIGHT_HAND_Z_UP
    return [('world', axes)]


def gone() -> Shown:
    """Return what takes away the target: it is not known where it is."""
    return [(TARGET, rr.Clear(recursive=True))]


def _parts(pose_message: Any) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return (3,) metres and the (3, 3) rotation of a ``geometry_msgs/Pose``."""
    at, turned = pose_message.position, pose_message.orientation
    rotation = Rotation.from_quat([turned.x, turned.y, turned.z, turned.w]).as_matrix()
    return np.asarray([at.x, at.y, at.z]), np.asarray(rotation)
