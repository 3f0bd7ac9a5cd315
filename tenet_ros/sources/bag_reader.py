"""Opening a ROS 2 bag, whatever its storage and its age."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from rosbags.highlevel import AnyReader, AnyReaderError
from rosbags.typesys import Stores, get_typestore
from rosbags.typesys.store import Typestore

from tenet_ros.errors import SourceError

__all__ = ['listing', 'open_bag']


def open_bag(path: Path, known: Typestore | None = None) -> AnyReader:
    """Open a bag.

    Args:
        path: its folder, or its only .mcap or .db3 file.
        known: message definitions, for bags of Humble and older, which carry none; by default those
            of Humble's own packages.

    Raises:
        SourceError: not a bag.
    """
    # The layouts needed here have not changed since.
    store = known if known is not None else get_typestore(Stores.ROS2_HUMBLE)
    try:
        reader = AnyReader([path], default_typestore=store)
        reader.open()
    except (AnyReaderError, OSError, ValueError, KeyError) as error:
        raise SourceError(
            f'{path}: expected a ROS 2 bag (a folder with metadata.yaml, an .mcap or a .db3 file); '
            f'it does not open: {" ".join(str(error).split())}; a recording that was cut off can be '
            'completed by `mcap recover` or `ros2 bag reindex`'
        ) from error
    return reader


def listing(types: Mapping[str, str]) -> str:
    """Return what a bag holds, for an error.

    Args:
        types: by topic, the type of its messages.
    """
    if not types:
        return 'the bag is empty'
    return 'its topics: ' + ', '.join(f'{t} ({k.split("/")[-1]})' for t, k in sorted(types.items()))
