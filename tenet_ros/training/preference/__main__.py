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
    chosen = parser.parse_args()
    if chosen.step == 'data':
        from tenet_ros.training.preference.data import make_examples

        make_examples(chosen.out, chosen.clips, split=chosen.split, first=chosen.first)


if __name__ == '__main__':
    main()
