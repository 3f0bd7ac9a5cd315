"""Smoothing that stops at edges."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import lil_matrix
from scipy.sparse.linalg import spsolve

from tenet_ros.stages.diffusion import GuidedFilter, random_walk

NOWHERE = np.zeros((12, 10), np.bool_)


def two_halves(shape=(12, 10)):
    image = np.zeros((*shape, 3), np.uint8)
    image[:, shape[1] // 2 :] = 200
    return image


def dense_walk(lab, belief, background, trust, hardness):
    """The normal equations written out, pixel by pixel."""
    rows, columns = belief.shape
    edges = {}
    for y in range(rows):
        for x in range(columns):
            for dy, dx in ((0, 1), (1, -1), (1, 0), (1, 1)):
                if y + dy < rows and 0 <= x + dx < columns:
                    d = lab[y, x].astype(float) - lab[y + dy, x + dx].astype(float)
                    edges[y * columns + x, (y + dy) * columns + x + dx] = d @ d
    mean = np.mean(list(edges.values()))
    matrix = lil_matrix((rows * columns, rows * columns))
    for (i, j), square in edges.items():
        weight = np.exp(-hardness * square / (mean + 1e-6)) + 1e-3
        matrix[i, j] = matrix[j, i] = -weight
        matrix[i, i] += weight
        matrix[j, j] += weight
    held = np.where(background, 10.0, trust).ravel()
    matrix.setdiag(matrix.diagonal() + held)
    right = held * np.where(background, 0, belief).ravel()
    return spsolve(matrix.tocsc(), right).reshape(rows, columns)


def test_walk_solves_its_equations():
    rng = np.random.default_rng(0)
    lab = rng.integers(0, 256, (7, 5, 3)).astype(np.uint8)
    belief = rng.random((7, 5), np.float32)
    background = rng.random((7, 5)) < 0.2
    expected = dense_walk(lab, belief, background, 0.05, 3.0)
    walked = random_walk(lab, belief, background, trust=0.05, hardness=3.0)
    assert walked == pytest.approx(expected, abs=1e-5)


def test_belief_spreads_to_the_edge_of_its_colour_and_not_beyond():
    belief = np.full((12, 10), 0.2, np.float32)
    belief[4:8, 6:9] = 0.9
    background = NOWHERE.copy()
    background[:, 0] = True
    walked = random_walk(two_halves(), belief, background)
    assert walked[:, 5:].min() > 0.3
    assert walked[:, :5].max() < 0.1


def test_without_background_and_edges_the_mean_belief_is_kept():
    belief = np.random.default_rng(1).random((12, 10), np.float32)
    walked = random_walk(np.zeros((12, 10, 3), np.uint8), belief, NOWHERE)
    assert walked.mean() == pytest.approx(belief.mean(), abs=1e-4)
    assert np.ptp(walked) < 0.1


def test_guided_filter_keeps_a_map_that_follows_colour():
    image = two_halves((40, 40))
    values = (image[:, :, 0] > 0).astype(np.float32)
    assert GuidedFilter.fit(image, values, radius=4).apply(image) == pytest.approx(values, abs=0.02)


def test_guided_filter_smooths_what_colour_does_not_explain():
    image = np.full((40, 40, 3), 90, np.uint8)
    noise = np.random.default_rng(2).random((40, 40), np.float32)
    assert np.std(GuidedFilter.fit(image, noise, radius=4).apply(image)) < 0.2 * np.std(noise)


def test_guided_filter_brings_back_the_edges_of_a_larger_image():
    large = two_halves((160, 160))
    small = np.ascontiguousarray(large[::4, ::4])
    blurred = np.tile(np.clip((np.arange(40) - 15) / 10, 0, 1).astype(np.float32), (40, 1))
    sharp = GuidedFilter.fit(small, blurred, radius=4).apply(large)
    jump = np.abs(np.diff(sharp[80])).argmax()
    assert jump == 79


def test_values_stay_between_nothing_and_certainty():
    rng = np.random.default_rng(3)
    image = rng.integers(0, 256, (30, 30, 3)).astype(np.uint8)
    applied = GuidedFilter.fit(image, rng.random((30, 30), np.float32), radius=2).apply(image)
    assert applied.min() >= 0
    assert applied.max() <= 1
    assert np.isfinite(applied).all()
