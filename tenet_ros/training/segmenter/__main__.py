"""``python -m tenet_ros.training.segmenter``: prepare, train and export, in this order."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import torch

from tenet_ros.errors import ConfigError
from tenet_ros.training.segmenter.augment import exact
from tenet_ros.training.segmenter.export import export, load
from tenet_ros.training.segmenter.prepare import SHARES, VALIDATION, Recipe, prepare
from tenet_ros.training.segmenter.train import CHECKPOINT, Plan, Trainer

_RANGE_CROPS = 200
"""Crops from which the ranges of activations are taken."""

_ABOUT = """Make the bundled segmenter. DIR gets pools/ (crops to learn from, made once, about
7 GB), checkpoint.pt and log.jsonl. Without --tabletop only procedural crops are used."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit status."""
    args = _parser().parse_args(argv)
    cv2.setNumThreads(1)
    torch.set_num_threads(args.threads)
    checkpoint = args.out / CHECKPOINT
    if args.minutes > 0:
        pools = args.out / 'pools'
        recipe = Recipe(
            procedural=args.procedural,
            tabletop=args.tabletop,
            seed=args.seed,
        )
        prepare(recipe, pools)
        plan = Plan(
            out=args.out,
            pools={pools / name: share for name, share in SHARES.items()},
            validation=pools / VALIDATION,
            minutes=args.minutes,
            rate=args.rate,
            seed=args.seed,
        )
        trainer = Trainer(plan, resume=args.resume)
        if args.start and not trainer.resumed:
            trainer.start_from(args.start)
        trainer.run()
    if args.export:
        shards = sorted((args.out / 'pools' / VALIDATION).glob('*.npy'))
        if not shards or not checkpoint.is_file():
            raise ConfigError(
                f'expected a checkpoint and pools in {args.out}, got none; train first'
            )
        crops = np.stack([exact(crop)[0] for crop in np.load(shards[0])[:_RANGE_CROPS]])
        print(f'{export(load(checkpoint), args.export, crops)}  {args.export}')
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog='python -m tenet_ros.training.segmenter', description=_ABOUT
    )
    parser.add_argument('--out', type=Path, required=True, metavar='DIR', help='see above')
    parser.add_argument(
        '--minutes', type=float, default=75, help='of training in all; 0 to export only'
    )
    parser.add_argument('--seed', type=int, default=0, help='of weights and data')
    parser.add_argument('--resume', action='store_true', help='go on from the checkpoint in DIR')
    parser.add_argument('--rate', type=float, default=1.3e-3, help='highest learning rate')
    parser.add_argument('--start', type=Path, metavar='ONNX', help='graph to begin with')
    parser.add_argument('--threads', type=int, default=1, help='CPU threads')
    parser.add_argument(
        '--procedural', type=int, default=40000, metavar='N', help='procedural crops to make'
    )
    parser.add_argument(
        '--tabletop', type=Path, metavar='DIR', help='images/ and labels/, rendered'
    )
    parser.add_argument('--export', type=Path, metavar='ONNX', help='write the graph there')
    return parser


if __name__ == '__main__':
    raise SystemExit(main())
