"""Graphs on sessions: what is measured, and what is not and why."""

from __future__ import annotations

import numpy as np
import pytest

from tenet_ros.cli.main import main
from tenet_ros.config import Settings
from tenet_ros.errors import ConfigError

onnx = pytest.importorskip('onnx', reason='graphs are counted with the extra [export]')

from tenet_ros.evaluation.bench_engines import (  # noqa: E402
    SESSIONS,
    Peaks,
    jobs_of,
    measure,
    usable,
    with_session,
)
from tenet_ros.evaluation.bench_pipeline import measure_preset  # noqa: E402
from tenet_ros.export.work import Work, work_of  # noqa: E402


def parse(text):
    return onnx.parser.parse_model(f'<ir_version: 8, opset_import: ["": 17]> {text}')


def options(tmp_path):
    return {'camera': (48, 64), 'folder': tmp_path, 'full': False, 'precision': 'fp32'}


@pytest.fixture
def graph(tmp_path):
    """An ONNX file that takes camera bytes and turns them into four numbers."""
    model = parse("""
        g (uint8[1,48,64,3] image) => (float[1,48,64,4] y) { f = Cast <to = 1> (image)
        y = MatMul(f, w) }
    """)
    weights = np.ones((3, 4), np.float32)
    model.graph.initializer.append(onnx.numpy_helper.from_array(weights, 'w'))
    path = tmp_path / 'small.onnx'
    onnx.save(model, path)
    return path


def test_a_graph_is_measured_in_a_process_of_its_own(graph, tmp_path):
    (job,) = jobs_of(str(graph), **options(tmp_path))
    peaks = Peaks(tflops=1.0, gbytes_s=10.0)

    figures = measure(with_session(job, 'ort-cpu', runs=5, threads=1, peaks=peaks))

    assert figures['provider'].startswith('CPU')
    assert figures['cpu_ms'] > 0
    latency = figures['latency_ms']
    assert 0 < latency['p50'] <= latency['p95'] <= latency['p99']
    assert figures['load_ms'] > 0
    assert figures['rss_mb']['end'] > figures['rss_mb']['start'] > 0
    assert figures['work'] == {'gflops': 0.0, 'mb': 0.1}
    assert figures['floors_ms'].keys() == {'arithmetic', 'bytes'}
    assert 0 <= figures['share_of_floor'] < 1
    assert job.camera == (48, 64)


def test_a_session_that_cannot_run_says_why_and_the_rest_goes_on(graph, tmp_path):
    (job,) = jobs_of(str(graph), **options(tmp_path))

    figures = measure(with_session(job, 'torch-cpu', runs=1, threads=1, peaks=Peaks()))

    assert figures == {'skipped': 'no program small.pt2 beside the graph'}


def test_a_broken_graph_is_skipped_with_the_reason(graph, tmp_path):
    (job,) = jobs_of(str(graph), **options(tmp_path))
    model = onnx.load(graph)
    model.graph.doc_string = 'another file now'
    onnx.save(model, graph)

    figures = measure(with_session(job, 'ort-cpu', runs=1, threads=1, peaks=Peaks()))

    assert 'sha256' in figures['skipped']


def test_what_is_no_model_is_refused(tmp_path):
    with pytest.raises(ConfigError, match='use one'):
        list(jobs_of('nonsense', **options(tmp_path)))
    with pytest.raises(ConfigError, match='pull'):
        list(jobs_of(str(tmp_path / 'none.onnx'), **options(tmp_path)))


def test_the_cpu_is_always_usable():
    assert usable('ort-cpu') == ''
    assert all(isinstance(usable(name), str) for name in SESSIONS)


def test_the_command_prints_a_table_and_writes_one_flat_object(graph, tmp_path, capsys):
    import json

    out = tmp_path / 'out.json'

    status = main(
        [
            *('bench', 'engines', '--models', str(graph), '--session', 'ort-cpu', '--runs', '3'),
            *('--sizes', '640x480', '--json', str(out)),
        ]
    )

    figures = json.loads(out.read_text())
    assert status == 0
    assert figures.keys() == {'small 64x48 ort-cpu', 'machine'}
    assert 'small 64x48 ort-cpu' in capsys.readouterr().out


@pytest.mark.parametrize(
    ('option', 'value'), [('--sizes', '640'), ('--session', 'abacus'), ('--models', 'nonsense')]
)
def test_wrong_options_are_named(option, value, capsys):
    assert main(['bench', 'engines', option, value]) != 0
    assert value in capsys.readouterr().err


def test_operations_are_counted_as_they_are_multiplied():
    convolution = parse(
        'g (float[1,8,10,10] x, float[16,4,3,3] w) => (float[1,16,10,10] y) '
        '{ y = Conv <group = 2, pads = [1,1,1,1]> (x, w) }'
    )
    transposed = parse(
        'g (float[1,8,10,10] x, float[8,4,2,2] w) => (float[1,4,20,20] y) '
        '{ y = ConvTranspose <strides = [2,2]> (x, w) }'
    )
    product = parse('g (float[b,6,5] x, float[5,7] w) => (float[b,6,7] y) { y = MatMul(x, w) }')
    gemm = parse(
        'g (float[5,6] x, float[5,7] w) => (float[6,7] y) { y = Gemm <transA = 1> (x, w) }'
    )
    einsum = parse(
        'g (float[2,3,4] x, float[2,5,4] w) => (float[2,3,5] y) '
        '{ y = Einsum <equation = "bij,bkj->bik"> (x, w) }'
    )

    assert work_of(convolution, {}).flops == 2 * 16 * 100 * 4 * 9
    assert work_of(transposed, {}).flops == 2 * 8 * 100 * 4 * 4
    assert work_of(product, {'x': (3, 6, 5)}).flops == 2 * 3 * 6 * 7 * 5
    assert work_of(product, {'x': (3, 6, 5)}).moved_bytes == 4 * (3 * 6 * 5 + 5 * 7 + 3 * 6 * 7)
    assert work_of(gemm, {}).flops == 2 * 6 * 7 * 5
    assert work_of(einsum, {}).flops == 2 * 2 * 3 * 4 * 5


def test_what_cannot_be_counted_is_said():
    product = parse('g (float[b,6,5] x, float[5,7] w) => (float[b,6,7] y) { y = MatMul(x, w) }')

    assert work_of(product, {}) == Work(flops=0, moved_bytes=0, uncounted=1)


def test_floors_are_work_by_peak():
    work = Work(flops=2_000_000_000, moved_bytes=30_000_000, uncounted=0)

    assert work.floors_ms(4.0, 100.0) == pytest.approx({'arithmetic': 0.5, 'bytes': 0.3})


def test_a_published_detector_is_as_much_work_as_its_authors_say(shared_models):
    work = work_of(onnx.load(shared_models / 'yolox_nano_416.onnx'), {})

    assert work.flops == pytest.approx(1.08e9, rel=0.05)
    assert not work.uncounted


def test_a_whole_preset_is_stepped_with_boxes_that_glide():
    figures = measure_preset(
        Settings(preset='tabletop', threads=1),
        camera=(96, 128),
        runs=5,
        sentence='the red mug; the blue bowl',
        targets=2,
    )

    assert figures['committed'] == 1.0
    assert figures['fps'] > 0
    assert any('detector' in key for key in figures['inference_ms'])
    assert any('segmenter' in key for key in figures['inference_ms'])
    assert all(spent > 0 for spent in figures['inference_ms'].values())
    assert 0 < figures['not_inference'] < 1
    assert figures['latency_ms']['p50'] <= figures['latency_ms']['p99']
