"""Targets in space to messages: poses, clouds, boxes and transforms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.spatial.transform import Rotation

from tenet_ros.ros.api import (
    Detection3D,
    Detection3DArray,
    ObjectHypothesisWithPose,
    PointCloud2,
    PointField,
    PoseStamped,
    TransformStamped,
    fill_bytes,
)
from tenet_ros.spatial.seen import Cloud, OrientedBox, SpatialTarget
from tenet_ros.types import FloatArray

__all__ = ['cloud_message', 'detections_message', 'pose_message', 'transform_message']

_POINT = np.dtype([('x', '<f4'), ('y', '<f4'), ('z', '<f4'), ('rgb', '<u4')])
"""As PCL lays out ``PointXYZRGB``, without its padding."""


def pose_message(header: Any, box: OrientedBox) -> Any:
    """Return a ``geometry_msgs/PoseStamped``: centroid and principal axes."""
    message = PoseStamped(header=header)
    _write_pose(message.pose, box.centre, box.rotation)
    return message


def cloud_message(header: Any, clouds: Sequence[Cloud]) -> Any:
    """Return one ``sensor_msgs/PointCloud2`` of clouds: x, y, z and rgb, one row of points."""
    points = np.concatenate([cloud.points for cloud in clouds] or [np.zeros((0, 3), np.float32)])
    colours = np.concatenate([cloud.colours for cloud in clouds] or [np.zeros((0, 3), np.uint8)])
    rows = np.zeros(len(points), _POINT)
    for axis, name in enumerate('xyz'):
        rows[name] = points[:, axis]
    red, green, blue = colours.T.astype(np.uint32)
    rows['rgb'] = red << 16 | green << 8 | blue
    message = PointCloud2(
        header=header,
        height=1,
        width=len(rows),
        is_bigendian=False,
        point_step=_POINT.itemsize,
        row_step=_POINT.itemsize * len(rows),
        is_dense=True,
        fields=[
            PointField(name=name, offset=4 * place, datatype=PointField.FLOAT32, count=1)
            for place, name in enumerate(('x', 'y', 'z', 'rgb'))
        ],
    )
    fill_bytes(message, rows)
    return message


def detections_message(
    header: Any, targets: Sequence[tuple[SpatialTarget, OrientedBox, float]]
) -> Any:
    """Return a ``vision_msgs/Detection3DArray``.

    Args:
        header: of the frame that the boxes are in.
        targets: each with its box in that frame and the preference of its sentence.
    """
    return Detection3DArray(
        header=header,
        detections=[_detection(header, target, box, score) for target, box, score in targets],
    )


def transform_message(header: Any, child: str, box: OrientedBox) -> Any:
    """Return a ``geometry_msgs/TransformStamped`` of a target's pose."""
    message = TransformStamped(header=header, child_frame_id=child)
    translation, rotation = message.transform.translation, message.transform.rotation
    translation.x, translation.y, translation.z = (float(v) for v in box.centre)
    rotation.x, rotation.y, rotation.z, rotation.w = _quaternion(box.rotation)
    return message


def _detection(header: Any, target: SpatialTarget, box: OrientedBox, score: float) -> Any:
    hypothesis = ObjectHypothesisWithPose()
    hypothesis.hypothesis.class_id = target.sentence
    hypothesis.hypothesis.score = float(score)
    _write_pose(hypothesis.pose.pose, box.centre, box.rotation)
    hypothesis.pose.covariance = box.covariance.reshape(-1)
    detection = Detection3D(header=header, id=str(target.track_id), results=[hypothesis])
    _write_pose(detection.bbox.center, box.centre, box.rotation)
    size = detection.bbox.size
    size.x, size.y, size.z = (float(v) for v in box.size)
    return detection


def _write_pose(
    pose: Any, centre: npt.NDArray[np.float64], rotation: npt.NDArray[np.float64]
) -> None:
    pose.position.x, pose.position.y, pose.position.z = (float(v) for v in centre)
    turned = pose.orientation
    turned.x, turned.y, turned.z, turned.w = _quaternion(rotation)


def _quaternion(rotation: npt.NDArray[np.float64]) -> list[float]:
    """Return x, y, z, w with w not negative, as Python's own numbers."""
    quaternion: FloatArray = Rotation.from_matrix(rotation).as_quat()
    return [float(v) for v in (quaternion if quaternion[3] >= 0 else -quaternion)]
