"""Masks against labels, on crops, is what the whole picture gives."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenet_ros.evaluation.masks import boundary_f, jaccard
from tenet_ros.evaluation.tabletop.fit import LabelledFrame, lies_on
from tenet_ros.types import Mask

HEIGHT, WIDTH = 48, 64


def a_frame():
    labels = np.zeros((HEIGHT, WIDTH), np.uint8)
    labels[10:30, 5:25] = 1
    labels[10:30, 25:45] = 2
    labels[40:48, 50:64] = 3
    return LabelledFrame(labels, 3), labels


def block(x0, y0, x1, y1):
    return Mask(crop=np.ones((y1 - y0, x1 - x0), np.uint8), x0=x0, y0=y0, quality=1.0)


def only(*things):
    return np.isin(np.arange(3), things)


@settings(max_examples=80, deadline=None)
@given(
    x=st.integers(-20, WIDTH), y=st.integers(-20, HEIGHT), w=st.integers(1, 40),
    h=st.integers(1, 40), things=st.sets(st.integers(0, 2)),
)  # fmt: skip
def test_a_crop_gives_what_the_whole_gives(x, y, w, h, things):
    frame, labels = a_frame()
    crop = np.zeros((h, w), np.uint8)
    cv2.ellipse(crop, (w // 2, h // 2), (max(w // 2 - 1, 0), max(h // 2 - 1, 0)), 0, 0, 360, 1, -1)
    mask = Mask(crop=crop, x0=x, y0=y, quality=1.0)
    whole = mask.full(HEIGHT, WIDTH)
    truth = np.isin(labels, [1 + i for i in things])
    j, f = frame.fit([mask], only(*things))
    assert j == pytest.approx(jaccard(whole, truth))
    assert f == pytest.approx(boundary_f(whole, truth))


def test_several_things_are_one_mask():
    frame, _ = a_frame()
    both = [block(5, 10, 25, 30), block(25, 10, 45, 30)]
    assert frame.fit(both, only(0, 1)) == (1.0, 1.0)
    assert frame.fit(both[:1], only(0, 1))[0] == 0.5


def test_nothing_said_of_nothing_is_right_and_of_something_is_not():
    frame, _ = a_frame()
    assert frame.fit([], only()) == (1.0, 1.0)
    assert frame.fit([Mask.empty()], only()) == (1.0, 1.0)
    assert frame.fit([], only(0)) == (0.0, 0.0)


def test_a_mask_lies_on_the_thing_it_overlaps_most():
    frame, _ = a_frame()
    assert frame.thing_under(block(5, 10, 25, 30)) == 0
    assert frame.thing_under(block(18, 10, 45, 30)) == 1
    assert frame.thing_under(block(0, 35, 10, 45)) == -1
    assert frame.thing_under(block(0, 0, WIDTH, HEIGHT)) == 0, 'at an IoU of 0.13'


def test_a_box_that_overlaps_nothing_lies_on_nothing():
    overlaps = np.asarray([[0.0, 0.09], [0.5, 0.6]], np.float32)
    assert lies_on(overlaps).tolist() == [-1, 1]
    assert lies_on(np.zeros((2, 0), np.float32)).tolist() == [-1, -1]
