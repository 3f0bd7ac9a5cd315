"""One picture per sentence: what was said about a clip, beside what is true."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from tenet_ros.errors import SourceError
from tenet_ros.overlay import draw
from tenet_ros.pipeline import StepResult
from tenet_ros.types import UInt8Array

__all__ = ['contact_sheet', 'sheet_name', 'write_sheet']

COLUMNS, ROWS = 4, 2
TILE_WIDTH = 400
TITLE_HEIGHT = 28
TRUTH = (255, 255, 255)


def contact_sheet(
    title: str,
    images: Sequence[UInt8Array],
    labels: Sequence[UInt8Array],
    object_ids: Sequence[int],
    results: Sequence[StepResult],
) -> UInt8Array:
    """Return eight frames of a clip with what was said about them, (H, W, 3) uint8 RGB.

    The referred object's true outline is white.

    Args:
        title: one line at the top.
        images: (H, W, 3) uint8 RGB.
        labels: (H, W) uint8, pixel value = object id.
        object_ids: what the sentence refers to.
        results: one per image.
    """
    picks = np.linspace(0, len(images) - 1, COLUMNS * ROWS).round().astype(int).tolist()
    tiles = [_tile(images[i], labels[i], object_ids, results[i]) for i in picks]
    rows = [np.hstack(tiles[at : at + COLUMNS]) for at in range(0, len(tiles), COLUMNS)]
    banner = np.zeros((TITLE_HEIGHT, rows[0].shape[1], 3), np.uint8)
    origin, white = (8, TITLE_HEIGHT - 9), (255, 255, 255)
    cv2.putText(banner, title, origin, cv2.FONT_HERSHEY_SIMPLEX, 0.5, white, 1, cv2.LINE_AA)
    return np.vstack([banner, *rows])


def _tile(
    image: UInt8Array, label: UInt8Array, object_ids: Sequence[int], result: StepResult
) -> UInt8Array:
    picture = draw(result, image)
    truth = np.isin(label, object_ids).astype(np.uint8)
    outlines, _ = cv2.findContours(truth, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    cv2.drawContours(picture, outlines, -1, TRUTH, 1)
    height = round(image.shape[0] * TILE_WIDTH / image.shape[1])
    return np.asarray(cv2.resize(picture, (TILE_WIDTH, height), interpolation=cv2.INTER_AREA))


def sheet_name(clip: str, number: int, sentence: str) -> str:
    """Return a file name that sorts by clip and number and can be read.

    >>> sheet_name('dogs', 3, 'the dog, left of it')
    'dogs-03-the-dog-left-of-it.png'
    """
    words = re.sub(r'[^a-z0-9]+', '-', sentence.lower()).strip('-')[:60]
    return f'{clip}-{number:02d}-{words}.png'


def write_sheet(path: Path, sheet: UInt8Array) -> None:
    """Write a sheet as PNG.

    Raises:
        SourceError: the file cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    if not cv2.imwrite(str(path), cv2.cvtColor(sheet, cv2.COLOR_RGB2BGR)):
        raise SourceError(f'{path}: cannot be written; is the folder writable?')
