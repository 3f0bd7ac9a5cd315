"""Box arithmetic and the letterbox with its inverse.

Boxes are ``(N, 4) float32, xyxy, half-open``. Every function takes and returns length zero.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tenet_ros.types import FloatArray

__all__ = [
    'Letterbox',
    'areas',
    'centres',
    'clip_boxes',
    'expand_boxes',
    'intersections',
    'iou_matrix',
    'transform_boxes',
    'unit_rows',
]


def areas(boxes: FloatArray) -> FloatArray:
    """Return the area of each box, (N,) float32, px^2; zero for inverted boxes.

    >>> areas(np.asarray([[0, 0, 2, 3], [5, 5, 1, 1]], np.float32)).tolist()
    [6.0, 0.0]
    """
    size = np.maximum(boxes[:, 2:] - boxes[:, :2], 0)
    return np.asarray(size[:, 0] * size[:, 1], np.float32)


def centres(boxes: FloatArray) -> FloatArray:
    """Return the centre of each box, (N, 2) float32 x, y.

    >>> centres(np.asarray([[0, 0, 2, 4]], np.float32)).tolist()
    [[1.0, 2.0]]
    """
    return np.asarray((boxes[:, :2] + boxes[:, 2:]) * np.float32(0.5), np.float32)


def intersections(first: FloatArray, second: FloatArray) -> FloatArray:
    """Return the overlap area of every pair, (N, M) float32, px^2.

    Boxes that only touch overlap by zero.

    >>> a = np.asarray([[0, 0, 2, 2]], np.float32)
    >>> intersections(a, np.asarray([[1, 1, 3, 3], [2, 0, 4, 2]], np.float32)).tolist()
    [[1.0, 0.0]]
    """
    # Columns side by side in memory and no spare (N, M) arrays: half the time for a crowd.
    a, b = np.ascontiguousarray(first.T), np.ascontiguousarray(second.T)
    width = np.minimum(a[2][:, None], b[2])
    width -= np.maximum(a[0][:, None], b[0])
    height = np.minimum(a[3][:, None], b[3])
    height -= np.maximum(a[1][:, None], b[1])
    np.maximum(width, 0, out=width)
    np.maximum(height, 0, out=height)
    width *= height
    return np.asarray(width, np.float32)


def iou_matrix(first: FloatArray, second: FloatArray) -> FloatArray:
    """Return the intersection over union of every pair, (N, M) float32 in [0, 1].

    Two boxes without area have IoU 0.

    >>> a = np.asarray([[0, 0, 2, 2]], np.float32)
    >>> iou_matrix(a, np.asarray([[0, 0, 2, 2], [0, 0, 2, 1]], np.float32)).tolist()
    [[1.0, 0.5]]
    """
    overlap = intersections(first, second)
    union = areas(first)[:, None] + areas(second)[None, :]
    union -= overlap
    np.maximum(union, np.float32(1e-9), out=union)
    overlap /= union
    return overlap


def clip_boxes(boxes: FloatArray, height: int, width: int) -> FloatArray:
    """Return the boxes cut to the image ``0 <= x <= width, 0 <= y <= height``.

    >>> clip_boxes(np.asarray([[-5, 2, 20, 9]], np.float32), 8, 10).tolist()
    [[0.0, 2.0, 10.0, 8.0]]
    """
    limit = np.asarray([width, height, width, height], np.float32)
    return np.asarray(np.minimum(np.maximum(boxes, 0), limit), np.float32)


def expand_boxes(boxes: FloatArray, factor: float) -> FloatArray:
    """Return the boxes scaled about their centres by ``factor``.

    >>> expand_boxes(np.asarray([[2, 2, 4, 6]], np.float32), 2.0).tolist()
    [[1.0, 0.0, 5.0, 8.0]]
    """
    middle = centres(boxes)
    half = (boxes[:, 2:] - boxes[:, :2]) * np.float32(factor / 2)
    return np.asarray(np.concatenate([middle - half, middle + half], axis=1), np.float32)


def transform_boxes(boxes: FloatArray, affine: FloatArray) -> FloatArray:
    """Return the boxes moved by a similarity or affine transform of the image.

    The centre follows the transform and the size its scale, so a slight rotation does not make
    every box grow.

    Args:
        boxes: (..., 4) float32 xyxy.
        affine: (2, 3) float32, new pixel = ``affine[:, :2] @ old + affine[:, 2]``.

    >>> shift = np.asarray([[1, 0, 3], [0, 1, -1]], np.float32)
    >>> transform_boxes(np.asarray([[0, 0, 2, 2]], np.float32), shift).tolist()
    [[3.0, -1.0, 5.0, 1.0]]
    """
    linear = affine[:, :2]
    middle = (boxes[..., :2] + boxes[..., 2:]) * np.float32(0.5)
    middle = middle @ linear.T + affine[:, 2]
    scale = np.sqrt(abs(float(np.linalg.det(linear.astype(np.float64)))))
    half = (boxes[..., 2:] - boxes[..., :2]) * np.float32(scale / 2)
    return np.asarray(np.concatenate([middle - half, middle + half], axis=-1), np.float32)


@dataclass(frozen=True, slots=True)
class Letterbox:
    """An aspect-preserving resize into a fixed canvas, and the way back.

    ``network = source * scale + (pad_x, pad_y)``, in pixels.

    Attributes:
        scale: network pixels per source pixel.
        pad_x: columns of padding left of the image, network pixels.
        pad_y: rows of padding above the image, network pixels.
        width: width of the resized image without padding, network pixels.
        height: height of the resized image without padding, network pixels.
    """

    scale: float
    pad_x: int
    pad_y: int
    width: int
    height: int

    @classmethod
    def fit(cls, source: tuple[int, int], network: tuple[int, int], *, centred: bool) -> Letterbox:
        """Return the letterbox that fits an image into a canvas.

        Args:
            source: (height, width) of the image, pixels.
            network: (height, width) of the canvas, pixels.
            centred: pad on both sides, or (YOLOX's way) only right and below.

        >>> Letterbox.fit((480, 640), (416, 416), centred=False)
        Letterbox(scale=0.65, pad_x=0, pad_y=0, width=416, height=312)
        """
        scale = min(network[0] / source[0], network[1] / source[1])
        height = max(1, min(network[0], round(source[0] * scale)))
        width = max(1, min(network[1], round(source[1] * scale)))
        pad_y = (network[0] - height) // 2 if centred else 0
        pad_x = (network[1] - width) // 2 if centred else 0
        return cls(scale=scale, pad_x=pad_x, pad_y=pad_y, width=width, height=height)

    def to_network(self, boxes: FloatArray) -> FloatArray:
        """Return source-pixel boxes in network pixels, (N, 4) float32 xyxy."""
        pad = np.asarray([self.pad_x, self.pad_y, self.pad_x, self.pad_y], np.float32)
        return np.asarray(boxes * np.float32(self.scale) + pad, np.float32)

    def to_source(self, boxes: FloatArray) -> FloatArray:
        """Return network-pixel boxes in source pixels, (N, 4) float32 xyxy, not clipped."""
        pad = np.asarray([self.pad_x, self.pad_y, self.pad_x, self.pad_y], np.float32)
        return np.asarray((boxes - pad) / np.float32(self.scale), np.float32)


def unit_rows(vectors: FloatArray) -> FloatArray:
    """Return (N, D) vectors at length one, float32; zeros stay zeros.

    >>> unit_rows(np.asarray([[3.0, 4.0], [0.0, 0.0]], np.float32)).round(2).tolist()
    [[0.6000000238418579, 0.800000011920929], [0.0, 0.0]]
    """
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(length, 1e-9), np.float32)
