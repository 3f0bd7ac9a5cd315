"""Training for so many minutes, wherever they are spent."""

from __future__ import annotations

import copy
import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from tenet_ros.stages.word_table import WordTable
from tenet_ros.training.clock import clock_s
from tenet_ros.training.detector.data import RECOLOURED, StillSet
from tenet_ros.training.detector.model import LOSS_WEIGHTS, Model, losses
from tenet_ros.training.detector.words import BaseVectors, Vocabulary
from tenet_ros.training.warm_start import adopt

__all__ = ['Plan', 'Trainer']

_ROUND = 4000
"""Images between two looks at the folder, which may have grown."""

_MEASURED = 64
"""Images from which the normalisation of an adopted network takes its statistics."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How to train.

    Attributes:
        minutes: of training in all by ``clock_s``, evaluations not counted.
        seed: of weights and batches.
        batch: images a step.
        rate: peak learning rate.
        decay: of weights.
        warmup: share of the time in which the rate rises.
        recolour_from: share of the time after which half of the images teach shapes only. From
            the start, they keep the network from looking at colours at all: after 11,000 steps
            0.79 of the colours were right, where 0.96 can be.
        average: decay of the running mean of weights, once it is long enough.
        save_s: seconds between checkpoints.
        evaluate_s: seconds between evaluations.
    """

    minutes: float = 60.0
    seed: int = 0
    batch: int = 16
    rate: float = 2e-3
    decay: float = 0.03
    warmup: float = 0.02
    recolour_from: float = 0.5
    average: float = 0.999
    save_s: float = 120.0
    evaluate_s: float = 480.0


