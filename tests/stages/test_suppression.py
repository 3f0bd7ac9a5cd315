from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tenet_ros.geometry import iou_matrix
from tenet_ros.stages.suppression import suppress

BOX = [0.0, 0.0, 100.0, 100.0]
NEAR = [4.0, 0.0, 104.0, 100.0]
HALF = [30.0, 0.0, 130.0, 100.0]
FAR = [300.0, 0.0, 400.0, 100.0]


def run(boxes: list[list[float]], evidence: list[list[float]]) -> tuple[list[int], np.ndarray]:
    rows, pooled = suppress(
        np.asarray(boxes, np.float32).reshape(-1, 4),
        np.asarray(evidence, np.float32).reshape(len(boxes), -1),
        same_class_iou=0.5,
        any_class_iou=0.8,
    )
    return rows.tolist(), pooled


def test_no_boxes():
    rows, pooled = suppress(
        np.zeros((0, 4), np.float32),
        np.zeros((0, 3), np.float32),
        same_class_iou=0.5,
        any_class_iou=0.8,
    )
    assert rows.shape == (0,)
    assert pooled.shape == (0, 3)


def test_the_strongest_of_one_class_stays():
    rows, _ = run([BOX, NEAR, FAR], [[0.5], [0.9], [0.3]])
    assert rows == [1, 2]


def test_neighbours_of_other_classes_both_stay():
    """A rider overlaps the bicycle; both are wanted."""
    rows, pooled = run([BOX, HALF], [[0.5, 0.0], [0.0, 0.9]])
    assert rows == [1, 0]
    np.testing.assert_allclose(pooled, [[0, 0.9], [0.5, 0]])


def test_one_object_under_two_names_is_one_box_that_knows_both():
    rows, pooled = run([BOX, NEAR], [[0.5, 0.0], [0.0, 0.6]])
    assert rows == [1]
    np.testing.assert_allclose(pooled, [[0.5, 0.6]])


def test_a_dropped_box_does_not_drop_others():
    """Suppression does not run along a row of people."""
    row = [[30.0 * n, 0.0, 30.0 * n + 100, 100.0] for n in range(3)]
    rows, _ = run(row, [[0.9], [0.8], [0.7]])
    assert rows == [0, 2]


boxes_strategy = st.lists(
    st.tuples(
        *[st.integers(0, 50)] * 2, *[st.integers(1, 50)] * 2, *[st.floats(0, 1, width=32)] * 2
    ),
    max_size=12,
)


@given(boxes_strategy)
def test_what_is_kept_is_sorted_apart_and_no_weaker(raw):
    boxes = np.asarray([(x, y, x + w, y + h) for x, y, w, h, *_ in raw], np.float32).reshape(-1, 4)
    evidence = np.asarray([entry[4:] for entry in raw], np.float32)
    evidence = evidence.reshape(len(raw), -1) if raw else np.zeros((0, 2), np.float32)
    rows, pooled = suppress(boxes, evidence, same_class_iou=0.5, any_class_iou=0.8)
    assert len(set(rows.tolist())) == len(rows) == len(pooled)
    assert (pooled >= evidence[rows]).all()
    best = evidence[rows].max(axis=1, initial=0)
    assert (np.diff(best) <= 0).all()
    iou = iou_matrix(boxes[rows], boxes[rows]) - np.eye(len(rows), dtype=np.float32)
    assert (iou <= 0.8).all()
    if len(boxes):
        covered = iou_matrix(boxes, boxes[rows]).max(axis=1)
        assert (covered > 0.5).all(), 'every box is kept or was dropped for one that overlaps it'
