"""J, F and J&F: small cases by hand, and agreement with the benchmark's own code on real clips."""

from __future__ import annotations

import json
from pathlib import Path
from time import perf_counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from tenet_ros.errors import ContractError
from tenet_ros.evaluation.clips import load_clip, read_labels
from tenet_ros.evaluation.masks import boundary_f, jaccard, score_sentence

SIZE = (40, 60)

masks = hnp.arrays(np.bool_, hnp.array_shapes(min_dims=2, max_dims=2, max_side=12))


def square(x, y, side=10, size=SIZE, value=1):
    mask = np.zeros(size, np.uint8)
    mask[y : y + side, x : x + side] = value
    return mask


EMPTY = np.zeros(SIZE, np.uint8)


@pytest.mark.parametrize(
    ('mask', 'truth', 'expected'),
    [
        pytest.param(EMPTY, EMPTY, 1.0, id='both empty'),
        pytest.param(square(5, 5), EMPTY, 0.0, id='nothing there'),
        pytest.param(EMPTY, square(5, 5), 0.0, id='nothing said'),
        pytest.param(square(5, 5), square(5, 5), 1.0, id='the same'),
        pytest.param(square(5, 5), square(10, 5), 50 / 150, id='half'),
        pytest.param(square(5, 5) * 255, square(5, 5) > 0, 1.0, id='dtypes differ'),
    ],
)
def test_jaccard(mask, truth, expected):
    assert jaccard(mask, truth) == pytest.approx(expected)


@pytest.mark.parametrize(
    ('mask', 'truth', 'expected'),
    [
        pytest.param(EMPTY, EMPTY, 1.0, id='both empty'),
        pytest.param(square(5, 5), EMPTY, 0.0, id='nothing there'),
        pytest.param(EMPTY, square(5, 5), 0.0, id='nothing said'),
        pytest.param(square(5, 5), square(5, 5), 1.0, id='the same'),
        pytest.param(square(5, 5), square(6, 5), 1.0, id='within one pixel, the tolerance here'),
        pytest.param(square(2, 2), square(40, 25), 0.0, id='far away'),
    ],
)
def test_boundary_f(mask, truth, expected):
    assert boundary_f(mask, truth) == pytest.approx(expected)


@given(masks)
def test_every_mask_fits_itself(mask):
    assert jaccard(mask, mask) == 1.0
    assert boundary_f(mask, mask) == 1.0


@given(masks, st.randoms(use_true_random=False))
def test_order_of_the_two_masks_does_not_matter(mask, random):
    other = np.asarray([random.random() < 0.5 for _ in range(mask.size)]).reshape(mask.shape)
    assert jaccard(mask, other) == jaccard(other, mask)
    assert boundary_f(mask, other) == pytest.approx(boundary_f(other, mask))
    assert 0 <= boundary_f(mask, other) <= 1


def test_masks_of_different_sizes_are_refused():
    with pytest.raises(ContractError, match='one size'):
        jaccard(EMPTY, EMPTY[:10])
    with pytest.raises(ContractError, match='one size'):
        boundary_f(EMPTY, EMPTY[:10])


def test_right_object_scores_and_is_not_wrong():
    labels = np.maximum(square(5, 5, value=1), square(40, 5, value=2))
    score = score_sentence([square(5, 5)], [labels], [1])
    assert score.j.tolist() == [1.0]
    assert score.jf == 1.0
    assert score.wrong_target_fraction == 0
    assert score.t_acc == 1.0
    assert np.isnan(score.n_acc)


def test_perfect_mask_of_the_other_object_scores_nothing_and_is_wrong():
    labels = np.maximum(square(5, 5, value=1), square(40, 5, value=2))
    score = score_sentence([square(40, 5)], [labels], [1])
    assert score.jf == 0.0
    assert score.wrong_target_fraction == 1.0


def test_mask_that_covers_another_object_more_is_wrong_though_it_touches_the_right_one():
    labels = np.maximum(square(5, 5, value=1), square(15, 5, value=2))
    mask = square(10, 5)
    mask[5:15, 20:24] = 1
    score = score_sentence([mask], [labels], [1])
    assert score.j[0] > 0.1
    assert score.wrong_target_fraction == 1.0


def test_silence_is_a_miss_and_not_a_wrong_target():
    labels = square(5, 5, value=1)
    score = score_sentence([EMPTY, square(5, 5)], [labels, labels], [1])
    assert score.wrong_target_fraction == 0.0
    assert score.t_acc == 0.5
    assert score.jf == 0.5


def test_several_referred_objects_count_as_one():
    labels = np.maximum(square(5, 5, value=1), square(40, 5, value=2))
    score = score_sentence([labels > 0], [labels], [1, 2])
    assert score.jf == 1.0
    assert score.wrong_target_fraction == 0.0


def test_no_target_sentence_is_answered_by_silence():
    labels = square(5, 5, value=1)
    score = score_sentence([EMPTY, square(5, 5)], [labels, labels], [])
    assert score.n_acc == 0.5
    assert score.wrong.tolist() == [False, True]
    assert score.j.tolist() == [1.0, 0.0]
    assert np.isnan(score.t_acc)


@pytest.mark.parametrize('count', [0, 2])
def test_one_mask_per_frame_is_asked_for(count):
    with pytest.raises(ContractError, match='one mask per label image'):
        score_sentence([EMPTY] * count, [EMPTY] * (count // 2), [1])


@pytest.mark.parametrize('every', [9, pytest.param(1, marks=pytest.mark.slow)])
def test_figures_are_those_of_the_benchmark(shared_data: Path, every):
    root = shared_data / 'rvos'
    reference = json.loads((root / 'ref_predictions/reference_JF.json').read_text())
    worst, f_seconds = 0.0, []
    for name, objects in reference['clips'].items():
        clip = load_clip(root / name)
        for index in range(0, len(clip.frames), every):
            stem = clip.frames[index].stem
            predicted = read_labels(root / 'ref_predictions/osvos' / name / f'{stem}.png')
            labels = clip.labels(index)
            for key, figures in objects.items():
                ids = np.unique(labels[labels > 0]) if key == 'union' else [int(key)]
                mask = predicted > 0 if key == 'union' else np.isin(predicted, ids)
                truth = np.isin(labels, ids)
                begin = perf_counter()
                f = boundary_f(mask, truth)
                f_seconds.append(perf_counter() - begin)
                worst = max(
                    worst,
                    abs(jaccard(mask, truth) - figures['J_per_frame'][index]),
                    abs(f - figures['F_per_frame'][index]),
                )
    assert len(f_seconds) > 300 // every
    assert worst < 1e-3
    assert np.median(f_seconds) < 0.05
