"""How much of a box has a colour that a word names.

A colour word is a fuzzy set over CIE L*C*h (lightness, chroma, hue), after the idea of Benavente,
Vanrell and Baldrich, "Parametric fuzzy sets for automatic color naming" (JOSA A 25, 2008); the
edges here are set by hand. Lit and shaded parts of one thing differ far more in lightness than in
hue, so the lightness edges are wide: a black car in the sun is also rather grey.

A box is never all object. So its pixels are weighted by how near they are to the middle, and by
how much commoner their colour is in the box than around it: grass in a dog's box counts little.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

import cv2
import numpy as np

from tenet_ros.types import FloatArray, IntArray, UInt8Array

__all__ = ['COLOURS', 'ColourSamples', 'colour_table', 'sample']

Ramp = tuple[float, float, float, float]
"""A trapezoid: 0 at the first, 1 from the second to the third, 0 again at the fourth."""

_SHIFT = 3
_LEVELS = 256 >> _SHIFT
"""Colours are told apart in 32 levels a channel."""

_SIDE = 16
"""A box is looked at in 16 x 16 places, however large it is."""

_SURROUND = 1.6
"""Its surroundings are those places of a box 1.6 times as large that are outside of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fuzzy:
    """A fuzzy set of colours.

    Attributes:
        light: of L*, 0 to 100.
        chroma: of C*, 0 to about 130.
        hue: of h in degrees, on past 360 where the set crosses red; None for any.
    """

    light: Ramp
    chroma: Ramp
    hue: Ramp | None = None


_FULL, _PALE = 1e3, 1e3 - 1
_UP = (101.0, 102.0)
_NONE = (-2.0, -1.0)

_BASE: Mapping[str, _Fuzzy] = {
    'black': _Fuzzy(light=(*_NONE, 22, 42), chroma=(*_NONE, 14, 36)),
    'white': _Fuzzy(light=(54, 74, *_UP), chroma=(*_NONE, 12, 25)),
    'grey': _Fuzzy(light=(14, 30, 75, 92), chroma=(*_NONE, 8, 20)),
    'silver': _Fuzzy(light=(40, 60, 92, 101), chroma=(*_NONE, 8, 18)),
    'red': _Fuzzy(light=(8, 18, 60, 74), chroma=(18, 36, _PALE, _FULL), hue=(347, 366, 402, 416)),
    'orange': _Fuzzy(light=(42, 54, *_UP), chroma=(28, 46, _PALE, _FULL), hue=(42, 52, 72, 84)),
    'yellow': _Fuzzy(light=(30, 50, *_UP), chroma=(18, 36, _PALE, _FULL), hue=(70, 82, 108, 118)),
    'green': _Fuzzy(light=(8, 18, *_UP), chroma=(8, 20, _PALE, _FULL), hue=(98, 112, 175, 198)),
    'cyan': _Fuzzy(light=(20, 35, *_UP), chroma=(8, 20, _PALE, _FULL), hue=(162, 182, 225, 250)),
    'blue': _Fuzzy(light=(4, 12, *_UP), chroma=(12, 26, _PALE, _FULL), hue=(212, 238, 300, 312)),
    'purple': _Fuzzy(light=(8, 16, *_UP), chroma=(10, 24, _PALE, _FULL), hue=(296, 307, 334, 350)),
    'pink': _Fuzzy(light=(42, 58, *_UP), chroma=(10, 24, _PALE, _FULL), hue=(325, 342, 382, 400)),
    'brown': _Fuzzy(light=(8, 16, 48, 66), chroma=(8, 16, 44, 60), hue=(24, 42, 82, 98)),
    'beige': _Fuzzy(light=(55, 68, *_UP), chroma=(4, 10, 28, 40), hue=(38, 55, 100, 115)),
    'gold': _Fuzzy(light=(36, 50, 82, 95), chroma=(24, 38, _PALE, _FULL), hue=(58, 70, 96, 106)),
}


def _shaded(fuzzy: _Fuzzy, *, light: Ramp, chroma_scale: float) -> _Fuzzy:
    """Return a darker or lighter relative; both have less chroma than the full colour."""
    low, full, keep, end = fuzzy.chroma
    if low > 0:
        low, full = low * chroma_scale, full * chroma_scale
    return _Fuzzy(light=light, chroma=(low, full, keep, end), hue=fuzzy.hue)


