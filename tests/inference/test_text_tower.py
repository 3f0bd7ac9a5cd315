from __future__ import annotations

import numpy as np
import pytest

from tenet_ros.errors import EngineError
from tenet_ros.inference.ort import OrtSession
from tenet_ros.inference.text_tower import Texts, TextTower

TABLE = np.arange(12, dtype=np.float32).reshape(4, 3)


class Numbers:
    """Texts that are numbers, as ids."""

    def lay(self, texts):
        ids = np.asarray([[int(text) if text.isdigit() else 0 for text in texts]], np.int64)
        tensors = {'input_ids': ids, 'attention_mask': ids, 'token_type_ids': ids, 'own': ids}
        return Texts(tensors=tensors, columns=tuple(range(len(texts))))


@pytest.fixture
def session(embedding_model):
    with OrtSession(embedding_model(TABLE)) as session:
        yield session


def test_the_image_graph_gets_outputs_and_the_layouts_own_tensors_by_name(session):
    tower = TextTower(session, Numbers(), ('last_hidden_state', 'own'))
    laid = tower.encode(['2', '1'])
    assert set(laid.tensors) == {'last_hidden_state', 'own'}
    np.testing.assert_array_equal(laid.tensors['last_hidden_state'][0], TABLE[[2, 1]])
    np.testing.assert_array_equal(laid.tensors['own'], [[2, 1]])
    assert laid.columns == (0, 1)


def test_what_was_encoded_outlives_the_next_command(session):
    tower = TextTower(session, Numbers(), ('last_hidden_state',))
    first = tower.encode(['3'])
    tower.encode(['1'])
    np.testing.assert_array_equal(first.tensors['last_hidden_state'][0, 0], TABLE[3])


def test_a_tensor_that_nobody_makes_is_named_at_once(session):
    with pytest.raises(EngineError, match=r'want task_features as well; export the model again'):
        TextTower(session, Numbers(), ('last_hidden_state', 'task_features'))
