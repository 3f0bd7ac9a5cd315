"""The SAM contract, end to end, on graphs whose mask is a known function of image and box."""

from __future__ import annotations

import numpy as np
import pytest

from tenet_ros.errors import EngineError
from tenet_ros.inference.ort import OrtSession
from tenet_ros.inference.sam_family import FAMILIES
from tenet_ros.inference.segmenter_session import SegmenterSession

SIDE = 64
CELLS = 16
COORDINATES = 1024

POINTS = (('i0', 'i1'), ('last', 'end'))
"""Where the first and the last point begin and end, as names of constants in the graph."""


def boxes(*rows):
    return np.asarray(rows, np.float32).reshape(-1, 4)


class Graphs:
    """Writes encoders and decoders of the contract.

    The encoder's embedding is its input. The decoder's logit is the distance of a cell's centre
    to the nearest side of the box, positive inside, so masks are exact however coarse the cells.
    It offers three masks, of which the second is the right one and rated best. It rates all of
    them lower if the corners are not labelled 2 and 3.
    """

    def __init__(self, writer, folder):
        self._w = writer
        self._folder = folder
        self.calls = 0

    def encoder(self, image='input_image', side=SIDE, dtype='float32'):
        shape = [1, 3, side, side]
        content = self._w.model(
            nodes=[self._w.node('Identity', [image], 'image_embeddings')],
            inputs=[self._w.value_info(image, dtype, shape)],
            outputs=[self._w.value_info('image_embeddings', dtype, shape)],
        )
        return self._session('encoder', content)

    def decoder(self, masks='masks', batch='b', extra=(), cells=CELLS, *, only_red=False):
        w = self._w
        centres = ((np.arange(cells) + 0.5) * COORDINATES / cells).astype(np.float32)
        constants = {
            'gx': centres.reshape(1, 1, 1, cells),
            'gy': centres.reshape(1, 1, cells, 1),
            'column': np.asarray([-1, 1, 1, 1]),
            'factors': np.asarray([-1, 1, 0.5], np.float32).reshape(1, 3, 1, 1),
            'ratings': np.asarray([[0.2, 0.9, 0.4]], np.float32),
            'two': np.asarray([[2]], np.float32),
            'three': np.asarray([[3]], np.float32),
            **{f'i{n}': np.asarray([n]) for n in range(3)},
            'last': np.asarray([-1]),
            'end': np.asarray([1000]),
            'zero': np.zeros(1, np.float32),
            'outside': np.full(1, -5, np.float32),
        }
        nodes = []

        def op(operator, inputs, output):
            nodes.append(w.node(operator, inputs, output))
            return output

        sides = []
        for point, low in ((0, True), (1, False)):
            corner = op('Slice', ['point_coords', *POINTS[point], 'i1'], f'p{point}')
            for axis, grid in ((0, 'gx'), (1, 'gy')):
                name = f'{point}{axis}'
                flat = op('Slice', [corner, f'i{axis}', f'i{axis + 1}', 'i2'], f's{name}')
                value = op('Reshape', [flat, 'column'], f'v{name}')
                sides.append(op('Sub', [grid, value] if low else [value, grid], f'd{name}'))
        logits = op('Min', sides, 'logits')
        if only_red:
            red = op('Slice', ['image_embeddings', 'i0', 'i1', 'i1'], 'red')
            where = op('Greater', [red, 'zero'], 'is_red')
            logits = op('Where', [where, logits, 'outside'], 'red_logits')
        op('Mul', [logits, 'factors'], masks)
        errors = []
        for point, wanted in ((0, 'two'), (1, 'three')):
            label = op('Slice', ['point_labels', *POINTS[point], 'i1'], f'l{point}')
            errors.append(op('Abs', [op('Sub', [label, wanted], f'e{point}')], f'a{point}'))
        rating = op('Sub', ['ratings', op('Add', errors, 'error')], 'rating')
        for name, _ in extra:
            if name == 'has_mask_input':
                rating = op('Sub', [rating, name], 'rating_without_mask')
        op('Identity', [rating], 'iou_predictions')
        content = w.model(
            nodes=nodes,
            inputs=[
                w.value_info('image_embeddings', 'float32', [1, 3, SIDE, SIDE]),
                w.value_info('point_coords', 'float32', [batch, 'n', 2]),
                w.value_info('point_labels', 'float32', [batch, 'n']),
                *(w.value_info(name, 'float32', shape) for name, shape in extra),
            ],
            outputs=[
                w.value_info(masks, 'float32', [batch, 3, cells, cells]),
                w.value_info('iou_predictions', 'float32', [batch, 3]),
            ],
            initializers=[w.initializer(name, value) for name, value in constants.items()],
        )
        return self._session('decoder', content)

    def _session(self, name, content):
        path = self._folder / f'{name}.onnx'
        path.write_bytes(content)
        session = OrtSession(path, threads=1)
        session.activate()
        return session


