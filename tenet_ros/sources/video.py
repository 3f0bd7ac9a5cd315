"""A video file, decoded by the FFmpeg inside OpenCV."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from tenet_ros.errors import SourceError
from tenet_ros.sources.frame import RawPicture, SourceFrame
from tenet_ros.sources.source import SourceInfo

__all__ = ['VideoSource']

DEFAULT_HZ = 30.0


class VideoSource:
    """Plays a video at its own frame times, or at a given rate.

    Args:
        path: anything that FFmpeg decodes.
        fps: frames per second in place of the recorded frame times.

    Raises:
        SourceError: the file holds no picture that could be decoded.
    """

    def __init__(self, path: Path, *, fps: float | None = None) -> None:
        self._path = path
        self._fps = fps
        self._closed = False
        capture = self._open()
        own_hz = float(capture.get(cv2.CAP_PROP_FPS))
        count = int(capture.get(cv2.CAP_PROP_FRAME_COUNT))
        size = tuple(
            int(capture.get(p)) for p in (cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT)
        )
        code = int(capture.get(cv2.CAP_PROP_FOURCC)).to_bytes(4, 'little', signed=True)
        capture.release()
        self._rate_hz = fps or (own_hz if 0 < own_hz <= 1000 else DEFAULT_HZ)
        codec = code.decode('ascii', 'replace').strip('\x00 ') or 'unknown'
        self.info = SourceInfo(
            name=path.name,
            kind='video',
            rate_hz=self._rate_hz,
            length=count if count > 0 else None,
            live=False,
            detail=f'{size[0]}x{size[1]}, codec {codec}',
        )

    def frames(self) -> Iterator[SourceFrame]:
        """Yield every frame; its stamp is the time since the start of the video."""
        capture = self._open()
        try:
            last_ns, index = -1, 0
            while not self._closed:
                good, picture = capture.read()
                if not good:
                    return
                due_ns = self._due_ns(capture, index, last_ns)
                image = np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB), np.uint8)
                yield SourceFrame(picture=RawPicture.of_rgb(image), stamp_ns=due_ns, due_ns=due_ns)
                last_ns, index = due_ns, index + 1
        finally:
            capture.release()

    def close(self) -> None:
        """End every running iteration at its next frame."""
        self._closed = True

    def _due_ns(self, capture: cv2.VideoCapture, index: int, last_ns: int) -> int:
        """Return the frame's time: recorded where that makes sense, nominal otherwise."""
        if self._fps:
            return round(index * 1e9 / self._fps)
        recorded_ns = round(float(capture.get(cv2.CAP_PROP_POS_MSEC)) * 1e6)
        if recorded_ns > last_ns:
            return recorded_ns
        return last_ns + round(1e9 / self._rate_hz)

    def _open(self) -> cv2.VideoCapture:
        capture = cv2.VideoCapture(str(self._path))
        if not capture.isOpened():
            raise SourceError(
                f'{self._path}: expected a video that FFmpeg can decode; this file is damaged, or '
                'of another kind (a bag ends in .mcap or .db3)'
            )
        return capture
