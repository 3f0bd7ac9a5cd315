"""The shipped detector on rendered clips: boxes of the whole image, and doubts where wanted."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import tenet_ros
from tenet_ros.errors import SourceError
from tenet_ros.inference.ort import OrtSession
from tenet_ros.language.expression import Prompt
from tenet_ros.language.parser import parse
from tenet_ros.sim.generator import generate
from tenet_ros.sim.projection import observe
from tenet_ros.stages.text_aligned import TextAlignedDetector
from tenet_ros.stages.word_table import WordTable
from tenet_ros.training.images import shrunk
from tenet_ros.training.preference.rendered import Doubts, RenderedDetector, Seen, render

WEIGHTS = Path(tenet_ros.__file__).parent / 'weights'


@pytest.fixture(scope='module')
def scene():
    return generate(3, 'train', seconds=1.0, rate_hz=5.0)


@pytest.fixture(scope='module')
def truth(scene):
    return observe(scene, scale=0.5)


@pytest.fixture(scope='module')
def prompt(scene):
    nouns = sorted({thing.category for thing in scene.things[: scene.named]})
    return Prompt.of(1, tuple(parse(f'the {noun}') for noun in nouns))


@pytest.fixture(scope='module')
def stage():
    words = WordTable.load(WEIGHTS / 'tabletop_detector_words.npz')
    with OrtSession(WEIGHTS / 'tabletop_detector.onnx', threads=1) as session:
        yield TextAlignedDetector(session, words)


def test_boxes_are_those_of_the_whole_image(
    graphics, scene, truth, prompt, stage, tmp_path
) -> None:
    render(scene, tmp_path / 'clip.npy')
    frames = np.load(tmp_path / 'clip.npy')
    assert frames.shape == (len(scene), *shrunk(np.zeros((480, 640, 3), np.uint8)).shape)
    found = RenderedDetector(stage, frames, prompt).look(0)
    large = truth.boxes[0][truth.visible_px[0] > 1000]
    best = found.boxes[found.scores > 0.5]
    near = np.abs(large[:, None] - best[None]).max(axis=2).min(axis=1)
    assert np.median(near) < 12


def test_a_clip_that_was_not_rendered_is_named(scene, prompt, stage, tmp_path) -> None:
    seen = Seen(stage=stage, source='x', folder=tmp_path)
    with pytest.raises(SourceError, match=r'run `render` first'):
        seen.detector(scene, prompt)


def test_doubts_change_some_things_and_never_what_no_box_lies_on(scene, truth, prompt) -> None:
    boxes = truth.boxes[0]
    scores = np.full((len(boxes), len(prompt.phrases)), 0.9, np.float32)
    elsewhere = boxes + np.float32(10_000)
    changed = 0
    for seed in range(12):
        doubts = Doubts(np.random.default_rng(seed), scene, truth, prompt)
        on, off = doubts.apply(boxes, scores, 0), doubts.apply(elsewhere, scores, 0)
        assert np.ptp(off) == 0, 'what lies on nothing is doubted like everything'
        changed += int((np.abs(on - off) > 0.05).any())
        assert ((on >= 0) & (on <= 1)).all()
    assert changed >= 3


def test_doubts_keep_nothing_at_nothing(scene, truth, prompt) -> None:
    doubts = Doubts(np.random.default_rng(0), scene, truth, prompt)
    none = np.zeros((0, len(prompt.phrases)), np.float32)
    assert doubts.apply(np.zeros((0, 4), np.float32), none, 0).shape == none.shape
    never = np.zeros((len(truth.boxes[0]), len(prompt.phrases)), np.float32)
    assert not doubts.apply(truth.boxes[0], never, 0).any(), 'an unknown noun stays unknown'
