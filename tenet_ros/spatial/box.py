"""Position, axes and extent of a cloud, with a sign convention that does not flicker."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tenet_ros.spatial.seen import Cloud, OrientedBox

__all__ = ['box_of']

_ELONGATED = 1.25
"""Spread along an axis over that along the next one, from which on the axis is told apart."""

_EXTENT = (1.0, 99.0)
"""Percentiles between which a cloud's extent is taken: single points do not stretch the box."""

Matrix = npt.NDArray[np.float64]


def box_of(cloud: Cloud, previous: Matrix | None = None) -> OrientedBox:
    """Return the oriented box of a cloud.

    The axes are the principal axes of the points, the longest first. An axis has no sign of its
    own, so: the first one points to the right of the image (positive x; up, negative y, where it is
    upright), the third one towards the camera (negative z), and the second one makes the frame
    right-handed. Given the rotation of the frame before, the signs that are nearest to it win, so
    that an object that turns through the convention's edge does not flip.

    Only the surface that faces the camera is seen: the centre is that of the seen points, and
    the extent along the line of sight is that of the front.

    Args:
        cloud: with points.
        previous: (3, 3) rotation of the same object one frame ago.
    """
    points = cloud.points.astype(np.float64)
    centre = points.mean(axis=0)
    spread = np.cov((points - centre).T) if len(points) > 3 else np.zeros((3, 3))
    values, vectors = np.linalg.eigh(spread)
    deviations = np.sqrt(np.maximum(values[::-1], 0))
    oriented = bool(deviations[0] > _ELONGATED * deviations[1] > 0)
    rotation = _signed(vectors[:, ::-1], previous) if oriented else np.eye(3)
    along = (points - centre) @ rotation
    low, high = np.percentile(along, _EXTENT, axis=0)
    return OrientedBox(
        centre=centre,
        rotation=rotation,
        size=high - low,
        covariance=_covariance(spread, deviations, len(points), rotation, oriented=oriented),
        oriented=oriented,
    )


def _signed(axes: Matrix, previous: Matrix | None) -> Matrix:
    """Return axes (columns) with signs by the convention, or by the frame before."""
    first, third = axes[:, 0], axes[:, 2]
    if previous is not None:
        first = first if first @ previous[:, 0] >= 0 else -first
        third = third if third @ previous[:, 2] >= 0 else -third
    else:
        level = first[0] if abs(first[0]) > abs(first[1]) else -first[1]
        first = first if level >= 0 else -first
        third = third if third[2] <= 0 else -third
    return np.stack([first, np.cross(third, first), third], axis=1)


def _covariance(
    spread: Matrix, deviations: Matrix, count: int, rotation: Matrix, *, oriented: bool
) -> Matrix:
    """Return the 6 x 6 covariance of a pose estimated from a cloud.

    Position: that of a mean whose points are not independent; one in a hundred is, at most (depth
    noise hangs together over neighbouring pixels), and a floor of 2 mm. Rotation: the angle of a
    principal axis scatters as ``s1 s2 / (s1^2 - s2^2) / sqrt(n)`` (Anderson 1963, asymptotic theory
    for principal component analysis); pi^2 / 3 where an axis means nothing.
    """
    independent = max(1.0, count / 100)
    result = np.zeros((6, 6))
    result[:3, :3] = spread / independent + np.eye(3) * 0.002**2
    unknown = np.pi**2 / 3
    about = np.full(3, unknown)
    if oriented:
        for axis, (a, b) in enumerate(((1, 2), (0, 2), (0, 1))):
            gap = deviations[a] ** 2 - deviations[b] ** 2
            if gap > 0:
                angle = deviations[a] * deviations[b] / gap / independent**0.5
                about[axis] = min(unknown, angle**2)
    result[3:, 3:] = rotation @ np.diag(about) @ rotation.T
    return result
