"""What the learned preference promises whatever its weights, and what its weights must know."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tenet_ros
from tenet_ros.inference.catalogue import load_manifest
from tenet_ros.inference.ort import OrtSession
from tenet_ros.language.expression import Prompt
from tenet_ros.language.parser import parse
from tenet_ros.stages.preference import ExplicitPreference
from tenet_ros.stages.preference.learned import LearnedPreference, tensors
from tenet_ros.stages.preference.learned_features import FITS, PAIRS, TRACKS, look
from tenet_ros.stages.preference.learned_sentence import NUMBERS, sentence_tokens
from tenet_ros.stages.preference.learned_words import WORDS
from tenet_ros.types import TrackSet

SECOND = 1_000_000_000
SIZE = (480, 640)
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


def square(x, y, side=50.0):
    return (x - side / 2, y - side / 2, x + side / 2, y + side / 2)


def scene(sentences, things, *, speeds=None, watched_s=3.0, quality=0.8, looks=20):
    """Return queries and tracks: ``things`` are (noun, box); a phrase's noun tells its score."""
    prompt = Prompt.of(1, tuple(parse(sentence) for sentence in sentences))
    times_s = -watched_s * (np.arange(24)[::-1] / 23) ** 2
    boxes = np.asarray([box for _, box in things], np.float32).reshape(-1, 4)
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


def crowd(count, seed=0):
    rng = np.random.default_rng(seed)
    places = rng.uniform((40, 40), (600, 440), (count, 2))
    nouns = rng.choice(['mug', 'bowl', 'box'], count)
    things = [(str(noun), square(x, y)) for noun, (x, y) in zip(nouns, places, strict=True)]
    return scene(SENTENCES, things, speeds=rng.normal(0, 30, (count, 2)))


def pick(tracks, rows):
    """Return some of the tracks, in this order."""
    arrays = {
        field.name: getattr(tracks, field.name)[rows]
        for field in dataclasses.fields(tracks)
        if isinstance(getattr(tracks, field.name), np.ndarray) and field.name != 'history_stamps_ns'
    }
    return dataclasses.replace(tracks, **arrays, labels=('',) * len(rows))


@pytest.fixture(scope='module')
def session():
    path = Path(tenet_ros.__file__).parent / 'weights' / 'preference.onnx'
    with OrtSession(path, load_manifest('preference'), threads=1) as active:
        yield active


@pytest.fixture(scope='module')
def learned(session):
    return LearnedPreference(session)


def best(learned, sentence, things, **options):
    """Return the row that fits best, or -1 if rather none does."""
    queries, tracks = scene([sentence], things, **options)
    (scores,) = learned.score_all(queries, tracks, SIZE)
    return int(scores.logits.argmax()) if scores.logits.max() > scores.null else -1


def assert_alike(one, other, rows=slice(None)):
    for a, b in zip(one, other, strict=True):
        np.testing.assert_allclose(a.logits[rows], b.logits, atol=2e-4)
        assert a.null == pytest.approx(b.null, abs=2e-4)
        assert a.settled == pytest.approx(b.settled, abs=2e-4)


def test_the_order_of_tracks_does_not_matter(learned) -> None:
    queries, tracks = crowd(12)
    order = np.random.default_rng(1).permutation(12)
    straight = learned.score_all(queries, tracks, SIZE)
    assert_alike(straight, learned.score_all(queries, pick(tracks, order), SIZE), order)


def test_a_sentence_is_scored_alike_alone_and_among_others(learned) -> None:
    queries, tracks = crowd(9)
    together = learned.score_all(queries, tracks, SIZE)
    alone = [learned.score_all((query,), tracks, SIZE)[0] for query in queries]
    assert_alike(together, alone)


def test_padding_changes_nothing(session) -> None:
    queries, tracks = crowd(7)
    inputs = tensors(look(queries, tracks, SIZE, ExplicitPreference()), np.arange(7))
    padded = {
        'tracks': np.pad(inputs['tracks'], ((0, 3), (0, 0)), constant_values=1.0),
        'pairs': np.pad(inputs['pairs'], ((0, 3), (0, 3), (0, 0)), constant_values=1.0),
        'present': np.pad(inputs['present'], (0, 3)),
        'fits': np.pad(inputs['fits'], ((0, 0), (0, 3), (0, 0)), constant_values=0.5),
        'sentences': inputs['sentences'],
        'tokens': np.pad(inputs['tokens'], ((0, 0), (0, 5), (0, 0))),
    }
    full, more = session.infer(inputs), session.infer(padded)
    np.testing.assert_allclose(more['logits'][:, :7], full['logits'], atol=2e-4)
    np.testing.assert_allclose(more['null'], full['null'], atol=2e-4)
    np.testing.assert_allclose(more['settled'], full['settled'], atol=2e-4)


def test_what_comes_later_changes_nothing(learned) -> None:
    """The scores of a moment hang on its snapshot alone, and that is never changed."""
    queries, tracks = crowd(6)
    before = learned.score_all(queries, tracks, SIZE)
    arrays = (tracks.history, tracks.boxes, tracks.phrase_scores, tracks.history_stamps_ns)
    copies = [array.copy() for array in arrays]
    learned.score_all(*crowd(8, seed=5), SIZE)
    assert_alike(before, learned.score_all(queries, tracks, SIZE))
    for array, copy in zip(arrays, copies, strict=True):
        np.testing.assert_array_equal(array, copy)


