from __future__ import annotations

import numpy as np
import pytest

from tenet_ros.errors import EngineError
from tenet_ros.inference.text_layouts import CaptionLayout, OmDetLayout, QueryLayout
from tenet_ros.inference.tokens import load_tokenizer, padded

tokenizers = pytest.importorskip('tokenizers', reason='needs the extra [minilm] or [export]')

WORDS = ['red', 'blue', 'mug', 'bowl', 'the', 'detect', 'object', 'left', 'of', 'thing']


@pytest.fixture(scope='module')
def bert(tmp_path_factory):
    """A word-piece tokenizer with BERT's special tokens, from a file as a model has it."""
    from tokenizers import models, normalizers, pre_tokenizers, processors

    vocabulary = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '.', '?', ',', *WORDS]
    tokenizer = tokenizers.Tokenizer(
        models.WordPiece({word: n for n, word in enumerate(vocabulary)}, unk_token='[UNK]')
    )
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single='[CLS] $A [SEP]', special_tokens=[('[CLS]', 2), ('[SEP]', 3)]
    )
    path = tmp_path_factory.mktemp('bert') / 'tokenizer.json'
    tokenizer.save(str(path))
    return path


@pytest.fixture
def words(bert):
    return load_tokenizer(bert, model='small', max_tokens=8)


def test_a_caption_is_what_the_tokenizer_makes_of_the_joined_texts(bert, words):
    whole = tokenizers.Tokenizer.from_file(str(bert)).encode('red mug. blue bowl. thing.').ids
    laid = CaptionLayout(words, phrases=4, tokens=16).lay(['red mug', 'blue bowl', 'thing'])
    assert laid.tensors['input_ids'][0].tolist() == whole + [0] * (16 - len(whole))
    assert laid.tensors['attention_mask'].sum() == len(whole)
    assert laid.columns == (0, 1, 2)


def test_masks_and_positions_are_those_of_the_published_model(words):
    torch = pytest.importorskip('torch', reason='compares with transformers')
    published = pytest.importorskip(
        'transformers.models.grounding_dino.modeling_grounding_dino', reason='extra [export]'
    )
    laid = CaptionLayout(words, phrases=4, tokens=24).lay(['red mug', 'the blue bowl'])
    length = int(laid.tensors['attention_mask'].sum())
    mask, positions = published.generate_masks_with_special_tokens_and_transfer_map(
        torch.from_numpy(laid.tensors['input_ids'][:, :length]), torch.tensor([2, 3, 4, 5])
    )
    np.testing.assert_array_equal(laid.tensors['self_attention'][:, :length, :length], mask)
    np.testing.assert_array_equal(laid.tensors['position_ids'][:, :length], positions)


def test_each_column_is_a_mean_over_the_tokens_of_its_text(words):
    laid = CaptionLayout(words, phrases=3, tokens=16).lay(['red mug', 'bowl'])
    share, ids = laid.tensors['phrase_tokens'][0], laid.tensors['input_ids'][0]
    np.testing.assert_allclose(share.sum(axis=0), 1)
    for column, text in enumerate(('red mug', 'bowl')):
        seen = ids[share[:, column] > 0].tolist()
        assert seen == [7 + WORDS.index(word) for word in text.split()]
    np.testing.assert_array_equal(share[:, 2], share[:, 1])


def test_a_stop_within_a_text_does_not_end_it(words):
    laid = CaptionLayout(words, phrases=2, tokens=16).lay(['red. mug?'])
    alone = CaptionLayout(words, phrases=2, tokens=16).lay(['red mug'])
    np.testing.assert_array_equal(laid.tensors['input_ids'], alone.tensors['input_ids'])


def test_a_text_that_has_no_room_in_the_caption_has_no_column_and_a_shorter_one_may(words):
    texts = ['red mug', 'the blue bowl left of the mug', 'bowl']
    laid = CaptionLayout(words, phrases=4, tokens=8).lay(texts)
    assert laid.columns == (0, -1, 1)


def test_texts_beyond_the_places_have_no_column_whatever_the_family(words):
    for layout in (
        CaptionLayout(words, phrases=2, tokens=32),
        OmDetLayout(words, phrases=2, tokens=12),
        QueryLayout(words, phrases=2, tokens=12),
    ):
        assert layout.lay(['mug', 'bowl', 'thing']).columns == (0, 1, -1)


def test_places_that_are_left_repeat_the_last_text(words):
    laid = QueryLayout(words, phrases=4, tokens=6).lay(['red mug', 'bowl'])
    ids = laid.tensors['input_ids']
    assert ids.shape == (4, 6)
    np.testing.assert_array_equal(ids[2:], ids[[1, 1]])
    assert not np.array_equal(ids[0], ids[1])
    np.testing.assert_array_equal(laid.tensors['attention_mask'], ids > 0)


def test_the_task_of_omdet_names_every_class_once(words):
    laid = OmDetLayout(words, phrases=4, tokens=12).lay(['red mug', 'bowl'])
    asked = QueryLayout(words, phrases=1, tokens=12).lay(['Detect red mug, bowl.'])
    count = int(laid.tensors['task_attention'].sum())
    np.testing.assert_array_equal(laid.tensors['task_ids'], asked.tensors['input_ids'])
    assert count == int(asked.tensors['attention_mask'].sum())


def test_a_long_text_is_cut_and_keeps_its_end(words):
    laid = QueryLayout(words, phrases=1, tokens=8).lay(['the red mug left of the blue bowl'])
    assert laid.tensors['input_ids'][0, 0] == 2
    assert laid.tensors['input_ids'][0, -1] == 3


def test_a_tokenizer_of_another_kind_is_refused(tmp_path):
    other = tokenizers.Tokenizer(tokenizers.models.WordLevel({'a': 0}, unk_token='a'))
    other.save(str(tmp_path / 'tokenizer.json'))
    loaded = load_tokenizer(tmp_path / 'tokenizer.json', model='small', max_tokens=8)
    with pytest.raises(EngineError, match=r'expected a tokenizer of BERT, got one without \[CLS\]'):
        CaptionLayout(loaded, phrases=1)


def test_padding_fills_behind():
    np.testing.assert_array_equal(padded([[1, 2], []], 2), [[1, 2], [0, 0]])
