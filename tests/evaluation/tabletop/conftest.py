"""A world of two squares whose every part is scripted."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np
import pytest

from tenet_ros.config import Settings
from tenet_ros.evaluation.tabletop.clip import Clip
from tenet_ros.evaluation.tabletop.record import Case
from tenet_ros.factory import System
from tenet_ros.pipeline import Pipeline
from tenet_ros.stages.decision import Decider
from tenet_ros.stages.preference import ExplicitPreference
from tenet_ros.stages.tracker import OcSortTracker
from tenet_ros.types import Detections, Mask

HEIGHT, WIDTH, FRAMES, RATE = 120, 160, 45, 30.0
COLOURS = {'red': (220, 30, 30), 'blue': (30, 30, 220)}
SIDE = 40


def square(frame, thing):
    """Both squares slide to the right; the blue one lies below."""
    x, y = 10 + frame, 10 + 60 * thing
    return x, y, x + SIDE, y + SIDE


@dataclass
class Drawn:
    """Footage of the two squares; the blue one is hidden in the frames of ``hidden``."""

    hidden: frozenset = field(default_factory=frozenset)

    def __len__(self):
        return FRAMES

    def draw(self, frame):
        image = np.full((HEIGHT, WIDTH, 3), 128, np.uint8)
        labels = np.zeros((HEIGHT, WIDTH), np.uint8)
        for thing, rgb in enumerate(COLOURS.values()):
            if thing == 1 and frame in self.hidden:
                continue
            x0, y0, x1, y1 = square(frame, thing)
            cv2.rectangle(image, (x0, y0), (x1 - 1, y1 - 1), rgb, cv2.FILLED)
            labels[y0:y1, x0:x1] = thing + 1
        return image, labels

    def image(self, frame):
        return self.draw(frame)[0]

    def labels(self, frame):
        return self.draw(frame)[1]


class SeesColours:
    """Finds the squares by their colours, and knows which phrase means which; ``blind`` to some."""

    def __init__(self, blind=()):
        self.blind = blind

    def prepare(self, prompt):
        colours = tuple((p.colours or ('',))[0] for p in prompt.phrases)
        return type('Prepared', (), {'unknown': (), 'colours': colours, 'n': len(prompt.queries)})()

    def detect(self, image, prepared):
        boxes, fits = [], []
        for name, rgb in COLOURS.items():
            x, y, w, h = cv2.boundingRect((image == rgb).all(axis=2).astype(np.uint8))
            if w and name not in self.blind:
                boxes.append((x, y, x + w, y + h))
                fits.append([0.95 if name == c else 0.02 for c in prepared.colours])
        return Detections(
            boxes=np.asarray(boxes, np.float32).reshape(-1, 4),
            scores=np.full(len(boxes), 0.9, np.float32),
            phrase_scores=np.asarray(fits, np.float32).reshape(-1, len(prepared.colours)),
            reference=np.full(prepared.n, -1, np.int64),
            labels=('box',) * len(boxes),
        )


class FillsSquares:
    """Masks are what is not grey inside the box."""

    def encode(self, image):
        return (image != 128).any(axis=2).astype(np.uint8)

    def decode(self, embedding, boxes):
        masks = []
        for x0, y0, x1, y1 in boxes.round().astype(int).tolist():
            masks.append(
                Mask(crop=np.ascontiguousarray(embedding[y0:y1, x0:x1]), x0=x0, y0=y0, quality=1.0)
            )
        return tuple(masks)


def a_system(*, detector=None, preference=None):
    settings = Settings()
    config = settings.pipeline
    segmenter = FillsSquares()
    preference = preference or ExplicitPreference(config.preference)
    return System(
        detector=detector or SeesColours(),
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


def a_clip(
    *, hidden=(), sentences=(('the red box', 0), ('the blue box', 1), ('the green box', -1))
):
    footage = Drawn(frozenset(hidden))
    boxes = np.zeros((FRAMES, 2, 4), np.float32)
    pixels = np.zeros((FRAMES, 2), np.int64)
    for frame in range(FRAMES):
        for thing in range(2):
            if thing == 1 and frame in footage.hidden:
                continue
            boxes[frame, thing] = square(frame, thing)
            pixels[frame, thing] = SIDE * SIDE
    cases = []
    for text, thing in sentences:
        targets = np.zeros((FRAMES, 2), bool)
        if thing >= 0:
            targets[:, thing] = True
        cases.append(
            Case(
                text=text, kind='attribute' if thing >= 0 else 'absent_colour', held_out=False,
                new_pair=False, rate_hz=RATE, targets=targets, judged=np.ones(FRAMES, bool),
                visible_px=pixels,
            )
        )  # fmt: skip
    return Clip(
        name='squares', footage=footage, rate_hz=RATE, named=2, boxes=boxes, visible_px=pixels,
        cases=tuple(cases),
    )  # fmt: skip


@pytest.fixture(scope='session')
def new_clip():
    """Builds a clip."""
    return a_clip


@pytest.fixture(scope='session')
def new_system():
    """Builds a system; ``blind`` names colours that its detector does not see."""

    def build(*, blind=(), preference=None):
        return a_system(detector=SeesColours(blind), preference=preference)

    return build
