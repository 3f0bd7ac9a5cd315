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
from tenet_ros.sim.catalogue import CATEGORIES, COLOURS, PATTERNS
from tenet_ros.stages.word_table import WordTable
from tenet_ros.training.detector.model import Model
from tenet_ros.training.detector.network import HEIGHT, WIDTH
from tenet_ros.training.detector.words import BaseVectors
from tenet_ros.types import FloatArray

__all__ = ['Calibration', 'Deployed', 'TorchSession', 'word_table']


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
    model: Model, base: BaseVectors, prototypes: FloatArray, calibration: Calibration | None = None
) -> WordTable:
    """Return the vectors of every word of a vocabulary in the model's noun space.

    Args:
        model: for its text side.
        base: the vocabulary.
        prototypes: (categories, K) float32 mean noun embedding of each category, calibrated.
        calibration: of the noun logits.
    """
    factor, offset = (calibration or Calibration()).noun
    matrix = model.matrix.detach().cpu().numpy()
    return WordTable(
        words=base.words,
        vectors=np.asarray(base.vectors @ matrix, np.float32),
        bias=factor * float(model.noun_bias.detach()) + offset,
        categories=tuple(CATEGORIES),
        prototypes=prototypes,
        colours=tuple(COLOURS),
        patterns=PATTERNS,
        mean=base.mean,
        matrix=np.asarray(base.axes @ matrix, np.float32),
    )