def test_no_tracks_is_nothing(learned) -> None:
    queries, _ = crowd(1)
    for scores in learned.score_all(queries, TrackSet.empty(5, 14, 8), SIZE):
        assert len(scores.logits) == 0
        assert scores.null > 0


@pytest.mark.parametrize('count', [1, 2, 60, 90])
def test_any_number_of_tracks_has_finite_scores(learned, count) -> None:
    queries, tracks = crowd(count)
    for scores in learned.score_all(queries, tracks, SIZE):
        assert scores.logits.shape == (count,)
        assert np.isfinite(scores.logits).all()
        assert np.isfinite(scores.null)
        assert 0.0 <= scores.settled <= 1.0


@settings(max_examples=25, deadline=None)
@given(
    boxes=st.lists(
        st.tuples(*[st.floats(-5000, 5000, width=32)] * 2, *[st.floats(0, 3000, width=32)] * 2),
        min_size=1,
        max_size=5,
    ),
    watched_s=st.floats(0.0, 20.0),
    score=st.sampled_from([0.0, 1.0, 1e-30, 0.5]),
)
def test_odd_boxes_have_bounded_features(boxes, watched_s, score) -> None:
    things = [('mug', (x, y, x + w, y + h)) for x, y, w, h in boxes]
    queries, tracks = scene(SENTENCES, things, watched_s=watched_s, quality=score)
    features = look(queries, tracks, SIZE, ExplicitPreference())
    for table in (features.tracks, features.pairs, features.fits, features.sentences):
        assert table.dtype == np.float32
        assert np.isfinite(table).all()
        assert np.abs(table).max() <= 8.0


def test_features_do_not_hang_on_the_frame_rate() -> None:
    things = [('mug', square(300, 200)), ('bowl', square(100, 200))]
    queries, dense = scene(['the mug that moves'], things, speeds=[(40, 0), (0, 0)])
    rows = np.unique(np.append(np.arange(0, 24, 2), 23))
    sparse = dataclasses.replace(
        dense,
        history=dense.history[:, rows],
        history_valid=dense.history_valid[:, rows],
        history_stamps_ns=dense.history_stamps_ns[rows],
    )
    one = look(queries, dense, SIZE, ExplicitPreference())
    other = look(queries, sparse, SIZE, ExplicitPreference())
    np.testing.assert_allclose(one.tracks, other.tracks, atol=0.05)
    np.testing.assert_allclose(one.pairs, other.pairs, atol=0.05)


def test_features_of_a_scene_in_numbers() -> None:
    """Whoever changes what is measured must train anew: shipped weights know these numbers."""
    things = [('mug', square(200, 240)), ('mug', square(480, 240)), ('bowl', square(340, 240))]
    queries, tracks = scene(['the mug left of the bowl'], things, speeds=[(20, 0)] + [(0, 0)] * 2)
    features = look(queries, tracks, SIZE, ExplicitPreference())
    assert features.tracks[0, TRACKS['velocity']] == pytest.approx([0.6245, 0.0], abs=1e-3)
    assert features.pairs[0, 2, PAIRS['offset']] == pytest.approx([1.754, 0, 0.4375, 0], abs=1e-3)
    total = features.fits[0, :, FITS['total'].start]
    assert total[0] > 0 > total[1] > total[2]
    assert features.fits[0, :2, FITS['words'].start] == pytest.approx([0.4621] * 2, abs=1e-3)


def test_every_word_has_a_number_of_its_own() -> None:
    assert len(set(WORDS)) == len(WORDS)
    tokens = sentence_tokens(scene(SENTENCES, [('mug', square(9, 9))])[0])
    assert tokens.max() < NUMBERS
    assert (tokens >= 0).all()


def test_unseen_words_are_not_all_alike() -> None:
    queries = scene(['the mug that zooms', 'the mug that ambles'], [('mug', square(9, 9))])[0]
    one, other = sentence_tokens(queries)
    assert (one != other).any()


MUG_BOWL_MUG = [('mug', square(120, 240)), ('bowl', square(320, 240)), ('mug', square(520, 240))]


@pytest.mark.parametrize(
    ('sentence', 'row'),
    [
        ('the mug left of the bowl', 0),
        ('the mug to the right of the bowl', 2),
        ('the bowl', 1),
        ('the leftmost mug', 0),
        ('the rightmost mug', 2),
        ('the hammer', -1),
    ],
)
@pytest.mark.parametrize('quality', [0.35, 0.6, 0.95])
def test_plain_sentences_are_understood_whatever_the_detector(
    learned, sentence, row, quality
) -> None:
    assert best(learned, sentence, MUG_BOWL_MUG, quality=quality) == row


@pytest.mark.parametrize(
    ('sentence', 'row'), [('the mug that is moving', 0), ('the mug that is standing still', 2)]
)
def test_motion_is_understood(learned, sentence, row) -> None:
    speeds = [(60, 0), (0, 0), (0, 0)]
    assert best(learned, sentence, MUG_BOWL_MUG, speeds=speeds) == row
