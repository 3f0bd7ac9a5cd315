"""CLIP's tokenizer in one file, for models whose publisher gives its vocabulary and merges alone.

The node reads ``tokenizer.json`` with the package ``tokenizers``; some repositories have only the
two files from which ``transformers`` makes the same at every start.
"""

from __future__ import annotations

import json
from pathlib import Path

from tenet_ros.errors import ConfigError, EngineError

__all__ = ['write_clip_tokenizer']

_START, _END = '<|startoftext|>', '<|endoftext|>'

_WORDS = r"""'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"""
"""What counts as a word (Radford et al., arXiv 2103.00020, its published tokenizer)."""


def write_clip_tokenizer(source: Path) -> bool:
    """Write ``tokenizer.json`` of ``vocab.json`` and ``merges.txt``, unless it is there.

    Args:
        source: folder of published files.

    Returns:
        Whether it was written.

    Raises:
        ConfigError: the package ``tokenizers`` is not installed.
        EngineError: the two files are not CLIP's.
        OSError: it cannot be written.
    """
    vocab, merges, place = (
        source / name for name in ('vocab.json', 'merges.txt', 'tokenizer.json')
    )
    if place.exists() or not (vocab.is_file() and merges.is_file()):
        return False
    try:
        import tokenizers as library
        from tokenizers import models, normalizers, pre_tokenizers, processors
    except ImportError as error:
        raise ConfigError(
            f"exporting needs the extra [export], got {error}; run pip install 'tenet_ros[export]'"
        ) from error
    try:
        numbers = json.loads(vocab.read_text(encoding='utf-8'))
        lines = merges.read_text(encoding='utf-8').splitlines()
        pairs = [
            (first, second)
            for first, second in (line.split() for line in lines if line[:8] != '#version' and line)
        ]
        ends = [(token, numbers[token]) for token in (_START, _END)]
        model = models.BPE(
            vocab=numbers,
            merges=pairs,
            continuing_subword_prefix='',
            end_of_word_suffix='</w>',
            unk_token=_END,
        )
    except Exception as error:  # the library raises Exception itself
        raise EngineError(
            f'expected the vocabulary and merges of CLIP in {source}, got '
            f'{" ".join(str(error).split())}; pull the model again'
        ) from error
    tokenizer = library.Tokenizer(model)
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.NFC(),
            normalizers.Replace(library.Regex(r'\s+'), ' '),
            normalizers.Lowercase(),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(library.Regex(_WORDS), behavior='removed', invert=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False),
        ]
    )
    tokenizer.add_special_tokens([_START, _END])
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f'{_START} $A {_END}', special_tokens=ends
    )
    partial = place.with_name('.tokenizer.json.part')
    tokenizer.save(str(partial))
    partial.replace(place)
    return True