class Trainer:
    """Trains a model; what it knows is in one checkpoint, written over again and again.

    Args:
        data: folder of rendered images, which may still grow.
        out: folder for ``checkpoint.pt`` and ``curve.jsonl``.
        base: word vectors.
        plan: how.
    """

    def __init__(self, data: Path, out: Path, base: BaseVectors, plan: Plan) -> None:
        self._data, self._out, self._plan = data, out, plan
        out.mkdir(parents=True, exist_ok=True)
        torch.manual_seed(plan.seed)
        self._device = torch.device('cuda' if torch.cuda.is_available() else 'cpu')
        self._model = Model().to(self._device, memory_format=torch.channels_last)
        self.average = copy.deepcopy(self._model).eval()
        self._optimiser = torch.optim.AdamW(_groups(self._model, plan.decay), lr=plan.rate)
        self._vocabulary = Vocabulary(base)
        self._rng = np.random.default_rng(plan.seed)
        self.steps, self.spent_s = 0, 0.0
        self._queue = np.zeros(0, np.int64)

    def start_from(self, graph: Path, words: WordTable) -> None:
        """Begin with the weights of a shipped graph instead of random ones.

        Args:
            graph: ONNX, of a network of these sizes.
            words: its table; the text side is fitted to what its categories mean there.

        Raises:
            EngineError: the graph is of another network.
        """
        stills = StillSet.open(self._data)
        chosen = np.arange(min(len(stills), _MEASURED))
        images = stills.batch(chosen, self._rng).images.to(self._device)
        network = self._model.network
        adopt(network, graph, lambda: network(images), scope='network.')
        rows = [words.words.index(category) for category in words.categories]
        meant = torch.from_numpy(words.vectors[rows]).to(self._device)
        own = self._vocabulary.vectors[self._vocabulary.first].to(self._device)
        with torch.no_grad():
            matrix = self._model.matrix
            matrix += torch.linalg.pinv(own) @ (meant - own @ matrix)
            # That of calibrated logits: near enough to begin with.
            self._model.noun_bias.fill_(float(words.biases[rows].mean()))
        self.average.load_state_dict(self._model.state_dict())

    def resume(self) -> bool:
        """Go on from the checkpoint, if there is one."""
        path = self._out / 'checkpoint.pt'
        if not path.is_file():
            return False
        state = torch.load(path, map_location=self._device, weights_only=True)
        self._model.load_state_dict(state['model'])
        self.average.load_state_dict(state['average'])
        self._optimiser.load_state_dict(state['optimiser'])
        self.steps, self.spent_s = state['steps'], state['spent_s']
        self._rng = np.random.default_rng((self._plan.seed, self.steps))
        return True

    def run(self, evaluate: Callable[[Model], dict[str, float]]) -> None:
        """Train until the time is spent; log to ``curve.jsonl``.

        Args:
            evaluate: measures the averaged model.
        """
        plan, budget = self._plan, self._plan.minutes * 60
        saved = evaluated = self.spent_s
        sums: dict[str, float] = {}
        summed = 0
        while self.spent_s < budget:
            begun = clock_s()
            values = self._step(self.spent_s / budget)
            self.spent_s += clock_s() - begun
            sums = {name: sums.get(name, 0.0) + value for name, value in values.items()}
            summed += 1
            if self.steps % 100 == 0:
                self._log({name: value / summed for name, value in sums.items()})
                sums, summed = {}, 0
            if self.spent_s - saved > plan.save_s:
                self._save()
                saved = self.spent_s
            if self.spent_s - evaluated > plan.evaluate_s:
                self._log(evaluate(self.average))
                evaluated = self.spent_s
        self._save()
        self._log(evaluate(self.average))

    def _step(self, progress: float) -> dict[str, float]:
        """Take one step; return the losses."""
        for group in self._optimiser.param_groups:
            group['lr'] = self._plan.rate * _schedule(progress, self._plan.warmup)
        late = progress >= self._plan.recolour_from
        batch = self._batch(RECOLOURED if late else 0.0).to(self._device)
        words = self._vocabulary.draw(self._rng)
        self._model.train()
        # bfloat16 convolves nearly twice as fast on CPUs that have it; losses stay float32.
        with torch.autocast(self._device.type, torch.bfloat16):
            rows = self._model(batch.images)
        parts = losses(self._model, rows.float(), batch, self._vocabulary, words)
        total = sum(LOSS_WEIGHTS[name] * value for name, value in parts.items())
        self._optimiser.zero_grad(set_to_none=True)
        total.backward()  # type: ignore[union-attr]
        nn.utils.clip_grad_norm_(self._model.parameters(), 10.0)
        self._optimiser.step()
        self.steps += 1
        keep = min(self._plan.average, (1 + self.steps) / (10 + self.steps))
        _follow(self.average, self._model, keep)
        return {name: float(value.detach()) for name, value in parts.items()}

    def _batch(self, recoloured: float) -> Any:
        """Return the next batch; within a round, no image comes twice."""
        if len(self._queue) < self._plan.batch:
            self._stills = StillSet.open(self._data)
            self._queue = self._rng.permutation(len(self._stills))[:_ROUND]
        chosen, self._queue = np.split(self._queue, [self._plan.batch])
        return self._stills.batch(chosen, self._rng, recoloured)

    def _save(self) -> None:
        state = {
            'model': self._model.state_dict(),
            'average': self.average.state_dict(),
            'optimiser': self._optimiser.state_dict(),
            'steps': self.steps,
            'spent_s': self.spent_s,
        }
        torch.save(state, self._out / 'checkpoint.part')
        (self._out / 'checkpoint.part').replace(self._out / 'checkpoint.pt')

    def _log(self, values: dict[str, float]) -> None:
        line = {'steps': self.steps, 'spent_s': round(self.spent_s, 1), **values}
        rounded = {name: round(value, 5) for name, value in line.items()}
        with (self._out / 'curve.jsonl').open('a', encoding='utf-8') as file:
            file.write(json.dumps(rounded) + '\n')
        print(' '.join(f'{name} {value:g}' for name, value in rounded.items()), flush=True)


def _groups(model: nn.Module, decay: float) -> list[dict[str, Any]]:
    """Return parameters with and without decay: none for biases and normalisation."""
    heavy = [p for p in model.parameters() if p.ndim >= 2]
    light = [p for p in model.parameters() if p.ndim < 2]
    return [{'params': heavy, 'weight_decay': decay}, {'params': light, 'weight_decay': 0.0}]


def _schedule(progress: float, warmup: float) -> float:
    """Return the factor on the learning rate: a rise, then half a cosine down to a hundredth."""
    if progress < warmup:
        return max(progress / warmup, 0.01)
    share = min((progress - warmup) / (1 - warmup), 1.0)
    return 0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * share))


@torch.no_grad()
def _follow(average: nn.Module, model: nn.Module, keep: float) -> None:
    """Move the running mean of weights; counters are copied."""
    for mean, new in zip(average.state_dict().values(), model.state_dict().values(), strict=True):
        if mean.is_floating_point():
            mean.lerp_(new, 1 - keep)
        else:
            mean.copy_(new)
