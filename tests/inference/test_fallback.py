from __future__ import annotations

import numpy as np
import pytest

from tenet_ros.errors import ContractError, EngineError
from tenet_ros.inference.fallback import Candidate, FallbackSession
from tenet_ros.inference.progress import Progress, watching
from tenet_ros.inference.spec import TensorSpec

ONE = {'x': np.ones(1, np.float32)}


class Doubling:
    """A session that doubles; it fails where it is told to."""

    key = 'doubling'

    def __init__(self, name: str, *, activates: bool = True, runs: int = 1 << 30) -> None:
        self.name, self.activates, self.runs = name, activates, runs
        self.active, self.activations = False, 0

    @property
    def provider(self) -> str:
        return self.name if self.active else 'not active'

    @property
    def inputs(self) -> tuple[TensorSpec, ...]:
        return (TensorSpec('x', np.dtype(np.float32), ('n',)),)

    outputs = inputs

    def activate(self) -> None:
        self.activations += 1
        if not self.activates:
            raise EngineError(f'{self.name}: expected a GPU, got none; buy one')
        self.active = True

    def infer(self, inputs):
        assert self.active
        if not isinstance(inputs.get('x'), np.ndarray):
            raise ContractError('expected x')
        self.runs -= 1
        if self.runs < 0:
            raise EngineError(f'{self.name}: expected to run, got the GPU is lost; start again')
        return {'y': 2 * inputs['x']}

    def deactivate(self) -> None:
        self.active = False


def fallback(*sessions: Doubling, slow: tuple[str, ...] = ()) -> FallbackSession:
    return FallbackSession(
        'model 1234',
        [Candidate(name=s.name, make=lambda s=s: s, slow=s.name in slow) for s in sessions],
    )


def test_the_best_that_works_runs_and_says_why():
    first, second, third = Doubling('A', activates=False), Doubling('B'), Doubling('C')
    with fallback(first, second, third) as session:
        assert session.infer(ONE)['y'] == 2
        assert session.provider == 'B (A: none)'
        assert session.fallback == ''
    assert (third.activations, second.active) == (0, False)


def test_an_obstacle_spares_the_attempt():
    hopeless = Candidate(name='A', make=pytest.fail, obstacle=lambda: 'no A here')
    good = Doubling('B')
    with FallbackSession('m', [hopeless, Candidate(name='B', make=lambda: good)]) as session:
        assert session.provider == 'B (no A here)'


def test_a_failure_in_flight_costs_no_result(caplog):
    first, second = Doubling('GPU', runs=2), Doubling('CPU')
    with fallback(first, second) as session:
        for _ in range(5):
            assert session.infer(ONE)['y'] == 2
        assert session.provider == 'CPU (failed in flight: the GPU is lost)'
        assert session.fallback.startswith('GPU failed: ')
        assert session.fallback.endswith('. Now: CPU')
    assert not first.active
    assert caplog.text.count('GPU failed') == 1


def test_what_failed_is_not_taken_again_until_the_next_activation():
    first, second = Doubling('GPU', runs=1), Doubling('CPU', runs=1)
    session = fallback(first, second)
    with session:
        session.infer(ONE)
        session.infer(ONE)
        with pytest.raises(EngineError, match=r'got none \(failed in flight'):
            session.infer(ONE)
        assert session.provider == 'not active'
    first.runs = 1
    with session:
        assert session.provider == 'GPU'
        assert session.fallback == ''


def test_in_flight_what_is_slow_to_start_comes_last():
    sessions = Doubling('A', runs=1), Doubling('B'), Doubling('C')
    with fallback(*sessions, slow=('A', 'B')) as session:
        session.infer(ONE)
        session.infer(ONE)
        assert session.provider.startswith('C')
    assert sessions[1].activations == 0


def test_a_wrong_input_is_no_reason_to_change():
    with fallback(Doubling('A'), Doubling('B')) as session:
        with pytest.raises(ContractError):
            session.infer({})
        assert session.provider == 'A'


def test_none_that_works_lists_every_reason():
    session = fallback(Doubling('A', activates=False), Doubling('B', activates=False))
    with pytest.raises(EngineError, match=r'got none \(A: none; B: none\); mend one of these'):
        session.activate()
    assert session.provider == 'not active'


def test_a_wish_to_stop_tries_nothing_more():
    other = Doubling('B')
    progress = Progress()
    progress.cancel()
    with watching(progress), pytest.raises(EngineError, match='buy one'):
        fallback(Doubling('A', activates=False), other).activate()
    assert other.activations == 0
