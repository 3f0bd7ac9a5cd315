"""Tokenizers from a model's ``tokenizer.json``; nothing is fetched. The package ``tokenizers``."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol, cast

import numpy as np
import numpy.typing as npt

from tenet_ros.errors import EngineError

__all__ = ['Encoding', 'Tokenizer', 'load_tokenizer', 'padded']


class Encoding(Protocol):
    """One tokenized text."""

    @property
    def ids(self) -> list[int]:
        """Numbers of the tokens."""
        ...

    @property
    def attention_mask(self) -> list[int]:
        """1 for a token, 0 for padding."""
        ...


class Tokenizer(Protocol):
    """What is used of ``tokenizers.Tokenizer``."""

    def encode_batch(
        self, texts: list[str], /, *, add_special_tokens: bool = True
    ) -> Sequence[Encoding]:
        """Return one encoding per text."""
        ...

    def token_to_id(self, token: str, /) -> int | None:
        """Return the number of a token, None for one that there is not."""
        ...


def load_tokenizer(
    path: Path, *, model: str, max_tokens: int, pads: bool = False, extra: str = 'minilm'
) -> Tokenizer:
    """Return the tokenizer in a ``tokenizer.json``.

    Args:
        path: of the file.
        model: whose it is, for messages and their remedies.
        max_tokens: longer texts are cut, special tokens included.
        pads: whether a batch is padded to its longest text.
        extra: of this package that brings ``tokenizers``.

    Raises:
        EngineError: the package ``tokenizers`` is not installed, or the file cannot be read.
    """
    try:
        tokenizers = importlib.import_module('tokenizers')
    except ImportError as error:
        raise EngineError(
            f'{model}: expected the package tokenizers, got none; '
            f'install it with `pip install "tenet_ros[{extra}]"`'
        ) from error
    try:
        tokenizer: Any = tokenizers.Tokenizer.from_str(path.read_text(encoding='utf-8'))
    except Exception as error:  # tokenizers raises nothing narrower
        reason = ' '.join(str(error).split())
        raise EngineError(
            f'{model}: expected a tokenizer in {path}, got {reason}; '
            f'run `tenet-ros models pull {model}`'
        ) from error
    tokenizer.enable_truncation(max_tokens)
    if pads:
        tokenizer.enable_padding()
    else:
        tokenizer.no_padding()
    return cast('Tokenizer', tokenizer)


def padded(rows: Sequence[Sequence[int]], length: int) -> npt.NDArray[np.int64]:
    """Return rows of token ids as (rows, length) int64, zeros behind each.

    >>> padded([[7, 8], [9]], 3).tolist()
    [[7, 8, 0], [9, 0, 0]]
    """
    result = np.zeros((len(rows), length), np.int64)
    for row, ids in zip(result, rows, strict=True):
        row[: len(ids)] = ids
    return result
