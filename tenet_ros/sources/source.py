"""The one question that every kind of source answers: which pictures, when?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from tenet_ros.sources.frame import SourceFrame

__all__ = ['Source', 'SourceInfo']


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceInfo:
    """What is known of a source before its first frame.

    Attributes:
        name: short, for file names and tables: "dogs.mp4", "webcam 0".
        kind: "video", "folder", "clip", "bag", "webcam", "simulation" or "recording".
        rate_hz: nominal frames per second; for a bag what its first intervals show.
        length: number of frames, or None where nobody knows (a webcam, some videos).
        live: True when frames come at their own time and cannot be played again.
        detail: which topics, which codec: one line for a person.
    """

    name: str
    kind: str
    rate_hz: float
    length: int | None
    live: bool
    detail: str


class Source(Protocol):
    """A sequence of pictures. Opened by ``open_source``; a context manager."""

    @property
    def info(self) -> SourceInfo:
        """What is known of the source before its first frame."""
        ...

    def frames(self) -> Iterator[SourceFrame]:
        """Yield every frame in order; each call begins at the first, except on a live source.

        Raises:
            SourceError: the recording breaks off in a way that cannot be skipped.
        """
        ...

    def close(self) -> None:
        """Free files and devices; ends every running iteration."""
        ...
