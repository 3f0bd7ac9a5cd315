"""How far poses are from the truth: on the simulated tabletop, and on recorded RGB-D."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from tenet_ros.errors import SourceError
from tenet_ros.evaluation.depth_noise import sensed
from tenet_ros.factory import System
from tenet_ros.geometry import iou_matrix
from tenet_ros.language.expression import Prompt
from tenet_ros.sim.generator import generate_still
from tenet_ros.sim.renderer import Renderer, View
from tenet_ros.sim.rotations import matrix
from tenet_ros.sim.scene import Scene
from tenet_ros.spatial.box import box_of
from tenet_ros.spatial.cloud import cloud_of
from tenet_ros.spatial.seen import DepthImage, OrientedBox, PinholeCamera
from tenet_ros.stages.protocols import AnySegmenter
from tenet_ros.types import FloatArray, Mask, UInt8Array

__all__ = ['FIRST_SEED', 'Case', 'recorded', 'simulated', 'summary']

Array = npt.NDArray[np.float64]

FIRST_SEED = 1_500_000
"""Of the stills, which are of the split ``val``."""

VISIBLE_PX = 400
"""Fewer visible pixels are no visible object, as for the detector's recall."""

ELONGATED = 1.8
"""Longest extent of a whole object over the next one, from which on its orientation is asked for."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Case:
    """One object that was placed, or not.

    Attributes:
        name: category, or what the annotation calls it.
        error_m: distance of the pose from the centre of the surface that is truly seen; None
            without a pose.
        turn_deg: angle between the first axis and the object's longest; None where that is not
            asked for.
        reason: why there is no pose.
        took_ms: of cloud and box.
        image: the picture, for the film strip.
        mask: what was taken for the object.
    """

    name: str
    error_m: float | None
    turn_deg: float | None
    reason: str
    took_ms: float
    image: UInt8Array = field(repr=False)
    mask: Mask = field(repr=False)


def summary(cases: Iterable[Case]) -> dict[str, Any]:
    """Return ``position_m`` and ``orientation_deg`` percentiles, counts and ``latency_ms``."""
    cases = list(cases)
    errors = [case.error_m for case in cases if case.error_m is not None]
    turns = [case.turn_deg for case in cases if case.turn_deg is not None]
    times = [case.took_ms for case in cases]
    return {
        'objects': len(cases),
        'placed': len(errors),
        'position_m': _percentiles(errors, 4),
        'elongated': len(turns),
        'orientation_deg': _percentiles(turns, 1),
        'latency_ms': _percentiles(times, 2),
    }


def simulated(system: System, stills: int, first_seed: int = FIRST_SEED) -> Iterator[Case]:
    """Yield every visible object of rendered stills, found and segmented by a system.

    The detector's boxes that lie on the object (IoU 0.5) are segmented; depth is what a camera
    would sense. The truth is the middle of the surface that the camera really sees, by the
    renderer's own labels and depth, and the longest axis of the whole object.

    Args:
        system: whose detector and segmenter are asked.
        stills: how many.
        first_seed: of the first.
    """
    prepared = system.detector.prepare(Prompt.of(1, ()))
    for seed in range(first_seed, first_seed + stills):
        scene = generate_still(seed, 'val')
        with Renderer(scene) as renderer:
            view = renderer.view(0, depth=True)
        found = system.detector.detect(view.image, prepared)
        depth = DepthImage(
            millimetres=sensed(view.depth, np.random.default_rng(seed)), stamp_ns=seed
        )
        for thing in range(scene.named):
            seen = view.labels == thing + 1
            if seen.sum() < VISIBLE_PX or not len(found):
                continue
            overlap = iou_matrix(_box(seen)[None], found.boxes)[0]
            if overlap.max() >= 0.5:
                box = found.boxes[int(overlap.argmax())]
                yield _simulated_case(system.segmenter, scene, view, depth, thing, seen, box)


def recorded(folder: Path, segmenter: AnySegmenter) -> Iterator[Case]:
    """Yield every annotated object of an RGB-D sequence, segmented from its annotated box.

    The truth is the annotation's: the median of the depth in the middle 40 % of the box, back
    projected through the middle of the box.

    Args:
        folder: holds ``expressions.json``, ``color`` and ``depth``.
        segmenter: that is asked.

    Raises:
        SourceError: the sequence is not there, or not whole.
    """
    try:
        notes = json.loads((folder / 'expressions.json').read_text(encoding='utf-8'))
        lens = notes['intrinsics']
        boxes = notes['manual_boxes_xyxy']['frames']
        width, height = notes['size']
    except (OSError, ValueError, KeyError) as error:
        raise SourceError(
            f'{folder}: expected an RGB-D sequence with expressions.json, got {error!r}'
        ) from error
    camera = PinholeCamera(
        height=height, width=width, fx=lens['fx'], fy=lens['fy'], cx=lens['cx'], cy=lens['cy']
    )
    for frame, objects in boxes.items():
        image, depth = _read(folder, int(frame))
        embedding = segmenter.encode(image)
        for number, corners in objects.items():
            box = np.asarray(corners, np.float32)
            mask = segmenter.decode(embedding, box[None])[0]
            name = notes['objects'][number]['name']
            truth = _annotated(box, depth, camera)
            yield _case(name, mask, depth, camera, image, truth, None)


def _simulated_case(
    segmenter: AnySegmenter,
    scene: Scene,
    view: View,
    depth: DepthImage,
    thing: int,
    seen: npt.NDArray[np.bool_],
    box: FloatArray,
) -> Case:
    height, width = view.labels.shape
    camera = PinholeCamera(
        height=height,
        width=width,
        fx=view.focal_px,
        fy=view.focal_px,
        cx=(width - 1) / 2,
        cy=(height - 1) / 2,
    )
    mask = segmenter.decode(segmenter.encode(view.image), box[None])[0]
    rows, columns = np.nonzero(seen)
    z = view.depth[rows, columns].astype(np.float64)
    x, y = (columns - camera.cx) / camera.fx, (rows - camera.cy) / camera.fy
    truth = np.stack([x * z, y * z, z], axis=1).mean(axis=0)
    axis = _axis(scene, thing)
    if axis is not None:
        axis = view.rotation.T @ axis
    return _case(scene.things[thing].category, mask, depth, camera, view.image, truth, axis)


def _case(
    name: str,
    mask: Mask,
    depth: DepthImage,
    camera: PinholeCamera,
    image: UInt8Array,
    truth: Array,
    axis: Array | None,
) -> Case:
    start = time.perf_counter()
    cloud = cloud_of(mask, depth, camera, image)
    box = box_of(cloud) if len(cloud.points) else None
    took_ms = (time.perf_counter() - start) * 1e3
    return Case(
        name=name,
        error_m=None if box is None else float(np.linalg.norm(box.centre - truth)),
        turn_deg=None if box is None or axis is None else _angle(box, axis),
        reason=cloud.reason,
        took_ms=took_ms,
        image=image,
        mask=mask,
    )


def _axis(scene: Scene, thing: int) -> Array | None:
    """Return the longest axis of an elongated object in the world, (3,); None of another."""
    extent = scene.things[thing].extent
    _, second, first = np.argsort(extent)
    if extent[first] < ELONGATED * extent[second]:
        return None
    return np.asarray(matrix(scene.rotations[0][thing])[:, first], np.float64)


def _angle(box: OrientedBox, axis: Array) -> float:
    """Return the angle between two axes without a sign, degrees; 90 where the box has none."""
    if not box.oriented:
        return 90.0
    return float(np.degrees(np.arccos(min(1.0, abs(float(box.rotation[:, 0] @ axis))))))


def _annotated(box: FloatArray, depth: DepthImage, camera: PinholeCamera) -> Array:
    x0, y0, x1, y1 = box.astype(np.float64)
    x, y, w, h = (x0 + x1) / 2, (y0 + y1) / 2, x1 - x0, y1 - y0
    rows = slice(round(y - 0.2 * h), round(y + 0.2 * h))
    columns = slice(round(x - 0.2 * w), round(x + 0.2 * w))
    values = depth.millimetres[rows, columns]
    z = float(np.median(values[values > 0])) / 1e3
    return np.asarray([(x - camera.cx) / camera.fx * z, (y - camera.cy) / camera.fy * z, z])


def _read(folder: Path, frame: int) -> tuple[UInt8Array, DepthImage]:
    colour = next(iter(sorted((folder / 'color').glob(f'{frame:06d}.*'))), None)
    pixels = cv2.imread(str(colour), cv2.IMREAD_COLOR) if colour else None
    depth = cv2.imread(str(folder / 'depth' / f'{frame:06d}.png'), cv2.IMREAD_UNCHANGED)
    if pixels is None or depth is None:
        raise SourceError(f'{folder}: expected frame {frame:06d} in color and depth, got none')
    image = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB), np.uint8)
    return image, DepthImage(millimetres=np.asarray(depth, np.uint16), stamp_ns=frame)


def _box(seen: npt.NDArray[np.bool_]) -> FloatArray:
    rows, columns = np.flatnonzero(seen.any(axis=1)), np.flatnonzero(seen.any(axis=0))
    edges = (columns[0], rows[0], columns[-1] + 1, rows[-1] + 1)
    return np.asarray(edges, np.float32)


def _percentiles(values: list[float], digits: int) -> Mapping[str, float | None]:
    if not values:
        return {'median': None, 'p95': None}
    median, p95 = np.percentile(values, [50, 95])
    return {'median': round(float(median), digits), 'p95': round(float(p95), digits)}
