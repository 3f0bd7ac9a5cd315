"""Crops, and masks from sessions whose mask is a known function of the pixels."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenet_ros.errors import EngineError
from tenet_ros.inference.catalogue import load_manifest
from tenet_ros.inference.ort import OrtSession
from tenet_ros.inference.spec import TensorSpec
from tenet_ros.inference.store import EngineStore
from tenet_ros.stages.crop_segmenter import MARGIN, Crop, CropSegmenter, revised

SIDE = 96
MODEL = 'segmenter_crop96'


def boxes(*rows):
    return np.asarray(rows, np.float32).reshape(-1, 4)


def ramp(height, width):
    """An image whose red is its column and whose green is its row."""
    y, x = np.mgrid[:height, :width]
    return np.stack([x, y, np.full_like(x, 7), np.full_like(x, 255)], axis=2).astype(np.uint8)


def disc(height=120, width=160, centre=(80, 60), radius=25):
    y, x = np.mgrid[:height, :width]
    truth = (x + 0.5 - centre[0]) ** 2 + (y + 0.5 - centre[1]) ** 2 < radius**2
    image = np.where(truth[:, :, None], np.uint8([200, 60, 40]), np.uint8([60, 90, 120]))
    return image.astype(np.uint8), truth


def iou(mask, truth):
    full = mask.full(*truth.shape) > 0
    return (full & truth).sum() / (full | truth).sum()


@pytest.fixture(scope='module')
def bundled():
    manifest = load_manifest(MODEL)
    with OrtSession(EngineStore.default().path(manifest), manifest, threads=1) as session:
        yield CropSegmenter(session)


class Red:
    """A session whose masks are where red is above 100, rated by the middle."""

    key = provider = 'red'
    inputs = (TensorSpec('crops', np.dtype(np.uint8), ('b', SIDE, SIDE, 4)),)
    outputs = (
        TensorSpec('masks', np.dtype(np.float32), ('b', 1, SIDE, SIDE)),
        TensorSpec('iou_predictions', np.dtype(np.float32), ('b', 1)),
    )

    def infer(self, tensors):
        masks = tensors['crops'][:, None, :, :, 0].astype(np.float32) - 100
        return {'masks': masks, 'iou_predictions': masks[:, :, SIDE // 2, SIDE // 2] / 255}


@pytest.fixture(params=['alone', 'two'])
def bright(request):
    return CropSegmenter(Red(), Red() if request.param == 'two' else None)


@pytest.mark.parametrize('size', [12, 60, 200])
def test_a_crop_says_where_each_of_its_cells_lies_in_the_image(size):
    image = ramp(250, 250)
    box = boxes([25, 25, 25 + size, 25 + size / 2])[0]
    crop = Crop.around(image, box, 0.1, 50)
    middle = (np.arange(50) + 0.5) / 50
    x, y = crop.low[:, None] + middle * (crop.high - crop.low)[:, None]
    # Red and green are the columns and rows themselves; pixel centres lie at +0.5.
    np.testing.assert_allclose(crop.pixels[25, :, 0], x - 0.5, atol=0.8)
    np.testing.assert_allclose(crop.pixels[:, 25, 1], y - 0.5, atol=0.8)


@settings(max_examples=60, deadline=None)
@given(x0=st.floats(-30, 150), y0=st.floats(-30, 90), w=st.floats(0.5, 300), h=st.floats(0.5, 300))
def test_any_box_is_cut_out_and_what_lies_beyond_the_image_is_zero(x0, y0, w, h):
    crop = Crop.around(ramp(120, 160), boxes([x0, y0, x0 + w, y0 + h])[0], MARGIN, SIDE)
    assert crop.pixels.shape == (SIDE, SIDE, 4)
    middle = (np.arange(SIDE) + 0.5) / SIDE
    x, y = crop.low[:, None] + middle * (crop.high - crop.low)[:, None]
    cell = (crop.high - crop.low) / SIDE + 1
    beyond = (x < -cell[0]) | (x > 160 + cell[0])
    below = (y < -cell[1]) | (y > 120 + cell[1])
    assert not crop.pixels[:, beyond].any()
    assert not crop.pixels[below].any()
    inner_x = (x > cell[0]) & (x < 160 - cell[0])
    inner_y = (y > cell[1]) & (y < 120 - cell[1])
    assert (crop.pixels[np.ix_(inner_y, inner_x)][..., 3] == 255).all()


@pytest.mark.parametrize('size', [8, 40, 90])
def test_values_of_cells_come_back_to_the_pixels_they_came_from(size):
    image = ramp(250, 250)
    crop = Crop.around(image, boxes([20, 30, 20 + size, 30 + size])[0], MARGIN, SIDE)
    values, x0, y0 = crop.spread(crop.pixels[:, :, 0].astype(np.float32), 250, 250)
    inner = values[2:-2, 2:-2]
    expected = np.broadcast_to(x0 + 2 + np.arange(inner.shape[1]), inner.shape)
    np.testing.assert_allclose(inner, expected, atol=1.2)
    assert y0 == np.floor(30 - size * MARGIN)


@pytest.mark.parametrize('zoom', [0.2, 0.5, 1, 4])
def test_a_mask_lies_on_its_object_at_any_scale(bright, zoom):
    image, truth = disc(int(120 * zoom), int(160 * zoom), (80 * zoom, 60 * zoom), 25 * zoom)
    (mask,) = bright.decode(bright.encode(image), boxes(np.asarray([55, 35, 105, 85]) * zoom))
    assert iou(mask, truth) > 0.97 if zoom >= 1 else iou(mask, truth) > 0.85
    assert mask.quality == pytest.approx(100 / 255, abs=0.01)


def test_boxes_that_cannot_be_right_give_empty_masks_and_leave_the_others_alone(bright):
    image, truth = disc()
    embedding = bright.encode(image)
    wrong = [[200, 10, 220, 30], [50, 50, 50, 80], [np.nan, 0, 10, 10], [60, 60, 40, 40]]
    masks = bright.decode(embedding, boxes(*wrong, [55, 35, 105, 85]))
    assert [mask.area for mask in masks[:4]] == [0] * 4
    assert iou(masks[4], truth) > 0.97
    assert bright.decode(embedding, boxes()) == ()


def test_an_embedding_serves_again_and_many_boxes_are_each_as_if_alone(bright):
    image, _ = disc()
    embedding = bright.encode(image)
    rng = np.random.default_rng(0)
    low = rng.uniform(-20, 100, (40, 2))
    many = np.concatenate([low, low + rng.uniform(5, 90, (40, 2))], axis=1).astype(np.float32)
    together = bright.decode(embedding, many)
    alone = [bright.decode(embedding, box[None])[0] for box in many]
    for one, other in zip(together, alone, strict=True):
        np.testing.assert_array_equal(one.crop, other.crop)
        assert (one.x0, one.y0, one.quality) == (other.x0, other.y0, other.quality)


class Busy(Red):
    """Notes who is at work, and waits for the other one to be."""

    def __init__(self, both):
        self.both, self.threads, self.crops = both, set(), 0

    def infer(self, tensors):
        self.both.wait(10)
        self.threads.add(threading.get_ident())
        self.crops += len(tensors['crops'])
        return super().infer(tensors)


def test_two_sessions_look_at_one_half_each_at_the_same_time():
    both = threading.Barrier(2)
    here, beside = Busy(both), Busy(both)
    segmenter = CropSegmenter(here, beside)
    image, _ = disc()
    many = boxes(*[[40 + i, 20, 100, 90] for i in range(5)])
    assert len(segmenter.decode(segmenter.encode(image), many)) == 5
    assert (here.crops, beside.crops) == (3, 2)
    assert here.threads == {threading.get_ident()} != beside.threads


@pytest.mark.parametrize('broken', [0, 1])
def test_an_engine_that_fails_in_either_half_says_so(broken):
    class Broken(Red):
        def infer(self, tensors):
            raise EngineError('out of memory')

    sessions = [Red(), Red()]
    sessions[broken] = Broken()
    segmenter = CropSegmenter(*sessions)
    image, _ = disc()
    embedding = segmenter.encode(image)
    for _ in range(2):
        with pytest.raises(EngineError, match='out of memory'):
            segmenter.decode(embedding, boxes([55, 35, 105, 85], [40, 20, 120, 100]))


def test_a_graph_of_another_contract_is_refused():
    class Other(Red):
        inputs = (TensorSpec('crops', np.dtype(np.float32), ('b', 4, SIDE, SIDE)),)

    with pytest.raises(EngineError, match='expected crops'):
        CropSegmenter(Other())


def test_doubts_are_settled_by_the_words_of_the_crop():
    image, truth = disc(SIDE, SIDE, (48, 48), 25)
    crop = np.dstack([image, np.full(truth.shape, 255, np.uint8)])
    sure = np.where(truth, np.float32(3), np.float32(-3))
    doubtful = sure.copy()
    doubtful[30:40, 40:50] = -0.5
    doubtful[2:8, 2:40] = 0.5
    # Where all pixels are alike, the words know nothing.
    flat = np.full_like(crop, 255)
    settled, unchanged = revised(np.stack([doubtful, doubtful]), np.stack([crop, flat]))
    assert ((settled > 0) == truth).mean() > 0.99
    np.testing.assert_allclose(unchanged, doubtful, atol=0.05)


@pytest.mark.parametrize('shift', [0, 4])
def test_the_bundled_model_finds_a_disc_even_in_a_box_that_is_off(bundled, shift):
    image, truth = disc()
    off = boxes([55 - shift, 35, 105, 85 + shift])
    (mask,) = bundled.decode(bundled.encode(image), off)
    assert iou(mask, truth) > 0.9
    assert 0.5 < mask.quality <= 1


def test_the_bundled_model_does_not_mind_how_many_boxes_come_at_once(bundled):
    image, _ = disc()
    embedding = bundled.encode(image)
    both = bundled.decode(embedding, boxes([55, 35, 105, 85], [40, 20, 120, 100]))
    for box, mask in zip(([55, 35, 105, 85], [40, 20, 120, 100]), both, strict=True):
        (alone,) = bundled.decode(embedding, boxes(box))
        different = alone.full(120, 160) != mask.full(120, 160)
        assert different.mean() < 1e-3
        assert mask.quality == pytest.approx(alone.quality, abs=1e-3)
