"""Pictures of a clip as files: encoded one after the other, or as one video."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from tenet_ros.errors import SourceError
from tenet_ros.types import UInt8Array

__all__ = ['Blob', 'BlobWriter', 'JpegEncoder', 'Video', 'VideoWriter', 'encode_labels']

QUALITIES = (95, 92, 88, 80)
FRAME_BYTES = 100_000
"""Noisy pictures take a lower quality, so that 240 of them stay below 25 MB."""


class JpegEncoder:
    """Encodes pictures without colour subsampling, at the best quality that is small enough.

    The first picture decides for all.
    """

    def __init__(self) -> None:
        self._quality = 0

    def __call__(self, image: UInt8Array) -> UInt8Array:
        """Return the JPEG of (H, W, 3) uint8 RGB."""
        bgr = np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2BGR), np.uint8)
        for quality in (self._quality,) if self._quality else QUALITIES:
            data = _encode(
                '.jpg',
                bgr,
                cv2.IMWRITE_JPEG_QUALITY,
                quality,
                cv2.IMWRITE_JPEG_SAMPLING_FACTOR,
                cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444,
            )
            if len(data) <= FRAME_BYTES:
                break
        self._quality = quality
        return data


def encode_labels(labels: UInt8Array) -> UInt8Array:
    """Return the PNG of (H, W) uint8."""
    # Flat areas compress best as they are; older OpenCV cannot be told so.
    plain = (cv2.IMWRITE_PNG_FILTER, 8) if hasattr(cv2, 'IMWRITE_PNG_FILTER') else ()
    return _encode('.png', labels, cv2.IMWRITE_PNG_COMPRESSION, 8, *plain)


class BlobWriter:
    """Writes encoded pictures one after the other into one file.

    Args:
        path: of the file.
        encode: from pixels to bytes.
    """

    def __init__(self, path: Path, encode: Callable[[UInt8Array], UInt8Array]) -> None:
        self._file = path.open('wb')
        self._encode = encode
        self._ends: list[int] = []

    def add(self, pixels: UInt8Array) -> None:
        """Append a picture."""
        self._file.write(self._encode(pixels).tobytes())
        self._ends.append(self._file.tell())

    @property
    def ends(self) -> npt.NDArray[np.int64]:
        """(T,) int64, the byte after each picture's last."""
        return np.asarray(self._ends, np.int64)

    def close(self) -> None:
        """Finish the file."""
        self._file.close()


class Blob:
    """Reads what ``BlobWriter`` wrote; any number of threads may read at once.

    Args:
        path: of the file.
        ends: (T,) int64, the byte after each picture's last.

    Raises:
        SourceError: the file is missing or shorter than it should be.
    """

    def __init__(self, path: Path, ends: npt.NDArray[np.int64]) -> None:
        size = path.stat().st_size if path.is_file() else 0
        if not len(ends) or size != ends[-1]:
            raise SourceError(f'{path}: is missing or cut off; delete the recording, make it again')
        self._bytes = np.memmap(path, np.uint8, mode='r')
        self._bounds = np.concatenate([[0], ends])

    def encoded(self, index: int) -> UInt8Array:
        """Return (N,) uint8, the bytes of one picture."""
        return np.asarray(self._bytes[self._bounds[index] : self._bounds[index + 1]])

    def image(self, index: int) -> UInt8Array:
        """Return one picture: (H, W, 3) uint8 RGB, C-contiguous."""
        bgr = _decode(self.encoded(index), cv2.IMREAD_COLOR)
        return np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), np.uint8)

    def labels(self, index: int) -> UInt8Array:
        """Return one picture of a single channel: (H, W) uint8."""
        return _decode(self.encoded(index), cv2.IMREAD_GRAYSCALE)


class VideoWriter:
    """Writes pictures as MPEG-4 part 2, which every build of OpenCV reads.

    Args:
        path: of the file.
        rate_hz: frames per second.
        size: width and height, pixels.
    """

    def __init__(self, path: Path, rate_hz: float, size: tuple[int, int]) -> None:
        code = cv2.VideoWriter.fourcc(*'mp4v')
        self._writer = cv2.VideoWriter(str(path), cv2.CAP_FFMPEG, code, rate_hz, size)
        if not self._writer.isOpened():
            raise SourceError(f'{path}: this build of OpenCV writes no MPEG-4 video')

    def add(self, pixels: UInt8Array) -> None:
        """Append (H, W, 3) uint8 RGB."""
        self._writer.write(cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR))

    @property
    def ends(self) -> npt.NDArray[np.int64]:
        """(0,) int64: a video has no bytes of single pictures."""
        return np.zeros(0, np.int64)

    def close(self) -> None:
        """Finish the file."""
        self._writer.release()


class Video:
    """Reads what ``VideoWriter`` wrote: fast in order, slowly in any other; one thread at a time.

    Args:
        path: of the file.

    Raises:
        SourceError: it does not open.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._capture = cv2.VideoCapture(str(path))
        self._next = 0
        if not self._capture.isOpened():
            raise SourceError(f'{path}: is missing or damaged; install the package again')

    def image(self, index: int) -> UInt8Array:
        """Return one picture: (H, W, 3) uint8 RGB, C-contiguous.

        Raises:
            SourceError: the video ends before it.
        """
        if index < self._next:
            self._capture.release()
            self._capture, self._next = cv2.VideoCapture(str(self._path)), 0
        for _ in range(index - self._next):
            self._capture.grab()
        good, picture = self._capture.read()
        self._next = index + 1
        if not good:
            raise SourceError(f'{self._path}: has no frame {index}')
        return np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB), np.uint8)


def _encode(suffix: str, pixels: UInt8Array, *parameters: int) -> UInt8Array:
    good, data = cv2.imencode(suffix, pixels, list(parameters))
    if not good:
        raise SourceError(f'OpenCV cannot encode {suffix} of {pixels.shape}')
    return np.asarray(data, np.uint8)


def _decode(data: UInt8Array, flags: int) -> UInt8Array:
    """Decode one JPEG or PNG; ``flags`` are ``cv2.imread``'s.

    Raises:
        SourceError: it is damaged.
    """
    image = cv2.imdecode(data, flags)
    if image is None:
        raise SourceError('a recorded picture is damaged; delete the recording and make it again')
    return np.asarray(image, np.uint8)
