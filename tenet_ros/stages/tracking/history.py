"""Where tracks were in the last seconds, seen from the newest image."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from tenet_ros.types import BoolArray, FloatArray, IntArray

__all__ = ['Past', 'Whereabouts', 'positions']

Motion = npt.NDArray[np.floating]
_STEP_NS = 100_000_000
"""Of what can change no more, one frame in this time is enough."""


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
    camera_motion: Motion | None

    def renamed(self, returned: Mapping[int, int]) -> Whereabouts:
        """Return the places with other ids for some tracks.

        Where a track was known by both in one frame, it was at the place of the newer one: there it
        was seen.

        Args:
            returned: old ids of tracks that came back, by the ids that they had meanwhile.
        """
        new = [i for i in self.ids.tolist() if i in returned]
        if not new:
            return self
        kept = ~np.isin(self.ids, [returned[i] for i in new])
        ids = np.asarray([returned.get(i, i) for i in self.ids[kept].tolist()], np.int64)
        order = np.argsort(ids)
        return replace(self, ids=ids[order], boxes=self.boxes[kept][order])


class Past:
    """Frames that can no longer change, thinned out so that seconds of them cost little.

    The camera's motion over a frame that is dropped goes to the one after it. The newest frame is
    always kept: what follows moves on from there.

    Args:
        window_ns: how far back frames are of use.
    """

    def __init__(self, window_ns: int) -> None:
        self._window_ns = window_ns
        self._kept: deque[Whereabouts] = deque()

    def __iter__(self) -> Iterator[Whereabouts]:
        """Give the kept frames, oldest first."""
        return iter(self._kept)

    def append(self, where: Whereabouts) -> None:
        """Add a frame later than all others."""
        kept = self._kept
        if len(kept) > 1 and kept[-1].clock_ns - kept[-2].clock_ns < _STEP_NS:
            motion = _composed(where.camera_motion, kept.pop().camera_motion)
            where = replace(where, camera_motion=motion)
        kept.append(where)

    def rename(self, returned: Mapping[int, int]) -> None:
        """Know tracks that came back by their old ids; see ``Whereabouts.renamed``."""
        self._kept = deque(where.renamed(returned) for where in self._kept)

    def forget(self, now_ns: int) -> None:
        """Drop what lies further back than the window."""
        while self._kept and self._kept[0].clock_ns < now_ns - self._window_ns:
            self._kept.popleft()


def _composed(second: Motion | None, first: Motion | None) -> Motion | None:
    """Return the one motion that is like ``first`` and then ``second``."""
    if first is None or second is None:
        return first if second is None else second
    return np.asarray((_square(second) @ _square(first))[:2])


def _square(motion: Motion) -> npt.NDArray[np.float64]:
    square = np.eye(3)
    square[:2] = motion
    return square


def positions(
    past: Sequence[Whereabouts], ids: IntArray, window_ns: int, samples: int
) -> tuple[FloatArray, BoolArray, IntArray]:
    """Look up the tracks ``ids`` in up to ``samples`` real frames, denser towards now.

    How a thing moves now needs several looks at the last second; what it did before, a few at
    each. So the looks lie back in time as squares: 1, 4, 9, ... parts of the window.

    Args:
        past: at least one frame, oldest first; the last one is now.
        ids: (N,) int64, tracks that live now.
        window_ns: how far back.
        samples: most frames to look into, at least 1.

    Returns:
        (N, T, 4) float32 xyxy in pixels of the newest image (zeros where a track was not yet),
        (N, T) bool, and (T,) int64 the frames' times on the tracker's clock, oldest first.
    """
    clocks = np.asarray([where.clock_ns for where in past], np.int64)
    back = np.square(np.arange(samples - 1, -1, -1) / max(samples - 1, 1)) * window_ns
    picked = np.searchsorted(clocks, clocks[-1] - back)
    picked = picked[np.append(True, picked[1:] > picked[:-1])]
    boxes = _seen_from_now(past, picked)

    # One search in all frames at once: the keys are frame and id, and both sides are sorted.
    frames = [past[index].ids for index in picked.tolist()]
    known = np.concatenate(frames)
    stride = max(int(known.max(initial=0)), int(ids.max(initial=0))) + 1
    start = np.arange(len(frames)) * stride
    keys = np.repeat(start, [len(frame) for frame in frames]) + known
    wanted = start[:, None] + ids
    at = np.searchsorted(keys, wanted)
    if len(keys):
        np.minimum(at, len(keys) - 1, out=at)
        valid = keys[at] == wanted
        found = boxes[at]
        found[~valid] = 0
    else:
        valid, found = np.zeros(wanted.shape, np.bool_), np.zeros((*wanted.shape, 4), np.float32)
    history = np.ascontiguousarray(found.transpose(1, 0, 2))
    return history, np.ascontiguousarray(valid.T), clocks[picked]


def _seen_from_now(past: Sequence[Whereabouts], picked: IntArray) -> FloatArray:
    """Return all boxes of the picked frames in pixels of the newest image, (M, 4) float32.

    As ``geometry.transform_boxes``, for every frame at once.
    """
    chosen = picked.tolist()
    boxes = np.concatenate([past[index].boxes for index in chosen])
    if all(where.camera_motion is None for where in past):
        return boxes
    motions = _until_now(past)
    of_box = np.repeat(motions[chosen], [len(past[index].ids) for index in chosen], axis=0)
    low, high = boxes[:, :2].astype(np.float64), boxes[:, 2:].astype(np.float64)
    middle = np.einsum('mij,mj->mi', of_box[:, :2, :2], (low + high) / 2) + of_box[:, :2, 2]
    determinant = of_box[:, 0, 0] * of_box[:, 1, 1] - of_box[:, 0, 1] * of_box[:, 1, 0]
    half = (high - low) / 2 * np.sqrt(np.abs(determinant))[:, None]
    return np.concatenate([middle - half, middle + half], axis=1).astype(np.float32)


def _until_now(past: Sequence[Whereabouts]) -> npt.NDArray[np.float64]:
    """Return the camera's motion from each frame to the newest one, (T, 3, 3).

    The products of all tails of a list, twice as long ones at every turn.
    """
    steps = np.tile(np.eye(3), (len(past), 1, 1))
    for step, later in zip(steps, list(past)[1:], strict=False):
        if later.camera_motion is not None:
            step[:2] = later.camera_motion
    reach = 1
    while reach < len(steps):
        steps[:-reach] = steps[reach:] @ steps[:-reach]
        reach *= 2
    return steps
