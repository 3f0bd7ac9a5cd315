"""The training loop: by the clock, resumable, seeded, with averaged weights."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from tenet_ros.errors import SourceError
from tenet_ros.training.clock import clock_s
from tenet_ros.training.segmenter.augment import augment, exact
from tenet_ros.training.segmenter.loss import iou, loss
from tenet_ros.training.segmenter.network import BoxSegmenter
from tenet_ros.training.segmenter.pool import Pool
from tenet_ros.training.warm_start import adopt
from tenet_ros.types import UInt8Array

__all__ = ['CHECKPOINT', 'Plan', 'Trainer', 'evaluate']

CHECKPOINT = 'checkpoint.pt'
"""In the folder of the training."""

_CHECKPOINT_S = 110.0
_VALIDATION_S = 480.0
_REPORT_S = 20.0

_MEASURED = 16
"""Batches from which the normalisation of an adopted network takes its statistics."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How to train.

    Attributes:
        out: folder of the checkpoint and the log.
        pools: folder of each pool of crops and its share of a batch; empty pools wait.
        validation: folder of a pool that is never trained on; None for no validation.
        minutes: of ``clock_s`` in all; a resumed training counts what it has used.
        batch: crops.
        rate: learning rate after the warm-up, before the decay.
        warm_up: share of the time in which the rate rises.
        decay: share of the time, the last, in which it falls to zero as a cosine.
        average: decay of the moving average of the weights, per step.
        seed: of weights and data.
    """

    out: Path
    pools: Mapping[Path, float]
    validation: Path | None = None
    minutes: float = 75.0
    batch: int = 14
    rate: float = 1.3e-3
    warm_up: float = 0.02
    decay: float = 0.6
    average: float = 0.998
    seed: int = 0

    def rate_at(self, used: float) -> float:
        """Return the learning rate after a share of the time."""
        if used < self.warm_up:
            return self.rate * (0.05 + 0.95 * used / self.warm_up)
        left = max(0.0, min(1.0, (1 - used) / self.decay))
        return self.rate * (0.5 - 0.5 * math.cos(math.pi * left)) + 1e-6


class Trainer:
    """Trains, and keeps all there is to know in one checkpoint file."""

    def __init__(self, plan: Plan, *, resume: bool = False) -> None:
        self._plan = plan
        self._device = torch.device('cuda' if torch.cuda.is_available() else 'cpu')
        torch.manual_seed(plan.seed)
        layout = torch.channels_last
        self.network = BoxSegmenter().to(self._device, memory_format=layout)
        self.averaged = BoxSegmenter().to(self._device).eval()
        self.averaged.load_state_dict(self.network.state_dict())
        self._optimiser = torch.optim.AdamW(
            self.network.parameters(), lr=plan.rate, weight_decay=0.01
        )
        self._step, self._used_s = 0, 0.0
        self._checkpoint = plan.out / CHECKPOINT
        plan.out.mkdir(parents=True, exist_ok=True)
        self.resumed = resume and self._checkpoint.exists()
        if self.resumed:
            self._restore()
        self._rng = np.random.default_rng((plan.seed, self._step))
        self._pools = {Pool(folder): share for folder, share in plan.pools.items()}

    def start_from(self, graph: Path) -> None:
        """Begin with the weights of a shipped graph instead of random ones.

        Args:
            graph: ONNX, of a network of these sizes.

        Raises:
            EngineError: the graph is of another network.
            SourceError: no pool has any crops yet.
        """
        crops = torch.cat([self._batch()[0] for _ in range(_MEASURED)])
        adopt(self.network, graph, lambda: self.network(crops), scope='network.')
        self.averaged.load_state_dict(self.network.state_dict())

    def run(self) -> None:
        """Train until the time is up; write a checkpoint about every two minutes."""
        plan, begin = self._plan, clock_s() - self._used_s
        saved = reported = validated = self._used_s
        running: list[Tensor] = []
        while (now := clock_s() - begin) < plan.minutes * 60:
            for group in self._optimiser.param_groups:
                group['lr'] = plan.rate_at(now / (plan.minutes * 60))
            running.append(self._advance(*self._batch()))
            if now - reported > _REPORT_S:
                reported, count = now, len(running)
                value = float(torch.stack(running).mean())
                rate = self._optimiser.param_groups[0]['lr']
                self._log(seconds=now, loss=value, rate=rate, steps_since=count)
                running.clear()
            if now - saved > _CHECKPOINT_S:
                saved = self._used_s = now
                self._save()
            if plan.validation is not None and now - validated > _VALIDATION_S:
                validated = now
                self._log(seconds=now, **evaluate(self.averaged, plan.validation))
        self._used_s = clock_s() - begin
        self._save()
        if plan.validation is not None:
            self._log(seconds=self._used_s, **evaluate(self.averaged, plan.validation))

    def _advance(self, crops: Tensor, truth: Tensor) -> Tensor:
        """Take one step; return the loss."""
        self.network.train()
        with torch.autocast(self._device.type, torch.bfloat16):
            logits, coarse, quality = self.network(crops)
        valid = (crops[..., 3] > 0).float()[:, None]
        value = loss(logits.float(), coarse.float(), quality.float(), truth, valid)
        self._optimiser.zero_grad()
        value.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self._optimiser.step()
        self._step += 1
        keep = min(self._plan.average, (1 + self._step) / (10 + self._step))
        with torch.no_grad():
            theirs = self.network.state_dict()
            for name, mine in self.averaged.state_dict().items():
                if mine.dtype.is_floating_point:
                    mine.lerp_(theirs[name], 1 - keep)
        return value.detach()

    def _batch(self) -> tuple[Tensor, Tensor]:
        if self._step % 200 == 0:
            for pool in self._pools:
                pool.refresh()
        pools = [pool for pool in self._pools if len(pool)]
        if not pools:
            raise SourceError('expected crops in one of the pools, got none; prepare some')
        shares = np.asarray([self._pools[pool] for pool in pools])
        chosen = self._rng.choice(len(pools), self._plan.batch, p=shares / shares.sum())
        views = [augment(pools[i].draw(self._rng), self._rng) for i in chosen]
        return _tensors(views, self._device)

    def _save(self) -> None:
        state = {
            'network': self.network.state_dict(),
            'averaged': self.averaged.state_dict(),
            'optimiser': self._optimiser.state_dict(),
            'step': self._step,
            'used_s': self._used_s,
        }
        part = self._checkpoint.with_suffix('.part')
        torch.save(state, part)
        part.rename(self._checkpoint)

    def _restore(self) -> None:
        state = torch.load(self._checkpoint, map_location=self._device, weights_only=True)
        self.network.load_state_dict(state['network'])
        self.averaged.load_state_dict(state['averaged'])
        self._optimiser.load_state_dict(state['optimiser'])
        self._step, self._used_s = int(state['step']), float(state['used_s'])

    def _log(self, **values: float) -> None:
        rounded = {name: float(f'{value:.5g}') for name, value in values.items()}
        line = json.dumps({'step': self._step, **rounded})
        with (self._plan.out / 'log.jsonl').open('a') as file:
            file.write(line + '\n')


def evaluate(network: BoxSegmenter, folder: Path, *, limit: int = 400) -> dict[str, float]:
    """Return the mean IoU on a pool, with exact boxes and with boxes off by up to 10 % a side.

    Args:
        network: in evaluation mode.
        folder: of the pool.
        limit: uses the first so many crops.

    Returns:
        ``iou``, ``iou_noise``, and ``quality_error``, the mean absolute error of the network's
        own estimate, with exact boxes.
    """
    shards = [np.load(path, mmap_mode='r') for path in sorted(folder.glob('*.npy'))]
    crops = [np.asarray(crop) for shard in shards for crop in shard][:limit]
    rng = np.random.default_rng(0)
    device = next(network.parameters()).device
    views = {
        'iou': [exact(crop) for crop in crops],
        'iou_noise': [exact(crop, rng.uniform(-0.1, 0.1, 4)) for crop in crops],
    }
    result: dict[str, float] = {}
    for name, chosen in views.items():
        found, believed = zip(*_scores(network, chosen, device), strict=True)
        result[name] = float(torch.cat(found).mean())
        if name == 'iou':
            result['quality_error'] = float((torch.cat(found) - torch.cat(believed)).abs().mean())
    return result


def _scores(
    network: BoxSegmenter, views: Sequence[tuple[UInt8Array, UInt8Array]], device: torch.device
) -> Iterator[tuple[Tensor, Tensor]]:
    for start in range(0, len(views), 50):
        crops, truth = _tensors(views[start : start + 50], device)
        with torch.no_grad(), torch.autocast(device.type, torch.bfloat16):
            logits, _, quality = network(crops)
        valid = (crops[..., 3] > 0).float()[:, None]
        yield iou(logits.float(), truth, valid), quality[:, 0].float().sigmoid()


def _tensors(
    views: Sequence[tuple[UInt8Array, UInt8Array]], device: torch.device
) -> tuple[Tensor, Tensor]:
    """Return crops (B, 96, 96, 4) uint8 and truth (B, 1, 96, 96) float32 in [0, 1]."""
    crops, masks = (np.stack(part) for part in zip(*views, strict=True))
    truth: Any = torch.from_numpy(masks).to(device)
    return torch.from_numpy(crops).to(device), truth[:, None].float() / 255
