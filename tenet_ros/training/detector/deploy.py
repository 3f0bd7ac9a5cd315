"""The trained model as the run-time stage sees it: calibrated rows, and a table of words."""

from __future__ import annotations

from dataclasses import dataclass
from types import TracebackType
from typing import Any, final

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from tenet_ros.inference.spec import TensorMap, TensorSpec
from tenet_ros.language.tabletop_nouns import TABLETOP_NOUNS
from tenet_ros.sim.catalogue import CATEGORIES, COLOURS, PATTERNS
from tenet_ros.stages.word_table import WordTable
from tenet_ros.training.detector.model import Model
from tenet_ros.training.detector.network import HEIGHT, WIDTH
from tenet_ros.training.detector.nouns import likeness
from tenet_ros.training.detector.words import BaseVectors
from tenet_ros.types import FloatArray

__all__ = ['Calibration', 'Deployed', 'TorchSession', 'other_names', 'word_table']


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """For each kind of word a factor on its logits, and what is then added (Platt's scaling).

    So that of all answers of 0.8 four in five are right; order is not changed.
    """

    objectness: tuple[float, float] = (1.0, 0.0)
    noun: tuple[float, float] = (1.0, 0.0)
    colour: tuple[float, float] = (1.0, 0.0)
    pattern: tuple[float, float] = (1.0, 0.0)


class Deployed(nn.Module):
    """What is exported: the model and its calibration.

    Args:
        model: trained; put into evaluation mode by whoever calls.
        calibration: of its logits.
    """

    def __init__(self, model: Model, calibration: Calibration | None = None) -> None:
        super().__init__()
        calibration = calibration or Calibration()
        self.network = model.network
        shape = model.shape
        kinds = (
            ((1.0, 0.0), 4),
            (calibration.objectness, 1),
            ((calibration.noun[0], 0.0), shape.nouns),
            (calibration.colour, shape.colours),
            (calibration.pattern, shape.patterns),
        )
        factor = [pair[0] for pair, count in kinds for _ in range(count)]
        offset = [pair[1] for pair, count in kinds for _ in range(count)]
        self.register_buffer('factor', torch.tensor(factor), persistent=False)
        self.register_buffer('offset', torch.tensor(offset), persistent=False)

    def forward(self, image: Tensor) -> Tensor:
        """Return rows as ``TextAlignedDetector`` takes them: (B, cells, 5 + E) float32."""
        rows = self.network(image) * self.factor + self.offset
        return torch.cat([rows[..., :4], rows[..., 4:5].sigmoid(), rows[..., 5:]], dim=2)


@final
class TorchSession:
    """A deployed model behind the Session protocol, for measuring before it is exported.

    Args:
        deployed: in evaluation mode.
    """

    key, provider = 'torch', 'torch'

    def __init__(self, deployed: Deployed) -> None:
        self._deployed = deployed
        rows = self.infer({'image': np.zeros((1, HEIGHT, WIDTH, 3), np.uint8)})['rows']
        self.inputs = (TensorSpec('image', np.dtype(np.uint8), (1, HEIGHT, WIDTH, 3)),)
        self.outputs = (TensorSpec('rows', np.dtype(np.float32), rows.shape),)

    def activate(self) -> None:
        """Do nothing: it is loaded."""

    def deactivate(self) -> None:
        """Do nothing."""

    def __enter__(self) -> TorchSession:
        """Return itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Do nothing."""

    @torch.no_grad()
    def infer(self, inputs: TensorMap) -> dict[str, npt.NDArray[Any]]:
        """Run the model."""
        image = torch.from_numpy(inputs['image'])
        device = next(self._deployed.parameters()).device
        return {'rows': self._deployed(image.to(device)).cpu().numpy()}


def word_table(
    model: Model,
    base: BaseVectors,
    calibration: Calibration | None = None,
    fitted: tuple[FloatArray, FloatArray] | None = None,
) -> WordTable:
    """Return what every word of a vocabulary means to a model.

    Args:
        model: for its text side, which gives the categories their vectors.
        base: the vocabulary.
        calibration: of the noun logits.
        fitted: vectors and biases of ``other_names()``, of ``nouns.fit_nouns``, not calibrated;
            without them these nouns too get what the text side gives them.
    """
    factor, offset = (calibration or Calibration()).noun
    vectors = np.asarray(base.vectors @ model.matrix.detach().cpu().numpy(), np.float32)
    biases = np.full(len(vectors), factor * float(model.noun_bias.detach()) + offset, np.float32)
    if fitted is not None:
        rows = [base.words.index(noun) for noun in other_names()]
        # The embeddings come multiplied with the factor already.
        vectors[rows], biases[rows] = fitted[0] / factor, fitted[1]
    source, weights = likeness(base)
    fits = np.asarray([_fits(base.words[row]) for row in source], np.float32) * weights
    return WordTable(
        words=base.words,
        vectors=vectors[source],
        biases=biases[source],
        weights=weights,
        fits=fits,
        meanings=base.vectors / np.linalg.norm(base.vectors, axis=1, keepdims=True),
        categories=tuple(CATEGORIES),
        colours=tuple(COLOURS),
        patterns=PATTERNS,
        mean=base.mean,
        axes=base.axes,
    )


def other_names() -> tuple[str, ...]:
    """Return the nouns of ``TABLETOP_NOUNS`` that are no category's own name."""
    return tuple(noun for noun in TABLETOP_NOUNS if noun not in CATEGORIES)


def _fits(word: str) -> float:
    """Return how well a noun fits things of the category that it fits best."""
    return 1.0 if word in CATEGORIES else max(TABLETOP_NOUNS.get(word, {}).values(), default=0.0)
