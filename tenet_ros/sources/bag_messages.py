"""ROS messages of a bag in the words of the sources, whatever version of ROS wrote them."""

from __future__ import annotations

from typing import Any

import numpy as np

from tenet_ros.images import BadImage, decode_depth
from tenet_ros.sources.frame import Calibration, CompressedPicture, Depth, Picture, RawPicture

__all__ = ['calibration_of', 'depth_of', 'picture_of', 'stamp_of']


def stamp_of(message: Any, logged_ns: int) -> int:
    """Return a message's ``header.stamp``, or the time of recording where it has none."""
    stamp = message.header.stamp
    return int(stamp.sec) * 1_000_000_000 + int(stamp.nanosec) or logged_ns


def picture_of(message: Any) -> Picture:
    """Wrap a ``sensor_msgs/Image`` or ``CompressedImage``, its bytes untouched."""
    data = np.asarray(message.data, np.uint8)
    if hasattr(message, 'format'):
        return CompressedPicture(data=data, format=str(message.format))
    return RawPicture(
        data=data,
        encoding=str(message.encoding),
        height=int(message.height),
        width=int(message.width),
        step=int(message.step),
        big_endian=bool(message.is_bigendian),
    )


def calibration_of(message: Any) -> Calibration:
    """Return a ``sensor_msgs/CameraInfo``."""
    # ROS 1 spells the matrices with capitals.
    d, k, r, p = (
        np.asarray(getattr(message, name, getattr(message, name.upper(), ())), np.float64)
        for name in 'dkrp'
    )
    return Calibration(
        height=int(message.height),
        width=int(message.width),
        distortion_model=str(message.distortion_model),
        d=d,
        k=k,
        r=r,
        p=p,
    )


def depth_of(message: Any | None) -> Depth | None:
    """Return a depth image; None for none, and for one that is inconsistent."""
    if message is None:
        return None
    try:
        image = decode_depth(
            np.asarray(message.data, np.uint8),
            encoding=str(message.encoding),
            height=int(message.height),
            width=int(message.width),
            step=int(message.step),
            big_endian=bool(message.is_bigendian),
        )
    except BadImage:
        return None
    return Depth(image=image, stamp_ns=stamp_of(message, 0), frame_id=str(message.header.frame_id))
