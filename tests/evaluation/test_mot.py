"""Tracking metrics: small cases by hand, and agreement with TrackEval on recorded results."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from tenet_ros.evaluation.mot import MotScores, drop_ignored, evaluate, prepare_motchallenge
from tenet_ros.evaluation.mot_text import MotTable, read_mot


def table(*rows: tuple[float, ...]) -> MotTable:
    """Rows of frame, id, left, top, width, height[, flag, class, visibility]."""
    full = [list(row) + [1, 1, 1][len(row) - 6 :] for row in rows]
    return MotTable.from_rows(np.asarray(full, np.float64).reshape(-1, 9))


TWO = table(
    (1, 1, 0, 0, 10, 10), (1, 2, 50, 0, 10, 10),
    (2, 1, 5, 0, 10, 10), (2, 2, 45, 0, 10, 10),
)  # fmt: skip


def test_the_truth_itself_is_perfect() -> None:
    ratios = evaluate(TWO, TWO).ratios()
    for name in ('HOTA', 'DetA', 'AssA', 'LocA', 'IDF1', 'IDP', 'IDR', 'MOTA', 'MOTP'):
        assert ratios[name] == pytest.approx(1)
    assert ratios['IDSW'] == 0


def test_exchanged_ids_cost_association_and_not_detection() -> None:
    swapped = TWO.select(np.arange(4))
    swapped = MotTable.from_boxes(swapped.frames, np.asarray([1, 2, 2, 1], np.int64), swapped.boxes)
    ratios = evaluate(TWO, swapped).ratios()
    assert ratios['DetA'] == pytest.approx(1)
    # Each matched box shares its two ids in 1 of 3 boxes.
    assert ratios['AssA'] == pytest.approx(1 / 3)
    assert ratios['IDSW'] == 2
    assert ratios['MOTA'] == pytest.approx(0.5)
    assert ratios['IDF1'] == pytest.approx(0.5)


def test_no_result_scores_zero_and_no_truth_counts_false_positives() -> None:
    nothing = table()
    missed = evaluate(TWO, nothing)
    assert missed.ratios()['HOTA'] == 0
    assert (missed.fn, missed.fp) == (4, 0)
    invented = evaluate(nothing, TWO)
    assert (invented.fn, invented.fp, invented.idfp) == (0, 4, 4)
    assert evaluate(nothing, nothing).ratios()['IDF1'] == 0


def test_sequences_add_up() -> None:
    parts = [evaluate(TWO, TWO), evaluate(TWO, table())]
    assert MotScores.combine(parts).ratios()['IDR'] == pytest.approx(0.5)


def test_a_box_on_a_distractor_is_neither_right_nor_wrong() -> None:
    truth = table((1, 1, 0, 0, 10, 10, 1, 1, 1), (1, 2, 50, 0, 10, 10, 1, 8, 1))
    result = table((1, 5, 0, 0, 10, 10), (1, 6, 51, 0, 10, 10), (1, 7, 90, 0, 10, 10))
    kept_truth, kept_result = prepare_motchallenge(truth, result)
    assert kept_truth.ids.tolist() == [1]
    assert kept_result.ids.tolist() == [5, 7]


def test_zero_marked_truth_is_not_scored() -> None:
    truth = table((1, 1, 0, 0, 10, 10, 0, 1, 1))
    assert len(prepare_motchallenge(truth, table())[0]) == 0


def test_boxes_in_regions_without_annotation_are_dropped_unless_they_fit() -> None:
    truth = table((1, 1, 0, 0, 10, 10))
    regions = table((1, -1, 0, 0, 40, 40))
    result = table((1, 5, 1, 0, 10, 10), (1, 6, 20, 20, 10, 10), (1, 7, 36, 0, 10, 10))
    assert drop_ignored(truth, result, regions).ids.tolist() == [5, 7]


def _agree(scores: MotScores, reference: dict[str, float]) -> None:
    ratios = scores.ratios()
    for name in set(ratios) & set(reference):
        assert ratios[name] == pytest.approx(reference[name], abs=1e-3), name


def test_figures_of_trackeval_are_reproduced(shared_data: Path) -> None:
    folder = shared_data / 'mot'
    reference = json.loads((folder / 'reference_trackeval.json').read_text())
    parts = []
    for name in ('TUD-Campus', 'TUD-Stadtmitte'):
        truth = read_mot(folder / name / 'gt/gt.txt')
        result = read_mot(folder / name / 'res/motmetrics_sample.txt')
        parts.append(evaluate(truth.select(truth.scores != 0), result))
        _agree(parts[-1], reference['MOT15_no_preproc'][name])
    _agree(MotScores.combine(parts), reference['MOT15_no_preproc']['COMBINED_SEQ'])


def test_figures_of_trackeval_with_preprocessing_are_reproduced(shared_data: Path) -> None:
    folder = shared_data / 'mot'
    reference = json.loads((folder / 'reference_trackeval.json').read_text())
    truth, result = prepare_motchallenge(
        read_mot(folder / 'MOT16-11/gt/gt.txt'),
        read_mot(folder / 'MOT16-11/res/mot_evaluation_sample.txt'),
    )
    _agree(evaluate(truth, result), reference['MOT16_with_preproc']['MOT16-11'])
