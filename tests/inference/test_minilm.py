from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from tenet_ros.errors import EngineError
from tenet_ros.inference.catalogue import load_manifest
from tenet_ros.inference.minilm import MiniLmLikeness, SentenceEncoder, load_tokenizer
from tenet_ros.inference.ort import OrtSession
from tenet_ros.inference.store import EngineStore, Health
from tenet_ros.language.coco_nouns import NOUN_CLASSES

PADDING, WORDS = 0, ('wrench', 'spanner', 'dog', 'big')
# One direction per meaning; padding points somewhere else, so that a wrong mask is noticed.
TABLE = np.asarray([[9, 9, 9], [1, 0, 0], [0.9, 0.1, 0], [0, 1, 0], [0, 0, 0.2]], np.float32)


@dataclass
class Tokens:
    ids: list[int]
    attention_mask: list[int]


class WordTokenizer:
    """One token per word, padded as the real one does."""

    def encode_batch(self, texts: list[str]) -> list[Tokens]:
        split = [[WORDS.index(word) + 1 for word in text.split()] for text in texts]
        longest = max(map(len, split))
        return [
            Tokens(
                ids=ids + [PADDING] * (longest - len(ids)),
                attention_mask=[1] * len(ids) + [0] * (longest - len(ids)),
            )
            for ids in split
        ]


@pytest.fixture
def encoder(
    embedding_model: Callable[[np.ndarray], Path],
) -> Iterator[SentenceEncoder]:
    with OrtSession(embedding_model(TABLE)) as session:
        yield SentenceEncoder(session, WordTokenizer())


def test_vectors_are_means_of_tokens_of_length_one(encoder: SentenceEncoder):
    vectors = encoder.encode(['dog', 'big dog'])
    expected = np.asarray([[0, 1, 0], [0, 1, 0.2] / np.hypot(1, 0.2)])
    np.testing.assert_allclose(vectors, expected, atol=1e-6)
    assert vectors.dtype == np.float32


def test_the_batch_does_not_matter(encoder: SentenceEncoder):
    alone = encoder.encode(['wrench'])
    beside = encoder.encode(['wrench', 'big big dog'])[:1]
    np.testing.assert_allclose(alone, beside, atol=1e-6)


def test_a_word_for_the_same_thing_is_found_and_trusted_less(encoder: SentenceEncoder):
    noun, trust = MiniLmLikeness(encoder, ('dog', 'wrench')).nearest('spanner')
    assert noun == 'wrench'
    assert 0.5 < trust < 1


def test_a_word_for_something_else_is_not_trusted(encoder: SentenceEncoder):
    assert MiniLmLikeness(encoder, ('wrench', 'spanner')).nearest('dog')[1] == 0


def test_without_the_extra_the_message_says_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setitem(sys.modules, 'tokenizers', None)
    with pytest.raises(EngineError, match=r'pip install "tenet_ros\[minilm\]"'):
        load_tokenizer(tmp_path / 'tokenizer.json')


def test_a_missing_tokenizer_says_how_to_get_it(tmp_path: Path):
    pytest.importorskip('tokenizers', reason='needs the extra [minilm]')
    with pytest.raises(EngineError, match='tenet-ros models pull minilm_l6_v2'):
        load_tokenizer(tmp_path / 'tokenizer.json')


def test_a_file_that_is_no_tokenizer_says_so(tmp_path: Path):
    pytest.importorskip('tokenizers', reason='needs the extra [minilm]')
    path = tmp_path / 'tokenizer.json'
    path.write_text('{"model": 3}')
    with pytest.raises(EngineError, match='expected a tokenizer'):
        load_tokenizer(path)


def test_real_weights_find_words_of_one_meaning():
    pytest.importorskip('tokenizers', reason='needs the extra [minilm]')
    manifest, store = load_manifest('minilm_l6_v2'), EngineStore.default()
    if store.check(manifest) is not Health.READY:
        pytest.skip('needs `tenet-ros models pull minilm_l6_v2`')
    tokenizer = load_tokenizer(store.folder(manifest) / 'tokenizer.json')
    with OrtSession(store.path(manifest), manifest) as session:
        likeness = MiniLmLikeness(SentenceEncoder(session, tokenizer), tuple(NOUN_CLASSES))
        for noun, known in {'cop': 'policeman', 'granny': 'grandma'}.items():
            nearest, trust = likeness.nearest(noun)
            assert nearest == known
            assert trust > 0.5
        for noun in ('screwdriver', 'spanner', 'road', 'rabbit'):
            assert likeness.nearest(noun)[1] == 0
