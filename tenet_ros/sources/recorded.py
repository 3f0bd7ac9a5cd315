"""Recordings of the simulated tabletop, played."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import cycle
from pathlib import Path

import numpy as np

from tenet_ros.sim.recording import Recording, load
from tenet_ros.sim.scene import Camera
from tenet_ros.sources.frame import Calibration, CompressedPicture, RawPicture, SourceFrame
from tenet_ros.sources.source import SourceInfo

__all__ = ['FRAME_ID', 'RecordedTabletop', 'calibration_of']

FRAME_ID = 'camera'


class RecordedTabletop:
    """Plays recordings of the tabletop; they carry calibration and no depth.

    Args:
        folders: of the recordings, in order.
        endless: begin again after the last.
        rate_hz: instead of the first recording's own.

    Raises:
        SourceError: a folder that holds no recording.
    """

    def __init__(
        self, folders: Sequence[Path], *, endless: bool = False, rate_hz: float | None = None
    ) -> None:
        self.recordings: tuple[Recording, ...] = tuple(load(folder) for folder in folders)
        self._endless = endless
        self._closed = False
        first = self.recordings[0]
        camera = first.scene.camera
        self.info = SourceInfo(
            name=first.folder.resolve().name,
            kind='recording',
            rate_hz=rate_hz or first.scene.rate_hz,
            length=None if endless else sum(map(len, self.recordings)),
            live=False,
            detail=f'{camera.width}x{camera.height}, {len(folders)} recorded clips',
        )

    def frames(self) -> Iterator[SourceFrame]:
        """Yield every frame of every recording.

        Raises:
            SourceError: a recording is damaged.
        """
        index = 0
        for recording in cycle(self.recordings) if self._endless else self.recordings:
            calibration = calibration_of(recording.scene.camera)
            for frame in range(len(recording)):
                if self._closed:
                    return
                stamp_ns = round(index * 1e9 / self.info.rate_hz)
                yield SourceFrame(
                    picture=_picture(recording, frame),
                    stamp_ns=stamp_ns,
                    due_ns=stamp_ns,
                    frame_id=FRAME_ID,
                    calibration=calibration,
                )
                index += 1

    def close(self) -> None:
        """End every running iteration at its next frame."""
        self._closed = True


def calibration_of(camera: Camera) -> Calibration:
    """Return a simulated camera's intrinsics; ROS counts pixels from their centres."""
    cx, cy, f = (camera.width - 1) / 2, (camera.height - 1) / 2, camera.focal_px
    return Calibration(
        height=camera.height,
        width=camera.width,
        distortion_model='plumb_bob',
        d=np.zeros(5),
        k=np.array([f, 0, cx, 0, f, cy, 0, 0, 1]),
        r=np.eye(3).reshape(-1),
        p=np.array([f, 0, cx, 0, 0, f, cy, 0, 0, 0, 1, 0]),
    )


def _picture(recording: Recording, frame: int) -> CompressedPicture | RawPicture:
    """Return a recorded picture, as JPEG bytes where they are what is stored."""
    data = recording.encoded(frame)
    if len(data):
        return CompressedPicture(data=data, format='jpeg')
    return RawPicture.of_rgb(recording.image(frame))
