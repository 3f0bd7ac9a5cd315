from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from tenet_ros.config import DetectorConfig
from tenet_ros.errors import EngineError
from tenet_ros.inference.catalogue import load_manifest
from tenet_ros.inference.ort import OrtSession
from tenet_ros.inference.spec import TensorSpec
from tenet_ros.language.expression import Expression, Phrase, Prompt
from tenet_ros.stages.yolox import PAD, STRIDES, YoloxDetector

SIDE, CLASSES = 64, ('person', 'dog', 'car')
CELLS = sum((SIDE // stride) ** 2 for stride in STRIDES)
EMPTY = Prompt.of(0, ())


class ScriptedSession:
    """Answers with given boxes in network pixels, written the way YOLOX writes them."""

    key, provider = 'scripted', 'script'
    inputs = (TensorSpec('images', np.dtype(np.float32), (1, 3, SIDE, SIDE)),)
    outputs = (TensorSpec('output', np.dtype(np.float32), (1, CELLS, 5 + len(CLASSES))),)

    def __init__(self, *seen: tuple[list[float], float, list[float]]) -> None:
        self.canvas = np.zeros(0, np.float32)
        self.rows = np.zeros((1, CELLS, 5 + len(CLASSES)), np.float32)
        for number, (box, objectness, classes) in enumerate(seen):
            # The grid of stride 8 comes first, row by row; every box takes a cell of its own.
            cell, stride = np.asarray([number % 8, number // 8]), 8
            x0, y0, x1, y1 = box
            row = self.rows[0, number]
            row[0:2] = np.asarray([x0 + x1, y0 + y1]) / 2 / stride - cell
            row[2:4] = np.log(np.asarray([x1 - x0, y1 - y0]) / stride)
            row[4], row[5:] = objectness, classes

    def activate(self) -> None: ...

    def deactivate(self) -> None: ...

    def infer(self, inputs):
        self.canvas = inputs['images'].copy()
        return {'output': self.rows}


def detector(*seen, **config) -> tuple[YoloxDetector, ScriptedSession]:
    session = ScriptedSession(*seen)
    return YoloxDetector(session, CLASSES, config=DetectorConfig(**config)), session


def detect(image: np.ndarray, *seen, prompt: Prompt = EMPTY, **config):
    yolox, _ = detector(*seen, **config)
    return yolox.detect(image, yolox.prepare(prompt))


def blank(height: int, width: int) -> np.ndarray:
    return np.zeros((height, width, 3), np.uint8)


@pytest.mark.parametrize(
    ('height', 'width', 'box'),
    [
        pytest.param(64, 64, [8, 16, 24, 40], id='same size'),
        pytest.param(128, 128, [16, 32, 48, 80], id='twice as large'),
        pytest.param(64, 128, [16, 32, 48, 64], id='wide, cut at the bottom'),
        pytest.param(32, 32, [4, 8, 12, 20], id='smaller'),
    ],
)
def test_boxes_come_in_source_pixels(height: int, width: int, box: list[float]):
    found = detect(blank(height, width), ([8, 16, 24, 40], 0.9, [0, 1, 0]))
    np.testing.assert_allclose(found.boxes, [box], atol=1e-3)
    assert found.boxes.dtype == np.float32
    assert found.labels == ('dog',)
    np.testing.assert_allclose(found.scores, [0.9], rtol=1e-6)


def test_every_grid_is_decoded():
    yolox, session = detector()
    last = session.rows[0, -1]  # stride 32, column 1, row 1
    last[:] = [0.25, 0.5, 0, 0, 1, 1, 0, 0]
    found = yolox.detect(blank(64, 64), yolox.prepare(EMPTY))
    np.testing.assert_allclose(found.boxes, [[24, 32, 56, 64]])


def test_boxes_are_cut_to_the_image_and_dropped_outside_of_it():
    found = detect(
        blank(32, 64),
        ([-10, -10, 20, 20], 0.9, [1, 0, 0]),
        ([10, 40, 30, 60], 0.9, [0, 1, 0]),  # in the padding
    )
    np.testing.assert_allclose(found.boxes, [[0, 0, 20, 20]], atol=1e-4)


def test_weak_boxes_are_kept_for_the_tracker_but_not_below_the_threshold():
    seen = [([0, 0, 20, 20], 0.5, [0.3, 0, 0]), ([40, 40, 60, 60], 0.5, [0.1, 0, 0])]
    np.testing.assert_allclose(detect(blank(64, 64), *seen).scores, [0.15], rtol=1e-6)
    assert len(detect(blank(64, 64), *seen, score_threshold=0.01)) == 2


def test_the_best_come_first_and_no_more_than_asked_for():
    seen = [([8 * n, 0, 8 * n + 7, 20], 0.2 + 0.1 * n, [1, 0, 0]) for n in range(6)]
    found = detect(blank(64, 64), *seen, max_boxes=2)
    np.testing.assert_allclose(found.scores, [0.7, 0.6], rtol=1e-6)


def test_nothing_seen_has_the_prompts_shape():
    prompt = Prompt.of(1, (Expression(text='', phrases=(Phrase(text='dog', noun='dog'),) * 2),))
    found = detect(blank(64, 64), prompt=prompt)
    assert len(found) == 0
    assert found.phrase_scores.shape == (0, 2)
    assert found.reference.tolist() == [-1]


def test_an_empty_prompt_still_gives_boxes():
    found = detect(blank(64, 64), ([0, 0, 20, 20], 0.9, [1, 0, 0]))
    assert found.phrase_scores.shape == (1, 0)
    assert found.reference.shape == (0,)


def test_phrases_are_answered_per_expression():
    prompt = Prompt.of(
        1,
        (
            Expression(text='', phrases=(Phrase(text='man', noun='man'),)),
            Expression(text='', phrases=(Phrase(text='spanner', noun='spanner'),)),
            Expression(text='', phrases=(Phrase(text='dog', noun='dog'),)),
        ),
    )
    yolox, _ = detector(([0, 0, 20, 20], 0.9, [0, 1, 0]), ([40, 40, 60, 60], 0.8, [1, 0, 0]))
    prepared = yolox.prepare(prompt)
    assert prepared.unknown == ('spanner',)
    found = yolox.detect(blank(64, 64), prepared)
    np.testing.assert_allclose(found.phrase_scores, [[0, 0, 0.9], [0.8 * 0.95, 0, 0]], rtol=1e-6)
    assert found.reference.tolist() == [1, -1, 0]


def test_the_network_gets_bgr_top_left_on_grey():
    yolox, session = detector()
    image = blank(32, 64)
    image[:] = (10, 20, 30)
    yolox.detect(image, yolox.prepare(EMPTY))
    assert session.canvas.shape == (1, 3, SIDE, SIDE)
    assert session.canvas[0, :, 31, 63].tolist() == [30, 20, 10]
    assert (session.canvas[0, :, 32:] == PAD).all()


def test_a_change_of_size_leaves_nothing_of_the_last_image():
    yolox, session = detector()
    prepared = yolox.prepare(EMPTY)
    yolox.detect(np.full((64, 64, 3), 7, np.uint8), prepared)
    yolox.detect(np.full((64, 32, 3), 9, np.uint8), prepared)
    assert (session.canvas[0, :, :, :32] == 9).all()
    assert (session.canvas[0, :, :, 32:] == PAD).all()


def test_output_that_is_no_number_makes_no_box():
    yolox, session = detector(([0, 0, 20, 20], 0.9, [1, 0, 0]))
    session.rows[0, 3] = np.nan
    session.rows[0, 4] = [np.nan, 0, 0, 0, 0.9, 1, 0, 0]
    session.rows[0, 5] = [0, 0, 500, 500, 0.5, 0, 0, 1]  # overflows to the whole image
    with np.errstate(all='ignore'):
        found = yolox.detect(blank(64, 64), yolox.prepare(EMPTY))
    assert np.isfinite(found.boxes).all()
    assert found.labels == ('person', 'car')


def test_another_model_is_refused():
    with pytest.raises(EngineError, match=r'expected a YOLOX of 80 classes.*got images'):
        YoloxDetector(ScriptedSession(), tuple(str(n) for n in range(80)))


def test_the_manifest_says_what_the_code_does():
    image = load_manifest('yolox_nano_416').image
    assert image is not None
    assert (image.resize, image.anchor, image.pad, image.channels) == (
        'letterbox', 'top_left', PAD, 'bgr',
    )  # fmt: skip
    assert (image.mean, image.std) == ((0, 0, 0), (1, 1, 1))


@pytest.fixture(scope='module')
def yolox_nano(shared_models: Path):
    manifest = load_manifest('yolox_nano_416')
    with OrtSession(shared_models / 'yolox_nano_416.onnx', manifest) as session:
        yield YoloxDetector(session, manifest.classes)


def frame(shared_data: Path, clip: str, number: int) -> np.ndarray:
    path = shared_data / 'rvos' / clip / 'JPEGImages' / f'{number:05d}.jpg'
    return np.ascontiguousarray(cv2.imread(str(path))[:, :, ::-1])


def iou(box: np.ndarray, other: list[float]) -> float:
    x0, y0 = np.maximum(box[:2], other[:2])
    x1, y1 = np.minimum(box[2:], other[2:])
    overlap = max(0.0, float(x1 - x0)) * max(0.0, float(y1 - y0))
    sizes = [(b[2] - b[0]) * (b[3] - b[1]) for b in (box, other)]
    return float(overlap / (sum(sizes) - overlap))


def test_real_weights_find_the_dog_the_ball_and_the_player(yolox_nano, shared_data: Path):
    phrases = [
        Phrase(text='white dog', noun='dog', colours=('white',)),
        Phrase(text='soccer ball', noun='ball'),
        Phrase(text='person', noun='person'),
        Phrase(text='cat', noun='cat'),
    ]
    prompt = Prompt.of(1, tuple(Expression(text='', phrases=(phrase,)) for phrase in phrases))
    image = frame(shared_data, 'edgetam_dog_soccer', 40)
    found = yolox_nano.detect(image, yolox_nano.prepare(prompt))
    truth = [[262, 147, 441, 292], [191, 219, 271, 291], [65, 0, 219, 292]]
    for answer, box in zip(found.reference, truth, strict=False):
        assert iou(found.boxes[answer], box) > 0.5
    assert found.reference[3] == -1


def test_real_weights_tell_the_red_car_from_the_grey(yolox_nano, shared_data: Path):
    prompt = Prompt.of(
        1,
        tuple(
            Expression(text='', phrases=(Phrase(text='', noun='car', colours=(colour,)),))
            for colour in ('red', 'dark grey')
        ),
    )
    image = frame(shared_data, 'davis16_car-roundabout', 74)
    found = yolox_nano.detect(image, yolox_nano.prepare(prompt))
    red, grey = found.reference
    assert iou(found.boxes[red], [563, 184, 854, 480]) > 0.7
    assert red != grey
    assert iou(found.boxes[grey], [240, 210, 540, 380]) > 0.5
