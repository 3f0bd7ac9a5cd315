from __future__ import annotations

import numpy as np
import pytest

from tenet_ros.errors import EngineError
from tenet_ros.stages.word_table import WordTable, sigmoid


class Encoder:
    """Puts every text at the same place."""

    def encode(self, texts):
        return np.tile(np.asarray([[3.0, 1.0, 0.0]], np.float32), (len(texts), 1))


def table() -> WordTable:
    """Two kinds of things along two axes; "elephant" has a vector and lies on neither."""
    return WordTable(
        words=('mug', 'coffee mug', 'ball', 'elephant'),
        vectors=np.asarray([[8, 0], [7, 0], [0, 8], [-8, -8]], np.float32),
        bias=-4.0,
        categories=('mug', 'ball'),
        prototypes=np.eye(2, dtype=np.float32),
        colours=('red', 'blue'),
        patterns=('striped',),
        mean=np.ones(3, np.float32),
        matrix=np.asarray([[1, 0], [0, 1], [0, 0]], np.float32),
    )


def test_a_saved_table_is_the_same_table(tmp_path):
    table().save(tmp_path / 'words.npz')
    again = WordTable.load(tmp_path / 'words.npz')
    for name in ('words', 'bias', 'categories', 'colours', 'patterns'):
        assert getattr(again, name) == getattr(table(), name)
    for name in ('vectors', 'prototypes', 'mean', 'matrix'):
        np.testing.assert_array_equal(getattr(again, name), getattr(table(), name))
        assert getattr(again, name).dtype == np.float32


@pytest.mark.parametrize('content', [None, b'', b'no archive'], ids=['missing', 'empty', 'other'])
def test_what_is_not_a_table_is_said_in_one_sentence(tmp_path, content):
    path = tmp_path / 'words.npz'
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(EngineError, match=r'word table: expected one at .*reinstall'):
        WordTable.load(path)


def test_a_word_without_a_vector_has_one_only_with_an_encoder():
    assert table().vector('zeppelin') is None
    np.testing.assert_allclose(table().vector('zeppelin', Encoder()), [2, 0])
    np.testing.assert_allclose(table().vector('ball', Encoder()), [0, 8])


def test_findable_is_what_some_trained_kind_would_be_called():
    words = table()
    assert words.findable(words.vector('mug'))
    assert words.findable(words.vector('coffee mug'))
    assert not words.findable(words.vector('elephant'))


def test_the_sigmoid_does_not_overflow():
    with np.errstate(all='raise'):
        values = sigmoid(np.asarray([-1e4, 0, 1e4], np.float32))
    np.testing.assert_array_equal(values, np.asarray([0, 0.5, 1], np.float32))
