"""What the pixels of a window say about being object or background.

Every pixel is a *word* in three vocabularies: its colour, its chroma without lightness (a shadow
changes the first and not the second), and the texture around it. How much more often a word
occurs on the object than beside it is evidence for the pixel, once something is believed about
which pixels are the object: the E-step of an expectation maximisation.

Every function takes one image or a stack of them: the tables of a stack are made together, and
each image gets the numbers that it would get alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from tenet_ros.types import FloatArray, UInt8Array

__all__ = [
    'Vocabulary',
    'chroma_words',
    'colour_words',
    'log_ratio',
    'texture_words',
    'warm_up',
]

_LIMIT = 4.0
"""A word alone never decides: its log-ratio is cut to +-4, odds of 55."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Vocabulary:
    """The words of one image, or of each of a stack.

    Attributes:
        words: (..., h, w) int64, the word of each pixel, an index into the flattened table.
        axes: shape of an image's table; neighbours along an axis are similar words.
    """

    words: npt.NDArray[np.int64]
    axes: tuple[int, ...]


def warm_up() -> None:
    """Let OpenCV make its tables of L*a*b*: 90 ms, once, that the first mask should not wait."""
    cv2.cvtColor(np.zeros((1, 1, 3), np.uint8), cv2.COLOR_RGB2LAB)


def colour_words(image: UInt8Array) -> Vocabulary:
    """Return 16 levels a channel of an image: (..., h, w, 3) uint8 RGB."""
    levels = (image >> 4).astype(np.int64)
    words = (levels[..., 0] << 8) | (levels[..., 1] << 4) | levels[..., 2]
    return Vocabulary(words=words, axes=(16, 16, 16))


def chroma_words(lab: UInt8Array) -> Vocabulary:
    """Return 64 levels of a* and of b*: (..., h, w, 3) uint8 L*a*b* as OpenCV scales it."""
    levels = (lab[..., 1:] >> 2).astype(np.int64)
    return Vocabulary(words=(levels[..., 0] << 6) | levels[..., 1], axes=(64, 64))


def texture_words(lightness: UInt8Array) -> Vocabulary:
    """Return 16 levels of local contrast and 8 of its direction: (..., h, w) uint8 lightness.

    Contrast is the standard deviation in a 9 x 9 window, direction the ratio of horizontal to
    vertical gradients there, both on a logarithmic scale.
    """
    images = lightness.reshape(-1, *lightness.shape[-2:])
    around = np.stack([_surroundings(image) for image in images], axis=1)
    variance, across, down = around.reshape(3, *lightness.shape)
    contrast = np.log2(np.sqrt(np.maximum(variance, 0)) + 1) * 2.5
    direction = np.log2((across + 4) / (down + 4)) * 2 + 4
    words = np.clip(contrast, 0, 15).astype(np.int64) * 8
    return Vocabulary(words=words + np.clip(direction, 0, 7).astype(np.int64), axes=(16, 8))


def log_ratio(vocabulary: Vocabulary, belief: FloatArray) -> FloatArray:
    """Return how much the word of each pixel speaks for the object.

    Args:
        vocabulary: the words of an image or a stack, (..., h, w).
        belief: (..., h, w) float32 in [0, 1], how much each pixel is believed to be the object.

    Returns:
        (..., h, w) float32, log of (share of the word on the object / its share on the rest), in
        [-4, 4]; near 0 for words too rare to tell.
    """
    shape, size = vocabulary.words.shape, int(np.prod(vocabulary.axes))
    images = vocabulary.words.reshape(-1, shape[-2] * shape[-1])
    words = (images + size * np.arange(len(images))[:, None]).ravel()
    total = size * len(images)
    both = np.bincount(words, minlength=total)
    on = np.bincount(words, belief.ravel().astype(np.float64), total)
    tables = np.concatenate([on, both - on]).reshape(-1, *vocabulary.axes)
    # Most words of a table do not occur: what they would say is not asked.
    said = np.flatnonzero(both)
    object_share, other_share = _shares(tables).reshape(2, total)[:, said]
    ratio = np.zeros(total)
    ratio[said] = np.clip(np.log(object_share) - np.log(other_share), -_LIMIT, _LIMIT)
    return np.asarray(ratio[words].reshape(shape), np.float32)


def _surroundings(lightness: UInt8Array) -> FloatArray:
    """Return variance and gradients across and down in each pixel's window, (3, h, w) float32."""
    light = lightness.astype(np.float32)
    window = (9, 9)
    mean = cv2.blur(light, window)
    variance = cv2.blur(light * light, window) - mean * mean
    across = cv2.blur(np.abs(cv2.Sobel(light, cv2.CV_32F, 1, 0)), window)
    down = cv2.blur(np.abs(cv2.Sobel(light, cv2.CV_32F, 0, 1)), window)
    return np.asarray([variance, across, down], np.float32)


def _shares(tables: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return each word's smoothed share of all pixels of its table, (tables, words), never zero.

    Args:
        tables: (tables, ...) how often each word occurs.
    """
    for axis in range(1, tables.ndim):
        tables = _smooth(tables, axis)
    counts = tables.reshape(len(tables), -1)
    pixels = np.maximum(counts.sum(axis=1, keepdims=True), 1.0)
    return np.asarray(counts / pixels + 1.0 / counts.shape[1] / 4, np.float64)


def _smooth(tables: npt.NDArray[np.float64], axis: int) -> npt.NDArray[np.float64]:
    """Return tables blurred along an axis by (1, 2, 1) / 4; the border is its own neighbour."""
    neighbours = np.empty_like(tables)
    along, sums = tables.swapaxes(0, axis), neighbours.swapaxes(0, axis)
    np.add(along[:-2], along[2:], out=sums[1:-1])
    np.add(along[0], along[1], out=sums[0])
    np.add(along[-2], along[-1], out=sums[-1])
    neighbours *= 0.25
    neighbours += 0.5 * tables
    return neighbours
