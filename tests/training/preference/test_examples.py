"""Examples survive the disk and the batch as they were."""

from __future__ import annotations

import numpy as np
import pytest

from tenet_ros.errors import SourceError
from tenet_ros.stages.preference.learned_features import (
    FITS,
    PAIRS,
    SENTENCES,
    TRACKS,
    Features,
)
from tenet_ros.stages.preference.learned_sentence import BAG, WORD
from tenet_ros.training.preference.augment import forget_words, mirror
from tenet_ros.training.preference.examples import Examples, Labelled, Labels


def width(columns):
    return max(place.stop for place in columns.values())


def moment(n, s, seed):
    rng = np.random.default_rng(seed)
    tokens = np.zeros((s, 6, BAG), np.int64)
    tokens[:, :4, :2] = rng.integers(400, 500, (s, 4, 2))
    tokens[:, :4, 0] = WORD
    return Labelled(
        features=Features(
            tracks=rng.normal(size=(n, width(TRACKS))).astype(np.float32),
            pairs=rng.normal(size=(n, n, width(PAIRS))).astype(np.float32),
            fits=rng.normal(size=(s, n, width(FITS))).astype(np.float32),
            sentences=rng.normal(size=(s, width(SENTENCES))).astype(np.float32),
            tokens=tokens,
        ),
        labels=Labels(
            meant=rng.integers(-1, 2, (s, n)).astype(np.int8),
            null=rng.integers(-1, 2, s).astype(np.int8),
            judged=rng.random(s) < 0.8,
            kind=rng.integers(0, 14, s).astype(np.int8),
        ),
        clip=seed,
        time_s=0.5 * seed,
    )


MOMENTS = [moment(3, 2, 0), moment(1, 4, 1), moment(5, 1, 2)]


def test_a_batch_gives_each_moment_back_padded() -> None:
    examples = Examples.of(MOMENTS)
    batch = examples.batch(np.asarray([2, 0]), examples.starts())
    for place, row in enumerate((2, 0)):
        want = MOMENTS[row]
        s, n = want.labels.meant.shape
        np.testing.assert_allclose(batch.tracks[place, :n], want.features.tracks, atol=2e-3)
        np.testing.assert_allclose(batch.pairs[place, :n, :n], want.features.pairs, atol=2e-3)
        np.testing.assert_allclose(batch.fits[place, :s, :n], want.features.fits, atol=2e-3)
        np.testing.assert_array_equal(batch.meant[place, :s, :n], want.labels.meant)
        np.testing.assert_array_equal(batch.tokens[place, :s, :4], want.features.tokens[:, :4])
        assert batch.present[place].sum() == n
        assert batch.real[place].sum() == s
        assert (batch.meant[place, s:] == -1).all()
        assert not batch.judged[place, s:].any()


def test_examples_survive_the_disk(tmp_path) -> None:
    Examples.of(MOMENTS[:2]).save(tmp_path / 'a.npz')
    Examples.of(MOMENTS[2:]).save(tmp_path / 'b.npz')
    loaded, whole = Examples.load(tmp_path), Examples.of(MOMENTS)
    assert len(loaded) == 3
    np.testing.assert_array_equal(loaded.fits, whole.fits)
    np.testing.assert_array_equal(loaded.starts(), whole.starts())


def test_an_empty_folder_says_what_to_do(tmp_path) -> None:
    with pytest.raises(SourceError, match='run `data` first'):
        Examples.load(tmp_path)


def test_twice_in_the_mirror_is_as_before() -> None:
    examples = Examples.of(MOMENTS)
    batch, kept = (examples.batch(np.arange(3), examples.starts()) for _ in range(2))
    mirror(batch)
    moved = batch.tracks[..., TRACKS['history']] != kept.tracks[..., TRACKS['history']]
    assert moved.any()
    assert not moved[..., 1::5].any(), 'up and down stay'
    mirror(batch)
    np.testing.assert_array_equal(batch.tracks, kept.tracks)
    np.testing.assert_array_equal(batch.pairs, kept.pairs)


def test_forgotten_words_keep_their_places() -> None:
    examples = Examples.of(MOMENTS)
    batch, kept = (examples.batch(np.arange(3), examples.starts()) for _ in range(2))
    for seed in range(20):
        forget_words(batch, np.random.default_rng(seed))
    np.testing.assert_array_equal(batch.tokens[..., 0], kept.tokens[..., 0])
    assert (batch.tokens[..., 1] != kept.tokens[..., 1]).any()