def _all_colours() -> dict[str, _Fuzzy]:
    colours = dict(_BASE)
    for word, fuzzy in _BASE.items():
        colours[f'dark {word}'] = _shaded(fuzzy, light=(0, 6, 40, 58), chroma_scale=0.85)
        colours[f'light {word}'] = _shaded(fuzzy, light=(48, 62, *_UP), chroma_scale=0.5)
    # Where the plain word is itself dark or light, the general edges say nothing.
    colours['dark black'] = colours['light black'] = _BASE['black']
    colours['dark white'] = colours['light white'] = _BASE['white']
    colours['light grey'] = _Fuzzy(light=(48, 62, 88, 100), chroma=_BASE['grey'].chroma)
    colours['dark brown'] = _shaded(_BASE['brown'], light=(0, 6, 30, 44), chroma_scale=0.8)
    colours['light brown'] = _shaded(_BASE['brown'], light=(40, 52, 74, 84), chroma_scale=1.0)
    return colours


COLOURS: Mapping[str, _Fuzzy] = MappingProxyType(_all_colours())
"""Every colour word that is understood, each also after "dark" and "light"."""


@lru_cache(maxsize=64)
def colour_table(word: str) -> FloatArray:
    """Return how well every colour of a coarse RGB cube fits a word.

    Args:
        word: a key of ``COLOURS``.

    Returns:
        (32768,) float32 in [0, 1], read-only, indexed by ``ColourSamples.bins``.
    """
    fuzzy = COLOURS[word]
    lightness, chroma, hue = _cube()
    fit = _trapezoid(lightness, fuzzy.light) * _trapezoid(chroma, fuzzy.chroma)
    if fuzzy.hue is not None:
        fit = fit * np.maximum(_trapezoid(hue, fuzzy.hue), _trapezoid(hue + 360, fuzzy.hue))
    table = np.asarray(fit, np.float32)
    table.flags.writeable = False
    return table


