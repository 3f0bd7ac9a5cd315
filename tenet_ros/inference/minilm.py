"""Nouns compared by meaning: sentence vectors of all-MiniLM-L6-v2. The extra ``[minilm]``.

It is asked about nouns that no table has ("cop", "granny"). Sentence vectors say what is meant,
not where: they are good for nouns and useless for relations.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from tenet_ros.inference import tokens
from tenet_ros.inference.session import Session
from tenet_ros.inference.tokens import Tokenizer
from tenet_ros.types import FloatArray

__all__ = ['MiniLmLikeness', 'SentenceEncoder', 'load_tokenizer']

_MAX_TOKENS = 32
"""A noun phrase has two or three."""

# Cosine of two nouns up to which their likeness is of spelling or of scene ("spanner" and
# "spaniel" 0.62, "road" and "road sign" 0.69), and from which one may stand for the other ("cop"
# and "policeman" 0.78, "granny" and "grandma" 0.84).
_FAR, _NEAR = 0.70, 0.82

_TRUST = 0.8
"""Weight of the best possible likeness: less than the table's own words."""


class SentenceEncoder:
    """Turns short texts into vectors whose dot product is their likeness.

    Args:
        session: active; takes ``input_ids``, ``attention_mask`` and ``token_type_ids``, each
            (texts, tokens) int64, and gives ``last_hidden_state`` (texts, tokens, D) float32.
        tokenizer: of ``load_tokenizer``.
    """

    def __init__(self, session: Session, tokenizer: Tokenizer) -> None:
        self._session = session
        self._tokenizer = tokenizer

    def encode(self, texts: Sequence[str]) -> FloatArray:
        """Return one vector of length 1 per text, (texts, D) float32."""
        tokens = self._tokenizer.encode_batch(list(texts))
        mask = np.asarray([token.attention_mask for token in tokens], np.int64)
        hidden = self._session.infer(
            {
                'input_ids': np.asarray([token.ids for token in tokens], np.int64),
                'attention_mask': mask,
                'token_type_ids': np.zeros_like(mask),
            }
        )['last_hidden_state']
        vectors = (hidden * mask[:, :, None]).sum(axis=1)
        length = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.asarray(vectors / np.maximum(length, 1e-9), np.float32)


class MiniLmLikeness:
    """Finds the known noun that is likest to an unknown one; see ``stages.nouns.NounLikeness``.

    Args:
        encoder: of sentences.
        nouns: the known ones; encoded once, here.
    """

    def __init__(self, encoder: SentenceEncoder, nouns: Sequence[str]) -> None:
        self._encoder = encoder
        self._nouns = tuple(nouns)
        self._vectors = encoder.encode(self._nouns)

    def nearest(self, noun: str) -> tuple[str, float]:
        """Return the likest known noun and how far it may stand for ``noun``, in [0, 1]."""
        cosine = self._vectors @ self._encoder.encode([noun])[0]
        best = int(cosine.argmax())
        near = (float(cosine[best]) - _FAR) / (_NEAR - _FAR)
        return self._nouns[best], _TRUST * min(max(near, 0.0), 1.0)


def load_tokenizer(path: Path) -> Tokenizer:
    """Return the tokenizer in a ``tokenizer.json``; nothing is fetched.

    Raises:
        EngineError: the package ``tokenizers`` is not installed, or the file cannot be read.
    """
    return tokens.load_tokenizer(path, model='minilm_l6_v2', max_tokens=_MAX_TOKENS, pads=True)
