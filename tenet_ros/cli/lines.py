"""One JSON object per frame: what ``tenet-ros run --json`` writes.

Example, on one line in the file::

    {"sequence": 12, "stamp_ns": 500000000, "frame_id": "", "height": 480, "width": 640,
     "state": "COMMITTED", "track_id": 3, "box": [10.0, 20.0, 110.5, 90.0],
     "preference": 0.91, "margin": 0.4, "mask": {"size": [480, 640], "counts": [9619, 70, ...]},
     "targets": [{"sentence": "the dog", "state": "COMMITTED", "track_ids": [3],
                  "boxes": [[10.0, 20.0, 110.5, 90.0]], "preference": 0.91, "margin": 0.4,
                  "switches": 0, "mask": {...}}],
     "tracks": [{"id": 3, "label": "dog", "score": 0.88, "box": [10.0, 20.0, 110.5, 90.0]}]}

The fields from ``state`` to ``mask`` repeat the first target, for the usual case of one sentence;
``track_id``, ``box`` and ``mask`` are null where there is none. Boxes are xyxy, half-open, in
pixels of the source image. A mask is COCO's uncompressed run-length code: the lengths of the runs
of zeros and ones in turn, zeros first, the pixels taken column by column; ``pycocotools`` reads it
with ``mask.decode(mask.frPyObjects(m, *m["size"]))``. Nothing in a line depends on the machine's
speed, so two runs give the same file.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from tenet_ros.errors import ContractError
from tenet_ros.pipeline import StepResult, TargetResult
from tenet_ros.types import FloatArray, IntArray, State, UInt8Array, union

__all__ = ['decode_rle', 'encode_rle', 'line_of', 'target_mask']


def encode_rle(mask: npt.NDArray[Any]) -> dict[str, Any]:
    """Return COCO's uncompressed run-length code of a mask.

    Args:
        mask: (H, W), set where non-zero.

    >>> encode_rle(np.asarray([[0, 1], [1, 1]], np.uint8))
    {'size': [2, 2], 'counts': [1, 3]}
    """
    pixels = np.asarray(mask != 0).ravel(order='F')
    edges = np.flatnonzero(pixels[1:] != pixels[:-1]) + 1
    counts: IntArray = np.diff(np.concatenate([[0], edges, [pixels.size]]))
    first = [0] if pixels.size and pixels[0] else []
    return {'size': list(mask.shape), 'counts': first + counts.tolist()}


def decode_rle(code: dict[str, Any]) -> UInt8Array:
    """Return the mask of a run-length code: (H, W) uint8, 0 or 1.

    Raises:
        ContractError: the runs do not fill the mask.

    >>> decode_rle({'size': [2, 2], 'counts': [1, 3]}).tolist()
    [[0, 1], [1, 1]]
    """
    height, width = code['size']
    counts = np.asarray(code['counts'], np.int64)
    if int(counts.sum()) != height * width:
        raise ContractError(
            f'mask: expected runs that sum to {height} x {width} = {height * width}, '
            f'got {int(counts.sum())}; the code is damaged'
        )
    values = np.arange(len(counts)) % 2
    pixels = np.repeat(values, counts).astype(np.uint8)
    return pixels.reshape((height, width), order='F')


def target_mask(target: TargetResult, height: int, width: int) -> UInt8Array | None:
    """Return the union of a target's masks, (height, width) uint8 0 or 1; None without one."""
    canvas = union(target.masks, height, width)
    return canvas if canvas.any() else None


def line_of(result: StepResult) -> dict[str, Any]:
    """Return everything of a result but its timing, ready for ``json.dumps``."""
    targets = [_target(target, result) for target in result.targets]
    first = targets[0] if targets else None
    tracks = result.tracks
    return {
        'sequence': result.sequence,
        'stamp_ns': result.stamp_ns,
        'frame_id': result.frame_id,
        'height': result.height,
        'width': result.width,
        'state': first['state'] if first else State.IDLE.value,
        'track_id': first['track_ids'][0] if first and first['track_ids'] else None,
        'box': first['boxes'][0] if first and first['boxes'] else None,
        'preference': first['preference'] if first else 0.0,
        'margin': first['margin'] if first else 0.0,
        'mask': first['mask'] if first else None,
        'targets': targets,
        'tracks': [
            {'id': track_id, 'label': label, 'score': round(score, 4), 'box': _box(box)}
            for track_id, label, score, box in zip(
                tracks.ids.tolist(),
                tracks.labels,
                tracks.scores.tolist(),
                tracks.boxes,
                strict=True,
            )
        ],
    }


def _target(target: TargetResult, result: StepResult) -> dict[str, Any]:
    mask = target_mask(target, result.height, result.width)
    decision = target.decision
    return {
        'sentence': target.sentence,
        'state': decision.state.value,
        'track_ids': list(decision.track_ids),
        'boxes': [_box(box) for box in target.boxes],
        'preference': round(float(decision.preference), 4),
        'margin': round(float(decision.margin), 4),
        'switches': decision.switches,
        'mask': None if mask is None else encode_rle(mask),
    }


def _box(box: FloatArray) -> list[float]:
    return [round(float(edge), 2) for edge in box]