@lru_cache(maxsize=1)
def _cube() -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return L*, C* and h in degrees of the middle of every bin, each (32768,) float32."""
    level = (np.arange(_LEVELS, dtype=np.float32) + 0.5) * (256 / _LEVELS) / 255
    rgb = np.stack(np.meshgrid(level, level, level, indexing='ij'), axis=-1).reshape(-1, 1, 3)
    lab = np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB), np.float32).reshape(-1, 3)
    hue = np.degrees(np.arctan2(lab[:, 2], lab[:, 1])) % 360
    chroma = np.hypot(lab[:, 1], lab[:, 2])
    return np.asarray(lab[:, 0]), np.asarray(chroma, np.float32), np.asarray(hue, np.float32)


def _trapezoid(value: FloatArray, ramp: Ramp) -> FloatArray:
    low, full, keep, end = ramp
    rising, falling = (value - low) / (full - low), (end - value) / (end - keep)
    return np.asarray(np.clip(np.minimum(rising, falling), 0, 1), np.float32)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ColourSamples:
    """The colours of boxes, ready to be compared with words.

    Attributes:
        bins: (N, 256) int64, the place of each sample's colour in ``colour_table``; samples run
            row by row from the top left of the box.
        weights: (N, 256) float32, how likely each sample is on the object and not behind it.
    """

    bins: IntArray
    weights: FloatArray

    def share(self, word: str, region: str = 'whole') -> FloatArray:
        """Return which part of each object has a colour.

        Args:
            word: a key of ``COLOURS``.
            region: a key of ``REGIONS``: where on the object to look.

        Returns:
            (N,) float32 in [0, 1].
        """
        weights = self.weights * REGIONS[region]
        total = np.maximum(weights.sum(axis=1), np.float32(1e-6))
        return np.asarray((colour_table(word)[self.bins] * weights).sum(axis=1) / total, np.float32)


def sample(image: UInt8Array, boxes: FloatArray) -> ColourSamples:
    """Look at the pixels in and around boxes.

    Args:
        image: (H, W, 3) uint8 RGB.
        boxes: (N, 4) float32 xyxy source pixels, each with area inside the image.
    """
    level = _exposure(image)
    inside, _ = _pick(image, boxes, _along(1.0), level)
    around, visible = _pick(image, boxes, _along(_SURROUND), level)
    here = _histogram(inside, np.broadcast_to(_CENTRAL, inside.shape))
    there = _histogram(around, visible * _OUTSIDE)
    # Share of a colour here against there; squared, it separates object and background well.
    likely = ((here + 0.002) / (here + there + 0.004)) ** 2
    weights = np.take_along_axis(likely, _COARSE[inside], axis=1) * _CENTRAL
    return ColourSamples(bins=inside, weights=np.asarray(weights, np.float32))


def _exposure(image: UInt8Array) -> UInt8Array:
    """Return the level, 0 to 31, of each channel value, (256,) uint8, as an eye would adapt to it.

    What is brightest in the image counts as nearly white, so that in an underexposed picture a
    yellow jacket is not brown. Twilight is not turned into day: the gain is at most 1.6.
    """
    values = image[::16, ::16].max(axis=2).ravel()
    rank = (len(values) - 1) * 98 // 100
    brightest = float(np.partition(values, rank)[rank])
    gain = min(1.6, max(1.0, 240 / max(brightest, 1.0)))
    value = np.minimum(np.arange(256) * gain, 255).astype(np.uint8)
    return np.asarray(value >> _SHIFT, np.uint8)


def _pick(
    image: UInt8Array, boxes: FloatArray, along: FloatArray, level: UInt8Array
) -> tuple[IntArray, FloatArray]:
    """Return the colours at a grid of places on each box.

    Args:
        image: (H, W, 3) uint8 RGB.
        boxes: (N, 4) float32 xyxy source pixels.
        along: places on either axis; a box goes from 0 to 1.
        level: (256,) uint8, the level of each channel value.

    Returns:
        Colour bins, (N, places), row by row; and 1 where a place lies in the image, else 0.
    """
    height, width = image.shape[:2]
    corner, size = boxes[:, :2, None], boxes[:, 2:, None] - boxes[:, :2, None]
    x, y = np.moveaxis(np.floor(corner + along * size).astype(np.int64), 1, 0)
    flat = y.clip(0, height - 1)[:, :, None] * width + x.clip(0, width - 1)[:, None, :]
    pixels = np.take(image.reshape(-1, 3), flat.reshape(len(boxes), _SIDE**2), axis=0)
    # Whole numbers below 2^24 are exact in float32, whose products are several times faster.
    bins = (np.take(level, pixels).astype(np.float32) @ _PLACE).astype(np.int64)
    visible = ((y >= 0) & (y < height))[:, :, None] & ((x >= 0) & (x < width))[:, None, :]
    return bins, visible.reshape(len(boxes), _SIDE**2).astype(np.float32)


def _histogram(bins: IntArray, weights: FloatArray) -> FloatArray:
    """Return the share of each coarse colour, (N, 512) float32; zeros without any weight."""
    count = len(bins)
    flat = _COARSE[bins] + _COARSE_BINS * np.arange(count)[:, None]
    sums = np.bincount(flat.ravel(), weights.ravel(), minlength=_COARSE_BINS * count)
    shares = sums.reshape(count, _COARSE_BINS)
    return np.asarray(shares / np.maximum(weights.sum(axis=1), 1e-6)[:, None], np.float32)


def _along(scale: float) -> FloatArray:
    """Return ``_SIDE`` places along one axis of a box scaled about its middle, float32."""
    places = (np.arange(_SIDE, dtype=np.float32) + 0.5) / _SIDE
    return np.asarray((places - 0.5) * scale + 0.5, np.float32)


def _grid(scale: float) -> FloatArray:
    """Return ``_SIDE`` x ``_SIDE`` places row by row, (places, 2) float32 x, y."""
    x, y = np.meshgrid(_along(scale), _along(scale))
    return np.asarray(np.stack([x.ravel(), y.ravel()], axis=1), np.float32)


def _bump(x: float, y: float, sigma_x: float, sigma_y: float) -> FloatArray:
    """Return a Gaussian over the places of a box, (256,) float32, 1 at its middle."""
    offset = (_INSIDE - np.asarray([x, y], np.float32)) / np.asarray([sigma_x, sigma_y], np.float32)
    return np.asarray(np.exp(-0.5 * (offset**2).sum(axis=1)), np.float32)


_INSIDE, _OUTER = _grid(1.0), _grid(_SURROUND)
_OUTSIDE = np.asarray(((_OUTER < 0) | (_OUTER >= 1)).any(axis=1), np.float32)
_CENTRAL = _bump(0.5, 0.5, 0.25, 0.30)
_PLACE = np.asarray([_LEVELS * _LEVELS, _LEVELS, 1], np.float32)
_COARSE_BINS = 8**3
_COARSE = np.asarray(
    [(r >> 2) << 6 | (g >> 2) << 3 | b >> 2 for r, g, b in np.ndindex(_LEVELS, _LEVELS, _LEVELS)],
    np.int64,
)
"""The bin in 8 levels a channel of each bin in 32."""


def _band(y: float, sigma_y: float) -> FloatArray:
    """Return a horizontal band, with a little of everything: people bend and lie down."""
    return np.asarray(0.05 + _bump(0.5, y, 1.0, sigma_y) / _CENTRAL.clip(0.1), np.float32)


REGIONS: Mapping[str, FloatArray] = MappingProxyType(
    {
        'whole': np.ones(_SIDE * _SIDE, np.float32),
        'head': _band(0.08, 0.07),
        'upper': _band(0.34, 0.11),
        'lower': _band(0.74, 0.11),
        'feet': _band(0.95, 0.06),
    }
)
"""Where on a standing person to look: a factor on the weight of each of the 256 places."""
