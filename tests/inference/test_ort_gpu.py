"""Options of the GPU's providers by the documentation, and fixed buffers for real, on the CPU."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from tenet_ros.errors import EngineError
from tenet_ros.inference.exported import ExportedGraph
from tenet_ros.inference.ort import OrtSession
from tenet_ros.inference.ort_gpu import (
    FixedBuffers,
    cuda_options,
    tensorrt_options,
    warm_up_shapes,
)
from tenet_ros.inference.spec import TensorSpec

FLOAT = np.dtype(np.float32)


@pytest.fixture
def static(sum_graph: ExportedGraph) -> ExportedGraph:
    return dataclasses.replace(sum_graph, profiles={})


def test_profiles_are_written_as_the_provider_reads_them(sum_graph, tmp_path: Path):
    options = tensorrt_options(sum_graph, 'sum', tmp_path, cuda_graphs=True)
    assert options['trt_profile_min_shapes'] == 'first:1x3,second:1x3'
    assert options['trt_profile_opt_shapes'] == 'first:4x3,second:4x3'
    assert options['trt_profile_max_shapes'] == 'first:16x3,second:16x3'
    assert 'trt_cuda_graph_enable' not in options


def test_engines_and_timings_are_kept(sum_graph, tmp_path: Path):
    options = tensorrt_options(sum_graph, 'sum_1234', tmp_path, cuda_graphs=True)
    assert options['trt_engine_cache_path'] == options['trt_timing_cache_path'] == str(tmp_path)
    assert options['trt_engine_cache_prefix'] == 'sum_1234'


def test_half_precision_keeps_normalisation_out_of_it(static, tmp_path: Path):
    half = dataclasses.replace(static, precision='fp16')
    options = tensorrt_options(half, 'sum', tmp_path, cuda_graphs=True)
    assert options['trt_fp16_enable'] == options['trt_layer_norm_fp32_fallback'] == 'True'
    assert 'trt_fp16_enable' not in tensorrt_options(static, 'sum', tmp_path, cuda_graphs=True)


@pytest.mark.parametrize('wanted', [True, False])
def test_cuda_graphs_are_for_graphs_of_one_shape(static, sum_graph, tmp_path, wanted):
    options = tensorrt_options(static, 'sum', tmp_path, cuda_graphs=wanted)
    assert ('trt_cuda_graph_enable' in options) == wanted
    assert ('enable_cuda_graph' in cuda_options(static, cuda_graphs=wanted)) == wanted
    assert 'enable_cuda_graph' not in cuda_options(sum_graph, cuda_graphs=wanted)


def test_every_shape_of_a_profile_is_warmed_up(sum_graph):
    specs = (TensorSpec('first', FLOAT, ('n', 3)), TensorSpec('other', FLOAT, ('m', 2)))
    shapes = warm_up_shapes(specs, {'first': sum_graph.profiles['first']})
    assert [s['first'] for s in shapes] == [(1, 3), (4, 3), (16, 3)]
    assert [s['other'] for s in shapes] == [(1, 2)] * 3
    assert warm_up_shapes(specs, {}) == ({'first': (1, 3), 'other': (1, 2)},)


@pytest.mark.parametrize('rows', ['rows', 'elsewhere'])
def test_fixed_buffers_give_arrays_of_their_own(sum_model: Path, rows: str):
    """Also where the output's shape is known only afterwards, by another name than an input's."""
    session = onnxruntime.InferenceSession(sum_model, providers=['CPUExecutionProvider'])
    inputs = tuple(TensorSpec(name, FLOAT, ('rows', 3)) for name in ('first', 'second'))
    buffers = FixedBuffers(
        onnxruntime, session, inputs, (TensorSpec('total', FLOAT, (rows, 3)),), 'cpu'
    )
    kept = {}
    for count in (1, 4, 16, 4, 1):
        ones = np.ones((count, 3), np.float32)
        kept[count] = buffers.run({'first': ones, 'second': count * ones})['total']
    for count, total in kept.items():
        assert total.shape == (count, 3)
        assert (total == 1 + count).all()
    strided = np.arange(12, dtype=np.float32).reshape(3, 4).T
    zeros = np.zeros((4, 3), np.float32)
    total = buffers.run({'first': strided, 'second': zeros})['total']
    np.testing.assert_array_equal(total, strided)


class FakeRuntime:
    """ONNX Runtime's ``InferenceSession``, asked for providers that are not here."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, failing: tuple[str, ...] = ()) -> None:
        self.asked: list[list[tuple[str, dict[str, str]]]] = []
        self._real, self._failing = onnxruntime.InferenceSession, failing
        everything = ['TensorrtExecutionProvider', 'CUDAExecutionProvider', 'CPUExecutionProvider']
        monkeypatch.setattr(onnxruntime, 'get_available_providers', lambda: everything)
        monkeypatch.setattr(onnxruntime, 'InferenceSession', self)

    def __call__(self, content, options, providers, **how):
        assert how == {'enable_fallback': 0}
        self.asked.append(providers)
        if any(option in self._failing for _, given in providers for option in given):
            raise RuntimeError('graph nodes have not been partitioned to the CUDA provider')
        return self._real(content, options, providers=['CPUExecutionProvider'])


