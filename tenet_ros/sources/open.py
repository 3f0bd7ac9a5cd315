"""From what a person types to a source."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tenet_ros.errors import SourceError
from tenet_ros.sim.recording import recordings_in
from tenet_ros.sources.source import Source

__all__ = ['BAG_SUFFIXES', 'IMAGE_SUFFIXES', 'open_source', 'opened']

BAG_SUFFIXES = frozenset({'.mcap', '.db3', '.bag'})
IMAGE_SUFFIXES = frozenset({'.jpg', '.jpeg', '.png'})
_DEVICE = re.compile(r'(?:/dev/video)?(\d+)')


def open_source(
    spec: str | Path,
    *,
    fps: float | None = None,
    image_topic: str | None = None,
    depth_topic: str | None = None,
    info_topic: str | None = None,
) -> Source:
    """Open a video, a folder of images, an RVOS clip, a ROS bag, a webcam, or a simulation.

    Args:
        spec: a path, the number of a webcam ("0", "/dev/video0"), or a simulated tabletop
            ("sim[:SPLIT][:SEED][+]"). A file or folder of such a name wins over what it names. A
            folder of recordings plays them one after the other.
        fps: frames per second to assume for a folder or a video in place of its own rate, or to
            ask of a webcam or a simulation; a bag keeps its recorded intervals.
        image_topic: the image topic of a bag, where several could be meant.
        depth_topic: the depth topic of a bag; '' for none, also of a simulation.
        info_topic: the camera_info topic of a bag; '' for none.

    Raises:
        SourceError: nothing there, or nothing in it that could be shown; it says what was found.
        GraphicsError: a simulation cannot be rendered on this machine.
    """
    if fps is not None and not 0 < fps <= 1000:
        raise SourceError(f'frame rate: expected more than 0 and at most 1000 Hz, got {fps}')
    path = Path(spec).expanduser()
    device = _DEVICE.fullmatch(str(spec))
    if device and not path.is_file() and not path.is_dir():
        from tenet_ros.sources.webcam import WebcamSource

        return WebcamSource(int(device.group(1)), fps=fps)
    if not path.exists():
        return _open_simulation(str(spec), fps, depth=depth_topic != '')
    recordings = recordings_in(path)
    if recordings:
        from tenet_ros.sources.recorded import RecordedTabletop

        return RecordedTabletop(recordings, rate_hz=fps)
    if path.suffix in BAG_SUFFIXES or (path / 'metadata.yaml').is_file():
        from tenet_ros.sources.bag import BagSource

        return BagSource(
            path, image_topic=image_topic, depth_topic=depth_topic, info_topic=info_topic
        )
    if path.is_dir():
        return _open_folder(path, fps)
    if path.suffix.lower() in IMAGE_SUFFIXES:
        raise SourceError(f'{path}: is a single image; give the folder that holds it')
    from tenet_ros.sources.video import VideoSource

    return VideoSource(path, fps=fps)


@contextmanager
def opened(source: Source) -> Iterator[Source]:
    """Close ``source`` at the end of a ``with`` block."""
    try:
        yield source
    finally:
        source.close()


def _open_simulation(spec: str, fps: float | None, *, depth: bool) -> Source:
    """Open what is neither a file nor a device."""
    from tenet_ros.sources.tabletop import is_tabletop, tabletop_of

    if is_tabletop(spec):
        return tabletop_of(spec, rate_hz=fps, depth=depth)
    raise SourceError(
        f'source {spec!r}: no such file or folder; expected a video, a folder of JPEG or PNG '
        'images, a ROS bag, the number of a webcam, or a simulated tabletop (sim, sim:7)'
    )


def _open_folder(path: Path, fps: float | None) -> Source:
    """Open a folder: images in it, an RVOS clip, or a bag whose metadata is missing."""
    from tenet_ros.sources.folder import FolderSource

    if (path / 'JPEGImages').is_dir():
        return FolderSource(path / 'JPEGImages', fps=fps, clip=path)
    if path.name == 'JPEGImages':
        return FolderSource(path, fps=fps, clip=path.parent)
    bags = sorted(p for p in path.iterdir() if p.suffix in BAG_SUFFIXES)
    if len(bags) == 1:
        return open_source(bags[0])
    if bags:
        raise SourceError(
            f'{path}: a bag without metadata.yaml and with {len(bags)} files; '
            f'give one of them ({bags[0].name}), or run "ros2 bag reindex" on the folder'
        )
    return FolderSource(path, fps=fps)
