from __future__ import annotations

import numpy as np
import pytest

from tenet_ros.config import DetectorConfig
from tenet_ros.errors import EngineError
from tenet_ros.inference.spec import TensorSpec
from tenet_ros.inference.text_tower import Texts
from tenet_ros.language.expression import Prompt
from tenet_ros.language.parser import parse
from tenet_ros.stages.camera_canvas import CameraCanvas
from tenet_ros.stages.open_vocabulary import OpenVocabularyDetector

HEIGHT, WIDTH, PLACES = 120, 160, 4


class Places:
    """A language side with four places, and the texts themselves as its only tensor."""

    def encode(self, texts):
        self.texts = tuple(texts)
        columns = tuple(n if n < PLACES else -1 for n in range(len(texts)))
        return Texts(tensors={'words': np.zeros(1, np.float32)}, columns=columns)


class ScriptedSession:
    """Answers with given boxes, in pixels of its own image, and a score for each place."""

    key, provider = 'scripted', 'script'
    inputs = (
        TensorSpec('image', np.dtype(np.uint8), (1, HEIGHT, WIDTH, 3)),
        TensorSpec('words', np.dtype(np.float32), (1,)),
    )

    def __init__(self, *seen):
        self.boxes = np.zeros((1, 8, 4), np.float32)
        self.scores = np.zeros((1, 8, PLACES), np.float32)
        for row, (box, scores) in enumerate(seen):
            self.boxes[0, row], self.scores[0, row, : len(scores)] = box, scores
        self.outputs = (
            TensorSpec('boxes', np.dtype(np.float32), self.boxes.shape),
            TensorSpec('scores', np.dtype(np.float32), self.scores.shape),
        )

    def infer(self, inputs):
        assert inputs.keys() == {'image', 'words'}
        self.image = inputs['image'].copy()
        return {'boxes': self.boxes, 'scores': self.scores}


def prompt(*sentences: str) -> Prompt:
    return Prompt.of(1, tuple(parse(sentence) for sentence in sentences))


def detect(image, sentences, *seen, **config):
    session, tower = ScriptedSession(*seen), Places()
    detector = OpenVocabularyDetector(session, tower, DetectorConfig(**config))
    detections = detector.detect(image, detector.prepare(prompt(*sentences)))
    return detections, session, tower


def blank(height: int = HEIGHT, width: int = WIDTH) -> np.ndarray:
    return np.full((height, width, 3), 128, np.uint8)


def test_phrases_are_asked_before_whole_sentences_and_each_text_once():
    _, _, tower = detect(blank(), ['the red mug left of the bowl', 'the bowl'])
    assert tower.texts == ('red mug', 'bowl', 'the red mug left of the bowl', 'the bowl')


def test_columns_are_the_prompts_even_where_texts_are_shared():
    seen = ([10, 10, 50, 50], [0.9, 0.1]), ([80, 20, 120, 60], [0.2, 0.8])
    detections, _, _ = detect(blank(), ['the red mug left of the bowl', 'the bowl'], *seen)
    np.testing.assert_allclose(
        detections.phrase_scores, np.asarray([[0.9, 0.1, 0.1], [0.2, 0.8, 0.8]]), rtol=1e-6
    )
    assert detections.findable == (True, True, True)


def test_the_reference_is_the_answer_to_the_whole_sentence():
    seen = ([10, 10, 50, 50], [0.9, 0.1, 0.3]), ([80, 20, 120, 60], [0.8, 0.1, 0.7])
    detections, _, _ = detect(blank(), ['the mug left of the bowl'], *seen)
    assert detections.reference.tolist() == [1]


def test_a_sentence_without_room_is_answered_by_its_target():
    sentences = ['the mug left of the bowl', 'the plate near the can']
    seen = ([10, 10, 50, 50], [0.1, 0, 0.6]), ([80, 20, 120, 60], [0.5])
    detections, _, tower = detect(blank(), sentences, *seen)
    assert len(tower.texts) == 6
    np.testing.assert_allclose(detections.scores, [0.6, 0.5], rtol=1e-6)
    assert detections.reference.tolist() == [1, 0]


def test_a_phrase_without_room_is_unknown_and_fits_nothing():
    sentences = ['the mug', 'the bowl', 'the plate', 'the can', 'the spoon']
    session, tower = ScriptedSession(([10, 10, 50, 50], [0.5] * PLACES)), Places()
    detector = OpenVocabularyDetector(session, tower)
    prepared = detector.prepare(prompt(*sentences))
    detections = detector.detect(blank(), prepared)
    assert prepared.unknown == ('spoon',)
    assert detections.findable == (True, True, True, True, False)
    assert detections.phrase_scores[0, 4] == 0


def test_a_colour_that_is_denied_is_looked_for_on_the_pixels():
    image = blank()
    image[10:50, 10:50], image[20:60, 80:120] = (200, 20, 20), (20, 20, 200)
    seen = ([10, 10, 50, 50], [0.9]), ([80, 20, 120, 60], [0.8])
    detections, _, _ = detect(image, ['the mug that is not red'], *seen)
    assert detections.phrase_scores[0, 0] < 0.2 < 0.7 < detections.phrase_scores[1, 0]


def test_boxes_come_in_the_cameras_pixels_whatever_the_graph_takes():
    seen = ([10, 10, 50, 50], [0.9])
    detections, session, _ = detect(blank(240, 320), ['the mug'], seen)
    np.testing.assert_allclose(detections.boxes, [[20, 20, 100, 100]])
    assert session.image.shape == (1, HEIGHT, WIDTH, 3)
    assert (session.image == 128).all()


def test_an_image_of_another_aspect_lies_at_the_top_left_with_nothing_of_the_last_one():
    canvas = CameraCanvas(HEIGHT, WIDTH)
    canvas.fit(np.full((60, 160, 3), 255, np.uint8))
    fitted, letterbox = canvas.fit(np.full((240, 160, 3), 9, np.uint8))
    assert (letterbox.width, letterbox.height) == (80, 120)
    assert (fitted[0, :, :80] == 9).all()
    assert not fitted[0, :, 80:].any()


def test_an_image_of_the_graphs_own_size_is_not_copied():
    image = blank()
    fitted, _ = CameraCanvas(HEIGHT, WIDTH).fit(image)
    assert np.shares_memory(fitted, image)


@pytest.mark.parametrize('box', [[np.nan] * 4, [30, 30, 30.5, 60], [400, 10, 500, 50]])
def test_boxes_that_are_none_are_dropped(box):
    detections, _, _ = detect(blank(), ['the mug'], (box, [0.9]), ([10, 10, 50, 50], [0.5]))
    np.testing.assert_allclose(detections.boxes, [[10, 10, 50, 50]])


def test_nothing_seen_is_an_answer():
    detections, _, _ = detect(blank(), ['the mug'])
    assert len(detections) == 0
    assert detections.phrase_scores.shape == (0, 1)
    assert detections.reference.tolist() == [-1]


def test_another_graph_is_refused_by_its_tensors():
    session = ScriptedSession()
    session.outputs = session.outputs[:1]
    with pytest.raises(EngineError, match=r'expected the outputs boxes \(1, K, 4\) and scores'):
        OpenVocabularyDetector(session, Places())
    session.inputs = (TensorSpec('image', np.dtype(np.float32), (1, 3, HEIGHT, WIDTH)),)
    with pytest.raises(EngineError, match=r'expected an input image: \(1, height, width, 3\)'):
        OpenVocabularyDetector(session, Places())
