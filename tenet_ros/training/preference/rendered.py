"""Clips as the shipped detector sees them: rendered once, looked at whenever it has changed.

Drawn errors are as good as their distribution. Here the errors are those of the detector itself:
what it takes for what, from which side, for how long.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from tenet_ros.errors import SourceError
from tenet_ros.language.expression import Prompt
from tenet_ros.sim.generator import generate
from tenet_ros.sim.renderer import Renderer
from tenet_ros.sim.scene import Scene
from tenet_ros.stages.text_aligned import TextAlignedDetector
from tenet_ros.types import Detections

__all__ = ['RATE_HZ', 'RenderedDetector', 'Seen', 'render', 'render_clips']

RATE_HZ = 10.0
"""Frames per second of rendered clips: more clips are worth more than more frames of each."""

_SHRINK = 2
"""The detector halves images of 640x480 itself; kept so, they take a quarter of the room."""


def render(scene: Scene, path: Path) -> None:
    """Render a clip into a file, unless it is there; whole or not at all.

    Args:
        scene: the clip.
        path: of the file: (T, H / 2, W / 2, 3) uint8 RGB, as ``numpy.save`` writes it.

    Raises:
        GraphicsError: nothing here can render.
    """
    if path.is_file():
        return
    size = (scene.camera.width // _SHRINK, scene.camera.height // _SHRINK)
    frames = np.empty((len(scene), size[1], size[0], 3), np.uint8)
    with Renderer(scene) as renderer:
        for frame in range(len(scene)):
            image = renderer.view(frame).image
            frames[frame] = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    unfinished = path.with_suffix('.part')
    with unfinished.open('wb') as file:
        np.save(file, frames)
    unfinished.replace(path)


def render_clips(folder: Path, clips: int, *, split: str, first: int = 0) -> None:
    """Render clips of which something can be said; those that are there already are kept.

    Args:
        folder: where to.
        clips: how many seeds.
        split: 'train' or 'val'.
        first: seed of the first clip.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for seed in range(first, first + clips):
        render(generate(seed, split, rate_hz=RATE_HZ), folder / _name(split, seed))


def _name(split: str, seed: int) -> str:
    return f'{split}_{seed:07d}.npy'


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Seen:
    """Rendered clips, and the detector that looks at them.

    Attributes:
        stage: active.
        folder: of ``render_clips``.
    """

    stage: TextAlignedDetector
    folder: Path

    def detector(self, scene: Scene, prompt: Prompt) -> RenderedDetector:
        """Return the detector for one clip and one prompt.

        Raises:
            SourceError: the clip was not rendered.
        """
        path = self.folder / _name(scene.split, scene.seed)
        if not path.is_file():
            raise SourceError(f'{path}: expected a rendered clip, got none; run `render` first')
        frames: npt.NDArray[np.uint8] = np.load(path, mmap_mode='r')
        return RenderedDetector(self.stage, frames, prompt)


class RenderedDetector:
    """A real detector that looks at a rendered clip.

    Args:
        detector: active; it is not owned.
        frames: (T, H / 2, W / 2, 3) uint8 RGB, of ``render``.
        prompt: what is asked for.
    """

    def __init__(
        self, detector: TextAlignedDetector, frames: npt.NDArray[np.uint8], prompt: Prompt
    ) -> None:
        self._detector, self._frames = detector, frames
        self._prepared = detector.prepare(prompt)

    def look(self, frame: int) -> Detections:
        """Return what it sees in a frame; boxes in pixels of the whole image."""
        found = self._detector.detect(np.ascontiguousarray(self._frames[frame]), self._prepared)
        return replace(found, boxes=found.boxes * np.float32(_SHRINK))
