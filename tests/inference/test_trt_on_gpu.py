"""TensorRT and a GPU, both real: ``pytest -m gpu tests/inference``."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from tenet_ros.errors import ContractError
from tenet_ros.inference.cudart import CudaRuntime
from tenet_ros.inference.engine_cache import BuiltEngine, EngineCache
from tenet_ros.inference.exported import ExportedGraph
from tenet_ros.inference.trt import TrtSession

pytestmark = pytest.mark.gpu


@pytest.fixture
def cache(tmp_path) -> EngineCache:
    pytest.importorskip('tensorrt', reason='needs TensorRT')
    return EngineCache(tmp_path / 'engines')


def run(session: TrtSession, count: int) -> None:
    ones = np.ones((count, 3), np.float32)
    given = {'first': ones, 'second': np.arange(3 * count, dtype=np.float32).reshape(count, 3)}
    np.testing.assert_array_equal(session.infer(given)['total'], given['second'] + 1)


def test_the_runtime_names_the_gpu():
    gpu = CudaRuntime.load().gpu()
    assert gpu.name
    assert gpu.capability >= (5, 0)


@pytest.mark.parametrize('cuda_graphs', [True, False])
def test_every_shape_of_the_profile_runs(sum_graph: ExportedGraph, cache, cuda_graphs):
    with TrtSession(sum_graph, cache, cuda_graphs=cuda_graphs) as session:
        assert session.provider.endswith('no CUDA graphs') != cuda_graphs
        for count in [*range(1, 17), 4, 1, 16, 4]:
            run(session, count)
        with pytest.raises(ContractError, match='from 1 to 16'):
            run(session, 17)


def test_a_second_start_loads_what_the_first_built(sum_graph: ExportedGraph, cache):
    stamps = []
    for _ in range(2):
        with TrtSession(sum_graph, cache) as session:
            run(session, 3)
            assert [spec.shape for spec in session.inputs] == [('rows', 3)] * 2
        (engine,) = cache.folder.glob('*.engine')
        stamps.append(engine.stat().st_mtime_ns)
    assert stamps[0] == stamps[1]


def test_a_plan_that_tensorrt_refuses_is_built_again(sum_graph: ExportedGraph, cache):
    tensorrt = pytest.importorskip('tensorrt')
    session = TrtSession(sum_graph, cache)
    key = session._cache_key(tensorrt.__version__, CudaRuntime.load().gpu())
    cache.get(key, lambda _timing: BuiltEngine(plan=b'no plan', notes={'dims': {}}))
    with session:
        run(session, 4)


def test_two_sessions_take_turns(sum_graph: ExportedGraph, cache):
    other = dataclasses.replace(sum_graph, name='other')
    with TrtSession(sum_graph, cache) as one, TrtSession(other, cache) as two:
        for count in (1, 4, 16):
            run(one, count)
            run(two, count)
