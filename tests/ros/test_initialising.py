"""The node while its engines are built, and when one of them fails: over DDS."""

from __future__ import annotations

import dataclasses
import signal
import sys
import threading
import time

import numpy as np
import pytest

from tenet_ros.errors import EngineError
from tenet_ros.inference.fallback import Candidate, FallbackSession
from tenet_ros.inference.progress import current
from tenet_ros.ros import api, node

FAST = {'diagnostics_period_s': 0.1, 'model': 'of the test'}
BUILDING = 'building the TensorRT engine of omdet.image: step 3 of 80'


@pytest.fixture
def square_node():
    return sys.modules['square_node']


@pytest.fixture
def finish(monkeypatch: pytest.MonkeyPatch, square_node):
    """Have the engines take until this event."""
    event = threading.Event()

    def build(settings):
        current().tell(BUILDING)
        while not event.wait(0.05):
            current().pause(0)
        return square_node.squares(settings)

    monkeypatch.setattr(node, 'build', build)
    yield event
    event.set()


def test_while_engines_are_built_the_node_says_so(run_node, robot, finish, capfd):
    run_node(command='the dog', **FAST)
    me = robot()
    said = me.diagnosis(lambda v: v.get('doing', '').startswith(BUILDING))
    assert me.values(said)['state'] == 'INITIALISING'
    assert said.message.startswith(f'INITIALISING: {BUILDING}')
    assert said.level == api.DiagnosticStatus.OK
    seen = len(me.diagnostics)
    me.spin_until(lambda: len(me.diagnostics) >= seen + 3)
    status = me.spin_until(lambda: me.heard['status'])[-1]
    assert me.values(status)['state'] == 'INITIALISING'
    assert me.values(status)['doing'].startswith(BUILDING)
    assert me.commands.get_subscription_count() == 0
    finish.set()
    me.wait_for_node()
    me.follow(me.squares(red=100))
    said = me.diagnosis(lambda v: v['state'] == 'ACTIVE')
    assert 'doing' not in me.values(said)
    assert BUILDING in ''.join(capfd.readouterr()), 'in the log as well'


def test_a_transition_ends_when_the_engines_are_there(make_node, finish):
    made = make_node(autostart=False, **FAST)
    results = []
    thread = threading.Thread(target=lambda: results.append(made.trigger_configure()))
    thread.start()
    while made._phase != 'INITIALISING':
        assert thread.is_alive()
    assert not results
    finish.set()
    thread.join(10)
    assert results == [api.TransitionCallbackReturn.SUCCESS]
    assert made.trigger_activate() == api.TransitionCallbackReturn.SUCCESS


def test_an_engine_that_cannot_be_built_is_the_error_path(run_node, robot, monkeypatch, capfd):
    def build(_settings):
        current().tell(BUILDING)
        raise EngineError('omdet.image: expected a graph that TensorRT takes, got node_7')

    monkeypatch.setattr(node, 'build', build)
    run_node(**FAST)
    me = robot()
    me.spin_until(lambda: me.health().level == api.DiagnosticStatus.ERROR)
    assert 'got node_7' in me.health().message
    assert me.values(me.health())['state'] == 'ERROR'
    assert capfd.readouterr().err.count('cannot configure: omdet.image') == 1


@pytest.mark.parametrize('how', ['slow', 'deaf'])
@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM])
def test_the_process_ends_well_in_the_middle_of_a_build(start_node, number, how):
    process = start_node(how)
    process.expect('building the engine of squares')
    begin_s = time.monotonic()
    process.signal(number)
    assert process.wait() == 0
    assert time.monotonic() - begin_s < 4
    assert 'Traceback' not in process.said
    assert 'ERROR' not in process.said


class Failing:
    """A session on a GPU that is lost at the second inference."""

    key = 'sum 1234'
    inputs = outputs = ()

    def __init__(self, provider: str, runs: int) -> None:
        self.provider, self._runs = provider, runs

    def activate(self) -> None:
        pass

    def infer(self, inputs):
        self._runs -= 1
        if self._runs < 0:
            raise EngineError('expected to run, got the GPU is lost; start again')
        return {}

    def deactivate(self) -> None:
        pass


def test_a_fallback_in_flight_is_told(run_node, robot, monkeypatch, square_node, capfd):
    session = FallbackSession(
        'omdet.image 1234',
        [
            Candidate(name='TensorRT', make=lambda: Failing('TensorRT 10.3 on Orin', 1)),
            Candidate(name='CPU', make=lambda: Failing('CPU, 1 thread', 1000)),
        ],
    )
    session.activate()

    class Squares(square_node.Squares):
        def detect(self, image, prepared):
            session.infer({'image': np.zeros(1)})
            return super().detect(image, prepared)

    def build(settings):
        return dataclasses.replace(square_node.squares(settings, Squares()), sessions=(session,))

    monkeypatch.setattr(node, 'build', build)
    run_node(command='the dog', **FAST)
    me = robot()
    said = me.diagnosis(lambda v: v.get('engine.omdet.image 1234') == 'TensorRT 10.3 on Orin')
    assert me.values(said)['fallback'] == ''
    me.wait_for_node()
    me.follow(me.squares(red=100))
    said = me.diagnosis(lambda v: v['fallback'])
    assert said.level == api.DiagnosticStatus.WARN
    assert 'an engine failed: omdet.image 1234: TensorRT 10.3 on Orin failed' in said.message
    values = me.values(said)
    assert values['engine.omdet.image 1234'] == (
        'CPU, 1 thread (failed in flight: the GPU is lost)'
    )
    me.follow(me.squares(red=100))
    assert ''.join(capfd.readouterr()).count('TensorRT 10.3 on Orin failed') >= 1
