"""The fused segmenter's stage, on a graph whose mask is a known function of image and box."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

onnx = pytest.importorskip('onnx', reason='needs onnx (extra export)')

from onnx import TensorProto, helper, numpy_helper  # noqa: E402

from tenet_ros.errors import EngineError  # noqa: E402
from tenet_ros.inference.ort import OrtSession  # noqa: E402
from tenet_ros.stages.box_segmenter import BoxSegmenter  # noqa: E402
from tenet_ros.types import Mask  # noqa: E402

HEIGHT, WIDTH, CELLS = 120, 160, 48
OBJECT = (40.0, 30.0, 100.0, 90.0)
"""What the graph takes for the object, in pixels of its own image; its logits are distances."""


def graph(batch='b', cells=CELLS, masks='masks', kind=TensorProto.UINT8):
    """Return a model of the contract; its quality is the red of the first pixel."""
    at = ((np.arange(cells) + 0.5) / cells).astype(np.float32)[None]
    constants = {
        'tenth': np.float32(0.1),
        'one': np.float32(1),
        'at': at,
        'far': np.float32(255),
        'zero': np.zeros(1, np.int64),
        'axes': np.asarray([1, 2, 3]),
        'first': np.ones(3, np.int64),
        'start': np.zeros(3, np.int64),
        'row': np.asarray([-1, 1, cells]),
        'column': np.asarray([-1, cells, 1]),
        'flat': np.asarray([-1]),
        **{f'i{n}': np.asarray([n]) for n in range(5)},
        **{f'o{n}': np.float32(value) for n, value in enumerate(OBJECT)},
    }
    nodes = []

    def op(kind, inputs, output, **attributes):
        nodes.append(helper.make_node(kind, inputs, [output], **attributes))
        return output

    for axis, shape in ((0, 'row'), (1, 'column')):
        low = op('Slice', ['boxes', f'i{axis}', f'i{axis + 1}', 'i1'], f'low{axis}')
        high = op('Slice', ['boxes', f'i{axis + 2}', f'i{axis + 3}', 'i1'], f'high{axis}')
        size = op('Sub', [high, low], f'size{axis}')
        share = op('Mul', [size, 'tenth'], f'share{axis}')
        reach = op('Max', [share, 'one'], f'reach{axis}')
        origin = op('Sub', [low, reach], f'origin{axis}')
        end = op('Add', [high, reach], f'end{axis}')
        span = op('Sub', [end, origin], f'span{axis}')
        place = op('Add', [op('Mul', [span, 'at'], f'steps{axis}'), origin], f'place{axis}')
        near = op('Sub', [place, f'o{axis}'], f'near{axis}')
        far = op('Sub', [f'o{axis + 2}', place], f'far{axis}')
        op('Reshape', [op('Min', [near, far], f'inside{axis}'), shape], f'shaped{axis}')
    op('Min', ['shaped0', 'shaped1'], masks)
    pixel = op('Slice', ['image', 'start', 'first', 'axes'], 'pixel')
    red = op('Div', [op('Cast', [pixel], 'red', to=TensorProto.FLOAT), 'far'], 'share')
    nothing = op('Mul', ['low0', op('Sub', ['one', 'one'], 'naught')], 'nothing')
    op('Reshape', [op('Add', [nothing, op('Reshape', [red, 'flat'], 'r')], 'q'), 'flat'], 'quality')
    info = helper.make_tensor_value_info
    model = helper.make_model(
        helper.make_graph(
            nodes,
            'segment',
            [
                info('image', kind, [1, HEIGHT, WIDTH, 3]),
                info('boxes', TensorProto.FLOAT, [batch, 4]),
            ],
            [
                info(masks, TensorProto.FLOAT, [batch, cells, cells]),
                info('quality', TensorProto.FLOAT, [batch]),
            ],
            [numpy_helper.from_array(np.asarray(v), k) for k, v in constants.items()],
        ),
        opset_imports=[helper.make_opsetid('', 17)],
    )
    model.ir_version = 8
    return model


class Counted:
    """A session, and the numbers of boxes that it was asked for."""

    def __init__(self, session):
        self._session = session
        self.key, self.provider = session.key, session.provider
        self.inputs, self.outputs = session.inputs, session.outputs
        self.counts = []

    def infer(self, inputs):
        self.counts.append(len(inputs['boxes']))
        return self._session.infer(inputs)


@pytest.fixture
def load(tmp_path):
    def start(**changes):
        path = tmp_path / 'segment.onnx'
        path.write_bytes(graph(**changes).SerializeToString())
        session = OrtSession(path, threads=1)
        session.activate()
        return Counted(session)

    return start


def boxes(*rows):
    return np.asarray(rows, np.float32).reshape(-1, 4)


def blank(height=HEIGHT, width=WIDTH, red=204):
    image = np.zeros((height, width, 3), np.uint8)
    image[..., 0] = red
    return image


def decode(session, image, *rows):
    segmenter = BoxSegmenter(session)
    return segmenter.decode(segmenter.encode(image), boxes(*rows))


def filled(height, width, box):
    canvas = np.zeros((height, width), np.uint8)
    x0, y0, x1, y1 = (round(v) for v in box)
    canvas[y0:y1, x0:x1] = 255
    return canvas


@pytest.mark.parametrize(
    ('row', 'corners'), [(OBJECT, 0), ((36, 20, 110, 95), 0), ((0, 0, WIDTH, HEIGHT), 4)]
)
def test_mask_is_the_object_to_the_pixel(load, row, corners):
    (mask,) = decode(load(), blank(), row)
    # Cells of four pixels cut corners.
    wrong = mask.full(HEIGHT, WIDTH) != filled(HEIGHT, WIDTH, OBJECT)
    assert wrong.sum() <= 3 * corners
    assert mask.quality == pytest.approx(0.8)


def test_mask_ends_where_the_enlarged_box_ends(load):
    (mask,) = decode(load(), blank(), (50, 40, 70, 60))
    assert np.array_equal(mask.full(HEIGHT, WIDTH), filled(HEIGHT, WIDTH, (48, 38, 72, 62)))


@pytest.mark.parametrize('size', [(240, 320), (60, 80), (90, 160), (120, 90), (333, 217)])
def test_images_of_other_sizes_come_back_in_their_own_pixels(load, size):
    height, width = size
    scale = min(HEIGHT / height, WIDTH / width)
    there = np.asarray(OBJECT) / scale
    row = np.clip(there, 0, [width, height] * 2)
    (mask,) = decode(load(), blank(*size), row)
    assert mask.box() == pytest.approx(row, abs=0.5 / scale + 1)
    assert mask.quality == pytest.approx(0.8)


def test_an_image_of_the_graphs_size_is_not_copied(load):
    image = blank()
    image.flags.writeable = False
    view = BoxSegmenter(load()).encode(image)
    assert np.shares_memory(view.image, image)


def test_an_encoding_outlives_the_next_one(load):
    segmenter = BoxSegmenter(load())
    first = segmenter.encode(blank(60, 80, red=255))
    segmenter.encode(blank(60, 80, red=51))
    assert segmenter.decode(first, boxes((20, 15, 50, 45)))[0].quality == 1.0


@pytest.mark.parametrize(
    ('count', 'runs'), [(0, []), (1, [1]), (2, [4]), (4, [4]), (5, [16]), (16, [16]), (18, [16, 4])]
)
def test_boxes_come_in_the_portions_that_engines_are_built_for(load, count, runs):
    session = load()
    rows = [(50 + n, 40, 70 + n, 60) for n in range(count)]
    masks = decode(session, blank(), *rows)
    assert session.counts == runs
    assert [round(float(mask.box()[0])) for mask in masks] == [48 + n for n in range(count)]


def test_a_graph_for_one_box_at_a_time_serves_many(load):
    session = load(batch=1)
    masks = decode(session, blank(), (50, 40, 70, 60), (51, 40, 71, 60))
    assert session.counts == [1, 1]
    assert [round(float(mask.box()[0])) for mask in masks] == [48, 49]


def test_boxes_that_cannot_be_seen_cost_nothing_and_keep_their_places(load):
    session = load()
    rows = [(10, 10, 10, 40), OBJECT, (np.nan, 0, 20, 20), (WIDTH, 0, WIDTH + 20, 20)]
    masks = decode(session, blank(), *rows)
    assert session.counts == [1]
    assert [mask.area for mask in masks] == [0, 3600, 0, 0]
    assert masks[0].quality == 0.0


@settings(
    deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    size=st.tuples(st.integers(1, 300), st.integers(1, 300)),
    row=st.tuples(*[st.floats(-200, 400, width=32) | st.just(float('inf'))] * 4),
)
def test_any_box_in_any_image_gives_a_sound_mask(load, size, row):
    (mask,) = decode(load(), np.zeros((*size, 3), np.uint8), row)
    assert isinstance(mask, Mask)
    assert set(np.unique(mask.crop)) <= {0, 1}
    assert 0 <= mask.x0 <= mask.x0 + mask.crop.shape[1] <= size[1]
    assert 0 <= mask.y0 <= mask.y0 + mask.crop.shape[0] <= size[0]


@pytest.mark.parametrize(
    ('wrong', 'named'),
    [
        ({'masks': 'low_res_masks'}, 'masks: '),
        ({'cells': 1}, 'masks: '),
        ({'kind': TensorProto.INT32}, 'uint8'),
    ],
)
def test_a_graph_of_another_contract_is_refused_by_name(load, wrong, named):
    with pytest.raises(EngineError, match=named):
        BoxSegmenter(load(**wrong))
