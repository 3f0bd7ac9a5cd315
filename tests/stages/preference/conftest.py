"""Scenes for the learned preference: boxes with nouns, watched under sentences."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from tenet_ros.language.expression import Prompt
from tenet_ros.language.parser import parse
from tenet_ros.types import TrackSet

SECOND = 1_000_000_000
SIDE = 50.0
SENTENCES = (
    'the mug',
    'the mug left of the bowl',
    'the second mug from the left',
    'the mug that is moving to the right',
    'the two mugs',
    'the mug between the bowl and the box',
    'the mug that stopped',
    'the bowl that is not next to the box',
)


def box_of(place):
    """Return a box as it is, and the square around a point."""
    if len(place) == 4:
        return place
    x, y = place
    return x - SIDE / 2, y - SIDE / 2, x + SIDE / 2, y + SIDE / 2


def make_scene(things, sentences=SENTENCES, *, speeds=None, watched_s=3.0, quality=0.8, looks=20):
    """Return queries and tracks. Things are (noun, box or centre); a phrase's noun tells its score."""
    prompt = Prompt.of(1, tuple(parse(sentence) for sentence in sentences))
    times_s = -watched_s * (np.arange(24)[::-1] / 23) ** 2
    boxes = np.asarray([box_of(place) for _, place in things], np.float32).reshape(-1, 4)
    n = len(boxes)
    speed = np.zeros((n, 2)) if speeds is None else np.asarray(speeds, np.float64)
    path = np.tile(speed[:, None] * times_s[None, :, None], 2)
    scores = [
        [quality if phrase.noun in {noun, ''} else 0.02 for phrase in prompt.phrases]
        for noun, _ in things
    ]
    stamps = np.round((times_s + 10.0) * SECOND).astype(np.int64)
    tracks = dataclasses.replace(
        TrackSet.empty(int(stamps[-1]), len(prompt.phrases), len(prompt.queries)),
        ids=np.arange(1, n + 1),
        boxes=boxes,
        velocities=np.tile(speed, 2).astype(np.float32),
        scores=np.full(n, 0.8, np.float32),
        hits=np.full(n, looks),
        age_ns=np.full(n, round(watched_s * SECOND)),
        unseen_ns=np.zeros(n, np.int64),
        phrase_scores=np.asarray(scores, np.float32).reshape(n, len(prompt.phrases)),
        reference_hits=np.zeros((n, len(prompt.queries)), np.float32),
        evidence=np.full(n, looks),
        history=(boxes[:, None] + path).astype(np.float32),
        history_valid=np.ones((n, len(times_s)), np.bool_),
        history_stamps_ns=stamps,
        labels=('',) * n,
        looks=looks,
    )
    return prompt.queries, tracks


def make_crowd(count, seed=0):
    rng = np.random.default_rng(seed)
    places = rng.uniform((40, 40), (600, 440), (count, 2))
    nouns = rng.choice(['mug', 'bowl', 'box'], count)
    things = [(str(noun), (x, y)) for noun, (x, y) in zip(nouns, places, strict=True)]
    return make_scene(things, speeds=rng.normal(0, 30, (count, 2)))


@pytest.fixture(scope='session')
def scene():
    """Make queries and tracks of things that a test lists."""
    return make_scene


@pytest.fixture(scope='session')
def crowd():
    """Make queries and tracks of so many things, anywhere."""
    return make_crowd
