"""What the pixels of a window say about being object or background.

Every pixel is a *word* in three vocabularies: its colour, its chroma without lightness (a shadow
changes the first and not the second), and the texture around it. How much more often a word
occurs on the object than beside it is evidence for the pixel, once something is believed about
which pixels are the object: the E-step of an expectation maximisation.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
from scipy.ndimage import convolve1d

from tenet_ros.types import FloatArray, UInt8Array

__all__ = ['Vocabulary', 'chroma_words', 'colour_words', 'log_ratio', 'texture_words']

_LIMIT = 4.0
"""A word alone never decides: its log-ratio is cut to +-4, odds of 55."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Vocabulary:
    """The words of one image.

    Attributes:
        words: (h, w) int64, the word of each pixel, an index into the flattened table.
        axes: shape of the table; neighbours along an axis are similar words.
    """

    words: npt.NDArray[np.int64]
    axes: tuple[int, ...]


def colour_words(image: UInt8Array) -> Vocabulary:
    """Return 16 levels a channel of an image: (h, w, 3) uint8 RGB."""
    levels = (image >> 4).astype(np.int64)
    words = (levels[:, :, 0] << 8) | (levels[:, :, 1] << 4) | levels[:, :, 2]
    return Vocabulary(words=words, axes=(16, 16, 16))


def chroma_words(lab: UInt8Array) -> Vocabulary:
    """Return 64 levels of a* and of b* of an image: (h, w, 3) uint8 L*a*b* as OpenCV scales it."""
    levels = (lab[:, :, 1:] >> 2).astype(np.int64)
    return Vocabulary(words=(levels[:, :, 0] << 6) | levels[:, :, 1], axes=(64, 64))


def texture_words(lightness: UInt8Array) -> Vocabulary:
    """Return 16 levels of local contrast and 8 of its direction: (h, w) uint8 lightness.

    Contrast is the standard deviation in a 9 x 9 window, direction the ratio of horizontal to
    vertical gradients there, both on a logarithmic scale.
    """
    light = lightness.astype(np.float32)
    window = (9, 9)
    mean = cv2.blur(light, window)
    variance = cv2.blur(light * light, window) - mean * mean
    contrast = np.log2(np.sqrt(np.maximum(variance, 0)) + 1) * 2.5
    across = cv2.blur(np.abs(cv2.Sobel(light, cv2.CV_32F, 1, 0)), window)
    down = cv2.blur(np.abs(cv2.Sobel(light, cv2.CV_32F, 0, 1)), window)
    direction = np.log2((across + 4) / (down + 4)) * 2 + 4
    words = np.clip(contrast, 0, 15).astype(np.int64) * 8
    return Vocabulary(words=words + np.clip(direction, 0, 7).astype(np.int64), axes=(16, 8))


def log_ratio(vocabulary: Vocabulary, belief: FloatArray) -> FloatArray:
    """Return how much the word of each pixel speaks for the object.

    Args:
        vocabulary: the words of an (h, w) image.
        belief: (h, w) float32 in [0, 1], how much each pixel is believed to be the object.

    Returns:
        (h, w) float32, log of (share of the word on the object / its share on the rest), in
        [-4, 4]; near 0 for words too rare to tell.
    """
    words, weights = vocabulary.words.ravel(), belief.ravel().astype(np.float64)
    size = int(np.prod(vocabulary.axes))
    both = np.bincount(words, minlength=size).astype(np.float64)
    on = np.bincount(words, weights, size)
    object_share = _share(np.asarray(on, np.float64), vocabulary.axes)
    other_share = _share(both - on, vocabulary.axes)
    ratio = np.log(object_share) - np.log(other_share)
    return np.asarray(np.clip(ratio, -_LIMIT, _LIMIT)[vocabulary.words], np.float32)


def _share(counts: npt.NDArray[np.float64], axes: tuple[int, ...]) -> npt.NDArray[np.float64]:
    """Return each word's smoothed share of all pixels, never zero."""
    table = counts.reshape(axes)
    for axis in range(len(axes)):
        table = convolve1d(table, (0.25, 0.5, 0.25), axis=axis, mode='nearest')
    floor = 1.0 / counts.size
    pixels = max(float(table.sum()), 1.0)
    return np.asarray(table.ravel() / pixels, np.float64) + floor / 4
