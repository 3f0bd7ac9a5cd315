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
        photos: real images, (H, W, 3) uint8 RGB, for backgrounds and now and then a texture.
        cutouts: real objects, (h, w, 4) uint8 RGBA, most of the things then.
    """

    def __init__(
        self,
        rng: np.random.Generator,
        photos: tuple[UInt8Array, ...] = (),
        cutouts: tuple[UInt8Array, ...] = (),
    ) -> None:
        self._rng = rng
        self._cutouts = cutouts
        self._painter = Painter(rng, photos)

    def compose(self) -> tuple[UInt8Array, UInt8Array]:
        """Return an image, (H, W, 3) uint8 RGB, and its labels, (H, W) uint8, 0 where no thing."""
        rng = self._rng
        height, width = _SIZES[rng.integers(len(_SIZES))]
        image, scene_palettes = self._background(height, width)
        labels = np.zeros((height, width), np.uint8)
        crowd = rng.random() < 0.25
        thing = self._thing(scene_palettes)
        for label in range(1, int(rng.integers(3, 8)) + 1):
            if not (crowd and rng.random() < 0.7):
                thing = self._thing(scene_palettes)
            elif rng.random() < 0.5:
                thing = _Thing(
                    strokes=thing.strokes,
                    palettes=[self._painter.palette(p[0]) for p in thing.palettes],
                    turn=thing.turn + rng.normal(0, 0.1),
                    stretch=-thing.stretch,
                )
            extent = float(np.exp(rng.uniform(np.log(16), np.log(0.6 * height))))
            centre = rng.uniform(0.02, 0.98, 2) * (width, height)
            if self._cutouts and rng.random() < 0.75:
                self._paste(image, labels, label, centre, extent)
                continue
            self._draw(image, labels, thing, label, centre, extent)
        if rng.random() < 0.25:
            self._occlude(image, labels)
        image *= self._painter.light(height, width, rng.choice([0.05, 0.2, 0.4]))
        return self._photograph(image), labels

    def _background(self, height: int, width: int) -> tuple[FloatArray, list[FloatArray]]:
        """Return a background of one to a few regions, and the colours in it."""
        rng, painter = self._rng, self._painter
        palettes = [painter.palette()]
        image = painter.patch(height, width, palettes[0], photo=0.6)
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
            image += alpha * (painter.patch(height, width, palettes[-1], photo=0.2) - image)
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
                pixels = self._painter.patch(
                    y1 - y0, x1 - x0, thing.palettes[texture % 7], photo=0.08
                )
                paint[where] = pixels[where]
        paint *= self._painter.light(*covered.shape, rng.choice([0.1, 0.3]))
        alpha = (covered / np.float32(255))[:, :, None]
        region += alpha * (paint - region)
        labels[y0:y1, x0:x1][covered >= 128] = label

    def _paste(
        self, image: FloatArray, labels: UInt8Array, label: int, centre: Points, extent: float
    ) -> None:
        """Draw a real object, turned a little and in other light."""
        rng = self._rng
        cutout = self._cutouts[rng.integers(len(self._cutouts))]
        height, width = cutout.shape[:2]
        scale = 2.4 * extent / max(height, width)
        stretch, turn = np.exp(rng.normal(0, 0.1)) * rng.choice([-1, 1]), rng.normal(0, 0.12)
        size = max(8, int(3.2 * extent))
        c, s = np.cos(turn) * scale, np.sin(turn) * scale
        linear = np.asarray([[c * stretch, -s], [s * stretch, c]])
        shift = size / 2 - linear @ (width / 2, height / 2)
        small = cutout if scale > 0.6 else cv2.blur(cutout, (3, 3))
        warped = cv2.warpAffine(small, np.column_stack([linear, shift]), (size, size))
        x0, y0 = (int(v - size / 2) for v in centre)
        left, top = max(0, -x0), max(0, -y0)
        part = warped[top : labels.shape[0] - y0, left : labels.shape[1] - x0].astype(np.float32)
        if 0 in part.shape:
            return
        where = np.s_[y0 + top : y0 + top + part.shape[0], x0 + left : x0 + left + part.shape[1]]
        alpha = part[:, :, 3:] / 255
        tint = np.exp(rng.normal(0, 0.2) + rng.normal(0, 0.1, 3)).astype(np.float32)
        if rng.random() < 0.3:
            self._shade(image[where], (alpha[:, :, 0] * 255).astype(np.uint8), extent)
        image[where] += alpha * (part[:, :, :3] * tint - image[where])
        labels[where][alpha[:, :, 0] >= 0.5] = label

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
