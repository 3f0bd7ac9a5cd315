from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenet_ros.config import DetectorConfig
from tenet_ros.errors import EngineError
from tenet_ros.inference.spec import TensorSpec
from tenet_ros.language.expression import Expression, Phrase, Prompt
from tenet_ros.stages.text_aligned import PAD, TextAlignedDetector
from tenet_ros.stages.word_table import WordTable

HEIGHT, WIDTH, CELLS = 48, 64, 12
EMPTY = Prompt.of(0, ())
NOUNS = {'mug': [8, 0], 'coffee mug': [9, 0], 'ball': [0, 8], 'elephant': [-8, -8]}
COLOURS, PATTERNS = ('red', 'blue'), ('plain', 'striped')
MUG, BALL = [1.0, 0.0], [0.0, 1.0]


def words() -> WordTable:
    return WordTable(
        words=tuple(NOUNS),
        vectors=np.asarray(list(NOUNS.values()), np.float32),
        biases=np.full(4, -4, np.float32),
        weights=np.ones(4, np.float32),
        fits=np.asarray([1, 0.95, 1, 0.01], np.float32),
        meanings=np.eye(4, dtype=np.float32),
        categories=('mug', 'ball'),
        colours=COLOURS,
        patterns=PATTERNS,
        mean=np.zeros(4, np.float32),
        axes=np.eye(4, dtype=np.float32),
    )


class ScriptedSession:
    """Answers with given boxes in network pixels."""

    key, provider = 'scripted', 'script'
    inputs = (TensorSpec('image', np.dtype(np.uint8), (1, HEIGHT, WIDTH, 3)),)
    outputs = (TensorSpec('rows', np.dtype(np.float32), (1, CELLS, 11)),)

    def __init__(self, *seen) -> None:
        self.canvas = np.zeros(0, np.uint8)
        self.rows = np.zeros((1, CELLS, 11), np.float32)
        for row, (box, score, noun, colours, patterns) in zip(self.rows[0], seen, strict=False):
            row[:4], row[4], row[5:7], row[7:9], row[9:] = box, score, noun, colours, patterns

    def activate(self) -> None: ...

    def deactivate(self) -> None: ...

    def infer(self, inputs):
        self.canvas = inputs['image'].copy()
        return {'rows': self.rows}


def seen(box, *, score=0.9, noun=MUG, red=-5.0, blue=-5.0, striped=-5.0):
    return box, score, noun, [red, blue], [-striped, striped]


def prompt(*phrases: Phrase) -> Prompt:
    return Prompt.of(1, tuple(Expression(text='', phrases=(phrase,)) for phrase in phrases))


def phrase(noun: str, **said) -> Phrase:
    return Phrase(text=said.pop('text', noun), noun=noun, **said)


def detect(image, *things, asked: Prompt = EMPTY, **config):
    stage = TextAlignedDetector(ScriptedSession(*things), words(), DetectorConfig(**config))
    return stage.detect(image, stage.prepare(asked))


def blank(height: int = HEIGHT, width: int = WIDTH) -> np.ndarray:
    return np.zeros((height, width, 3), np.uint8)


@pytest.mark.parametrize(
    ('height', 'width', 'box'),
    [
        pytest.param(48, 64, [8, 16, 24, 40], id='same size'),
        pytest.param(480, 640, [80, 160, 240, 400], id='camera'),
        pytest.param(48, 128, [16, 32, 48, 48], id='wide, cut at the bottom'),
        pytest.param(24, 32, [4, 8, 12, 20], id='smaller'),
    ],
)
def test_boxes_come_in_source_pixels(height, width, box):
    found = detect(blank(height, width), seen([8, 16, 24, 40]))
    np.testing.assert_allclose(found.boxes, [box], atol=1e-3)
    assert found.labels == ('mug',)
    np.testing.assert_allclose(found.scores, [0.9])


