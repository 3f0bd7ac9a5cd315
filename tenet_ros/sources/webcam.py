"""A camera of this machine, through Video4Linux."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from tenet_ros.errors import SourceError
from tenet_ros.sources.frame import RawPicture, SourceFrame
from tenet_ros.sources.source import SourceInfo

__all__ = ['WebcamSource', 'webcams']

DEFAULT_HZ = 30.0


def webcams() -> tuple[tuple[Path, str], ...]:
    """Return device and name of every camera that Video4Linux lists, in order."""
    devices = sorted(Path('/sys/class/video4linux').glob('video*'))
    return tuple((Path('/dev') / d.name, _name(d / 'name')) for d in devices)


def _name(file: Path) -> str:
    try:
        return file.read_text('utf-8', 'replace').strip()
    except OSError:
        return 'unnamed'


class WebcamSource:
    """Live frames; the stamp is the wall clock at which the picture reached this process.

    Args:
        index: of the device, as in /dev/videoN.
        fps: frames per second to ask of the driver, which may give another rate.

    Raises:
        SourceError: no such camera, or somebody else holds it.
    """

    def __init__(self, index: int, *, fps: float | None = None) -> None:
        self._name = f'webcam {index}'
        # Older OpenCV adds lines of its own about a device that is not there.
        if not Path(f'/dev/video{index}').exists():
            raise SourceError(_not_opened(index))
        self._capture = cv2.VideoCapture(index)
        if not self._capture.isOpened():
            raise SourceError(_not_opened(index))
        # One buffer: a picture that waited in the driver's queue is a late picture.
        self._capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)
        if fps:
            self._capture.set(cv2.CAP_PROP_FPS, fps)
        rate_hz = float(self._capture.get(cv2.CAP_PROP_FPS))
        width = int(self._capture.get(cv2.CAP_PROP_FRAME_WIDTH))
        height = int(self._capture.get(cv2.CAP_PROP_FRAME_HEIGHT))
        self.info = SourceInfo(
            name=self._name,
            kind='webcam',
            rate_hz=rate_hz if 0 < rate_hz <= 1000 else DEFAULT_HZ,
            length=None,
            live=True,
            detail=f'{width}x{height}',
        )

    def frames(self) -> Iterator[SourceFrame]:
        """Yield frames until the camera is closed.

        Raises:
            SourceError: the camera went away.
        """
        first_ns = None
        while self._capture.isOpened():
            good, picture = self._capture.read()
            stamp_ns = time.time_ns()
            if not good:
                raise SourceError(f'{self._name}: no more pictures; is it still plugged in?')
            first_ns = stamp_ns if first_ns is None else first_ns
            image = np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB), np.uint8)
            yield SourceFrame(
                picture=RawPicture.of_rgb(image),
                stamp_ns=stamp_ns,
                due_ns=stamp_ns - first_ns,
                frame_id='camera',
            )

    def close(self) -> None:
        """Give the device back."""
        self._capture.release()


def _not_opened(index: int) -> str:
    """Say why a camera may not have opened, and what there is."""
    device = Path(f'/dev/video{index}')
    if not device.exists():
        found = ', '.join(str(path) for path, _ in webcams()) or 'none'
        return f'webcam {index}: {device} does not exist; cameras here: {found}'
    return (
        f'webcam {index}: {device} exists but does not open; '
        'is another program using it, and may you read it (group "video")?'
    )
