"""Where tracks were in the last seconds, seen from the newest image."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tenet_ros.geometry import transform_boxes
from tenet_ros.types import BoolArray, FloatArray, IntArray

__all__ = ['Whereabouts', 'positions']


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Whereabouts:
    """All tracks' places in one frame.

    Attributes:
        clock_ns: the tracker's clock at the frame.
        ids: (N,) int64, ascending.
        boxes: (N, 4) float32 xyxy, pixels of that frame's image.
        camera_motion: (2, 3) from the image before to this one, or None for a camera at rest.
    """

    clock_ns: int
    ids: IntArray
    boxes: FloatArray
    camera_motion: npt.NDArray[np.floating] | None


def positions(
    past: Sequence[Whereabouts], ids: IntArray, window_ns: int, samples: int
) -> tuple[FloatArray, BoolArray, IntArray]:
    """Look up the tracks ``ids`` in up to ``samples`` real frames, spread over the window.

    Args:
        past: at least one frame, oldest first; the last one is now.
        ids: (N,) int64, tracks that live now.
        window_ns: how far back.
        samples: most frames to look into, at least 1.

    Returns:
        (N, T, 4) float32 xyxy in pixels of the newest image (zeros where a track was not yet),
        (N, T) bool, and (T,) int64 the frames' times on the tracker's clock, oldest first.
    """
    clocks = np.fromiter((p.clock_ns for p in past), np.int64, len(past))
    picked = np.unique(np.searchsorted(clocks, clocks[-1] - np.linspace(window_ns, 0, samples)))
    frames = [past[i] for i in picked]
    known = np.concatenate([f.ids for f in frames])
    boxes = np.concatenate(_seen_from_now(past, picked))

    # One sorted search in all frames: the key is frame and id.
    stride = max(int(known.max(initial=0)), int(ids.max(initial=0))) + 1
    keys = np.repeat(np.arange(len(frames)), [len(f.ids) for f in frames]) * stride + known
    wanted = np.arange(len(frames))[None, :] * stride + ids[:, None]
    at = np.searchsorted(keys, wanted)
    valid = at < len(keys)
    valid[valid] = keys[at[valid]] == wanted[valid]
    result = np.zeros((*wanted.shape, 4), np.float32)
    result[valid] = boxes[at[valid]]
    return result, valid, clocks[picked]


def _seen_from_now(past: Sequence[Whereabouts], picked: IntArray) -> list[FloatArray]:
    """Return the boxes of the picked frames in pixels of the newest image."""
    since = np.eye(3)
    result: list[FloatArray] = []
    first = int(picked[0])
    remaining = set(picked.tolist())
    for index in range(len(past) - 1, first - 1, -1):
        where = past[index]
        if index in remaining:
            still = np.array_equal(since, np.eye(3))
            result.append(
                where.boxes if still else transform_boxes(where.boxes, since[:2].astype(np.float32))
            )
        if where.camera_motion is not None:
            since = since @ np.vstack([where.camera_motion, (0, 0, 1)])
    return result[::-1]
