"""Contracts of the values that cross the seams."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenet_ros.errors import ContractError
from tenet_ros.types import Command, Detections, Frame, Mask, TrackSet, union


@pytest.mark.parametrize(
    'image',
    [
        np.zeros((4, 4), np.uint8),
        np.zeros((4, 4, 4), np.uint8),
        np.zeros((4, 4, 3), np.float32),
        np.zeros((0, 4, 3), np.uint8),
    ],
    ids=['grey', 'four channels', 'floats', 'no rows'],
)
def test_frame_refuses_what_is_not_an_rgb_image(image):
    with pytest.raises(ContractError, match='expected'):
        Frame(image=image, stamp_ns=0)


def test_detections_refuse_arrays_of_different_length():
    with pytest.raises(ContractError, match='scores'):
        Detections(
            boxes=np.zeros((2, 4), np.float32),
            scores=np.zeros(3, np.float32),
            phrase_scores=np.zeros((2, 1), np.float32),
            reference=np.zeros(1, np.int64),
            labels=('a', 'b'),
        )


def test_detections_refuse_to_say_what_can_be_found_for_some_phrases_only():
    with pytest.raises(ContractError, match='findable'):
        dataclasses.replace(Detections.empty(3, 1), findable=(True,))


def test_empty_sets_have_length_zero_and_the_prompts_width():
    assert len(Detections.empty(3, 2)) == 0
    assert Detections.empty(3, 2).phrase_scores.shape == (0, 3)
    assert Detections.empty(3, 2).reference.tolist() == [-1, -1]
    assert TrackSet.empty(5, 3, 2).phrase_scores.shape == (0, 3)
    assert TrackSet.empty(5).history_stamps_ns.tolist() == [5]


@pytest.mark.parametrize(
    ('text', 'sentences'),
    [
        ('', ()),
        (' ; ;', ()),
        ('the dog', ('the dog',)),
        ('the dog;the cat ; ', ('the dog', 'the cat')),
        ('the\n red\tmug', ('the red mug',)),
    ],
)
def test_command_is_split_at_semicolons(text, sentences):
    assert Command.parse(1, text).sentences == sentences


@given(
    st.integers(-20, 20),
    st.integers(-20, 20),
    st.integers(0, 12),
    st.integers(0, 12),
)
def test_mask_pastes_only_inside_the_image(x0, y0, width, height):
    mask = Mask(crop=np.ones((height, width), np.uint8), x0=x0, y0=y0, quality=1.0)
    full = mask.full(10, 15)
    rows, columns = np.nonzero(full)
    expected = {
        (r, c)
        for r in range(max(y0, 0), min(y0 + height, 10))
        for c in range(max(x0, 0), min(x0 + width, 15))
    }
    assert set(zip(rows.tolist(), columns.tolist(), strict=True)) == expected


def test_mask_box_is_tight_and_half_open():
    crop = np.zeros((6, 8), np.uint8)
    crop[2:4, 3:7] = 1
    assert Mask(crop=crop, x0=10, y0=20, quality=1.0).box().tolist() == [13, 22, 17, 24]
    assert Mask.empty().box().tolist() == [0, 0, 0, 0]
    assert Mask.empty().area == 0


def test_masks_that_overlap_cover_their_union():
    one, other = (Mask(crop=np.ones((2, 3), np.uint8), x0=x, y0=0, quality=1.0) for x in (0, 2))
    assert union([one, other], 2, 6).tolist() == [[1, 1, 1, 1, 1, 0]] * 2
    assert union([one], 1, 4, 255).tolist() == [[255, 255, 255, 0]]
    assert not union([], 2, 2).any()
