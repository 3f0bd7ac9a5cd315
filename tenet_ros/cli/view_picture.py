"""Messages in pixels to Rerun: image, masks, tracks, targets.

Every function takes one message and returns what to log: pairs of an entity's path and an
archetype. Paths lie below ``CAMERA``, so that a viewer lays them over the image.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import cv2
import numpy as np
import rerun as rr

from tenet_ros.images import decode_depth
from tenet_ros.ros.convert import frame_of_image
from tenet_ros.types import FloatArray, UInt8Array

__all__ = [
    'CAMERA',
    'Shown',
    'calibration',
    'compressed_image',
    'depth_image',
    'image',
    'masks',
    'sentences',
    'targets',
    'tracks',
]

Shown: TypeAlias = list[tuple[str, Any]]
"""What to log: (path of the entity, archetype)."""

CAMERA = 'world/camera'
QUALITY = 85
"""Of the JPEG that a raw image is kept as: a tenth of its size."""
PALETTE = (
    (255, 196, 0), (0, 178, 255), (255, 64, 129), (0, 230, 118), (170, 102, 255), (255, 112, 32),
)  # fmt: skip
"""Colours of sentences, by slot."""
GREY, YELLOW = (160, 160, 160), (255, 255, 0)


def image(message: Any) -> Shown:
    """Return a raw image as JPEG.

    Raises:
        BadImage: pixels that cannot be read.
    """
    rgb = frame_of_image(message, 0).image
    _, jpeg = cv2.imencode(
        '.jpg', cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, QUALITY]
    )
    contents = np.asarray(jpeg, np.uint8).tobytes()
    return [(f'{CAMERA}/image', rr.EncodedImage(contents=contents, media_type='image/jpeg'))]


def compressed_image(message: Any) -> Shown:
    """Return a JPEG or PNG image, its bytes as they came."""
    contents = _bytes_of(message).tobytes()
    kind = 'png' if contents.startswith(b'\x89PNG') else 'jpeg'
    return [(f'{CAMERA}/image', rr.EncodedImage(contents=contents, media_type=f'image/{kind}'))]


def depth_image(message: Any) -> Shown:
    """Return registered depth, which a viewer turns into points.

    Raises:
        BadImage: depth that cannot be read.
    """
    millimetres = decode_depth(
        _bytes_of(message),
        encoding=str(message.encoding),
        height=int(message.height),
        width=int(message.width),
        step=int(message.step),
        big_endian=bool(message.is_bigendian),
    )
    return [(f'{CAMERA}/depth', rr.DepthImage(millimetres, meter=1000.0))]


def calibration(message: Any) -> Shown:
    """Return the pinhole of a ``CameraInfo``; nothing of a camera that is not calibrated."""
    matrix = np.asarray(message.k, np.float64).reshape(3, 3)
    if not matrix[0, 0] > 0:
        return []
    pinhole = rr.Pinhole(
        image_from_camera=matrix,
        resolution=[int(message.width), int(message.height)],
        camera_xyz=rr.ViewCoordinates.RDF,
        image_plane_distance=0.2,
    )
    return [(CAMERA, pinhole)]


def masks(message: Any) -> Shown:
    """Return the label image: which sentence every pixel answers, 0 for none."""
    # Encoding mono16; slots beyond a byte would need 256 sentences in one command.
    height, width = int(message.height), int(message.width)
    rows = _bytes_of(message).reshape(height, int(message.step))[:, : 2 * width]
    wire = '>u2' if message.is_bigendian else '<u2'
    labels = np.ascontiguousarray(rows).view(wire).astype(np.uint8)
    return [(f'{CAMERA}/masks', rr.SegmentationImage(labels, opacity=0.5))]


def sentences(message: Any) -> Shown:
    """Return the names and colours of the slots of the label image."""
    classes = [(0, '', (0, 0, 0, 0))]
    for each in message.class_map:
        slot = int(each.class_id)
        classes.append((slot, str(each.class_name), (*PALETTE[(slot - 1) % len(PALETTE)], 255)))
    return [('world', rr.AnnotationContext(classes))]


def tracks(message: Any) -> Shown:
    """Return every track with its id, what it is, and how well it fits."""
    labels = [f'{d.id} {_name(d)} {_score(d):.2f}' for d in message.detections]
    return [(f'{CAMERA}/tracks', _boxes(message, labels, GREY, 1.0))]


def targets(message: Any) -> Shown:
    """Return the selected tracks with id, sentence and preference."""
    labels = [f'#{d.id} {_name(d)}: {_score(d):.2f}' for d in message.detections]
    return [(f'{CAMERA}/targets', _boxes(message, labels, YELLOW, 2.0))]


def _boxes(message: Any, labels: list[str], colour: tuple[int, int, int], width_px: float) -> Any:
    """Return 2D boxes; of none, an empty archetype, which takes away what was shown before."""
    boxes = [d.bbox for d in message.detections]
    return rr.Boxes2D(
        centers=_pairs([(b.center.position.x, b.center.position.y) for b in boxes]),
        half_sizes=_pairs([(b.size_x / 2, b.size_y / 2) for b in boxes]),
        labels=labels,
        colors=[colour] * len(boxes),
        radii=[rr.Radius.ui_points(width_px)] * len(boxes),
    )


def _pairs(rows: list[tuple[float, float]]) -> FloatArray:
    return np.asarray(rows, np.float32).reshape(-1, 2)


def _name(detection: Any) -> str:
    return str(detection.results[0].hypothesis.class_id) if len(detection.results) else ''


def _score(detection: Any) -> float:
    return float(detection.results[0].hypothesis.score) if len(detection.results) else 0.0


def _bytes_of(message: Any) -> UInt8Array:
    return np.frombuffer(message.data, np.uint8)
