"""What surfaces look like: fields of noise and pattern, coloured and lit."""

from __future__ import annotations

import cv2
import numpy as np

from tenet_ros.types import FloatArray

__all__ = ['Painter']

_FIELD = 512
"""Side of a field in the bank, pixels."""


class Painter:
    """Paints patches of texture; a bank of fields is made once and cut up ever after.

    Args:
        rng: where the chance comes from.
    """

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng
        makers = (_noise, _noise, _noise, _stripes, _patches, _leaves)
        self._bank = [_spread(makers[i % len(makers)](rng)) for i in range(48)]

    def patch(self, height: int, width: int, palette: FloatArray) -> FloatArray:
        """Return a texture, (height, width, 3) float32 in 0..255.

        Args:
            height: pixels, at most 512.
            width: pixels, at most 512.
            palette: (2, 3) float32, the colours between which the texture varies.
        """
        field = self._cut(height, width)
        if self._rng.random() < 0.35:
            field = 0.6 * field + 0.4 * self._cut(height, width)
        picture = palette[0] + field[:, :, None] * (palette[1] - palette[0])
        if self._rng.random() < 0.3:
            picture += (self._cut(height, width)[:, :, None] - 0.5) * self._rng.normal(0, 40, 3)
        return np.asarray(picture, np.float32)

    def light(self, height: int, width: int, strength: float) -> FloatArray:
        """Return a smooth factor of illumination, (height, width, 1) float32 around 1."""
        coarse = self._rng.normal(0, strength, (3, 3)).astype(np.float32)
        smooth = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
        return np.asarray(np.exp(smooth)[:, :, None], np.float32)

    def palette(self, near: FloatArray | None = None, contrast: float | None = None) -> FloatArray:
        """Return two colours, (2, 3) float32 in 0..255; ``near`` keeps the first close to it."""
        rng = self._rng
        if near is None:
            value, grey = rng.uniform(10, 245), rng.beta(0.8, 2.2)
            first = value + (rng.uniform(0, 255, 3) - value) * grey
        else:
            first = near + rng.normal(0, 12, 3)
        spread = rng.choice([4, 12, 30, 70], p=[0.25, 0.3, 0.3, 0.15])
        spread = spread if contrast is None else contrast
        tone = rng.normal(0, spread)
        return np.asarray([first, first + tone + rng.normal(0, spread * 0.4, 3)], np.float32)

    def _cut(self, height: int, width: int) -> FloatArray:
        """Return a random piece of a random field, at one of a few scales, in [0, 1]."""
        rng = self._rng
        field = self._bank[rng.integers(len(self._bank))]
        zoom = float(rng.choice([0.5, 1.0, 1.0, 2.0]))
        rows, columns = min(_FIELD, int(height / zoom) + 1), min(_FIELD, int(width / zoom) + 1)
        y, x = rng.integers(_FIELD - rows + 1), rng.integers(_FIELD - columns + 1)
        piece = field[y : y + rows, x : x + columns]
        if rng.random() < 0.5:
            piece = piece[:, ::-1]
        return np.asarray(cv2.resize(piece, (width, height)), np.float32)


def _spread(field: FloatArray) -> FloatArray:
    low, high = np.percentile(field, (2, 98))
    return np.asarray(np.clip((field - low) / max(high - low, 1e-6), 0, 1), np.float32)


def _noise(rng: np.random.Generator) -> FloatArray:
    """Return noise whose power falls as frequency to some power, as in photographs."""
    frequency = np.hypot(np.fft.fftfreq(_FIELD)[:, None], np.fft.rfftfreq(_FIELD)[None])
    frequency[0, 0] = 1
    phase = np.exp(2j * np.pi * rng.random(frequency.shape))
    return np.asarray(
        np.fft.irfft2(phase / frequency ** rng.uniform(0.6, 2.0), (_FIELD, _FIELD)), np.float32
    )


def _stripes(rng: np.random.Generator) -> FloatArray:
    """Return stripes or checks, wavy and of unequal width."""
    y, x = np.mgrid[:_FIELD, :_FIELD].astype(np.float32)
    bend = cv2.resize(rng.normal(0, 12, (5, 5)).astype(np.float32), (_FIELD, _FIELD))
    angle, period = rng.uniform(0, np.pi), rng.uniform(6, 60)
    wave = np.sin((x * np.cos(angle) + y * np.sin(angle) + bend) * 2 * np.pi / period)
    if rng.random() < 0.4:
        wave = wave * np.sin((y * np.cos(angle) - x * np.sin(angle)) * 2 * np.pi / period)
    return np.asarray(np.tanh(wave * rng.uniform(1, 8)), np.float32)


def _patches(rng: np.random.Generator) -> FloatArray:
    """Return flat patches with straight or ragged borders."""
    side = int(rng.integers(4, 40))
    cells = rng.random((side, side)).astype(np.float32)
    y, x = np.mgrid[:_FIELD, :_FIELD].astype(np.float32) * (side - 1) / _FIELD
    wobble = [_spread(_noise(rng)) * rng.uniform(0, 2) for _ in range(2)]
    return np.asarray(cv2.remap(cells, x + wobble[0], y + wobble[1], cv2.INTER_NEAREST), np.float32)


def _leaves(rng: np.random.Generator) -> FloatArray:
    """Return a crowd of small ellipses: foliage, gravel, people far away."""
    field = np.zeros((_FIELD, _FIELD), np.float32)
    size = rng.uniform(3, 25)
    for _ in range(int(60000 / size**1.5) + 200):
        centre = tuple(int(v) for v in rng.integers(0, _FIELD, 2))
        axes = tuple(max(1, int(v)) for v in size * rng.uniform(0.3, 1.2, 2))
        cv2.ellipse(field, centre, axes, rng.uniform(0, 180), 0, 360, rng.random(), -1)
    return field
