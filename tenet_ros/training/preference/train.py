"""Training: from examples to a checkpoint, resumable, with its curves in ``curves.jsonl``."""

from __future__ import annotations

import json
import logging
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from tenet_ros.training.clock import clock_s
from tenet_ros.training.preference.ablation import ablate, usable
from tenet_ros.training.preference.augment import forget_words, mirror
from tenet_ros.training.preference.examples import Batch, Examples
from tenet_ros.training.preference.network import PreferenceNet
from tenet_ros.training.preference.objective import Answer, Tally, Truths, loss

__all__ = ['Options', 'ask', 'batches', 'evaluate', 'train']

_LOG = logging.getLogger(__name__)
_WATCH, _WATCHED = 400, 160
"""Every so many steps so many moments of `val` are looked at, and a checkpoint is written."""
_POOL = 16
"""Batches drawn at once and sorted by size, so that little is padding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How to train.

    Attributes:
        minutes: of training by ``clock_s``, over all resumptions.
        batch: moments in one step.
        rate: highest learning rate.
        decay: of the weights.
        seed: of initial weights, order and dropped words.
        ablate: one of ``ablation.ABLATIONS`` or ''.
        steps: most steps, 0 for no bound; with it, a run is the same on every machine.
    """

    minutes: float
    batch: int = 12
    rate: float = 2e-3
    decay: float = 0.02
    seed: int = 0
    ablate: str = ''
    steps: int = 0


def train(
    data: Path,
    out: Path,
    options: Options,
    *,
    start: PreferenceNet | None = None,
    resume: bool = False,
) -> PreferenceNet:
    """Train on ``data/train``, watch ``data/val``, write ``out/checkpoint.pt``.

    Args:
        data: folder of examples.
        out: where checkpoint and curves go.
        options: how.
        start: the network to begin with, uncalibrated; None for random weights.
        resume: go on from the checkpoint that is there.

    Returns:
        The averaged network, on the CPU.
    """
    out.mkdir(parents=True, exist_ok=True)
    device = torch.device('cuda' if torch.cuda.is_available() else 'cpu')
    torch.manual_seed(options.seed)
    examples, watched = Examples.load(data / 'train'), Examples.load(data / 'val')
    run = _Run((start or PreferenceNet()).to(device), options)
    if resume and (out / 'checkpoint.pt').exists():
        run.load(torch.load(out / 'checkpoint.pt', map_location=device, weights_only=False))
    rows = usable(options.ablate, examples)
    _LOG.info('%d moments, %d parameters, %s', len(rows), run.size, device)
    with (out / 'curves.jsonl').open('a' if resume else 'w', encoding='utf-8') as curves:
        started, before = clock_s(), run.spent_s
        for batch in batches(examples, rows, options, start=run.step):
            run.learn(batch, device)
            run.spent_s = before + clock_s() - started
            over = run.progress >= 1.0
            if run.step % _WATCH == 0 or over:
                shares = evaluate(run.average, watched, options.ablate, device, most=_WATCHED)
                line = {'step': run.step, 'spent_s': round(run.spent_s, 1), 'loss': run.mean_loss()}
                print(json.dumps(line | shares), file=curves, flush=True)
                _LOG.info(
                    '%s', {k: round(v, 3) for k, v in (line | shares).items() if '/' not in k}
                )
                torch.save(run.state(), out / 'checkpoint.pt')
            if over:
                break
    average: PreferenceNet = run.average.cpu().eval()
    return average


