"""What every Session promises, whatever engine is behind it.

A new engine joins by adding a way to make a session of the sum model to ``ENGINES``.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tenet_ros.errors import ContractError, EngineError
from tenet_ros.inference.ort import OrtSession
from tenet_ros.inference.session import Session
from tenet_ros.inference.spec import TensorSpec

ENGINES: dict[str, Callable[[Path], Session]] = {'ort': OrtSession}

FLOAT = np.dtype(np.float32)
ONES = np.ones((2, 3), np.float32)


@pytest.fixture(params=sorted(ENGINES))
def session(request: pytest.FixtureRequest, sum_model: Path) -> Session:
    return ENGINES[request.param](sum_model)


def test_infer_returns_every_output_by_name(session: Session):
    with session:
        result = session.infer({'first': ONES, 'second': 2 * ONES})
    assert list(result) == ['total']
    np.testing.assert_array_equal(result['total'], 3 * ONES)
    assert result['total'].dtype == np.float32


def test_metadata_names_every_tensor(session: Session):
    with session:
        assert session.inputs == (
            TensorSpec('first', FLOAT, ('rows', 3)),
            TensorSpec('second', FLOAT, ('rows', 3)),
        )
        assert session.outputs == (TensorSpec('total', FLOAT, ('rows', 3)),)


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
            r'expected second: \(rows, 3\) float32, got \(2, 3\) float64; cast',
            id='dtype',
        ),
        pytest.param({'first': ONES, 'second': ONES[0]}, r'got \(3,\) float32; give', id='rank'),
        pytest.param({'first': ONES, 'second': ONES[:, :2]}, r'dimension 1 of size 3', id='size'),
        pytest.param(
            {'first': ONES, 'second': ONES[:1]},
            r'dimension 0 of size 2 \(rows is 2 in another place\)',
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
