"""A folder of images, in the natural order of their names; and RVOS clips, which are such folders."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from tenet_ros.errors import SourceError
from tenet_ros.sources.frame import CompressedPicture, SourceFrame
from tenet_ros.sources.source import SourceInfo

__all__ = ['FolderSource']

DEFAULT_HZ = 24.0
_FORMATS = {'.jpg': 'jpeg', '.jpeg': 'jpeg', '.png': 'png'}


class FolderSource:
    """Plays the images of one folder at a constant rate, their bytes untouched.

    Args:
        path: the folder that holds the images.
        fps: frames per second; by default ``fps_nominal`` of the clip's ``expressions.json``, or
            24.
        clip: the RVOS clip that the folder belongs to, if it does.

    Raises:
        SourceError: no JPEG or PNG in it.
    """

    def __init__(self, path: Path, *, fps: float | None = None, clip: Path | None = None) -> None:
        self._files = sorted(
            (p for p in path.iterdir() if p.suffix.lower() in _FORMATS), key=_natural
        )
        if not self._files:
            others = sum(1 for _ in path.iterdir())
            raise SourceError(
                f'{path}: expected JPEG or PNG images, found none among {others} entries'
            )
        rate_hz = fps or _recorded_rate(clip or path)
        self._period_ns = 1e9 / rate_hz
        self.info = SourceInfo(
            name=(clip or path).resolve().name,
            kind='clip' if clip else 'folder',
            rate_hz=rate_hz,
            length=len(self._files),
            live=False,
            detail=f'{len(self._files)} images, {self._files[0].name} to {self._files[-1].name}',
        )

    def frames(self) -> Iterator[SourceFrame]:
        """Yield every image; its stamp is the time since the first."""
        for index, path in enumerate(self._files):
            due_ns = round(index * self._period_ns)
            try:
                data = np.fromfile(path, np.uint8)
            except OSError as error:
                raise SourceError(f'{path}: cannot be read: {error.strerror}') from error
            picture = CompressedPicture(data=data, format=_FORMATS[path.suffix.lower()])
            yield SourceFrame(picture=picture, stamp_ns=due_ns, due_ns=due_ns)

    def close(self) -> None:
        """Do nothing: no file stays open between frames."""


def _natural(path: Path) -> list[tuple[int, str]]:
    """Order "frame2" before "frame10"."""
    parts = re.findall(r'\d+|\D+', path.stem)
    return [(int(part), '') if part.isdecimal() else (0, part) for part in parts]


def _recorded_rate(clip: Path) -> float:
    """Return ``fps_nominal`` of the ``expressions.json`` in or above the folder, or 24."""
    for folder in (clip, clip.resolve().parent):
        try:
            declared = json.loads((folder / 'expressions.json').read_text('utf-8'))['fps_nominal']
            rate_hz = float(declared)
        except (OSError, ValueError, KeyError, TypeError):
            continue
        if 0 < rate_hz <= 1000:
            return rate_hz
    return DEFAULT_HZ
