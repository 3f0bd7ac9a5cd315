"""How the texts of a prompt become token ids, family by family.

Every layout has as many places as its graph has columns; what is left over repeats the last text,
so that it changes no score.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from tenet_ros.errors import EngineError
from tenet_ros.inference.text_tower import Layout, Texts
from tenet_ros.inference.tokens import Tokenizer, padded

__all__ = ['LAYOUTS', 'CaptionLayout', 'OmDetLayout', 'QueryLayout']


class QueryLayout:
    """OWLv2 (arXiv 2306.09683): every text is a query of its own.

    Args:
        tokenizer: CLIP's, cutting at ``tokens``.
        phrases: places for texts.
        tokens: of one text.
    """

    def __init__(self, tokenizer: Tokenizer, *, phrases: int, tokens: int = 16) -> None:
        self._tokenizer = tokenizer
        self._phrases, self._tokens = phrases, tokens

    def lay(self, texts: Sequence[str]) -> Texts:
        """Return ``input_ids`` and ``attention_mask``, (phrases, tokens) int64."""
        rows = _rows(self._tokenizer, _filled(texts, self._phrases))
        return Texts(
            tensors={
                'input_ids': padded(rows, self._tokens),
                'attention_mask': padded([[1] * len(row) for row in rows], self._tokens),
            },
            columns=_in_order(texts, self._phrases),
        )


class OmDetLayout:
    """OmDet-Turbo (arXiv 2403.06892): every text is a class, all of them together the task.

    Args:
        tokenizer: CLIP's, cutting at ``tokens``.
        phrases: places for texts.
        tokens: of one text.
    """

    def __init__(self, tokenizer: Tokenizer, *, phrases: int, tokens: int = 77) -> None:
        self._tokenizer = tokenizer
        self._phrases, self._tokens = phrases, tokens

    def lay(self, texts: Sequence[str]) -> Texts:
        """Return the classes, (phrases, tokens) int64, and the task, (1, tokens) int64."""
        shown = list(texts[: self._phrases])
        classes = _rows(self._tokenizer, _filled(texts, self._phrases))
        task = _rows(self._tokenizer, [f'Detect {", ".join(shown)}.'])
        return Texts(
            tensors={
                'class_ids': padded(classes, self._tokens),
                'class_attention': padded([[1] * len(row) for row in classes], self._tokens),
                'task_ids': padded(task, self._tokens),
                'task_attention': padded([[1] * len(row) for row in task], self._tokens),
            },
            columns=_in_order(texts, self._phrases),
        )


class CaptionLayout:
    """The Grounding DINO family (arXiv 2303.05499): one caption such as "red mug. bowl." for all.

    Tokens of one text attend to each other alone, and count positions from their text's start.

    Args:
        tokenizer: BERT's.
        phrases: places for texts.
        tokens: of the whole caption.

    Raises:
        EngineError: the tokenizer has not the tokens of BERT.
    """

    def __init__(self, tokenizer: Tokenizer, *, phrases: int, tokens: int = 256) -> None:
        self._tokenizer = tokenizer
        self._phrases, self._tokens = phrases, tokens
        self._start, self._end, self._stop = (
            _number(tokenizer, token) for token in ('[CLS]', '[SEP]', '.')
        )

    def lay(self, texts: Sequence[str]) -> Texts:
        """Return the caption, ``phrase_tokens`` and who attends to whom.

        A text that does not fit into the caption any more has no column; a shorter one after it
        may have.
        """
        bodies = [
            row[:]
            for row in _rows(self._tokenizer, [_plain(text) for text in texts], special=False)
        ]
        ids, spans, columns = [self._start], list[tuple[int, int]](), list[int]()
        for body in bodies:
            fits = body and len(ids) + len(body) + 2 <= self._tokens and len(spans) < self._phrases
            columns.append(len(spans) if fits else -1)
            if fits:
                spans.append((len(ids), len(ids) + len(body)))
                ids += [*body, self._stop]
        ids.append(self._end)
        return Texts(tensors=self._tensors(ids, spans), columns=tuple(columns))

    def _tensors(self, ids: list[int], spans: list[tuple[int, int]]) -> dict[str, npt.NDArray[Any]]:
        attends = np.eye(self._tokens, dtype=np.bool_)
        positions = np.zeros((1, self._tokens), np.int64)
        share = np.zeros((1, self._tokens, self._phrases), np.float32)
        for column, (start, end) in enumerate(spans):
            block = slice(start, end + 1)  # with the stop that ends it
            attends[block, block] = True
            positions[0, block] = np.arange(end + 1 - start)
            share[0, start:end, column] = 1 / (end - start)
        if spans:
            share[0, :, len(spans) :] = share[0, :, len(spans) - 1 : len(spans)]
        return {
            'input_ids': padded([ids], self._tokens),
            'attention_mask': padded([[1] * len(ids)], self._tokens),
            'token_type_ids': np.zeros((1, self._tokens), np.int64),
            'position_ids': positions,
            'self_attention': attends[None],
            'phrase_tokens': share,
        }


LAYOUTS: Mapping[str, Callable[..., Layout]] = MappingProxyType(
    {'omdet_turbo': OmDetLayout, 'owlv2': QueryLayout, 'grounding_dino': CaptionLayout}
)
"""By the exporter that made the graphs: ``(tokenizer, phrases=..., tokens=...)``."""


def _rows(tokenizer: Tokenizer, texts: Sequence[str], *, special: bool = True) -> list[list[int]]:
    encoded = tokenizer.encode_batch(list(texts), add_special_tokens=special)
    return [list(each.ids) for each in encoded]


def _filled(texts: Sequence[str], places: int) -> list[str]:
    shown = list(texts[:places])
    return shown + shown[-1:] * (places - len(shown))


def _in_order(texts: Sequence[str], places: int) -> tuple[int, ...]:
    return tuple(index if index < places else -1 for index in range(len(texts)))


def _plain(text: str) -> str:
    """Return a text without what would end it within a caption."""
    return ' '.join(text.lower().replace('.', ' ').replace('?', ' ').split())


def _number(tokenizer: Tokenizer, token: str) -> int:
    number = tokenizer.token_to_id(token)
    if number is None:
        raise EngineError(
            f'expected a tokenizer of BERT, got one without {token}; use the tokenizer.json that '
            'lies beside the weights'
        )
    return number
