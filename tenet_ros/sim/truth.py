"""What is to be seen in a clip, exactly: counted in rendered labels instead of projected."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from tenet_ros.errors import ContractError
from tenet_ros.sim.projection import observe
from tenet_ros.sim.scene import Scene, Truth
from tenet_ros.types import UInt8Array

__all__ = ['boxes_of_labels', 'rendered_truth', 'truth_of_labels']


def boxes_of_labels(
    labels: UInt8Array, things: int
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]:
    """Measure every thing in one frame's labels.

    Args:
        labels: (H, W) uint8, i + 1 where thing i is seen.
        things: how many there are.

    Returns:
        (N, 4) float32 boxes, xyxy half-open, pixels, zeros where unseen; (N,) int64 pixels.
    """
    # Counting along both axes at once gives each thing's rows and columns without N masks.
    height, width = labels.shape
    columns = np.zeros((things + 1, width), np.bool_)
    rows = np.zeros((things + 1, height), np.bool_)
    y, x = np.nonzero(labels)
    kind = labels[y, x]
    columns[kind, x] = True
    rows[kind, y] = True
    boxes = np.zeros((things, 4), np.float32)
    counts = np.bincount(kind, minlength=things + 1)[1 : things + 1].astype(np.int64)
    for thing in np.flatnonzero(counts):
        across, down = np.flatnonzero(columns[thing + 1]), np.flatnonzero(rows[thing + 1])
        boxes[thing] = (across[0], down[0], across[-1] + 1, down[-1] + 1)
    return boxes, counts


def truth_of_labels(
    scene: Scene, labels: Iterable[UInt8Array], frames: Sequence[int] | None = None
) -> Truth:
    """Return the truth of a clip whose visible parts are counted in its rendered labels.

    What is hidden cannot be counted: the amodal figures are projected, as ``observe`` gives them,
    and never smaller than what is visible.

    Args:
        scene: the clip.
        labels: (H, W) uint8 of each of the frames, in their order.
        frames: which frames; all where None.

    Raises:
        ContractError: another number of labels than of frames.
    """
    projected = observe(scene, frames)
    measured = [boxes_of_labels(one, len(scene.things)) for one in labels]
    if len(measured) != len(projected.boxes):
        raise ContractError(
            f'labels: expected one image for each of {len(projected.boxes)} frames, '
            f'got {len(measured)}'
        )
    boxes = np.stack([box for box, _ in measured])
    visible = np.stack([count for _, count in measured])
    return replace(
        projected,
        boxes=boxes,
        visible_px=visible,
        amodal_px=np.maximum(projected.amodal_px, visible),
        whole_px=np.maximum(projected.whole_px, visible),
    )


def rendered_truth(scene: Scene, frames: Sequence[int] | None = None) -> Truth:
    """Return the truth of a clip, rendering its labels.

    Args:
        scene: the clip.
        frames: which frames; all where None.

    Raises:
        GraphicsError: nothing here can render.
    """
    from tenet_ros.sim.renderer import Renderer

    chosen = range(len(scene)) if frames is None else frames
    with Renderer(scene) as renderer:
        return truth_of_labels(scene, map(renderer.labels, chosen), frames)
