"""What every exported detector must bear: TensorRT's rules, half precision, torch's own program."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip('torch', reason='needs torch (extra export)')
onnx = pytest.importorskip('onnx', reason='needs onnx (extra export)')
pytest.importorskip('transformers', reason='needs transformers (extra export)')
pytest.importorskip('onnxscript', reason='needs onnxscript (extra export)')

from tenet_ros.errors import EngineError  # noqa: E402
from tenet_ros.export.fabricate import fabricate  # noqa: E402
from tenet_ros.export.half import to_half  # noqa: E402
from tenet_ros.export.job import graph_record  # noqa: E402
from tenet_ros.export.parity import compare, compare_models, measure  # noqa: E402
from tenet_ros.export.pictures import pictures  # noqa: E402
from tenet_ros.inference.exported import ExportedGraph  # noqa: E402
from tenet_ros.inference.torch_session import TorchSession  # noqa: E402

from .parity import check_gate, halved, run  # noqa: E402

pytestmark = pytest.mark.timeout(600)  # exports share a machine with other work

DETECTORS = ['grounding_dino', 'omdet_turbo', 'owlv2', 'yolox']
KIND = {'grounding_dino': {'kind': 'mm-grounding-dino'}}


@pytest.fixture(params=DETECTORS)
def detector(request, exports):
    record, job = exports(request.param, **KIND.get(request.param, {}))
    return record, job.folder


def test_an_engine_would_refuse_nothing_of_it(detector):
    check_gate(*detector)


@pytest.mark.parametrize('name', ['omdet_turbo', 'owlv2', 'yolox'])
def test_half_precision_finds_the_same(name, exports, tmp_path):
    record, job = exports(name)
    folder = job.folder
    half = halved(record, folder, tmp_path)
    images = list(pictures(record.camera))[1::2]
    figures = measure(record, folder, half, tmp_path, images=images)
    assert {'boxes', 'scores'} <= {figure.output for figure in figures}
    assert not [str(figure) for figure in figures if figure.drifts]
    # Something was rounded, or nothing was compared.
    assert any(figure.value > 0 for figure in figures)


def ranks_given(model):
    """Return a graph to which the order of its proposals is an input, and that order's name."""
    top = next(node for node in model.graph.node if node.op_type == 'TopK')
    ranks, top.output[1] = top.output[1], 'own_ranks'
    count = onnx.helper.make_tensor_value_info(ranks, onnx.TensorProto.INT64, None)
    model.graph.input.append(count)
    return model, ranks


def test_half_precision_finds_the_same_of_the_same_proposals(exports):
    """Grounding DINO gives its first proposal the first learned query, and so on.

    Rounding changes the order of the proposals of a random network, and with it all answers.
    """
    record, job = exports('grounding_dino', **KIND['grounding_dino'])
    path = job.folder / 'image.onnx'
    (image, *_) = pictures(record.camera)
    feed = {**fabricate(onnx.load(path), camera=record.camera), 'image': image[np.newaxis]}
    order = run(path, feed, canvas=True)['proposals']
    exact, name = ranks_given(onnx.load(path))
    half, other = ranks_given(to_half(onnx.load(path)))
    assert name == other
    figures, _ = compare_models(
        exact, half, [{**feed, name: order}], role='image', camera=record.camera
    )
    assert {figure.output for figure in figures} == {'boxes', 'scores'}
    assert all(0 < figure.value <= figure.limit for figure in figures), figures


def test_a_weight_that_half_precision_loses_is_drift(exports, tmp_path):
    record, job = exports('owlv2')
    half = halved(record, job.folder, tmp_path)
    path = tmp_path / 'image.onnx'
    graph = onnx.load(path)
    weight = max(
        (t for t in graph.graph.initializer if t.data_type == onnx.TensorProto.FLOAT16),
        key=lambda tensor: np.prod(tensor.dims),
    )
    values = onnx.numpy_helper.to_array(weight)
    weight.CopyFrom(onnx.numpy_helper.from_array(np.float16(1.2) * values, weight.name))
    onnx.save(graph, path)
    graphs = (graph_record(path, 'image'), half.graph('text'))
    half = dataclasses.replace(half, graphs=graphs)
    (image, *_) = pictures(record.camera)
    drifts = compare(record, job.folder, half, tmp_path, images=[image])
    assert {figure.role for figure in drifts} == {'image'}
    assert 'export it in FP32' in str(drifts[0])


def test_torchs_program_answers_as_the_graph(exports):
    record, job = exports('owlv2')
    tensors: dict[str, np.ndarray] = {}
    for role in ('text', 'image'):
        path = job.folder / record.graph(role).file
        given = fabricate(onnx.load(path), camera=record.camera)
        given.update({name: array for name, array in tensors.items() if name in given})
        with TorchSession(ExportedGraph.of(record, role, job.folder), device='cpu') as session:
            assert {spec.name for spec in session.inputs} == given.keys()
            got = session.infer(given)
        want = run(path, given)
        assert got.keys() == want.keys()
        for name in want:
            scale = max(record.camera) if name == 'boxes' else 1
            np.testing.assert_allclose(got[name] / scale, want[name] / scale, atol=1e-4)
        tensors.update(got)


def test_a_program_of_another_export_is_refused(exports):
    record, job = exports('owlv2')
    graph = ExportedGraph.of(record, 'text', job.folder)
    other = dataclasses.replace(graph, sha256='0' * 64)
    with pytest.raises(EngineError, match='expected the program of the graph 0000'):
        TorchSession(other, device='cpu').activate()


def test_a_detector_without_torchs_program_has_none(exports):
    _, job = exports('yolox')
    assert not list(Path(job.folder).glob('*.pt2'))
