"""The node, with stages that see coloured squares in place of models.

A red square is a dog, a blue one a cat, and the mask of a box is all of it. Everything else is the node as it is shipped. The first
argument may name a misbehaviour, the rest are ROS arguments:
    broken   the detector raises at the first image;
    missing  the model is missing at the first attempt to load it;
    slow     an engine is built until somebody wishes it to stop;
    deaf     an engine is built in C++, and no wish is heeded;
    struck   an interrupt comes amid a callback.
"""

from __future__ import annotations

import os
import signal
import sys
from dataclasses import dataclass

import cv2
import numpy as np

from tenet_ros.config import Settings
from tenet_ros.errors import EngineError
from tenet_ros.factory import System
from tenet_ros.inference.progress import current
from tenet_ros.pipeline import Pipeline
from tenet_ros.ros import autostart, loading, main, node
from tenet_ros.stages.decision import Decider
from tenet_ros.stages.protocols import PreferenceScores
from tenet_ros.stages.tracker import OcSortTracker
from tenet_ros.types import Detections, Mask

COLOURS = {'dog': (255, 0, 0), 'cat': (0, 0, 255)}


@dataclass(frozen=True)
class Prepared:
    nouns: tuple[str, ...]
    expressions: int

    @property
    def unknown(self):
        return tuple(noun for noun in self.nouns if noun not in COLOURS)


class Squares:
    """Finds the bounding box of each colour."""

    def prepare(self, prompt):
        return Prepared(tuple(phrase.noun for phrase in prompt.phrases), len(prompt.queries))

    def detect(self, image, prepared):
        boxes, labels = [], []
        for label, colour in COLOURS.items():
            found = (np.abs(image.astype(np.int16) - colour) < 60).all(axis=2)
            if found.any():
                y, x = np.nonzero(found)
                boxes.append([x.min(), y.min(), x.max() + 1, y.max() + 1])
                labels.append(label)
        fits = [[0.9 * (label == noun) for noun in prepared.nouns] for label in labels]
        return Detections(
            boxes=np.asarray(boxes, np.float32).reshape(-1, 4),
            scores=np.full(len(boxes), 0.9, np.float32),
            phrase_scores=np.asarray(fits, np.float32).reshape(len(boxes), len(prepared.nouns)),
            reference=np.full(prepared.expressions, -1, np.int64),
            labels=tuple(labels),
        )


class FitsPhrase:
    """Prefers what the detector says fits the target's phrase."""

    def score_all(self, queries, tracks, image_size):
        columns = tracks.phrase_scores[:, [query.first_column for query in queries]]
        fits = np.clip(columns, 0.01, 0.99)
        logits = np.log(fits / (1 - fits)).astype(np.float32)
        return tuple(PreferenceScores(logits=column, null=-0.5) for column in logits.T)


class WholeBoxes:
    """Takes the whole box for the object."""

    def encode(self, image):
        return image.shape

    def decode(self, embedding, boxes):
        corners = np.round(boxes).astype(int).tolist()
        return tuple(
            Mask(crop=np.ones((y1 - y0, x1 - x0), np.uint8), x0=x0, y0=y0, quality=1.0)
            for x0, y0, x1, y1 in corners
        )


class Broken(Squares):
    def detect(self, image, prepared):
        raise RuntimeError('the engine is gone')


class Missing:
    """Fails to load once, as if the model were fetched meanwhile."""

    tries = 0

    def __call__(self, settings: Settings) -> System:
        self.tries += 1
        if self.tries == 1:
            raise EngineError('expected a model file, got none; fetch it')
        return squares(settings)


def build_for_ever(settings: Settings) -> System:
    current().tell('building the engine of squares: step 1 of many')
    while True:
        current().pause(60)


def build_deaf(settings: Settings) -> System:
    current().tell('building the engine of squares: step 1 of many')
    loading._PATIENCE_S = 0.1
    picture = np.zeros((400, 400, 3), np.uint8)
    while True:
        cv2.GaussianBlur(picture, (9, 9), 0)


class Struck(node.TenetNode):
    """Interrupts itself once, amid a callback that says so when it has come to its end."""

    def __init__(self):
        super().__init__()
        self.create_timer(0.1, self._on_timer)

    def _on_timer(self):
        os.kill(os.getpid(), signal.SIGINT)
        for _ in range(100_000):
            pass
        print('the callback has come to its end', flush=True)


def squares(settings: Settings, detector: Squares | None = None) -> System:
    config = settings.pipeline
    preference, segmenter = FitsPhrase(), WholeBoxes()
    return System(
        detector=detector or Squares(),
        pipeline=Pipeline(
            tracker=OcSortTracker(config.tracker),
            preference=preference,
            new_decider=lambda: Decider(config.decision),
            segmenter=segmenter,
        ),
        segmenter=segmenter,
        preference=preference,
        settings=settings,
        sessions=(),
    )


if __name__ == '__main__':
    how, *ros_arguments = [*sys.argv[1:], ''][:-1] or ['']
    builders = {
        'broken': lambda s: squares(s, Broken()),
        'missing': Missing(),
        'slow': build_for_ever,
        'deaf': build_deaf,
    }
    node.build = builders.get(how, squares)
    autostart.RETRY_S = 0.2
    if how == 'struck':
        main.TenetNode = Struck
    known = {*builders, 'struck'}
    sys.exit(main.main(sys.argv if how not in known else [sys.argv[0], *ros_arguments]))
