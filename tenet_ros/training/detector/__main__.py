"""Train, measure and export the detector from the command line.

    python -m tenet_ros.training.detector --out RUN --words MINILM          word vectors, once
    python -m tenet_ros.training.detector --out RUN --data DATA --minutes 140 [--resume]
        [--start GRAPH]                                                     from a shipped graph
    python -m tenet_ros.training.detector --out RUN --data DATA --export    calibrate, test, write

DATA holds the folders train, val and test of ``tenet_ros.training.images``.
"""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2
import numpy as np
import torch

import tenet_ros
from tenet_ros.errors import ConfigError
from tenet_ros.inference.ort import OrtSession
from tenet_ros.stages.word_table import WordTable
from tenet_ros.training.detector.calibrate import fit
from tenet_ros.training.detector.data import StillSet
from tenet_ros.training.detector.deploy import (
    Calibration,
    Deployed,
    TorchSession,
    other_names,
    word_table,
)
from tenet_ros.training.detector.evaluate import Figures, evaluate
from tenet_ros.training.detector.export import export, write_manifest
from tenet_ros.training.detector.model import Model
from tenet_ros.training.detector.nouns import collect, fit_nouns
from tenet_ros.training.detector.train import Plan, Trainer
from tenet_ros.training.detector.words import BaseVectors, encode

_NOUN_STILLS = 320
"""Images from which the vectors of other names than the categories' own are fitted."""

_RANGE_STILLS = 64
"""Images from which the ranges of activations are taken."""


def main() -> None:
    """Do what the options say."""
    options = _options()
    cv2.setNumThreads(options.threads)
    torch.set_num_threads(options.threads)
    if options.words:
        options.out.mkdir(parents=True, exist_ok=True)
        encode(options.words).save(options.out / 'words.npz')
        return
    base = BaseVectors.load(options.out / 'words.npz')
    plan = Plan(minutes=options.minutes, seed=options.seed, rate=options.rate)
    trainer = Trainer(options.data / 'train', options.out, base, plan)
    resumed = (options.resume or options.export) and trainer.resume()
    if options.start and not resumed:
        table = options.start.with_name(f'{options.start.stem}_words.npz')
        trainer.start_from(options.start, WordTable.load(table))
    if options.export and not resumed:
        raise ConfigError(f'expected {options.out}/checkpoint.pt, got none; train first')
    if options.export:
        _export(trainer.average.cpu(), base, options.data)
        return
    val = StillSet.open(options.data / 'val')
    trainer.run(lambda model: _measure(model, base, val, limit=200).summary())


def _measure(
    model: Model,
    base: BaseVectors,
    stills: StillSet,
    *,
    calibration: Calibration | None = None,
    limit: int = 0,
) -> Figures:
    """Measure a model in float32 through the stage that runs it."""
    table = word_table(model, base, calibration)
    session = TorchSession(Deployed(model, calibration).eval())
    return evaluate(session, table, stills, limit)


def _export(model: Model, base: BaseVectors, data: Path) -> None:
    """Calibrate on val, write the package's files, measure them on test."""
    val, test = StillSet.open(data / 'val'), StillSet.open(data / 'test')
    calibration = fit(_measure(model, base, val).answers)
    print(calibration)
    train = StillSet.open(data / 'train')
    embeddings, categories = collect(model, train, limit=_NOUN_STILLS)
    fitted = fit_nouns(embeddings, categories, other_names())
    table = word_table(model, base, calibration, fitted)
    images = np.asarray(train.images[:: max(len(train) // _RANGE_STILLS, 1)])
    root = Path(tenet_ros.__file__).parent
    with TemporaryDirectory() as folder:
        graph, words = export(Deployed(model, calibration).eval(), table, images, Path(folder))
        with OrtSession(graph, threads=1) as session:
            figures = evaluate(session, WordTable.load(words), test).summary()
        print(json.dumps(figures, indent=2))
        files = [shutil.copy(file, root / 'weights') for file in (graph, words)]
    write_manifest((Path(files[0]), Path(files[1])), table, figures, root)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog='python -m tenet_ros.training.detector')
    parser.add_argument('--data', type=Path, help='folder with train, val and test')
    parser.add_argument('--out', type=Path, required=True, help='folder of the run')
    parser.add_argument('--minutes', type=float, default=60.0, help='of training, in all')
    parser.add_argument('--seed', type=int, default=0)
    parser.add_argument('--rate', type=float, default=2e-3, help='peak learning rate')
    parser.add_argument('--threads', type=int, default=1, help='CPU threads')
    parser.add_argument('--resume', action='store_true', help='go on from the checkpoint')
    parser.add_argument('--start', type=Path, help='graph to begin with, its words beside it')
    parser.add_argument('--words', type=Path, help='folder of MiniLM: make the word vectors')
    parser.add_argument('--export', action='store_true', help='write the shipped files')
    options = parser.parse_args()
    if options.data is None and options.words is None:
        parser.error('expected --data or --words, got neither')
    return options


if __name__ == '__main__':
    main()