@pytest.fixture
def graphs(onnx_writer, tmp_path):
    return Graphs(onnx_writer, tmp_path)


@pytest.fixture
def segmenter(graphs):
    return SegmenterSession(graphs.encoder(), graphs.decoder(), FAMILIES['efficientvit_sam'])


NO_MASK = (('mask_input', [1, 1, 256, 256]), ('has_mask_input', [1]))


class Counted:
    """A session that counts its inferences."""

    def __init__(self, session):
        self._session = session
        self.batches = []

    def __getattr__(self, name):
        return getattr(self._session, name)

    def infer(self, inputs):
        self.batches.append(len(inputs.get('point_coords', ())))
        return self._session.infer(inputs)


def assert_is(mask, height, width, box):
    """The mask has the box's sides to the pixel, and its area but for corners.

    Between cells a logit is interpolated, which rounds a corner off within one cell.
    """
    assert mask.box().tolist() == list(box)
    missing = (box[2] - box[0]) * (box[3] - box[1]) - mask.area
    cell = max(height, width) / CELLS
    assert 0 <= missing <= 4 * cell * cell / 2


def masks_of(segmenter, height, width, *rows):
    embedding = segmenter.encode(np.zeros((height, width, 3), np.uint8))
    return segmenter.decode(embedding, boxes(*rows))


