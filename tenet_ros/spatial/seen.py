"""Vocabulary of space: the camera's geometry, depth images, and what is known of an object in 3D.

Everything is in the camera's optical frame unless a name says otherwise: x right, y down, z forward
(REP 103), metres.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tenet_ros.errors import ContractError
from tenet_ros.types import FloatArray, UInt8Array

__all__ = ['Cloud', 'DepthImage', 'OrientedBox', 'PinholeCamera', 'Place', 'SpatialTarget']

_LEAST_FOCAL_PX = 1e-3
_FARTHEST_PX = 1e6
"""Beyond these no camera is; points far enough away would no more be finite."""

_COEFFICIENTS = frozenset({4, 5, 8, 12, 14})
"""How many distortion coefficients OpenCV's models have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PinholeCamera:
    """Calibration of the image that masks and depth lie in (``sensor_msgs/msg/CameraInfo.msg``).

    Attributes:
        height: of the image, pixels.
        width: likewise.
        fx: focal length along x, pixels.
        fy: along y.
        cx: column of the optical axis, pixels; pixel centres lie at whole numbers.
        cy: its row.
        distortion: coefficients of the plumb-bob or rational model, k1 k2 p1 p2 k3 ...; empty for
            rectified images.
    """

    height: int
    width: int
    fx: float
    fy: float
    cx: float
    cy: float
    distortion: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        """Check that light can pass, and on a way that can be reckoned back."""
        focal, centre = (self.fx, self.fy), (self.cx, self.cy)
        if not (
            all(_LEAST_FOCAL_PX <= each <= _FARTHEST_PX for each in focal)
            and all(abs(each) <= _FARTHEST_PX for each in centre)
        ):
            raise ContractError(
                f'camera_info: expected focal lengths above 0, and them and the centre within '
                f'{_FARTHEST_PX:.0e} pixels, got fx {self.fx}, fy {self.fy}, cx {self.cx}, '
                f'cy {self.cy}; calibrate the camera'
            )
        count = len(self.distortion)
        if any(self.distortion) and not (
            count in _COEFFICIENTS and np.isfinite(self.distortion).all()
        ):
            raise ContractError(
                f'camera_info: expected 4, 5, 8, 12 or 14 finite coefficients of distortion d, or '
                f'none, got {count}: {list(self.distortion[:5])}; calibrate the camera, or rectify '
                'the images and set rectified:=true'
            )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DepthImage:
    """Depth registered to the colour image.

    Attributes:
        millimetres: (H, W) uint16, along the optical axis; 0 where nothing was measured.
        stamp_ns: the source's own ``header.stamp``.
        frame_id: the source's own ``header.frame_id``.
    """

    millimetres: npt.NDArray[np.uint16]
    stamp_ns: int
    frame_id: str = ''

    def __post_init__(self) -> None:
        """Check the contract."""
        if self.millimetres.ndim != 2 or self.millimetres.dtype != np.uint16:
            raise ContractError(
                f'DepthImage.millimetres: expected (H, W) uint16, got {self.millimetres.shape} '
                f'{self.millimetres.dtype}; decode it first'
            )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cloud:
    """Points of one object.

    Attributes:
        points: (N, 3) float32, metres.
        colours: (N, 3) uint8 RGB.
        reason: why there are none, in a few words; '' where there are some.
    """

    points: FloatArray
    colours: UInt8Array
    reason: str = ''

    @classmethod
    def none(cls, reason: str) -> Cloud:
        """Return a cloud without points."""
        return cls(
            points=np.zeros((0, 3), np.float32), colours=np.zeros((0, 3), np.uint8), reason=reason
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OrientedBox:
    """Position, orientation and extent of a cloud.

    Attributes:
        centre: (3,) float64, centroid of the seen surface, metres.
        rotation: (3, 3) float64, columns are the principal axes, longest first, right-handed;
            the identity where the cloud has no axes to speak of.
        size: (3,) float64, full extent along each axis, metres.
        covariance: (6, 6) float64, row-major x, y, z and rotations about them, as
            ``geometry_msgs/PoseWithCovariance`` has it.
        oriented: whether the axes mean anything.
    """

    centre: npt.NDArray[np.float64]
    rotation: npt.NDArray[np.float64]
    size: npt.NDArray[np.float64]
    covariance: npt.NDArray[np.float64]
    oriented: bool


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Place:
    """Where a track is, and how it moves.

    Attributes:
        position: (3,) float64, metres.
        velocity: (3,) float64, metres per second; zeros while it is not known.
        stamp_ns: of the newest measurement in it.
        speed_known: whether ``velocity`` rests on enough measurements.
    """

    position: npt.NDArray[np.float64]
    velocity: npt.NDArray[np.float64]
    stamp_ns: int
    speed_known: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SpatialTarget:
    """What is known in 3D of one sentence's target at one image.

    Attributes:
        sentence: as it came.
        track_id: the first selected track, or -1.
        cloud: its points; without points, ``reason`` says why.
        box: its pose and extent; None without points.
        place: filtered position and velocity; None until there is one.
    """

    sentence: str
    track_id: int
    cloud: Cloud
    box: OrientedBox | None = None
    place: Place | None = None

    @property
    def reason(self) -> str:
        """Why there is no pose, or ''."""
        return self.cloud.reason
