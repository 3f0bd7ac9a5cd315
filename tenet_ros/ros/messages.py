"""Results to messages: masks, labels, tracks, targets. Every one carries its source's header.

Scalars are cast to Python's own types: rclpy does not check them by default, and publishes garbage
for a NumPy number. Pixels go into ``data`` as one block of bytes.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from tenet_ros.pipeline import StepResult
from tenet_ros.ros.api import (
    CompressedImage,
    Detection2D,
    Detection2DArray,
    Header,
    Image,
    LabelInfo,
    ObjectHypothesisWithPose,
    TimeMessage,
    VisionClass,
    fill_bytes,
)
from tenet_ros.types import FloatArray, UInt8Array, union

__all__ = [
    'header_of',
    'image_message',
    'jpeg_message',
    'label_image',
    'label_info_message',
    'mask_image',
    'png_message',
    'target_message',
    'tracks_message',
]

ENCODINGS = {('uint8', 2): 'mono8', ('uint16', 2): 'mono16', ('uint8', 3): 'rgb8'}


def header_of(result: StepResult) -> Any:
    """Return the header of the source image, with its very stamp and frame."""
    sec, nanosec = divmod(result.stamp_ns, 1_000_000_000)
    return Header(stamp=TimeMessage(sec=sec, nanosec=nanosec), frame_id=result.frame_id)


def mask_image(result: StepResult) -> UInt8Array:
    """Return what every sentence refers to, together: (H, W) uint8, 0 or 255."""
    return union(result.masks, result.height, result.width, 255)


def label_image(result: StepResult) -> npt.NDArray[np.uint16]:
    """Return which sentence each pixel answers: (H, W) uint16, the slot, 0 where none.

    Slots count the command's sentences from 1. Where masks overlap, the sentence with the higher
    preference has the pixel.
    """
    canvas = np.zeros((result.height, result.width), np.uint16)
    slots = sorted(enumerate(result.targets, start=1), key=lambda item: item[1].decision.preference)
    for slot, target in slots:
        for mask in target.masks:
            mask.paste(canvas, slot)
    return canvas


def image_message(header: Any, pixels: npt.NDArray[Any]) -> Any:
    """Return a ``sensor_msgs/Image``.

    Args:
        header: of the source image.
        pixels: (H, W) uint8 as ``mono8``, (H, W) uint16 as ``mono16`` or (H, W, 3) uint8 as
            ``rgb8``; C-contiguous.
    """
    message = Image(
        header=header,
        height=int(pixels.shape[0]),
        width=int(pixels.shape[1]),
        encoding=ENCODINGS[pixels.dtype.name, pixels.ndim],
        is_bigendian=0,
        step=int(pixels.strides[0]),
    )
    fill_bytes(message, pixels.astype('<u2', copy=False) if pixels.dtype == np.uint16 else pixels)
    return message


def png_message(header: Any, mask: UInt8Array) -> Any:
    """Return a mask as a ``sensor_msgs/CompressedImage``, one bit a pixel in the file.

    Args:
        header: of the source image.
        mask: (H, W) uint8, 0 or 255; a decoder gives just these back.
    """
    options = [cv2.IMWRITE_PNG_BILEVEL, 1, cv2.IMWRITE_PNG_COMPRESSION, 1]
    options += [cv2.IMWRITE_PNG_STRATEGY, cv2.IMWRITE_PNG_STRATEGY_RLE]
    return _compressed(header, 'mono8; png compressed ', '.png', mask, options)


def jpeg_message(header: Any, picture: UInt8Array, quality: int) -> Any:
    """Return a picture, (H, W, 3) uint8 RGB, as a JPEG ``sensor_msgs/CompressedImage``."""
    bgr = np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), np.uint8)
    options = [cv2.IMWRITE_JPEG_QUALITY, quality]
    return _compressed(header, 'rgb8; jpeg compressed bgr8', '.jpg', bgr, options)


def _compressed(
    header: Any, layout: str, extension: str, pixels: UInt8Array, options: list[int]
) -> Any:
    """Encode; ``layout`` is written as ``compressed_image_transport`` does."""
    message = CompressedImage(header=header, format=layout)
    _, data = cv2.imencode(extension, pixels, options)
    fill_bytes(message, np.asarray(data, np.uint8))
    return message


def label_info_message(header: Any, sentences: Iterable[str]) -> Any:
    """Return the ``vision_msgs/LabelInfo`` that explains the slots of the label image."""
    classes = [
        VisionClass(class_id=slot, class_name=sentence)
        for slot, sentence in enumerate(sentences, start=1)
    ]
    return LabelInfo(header=header, class_map=classes, threshold=0.0)


def tracks_message(header: Any, result: StepResult) -> Any:
    """Return every live track as a ``vision_msgs/Detection2DArray``.

    A track that fits a phrase of the command has the best one as its class, and how well it fits
    as its score; any other has the detector's own class name and confidence.
    """
    tracks = result.tracks
    names, scores = list(tracks.labels), tracks.scores.tolist()
    phrases = [phrase.text for query in result.queries for phrase in query.expression.phrases]
    if phrases and tracks.phrase_scores.shape[1] == len(phrases):
        for row, column in enumerate(tracks.phrase_scores.argmax(axis=1).tolist()):
            fit = float(tracks.phrase_scores[row, column])
            if fit > 0.0:
                names[row], scores[row] = phrases[column], fit
    return Detection2DArray(
        header=header,
        detections=[
            _detection(header, str(track_id), box, name, score)
            for track_id, box, name, score in zip(
                tracks.ids.tolist(), tracks.boxes, names, scores, strict=True
            )
        ],
    )


def target_message(header: Any, result: StepResult) -> Any:
    """Return the selected, visible tracks as a ``vision_msgs/Detection2DArray``.

    The class is the sentence and the score its preference; a track that two sentences selected
    comes twice.
    """
    return Detection2DArray(
        header=header,
        detections=[
            _detection(header, str(track_id), box, target.sentence, target.decision.preference)
            for target in result.targets
            for track_id, box in zip(target.track_ids, target.boxes, strict=True)
        ],
    )


def _detection(header: Any, track_id: str, box: FloatArray, name: str, score: float) -> Any:
    x0, y0, x1, y1 = box.tolist()
    hypothesis = ObjectHypothesisWithPose()
    hypothesis.hypothesis.class_id = name
    hypothesis.hypothesis.score = float(score)
    detection = Detection2D(header=header, id=track_id, results=[hypothesis])
    detection.bbox.center.position.x = (x0 + x1) / 2
    detection.bbox.center.position.y = (y0 + y1) / 2
    detection.bbox.size_x = x1 - x0
    detection.bbox.size_y = y1 - y0
    return detection