@given(st.integers(1, 300), st.integers(1, 300))
def test_any_image_gives_boxes_inside_of_it(height, width):
    found = detect(blank(height, width), seen([-9, -9, 40, 30]), seen([30, 20, 99, 99], noun=BALL))
    assert found.boxes.dtype == np.float32
    assert (found.boxes[:, :2] >= 0).all()
    assert (found.boxes[:, 2:] <= [width, height]).all()


def test_an_appearance_tells_kinds_and_colours_apart_and_not_places():
    found = detect(
        blank(),
        seen([0, 0, 16, 16], red=5.0),
        seen([32, 16, 48, 32], score=0.7, noun=[0.9, 0.05], red=4.0),
        seen([16, 0, 32, 16], score=0.6, blue=5.0),
        seen([0, 16, 16, 32], score=0.5, noun=BALL, red=5.0),
    )
    np.testing.assert_allclose(np.linalg.norm(found.appearance, axis=1), 1, atol=1e-5)
    same, blue, ball = found.appearance[1:] @ found.appearance[0]
    assert same > 0.98
    assert max(blue, ball) < 0.7


def test_an_empty_image_has_appearances_of_nothing():
    assert len(detect(blank()).appearance) == 0


def test_a_phrase_is_the_product_of_its_words():
    asked = prompt(
        phrase('mug'),
        phrase('mug', colours=('red',)),
        phrase('mug', colours=('red',), attributes=('striped',)),
        phrase('', excluded_colours=('red',)),
        phrase('', excluded_attributes=('striped',)),
        phrase(''),
    )
    found = detect(blank(), seen([8, 8, 40, 40], red=np.log(3), striped=np.log(4)), asked=asked)
    mug = 0.9 / (1 + np.exp(-4))
    wanted = [mug, mug * 0.75, mug * 0.75 * 0.8, 0.9 * 0.25, 0.9 * 0.2, 0.9]
    np.testing.assert_allclose(found.phrase_scores, [wanted], rtol=1e-5)


def test_the_top_answer_to_each_sentence_is_the_reference():
    things = (seen([0, 0, 20, 20], red=5), seen([40, 20, 60, 40], blue=5, score=0.8))
    asked = prompt(
        phrase('mug', colours=('blue',)), phrase('mug', colours=('red',)), phrase('ball')
    )
    found = detect(blank(), *things, asked=asked)
    assert found.reference.tolist() == [1, 0, -1]
    assert found.phrase_scores[0, 0] < 0.05, 'the red mug is no blue one'


def test_modifiers_without_an_output_are_neutral():
    asked = prompt(phrase('mug'), phrase('mug', attributes=('wooden', 'heavy')))
    scores = detect(blank(), seen([8, 8, 40, 40]), asked=asked).phrase_scores[0]
    assert scores[0] == scores[1]


def test_a_colour_without_an_output_is_measured_on_the_pixels():
    image = blank()
    image[:, :32] = (40, 200, 60)
    things = (seen([4, 8, 28, 40]), seen([36, 8, 60, 40]))
    scores = detect(image, *things, asked=prompt(phrase('mug', colours=('green',)))).phrase_scores
    assert scores[0, 0] > 5 * scores[1, 0]


def test_a_shade_weighs_less_than_its_colour():
    asked = prompt(phrase('mug', colours=('dark blue',)), phrase('mug', colours=('blue',)))
    scores = detect(np.full((48, 64, 3), 250, np.uint8), seen([8, 8, 40, 40], blue=5), asked=asked)
    shade, colour = scores.phrase_scores[0]
    assert 0.5 * colour < shade < colour


def test_nouns_that_cannot_be_found_are_told():
    stage = TextAlignedDetector(ScriptedSession(seen([8, 8, 40, 40])), words())
    asked = prompt(phrase('elephant'), phrase('zeppelin'), phrase('mug'), phrase(''))
    prepared = stage.prepare(asked)
    assert prepared.unknown == ('elephant', 'zeppelin')
    found = stage.detect(blank(), prepared)
    assert found.findable == (False, False, True, True)
    assert found.phrase_scores[0, 0] < 0.01
    assert found.phrase_scores[0, 1] == 0


