"""Which masks are made anew, which are carried along, and whether these lie where they belong."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace

import cv2
import numpy as np
import pytest

from tenet_ros.config import MaskConfig
from tenet_ros.errors import ConfigError
from tenet_ros.stages.mask_memory import MaskMemory
from tenet_ros.types import Mask

HEIGHT, WIDTH = 240, 320
CENTRES = [(60, 60), (160, 60), (260, 60), (60, 170), (160, 170), (260, 170)]
RADIUS = 25


def watch(_stage):
    return nullcontext()


def table(shift=(0, 0), painted=()):
    """Six checked discs on a mottled table, all moved by a shift; some painted over."""
    rng = np.random.default_rng(1)
    ground = cv2.resize(rng.integers(60, 120, (30, 40, 3), np.uint8), (WIDTH, HEIGHT))
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    for i, (cx, cy) in enumerate(CENTRES):
        inside = (x + 0.5 - cx) ** 2 + (y + 0.5 - cy) ** 2 < RADIUS**2
        check = ((x - cx) // 8 + (y - cy) // 8) % 2
        ground[inside] = np.where(check, 220, 160)[inside][:, None]
        if i in painted:
            ground[inside & (x > cx)] = 20
    matrix = np.asarray([[1, 0, shift[0]], [0, 1, shift[1]]], np.float64)
    return cv2.warpAffine(ground, matrix, (WIDTH, HEIGHT), borderMode=cv2.BORDER_REFLECT)


def boxes(shift=(0, 0), count=6):
    return np.asarray(
        [
            [
                cx - RADIUS + shift[0],
                cy - RADIUS + shift[1],
                cx + RADIUS + shift[0],
                cy + RADIUS + shift[1],
            ]
            for cx, cy in CENTRES[:count]
        ],
        np.float32,
    )


class Discs:
    """Gives each box the disc in it, and writes down which boxes it was asked for."""

    def __init__(self):
        self.asked = []

    def encode(self, image):
        return image

    def decode(self, embedding, boxes):
        self.asked.append([tuple(box) for box in boxes.tolist()])
        return tuple(self._disc(box) for box in boxes)

    def _disc(self, box):
        if not (box[2:] > box[:2]).all():
            return Mask.empty()
        x0, y0 = np.floor(box[:2]).astype(int)
        x1, y1 = np.ceil(box[2:]).astype(int)
        y, x = np.mgrid[y0:y1, x0:x1]
        middle = (box[:2] + box[2:]) / 2
        inside = (x + 0.5 - middle[0]) ** 2 + (y + 0.5 - middle[1]) ** 2 < RADIUS**2
        return Mask(crop=inside.astype(np.uint8), x0=int(x0), y0=int(y0), quality=0.9)


class Nothing(Discs):
    def _disc(self, box):
        return Mask.empty()


@pytest.fixture
def segmenter():
    return Discs()


def run(memory, image, rows, ids=None):
    return memory.masks(image, list(range(len(rows))) if ids is None else ids, rows, watch)


def iou(mask, other):
    first, second = mask.full(HEIGHT, WIDTH) > 0, other.full(HEIGHT, WIDTH) > 0
    return (first & second).sum() / (first | second).sum()


def test_few_masks_are_made_anew_at_every_frame(segmenter):
    memory = MaskMemory(segmenter, MaskConfig(fresh=3))
    for _ in range(4):
        run(memory, table(), boxes(count=3))
    assert [len(asked) for asked in segmenter.asked] == [3, 3, 3, 3]


def test_of_many_that_rest_each_is_made_anew_in_its_turn(segmenter):
    memory = MaskMemory(segmenter, MaskConfig(fresh=2))
    for _ in range(7):
        run(memory, table(), boxes())
    first, *others = segmenter.asked
    assert len(first) == 6
    assert [len(asked) for asked in others] == [1] * 6
    assert {asked[0] for asked in others} == set(first)


@pytest.mark.parametrize('shift', [(0, 0), (3, -2), (-2.5, 1.5)])
def test_a_carried_mask_lies_where_one_made_anew_would_lie(segmenter, shift):
    memory = MaskMemory(segmenter, MaskConfig(fresh=1))
    run(memory, table(), boxes())
    masks = run(memory, table(shift), boxes(shift))
    assert len(segmenter.asked[-1]) == 1
    truth = Discs().decode(None, boxes(shift))
    assert min(map(iou, masks, truth)) > 0.94
    assert [mask.quality for mask in masks] == [0.9] * 6


def test_a_carried_mask_follows_the_thing_and_not_the_unsteady_box(segmenter):
    memory = MaskMemory(segmenter, MaskConfig(fresh=1))
    run(memory, table(), boxes())
    masks = run(memory, table(), boxes((1.5, 1)))
    truth = Discs().decode(None, boxes())
    assert min(iou(*pair) for pair in list(zip(masks, truth, strict=True))[1:]) > 0.97


def test_what_looks_otherwise_is_made_anew(segmenter):
    memory = MaskMemory(segmenter, MaskConfig(fresh=1))
    run(memory, table(), boxes())
    run(memory, table(painted=(4,)), boxes())
    assert tuple(boxes()[4].tolist()) in segmenter.asked[-1]
    assert len(segmenter.asked[-1]) == 1, 'it alone: the oldest waits'


def test_the_oldest_waits_for_no_more_than_half_a_second_of_what_changes(segmenter):
    memory = MaskMemory(segmenter, MaskConfig(fresh=1))
    for frame in range(20):
        run(memory, table(painted=(4,) if frame % 2 else ()), boxes())
    changing = tuple(boxes()[4].tolist())
    first, *others = segmenter.asked
    assert len(first) == 6
    assert all(changing in asked for asked in others)
    assert [len(asked) for asked in others] == [1] * 15 + [2] * 4


def test_a_box_without_area_disturbs_no_other_whatever_the_segmenter_finds_in_it():
    class Somewhere(Discs):
        def _disc(self, box):
            return Mask(crop=np.ones((4, 4), np.uint8), x0=10, y0=10, quality=0.5)

    memory = MaskMemory(Somewhere(), MaskConfig(fresh=1))
    flat = boxes()
    flat[2, 2] = flat[2, 0]
    for _ in range(3):
        assert len(run(memory, table(), flat)) == 6


def test_a_track_that_leaves_what_it_was_on_is_made_anew(segmenter):
    memory = MaskMemory(segmenter, MaskConfig(fresh=1))
    run(memory, table(), boxes())
    moved = boxes()
    moved[5] += 8
    run(memory, table(), moved)
    assert tuple(moved[5].tolist()) in segmenter.asked[-1]


def test_a_new_track_is_made_at_once(segmenter):
    memory = MaskMemory(segmenter, MaskConfig(fresh=1))
    run(memory, table(), boxes(count=5))
    run(memory, table(), boxes())
    assert segmenter.asked[-1] == [tuple(boxes()[5].tolist())]


def test_a_track_that_was_not_asked_for_is_forgotten(segmenter):
    memory = MaskMemory(segmenter, MaskConfig(fresh=1))
    run(memory, table(), boxes())
    run(memory, table(), boxes(count=5))
    run(memory, table(), boxes())
    assert tuple(boxes()[5].tolist()) in segmenter.asked[-1]


def test_after_a_reset_all_are_made_anew(segmenter):
    memory = MaskMemory(segmenter, MaskConfig(fresh=1))
    run(memory, table(), boxes())
    memory.reset()
    run(memory, table(), boxes())
    assert len(segmenter.asked[-1]) == 6


def test_nothing_is_carried_where_no_difference_is_allowed(segmenter):
    memory = MaskMemory(segmenter, MaskConfig(fresh=1, alike=0))
    for _ in range(3):
        run(memory, table(), boxes())
    assert [len(asked) for asked in segmenter.asked] == [6, 6, 6]


def test_empty_masks_are_tried_at_every_frame():
    segmenter = Nothing()
    memory = MaskMemory(segmenter, MaskConfig(fresh=1))
    for _ in range(3):
        assert all(mask.area == 0 for mask in run(memory, table(), boxes()))
    assert [len(asked) for asked in segmenter.asked] == [6, 6, 6]


class OneIsEmpty(Discs):
    """Nothing is found in the first box."""

    def _disc(self, box):
        return Mask.empty() if tuple(box) == tuple(boxes()[0]) else super()._disc(box)


def test_a_mask_that_stays_empty_takes_the_turn_of_no_other():
    segmenter = OneIsEmpty()
    memory = MaskMemory(segmenter, MaskConfig(fresh=1))
    for _ in range(6):
        run(memory, table(), boxes())
    empty, *others = (tuple(box) for box in boxes().tolist())
    assert all(asked[0] == empty for asked in segmenter.asked)
    assert [asked[1] for asked in segmenter.asked[1:]] == others, 'and so each has its turn'


class Reuses(Discs):
    """Gives masks that lie in memory which the next call overwrites."""

    def __init__(self):
        super().__init__()
        self._buffer = np.zeros((6, HEIGHT, WIDTH), np.uint8)

    def decode(self, embedding, boxes):
        self._buffer[:] = 0
        views = []
        for room, mask in zip(self._buffer, super().decode(embedding, boxes), strict=False):
            height, width = mask.crop.shape
            room[:height, :width] = mask.crop
            views.append(replace(mask, crop=room[:height, :width]))
        return tuple(views)


def test_a_kept_mask_does_not_change_with_the_one_that_was_given():
    memory = MaskMemory(Reuses(), MaskConfig(fresh=1))
    run(memory, table(), boxes())
    for _ in range(2):
        masks = run(memory, table(), boxes())
        assert min(map(iou, masks, Discs().decode(None, boxes()))) > 0.97


class Lines(Discs):
    """Gives each box a line from top to bottom."""

    def __init__(self, thick, column):
        super().__init__()
        self._thick, self._column = thick, column

    def _disc(self, box):
        x0, y0, x1, y1 = (int(v) for v in np.round(box))
        crop = np.zeros((y1 - y0, x1 - x0), np.uint8)
        crop[:, self._column : self._column + self._thick] = 1
        return Mask(crop=crop, x0=x0, y0=y0, quality=0.9)


def test_what_is_too_thin_to_be_watched_is_made_anew_at_every_frame():
    segmenter = Lines(thick=2, column=150)
    memory = MaskMemory(segmenter, MaskConfig(fresh=1))
    large = np.asarray([[5, 5, 315, 235], [10, 5, 310, 235]], np.float32)
    for _ in range(3):
        run(memory, table(), large)
    assert [len(asked) for asked in segmenter.asked] == [2, 2, 2]


def test_a_line_that_vanishes_between_the_pixels_is_made_anew():
    memory = MaskMemory(Lines(thick=1, column=7), MaskConfig(fresh=1))
    grey = np.full((HEIGHT, WIDTH, 3), 90, np.uint8)
    small = np.asarray([[40, 40, 56, 56], [90, 40, 106, 56]], np.float32)
    run(memory, grey, small)
    shrunk = small + np.float32([2, 2, -1.2, -1.2])
    assert all(mask.area for mask in run(memory, grey, shrunk))


def test_a_segmenter_that_fails_leaves_masks_that_still_lie_right(segmenter, monkeypatch):
    memory = MaskMemory(segmenter, MaskConfig(fresh=1))
    run(memory, table(), boxes())
    with monkeypatch.context() as broken:
        broken.setattr(segmenter, 'decode', None)
        with pytest.raises(TypeError):
            run(memory, table((3, -2)), boxes((3, -2)))
    masks = run(memory, table((4, -3)), boxes((4, -3)))
    assert min(map(iou, masks, Discs().decode(None, boxes((4, -3))))) > 0.94


def test_images_may_be_of_any_size_and_change_it(segmenter):
    memory = MaskMemory(segmenter, MaskConfig(fresh=1, alike=255))
    for height, width in ((1, 1), (2, 3), (1, 4000), (HEIGHT, WIDTH), (3, 2), (HEIGHT, WIDTH)):
        rows = np.tile(np.asarray([0, 0, width, height], np.float32), (3, 1))
        for mask in run(memory, np.zeros((height, width, 3), np.uint8), rows):
            assert mask.x0 + mask.crop.shape[1] <= width
            assert mask.y0 + mask.crop.shape[0] <= height


def test_two_streams_on_one_segmenter_do_not_share_masks(segmenter):
    one, other = (MaskMemory(segmenter, MaskConfig(fresh=1)) for _ in range(2))
    run(one, table(), boxes())
    run(other, table(), boxes())
    assert len(segmenter.asked[-1]) == 6


def test_a_box_without_area_or_number_gives_an_empty_mask(segmenter):
    memory = MaskMemory(segmenter, MaskConfig(fresh=1))
    run(memory, table(), boxes())
    gone = boxes()
    gone[3] = (0, 170, 0, 200)
    gone[4] = np.nan
    masks = run(memory, table(), gone)
    assert masks[3].area == masks[4].area == 0
    assert all(mask.area for i, mask in enumerate(masks) if i not in {3, 4})


def test_what_leaves_the_image_keeps_the_part_that_is_inside(segmenter):
    memory = MaskMemory(segmenter, MaskConfig(fresh=1))
    shift = (-34, 0)
    run(memory, table(shift), np.clip(boxes(shift), 0, WIDTH))
    shift = (-35, 0)
    masks = run(memory, table(shift), np.clip(boxes(shift), 0, WIDTH))
    assert all(mask.x0 >= 0 and mask.x0 + mask.crop.shape[1] <= WIDTH for mask in masks)


@pytest.mark.parametrize('wrong', [{'fresh': 0}, {'fresh': 1.5}, {'alike': -1}, {'alike': 300}])
def test_settings_out_of_range_are_refused(wrong):
    with pytest.raises(ConfigError, match=next(iter(wrong))):
        MaskConfig(**wrong)
