"""The shipped detector on a picture that it was not trained on."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from tenet_ros.geometry import iou_matrix
from tenet_ros.inference.catalogue import load_manifest
from tenet_ros.inference.ort import OrtSession
from tenet_ros.inference.store import EngineStore
from tenet_ros.language.expression import Prompt
from tenet_ros.language.parser import parse
from tenet_ros.stages.text_aligned import TextAlignedDetector
from tenet_ros.stages.word_table import WordTable

THINGS = {
    'orange duck': [262, 291, 332, 385],
    'orange book': [434, 182, 553, 234],
    'red book': [133, 143, 284, 206],
    'black book': [221, 197, 307, 259],
    'pink book': [389, 317, 640, 447],
    'grey pan': [367, 229, 572, 302],
    'pink bottle': [66, 185, 143, 268],  # a pair of words that no training image shows
    'red mug': [273, 218, 330, 309],
}
"""What is to be seen, xyxy in pixels."""


@pytest.fixture(scope='module')
def detector():
    manifest = load_manifest('tabletop_detector')
    folder = EngineStore.default().folder(manifest)
    session = OrtSession(folder / manifest.graph.name, manifest, threads=1)
    words = WordTable.load(folder / manifest.files[1].name)
    with session:
        yield TextAlignedDetector(session, words)


@pytest.fixture(scope='module')
def still():
    image = cv2.imread(str(Path(__file__).parent / 'data' / 'tabletop_still.jpg'))
    return np.ascontiguousarray(image[..., ::-1])


def ask(detector, image, *sentences):
    prompt = Prompt.of(1, tuple(parse(sentence) for sentence in sentences))
    return detector.detect(image, detector.prepare(prompt))


def boxes() -> np.ndarray:
    return np.asarray(list(THINGS.values()), np.float32)


def test_everything_is_found_once(detector, still):
    found = ask(detector, still, 'the object')
    overlap = iou_matrix(boxes(), found.boxes)
    assert (overlap.max(axis=1) >= 0.5).sum() >= len(THINGS) - 1
    sure = overlap[:, found.scores >= 0.5]
    assert ((sure >= 0.5).sum(axis=1) <= 1).all()


def test_the_top_answer_to_a_phrase_is_the_thing_it_names(detector, still):
    found = ask(detector, still, *(f'the {name}' for name in THINGS))
    overlap = iou_matrix(boxes(), found.boxes)
    right = [row >= 0 and overlap[thing, row] >= 0.5 for thing, row in enumerate(found.reference)]
    # The black book is half behind the mug, and the pan is half in its shade.
    assert sum(right) >= len(THINGS) - 2, dict(zip(THINGS, right, strict=True))


def test_right_words_on_different_things_do_not_add_up(detector, still):
    present = ask(detector, still, 'the red mug', 'the orange duck').phrase_scores.max(axis=0)
    absent = ask(detector, still, 'the orange mug', 'the grey duck').phrase_scores.max(axis=0)
    assert present.min() > 2 * absent.max()


def test_other_names_find_the_same_things(detector, still):
    found = ask(detector, still, 'the rubber duck', 'the flask', 'the red volume')
    overlap = iou_matrix(boxes(), found.boxes)
    things = [list(THINGS).index(name) for name in ('orange duck', 'pink bottle', 'red book')]
    for thing, row in zip(things, found.reference, strict=True):
        assert overlap[thing, row] >= 0.5


def test_what_it_was_never_shown_is_not_found(detector, still):
    found = ask(detector, still, 'the elephant', 'the laptop', 'the zyxt')
    assert found.reference.tolist() == [-1, -1, -1]
    assert found.findable == (False, False, False)
    assert found.phrase_scores.max() < 0.1


@pytest.mark.parametrize('size', [(1280, 720), (100, 50), (1, 1), (33, 700)])
def test_any_image_size_goes(detector, still, size):
    found = ask(detector, cv2.resize(still, size), 'the red mug')
    assert (found.boxes[:, 2:] <= size).all()
    if size == (1280, 720):
        scaled = boxes() * np.asarray([2, 1.5, 2, 1.5], np.float32)
        assert (iou_matrix(scaled, found.boxes).max(axis=1) >= 0.5).mean() >= 0.7