def test_under_tensorrt_comes_cuda_for_what_it_does_not_take(sum_graph, monkeypatch):
    runtime = FakeRuntime(monkeypatch)
    session = OrtSession.exported(sum_graph, provider='TensorrtExecutionProvider', threads=1)
    with pytest.raises(EngineError, match='Tensorrt does not start on this machine'):
        session.activate()
    ((trt, cuda, cpu),) = runtime.asked
    assert (trt[0], cuda[0], cpu) == (
        'TensorrtExecutionProvider', 'CUDAExecutionProvider', ('CPUExecutionProvider', {}),
    )  # fmt: skip
    assert trt[1]['trt_engine_cache_path'] == str(sum_graph.path.parent / 'engines')


def test_an_engine_that_does_not_load_is_built_again(sum_graph, monkeypatch):
    engines = sum_graph.path.parent / 'engines'
    engines.mkdir()
    broken = engines / f'sum_{sum_graph.sha256[:12]}_TensorrtExecutionProvider_0_sm87.engine'
    broken.write_bytes(b'half')
    other = engines / 'other_123.engine'
    other.write_bytes(b'of another model')
    runtime = FakeRuntime(monkeypatch, failing=('trt_engine_cache_path',))
    session = OrtSession.exported(sum_graph, provider='TensorrtExecutionProvider', threads=1)
    with pytest.raises(EngineError, match='have not been partitioned'):
        session.activate()
    assert len(runtime.asked) == 2
    assert (broken.exists(), other.exists()) == (False, True)


def test_a_folder_that_cannot_be_written_keeps_no_engines(sum_graph, monkeypatch, caplog):
    (sum_graph.path.parent / 'engines').write_text('in the way')
    runtime = FakeRuntime(monkeypatch)
    session = OrtSession.exported(sum_graph, provider='TensorrtExecutionProvider', threads=1)
    with pytest.raises(EngineError, match='does not start'):
        session.activate()
    assert 'trt_engine_cache_path' not in runtime.asked[0][0][1]
    assert caplog.text.count('built in memory') == 1


def test_a_graph_that_cannot_be_recorded_runs_without(static, monkeypatch):
    runtime = FakeRuntime(monkeypatch, failing=('enable_cuda_graph',))
    session = OrtSession.exported(static, provider='CUDAExecutionProvider', threads=1)
    with pytest.raises(EngineError, match='CUDA does not start'):
        session.activate()
    assert ['enable_cuda_graph' in providers[0][1] for providers in runtime.asked] == [True, False]


def test_a_changed_file_says_to_export_again(sum_graph: ExportedGraph):
    other = dataclasses.replace(sum_graph, sha256='0' * 64)
    with pytest.raises(
        EngineError, match=r'expected sha256 0.*run `tenet-ros models export sum --force`'
    ):
        OrtSession.exported(other).activate()


@pytest.mark.gpu
@pytest.mark.parametrize('provider', ['TensorrtExecutionProvider', 'CUDAExecutionProvider'])
def test_a_gpu_gives_what_the_cpu_gives(sum_graph: ExportedGraph, provider: str):
    if provider not in onnxruntime.get_available_providers():
        pytest.skip(f'needs an onnxruntime with {provider}')
    with OrtSession.exported(sum_graph, provider=provider) as session:
        for count in (1, 2, 4, 16, 2, 1):
            ones = np.ones((count, 3), np.float32)
            given = {'first': ones, 'second': count * ones}
            np.testing.assert_array_equal(session.infer(given)['total'], (1 + count) * ones)
