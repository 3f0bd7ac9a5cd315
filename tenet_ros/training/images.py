"""Rendered still images with their truth: what detector and segmenter are trained on.

``python -m tenet_ros.training.images --out DIR --count N --split train --seed-from 0``

Every seed gives a scene, and every scene ``VIEWS`` images: three in five scenes are crowded stills
seen from three sides, the others are clips, of which three moments are taken. A second call with
the same folder and a larger count goes on where the first ended, also after it was broken off.

In the folder, with n as six digits:
    images/n.jpg: 640x480 JPEG as the camera gives it.
    labels/n.png: 640x480 uint8, i + 1 where thing i is seen, 0 elsewhere.
    small.u8: (N, 288, 384, 3) uint8 RGB raw, the images as the detector takes them.
    facts.npz: one row for each named thing of which something is seen; see ``FIELDS``.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from tenet_ros.errors import ConfigError
from tenet_ros.sim.generator import generate, generate_still
from tenet_ros.sim.projection import observe
from tenet_ros.sim.renderer import Renderer
from tenet_ros.sim.scene import Scene
from tenet_ros.sim.viewpoints import camera
from tenet_ros.types import UInt8Array

__all__ = ['FIELDS', 'RENDERED_WIDTH', 'SMALL', 'VIEWS', 'render', 'shrunk', 'views']

VIEWS = 3
"""Images of each scene."""

RENDERED_WIDTH = 640
"""Of the images, pixels; boxes are counted in them."""

SMALL = (288, 384)
"""Height and width of the images in ``small.u8``, as the detector takes them."""

FIELDS = {
    'image': np.int32, 'thing': np.int16, 'box': np.float32, 'visible_px': np.int32,
    'visibility': np.float32, 'category': np.str_, 'colour': np.str_, 'second': np.str_,
    'pattern': np.str_,
}  # fmt: skip
"""Columns of ``facts.npz``: image number, index of the thing, (4,) xyxy half-open box of its
visible part in pixels of 640x480, visible pixels, their share of the whole thing, and its names
('' where there is none). Beside them ``done``, the number of complete images, and ``seeds``."""

_FLUSH = 300
"""Images between two writings of the facts."""

Rows = dict[str, list[object]]


def views(seed: int, split: str) -> Scene:
    """Return a scene of exactly ``VIEWS`` frames worth an image each.

    Args:
        seed: of the scene; decides its kind too.
        split: 'train', 'val' or 'test'.
    """
    rng = np.random.default_rng((17, seed))
    if seed % 5 >= 3:
        scene = generate(seed, split)
        frames = np.sort(rng.choice(len(scene), VIEWS, replace=False))
        lens = scene.camera
        poses = replace(lens, positions=lens.positions[frames], rotations=lens.rotations[frames])
        return replace(
            scene,
            positions=scene.positions[frames],
            rotations=scene.rotations[frames],
            activities=(),
            camera=poses,
        )
    scene = generate_still(seed, split)
    lenses = [scene.camera, *(camera(rng, np.zeros(1), 'static') for _ in range(VIEWS - 1))]
    poses = replace(
        scene.camera,
        positions=np.concatenate([lens.positions[:1] for lens in lenses]),
        rotations=np.concatenate([lens.rotations[:1] for lens in lenses]),
    )
    return replace(
        scene,
        positions=np.repeat(scene.positions[:1], VIEWS, axis=0),
        rotations=np.repeat(scene.rotations[:1], VIEWS, axis=0),
        camera=poses,
    )


def render(out: Path, count: int, split: str, seed_from: int) -> int:
    """Render images until there are ``count``; return how many are new.

    Args:
        out: folder, made if it is not there.
        count: images in all.
        split: of the scenes.
        seed_from: seed of the first scene.

    Raises:
        ConfigError: the folder holds images of other seeds.
        GraphicsError: nothing renders here.
    """
    for folder in ('images', 'labels'):
        (out / folder).mkdir(parents=True, exist_ok=True)
    columns, seeds = _load(out, seed_from)
    start = len(seeds)
    with (out / 'small.u8').open('ab') as file:
        file.truncate(start * SMALL[0] * SMALL[1] * 3)
        for image, labels, rows, seed in _images(split, seed_from, start, count):
            number = len(seeds)
            pixels = cv2.cvtColor(image, cv2.COLOR_RGB2BGR)
            cv2.imwrite(
                str(out / f'images/{number:06d}.jpg'), pixels, [cv2.IMWRITE_JPEG_QUALITY, 95]
            )
            cv2.imwrite(str(out / f'labels/{number:06d}.png'), labels)
            file.write(shrunk(image).tobytes())
            for name, values in rows.items():
                columns[name] += [number] * len(values) if name == 'image' else values
            seeds.append(seed)
            if len(seeds) % _FLUSH == 0 or len(seeds) == count:
                file.flush()
                _save(out, columns, seeds)
    return len(seeds) - start


def shrunk(image: UInt8Array) -> UInt8Array:
    """Return a rendered image at the size ``SMALL``, as the detector shrinks it."""
    size = (SMALL[1], SMALL[0])
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)


def _images(
    split: str, seed_from: int, start: int, count: int
) -> Iterator[tuple[UInt8Array, UInt8Array, Rows, int]]:
    """Yield image, labels, rows and seed of the images ``start`` to ``count - 1``."""
    number = start - start % VIEWS
    while number < count:
        seed = seed_from + number // VIEWS
        scene = views(seed, split)
        whole = observe(scene).whole_px
        with Renderer(scene) as renderer:
            for frame in range(VIEWS):
                if start <= number < count:
                    view = renderer.view(frame)
                    yield view.image, view.labels, _facts(scene, view.labels, whole[frame]), seed
                number += 1


def _facts(scene: Scene, labels: UInt8Array, whole_px: npt.NDArray[np.int64]) -> Rows:
    """Return the rows of one image, by column."""
    rows: Rows = {name: [] for name in FIELDS}
    for index, thing in enumerate(scene.things[: scene.named]):
        mask = labels == index + 1
        ys, xs = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
        if not len(ys):
            continue
        visible = int(np.count_nonzero(mask))
        values = (
            0, index, (xs[0], ys[0], xs[-1] + 1, ys[-1] + 1), visible,
            min(visible / max(int(whole_px[index]), 1), 1.0),
            thing.category, thing.colour, thing.second, thing.pattern,
        )  # fmt: skip
        for name, value in zip(FIELDS, values, strict=True):
            rows[name].append(value)
    return rows


def _load(out: Path, seed_from: int) -> tuple[Rows, list[int]]:
    """Return what is complete in a folder."""
    if not (out / 'facts.npz').is_file():
        return {name: [] for name in FIELDS}, []
    with np.load(out / 'facts.npz') as file:
        columns: Rows = {name: list(file[name]) for name in FIELDS}
        seeds = file['seeds'].tolist()
    expected = len(seeds) * SMALL[0] * SMALL[1] * 3
    if (out / 'small.u8').stat().st_size < expected:
        raise ConfigError(
            f'expected {expected} bytes in {out}/small.u8, got fewer; it was rendered by another '
            'version: use another folder'
        )
    if seeds and seeds[0] != seed_from:
        raise ConfigError(
            f'expected images from seed {seed_from} in {out}, got some from seed {seeds[0]}; '
            'use another folder'
        )
    return columns, seeds


def _save(out: Path, columns: Rows, seeds: list[int]) -> None:
    """Write the facts at once or not at all."""
    arrays: dict[str, Any] = {
        name: np.asarray(columns[name], kind) for name, kind in FIELDS.items()
    }
    arrays['box'] = arrays['box'].reshape(-1, 4)
    np.savez(out / 'facts.part.npz', done=len(seeds), seeds=np.asarray(seeds, np.int64), **arrays)
    (out / 'facts.part.npz').replace(out / 'facts.npz')


def main() -> None:
    """Render from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument('--out', type=Path, required=True, help='folder')
    parser.add_argument('--count', type=int, required=True, help='images in all')
    parser.add_argument('--split', default='train', help='train, val or test')
    parser.add_argument('--seed-from', type=int, default=0, help='seed of the first scene')
    options = parser.parse_args()
    cv2.setNumThreads(1)
    made = render(options.out, options.count, options.split, options.seed_from)
    print(f'{options.out}: {made} new images, {options.count} in all')


if __name__ == '__main__':
    main()
