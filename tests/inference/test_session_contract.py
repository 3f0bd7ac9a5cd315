"""What every Session promises, whatever engine is behind it.

A new engine joins by adding a way to make a session of the sum model to ``ENGINES``. ONNX Runtime
and torch run for real, on the CPU; TensorRT is a fake on a fake GPU. With a GPU, ``-m gpu`` runs
all of it on the real ones.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Literal

import numpy as np
import onnxruntime
import pytest

from tenet_ros.errors import ContractError, EngineError
from tenet_ros.inference.engine_cache import EngineCache
from tenet_ros.inference.exported import ExportedGraph
from tenet_ros.inference.fallback import Candidate, FallbackSession
from tenet_ros.inference.ort import OrtSession
from tenet_ros.inference.session import Session
from tenet_ros.inference.trt import TrtSession

FLOAT = np.dtype(np.float32)
ONES = np.ones((2, 3), np.float32)
Make = Callable[[], Session]


def _ort(request: pytest.FixtureRequest) -> Make:
    path: Path = request.getfixturevalue('sum_model')
    return lambda: OrtSession(path)


def _ort_exported(request: pytest.FixtureRequest, provider: str = 'CPU') -> Make:
    graph: ExportedGraph = request.getfixturevalue('sum_graph')
    provider += 'ExecutionProvider'
    if provider not in onnxruntime.get_available_providers():
        pytest.skip(f'needs an onnxruntime with {provider}')
    return lambda: OrtSession.exported(graph, provider=provider)


def _torch(request: pytest.FixtureRequest, device: Literal['cpu', 'cuda'] = 'cpu') -> Make:
    graph: ExportedGraph = request.getfixturevalue('sum_program')
    torch = pytest.importorskip('torch')
    if device == 'cuda' and not torch.cuda.is_available():
        pytest.skip('needs a torch for CUDA')
    from tenet_ros.inference.torch_session import TorchSession

    return lambda: TorchSession(graph, device=device)


def _trt(request: pytest.FixtureRequest) -> Make:
    pytest.importorskip('tensorrt', reason='needs TensorRT')
    graph: ExportedGraph = request.getfixturevalue('sum_graph')
    cache = EngineCache(graph.path.parent / 'engines')
    return lambda: TrtSession(graph, cache)


def _fake_trt(request: pytest.FixtureRequest, *, cuda_graphs: bool = True) -> Make:
    request.getfixturevalue('machine')
    graph: ExportedGraph = request.getfixturevalue('sum_graph')
    cache = EngineCache(graph.path.parent / 'engines')
    return lambda: TrtSession(graph, cache, cuda_graphs=cuda_graphs)


def _fallback(request: pytest.FixtureRequest) -> Make:
    graph: ExportedGraph = request.getfixturevalue('sum_graph')
    missing = Candidate(name='gone', make=lambda: OrtSession(Path('/nowhere/sum.onnx')))
    present = Candidate(name='CPU', make=lambda: OrtSession.exported(graph))
    return lambda: FallbackSession(graph.key, [missing, present])


ENGINES: dict[str, Callable[[pytest.FixtureRequest], Make]] = {
    'ort': _ort,
    'ort-exported': _ort_exported,
    'torch': _torch,
    'trt-fake': _fake_trt,
    'trt-fake-without-graphs': partial(_fake_trt, cuda_graphs=False),
    'fallback': _fallback,
}

ENGINES_ON_GPU: dict[str, Callable[[pytest.FixtureRequest], Make]] = {
    'trt': _trt,
    'torch-cuda': partial(_torch, device='cuda'),
    'ort-cuda': partial(_ort_exported, provider='CUDA'),
    'ort-tensorrt': partial(_ort_exported, provider='Tensorrt'),
}


@pytest.fixture(
    params=[
        *ENGINES,
        *(pytest.param(name, marks=pytest.mark.gpu) for name in ENGINES_ON_GPU),
    ]
)
def make(request: pytest.FixtureRequest) -> Make:
    return (ENGINES | ENGINES_ON_GPU)[request.param](request)


@pytest.fixture
def session(make: Make) -> Session:
    return make()


def test_infer_returns_every_output_by_name(session: Session):
    with session:
        result = session.infer({'first': ONES, 'second': 2 * ONES})
    assert list(result) == ['total']
    np.testing.assert_array_equal(result['total'], 3 * ONES)
    assert result['total'].dtype == np.float32


def test_metadata_names_every_tensor(session: Session):
    with session:
        first, second = session.inputs
        (total,) = session.outputs
    assert (first.name, second.name, total.name) == ('first', 'second', 'total')
    assert {spec.dtype for spec in (first, second, total)} == {FLOAT}
    assert {spec.shape[1] for spec in (first, second, total)} == {3}
    assert isinstance(first.shape[0], str)
    assert first.shape == second.shape
    assert isinstance(total.shape[0], str)


def test_a_named_dimension_may_change_from_call_to_call(session: Session):
    with session:
        for rows in (1, 5, 2):
            ones = np.ones((rows, 3), np.float32)
            assert session.infer({'first': ones, 'second': ones})['total'].shape == (rows, 3)


def test_inputs_are_not_changed_and_may_be_reused(session: Session):
    first, second = ONES.copy(), ONES.copy()
    with session:
        before = session.infer({'first': first, 'second': second})['total'].copy()
        first[:] = 7
        after = session.infer({'first': first, 'second': second})['total']
    np.testing.assert_array_equal(second, ONES)
    np.testing.assert_array_equal(before, 2 * ONES)
    np.testing.assert_array_equal(after, 8 * ONES)


def test_inputs_of_any_memory_layout_are_read_right(session: Session):
    strided = np.arange(12, dtype=np.float32).reshape(3, 4).T[:2]
    with session:
        result = session.infer({'first': strided, 'second': np.zeros_like(ONES)})
    np.testing.assert_array_equal(result['total'], strided)


@pytest.mark.parametrize(
    ('inputs', 'says'),
    [
        pytest.param(
            {'first': ONES}, 'expected the tensors first, second; got first;', id='missing'
        ),
        pytest.param(
            {'first': ONES, 'second': ONES, 'third': ONES}, 'got first, second, third', id='unknown'
        ),
        pytest.param(
            {'first': ONES, 'second': ONES.astype(np.float64)},
            r'expected second: \(\w+, 3\) float32, got \(2, 3\) float64; cast',
            id='dtype',
        ),
        pytest.param({'first': ONES, 'second': ONES[0]}, r'got \(3,\) float32; give', id='rank'),
        pytest.param({'first': ONES, 'second': ONES[:, :2]}, r'dimension 1 of size 3', id='size'),
        pytest.param(
            {'first': ONES, 'second': ONES[:1]},
            r'dimension 0 of size 2 \(\w+ is 2 in another place\)',
            id='named size',
        ),
    ],
)
def test_inputs_that_do_not_fit_are_refused_in_words(session: Session, inputs, says: str):
    with session, pytest.raises(ContractError, match=says):
        session.infer(inputs)


def test_a_refused_input_does_not_harm_the_session(session: Session):
    with session:
        with pytest.raises(ContractError):
            session.infer({})
        np.testing.assert_array_equal(
            session.infer({'first': ONES, 'second': ONES})['total'], 2 * ONES
        )


def test_nothing_works_before_activate_and_after_deactivate(session: Session):
    for _ in range(2):
        assert session.provider == 'not active'
        with pytest.raises(EngineError, match='activate'):
            session.infer({'first': ONES, 'second': ONES})
        with pytest.raises(EngineError, match='activate'):
            _ = session.inputs
        with session:
            pass


def test_activate_and_deactivate_may_be_repeated(session: Session):
    session.activate()
    session.activate()
    assert session.infer({'first': ONES, 'second': ONES})
    session.deactivate()
    session.deactivate()
    session.activate()
    assert session.infer({'first': ONES, 'second': ONES})
    session.deactivate()


def test_the_session_is_freed_when_the_block_fails(session: Session):
    with pytest.raises(ZeroDivisionError), session:
        _ = 1 / 0
    assert session.provider == 'not active'


def test_diagnostics_name_the_model_and_what_runs_it(session: Session):
    with session:
        assert session.key.startswith('sum ')
        assert session.provider not in {'', 'not active'}


def test_two_sessions_at_once_do_not_meet(make: Make):
    with make() as one, make() as other:
        mine = one.infer({'first': ONES, 'second': ONES})['total']
        theirs = other.infer({'first': 4 * ONES, 'second': ONES})['total']
        np.testing.assert_array_equal(mine, 2 * ONES)
        np.testing.assert_array_equal(theirs, 5 * ONES)
        one.deactivate()
        np.testing.assert_array_equal(
            other.infer({'first': ONES, 'second': 6 * ONES})['total'], 7 * ONES
        )


def test_results_outlive_the_session(session: Session):
    with session:
        total = session.infer({'first': ONES, 'second': ONES})['total']
    np.testing.assert_array_equal(total, 2 * ONES)


def test_a_file_that_is_not_there_is_a_clear_error(make: Make, sum_model: Path):
    for file in (sum_model, sum_model.with_suffix('.pt2')):
        file.unlink(missing_ok=True)
    session = make()
    with pytest.raises(EngineError, match='sum'):
        session.activate()
    assert session.provider == 'not active'
