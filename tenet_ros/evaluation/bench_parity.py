"""Exported graphs against the networks that they came from, on real frames."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tenet_ros.errors import ConfigError, SourceError
from tenet_ros.evaluation.clips import gt_boxes, load_clips
from tenet_ros.evaluation.random_exports import SEED, exported
from tenet_ros.export.pictures import sized
from tenet_ros.inference.record import ExportRecord
from tenet_ros.types import FloatArray, UInt8Array

__all__ = ['Shot', 'check_installed', 'compare', 'measure_parity', 'shots']

DETECTORS = ('omdet_turbo', 'grounding_dino', 'owlv2')
SEGMENTERS = ('efficientvit_sam', 'sam', 'sam2')

FRAMES = 3
"""Of as many clips."""

_LEAST = frozenset({'within', 'same_rank', 'score_range'})
"""Figures of which the smallest is the worst."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Shot:
    """A real frame.

    Attributes:
        image: (H, W, 3) uint8 RGB of the camera's size.
        boxes: (B, 4) float32 xyxy pixels of it, of the things that are annotated.
    """

    image: UInt8Array
    boxes: FloatArray


def check_installed() -> None:
    """Check that the networks themselves can be run.

    Raises:
        ConfigError: what they need is not installed.
    """
    for package in ('torch', 'transformers', 'onnx', 'PIL'):
        if find_spec(package) is None:
            name = {'PIL': 'pillow'}.get(package, package)
            raise ConfigError(
                f'--parity: expected {name} to run the original networks, got none; run '
                f"pip install 'tenet_ros[export]' pillow"
            )


def shots(folder: Path, camera: tuple[int, int], count: int = FRAMES) -> list[Shot]:
    """Return the middle frames of the first clips with masks, at a camera's size.

    Args:
        folder: of RVOS clips.
        camera: (height, width), pixels.
        count: of frames, at most.

    Raises:
        SourceError: there is no clip with masks.
    """
    clips = [clip for clip in load_clips(folder) if clip.dense][:count]
    if not clips:
        raise SourceError(f'{folder}: expected clips with Annotations/, got none; name others')
    found = []
    for clip in clips:
        middle = len(clip.frames) // 2
        _, boxes = gt_boxes(clip.labels(middle))
        scale = np.asarray([camera[1] / clip.size[1], camera[0] / clip.size[0]] * 2, np.float32)
        found.append(Shot(image=sized(clip.image(middle), camera), boxes=boxes * scale))
    return found


def measure_parity(
    model: str, *, camera: tuple[int, int], folder: Path, full: bool, data: Path
) -> dict[str, Any]:
    """Compare a model's graph in FP32 with its network, in a process of its own.

    Args:
        model: an exporter.
        camera: (height, width) of the images, pixels.
        folder: where exports are written to, and found again.
        full: the published architecture, else a small one of its kind.
        data: folder of RVOS clips.

    Returns:
        As ``compare``; or ``skipped``: why not.

    Raises:
        ConfigError: its exporter is not installed.
        EngineError: it cannot be exported.
        SourceError: there are no frames.
    """
    if model not in (*DETECTORS, *SEGMENTERS):
        return {'skipped': 'no network in torch belongs to it'}
    _, place, source = exported(model, camera, folder, full=full, precision='fp32')
    frames = shots(data, camera)
    with ProcessPoolExecutor(1, mp_context=get_context('spawn')) as pool:
        return pool.submit(_compare_saved, place, source, frames, full=full).result()


def _compare_saved(
    place: Path, source: Path, frames: Sequence[Shot], *, full: bool
) -> dict[str, Any]:
    return compare(ExportRecord.load(place), place, source, frames, full=full, seed=SEED)


def compare(
    record: ExportRecord,
    place: Path,
    source: Path,
    frames: Sequence[Shot],
    *,
    full: bool,
    seed: int,
) -> dict[str, Any]:
    """Compare exported graphs with the network that they were made of.

    Args:
        record: of the export, in FP32.
        place: where its graphs lie.
        source: what ``write_random_source`` wrote.
        frames: to compare on.
        full: as it was asked for there.
        seed: likewise.

    Returns:
        ``frames``; ``pixels``, as of ``pixel_gaps``; and the worst of all frames, as of
        ``detector_gaps`` or ``MaskGaps``: ``same_pixels``, network against network on the pixels
        of the graph, and ``processor_pixels``, the graph from camera bytes on against the network
        on its own processor's pixels.
    """
    if record.exporter in DETECTORS:
        rows = _detector(record, place, source, frames)
    else:
        rows = _segmenter(record, place, source, frames, full=full, seed=seed)
    parts = {name: _worst([row[name] for row in rows]) for name in rows[0]}
    return {'frames': len(frames), **parts}


def _worst(rows: Sequence[Mapping[str, float]]) -> dict[str, float]:
    return {name: (min if name in _LEAST else max)(row[name] for row in rows) for name in rows[0]}


def _detector(
    record: ExportRecord, place: Path, source: Path, frames: Sequence[Shot]
) -> list[dict[str, dict[str, float]]]:
    """Return the figures of each frame."""
    from tenet_ros.evaluation.parity import TEXTS, detector_gaps, pixel_gaps
    from tenet_ros.export.original_detectors import load_detector
    from tenet_ros.export.taps import answered
    from tenet_ros.inference.text_layouts import LAYOUTS
    from tenet_ros.inference.tokens import load_tokenizer

    tokens = record.limits['tokens']
    tokenizer = load_tokenizer(
        source / 'tokenizer.json', model=record.model, max_tokens=tokens, extra='export'
    )
    layout = LAYOUTS[record.exporter](tokenizer, phrases=record.limits['phrases'], tokens=tokens)
    found = answered(place, layout, [frame.image for frame in frames], TEXTS)
    original = load_detector(source)
    rows = []
    for frame, got in zip(frames, found, strict=True):
        canvas, pixels = got['canvas'], original.pixels(frame.image)
        rows.append(
            {
                'pixels': pixel_gaps(canvas, pixels, original.std),
                'same_pixels': detector_gaps(got, original, canvas, record.camera),
                'processor_pixels': detector_gaps(got, original, pixels, record.camera),
            }
        )
    return rows


def _segmenter(
    record: ExportRecord,
    place: Path,
    source: Path,
    frames: Sequence[Shot],
    *,
    full: bool,
    seed: int,
) -> list[dict[str, dict[str, float]]]:
    """Return the figures of each frame."""
    from tenet_ros.evaluation.parity import mask_gaps, pixel_gaps
    from tenet_ros.export.boxed_masks import SAM_STD
    from tenet_ros.export.original_segmenters import load_segmenter
    from tenet_ros.export.taps import tapped
    from tenet_ros.inference.ort import OrtSession

    path = place / record.graph('segment').file
    feeds: list[dict[str, npt.NDArray[Any]]] = [
        {'image': frame.image[np.newaxis], 'boxes': frame.boxes[:1]} for frame in frames
    ]
    found = tapped(path, feeds)
    original = load_segmenter(record.exporter, source, full=full, seed=seed)
    rows = []
    with OrtSession(path, threads=2) as session:
        for frame, got in zip(frames, found, strict=True):
            canvas, pixels = original.whole(got['canvas']), original.pixels(frame.image)
            same, processed = (
                asdict(mask_gaps(session, original, given, frame.image, frame.boxes))
                for given in (canvas, pixels)
            )
            rows.append(
                {
                    'pixels': pixel_gaps(canvas, pixels, np.asarray(SAM_STD)),
                    'same_pixels': same,
                    'processor_pixels': processed,
                }
            )
    return rows
