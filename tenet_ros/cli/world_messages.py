"""What simulated worlds say of frames: headers with their own stamps, and transforms."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.spatial.transform import Rotation

from tenet_ros.ros import api

__all__ = ['header', 'transform']


def header(frame_id: str, stamp_ns: int) -> Any:
    """Return a ``std_msgs/Header``."""
    sec, nanosec = divmod(stamp_ns, 1_000_000_000)
    return api.Header(frame_id=frame_id, stamp=api.TimeMessage(sec=sec, nanosec=nanosec))


def transform(parent: str, child: str, pose: npt.NDArray[np.float64], stamp_ns: int) -> Any:
    """Return a ``geometry_msgs/TransformStamped``.

    Args:
        parent: frame in which the pose is given.
        child: frame whose pose it is.
        pose: (4, 4), child to parent, metres.
        stamp_ns: when.
    """
    message = api.TransformStamped(header=header(parent, stamp_ns), child_frame_id=child)
    shift, turn = message.transform.translation, message.transform.rotation
    shift.x, shift.y, shift.z = (float(value) for value in pose[:3, 3])
    quaternion = Rotation.from_matrix(pose[:3, :3]).as_quat()
    turn.x, turn.y, turn.z, turn.w = (float(value) for value in quaternion)
    return message