class _Run:
    """Network, optimiser, running average and how far they are."""

    def __init__(self, network: PreferenceNet, options: Options) -> None:
        self.network, self._options = network, options
        self.average = PreferenceNet().to(next(network.parameters()).device).eval()
        self.average.load_state_dict(network.state_dict())
        self._optimiser = torch.optim.AdamW(
            network.parameters(), lr=options.rate, weight_decay=options.decay
        )
        self.step, self.spent_s, self._losses = 0, 0.0, list[float]()
        self.size = sum(p.numel() for p in network.parameters())

    @property
    def progress(self) -> float:
        """Share of the training that is done, by steps where they are given, else by time."""
        if self._options.steps:
            return self.step / self._options.steps
        return self.spent_s / (60.0 * self._options.minutes)

    def learn(self, batch: Batch, device: torch.device) -> None:
        """Take one step."""
        ablate(self._options.ablate, batch)
        warm = min((self.step + 1) / 100, 1.0)
        rate = warm * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * min(self.progress, 1.0))))
        for group in self._optimiser.param_groups:
            group['lr'] = self._options.rate * rate
        self.network.train()
        said, truth = ask(self.network, batch, device)
        cost = loss(said, truth, with_null=self._options.ablate != 'null')
        self._optimiser.zero_grad(set_to_none=True)
        cost.backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self._optimiser.step()
        self.step += 1
        self._losses.append(float(cost.detach()))
        keep = min(1 - 1 / (self.step + 1), 0.995)
        with torch.no_grad():
            for mean, new in zip(self.average.parameters(), self.network.parameters(), strict=True):
                mean.lerp_(new, 1 - keep)

    def mean_loss(self) -> float:
        """Return the mean loss since it was last asked for."""
        mean = float(np.mean(self._losses)) if self._losses else 0.0
        self._losses = []
        return round(mean, 4)

    def state(self) -> dict[str, Any]:
        """Return everything that a resumption needs."""
        return {
            'network': self.network.state_dict(),
            'average': self.average.state_dict(),
            'optimiser': self._optimiser.state_dict(),
            'step': self.step,
            'spent_s': self.spent_s,
        }

    def load(self, state: dict[str, Any]) -> None:
        """Go on from a state."""
        self.network.load_state_dict(state['network'])
        self.average.load_state_dict(state['average'])
        self._optimiser.load_state_dict(state['optimiser'])
        self.step, self.spent_s = state['step'], state['spent_s']


def batches(
    examples: Examples, rows: np.ndarray[Any, np.dtype[np.int64]], options: Options, *, start: int
) -> Iterator[Batch]:
    """Yield batches without end: moments of like size together, some words unknown."""
    starts = examples.starts()
    rng = np.random.default_rng([options.seed, start])
    while True:
        order = rng.permutation(rows)
        for at in range(0, len(order), options.batch * _POOL):
            pool = order[at : at + options.batch * _POOL]
            # By padded work: tracks squared would crowd out sentences.
            pool = pool[np.argsort(examples.count[pool, 0], kind='stable')]
            parts = [pool[i : i + options.batch] for i in range(0, len(pool), options.batch)]
            for part in rng.permutation(len(parts)):
                batch = examples.batch(parts[part], starts)
                forget_words(batch, rng)
                if rng.random() < 0.5:
                    mirror(batch)
                yield batch


def ask(network: PreferenceNet, batch: Batch, device: torch.device) -> tuple[Answer, Truths]:
    """Return what a network says of a batch, and what is true."""

    def tensor(name: str) -> torch.Tensor:
        return torch.from_numpy(getattr(batch, name)).to(device)

    inputs = ('tracks', 'pairs', 'present', 'fits', 'sentences', 'tokens')
    logits, null, settled = network(*(tensor(name) for name in inputs))
    truth = Truths(
        meant=tensor('meant').long(),
        null=tensor('null').long(),
        judged=tensor('judged'),
        kind=tensor('kind').long(),
        real=tensor('real'),
    )
    return Answer(logits=logits, null=null, settled=settled), truth


def evaluate(
    network: PreferenceNet, examples: Examples, name: str, device: torch.device, *, most: int = 0
) -> dict[str, float]:
    """Return shares of right answers on examples; see ``objective.Tally``.

    Args:
        network: to ask.
        examples: to ask about.
        name: the ablation under which it was trained.
        device: of the network.
        most: moments to look at, evenly spread; 0 for all.
    """
    rows = np.arange(len(examples), dtype=np.int64)
    rows = rows[:: max(len(rows) // most, 1)] if most else rows
    rows = rows[np.argsort(examples.count[rows, 0], kind='stable')]
    starts, tally = examples.starts(), Tally()
    network.eval()
    with torch.no_grad():
        for at in range(0, len(rows), 16):
            batch = examples.batch(rows[at : at + 16], starts)
            ablate(name, batch)
            said, truth = ask(network, batch, device)
            if name == 'null':
                there = said.logits.masked_fill(truth.meant < 0, -30.0)
                said = Answer(logits=said.logits, null=-there.amax(-1), settled=said.settled)
            tally.add(said, truth)
    return tally.shares()
