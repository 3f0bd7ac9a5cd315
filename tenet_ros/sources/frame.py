"""What a source yields: one picture with everything that was recorded beside it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from tenet_ros.images import decode_compressed, decode_raw
from tenet_ros.types import Frame, UInt8Array

__all__ = ['Calibration', 'CompressedPicture', 'Depth', 'Picture', 'RawPicture', 'SourceFrame']


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RawPicture:
    """Pixels as a ``sensor_msgs/Image`` lays them out.

    Attributes:
        data: (step * height,) uint8.
        encoding: as in ``sensor_msgs/image_encodings.hpp``; ``images.ENCODINGS`` can be read.
        height: rows.
        width: columns.
        step: bytes per row.
        big_endian: byte order of channels wider than a byte.
    """

    data: UInt8Array
    encoding: str
    height: int
    width: int
    step: int
    big_endian: bool = False

    @classmethod
    def of_rgb(cls, image: UInt8Array) -> RawPicture:
        """Wrap (H, W, 3) uint8 RGB without a copy where it is C-contiguous."""
        height, width = image.shape[:2]
        data = np.ascontiguousarray(image).reshape(-1)
        return cls(data=data, encoding='rgb8', height=height, width=width, step=3 * width)

    def rgb(self) -> UInt8Array:
        """Return (H, W, 3) uint8 RGB, C-contiguous.

        Raises:
            BadImage: an encoding that cannot be read, or size, step and data that do not fit.
        """
        return decode_raw(
            self.data,
            encoding=self.encoding,
            height=self.height,
            width=self.width,
            step=self.step,
            big_endian=self.big_endian,
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CompressedPicture:
    """The bytes of a JPEG or PNG, as recorded.

    Attributes:
        data: (N,) uint8.
        format: "jpeg" or "png", or what the recording says ("bgr8; jpeg compressed bgr8").
    """

    data: UInt8Array
    format: str

    def rgb(self) -> UInt8Array:
        """Return (H, W, 3) uint8 RGB, C-contiguous, turned as EXIF says.

        Raises:
            BadImage: the bytes are not a whole JPEG or PNG.
        """
        return decode_compressed(self.data, self.format, upright=True)


Picture = RawPicture | CompressedPicture


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Calibration:
    """A ``sensor_msgs/CameraInfo``: pinhole model and distortion.

    Attributes:
        height: rows of the image it describes.
        width: columns of the image it describes.
        distortion_model: "plumb_bob", "rational_polynomial", "equidistant" or ''.
        d: (D,) float64 distortion coefficients.
        k: (9,) float64, row-major 3x3 intrinsics, pixels; zeros when uncalibrated.
        r: (9,) float64, row-major 3x3 rectification.
        p: (12,) float64, row-major 3x4 projection.
    """

    height: int
    width: int
    distortion_model: str
    d: npt.NDArray[np.float64]
    k: npt.NDArray[np.float64]
    r: npt.NDArray[np.float64]
    p: npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Depth:
    """A depth image registered to the colour image.

    Attributes:
        image: (H, W) uint16, millimetres, 0 where nothing was measured; or (H, W) float32,
            metres, NaN or infinite where nothing was measured (REP 118).
        stamp_ns: its own stamp.
        frame_id: its own frame.
    """

    image: npt.NDArray[np.uint16] | npt.NDArray[np.float32]
    stamp_ns: int
    frame_id: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SourceFrame:
    """One picture of a source.

    Attributes:
        picture: as recorded; ``picture.rgb()`` decodes it.
        stamp_ns: the recording's stamp; for files without a clock the time since their start.
        due_ns: when to show it, nanoseconds after the source's first frame.
        frame_id: the recording's frame, or '' where it has none.
        calibration: where the source has one.
        depth: where the source has one for this picture; each depth image comes once.
    """

    picture: Picture
    stamp_ns: int
    due_ns: int
    frame_id: str = ''
    calibration: Calibration | None = field(default=None)
    depth: Depth | None = field(default=None)

    def frame(self, sequence: int) -> Frame:
        """Decode the picture into what the pipeline takes.

        Args:
            sequence: order of arrival, strictly increasing.

        Raises:
            BadImage: the picture cannot be decoded.
        """
        return Frame(
            image=self.picture.rgb(),
            stamp_ns=self.stamp_ns,
            frame_id=self.frame_id,
            sequence=sequence,
        )
