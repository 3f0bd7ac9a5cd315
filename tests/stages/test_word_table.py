from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tenet_ros.errors import EngineError
from tenet_ros.stages.word_table import FAR, NEAR, TRUST, WordTable, sigmoid


class Encoder:
    """Puts every text at one place."""

    def __init__(self, *place: float) -> None:
        self.place = np.asarray([place], np.float32)

    def encode(self, texts):
        return np.repeat(self.place, len(texts), axis=0)


def table() -> WordTable:
    """Two kinds of things along two axes; "elephant" is known, and fits neither."""
    return WordTable(
        words=('mug', 'ball', 'elephant', 'coffee mug'),
        vectors=np.asarray([[8, 0], [0, 8], [0, 0], [8, 0]], np.float32),
        biases=np.asarray([-4, -4, -6, -4], np.float32),
        weights=np.asarray([1, 1, 1, 0.5], np.float32),
        fits=np.asarray([1, 1, 0, 0.5], np.float32),
        meanings=np.eye(4, 3, dtype=np.float32),
        categories=('mug', 'ball'),
        colours=('red', 'blue'),
        patterns=('striped',),
        mean=np.ones(3, np.float32),
        axes=np.eye(3, dtype=np.float32),
    )


def test_a_saved_table_is_the_same_table(tmp_path):
    table().save(tmp_path / 'words.npz')
    again = WordTable.load(tmp_path / 'words.npz')
    for name in WordTable.__slots__:
        value = getattr(table(), name)
        if isinstance(value, tuple):
            assert getattr(again, name) == value
        else:
            np.testing.assert_array_equal(getattr(again, name), value)
            assert getattr(again, name).dtype == np.float32


@pytest.mark.parametrize('content', [None, b'', b'no archive'], ids=['missing', 'empty', 'other'])
def test_what_is_not_a_table_is_said_in_one_sentence(tmp_path, content):
    path = tmp_path / 'words.npz'
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(EngineError, match=r'word table: expected one at .*reinstall'):
        WordTable.load(path)


def test_a_noun_fits_boxes_along_its_vector():
    embeddings = np.eye(2, dtype=np.float32)
    sure = 1 / (1 + np.exp(-4))
    np.testing.assert_allclose(table().noun('mug').score(embeddings), [sure, 1 - sure], rtol=1e-5)
    np.testing.assert_allclose(
        table().noun('coffee mug').score(embeddings), [sure / 2, (1 - sure) / 2], rtol=1e-5
    )


def test_a_word_that_is_not_in_the_table_is_known_only_with_an_encoder():
    assert table().noun('zeppelin') is None
    like_ball = table().noun('orb', Encoder(1, 3, 1))
    np.testing.assert_array_equal(like_ball.vector, [0, 8])
    assert like_ball.weight == pytest.approx(TRUST)
    unlike_any = table().noun('zeppelin', Encoder(0, 0, 1.1))
    assert unlike_any.weight == 0


@pytest.mark.parametrize(
    ('cosine', 'weight'), [(FAR - 0.01, 0), ((FAR + NEAR) / 2, TRUST / 2), (NEAR + 0.01, TRUST)]
)
def test_a_likeness_counts_as_much_as_it_is_near(cosine, weight):
    place = 1 + np.asarray([cosine, 0, np.sqrt(1 - cosine**2)])
    words = replace(table(), meanings=np.asarray([[1, 0, 0], [0, 1, 0]] * 2, np.float32))
    noun = words.noun('cuppa', Encoder(*place))
    assert noun.weight == pytest.approx(weight, abs=1e-5)
    assert noun.fits == pytest.approx(weight, abs=1e-5)


def test_findable_is_what_something_trained_is_called():
    words = table()
    assert words.noun('mug').findable
    assert words.noun('coffee mug').findable
    assert not words.noun('elephant').findable


def test_the_sigmoid_does_not_overflow():
    with np.errstate(all='raise'):
        values = sigmoid(np.asarray([-1e4, 0, 1e4], np.float32))
    np.testing.assert_array_equal(values, np.asarray([0, 0.5, 1], np.float32))
