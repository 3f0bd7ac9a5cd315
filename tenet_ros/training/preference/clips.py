"""Clips with truth and sentences, without a picture being drawn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tenet_ros.language.expression import Prompt
from tenet_ros.language.parser import parse
from tenet_ros.sim.expressions import sentences
from tenet_ros.sim.generator import generate
from tenet_ros.sim.projection import observe
from tenet_ros.sim.scene import Scene, Truth
from tenet_ros.sim.sentence import Sentence

__all__ = ['Clip', 'make_clip', 'resample']

_LOOKS_HZ = 5.0
"""Silhouettes are filled so often; between, truth is interpolated."""
_HARD = (
    'relation', 'order', 'motion', 'temporal', 'negation', 'absent_relation', 'absent_motion',
)  # fmt: skip
"""Kinds of which every clip gives more than one sentence."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Clip:
    """A clip as the head's training needs it.

    Attributes:
        scene: of T frames.
        truth: of as many.
        sentences: about it, at least one.
        prompt: the same sentences, parsed.
    """

    scene: Scene
    truth: Truth
    sentences: tuple[Sentence, ...]
    prompt: Prompt


def make_clip(seed: int, split: str, *, rate_hz: float, more: int = 5) -> Clip | None:
    """Return the clip of a seed with sentences about it; None if nothing can be said of it.

    Args:
        seed: of the clip.
        split: 'train' or 'val'.
        rate_hz: frames per second.
        more: sentences of the harder kinds beyond one of each kind.
    """
    scene = generate(seed, split, rate_hz=rate_hz)
    step = max(round(rate_hz / _LOOKS_HZ), 1)
    keys = np.unique(np.append(np.arange(0, len(scene), step), len(scene) - 1))
    truth = resample(observe(scene, keys.tolist()), keys, len(scene))
    said = list(sentences(scene, truth, split=split, seed=seed))
    if more:
        said += sentences(scene, truth, split=split, seed=seed + 1, count=more, kinds=_HARD)
    unique = tuple({sentence.text: sentence for sentence in said}.values())
    if not unique:
        return None
    prompt = Prompt.of(1, tuple(parse(sentence.text) for sentence in unique))
    return Clip(scene=scene, truth=truth, sentences=unique, prompt=prompt)


def resample(truth: Truth, keys: npt.NDArray[np.int64], frames: int) -> Truth:
    """Return the truth of all frames from that of some.

    Args:
        truth: of the frames ``keys``.
        keys: (K,) ascending, the first is 0 and the last ``frames - 1``.
        frames: T.
    """
    at = np.arange(frames)
    after = np.searchsorted(keys, at)
    before = np.maximum(after - 1, 0)
    span = np.maximum(keys[after] - keys[before], 1)
    share = np.where(after == before, 1.0, (at - keys[before]) / span)
    nearest = np.where(share < 0.5, before, after)

    def mixed(values: npt.NDArray[np.generic]) -> npt.NDArray[np.float64]:
        numbers = values.astype(np.float64)
        weight = share.reshape(-1, *[1] * (values.ndim - 1))
        return np.asarray((1 - weight) * numbers[before] + weight * numbers[after])

    def boxes(values: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        there = np.asarray(values.any(axis=2), np.bool_)
        both = there[before] & there[after]
        return np.where(both[..., None], mixed(values), values[nearest]).astype(np.float32)

    def counts(values: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        both = (values[before] > 0) & (values[after] > 0)
        return np.where(both, np.rint(mixed(values)), values[nearest]).astype(np.int64)

    return Truth(
        boxes=boxes(truth.boxes),
        amodal_boxes=boxes(truth.amodal_boxes),
        visible_px=counts(truth.visible_px),
        amodal_px=counts(truth.amodal_px),
        whole_px=counts(truth.whole_px),
        centres=mixed(truth.centres),
        world=mixed(truth.world),
    )
