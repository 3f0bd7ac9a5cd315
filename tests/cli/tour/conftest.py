"""A table with two things on it, three seconds long, whose every part is known."""

from __future__ import annotations

import numpy as np
import pytest

from tenet_ros.cli.tour.footage import Programme, Showing
from tenet_ros.cli.tour.itinerary import Ask
from tenet_ros.cli.tour.listener import Heard
from tenet_ros.cli.tour.play import Given, Performance
from tenet_ros.evaluation.bench_stream import NodeFigures, Result
from tenet_ros.pipeline import StepResult, TargetResult
from tenet_ros.sim.generator import generate
from tenet_ros.sim.recording import load, write
from tenet_ros.sim.sentence import Sentence
from tenet_ros.stages.protocols import Decision
from tenet_ros.types import Command, Mask, State, TrackSet

FRAMES, SIDE = 90, 40
PLACES = ((100, 200), (400, 200))
LATENCY_NS = 40_000_000
START_NS = 1_700_000_000_000_000_000


def box_of(thing):
    x, y = PLACES[thing]
    return np.asarray([x, y, x + SIDE, y + SIDE], np.float32)


def stamp_of(frame):
    return START_NS + round(frame * 1e9 / 30)


def views():
    image, labels = np.full((480, 640, 3), 90, np.uint8), np.zeros((480, 640), np.uint8)
    for thing, (x, y) in enumerate(PLACES):
        labels[y : y + SIDE, x : x + SIDE] = thing + 1
        image[y : y + SIDE, x : x + SIDE] = (220, 40, 40) if thing == 0 else (40, 40, 220)
    return [(image, labels)] * FRAMES


@pytest.fixture(scope='session')
def recordings(tmp_path_factory):
    """Return a folder of one recording; 'the one' is thing 0, 'the other' 1, 'none' nothing."""
    scene = generate(2, 'train', seconds=FRAMES / 30)
    said = []
    for text, kind, thing in (
        ('the one', 'attribute', 0), ('the other', 'relation', 1), ('none', 'absent_colour', -1),
    ):  # fmt: skip
        targets = np.zeros((FRAMES, scene.named), bool)
        if thing >= 0:
            targets[:, thing] = True
        said.append(
            Sentence(
                text=text, kind=kind, form='f', held_out=False, targets=targets,
                judged=np.ones(FRAMES, bool),
            )
        )  # fmt: skip
    folder = tmp_path_factory.mktemp('tour')
    write(scene, views(), folder / '0_clip', sentences=said)
    return folder


@pytest.fixture(scope='session')
def programme(recordings):
    """Return a programme that asks for the one, then for the other, and for nothing beside it."""
    asks = (Ask(at_s=0.0, texts=('the one',)), Ask(at_s=1.0, texts=('the other', 'none')))
    shown = Showing(recording=load(recordings / '0_clip'), asks=asks)
    return Programme(folder=recordings, showings=(shown,))


def an_answer(text, thing, state=State.COMMITTED):
    """Return what is said of a sentence: a thing, or nothing for -1."""
    shown = thing >= 0
    box = box_of(max(thing, 0))
    crop = np.ones((SIDE, SIDE), np.uint8)
    mask = Mask(crop=crop, x0=int(box[0]), y0=int(box[1]), quality=1.0)
    return TargetResult(
        sentence=text,
        decision=Decision(state=state, track_ids=(7,) if shown else ()),
        track_ids=(7,) if shown else (),
        boxes=box[None] if shown else np.zeros((0, 4), np.float32),
        masks=(mask,) if shown else (),
    )


@pytest.fixture
def perform():
    """Build a performance out of what is said at each frame.

    ``say(frame)`` gives the texts of the command that is answered, and the answers; None drops the
    frame. The commands are given 5 ms after the frames 0 and 30.
    """

    def build(programme, say):
        heard, results = {}, []
        for frame in range(FRAMES):
            said = say(frame)
            if said is None:
                continue
            texts, targets = said
            stamp = stamp_of(frame)
            result = StepResult(
                sequence=frame, stamp_ns=stamp, frame_id='camera', height=480, width=640,
                command=Command.parse(1, ';'.join(texts)), queries=(),
                tracks=TrackSet.empty(stamp), targets=tuple(targets), detections_stamp_ns=-1,
                stage_ns={},
            )  # fmt: skip
            heard[stamp] = Heard(result=result, published_ns=stamp + LATENCY_NS)
            results.append(Result(stamp_ns=stamp, published_ns=stamp + LATENCY_NS))
        return Performance(
            stamps_ns=tuple(stamp_of(frame) for frame in range(FRAMES)),
            given=tuple(
                Given(ask=ask, sent_ns=stamp_of(frame) + 5_000_000)
                for frame, ask in programme.commands
            ),
            heard=heard,
            results=tuple(results),
            node=NodeFigures(
                frames_in=FRAMES, frames_out=len(results), drops=FRAMES - len(results),
                overhead_ms={}, stage_ms={},
            ),
            rss_mb=(100.0, 100.0),
        )  # fmt: skip

    return build


@pytest.fixture
def flawless():
    """What a perfect node says: the one, then the other and none, a frame after the command."""

    def say(frame):
        if frame <= 30:
            return ('the one',), [an_answer('the one', 0)]
        return ('the other', 'none'), [
            an_answer('the other', 1), an_answer('none', -1, State.ABSENT),
        ]  # fmt: skip

    return say


@pytest.fixture
def answer():
    """Build an answer."""
    return an_answer
