"""``python -m tenet_ros.training.preference data | train | export | evaluate``."""

from __future__ import annotations

import argparse
import logging
from pathlib import Path

__all__ = ['main']


def main() -> None:
    """Run one step of the training."""
    logging.basicConfig(level=logging.INFO, format='%(asctime)s %(message)s')
    parser = argparse.ArgumentParser(prog='python -m tenet_ros.training.preference')
    steps = parser.add_subparsers(dest='step', required=True)
    data = steps.add_parser('data', help='make examples out of seeds')
    data.add_argument('--out', type=Path, required=True)
    data.add_argument('--clips', type=int, default=800)
    data.add_argument('--first', type=int, default=0, help='seed of the first clip')
    data.add_argument('--split', choices=('train', 'val'), default='train')
    fit = steps.add_parser('train', help='train on examples')
    fit.add_argument('--data', type=Path, required=True)
    fit.add_argument('--out', type=Path, required=True)
    fit.add_argument('--minutes', type=float, default=15.0)
    fit.add_argument('--steps', type=int, default=0, help='instead of minutes')
    fit.add_argument('--seed', type=int, default=0)
    fit.add_argument('--resume', action='store_true')
    fit.add_argument('--ablate', default='', help='take one part of the method away')
    chosen = parser.parse_args()
    if chosen.step == 'data':
        from tenet_ros.training.preference.data import make_examples

        make_examples(chosen.out, chosen.clips, split=chosen.split, first=chosen.first)
    elif chosen.step == 'train':
        import torch

        from tenet_ros.training.preference.train import Options, train

        torch.set_num_threads(1)
        options = Options(
            minutes=chosen.minutes, steps=chosen.steps, seed=chosen.seed, ablate=chosen.ablate
        )
        train(chosen.data, chosen.out, options, resume=chosen.resume)


if __name__ == '__main__':
    main()
