"""Box arithmetic at its edges, and the letterbox there and back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenet_ros.geometry import (
    Letterbox,
    areas,
    centres,
    clip_boxes,
    expand_boxes,
    intersections,
    iou_matrix,
    transform_boxes,
)

NONE = np.zeros((0, 4), np.float32)
ONE = np.asarray([[0, 0, 2, 2]], np.float32)


def boxes(*rows: tuple[float, float, float, float]) -> np.ndarray:
    return np.asarray(rows, np.float32).reshape(-1, 4)


coordinate = st.floats(-1e4, 1e4, width=32)
extent = st.floats(0.5, 1e4, width=32)
some_boxes = st.lists(st.tuples(coordinate, coordinate, extent, extent), max_size=5).map(
    lambda rows: boxes(*((x, y, x + w, y + h) for x, y, w, h in rows))
)


@pytest.mark.parametrize(
    ('first', 'second', 'shape'), [(NONE, NONE, (0, 0)), (NONE, ONE, (0, 1)), (ONE, NONE, (1, 0))]
)
def test_no_boxes(first: np.ndarray, second: np.ndarray, shape: tuple[int, int]) -> None:
    for function in (intersections, iou_matrix):
        result = function(first, second)
        assert result.shape == shape
        assert result.dtype == np.float32


@pytest.mark.parametrize(
    'function',
    [
        areas,
        centres,
        lambda b: clip_boxes(b, 10, 10),
        lambda b: expand_boxes(b, 2.0),
        lambda b: transform_boxes(b, np.eye(2, 3, dtype=np.float32)),
        Letterbox.fit((480, 640), (416, 416), centred=True).to_network,
        Letterbox.fit((480, 640), (416, 416), centred=True).to_source,
    ],
)
def test_no_boxes_give_length_zero(function) -> None:
    result = function(NONE)
    assert len(result) == 0
    assert result.dtype == np.float32


@pytest.mark.parametrize(
    ('first', 'second', 'expected'),
    [
        pytest.param((0, 0, 2, 2), (0, 0, 2, 2), 1, id='identical'),
        pytest.param((0, 0, 2, 2), (2, 2, 4, 4), 0, id='touching corners'),
        pytest.param((0, 0, 2, 2), (2, 0, 4, 2), 0, id='touching edges'),
        pytest.param((0, 0, 2, 2), (5, 5, 6, 6), 0, id='apart'),
        pytest.param((0, 0, 4, 4), (1, 1, 3, 3), 0.25, id='inside'),
        pytest.param((0, 0, 2, 2), (1, 0, 3, 2), 1 / 3, id='half over'),
        pytest.param((0, 0, 0, 2), (0, 0, 2, 2), 0, id='no width'),
        pytest.param((1, 1, 1, 1), (1, 1, 1, 1), 0, id='two points'),
        pytest.param((2, 2, 0, 0), (0, 0, 2, 2), 0, id='inverted'),
        pytest.param((-3, -3, -1, -1), (-2, -3, 0, -1), 1 / 3, id='below zero'),
        pytest.param((1e6, 1e6, 1e6 + 64, 1e6 + 64), (1e6, 1e6, 1e6 + 64, 1e6 + 32), 0.5, id='far'),
        pytest.param((0, 0, 1e9, 1e9), (0, 0, 1e9, 5e8), 0.5, id='huge'),
    ],
)
def test_iou(first: tuple, second: tuple, expected: float) -> None:
    assert iou_matrix(boxes(first), boxes(second))[0, 0] == pytest.approx(expected, abs=1e-6)


@given(some_boxes, some_boxes)
def test_iou_is_symmetric_bounded_and_one_with_itself(
    first: np.ndarray, second: np.ndarray
) -> None:
    matrix = iou_matrix(first, second)
    assert ((matrix >= 0) & (matrix <= 1 + 1e-5)).all()
    assert np.allclose(matrix, iou_matrix(second, first).T)
    assert np.allclose(np.diag(iou_matrix(first, first)), 1, atol=1e-5)


@given(some_boxes, some_boxes)
def test_an_overlap_is_no_larger_than_either_box(first: np.ndarray, second: np.ndarray) -> None:
    overlap = intersections(first, second)
    smaller = np.minimum(areas(first)[:, None], areas(second)[None, :])
    assert (overlap <= smaller * (1 + 1e-5)).all()
    assert (overlap >= 0).all()


def test_arguments_are_left_alone() -> None:
    first, second = boxes((0, 0, 4, 4)), boxes((1, 1, 9, 9))
    iou_matrix(first, second)
    clip_boxes(second, 5, 5)
    assert first.tolist() == [[0, 0, 4, 4]]
    assert second.tolist() == [[1, 1, 9, 9]]


@given(some_boxes, st.integers(1, 2000), st.integers(1, 2000))
def test_clipped_boxes_lie_inside_and_clipping_again_changes_nothing(
    given_boxes: np.ndarray, height: int, width: int
) -> None:
    once = clip_boxes(given_boxes, height, width)
    assert (once >= 0).all()
    assert (once <= [width, height, width, height]).all()
    assert np.array_equal(clip_boxes(once, height, width), once)


@given(some_boxes, st.floats(0.25, 4))
def test_expanded_boxes_keep_their_centres_and_scale_their_areas(
    given_boxes: np.ndarray, factor: float
) -> None:
    larger = expand_boxes(given_boxes, factor)
    assert np.allclose(centres(larger), centres(given_boxes), rtol=1e-4, atol=0.05)
    size, wanted = larger[:, 2:] - larger[:, :2], given_boxes[:, 2:] - given_boxes[:, :2]
    assert np.allclose(size, wanted * factor, rtol=1e-3, atol=0.05)


@given(some_boxes)
def test_the_identity_moves_nothing(given_boxes: np.ndarray) -> None:
    moved = transform_boxes(given_boxes, np.eye(2, 3, dtype=np.float32))
    assert np.allclose(moved, given_boxes, rtol=1e-5, atol=0.01)


def test_a_quarter_turn_moves_the_centre_and_keeps_the_size() -> None:
    quarter = np.asarray([[0, -1, 0], [1, 0, 0]], np.float32)
    assert transform_boxes(boxes((10, 0, 14, 2)), quarter).tolist() == [[-3, 11, 1, 13]]


def test_a_zoom_scales_boxes() -> None:
    zoom = np.asarray([[2, 0, 1], [0, 2, 0]], np.float32)
    assert transform_boxes(boxes((0, 0, 2, 4)), zoom).tolist() == [[1, 0, 5, 8]]


def test_transforms_take_histories() -> None:
    history = np.zeros((3, 5, 4), np.float32)
    assert transform_boxes(history, np.eye(2, 3, dtype=np.float32)).shape == (3, 5, 4)


sizes = st.tuples(st.integers(1, 3000), st.integers(1, 3000))
canvases = st.tuples(st.integers(32, 1280), st.integers(32, 1280))


@given(source=sizes, network=canvases, centred=st.booleans(), given_boxes=some_boxes)
def test_a_letterbox_and_its_inverse(
    source: tuple[int, int], network: tuple[int, int], *, centred: bool, given_boxes: np.ndarray
) -> None:
    letterbox = Letterbox.fit(source, network, centred=centred)
    back = letterbox.to_source(letterbox.to_network(given_boxes))
    tolerance = 1e-3 * np.abs(given_boxes).max(initial=1) + 1e-3 * network[0] / letterbox.scale
    assert np.allclose(back, given_boxes, atol=tolerance)


@given(source=sizes, network=canvases, centred=st.booleans())
def test_a_letterboxed_image_lies_in_its_canvas(
    source: tuple[int, int], network: tuple[int, int], *, centred: bool
) -> None:
    letterbox = Letterbox.fit(source, network, centred=centred)
    assert letterbox.pad_y + letterbox.height <= network[0]
    assert letterbox.pad_x + letterbox.width <= network[1]
    assert letterbox.height == network[0] or letterbox.width == network[1]
    whole = letterbox.to_network(boxes((0, 0, source[1], source[0])))[0]
    inner = (
        letterbox.pad_x,
        letterbox.pad_y,
        letterbox.pad_x + letterbox.width,
        letterbox.pad_y + letterbox.height,
    )
    assert whole == pytest.approx(inner, abs=1.01)


def test_only_a_centred_letterbox_pads_on_both_sides() -> None:
    assert Letterbox.fit((480, 640), (416, 416), centred=True).pad_y == 52
    assert Letterbox.fit((480, 640), (416, 416), centred=False).pad_y == 0
