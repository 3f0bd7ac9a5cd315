"""Scenes that never were: things of parts before things of parts, with labels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

from tenet_ros.training.segmenter.shapes import SHAPES
from tenet_ros.training.segmenter.strokes import HOLE, Stroke
from tenet_ros.training.segmenter.textures import Painter
from tenet_ros.types import FloatArray, UInt8Array

__all__ = ['Scenes']

_SIZES = ((240, 320), (288, 384), (240, 426))
Points: TypeAlias = npt.NDArray[np.floating[Any]]

_SHIFT = 4
"""Fractional bits of OpenCV's drawing coordinates."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Thing:
    strokes: list[Stroke]
    palettes: list[FloatArray]
    turn: float
    stretch: float


class Scenes:
    """Composes scenes. Deterministic for a seed.

    Args:
        rng: where the chance comes from.
    """

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng
        self._painter = Painter(rng)

    def compose(self) -> tuple[UInt8Array, UInt8Array]:
        """Return an image, (H, W, 3) uint8 RGB, and its labels, (H, W) uint8, 0 where no thing."""
        rng = self._rng
        height, width = _SIZES[rng.integers(len(_SIZES))]
        image, scene_palettes = self._background(height, width)
        labels = np.zeros((height, width), np.uint8)
        self._clutter(image, labels, scene_palettes)
        crowd = rng.random() < 0.25
        thing = self._thing(scene_palettes)
        for label in range(1, int(rng.integers(3, 8)) + 1):
            if not (crowd and rng.random() < 0.7):
                thing = self._thing(scene_palettes)
            elif rng.random() < 0.5:
                thing = self._sibling(thing)
            extent = float(np.exp(rng.uniform(np.log(16), np.log(0.6 * height))))
            centre = rng.uniform(0.02, 0.98, 2) * (width, height)
            self._draw(image, labels, thing, label, centre, extent)
        if rng.random() < 0.25:
            self._occlude(image, labels)
        image *= self._painter.light(height, width, rng.choice([0.05, 0.2, 0.4]))
        return self._photograph(image), labels

    def _clutter(self, image: FloatArray, labels: UInt8Array, around: list[FloatArray]) -> None:
        """Draw things that nobody asks for, some far away, some moving: they are background."""
        rng = self._rng
        height, width = labels.shape
        if rng.random() < 0.5:
            far = self._thing(around)
            for _ in range(int(rng.integers(3, 12))):
                far = self._thing(around) if rng.random() < 0.5 else self._sibling(far)
                extent = float(np.exp(rng.uniform(np.log(8), np.log(0.5 * height))))
                self._draw(image, labels, far, 1, rng.uniform(0, 1, 2) * (width, height), extent)
            labels[:] = 0
        kind = rng.random()
        if kind < 0.25:
            cv2.GaussianBlur(image, (0, 0), rng.uniform(0.8, 4), dst=image)
        elif kind < 0.45:
            cv2.blur(image, (int(rng.integers(3, 25)), 1), dst=image)

    def _sibling(self, thing: _Thing) -> _Thing:
        """Return a thing of the same shape in nearly the same colours, the other way round."""
        return _Thing(
            strokes=thing.strokes,
            palettes=[self._painter.palette(p[0]) for p in thing.palettes],
            turn=thing.turn + self._rng.normal(0, 0.1),
            stretch=-thing.stretch,
        )

    def _background(self, height: int, width: int) -> tuple[FloatArray, list[FloatArray]]:
        """Return a background of one to a few regions, and the colours in it."""
        rng, painter = self._rng, self._painter
        palettes = [painter.palette()]
        image = painter.patch(height, width, palettes[0])
        mean, spread = image.mean((0, 1)), image.std((0, 1)).mean()
        palettes[0] = np.asarray([mean - spread, mean + spread], np.float32)
        for _ in range(int(rng.choice([0, 1, 2, 6], p=[0.3, 0.35, 0.2, 0.15]))):
            palettes.append(painter.palette(palettes[-1][0] if rng.random() < 0.4 else None))
            region = np.zeros((height, width), np.uint8)
            if rng.random() < 0.5:
                y = np.cumsum(rng.normal(0, 8, 6)) + rng.uniform(0, height)
                corners = [
                    *zip(np.linspace(0, width, 6), y, strict=True),
                    (width, height),
                    (0, height),
                ]
            else:
                corners = list(
                    rng.uniform(-0.1, 0.5, 2) * (width, height)
                    + rng.uniform(0, 0.6, (4, 2)) * (width, height)
                )
            cv2.fillPoly(region, [np.asarray(corners, np.int32)], 255, cv2.LINE_AA)
            alpha = (region / np.float32(255))[:, :, None]
            image += alpha * (painter.patch(height, width, palettes[-1]) - image)
        return image, palettes

    def _thing(self, around: list[FloatArray]) -> _Thing:
        """Return a thing of random shape; some wear the colours of what is around."""
        rng, painter = self._rng, self._painter
        shapes, odds = zip(*SHAPES, strict=True)
        strokes = shapes[rng.choice(len(shapes), p=np.asarray(odds) / sum(odds))](rng)
        plain, hidden = rng.random() < 0.35, rng.random() < 0.2
        palettes: list[FloatArray] = []
        for _ in range(7):
            if plain and palettes:
                near = palettes[0][0]
            elif rng.random() < (0.6 if hidden else 0.12):
                near = around[rng.integers(len(around))][rng.integers(2)]
            else:
                near = None
            palettes.append(painter.palette(near))
        return _Thing(
            strokes=strokes,
            palettes=palettes,
            turn=rng.normal(0, 0.15) if rng.random() < 0.8 else rng.uniform(0, 2 * np.pi),
            stretch=float(np.exp(rng.normal(0, 0.2)) * rng.choice([-1, 1])),
        )

    def _draw(
        self,
        image: FloatArray,
        labels: UInt8Array,
        thing: _Thing,
        label: int,
        centre: Points,
        extent: float,
    ) -> None:
        """Draw a thing, and its shadow before it."""
        rng = self._rng
        height, width = labels.shape
        reach = extent * 1.35 * max(1.0, abs(thing.stretch))
        x0, y0 = (max(0, int(v - reach)) for v in centre)
        x1, y1 = (
            int(min(side, v + reach)) for v, side in zip(centre, (width, height), strict=True)
        )
        if x1 - x0 < 8 or y1 - y0 < 8:
            return
        c, s = np.cos(thing.turn) * extent, np.sin(thing.turn) * extent
        matrix = np.asarray([[c * thing.stretch, -s], [s * thing.stretch, c]])
        origin = centre - (x0, y0)
        count = 1 + max(stroke.texture for stroke in thing.strokes)
        covered = np.zeros((y1 - y0, x1 - x0), np.uint8)
        worn = np.full((y1 - y0, x1 - x0), 0, np.uint8)
        for stroke in thing.strokes:
            points = stroke.points @ matrix.T + origin
            _stroke(covered, points, 0 if stroke.texture == HOLE else 255, stroke.width * extent)
            if stroke.texture != HOLE:
                _stroke(worn, points, stroke.texture, stroke.width * extent, smooth=False)
        region = image[y0:y1, x0:x1]
        if rng.random() < 0.4:
            self._shade(region, covered, extent)
        paint = np.zeros_like(region)
        for texture in range(count):
            where = worn == texture
            if where.any():
                pixels = self._painter.patch(y1 - y0, x1 - x0, thing.palettes[texture % 7])
                paint[where] = pixels[where]
        paint *= self._painter.light(y1 - y0, x1 - x0, rng.choice([0.1, 0.3]))
        if rng.random() < 0.6:
            paint *= self._relief(covered, extent)
        alpha = (covered / np.float32(255))[:, :, None]
        region += alpha * (paint - region)
        labels[y0:y1, x0:x1][covered >= 128] = label

    def _relief(self, covered: UInt8Array, extent: float) -> FloatArray:
        """Return the light on a thing as if it were round, (h, w, 1) float32 around 1.

        Its blurred silhouette is taken for its height, and lit from a random side.
        """
        rng = self._rng
        height = cv2.GaussianBlur(covered, (0, 0), max(1.0, rng.uniform(0.03, 0.15) * extent))
        height = height.astype(np.float32) * (extent * rng.uniform(0.05, 0.25) / 255)
        angle = rng.normal(-np.pi / 2, 0.9)
        slope = np.cos(angle) * cv2.Sobel(height, cv2.CV_32F, 1, 0, scale=0.125)
        slope += np.sin(angle) * cv2.Sobel(height, cv2.CV_32F, 0, 1, scale=0.125)
        shade = 1 - np.float32(rng.uniform(0.5, 2.5)) * slope
        return np.asarray(np.clip(shade, 0.25, 1.9)[:, :, None], np.float32)

    def _shade(self, region: FloatArray, covered: UInt8Array, extent: float) -> None:
        """Darken where the light that a thing catches does not fall."""
        rng = self._rng
        slant, squash = rng.normal(0, 0.6), rng.uniform(0.15, 0.9)
        rows = np.flatnonzero(covered.any(1))
        foot = float(rows[-1]) if len(rows) else 0.0
        if rng.random() < 0.5:
            matrix = np.asarray([[1, slant, -slant * foot], [0, squash, foot * (1 - squash)]])
        else:
            matrix = np.asarray(
                [[1, 0, rng.normal(0, 0.15) * extent], [0, 1, rng.uniform(0, 0.15) * extent]]
            )
        shadow = cv2.warpAffine(covered, matrix, covered.shape[::-1])
        shadow = cv2.GaussianBlur(shadow, (0, 0), rng.uniform(0.6, max(1.0, extent * 0.1)))
        region *= 1 - (shadow / np.float32(255))[:, :, None] * np.float32(rng.uniform(0.15, 0.75))

    def _occlude(self, image: FloatArray, labels: UInt8Array) -> None:
        """Draw poles, branches and edges that belong to no thing, before everything."""
        rng = self._rng
        height, width = labels.shape
        cover = np.zeros((height, width), np.uint8)
        for _ in range(int(rng.integers(1, 4))):
            ends = rng.uniform(-0.2, 1.2, (2, 2)) * (width, height)
            if rng.random() < 0.6:
                ends[1, 0] = ends[0, 0] + rng.normal(0, 15)
            _stroke(cover, ends, 255, float(rng.choice([2, 4, 10, 25])))
        alpha = (cover / np.float32(255))[:, :, None]
        image += alpha * (self._painter.patch(height, width, self._painter.palette()) - image)
        labels[cover >= 128] = 0

    def _photograph(self, image: FloatArray) -> UInt8Array:
        """Return what a camera would make of it: blur, noise, haze, clipping."""
        rng = self._rng
        if rng.random() < 0.6:
            blurred = cv2.GaussianBlur(image, (0, 0), rng.uniform(0.4, 1.3))
            image = np.asarray(blurred, np.float32)
        if rng.random() < 0.25:
            haze = rng.uniform(0.2, 0.7)
            image = image * (1 - haze) + rng.uniform(0, 255) * haze
        noise = rng.normal(0, 1, image.shape).astype(np.float32) * rng.choice([1, 4, 10])
        return np.asarray(np.clip(image + noise, 0, 255), np.uint8)


def _stroke(
    canvas: UInt8Array, points: Points, value: int, width: float, *, smooth: bool = True
) -> None:
    corners = np.rint(points * (1 << _SHIFT)).astype(np.int32).reshape(-1, 1, 2)
    edge = cv2.LINE_AA if smooth else cv2.LINE_8
    if width > 0:
        thick = max(1, round(width))
        cv2.polylines(canvas, [corners], False, value, thick, edge, _SHIFT)
    else:
        cv2.fillPoly(canvas, [corners], value, edge, _SHIFT)