def test_a_compound_goes_before_its_head():
    stage = TextAlignedDetector(ScriptedSession(), words())
    nouns = [phrase('mug', text='red coffee mug'), phrase('mug', text='red mug')]
    compound, head = stage.prepare(prompt(*nouns)).phrases
    np.testing.assert_array_equal(compound.noun.vector, NOUNS['coffee mug'])
    np.testing.assert_array_equal(head.noun.vector, NOUNS['mug'])


def test_one_object_under_two_boxes_is_one():
    things = (seen([8, 8, 40, 40]), seen([9, 8, 41, 40], score=0.8), seen([44, 8, 60, 40]))
    found = detect(blank(), *things)
    np.testing.assert_allclose(found.scores, [0.9, 0.9])


def test_the_best_come_first_and_no_more_than_asked_for():
    boxes = [[8 * n, 0, 8 * n + 7, 20] for n in range(6)]
    things = [seen(box, score=0.2 + 0.1 * n) for n, box in enumerate(boxes)]
    found = detect(blank(), *things, max_boxes=4)
    assert all(one > other for one, other in pairwise(found.scores))
    np.testing.assert_allclose(found.scores, [0.7, 0.6, 0.5, 0.4], rtol=1e-6)


def test_weak_boxes_are_kept_for_the_tracker_but_not_below_the_threshold():
    things = (seen([0, 0, 20, 20], score=0.15), seen([40, 20, 60, 40], score=0.05))
    assert len(detect(blank(), *things)) == 1
    assert len(detect(blank(), *things, score_threshold=0.01)) == 2


def test_nothing_seen_has_the_prompts_shape():
    found = detect(blank(), asked=prompt(phrase('mug'), phrase('ball')))
    assert len(found) == 0
    assert found.phrase_scores.shape == (0, 2)
    assert found.reference.tolist() == [-1, -1]


def test_an_empty_prompt_still_gives_boxes():
    found = detect(blank(), seen([8, 8, 40, 40]))
    assert found.phrase_scores.shape == (1, 0)
    assert found.reference.shape == (0,)


def test_boxes_that_are_not_numbers_are_dropped():
    found = detect(blank(), seen([np.nan, 8, 40, 40]), seen([20, 20, 20, 30]))
    assert len(found) == 0


def test_the_network_gets_rgb_averaged_over_areas_on_grey():
    session = ScriptedSession()
    stage = TextAlignedDetector(session, words())
    image = np.random.default_rng(0).integers(0, 256, (48, 128, 3)).astype(np.uint8)
    stage.detect(image, stage.prepare(EMPTY))
    assert (session.canvas[0, 24:] == PAD).all()
    halved = cv2.resize(image, (64, 24), interpolation=cv2.INTER_AREA)
    np.testing.assert_array_equal(session.canvas[0, :24], halved)


@pytest.mark.parametrize(
    ('inputs', 'outputs'),
    [
        pytest.param((1, 3, 48, 64), (1, 12, 11), id='planes'),
        pytest.param((1, 48, 64, 3), (1, 12, 10), id='other words'),
        pytest.param((1, 'h', 'w', 3), (1, 12, 11), id='open size'),
    ],
)
def test_another_model_is_refused(inputs, outputs):
    session = ScriptedSession()
    session.inputs = (TensorSpec('image', np.dtype(np.uint8), inputs),)
    session.outputs = (TensorSpec('rows', np.dtype(np.float32), outputs),)
    with pytest.raises(EngineError, match='scripted: expected'):
        TextAlignedDetector(session, words())


def test_the_package_settings_suppress_as_this_detector_advises():
    near = seen([10, 10, 30, 30]), seen([10, 15, 30, 35], score=0.8, noun=BALL)
    assert len(detect(blank(), *near, score_threshold=0.1)) == 1, 'their IoU is 0.6'
    assert len(detect(blank(), *near, score_threshold=0.1, any_class_iou=0.7)) == 2
