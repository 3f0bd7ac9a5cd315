from __future__ import annotations

import json
from pathlib import Path

import pytest

from tenet_ros.errors import EngineError
from tenet_ros.export.clip_tokenizer import write_clip_tokenizer

tokenizers = pytest.importorskip('tokenizers', reason='needs tokenizers (extra export)')

MERGES = ('r e', 're d</w>', 'm u', 'mu g</w>', "' s</w>")
TEXTS = (
    'Red  mug',
    "the mug's red rim",
    'café, 42 mugs!',
    'red<|endoftext|>mug',
    '',
    '  \n mugs of  RED 日本',
)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    letters = sorted(tokenizers.pre_tokenizers.ByteLevel.alphabet())
    tokens = [*letters, *(f'{letter}</w>' for letter in letters)]
    tokens += [merge.replace(' ', '') for merge in MERGES]
    tokens += ['<|startoftext|>', '<|endoftext|>']
    numbers = {token: number for number, token in enumerate(tokens)}
    (tmp_path / 'vocab.json').write_text(json.dumps(numbers))
    (tmp_path / 'merges.txt').write_text('\n'.join(('#version: 0.2', *MERGES, '')))
    return tmp_path


def test_words_become_the_numbers_of_their_pieces(source: Path):
    assert write_clip_tokenizer(source)
    numbers = json.loads((source / 'vocab.json').read_text())
    made = tokenizers.Tokenizer.from_file(str(source / 'tokenizer.json'))
    wanted = ['<|startoftext|>', 'red</w>', 'mug</w>', '<|endoftext|>']
    assert made.encode('RED \n mug').ids == [numbers[token] for token in wanted]


@pytest.mark.parametrize('text', TEXTS)
def test_it_gives_what_transformers_gives(source: Path, text: str):
    transformers = pytest.importorskip('transformers', reason='needs transformers (extra export)')
    write_clip_tokenizer(source)
    made = tokenizers.Tokenizer.from_file(str(source / 'tokenizer.json'))
    (source / 'tokenizer.json').unlink()
    theirs = transformers.CLIPTokenizerFast.from_pretrained(source)
    assert made.encode(text).ids == theirs(text)['input_ids']


def test_one_that_is_there_is_kept(source: Path):
    (source / 'tokenizer.json').write_text('{}')
    assert not write_clip_tokenizer(source)
    assert (source / 'tokenizer.json').read_text() == '{}'


def test_a_source_without_a_vocabulary_gets_none(tmp_path: Path):
    assert not write_clip_tokenizer(tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ('file', 'content'),
    [('vocab.json', '[]'), ('vocab.json', '{"a": 0}'), ('vocab.json', '{'), ('merges.txt', 'q z')],
)
def test_files_that_are_not_clips_are_refused(source: Path, file: str, content: str):
    (source / file).write_text(content)
    with pytest.raises(EngineError, match='expected the vocabulary and merges of CLIP'):
        write_clip_tokenizer(source)
    assert not (source / 'tokenizer.json').exists()
