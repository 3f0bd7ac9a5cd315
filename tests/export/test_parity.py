"""FP16 as a GPU computes it, how far off it is, and from which node on."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from tenet_ros.errors import SourceError
from tenet_ros.inference.record import ExportRecord

onnx = pytest.importorskip('onnx', reason='graphs are compared with the extra [export]')

from tenet_ros.export.drift import begins_at, run  # noqa: E402
from tenet_ros.export.fabricate import fabricate  # noqa: E402
from tenet_ros.export.half import to_half  # noqa: E402
from tenet_ros.export.job import graph_record  # noqa: E402
from tenet_ros.export.parity import LIMITS, compare, compare_models, measure  # noqa: E402
from tenet_ros.export.pictures import pictures  # noqa: E402
from tenet_ros.export.rounding import emulate  # noqa: E402

CAMERA = (24, 32)


def parse(text):
    return onnx.parser.parse_model(f'<ir_version: 8, opset_import: ["": 17]> {text}')


def detector(gain):
    """Four boxes and two scores each, by way of a hidden layer that is ``gain`` times as large."""
    random = np.random.default_rng(0)
    model = parse("""
        g (uint8[1,24,32,3] image) => (float[1,4,4] boxes, float[1,4,2] scores) {
            f = Cast <to = 1> (image)
            flat = Reshape(f, rows)
            small = Mul(flat, unit)
            hidden = MatMul(small, w1)
            large = Mul(hidden, gain)
            out = MatMul(large, w2)
            fine = Div(out, gain)
            whole = Reshape(fine, six)
            corners = Slice(whole, zero, four, last)
            logits = Slice(whole, four, end, last)
            boxes = Mul(corners, pixels)
            scores = Sigmoid(logits)
        }
    """)
    weights = {
        'rows': np.array([1, 2304]),
        'unit': np.float32(1 / 255),
        'w1': (random.normal(size=(2304, 32)) / 48).astype(np.float32),
        'gain': np.float32(gain),
        'w2': (random.normal(size=(32, 24)) / 6).astype(np.float32),
        'six': np.array([1, 4, 6]),
        'zero': np.array([0]),
        'four': np.array([4]),
        'end': np.array([6]),
        'last': np.array([2]),
        'pixels': np.float32(20),
    }
    for name, value in weights.items():
        model.graph.initializer.append(onnx.numpy_helper.from_array(np.asarray(value), name))
    for node in model.graph.node:
        node.name = f'net/{node.output[0]}'
        if node.output[0] in {'f', 'flat', 'small'}:
            node.name = f'camera/{node.output[0]}'
        if node.output[0] in {'corners', 'boxes'}:
            node.name = f'boxes/{node.output[0]}'
    onnx.checker.check_model(model, full_check=True)
    return model


def exported(folder, model, precision):
    folder.mkdir()
    onnx.save(model, folder / 'image.onnx')
    return ExportRecord(
        model='test',
        exporter='test',
        camera=CAMERA,
        canvas=CAMERA,
        precision=precision,
        limits={},
        source={},
        made_with={},
        graphs=(graph_record(folder / 'image.onnx', 'image'),),
    )


def test_rounding_is_that_of_half_precision():
    random = np.random.default_rng(0)
    x = (random.normal(size=20000) * 10.0 ** random.uniform(-4, 6, 20000)).astype(np.float32)
    x = np.append(x, np.float32([0, 65504, 65519, 65520, 65536, -65519, -7e4, np.inf, -np.inf]))
    x = x[(np.abs(x) >= 2.0**-14) | (x == 0)]
    model = parse('g (float[n] x) => (float16[n] y) { y = Cast <to = 10> (x) }')

    (got,) = run(emulate(model), [{'x': x}])

    with np.errstate(over='ignore'):
        np.testing.assert_array_equal(got['y'], x.astype(np.float16))


def test_an_overflow_in_between_is_not_hidden():
    model = to_half(
        parse("""
            g (float[1,4] x) => (float[1,4] y)
            <float hundredth = {0.01}> { s = Mul(x, x) y = Mul(s, hundredth) }
        """)
    )

    (got,) = run(emulate(model), [{'x': np.full((1, 4), 300, np.float32)}])

    assert np.all(np.isinf(got['y']))


def test_a_sound_graph_stays_within_the_limits(tmp_path):
    exact, half = tmp_path / 'fp32', tmp_path / 'fp16'
    ours = exported(exact, detector(1.0), 'fp32')
    theirs = exported(half, to_half(detector(1.0)), 'fp16')

    figures = measure(ours, exact, theirs, half)

    assert {figure.output for figure in figures} == {'boxes', 'scores'}
    assert all(0 < figure.value < 0.2 * figure.limit for figure in figures), figures
    assert not compare(ours, exact, theirs, half)


def test_a_graph_that_overflows_is_refused_with_the_node(tmp_path):
    exact, half = tmp_path / 'fp32', tmp_path / 'fp16'
    ours = exported(exact, detector(6e4), 'fp32')
    theirs = exported(half, to_half(detector(6e4)), 'fp16')

    drifts = compare(ours, exact, theirs, half)

    assert {figure.output for figure in drifts} == {'boxes', 'scores'}
    assert all(np.isinf(figure.value) for figure in drifts)
    assert {figure.begins for figure in drifts} == {'net/large (Mul)'}
    assert 'export it in FP32' in str(drifts[0])
    assert 'from net/large (Mul) on' in str(drifts[0])


def test_what_is_kept_in_float32_does_not_overflow(tmp_path):
    exact, half = tmp_path / 'fp32', tmp_path / 'fp16'
    ours = exported(exact, detector(6e4), 'fp32')
    keep = ['net/large', 'net/out', 'net/fine']
    theirs = exported(half, to_half(detector(6e4), keep=keep), 'fp16')

    assert not compare(ours, exact, theirs, half)


def test_drift_is_found_in_a_long_graph():
    chain = '\n'.join(f'a{i + 1} = Add(a{i}, one)' for i in range(200))
    chain = chain.replace('a150 = Add(a149, one)', 'big = Mul(a149, many)\na150 = Div(big, many)')
    model = parse(f"""
        g (float[1,4] a0) => (float[1,4] a200)
        <float one = {{0.01}}, float many = {{60000}}> {{ {chain} }}
    """)
    feed = {'a0': np.full((1, 4), 2, np.float32)}

    assert begins_at(model, emulate(to_half(model)), feed, 0.05) == 'big (Mul)'
    assert begins_at(model, emulate(to_half(model, keep=['Mul', 'Div'])), feed, 0.05) is None


def test_a_box_that_moves_by_more_than_the_limit_drifts():
    model, other = detector(1.0), detector(1.0)
    corners = next(t for t in other.graph.initializer if t.name == 'pixels')
    corners.CopyFrom(onnx.numpy_helper.from_array(np.float32(22), 'pixels'))
    feed = fabricate(model, camera=CAMERA)

    figures, outputs = compare_models(model, to_half(other), [feed], role='image', camera=CAMERA)

    assert {f.output: f.drifts for f in figures} == {'boxes': True, 'scores': False}
    assert outputs['boxes'].shape == (1, 4, 4)


def test_boxes_that_change_places_in_the_order_do_not_drift():
    exact = parse("""
        g (float[1] x) => (float[1,2,4] boxes, float[1,2,1] scores)
        <float[1,2,4] b = {0,0,9,9, 50,50,60,60}, float[1,2,1] s = {0.7, 0.6999}>
        { boxes = Mul(b, x) scores = Mul(s, x) }
    """)
    other = parse("""
        g (float[1] x) => (float[1,2,4] boxes, float[1,2,1] scores)
        <float[1,2,4] b = {50,50,60,60, 0,0,9,9}, float[1,2,1] s = {0.7, 0.6999}>
        { boxes = Mul(b, x) scores = Mul(s, x) }
    """)
    feed = {'x': np.ones(1, np.float32)}

    figures, _ = compare_models(exact, to_half(other), [feed], role='image', camera=(100, 100))

    assert not any(figure.drifts for figure in figures), figures


@pytest.mark.parametrize(('shift', 'drifts'), [(0.001, False), (0.5, True)])
def test_masks_are_compared_by_pixels_that_change_sides(shift, drifts):
    body = 'g (float[1,64,64] x) => (float[1,64,64] masks) <float s = {%s}> { masks = Add(x, s) }'
    feed = {'x': np.random.default_rng(0).normal(size=(1, 64, 64)).astype(np.float32)}

    figures, _ = compare_models(
        parse(body % '0.0'), to_half(parse(body % shift)), [feed], role='segment', camera=CAMERA
    )

    assert [figure.drifts for figure in figures] == [drifts]
    assert figures[0].limit == LIMITS['masks']


def test_pictures_are_recorded_frames_and_noise_or_those_of_a_folder(tmp_path):
    bundled = list(pictures((48, 64)))
    assert len(bundled) == 4
    assert all(image.shape == (48, 64, 3) and image.dtype == np.uint8 for image in bundled)

    with pytest.raises(SourceError, match='expected images'):
        list(pictures((48, 64), tmp_path))
    red = np.zeros((10, 10, 3), np.uint8)
    red[..., 2] = 255
    cv2.imwrite(str(tmp_path / 'red.png'), red)
    (image,) = pictures((48, 64), tmp_path)
    assert image[0, 0].tolist() == [255, 0, 0]
    (tmp_path / 'worse.jpg').write_bytes(b'none')
    with pytest.raises(SourceError, match=r'worse\.jpg'):
        list(pictures((48, 64), tmp_path))


def test_inputs_are_made_of_names_and_types():
    model = parse("""
        g (int64[1,8] input_ids, int64[1,8] attention_mask, int64[1,8] position_ids,
           float[b,4] boxes, float[1,3] features) => (float[1,3] y) { y = Relu(features) }
    """)

    made = fabricate(model, camera=(48, 64), profiles={'boxes': ((1, 4), (4, 4), (16, 4))})

    assert made['attention_mask'].tolist() == [[1] * 8]
    assert made['position_ids'].tolist() == [list(range(8))]
    assert made['input_ids'].min() >= 1
    assert made['boxes'].shape == (4, 4)
    assert np.all(made['boxes'][:, :2] < made['boxes'][:, 2:])
    assert np.all(made['boxes'] <= [64, 48, 64, 48])
    assert made['features'].dtype == np.float32


def test_token_ids_are_within_the_table_that_they_look_up_in():
    model = parse("""
        g (int64[1,50] input_ids) => (float[1,50,2] y) <float[3,2] table = {1,2,3,4,5,6}>
        { small = Cast <to = 6> (input_ids) all = Concat <axis = 1> (small) y = Gather(table, all) }
    """)

    ids = fabricate(model, camera=CAMERA)['input_ids']

    assert set(ids.ravel()) == {1, 2}


def test_a_published_detector_bears_half_precision(shared_models):
    model = onnx.load(shared_models / 'yolox_nano_416.onnx')
    feeds = [
        {'images': image[np.newaxis, ..., ::-1].transpose(0, 3, 1, 2).astype(np.float32)}
        for image in pictures((416, 416))
    ]

    (figure,), _ = compare_models(model, to_half(model), feeds, role='image', camera=(416, 416))

    assert not figure.drifts, figure
