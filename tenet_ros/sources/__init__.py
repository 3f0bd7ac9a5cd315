"""Where pictures come from: videos, folders of images, ROS bags, webcams."""

from __future__ import annotations

from tenet_ros.sources.frame import (
    Calibration,
    CompressedPicture,
    Depth,
    Picture,
    RawPicture,
    SourceFrame,
)
from tenet_ros.sources.open import open_source, opened
from tenet_ros.sources.source import Source, SourceInfo

__all__ = [
    'Calibration',
    'CompressedPicture',
    'Depth',
    'Picture',
    'RawPicture',
    'Source',
    'SourceFrame',
    'SourceInfo',
    'open_source',
    'opened',
]
