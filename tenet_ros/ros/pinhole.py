"""``sensor_msgs/CameraInfo`` to the camera's geometry."""

from __future__ import annotations

from typing import Any

from tenet_ros.errors import ContractError
from tenet_ros.spatial.seen import PinholeCamera

__all__ = ['image_size', 'pinhole_of']

_MODELS = frozenset({'', 'plumb_bob', 'rational_polynomial'})


def image_size(info: Any) -> tuple[int, int]:
    """Return (height, width) of the images that a ``CameraInfo`` describes, pixels.

    Its own size is the full sensor's; a region of interest and binning make the image smaller
    (``sensor_msgs/msg/CameraInfo.msg``).
    """
    height = (info.roi.height or info.height) // max(1, info.binning_y)
    width = (info.roi.width or info.width) // max(1, info.binning_x)
    return int(height), int(width)


def pinhole_of(info: Any, *, rectified: bool) -> PinholeCamera:
    """Return the geometry of a camera.

    Args:
        info: ``sensor_msgs/CameraInfo``.
        rectified: whether the images are: then the projection matrix P holds, without distortion,
            else the intrinsic matrix K with it.

    Raises:
        ContractError: it is not calibrated, or its lens is none of OpenCV's common models.
    """
    if not rectified and info.distortion_model not in _MODELS and any(info.d):
        raise ContractError(
            f'camera_info: expected distortion_model plumb_bob or rational_polynomial, got '
            f'{info.distortion_model!r:.40}; rectify the images and set rectified:=true'
        )
    matrix, row = (info.p, 4) if rectified else (info.k, 3)
    height, width = image_size(info)
    across, down = max(1, info.binning_x), max(1, info.binning_y)
    return PinholeCamera(
        height=height,
        width=width,
        fx=float(matrix[0]) / across,
        fy=float(matrix[row + 1]) / down,
        cx=(float(matrix[2]) - info.roi.x_offset) / across,
        cy=(float(matrix[row + 2]) - info.roi.y_offset) / down,
        distortion=() if rectified else tuple(float(value) for value in info.d),
    )
