"""The segmenter alone: true boxes in, masks out, on every clip with dense ground truth.

Beside it stands the box itself, filled: what a mask must beat to be worth its time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from tenet_ros.errors import SourceError
from tenet_ros.evaluation.clips import Clip, gt_boxes, load_clips
from tenet_ros.evaluation.masks import boundary_f, jaccard
from tenet_ros.geometry import areas, clip_boxes
from tenet_ros.stages.protocols import AnySegmenter
from tenet_ros.stages.segmenter import ColourSegmenter
from tenet_ros.types import FloatArray, Mask, UInt8Array

__all__ = ['FilledBox', 'jitter', 'run']


class FilledBox:
    """The baseline: a mask that is its box. A stage of type ``Segmenter``."""

    def encode(self, image: UInt8Array) -> tuple[int, int]:
        """Return the size of ``image``, (height, width)."""
        return image.shape[0], image.shape[1]

    def decode(self, embedding: tuple[int, int], boxes: FloatArray) -> tuple[Mask, ...]:
        """Return each box, (N, 4) float32 xyxy, cut to the image and rounded to pixels."""
        rounded = np.rint(clip_boxes(boxes, *embedding)).astype(int)
        return tuple(
            Mask(crop=np.ones((y1 - y0, x1 - x0), np.uint8), x0=int(x0), y0=int(y0), quality=0.5)
            for x0, y0, x1, y1 in rounded
        )


def run(
    rvos_dir: Path,
    segmenter: AnySegmenter | None = None,
    *,
    box_noise: Sequence[float] = (0.0, 0.1),
    every: int = 8,
) -> dict[str, Any]:
    """Measure a segmenter, and the filled box, with the boxes of the ground truth.

    Args:
        rvos_dir: folder of clips.
        segmenter: what to measure; the classical one if not given.
        box_noise: one measurement for each: every side of a box is moved by a uniform random
            share of the box's size up to this.
        every: takes every so many frames of a clip, from the first.

    Returns:
        Per system ("ours", "ours_noise_0.1", "filled_box", ...): ``j``, ``f``, ``jf``, means over
        the clips of the means over their objects and frames; ``quality_error``, the mean absolute
        difference of a mask's own quality and its J; ``quality_correlation``, that of the two;
        ``latency_ms`` of one target, encoding included, as p50, p95 and p99; ``ten_targets_ms``,
        the median for ten of them in one frame; ``clips``, the J of each.

    Raises:
        SourceError: there is no clip with dense ground truth.
    """
    clips = [clip for clip in load_clips(rvos_dir) if clip.dense]
    if not clips:
        raise SourceError(f'{rvos_dir}: expected clips with Annotations/, got none')
    systems = {'ours': segmenter or ColourSegmenter(), 'filled_box': FilledBox()}
    return {
        name if not noise else f'{name}_noise_{noise:g}': _measure(system, clips, noise, every)
        for name, system in systems.items()
        for noise in box_noise
    }


def jitter(boxes: FloatArray, share: float, rng: np.random.Generator) -> FloatArray:
    """Return boxes with each side moved by a uniform random part of the box's size.

    Args:
        boxes: (N, 4) float32 xyxy.
        share: most that a side moves, of the width for x and of the height for y; below 0.5.
        rng: where the chance comes from.
    """
    size = np.tile(boxes[:, 2:] - boxes[:, :2], (1, 2))
    return np.asarray(boxes + rng.uniform(-share, share, boxes.shape) * size, np.float32)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Target:
    j: float
    f: float
    quality: float
    ms: float


def _measure(
    segmenter: AnySegmenter, clips: Sequence[Clip], noise: float, every: int
) -> dict[str, Any]:
    rng = np.random.default_rng(0)
    targets = {clip.name: list(_targets(segmenter, clip, noise, every, rng)) for clip in clips}
    flat = [target for found in targets.values() for target in found]
    j, f = (
        {name: float(np.mean([getattr(t, key) for t in found])) for name, found in targets.items()}
        for key in ('j', 'f')
    )
    mean_j, mean_f = float(np.mean(list(j.values()))), float(np.mean(list(f.values())))
    quantiles = np.percentile([t.ms for t in flat], (50, 95, 99))
    qualities, js = np.asarray([t.quality for t in flat]), np.asarray([t.j for t in flat])
    varied = min(qualities.std(), js.std()) > 1e-6
    return {
        'j': round(mean_j, 4),
        'f': round(mean_f, 4),
        'jf': round((mean_j + mean_f) / 2, 4),
        'quality_error': round(float(np.abs(qualities - js).mean()), 4),
        'quality_correlation': round(float(np.corrcoef(qualities, js)[0, 1]), 4) if varied else 0.0,
        'targets': len(flat),
        'latency_ms': {
            name: round(float(ms), 2)
            for name, ms in zip(('p50', 'p95', 'p99'), quantiles, strict=True)
        },
        'ten_targets_ms': round(float(np.median([_ten(segmenter, clip) for clip in clips])), 2),
        'clips': {name: round(value, 4) for name, value in j.items()},
    }


def _targets(
    segmenter: AnySegmenter, clip: Clip, noise: float, every: int, rng: np.random.Generator
) -> Iterable[_Target]:
    """Yield one measurement per object and frame; each target pays for its own encoding."""
    height, width = clip.size
    for index in range(0, len(clip.frames), every):
        image, labels = clip.image(index), clip.labels(index)
        ids, exact = gt_boxes(labels)
        boxes = clip_boxes(jitter(exact, noise, rng), height, width)
        for object_id, box in zip(ids[areas(boxes) > 0], boxes[areas(boxes) > 0], strict=True):
            begin = perf_counter()
            (mask,) = segmenter.decode(segmenter.encode(image), box[None])
            ms = (perf_counter() - begin) * 1e3
            full, truth = mask.full(height, width), labels == object_id
            yield _Target(
                j=jaccard(full, truth), f=boundary_f(full, truth), quality=mask.quality, ms=ms
            )


def _ten(segmenter: AnySegmenter, clip: Clip) -> float:
    """Return how long ten targets in the first frame that has an object take, milliseconds."""
    index = next(i for i in range(len(clip.frames)) if clip.labels(i).any())
    image, (_, exact) = clip.image(index), gt_boxes(clip.labels(index))
    boxes = np.resize(exact, (10, 4))
    begin = perf_counter()
    segmenter.decode(segmenter.encode(image), boxes)
    return (perf_counter() - begin) * 1e3
