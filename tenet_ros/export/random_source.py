"""Published files that nobody published: seeded weights, and tokenizers of made-up words.

They stand for the real ones where only shapes, speed or agreement matter.
"""

from __future__ import annotations

import json
import string
from pathlib import Path
from typing import Any

import torch
from tokenizers import Regex, Tokenizer, decoders, normalizers, pre_tokenizers, processors
from tokenizers.models import BPE, WordPiece

__all__ = ['spread', 'write_bert_tokenizer', 'write_clip_tokenizer', 'write_files']

_CLIP_WORDS = (
    r"""<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|"""
    r"""[^\s\p{L}\p{N}]+"""
)

_BERT_PLACES = {'[PAD]': 0, '[UNK]': 100, '[CLS]': 101, '[SEP]': 102, '[MASK]': 103}
"""Grounding DINO knows these, and the two marks below, by their numbers in BERT's vocabulary."""

_BERT_MARKS = {'.': 1012, '?': 1029}

_GAIN = 0.7
"""Of a random layer: queries differ, and one grey level of one pixel does not decide which wins."""


def spread(network: torch.nn.Module, seed: int) -> None:
    """Draw all weights anew, so that no two queries of the network answer alike.

    Published recipes begin with zeros, ones and tiny numbers in many places: such a network has
    the same score everywhere, and which queries are its best would be decided by rounding.
    """
    draw = torch.Generator().manual_seed(seed)

    def normal(like: torch.Tensor) -> torch.Tensor:
        return torch.randn(like.shape, generator=draw)

    with torch.no_grad():
        for name, weight in sorted(network.named_parameters()):
            if weight.ndim >= 2:
                fan_in = weight.numel() // weight.shape[0]
                weight.copy_(_GAIN * normal(weight) / fan_in**0.5)
            elif weight.ndim == 1:
                middle = 1.0 if name.endswith('weight') else 0.0
                weight.copy_(middle + 0.1 * normal(weight))
        for name, buffer in sorted(network.named_buffers()):
            if name.endswith('running_mean'):
                buffer.copy_(0.1 * normal(buffer))
            elif name.endswith('running_var'):
                buffer.copy_(0.5 + torch.rand(buffer.shape, generator=draw))


def write_files(folder: Path, network: Any, preprocessor: dict[str, Any]) -> None:
    """Write weights, configuration and preprocessing as the hub would give them."""
    folder.mkdir(parents=True, exist_ok=True)
    network.save_pretrained(folder)
    (folder / 'preprocessor_config.json').write_text(
        json.dumps(preprocessor, indent=1) + '\n', encoding='utf-8'
    )


def write_clip_tokenizer(folder: Path, size: int) -> None:
    """Write a byte-level ``tokenizer.json`` as CLIP has, without merges.

    Args:
        folder: where to.
        size: of the vocabulary; at least 514.
    """
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokens = [*letters, *(f'{letter}</w>' for letter in letters)]
    tokens += [f'<unused{index}>' for index in range(size - 2 - len(tokens))]
    tokens += ['<|startoftext|>', '<|endoftext|>']
    tokenizer = Tokenizer(
        BPE(
            vocab={token: index for index, token in enumerate(tokens)},
            merges=[],
            continuing_subword_prefix='',
            end_of_word_suffix='</w>',
            fuse_unk=False,
            unk_token='<|endoftext|>',  # noqa: S106
        )
    )
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.NFC(), normalizers.Replace(Regex(r'\s+'), ' '), normalizers.Lowercase()]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(_CLIP_WORDS), behavior='removed', invert=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens(['<|startoftext|>', '<|endoftext|>'])
    tokenizer.post_processor = processors.TemplateProcessing(
        single='<|startoftext|> $A <|endoftext|>',
        special_tokens=[('<|startoftext|>', size - 2), ('<|endoftext|>', size - 1)],
    )
    tokenizer.save(str(folder / 'tokenizer.json'))


def write_bert_tokenizer(folder: Path, size: int) -> None:
    """Write a ``tokenizer.json`` as BERT has, that spells words letter by letter.

    Args:
        folder: where to.
        size: of the vocabulary; at least 1100.
    """
    vocabulary = {**_BERT_PLACES, **_BERT_MARKS}
    letters = string.ascii_lowercase + string.digits
    pieces = [*letters, *(f'##{letter}' for letter in letters), *',-']
    first = _BERT_MARKS['?'] + 1
    vocabulary.update({token: first + index for index, token in enumerate(pieces)})
    free = sorted(set(range(size)) - set(vocabulary.values()))
    vocabulary.update({f'[unused{place}]': place for place in free})
    tokenizer = Tokenizer(WordPiece(vocabulary, unk_token='[UNK]'))  # noqa: S106
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    tokenizer.add_special_tokens(list(_BERT_PLACES))
    tokenizer.post_processor = processors.TemplateProcessing(
        single='[CLS] $A [SEP]',
        special_tokens=[('[CLS]', 101), ('[SEP]', 102)],
    )
    tokenizer.save(str(folder / 'tokenizer.json'))
