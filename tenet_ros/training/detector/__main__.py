"""Train, measure and export the detector from the command line."""

from __future__ import annotations

import argparse
from pathlib import Path

import cv2
import numpy as np
import torch

from tenet_ros.training.detector.data import StillSet
from tenet_ros.training.detector.deploy import Deployed, TorchSession, word_table
from tenet_ros.training.detector.evaluate import evaluate
from tenet_ros.training.detector.model import Model
from tenet_ros.training.detector.train import Plan, Trainer
from tenet_ros.training.detector.words import BaseVectors, encode


def main() -> None:
    """Do what the options say."""
    options = _options()
    cv2.setNumThreads(options.threads)
    torch.set_num_threads(options.threads)
    if options.words:
        encode(options.words).save(options.out / 'words.npz')
        return
    base = BaseVectors.load(options.out / 'words.npz')
    val = StillSet.open(options.data / 'val')
    trainer = Trainer(
        options.data / 'train', options.out, base, Plan(minutes=options.minutes, seed=options.seed)
    )
    if options.resume:
        trainer.resume()

    def measure(model: Model) -> dict[str, float]:
        prototypes = np.zeros((20, model.shape.nouns), np.float32)
        table = word_table(model, base, prototypes)
        return evaluate(TorchSession(Deployed(model).eval()), table, val, 200).summary()

    trainer.run(measure)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog='python -m tenet_ros.training.detector')
    parser.add_argument('--data', type=Path, help='folder with train and val of rendered images')
    parser.add_argument('--out', type=Path, required=True, help='folder of the run')
    parser.add_argument('--minutes', type=float, default=60.0, help='of training')
    parser.add_argument('--seed', type=int, default=0)
    parser.add_argument('--threads', type=int, default=1, help='CPU threads')
    parser.add_argument('--resume', action='store_true', help='go on from the checkpoint')
    parser.add_argument('--words', type=Path, help='folder of MiniLM: make the word vectors first')
    return parser.parse_args()


if __name__ == '__main__':
    main()