@pytest.mark.parametrize(
    ('height', 'width'),
    [
        pytest.param(64, 64, id='the network size'),
        pytest.param(480, 640, id='wide'),
        pytest.param(640, 480, id='tall'),
        pytest.param(30, 40, id='smaller than the network'),
        pytest.param(479, 853, id='odd'),
    ],
)
def test_box_comes_back_to_the_pixel(segmenter, height, width):
    h, w = height, width
    rows = [
        (w // 4, h // 4, w // 2, h // 2),
        (0, 0, w // 3, h // 2),
        (w // 2, h // 2, w, h),
        (0, 0, w, h),
    ]
    masks = masks_of(segmenter, height, width, *rows)
    for row, mask in zip(rows, masks, strict=True):
        assert_is(mask, height, width, row)
        assert mask.quality == pytest.approx(0.9)


def test_image_and_mask_lie_on_each_other(graphs):
    decoder = graphs.decoder(cells=SIDE, only_red=True)
    segmenter = SegmenterSession(graphs.encoder(), decoder, FAMILIES['efficientvit_sam'])
    image = np.zeros((120, 200, 3), np.uint8)
    image[40:80, 70:140, 0] = 255
    (mask,) = segmenter.decode(segmenter.encode(image), boxes((50, 20, 180, 100)))
    # The network's pixels are 200 / 64 = 3.1 source pixels wide.
    assert mask.box() == pytest.approx([70, 40, 140, 80], abs=3.2)


def test_crop_stays_near_its_box(segmenter):
    (mask,) = masks_of(segmenter, 480, 640, (100, 100, 200, 300))
    assert (mask.x0, mask.y0) == (90, 80)
    assert mask.crop.shape == (240, 120)


@pytest.mark.parametrize('batch', [1, 2, 'b'])
def test_every_batch_size_gives_the_same_masks_in_the_same_order(graphs, batch):
    decoder = Counted(graphs.decoder(batch=batch))
    segmenter = SegmenterSession(graphs.encoder(), decoder, FAMILIES['efficientvit_sam'])
    rows = [(0, 0, 20, 20), (50, 50, 50, 80), (30, 10, 90, 70), (60, 60, 90, 90)]
    masks = masks_of(segmenter, 100, 100, *rows)
    for row, mask in zip(rows, masks, strict=True):
        if row[0] < row[2]:
            assert_is(mask, 100, 100, row)
    assert masks[1].area == 0
    assert decoder.batches == {1: [1, 1, 1], 2: [2, 2], 'b': [3]}[batch]


def test_one_encoding_serves_every_decoding(graphs):
    encoder = Counted(graphs.encoder())
    segmenter = SegmenterSession(encoder, graphs.decoder(), FAMILIES['efficientvit_sam'])
    first = segmenter.encode(np.full((50, 70, 3), 200, np.uint8))
    kept = first.features.copy()
    segmenter.encode(np.zeros((80, 40, 3), np.uint8))
    for _ in range(3):
        (mask,) = segmenter.decode(first, boxes((10, 10, 30, 40)))
        assert_is(mask, 50, 70, (10, 10, 30, 40))
    assert len(encoder.batches) == 2
    assert np.array_equal(first.features, kept)


def test_image_is_normalised_and_its_surroundings_are_zero(segmenter):
    image = np.full((32, 64, 3), (255, 0, 128), np.uint8)
    # A square image before: what it left in the canvas must not stay.
    segmenter.encode(np.full((64, 64, 3), 255, np.uint8))
    features = segmenter.encode(image).features[0]
    family = FAMILIES['efficientvit_sam']
    expected = (np.asarray((255, 0, 128)) - family.mean) / family.std
    assert features[:, 5, 5] == pytest.approx(expected, abs=1e-4)
    assert not features[:, 32:].any()


def test_no_boxes_ask_the_decoder_nothing(graphs):
    decoder = Counted(graphs.decoder())
    segmenter = SegmenterSession(graphs.encoder(), decoder, FAMILIES['efficientvit_sam'])
    assert masks_of(segmenter, 50, 50) == ()
    (mask,) = masks_of(segmenter, 50, 50, (60, 60, 70, 70))
    assert mask.area == 0
    assert decoder.batches == []


@pytest.mark.parametrize('name', ['nanosam', 'sam'])
def test_exports_with_further_inputs_are_served(graphs, name):
    extra = (*NO_MASK, ('orig_im_size', [2])) if name == 'sam' else NO_MASK
    decoder = graphs.decoder(masks='low_res_masks', batch=1, extra=extra)
    segmenter = SegmenterSession(graphs.encoder(image='image'), decoder, FAMILIES[name])
    (mask,) = masks_of(segmenter, 90, 120, (20, 30, 60, 70))
    assert_is(mask, 90, 120, (20, 30, 60, 70))
    # The decoder rates masks lower when it is told that a mask was given.
    assert mask.quality == pytest.approx(0.9)


def test_family_that_does_not_fit_is_named(graphs):
    with pytest.raises(EngineError, match='choose the family'):
        SegmenterSession(graphs.encoder(), graphs.decoder(), FAMILIES['nanosam'])
    with pytest.raises(EngineError, match='low_res_masks'):
        SegmenterSession(
            graphs.encoder(image='image'), graphs.decoder(extra=NO_MASK), FAMILIES['nanosam']
        )


@pytest.mark.parametrize(('side', 'dtype'), [('s', 'float32'), (SIDE, 'int64')])
def test_encoder_of_unknown_size_or_type_is_refused(graphs, side, dtype):
    with pytest.raises(EngineError, match='fixed size'):
        SegmenterSession(
            graphs.encoder(side=side, dtype=dtype), graphs.decoder(), FAMILIES['efficientvit_sam']
        )
