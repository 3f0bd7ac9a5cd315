"""Vocabulary that crosses the seams between rooms.

Conventions, everywhere:
    * Boxes are ``xyxy`` in pixels of the source image, half-open: a box covers ``x0 <= x < x1``.
    * Images are ``(H, W, 3) uint8 RGB``, C-contiguous.
    * Times are integers in nanoseconds, suffix ``_ns``, on the clock of the source's stamps.
    * "Nothing" is an array of length zero, never ``None``.
"""

from __future__ import annotations

from tenet_ros.types.arrays import BoolArray, FloatArray, IntArray, UInt8Array
from tenet_ros.types.detections import Detections, TimedDetections
from tenet_ros.types.frames import Command, Frame
from tenet_ros.types.masks import Mask, union
from tenet_ros.types.tracks import Space, State, TrackSet

__all__ = [
    'BoolArray',
    'Command',
    'Detections',
    'FloatArray',
    'Frame',
    'IntArray',
    'Mask',
    'Space',
    'State',
    'TimedDetections',
    'TrackSet',
    'UInt8Array',
    'union',
]
