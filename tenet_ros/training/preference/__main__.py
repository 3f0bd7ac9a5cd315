"""``python -m tenet_ros.training.preference render | data | train | export | evaluate``."""

from __future__ import annotations

import argparse
import hashlib
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import tenet_ros

if TYPE_CHECKING:
    from tenet_ros.training.preference.rendered import Seen

__all__ = ['main']

_PACKAGE = Path(tenet_ros.__file__).parent
_SHIPPED = {
    'gap': 'share of the gap from the surest track to the best choice that is closed',
    'n_acc': 'no-target accuracy',
    't_acc': 'target accuracy',
    'wrong': 'wrong-target time',
}
"""Figures of ``evaluate`` that go into the manifest."""


def main() -> None:
    """Run one step of the training."""
    logging.basicConfig(level=logging.INFO, format='%(asctime)s %(message)s')
    parser = argparse.ArgumentParser(prog='python -m tenet_ros.training.preference')
    steps = parser.add_subparsers(dest='step', required=True)
    draw = steps.add_parser('render', help='render clips for the shipped detector')
    draw.add_argument('--out', type=Path, required=True)
    draw.add_argument('--clips', type=int, default=300)
    draw.add_argument('--first', type=int, default=100_000, help='seed of the first clip')
    draw.add_argument('--split', choices=('train', 'val'), default='train')
    data = steps.add_parser('data', help='make examples out of seeds')
    data.add_argument('--out', type=Path, required=True)
    _add_seen(data)
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
    fit.add_argument('--rate', type=float, default=2e-3, help='highest learning rate')
    fit.add_argument('--start', type=Path, help='graph to begin with, instead of random weights')
    fit.add_argument('--ablate', default='', help='take one part of the method away')
    ship = steps.add_parser('export', help='calibrate a checkpoint, write its graph and manifest')
    ship.add_argument('--run', type=Path, required=True, help='folder of the checkpoint')
    ship.add_argument('--data', type=Path, required=True, help='its `val` calibrates')
    ship.add_argument('--weights', type=Path, default=_PACKAGE / 'weights' / 'preference.onnx')
    ship.add_argument('--manifest', type=Path, default=_PACKAGE / 'engines' / 'preference.yaml')
    ship.add_argument('--figures', type=Path, help='what `evaluate` wrote')
    judge = steps.add_parser('evaluate', help='whole clips, with the real decision states')
    judge.add_argument('--weights', type=Path, default=_PACKAGE / 'weights' / 'preference.onnx')
    judge.add_argument('--clips', type=int, default=24)
    _add_seen(judge)
    judge.add_argument('--first', type=int, default=5000, help='seed of the first clip')
    judge.add_argument('--profile', default='good', help='of the noisy detector')
    judge.add_argument('--json', type=Path, help='where to write the figures')
    chosen = parser.parse_args()
    _STEPS[chosen.step](chosen)


def _add_seen(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        '--rendered', type=Path, help='folder of `render`: the real detector, no noisy ones'
    )
    parser.add_argument(
        '--detector', type=Path, default=_PACKAGE / 'weights' / 'tabletop_detector.onnx'
    )


def _render(chosen: argparse.Namespace) -> None:
    from tenet_ros.training.preference.rendered import render_clips

    render_clips(chosen.out, chosen.clips, split=chosen.split, first=chosen.first)


@contextmanager
def _seen(chosen: argparse.Namespace) -> Iterator[Seen | None]:
    """Give the real detector where there are rendered clips for it."""
    if chosen.rendered is None:
        yield None
        return
    from tenet_ros.inference.ort import OrtSession
    from tenet_ros.stages.text_aligned import TextAlignedDetector
    from tenet_ros.stages.word_table import WordTable
    from tenet_ros.training.preference.rendered import Seen

    words = WordTable.load(chosen.detector.with_name(f'{chosen.detector.stem}_words.npz'))
    with OrtSession(chosen.detector, threads=1) as session:
        source = hashlib.sha256(chosen.detector.read_bytes()).hexdigest()[:8]
        stage = TextAlignedDetector(session, words)
        yield Seen(stage=stage, source=source, folder=chosen.rendered)


def _data(chosen: argparse.Namespace) -> None:
    from tenet_ros.training.preference.data import make_examples

    with _seen(chosen) as seen:
        make_examples(chosen.out, chosen.clips, split=chosen.split, first=chosen.first, seen=seen)


def _train(chosen: argparse.Namespace) -> None:
    import torch

    from tenet_ros.training.preference.export import network_of
    from tenet_ros.training.preference.train import Options, train

    torch.set_num_threads(1)
    options = Options(
        minutes=chosen.minutes,
        steps=chosen.steps,
        seed=chosen.seed,
        ablate=chosen.ablate,
        rate=chosen.rate,
    )
    start = network_of(chosen.start) if chosen.start else None
    if start is not None:
        start.absorb_calibration()
    train(chosen.data, chosen.out, options, start=start, resume=chosen.resume)


def _export(chosen: argparse.Namespace) -> None:
    import torch

    from tenet_ros.training.preference.examples import Examples
    from tenet_ros.training.preference.export import calibrate, export, load_network
    from tenet_ros.training.preference.publish import manifest_text

    torch.set_num_threads(1)
    network = load_network(chosen.run / 'checkpoint.pt')
    for name, (slope, offset) in calibrate(network, Examples.load(chosen.data / 'val')).items():
        print(f'{name}: slope {slope:.3f}, offset {offset:.3f}')
    chosen.weights.parent.mkdir(parents=True, exist_ok=True)
    print(export(network, chosen.weights))
    figures = json.loads(chosen.figures.read_text())['learned'] if chosen.figures else {}
    named = {words: figures[key] for key, words in _SHIPPED.items() if key in figures}
    text = manifest_text(chosen.weights, named, 'clips of the tabletop, split val')
    chosen.manifest.write_text(text, encoding='utf-8')


def _evaluate(chosen: argparse.Namespace) -> None:
    from tenet_ros.inference.ort import OrtSession
    from tenet_ros.training.preference.evaluate import compare

    with OrtSession(chosen.weights, threads=1) as session, _seen(chosen) as seen:
        table = compare(
            session, clips=chosen.clips, first=chosen.first, profile=chosen.profile, seen=seen
        )
    text = json.dumps(table, indent=1)
    print(text)
    if chosen.json:
        chosen.json.write_text(text + '\n', encoding='utf-8')


_STEPS = {
    'render': _render,
    'data': _data,
    'train': _train,
    'export': _export,
    'evaluate': _evaluate,
}


if __name__ == '__main__':
    main()
