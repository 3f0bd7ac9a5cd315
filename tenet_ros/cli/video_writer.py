"""Writing an annotated video with what the default install has."""

from __future__ import annotations

import os
from pathlib import Path
from types import TracebackType
from typing import final

import cv2

from tenet_ros.errors import ConfigError
from tenet_ros.types import UInt8Array

__all__ = ['CODECS', 'VideoWriter']

CODECS = {'.mp4': 'mp4v', '.m4v': 'mp4v', '.avi': 'MJPG', '.mkv': 'mp4v'}
"""MPEG-4 part 2, or Motion JPEG in an .avi: what FFmpeg encodes without a licensed codec. Players
show both; browsers want H.264, which ``ffmpeg -i out.mp4 -c:v libx264 web.mp4`` makes."""


@final
class VideoWriter:
    """Writes RGB pictures; the file appears under its name when it is complete.

    The first picture sets the size; later ones of another size are scaled to it.

    Args:
        path: the video to write; its suffix chooses the codec.
        rate_hz: pictures per second.

    Raises:
        ConfigError: a suffix without a codec, or a folder that is not there.
    """

    def __init__(self, path: Path, rate_hz: float) -> None:
        if path.suffix.lower() not in CODECS:
            raise ConfigError(
                f'{path}: expected a name that ends in {", ".join(CODECS)}; rename the output'
            )
        if not path.absolute().parent.is_dir():
            raise ConfigError(f'{path}: there is no folder {path.absolute().parent}; create it')
        self.codec = CODECS[path.suffix.lower()]
        self._path = path
        self._partial = path.with_name(f'.{path.stem}.{os.getpid()}{path.suffix}')
        self._rate_hz = rate_hz
        self._writer: cv2.VideoWriter | None = None
        self._size = (0, 0)

    def write(self, picture: UInt8Array) -> None:
        """Append a picture, (H, W, 3) uint8 RGB.

        Raises:
            ConfigError: the file cannot be written.
        """
        if self._writer is None:
            self._open(picture)
        assert self._writer is not None
        height, width = picture.shape[:2]
        if (width, height) != self._size:
            picture = cv2.resize(picture, self._size)  # type: ignore[assignment]
        self._writer.write(cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))

    def _open(self, picture: UInt8Array) -> None:
        # The encoders want even sides.
        self._size = (max(2, picture.shape[1] & ~1), max(2, picture.shape[0] & ~1))
        code = cv2.VideoWriter.fourcc(*self.codec)
        self._writer = cv2.VideoWriter(str(self._partial), code, self._rate_hz, self._size)
        if not self._writer.isOpened():
            raise ConfigError(
                f'{self._path}: cannot be written as {self.codec} {self._size[0]}x{self._size[1]} '
                f'at {self._rate_hz:.3g} Hz; is the folder writable? another suffix takes another '
                f'codec: {", ".join(CODECS)}'
            )

    def __enter__(self) -> VideoWriter:
        """Return the writer itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Complete the video; what was written before an interruption is kept.

        Raises:
            ConfigError: it cannot be moved to its name, or does not play.
        """
        if self._writer is None:
            return
        self._writer.release()
        if error is None and not cv2.VideoCapture(str(self._partial)).isOpened():
            self._partial.unlink(missing_ok=True)  # OpenCV does not say that the disk was full
            raise ConfigError(f'{self._path}: cannot be written whole; is the disk full?')
        try:
            self._partial.replace(self._path)
        except OSError as failure:
            self._partial.unlink(missing_ok=True)
            raise ConfigError(
                f'{self._path}: cannot be written: {failure.strerror}; choose another place'
            ) from failure
