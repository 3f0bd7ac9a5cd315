"""Windows and their coordinates."""

from __future__ import annotations

import numpy as np
import pytest

from tenet_ros.stages.window import Window, shrink

IMAGE = np.zeros((100, 200, 3), np.uint8)


def around(*box, margin=0.25):
    return Window.around(IMAGE, np.asarray(box, np.float32), margin)


def test_margin_is_a_share_of_the_box():
    window = around(50, 40, 90, 60)
    assert (window.x0, window.y0) == (40, 35)
    assert window.pixels.shape == (30, 60, 3)


def test_small_box_keeps_two_pixels_of_surroundings():
    window = around(50, 40, 52, 42)
    assert (window.x0, window.y0) == (48, 38)
    assert window.pixels.shape == (6, 6, 3)


def test_window_ends_with_the_image():
    window = around(0, 0, 200, 100)
    assert window.pixels.shape == IMAGE.shape


def test_coordinates_run_from_minus_one_to_one_across_the_box():
    window = around(50, 40, 90, 60)
    x, y = window.coordinates(30, 60)
    inside = (np.abs(y)[:, None] < 1) & (np.abs(x)[None, :] < 1)
    rows, columns = np.nonzero(inside)
    assert (rows.min(), rows.max() + 1) == (5, 25)
    assert (columns.min(), columns.max() + 1) == (10, 50)


@pytest.mark.parametrize(
    ('size', 'longest', 'expected'),
    [((10, 20), 40, (10, 20)), ((100, 200), 50, (25, 50)), ((1000, 1), 10, (10, 1))],
)
def test_shrinking_keeps_the_shape_and_never_enlarges(size, longest, expected):
    assert shrink(np.zeros((*size, 3), np.uint8), longest).shape[:2] == expected
