"""What the learned preference promises whatever its weights, and what its weights must know."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

import tenet_ros
from tenet_ros.inference.catalogue import load_manifest
from tenet_ros.inference.ort import OrtSession
from tenet_ros.stages.preference import ExplicitPreference
from tenet_ros.stages.preference.learned import LearnedPreference, tensors
from tenet_ros.stages.preference.learned_features import look
from tenet_ros.types import TrackSet

SIZE = (480, 640)


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


@pytest.fixture
def best(scene, learned):
    """Return the row that fits a sentence best, or -1 if rather none does."""

    def find(sentence, things, **options):
        queries, tracks = scene(things, [sentence], **options)
        (scores,) = learned.score_all(queries, tracks, SIZE)
        return int(scores.logits.argmax()) if scores.logits.max() > scores.null else -1

    return find


def assert_alike(one, other, rows=slice(None)):
    for a, b in zip(one, other, strict=True):
        np.testing.assert_allclose(a.logits[rows], b.logits, atol=2e-4)
        assert a.null == pytest.approx(b.null, abs=2e-4)
        assert a.settled == pytest.approx(b.settled, abs=2e-4)


def test_the_order_of_tracks_does_not_matter(crowd, learned) -> None:
    queries, tracks = crowd(12)
    order = np.random.default_rng(1).permutation(12)
    straight = learned.score_all(queries, tracks, SIZE)
    assert_alike(straight, learned.score_all(queries, pick(tracks, order), SIZE), order)


def test_a_sentence_is_scored_alike_alone_and_among_others(crowd, learned) -> None:
    queries, tracks = crowd(9)
    together = learned.score_all(queries, tracks, SIZE)
    alone = [learned.score_all((query,), tracks, SIZE)[0] for query in queries]
    assert_alike(together, alone)


def test_padding_changes_nothing(crowd, session) -> None:
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


def test_what_comes_later_changes_nothing(crowd, learned) -> None:
    """The scores of a moment hang on its snapshot alone, and that is never changed."""
    queries, tracks = crowd(6)
    before = learned.score_all(queries, tracks, SIZE)
    arrays = (tracks.history, tracks.boxes, tracks.phrase_scores, tracks.history_stamps_ns)
    copies = [array.copy() for array in arrays]
    learned.score_all(*crowd(8, seed=5), SIZE)
    assert_alike(before, learned.score_all(queries, tracks, SIZE))
    for array, copy in zip(arrays, copies, strict=True):
        np.testing.assert_array_equal(array, copy)


def test_no_tracks_is_nothing(crowd, learned) -> None:
    queries, _ = crowd(1)
    for scores in learned.score_all(queries, TrackSet.empty(5, 14, 8), SIZE):
        assert len(scores.logits) == 0
        assert scores.null > 0


@pytest.mark.parametrize('count', [1, 2, 60, 90])
def test_any_number_of_tracks_has_finite_scores(crowd, learned, count) -> None:
    queries, tracks = crowd(count)
    for scores in learned.score_all(queries, tracks, SIZE):
        assert scores.logits.shape == (count,)
        assert np.isfinite(scores.logits).all()
        assert np.isfinite(scores.null)
        assert 0.0 <= scores.settled <= 1.0


MUG_BOWL_MUG = [('mug', (120, 240)), ('bowl', (320, 240)), ('mug', (520, 240))]


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
def test_plain_sentences_are_understood_whatever_the_detector(best, sentence, row, quality) -> None:
    assert best(sentence, MUG_BOWL_MUG, quality=quality) == row


@pytest.mark.parametrize(
    ('sentence', 'row'), [('the mug that is moving', 0), ('the mug that is standing still', 2)]
)
def test_motion_is_understood(best, sentence, row) -> None:
    speeds = [(60, 0), (0, 0), (0, 0)]
    assert best(sentence, MUG_BOWL_MUG, speeds=speeds) == row


def test_the_words_rule_out_what_hardly_fits_beside_what_does(scene, session) -> None:
    things = [('mug', (100, 100)), ('mug', (300, 100)), ('bowl', (500, 100))]
    queries, tracks = scene(things, ['the mugs'])
    plain = np.where(tracks.phrase_scores > 0.5, 0.95, 0.001).astype(np.float32)
    wide = dataclasses.replace(tracks, phrase_scores=plain)
    ruled = LearnedPreference(session).score_all(queries, wide, SIZE)[0].logits
    features = look(queries, wide, SIZE, ExplicitPreference())
    bare = session.infer(tensors(features, np.arange(3)))
    assert ruled[2] < bare['logits'][0][2] - 5
    np.testing.assert_allclose(ruled[:2], bare['logits'][0][:2], atol=2e-4)
