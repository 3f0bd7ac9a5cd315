"""Detectors that take words, as their authors run them: what exported graphs are held against."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeAlias
from unittest import mock

import numpy as np
import numpy.typing as npt
import torch
import transformers

from tenet_ros.types import FloatArray, IntArray, UInt8Array

__all__ = ['OriginalDetector', 'Proposals', 'load_detector', 'ranked_as']

Found: TypeAlias = 'tuple[torch.Tensor, torch.Tensor]'

_STOP = 1012
"""BERT's "."."""


@dataclass(slots=True)
class Proposals:
    """How a network's own choice of proposals compares with the one that it was given.

    Attributes:
        moved: share of the places at which it would have had another one.
        gap: the largest difference of the logits at a place; small where these were ties.
    """

    moved: float = 0.0
    gap: float = 0.0


@contextmanager
def ranked_as(ranks: IntArray | None) -> Iterator[Proposals]:
    """Let proposals go on in the order of ``ranks``, (1, N); as the network likes if None.

    The first proposal gets the first of the learned queries, and so on: two that change places
    for a difference in the last digit change all answers.
    """
    seen, best = Proposals(), torch.topk

    def topk(values: Any, count: int, dim: int) -> Any:
        own, given = best(values, count, dim=dim), torch.from_numpy(ranks)
        if given.shape != own.indices.shape or given.unique().numel() != count:
            raise ValueError(f'expected {count} proposals, got {tuple(given.shape)}')
        chosen = values.gather(dim, given)
        seen.moved = float((own.indices != given).float().mean())
        seen.gap = float((own.values - chosen).abs().max())
        return torch.return_types.topk((chosen, given))

    with mock.patch.object(torch, 'topk', best if ranks is None else topk):
        yield seen


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OriginalDetector:
    """A network of ``transformers`` with its tokenizer and its image processor.

    Attributes:
        network: for inference.
        tokenizer: of its words.
        processor: of its pixels, with Pillow.
        found: runs it; normalised boxes, (N, 4) centre, width and height, and scores, (N, T).
        square: whether boxes are parts of the square around the image, else of the image.
    """

    network: Any
    tokenizer: Any
    processor: Any
    found: Callable[[Any, Any, torch.Tensor, Sequence[str]], Found]
    square: bool

    def pixels(self, image: UInt8Array) -> FloatArray:
        """Return an image, (H, W, 3) uint8 RGB, as the processor gives it, (1, 3, h, w)."""
        pixels = self.processor(image, return_tensors='np')['pixel_values']
        return np.asarray(pixels, np.float32)

    @property
    def std(self) -> npt.NDArray[np.float64]:
        """What the processor divides each channel by, (3,), grey levels."""
        scale = self.processor.rescale_factor if self.processor.do_rescale else 1.0
        return np.asarray(self.processor.image_std) / scale

    def answers(
        self, pixels: FloatArray, size: tuple[int, int], texts: Sequence[str]
    ) -> tuple[FloatArray, FloatArray]:
        """Return what all queries find.

        Args:
            pixels: (1, 3, h, w).
            size: (height, width) of the camera's image.
            texts: what is looked for.

        Returns:
            Boxes, (N, 4) xyxy camera pixels cut to the image, and scores, (N, T), float32.
        """
        with torch.no_grad():
            centred, scores = self.found(
                self.network, self.tokenizer, torch.from_numpy(pixels), texts
            )
        middle, half = np.split(
            centred.numpy() * np.asarray([1, 1, 0.5, 0.5], np.float32), 2, axis=1
        )
        limit = np.asarray([size[1], size[0]] * 2, np.float32)
        scale = np.float32(max(size)) if self.square else limit
        boxes = np.concatenate([middle - half, middle + half], axis=1) * scale
        return np.clip(boxes, 0, limit), scores.numpy()


def load_detector(source: Path) -> OriginalDetector:
    """Return the original network of a folder of published files."""
    kind = json.loads((source / 'config.json').read_text(encoding='utf-8'))['model_type']
    family = _FAMILIES[kind]
    special = {'pad_token': family.pad} if family.pad else {}
    return OriginalDetector(
        network=getattr(transformers, family.network).from_pretrained(source).eval(),
        tokenizer=transformers.PreTrainedTokenizerFast(
            tokenizer_file=str(source / 'tokenizer.json'), **special
        ),
        processor=getattr(transformers, family.processor).from_pretrained(source),
        found=family.found,
        square=family.square,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Family:
    """What one architecture calls things; as in ``OriginalDetector``."""

    network: str
    processor: str
    found: Callable[[Any, Any, torch.Tensor, Sequence[str]], Found]
    pad: str = ''
    square: bool = False


def _omdet(network: Any, tokenizer: Any, pixels: torch.Tensor, texts: Sequence[str]) -> Found:
    length = {'padding': 'max_length', 'max_length': 77, 'truncation': True}
    classes = tokenizer(list(texts), return_tensors='pt', **length)
    task = tokenizer([f'Detect {", ".join(texts)}.'], return_tensors='pt', **length)
    found = network(
        pixel_values=pixels,
        classes_input_ids=classes['input_ids'],
        classes_attention_mask=classes['attention_mask'],
        tasks_input_ids=task['input_ids'],
        tasks_attention_mask=task['attention_mask'],
        classes_structure=torch.tensor([len(texts)]),
    )
    return found.decoder_coord_logits[0], found.decoder_class_logits[0].sigmoid()


def _owlv2(network: Any, tokenizer: Any, pixels: torch.Tensor, texts: Sequence[str]) -> Found:
    words = tokenizer(
        list(texts), return_tensors='pt', padding='max_length', max_length=16, truncation=True
    )
    found = network(
        pixel_values=pixels,
        input_ids=words['input_ids'],
        attention_mask=words['attention_mask'],
    )
    return found.pred_boxes[0], found.logits[0].sigmoid()


def _grounding_dino(
    network: Any, tokenizer: Any, pixels: torch.Tensor, texts: Sequence[str]
) -> Found:
    """The caption has no padding here; a text's score is the mean of its tokens'."""
    words = tokenizer('. '.join(texts) + '.', return_tensors='pt')
    found = network(
        pixel_values=pixels,
        input_ids=words['input_ids'],
        attention_mask=words['attention_mask'],
    )
    tokens = found.logits[0].sigmoid()
    stops = [place for place, token in enumerate(words['input_ids'][0].tolist()) if token == _STOP]
    starts = [1, *(place + 1 for place in stops[:-1])]
    scores = [tokens[:, a:b].mean(dim=1) for a, b in zip(starts, stops, strict=True)]
    return found.pred_boxes[0], torch.stack(scores, dim=1)


_DINO = 'GroundingDinoImageProcessorPil'

_FAMILIES: Mapping[str, _Family] = MappingProxyType(
    {
        'omdet-turbo': _Family(
            network='OmDetTurboForObjectDetection',
            processor='DetrImageProcessorPil',
            found=_omdet,
            pad='<|endoftext|>',
        ),
        'owlv2': _Family(
            network='Owlv2ForObjectDetection',
            processor='Owlv2ImageProcessorPil',
            found=_owlv2,
            pad='<unused0>',
            square=True,
        ),
        'mm-grounding-dino': _Family(
            network='MMGroundingDinoForObjectDetection', processor=_DINO, found=_grounding_dino
        ),
        'grounding-dino': _Family(
            network='GroundingDinoForObjectDetection', processor=_DINO, found=_grounding_dino
        ),
    }
)
"""By the ``model_type`` of ``config.json``."""
