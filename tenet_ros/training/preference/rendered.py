"""Clips as the shipped detector sees them: rendered once, looked at whenever it has changed.

Drawn errors are as good as their distribution. Here the errors are those of the detector itself:
what it takes for what, from which side, for how long. Only the split ``train`` has nothing in it
that the detector was not trained on, of which it would be less sure; so some things are doubted.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from tenet_ros.errors import SourceError
from tenet_ros.geometry import iou_matrix
from tenet_ros.language.expression import Prompt
from tenet_ros.sim.catalogue import CATEGORIES
from tenet_ros.sim.generator import GENERATOR, generate
from tenet_ros.sim.renderer import Renderer
from tenet_ros.sim.scene import Scene, Truth
from tenet_ros.stages.text_aligned import TextAlignedDetector
from tenet_ros.training.images import RENDERED_WIDTH, SMALL, shrunk
from tenet_ros.training.preference.nouns import meanings
from tenet_ros.training.preference.profiles import Random
from tenet_ros.types import Detections, FloatArray

__all__ = ['RATE_HZ', 'Doubts', 'RenderedDetector', 'Seen', 'render', 'render_clips']

RATE_HZ = 10.0
"""Frames per second of rendered clips: more clips are worth more than more frames of each."""

_DOUBTED = 0.2
"""Share of the things that the detector is made less sure of."""


def render(scene: Scene, path: Path) -> None:
    """Render a clip into a file, unless it is there; whole or not at all.

    Args:
        scene: the clip.
        path: of the file: (T, h, w, 3) uint8 RGB of the size that the detector takes, as
            ``numpy.save`` writes it.

    Raises:
        GraphicsError: nothing here can render.
    """
    if path.is_file():
        return
    frames = np.empty((len(scene), *SMALL, 3), np.uint8)
    with Renderer(scene) as renderer:
        for frame in range(len(scene)):
            frames[frame] = shrunk(renderer.view(frame).image)
    unfinished = path.with_suffix('.part')
    with unfinished.open('wb') as file:
        np.save(file, frames)
    unfinished.replace(path)


def render_clips(folder: Path, clips: int, *, split: str, first: int = 0) -> None:
    """Render clips; those that are there already are kept.

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
    return f'generator-{GENERATOR}_{split}_{seed:07d}.npy'


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Seen:
    """Rendered clips, and the detector that looks at them.

    Attributes:
        stage: active.
        source: tells this detector from others, for the names of what it has seen.
        folder: of ``render_clips``.
    """

    stage: TextAlignedDetector
    source: str
    folder: Path

    def detector(
        self, scene: Scene, prompt: Prompt, doubts: Doubts | None = None
    ) -> RenderedDetector:
        """Return the detector for one clip and one prompt; see ``RenderedDetector``.

        Raises:
            SourceError: the clip was not rendered.
        """
        path = self.folder / _name(scene.split, scene.seed)
        if not path.is_file():
            raise SourceError(f'{path}: expected a rendered clip, got none; run `render` first')
        frames: npt.NDArray[np.uint8] = np.load(path, mmap_mode='r')
        return RenderedDetector(self.stage, frames, prompt, doubts)


class RenderedDetector:
    """A real detector that looks at a rendered clip.

    Args:
        detector: active; it is not owned.
        frames: (T, h, w, 3) uint8 RGB, of ``render``.
        prompt: what is asked for.
        doubts: what it is less sure of than it would be; None for nothing.
    """

    def __init__(
        self,
        detector: TextAlignedDetector,
        frames: npt.NDArray[np.uint8],
        prompt: Prompt,
        doubts: Doubts | None = None,
    ) -> None:
        self._detector, self._frames, self._doubts = detector, frames, doubts
        self._prepared, self._width = detector.prepare(prompt), frames.shape[2]

    def look(self, frame: int) -> Detections:
        """Return what it sees in a frame; boxes in pixels of the whole image."""
        found = self._detector.detect(np.ascontiguousarray(self._frames[frame]), self._prepared)
        found = replace(found, boxes=found.boxes * np.float32(RENDERED_WIDTH / self._width))
        if self._doubts is None:
            return found
        scores = self._doubts.apply(found.boxes, found.phrase_scores, frame)
        reference = self._prepared.reference(scores, self._detector.reference_threshold)
        return replace(found, phrase_scores=scores, reference=reference)


class Doubts:
    """What a detector is less sure of in a clip, and what it takes it for instead.

    Args:
        rng: draws which things, and how much.
        scene: the clip.
        truth: of its frames, by which boxes are told apart.
        prompt: what is asked for.
    """

    def __init__(self, rng: Random, scene: Scene, truth: Truth, prompt: Prompt) -> None:
        self._truth = truth
        things, phrases = len(scene.things), prompt.phrases
        doubted = rng.random(things) < _DOUBTED
        of_kind = rng.uniform(0.3, 3.0, things)
        of_colour = rng.uniform(0.0, 1.5, things) * (rng.random(things) < 0.5)
        self._logits = np.zeros((things, len(phrases)))
        for row, thing in enumerate(scene.things):
            if not doubted[row] or not thing.category:
                continue
            taken_for = str(rng.choice(list(CATEGORIES)))
            for column, phrase in enumerate(phrases):
                meant = meanings(phrase.noun) if phrase.noun else ()
                if thing.category in meant:
                    self._logits[row, column] -= of_kind[row]
                elif taken_for in meant:
                    self._logits[row, column] += of_kind[row]
                if phrase.colours:
                    self._logits[row, column] -= of_colour[row]
        self._sharpness = float(rng.uniform(0.85, 1.2))
        self._offset = float(rng.normal(0.0, 0.25))

    def apply(self, boxes: FloatArray, phrase_scores: FloatArray, frame: int) -> FloatArray:
        """Return (N, P) scores with the doubts in them.

        Args:
            boxes: (N, 4) xyxy, pixels of the whole image.
            phrase_scores: (N, P) in [0, 1].
            frame: of the clip.
        """
        if not phrase_scores.size:
            return phrase_scores
        overlap = iou_matrix(boxes, self._truth.boxes[frame])
        known = overlap.max(axis=1) >= 0.5
        shift = np.where(known[:, None], self._logits[overlap.argmax(axis=1)], 0.0)
        bounded = np.clip(phrase_scores.astype(np.float64), 1e-6, 1 - 1e-6)
        logits = np.log(bounded / (1 - bounded)) * self._sharpness + self._offset + shift
        scores = np.where(phrase_scores > 0, 1 / (1 + np.exp(-logits)), 0.0)
        return np.asarray(scores, np.float32)
