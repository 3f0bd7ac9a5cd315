"""Camera images as ROS lays them out, to RGB and millimetres; for the node and the sources alike.

Everything here trusts nothing: whatever the bytes and the fields beside them hold, the outcome is
an array or a ``BadImage`` that says what was expected, what came and what to do. Pixels are never
visited by a Python loop, and never copied where a view of the given bytes will do.
"""

from __future__ import annotations

from tenet_ros.images.checks import BadImage
from tenet_ros.images.compressed import decode_compressed
from tenet_ros.images.depth import DEPTH_ENCODINGS, decode_depth
from tenet_ros.images.raw import ENCODINGS, decode_raw

__all__ = [
    'DEPTH_ENCODINGS',
    'ENCODINGS',
    'BadImage',
    'decode_compressed',
    'decode_depth',
    'decode_raw',
]
