"""The rendered training set, as the detector reads it: nothing is decoded while training."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from tenet_ros.errors import ConfigError
from tenet_ros.sim.catalogue import CATEGORIES, COLOURS, PATTERNS
from tenet_ros.training.detector.augment import augment, recolour
from tenet_ros.training.detector.losses import Batch
from tenet_ros.training.detector.network import HEIGHT, WIDTH
from tenet_ros.training.images import RENDERED_WIDTH
from tenet_ros.types import UInt8Array

__all__ = ['RECOLOURED', 'StillSet']

MIN_PX, MIN_VISIBILITY = 60, 0.2
"""An object with fewer visible pixels (of 640x480), or less of it to be seen, is not asked for."""

RECOLOURED = 0.5
"""Share of the augmented images that teach shapes only, unless another is asked for."""

_MOST = 24
"""Objects per image at most; the generator makes 12 and some extras."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StillSet:
    """Images at the network's size with what is to be seen in them.

    Attributes:
        images: (N, HEIGHT, WIDTH, 3) uint8 RGB, on disk.
        first: (N + 1,) int64, image n has the rows ``first[n]:first[n + 1]`` of the rest.
        boxes: (R, 4) float32 xyxy, network pixels, visible part.
        visible_px: (R,) int64, of the 640x480 image.
        visibility: (R,) float32 in [0, 1].
        category: (R,) int64, index into ``CATEGORIES``.
        colour: (R,) int64, index into ``COLOURS``.
        second: (R,) int64, likewise, -1 where plain.
        pattern: (R,) int64, index into ``PATTERNS``.
    """

    images: npt.NDArray[np.uint8]
    first: npt.NDArray[np.int64]
    boxes: npt.NDArray[np.float32]
    visible_px: npt.NDArray[np.int64]
    visibility: npt.NDArray[np.float32]
    category: npt.NDArray[np.int64]
    colour: npt.NDArray[np.int64]
    second: npt.NDArray[np.int64]
    pattern: npt.NDArray[np.int64]

    @classmethod
    def open(cls, folder: Path) -> StillSet:
        """Open a folder that ``tenet_ros.training.images`` wrote, perhaps not yet complete.

        Raises:
            ConfigError: there is none.
        """
        if not (folder / 'facts.npz').is_file():
            raise ConfigError(
                f'expected rendered images in {folder}, got no facts.npz there; '
                'run `python -m tenet_ros.training.images` first'
            )
        with np.load(folder / 'facts.npz') as file:
            facts = {name: file[name] for name in file.files}
        done = int(facts['done'])
        if (folder / 'small.u8').stat().st_size < done * HEIGHT * WIDTH * 3:
            raise ConfigError(
                f'expected {done} images of {WIDTH}x{HEIGHT} in {folder}/small.u8, got fewer or '
                'smaller ones; render them again with this version'
            )
        images = np.memmap(folder / 'small.u8', np.uint8, 'r', shape=(done, HEIGHT, WIDTH, 3))
        order = np.argsort(facts['image'], kind='stable')
        order = order[facts['image'][order] < done]
        return cls(
            images=images,
            first=np.searchsorted(facts['image'][order], np.arange(done + 1)).astype(np.int64),
            boxes=(facts['box'][order] * (WIDTH / RENDERED_WIDTH)).astype(np.float32),
            visible_px=facts['visible_px'][order].astype(np.int64),
            visibility=facts['visibility'][order].astype(np.float32),
            category=_indexes(facts['category'][order], tuple(CATEGORIES)),
            colour=_indexes(facts['colour'][order], tuple(COLOURS)),
            second=_indexes(facts['second'][order], tuple(COLOURS)),
            pattern=_indexes(facts['pattern'][order], PATTERNS),
        )

    def __len__(self) -> int:
        """Return the number of images."""
        return len(self.first) - 1

    def rows(self, image: int) -> slice:
        """Return where an image's objects are."""
        return slice(int(self.first[image]), int(self.first[image + 1]))

    def asked(self, rows: slice) -> npt.NDArray[np.bool_]:
        """Return (n,) bool, which objects are visible enough to be asked for."""
        return (self.visible_px[rows] >= MIN_PX) & (self.visibility[rows] >= MIN_VISIBILITY)

    def batch(
        self,
        chosen: npt.NDArray[np.int64],
        rng: np.random.Generator | None,
        recoloured: float = RECOLOURED,
    ) -> Batch:
        """Return a batch; augmented if there is a source of chance.

        Args:
            chosen: (B,) image numbers.
            rng: source of chance, or None for the images as they are.
            recoloured: share of the augmented images whose colours are turned.
        """
        count = len(chosen)
        images = np.empty((count, HEIGHT, WIDTH, 3), np.uint8)
        boxes = np.zeros((count, _MOST, 4), np.float32)
        valid, ignored = np.zeros((2, count, _MOST), np.bool_)
        words = np.zeros((4, count, _MOST), np.int64)
        for at, number in enumerate(chosen):
            rows = self.rows(int(number))
            rows = slice(rows.start, min(rows.stop, rows.start + _MOST))
            n = rows.stop - rows.start
            image: UInt8Array = np.asarray(self.images[number])
            asked, own = self.asked(rows), self.boxes[rows]
            unnamed = rng is not None and rng.random() < recoloured
            if rng is not None:
                image = recolour(image, rng) if unnamed else image
                image, own, there = augment(image, own, rng)
                asked &= there & ((own[:, 2:] - own[:, :2]) >= 3).all(axis=1)
            images[at], boxes[at, :n] = image, own
            valid[at, :n], ignored[at, :n] = asked, ~asked
            for table, values in zip(
                words, (self.category, self.colour, self.second, self.pattern), strict=True
            ):
                table[at, :n] = values[rows]
            if unnamed:
                words[1, at] = -1
        category, colour, second, pattern = (torch.from_numpy(table) for table in words)
        return Batch(
            images=torch.from_numpy(images),
            boxes=torch.from_numpy(boxes),
            valid=torch.from_numpy(valid),
            ignored=torch.from_numpy(ignored),
            category=category,
            colour=colour,
            second=second,
            pattern=pattern,
        )


def _indexes(names: npt.NDArray[np.str_], table: tuple[str, ...]) -> npt.NDArray[np.int64]:
    """Return the place of each name in a table, -1 for ''."""
    place = {name: number for number, name in enumerate(table)} | {'': -1}
    missing = set(names.tolist()) - set(place)
    if missing:
        raise ConfigError(
            f'expected names among {", ".join(table)}, got {sorted(missing)}; render the images '
            'again with this version'
        )
    return np.asarray([place[name] for name in names.tolist()], np.int64)
