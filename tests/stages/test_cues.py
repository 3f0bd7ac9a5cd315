"""Words and what they say."""

from __future__ import annotations

import cv2
import numpy as np
from scipy.ndimage import convolve1d

from tenet_ros.stages.cues import chroma_words, colour_words, log_ratio, texture_words


def test_every_word_is_in_its_table():
    image = np.random.default_rng(0).integers(0, 256, (20, 30, 3)).astype(np.uint8)
    lab = cv2.cvtColor(image, cv2.COLOR_RGB2LAB)
    for vocabulary in (colour_words(image), chroma_words(lab), texture_words(lab[:, :, 0])):
        assert vocabulary.words.shape == (20, 30)
        assert vocabulary.words.min() >= 0
        assert vocabulary.words.max() < np.prod(vocabulary.axes)


def test_word_of_the_object_speaks_for_it_and_word_of_the_rest_against():
    image = np.zeros((20, 20, 3), np.uint8)
    image[:, 10:] = 255
    belief = np.zeros((20, 20), np.float32)
    belief[:, 10:] = 0.9
    ratio = log_ratio(colour_words(image), belief)
    assert (ratio[:, 10:] > 1).all()
    assert (ratio[:, :10] < -1).all()


def test_word_that_is_everywhere_says_nothing():
    belief = np.tile(np.linspace(0, 1, 20, dtype=np.float32), (20, 1))
    ratio = log_ratio(colour_words(np.zeros((20, 20, 3), np.uint8)), belief)
    assert np.abs(ratio).max() < 0.01


def test_a_belief_in_nothing_or_in_everything_stays_finite():
    words = colour_words(np.zeros((5, 5, 3), np.uint8))
    for value in (0.0, 1.0):
        assert np.isfinite(log_ratio(words, np.full((5, 5), value, np.float32))).all()


def test_shadow_keeps_its_chroma_word_more_than_its_colour_word():
    light = np.full((4, 4, 3), (200, 100, 50), np.uint8)
    shadow = (light * 0.7).astype(np.uint8)
    both = np.concatenate([light, shadow])
    colours = colour_words(both).words
    assert colours[0, 0] != colours[-1, 0]
    grey = np.concatenate([np.full((4, 4, 3), 200, np.uint8), np.full((4, 4, 3), 90, np.uint8)])
    chroma = chroma_words(cv2.cvtColor(grey, cv2.COLOR_RGB2LAB)).words
    assert chroma[0, 0] == chroma[-1, 0]


def test_stripes_and_plain_differ_in_texture():
    light = np.full((40, 40), 128, np.uint8)
    light[:, 20:][:, ::4] = 255
    words = texture_words(light).words
    assert words[20, 5] != words[20, 33]


def test_each_image_of_a_stack_gets_the_very_numbers_that_it_gets_alone():
    rng = np.random.default_rng(1)
    images = rng.integers(0, 256, (5, 24, 30, 3)).astype(np.uint8)
    images[1] = 90
    beliefs = rng.random((5, 24, 30), np.float32)
    beliefs[2] = 0
    for words_of, stack in (
        (colour_words, images),
        (chroma_words, images),
        (texture_words, images[..., 0]),
    ):
        together = log_ratio(words_of(stack), beliefs)
        for image, belief, ratio in zip(stack, beliefs, together, strict=True):
            np.testing.assert_array_equal(log_ratio(words_of(image), belief), ratio)


def test_ratio_is_of_shares_that_similar_words_lend_each_other():
    rng = np.random.default_rng(2)
    image = rng.integers(0, 256, (24, 30, 3)).astype(np.uint8)
    belief = rng.random((24, 30), np.float32)
    words = colour_words(image)

    def share(weights):
        table = np.bincount(words.words.ravel(), weights.ravel().astype(np.float64), 4096)
        table = table.reshape(16, 16, 16)
        for axis in range(3):
            table = convolve1d(table, (0.25, 0.5, 0.25), axis=axis, mode='nearest')
        return table.ravel() / table.sum() + 1 / 4096 / 4

    expected = np.log(share(belief)) - np.log(share(1 - belief.astype(np.float64)))
    np.testing.assert_allclose(
        log_ratio(words, belief), np.clip(expected, -4, 4)[words.words], rtol=1e-5
    )
