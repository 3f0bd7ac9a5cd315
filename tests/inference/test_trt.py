"""TensorRT sessions on a fake TensorRT and a fake GPU: neither was run for these tests."""

from __future__ import annotations

import dataclasses
import logging
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tenet_ros.errors import ContractError, EngineError
from tenet_ros.inference.engine_cache import EngineCache
from tenet_ros.inference.progress import Progress, watching
from tenet_ros.inference.trt import TrtSession

PROGRAM = Path(__file__).parent / 'programs' / 'build_sum.py'


@pytest.fixture
def cache(tmp_path: Path) -> EngineCache:
    return EngineCache(tmp_path / 'engines')


@pytest.fixture
def log(machine, tmp_path: Path) -> Path:
    machine.told.build_log = tmp_path / 'builds'
    machine.told.build_log.touch()
    return machine.told.build_log


def rows(count: int) -> dict[str, np.ndarray]:
    ones = np.ones((count, 3), np.float32)
    return {'first': ones, 'second': np.arange(count, dtype=np.float32)[:, None] * ones}


def run(session: TrtSession, count: int = 2) -> None:
    given = rows(count)
    np.testing.assert_array_equal(session.infer(given)['total'], given['first'] + given['second'])


@pytest.mark.parametrize('version', ['10.1.0', '10.13.3.9', '11.4.0.106'])
def test_the_provider_says_all_that_matters(machine, sum_graph, cache, version: str):
    machine.install(version)
    with TrtSession(sum_graph, cache) as session:
        assert session.provider == (f'TensorRT {version} on Fake Orin (sm 87), fp32, CUDA graphs')


@pytest.mark.parametrize('version', ['8.6.2', '10.0.1'])
def test_a_tensorrt_that_is_too_old_is_refused(machine, sum_graph, cache, version: str):
    machine.install(version)
    with pytest.raises(EngineError, match=rf'10.1 or newer, got {version}; update it'):
        TrtSession(sum_graph, cache).activate()


def test_without_tensorrt_there_is_one_line(sum_graph, cache, monkeypatch):
    monkeypatch.setitem(sys.modules, 'tensorrt', None)
    with pytest.raises(EngineError, match='expected the package tensorrt'):
        TrtSession(sum_graph, cache).activate()


def test_a_second_start_loads_what_the_first_built(machine, sum_graph, cache, log: Path):
    for _ in range(3):
        with TrtSession(sum_graph, cache) as session:
            run(session)
    assert log.read_text() == 'built\n'


def test_names_of_dimensions_survive_the_cache(machine, sum_graph, cache):
    for _ in range(2):
        with TrtSession(sum_graph, cache) as session:
            assert [spec.shape for spec in session.inputs] == [('rows', 3)] * 2


@pytest.mark.parametrize('count', [1, 2, 4, 7, 16])
def test_every_shape_of_the_profile_runs(machine, sum_graph, cache, count: int):
    with TrtSession(sum_graph, cache) as session:
        run(session, count)


def test_shapes_may_alternate_without_end(machine, sum_graph, cache):
    with TrtSession(sum_graph, cache) as session:
        for count in [*range(1, 17), 4, 1, 16, 4]:
            run(session, count)


@pytest.mark.parametrize('count', [0, 17])
def test_a_shape_beyond_the_profile_is_refused(machine, sum_graph, cache, count: int):
    with TrtSession(sum_graph, cache) as session:
        with pytest.raises(ContractError, match=r'dimension 0 of first from 1 to 16'):
            session.infer(rows(count))
        run(session)


def test_one_launch_serves_a_frame_whose_shape_was_seen(machine, sum_graph, cache):
    with TrtSession(sum_graph, cache) as session:
        assert machine.gpu.launches == 0, 'the warm-up records'
        for count, launches in ((1, 1), (4, 2), (16, 3), (5, 4), (5, 5)):
            run(session, count)
            assert machine.gpu.launches == launches
        graphs = len(machine.gpu.graphs)
    assert graphs == 4


def test_cuda_graphs_can_be_left_out(machine, sum_graph, cache):
    with TrtSession(sum_graph, cache, cuda_graphs=False) as session:
        run(session)
        assert 'no CUDA graphs' in session.provider
    assert machine.gpu.launches == 0


def test_an_engine_that_cannot_be_recorded_runs_without(machine, sum_graph, cache, caplog):
    machine.gpu.capturable = False
    with TrtSession(sum_graph, cache) as session:
        run(session)
        run(session, 16)
        assert 'no CUDA graphs' in session.provider
    assert caplog.text.count('runs without CUDA graphs') == 1


def test_memory_is_allocated_once_for_the_largest_shapes(machine, sum_graph, cache):
    with TrtSession(sum_graph, cache) as session:
        before = machine.gpu.used_bytes()
        for count in range(1, 17):
            run(session, count)
        assert machine.gpu.used_bytes() == before == 1024 + 3 * 16 * 3 * 4


def test_too_little_memory_is_said_and_everything_given_back(machine, sum_graph, cache):
    machine.gpu.memory_bytes = 1200
    session = TrtSession(sum_graph, cache)
    with pytest.raises(EngineError, match=r'out of memory .* MiB are free; close what else'):
        session.activate()
    assert session.provider == 'not active'
    assert not machine.gpu.device
    machine.gpu.memory_bytes = 1 << 20
    with session:
        run(session)


def test_a_gpu_that_is_lost_in_flight_is_said(machine, sum_graph, cache):
    with TrtSession(sum_graph, cache) as session:
        machine.gpu.failing = 719
        with pytest.raises(EngineError, match='the GPU is lost: launch failure'):
            run(session)


def test_a_run_that_tensorrt_refuses_is_said(machine, sum_graph, cache):
    with TrtSession(sum_graph, cache, cuda_graphs=False) as session:
        machine.told.runs = 0
        with pytest.raises(EngineError, match='expected TensorRT to run the engine'):
            run(session)


def test_a_warm_up_that_fails_gives_everything_back(machine, sum_graph, cache):
    machine.told.runs = 1
    with pytest.raises(EngineError, match='expected TensorRT to run'):
        TrtSession(sum_graph, cache, cuda_graphs=False).activate()
    assert not machine.gpu.device


def test_a_corrupt_engine_is_built_again(machine, sum_graph, cache, log: Path):
    with TrtSession(sum_graph, cache):
        pass
    (file,) = cache.folder.glob('*.engine')
    file.write_bytes(file.read_bytes()[:-3])
    with TrtSession(sum_graph, cache) as session:
        run(session)
    assert log.read_text() == 'built\n' * 2


def test_an_engine_that_tensorrt_does_not_load_is_built_again(
    machine, sum_graph, cache, log: Path, caplog
):
    with TrtSession(sum_graph, cache):
        pass
    machine.told.refuses = 1
    with TrtSession(sum_graph, cache) as session:
        run(session)
    # The same plan comes out of the fake, so the cache's is as good as the new one.
    assert log.read_text() == 'built\n' * 2
    assert 'the plan is of another platform' in caplog.text


def test_an_engine_for_which_there_is_no_room_is_not_built_again(
    machine, sum_graph, cache, log: Path
):
    with TrtSession(sum_graph, cache):
        pass
    machine.told.refuses, machine.told.refusal = 1, 'Cuda Runtime (out of memory)'
    with pytest.raises(EngineError, match=r'out of memory\); free memory'):
        TrtSession(sum_graph, cache).activate()
    assert log.read_text() == 'built\n'


def test_an_engine_that_never_loads_is_an_error(machine, sum_graph, cache):
    machine.told.refuses = 2
    with pytest.raises(EngineError, match='load its engine, got the plan is of another'):
        TrtSession(sum_graph, cache).activate()


def test_another_gpu_or_tensorrt_has_engines_of_its_own(machine, sum_graph, cache):
    with TrtSession(sum_graph, cache):
        pass
    machine.gpu.name = 'Another'
    with TrtSession(sum_graph, cache):
        pass
    machine.install('11.4.0')
    with TrtSession(sum_graph, cache):
        pass
    assert len(list(cache.folder.glob('*.engine'))) == 3


def test_a_timing_cache_of_another_machine_is_left_out(machine, sum_graph, cache):
    with TrtSession(sum_graph, cache):
        pass
    (timing,) = cache.folder.glob('*.timing')
    (engine,) = cache.folder.glob('*.engine')
    engine.unlink()
    timing.write_bytes(b'of another machine')
    machine.told.timing_mismatch = True
    with TrtSession(sum_graph, cache):
        pass
    assert timing.read_bytes() == b'+'


def test_a_graph_that_tensorrt_does_not_take_names_the_node(machine, sum_graph, cache):
    machine.told.parse_error = 'unsupported operator NonZero'
    with pytest.raises(EngineError, match=r'node_7: unsupported operator NonZero; .*export sum'):
        TrtSession(sum_graph, cache).activate()


def test_a_build_that_fails_has_tensorrts_own_reason(machine, sum_graph, cache):
    machine.told.build_error = 'Could not find any implementation for node X'
    with pytest.raises(EngineError, match='any implementation for node X; free memory'):
        TrtSession(sum_graph, cache).activate()
    assert not list(cache.folder.glob('*.engine'))


@pytest.mark.parametrize(
    ('profiles', 'says'),
    [
        ({}, 'got Network has dynamic inputs, but no optimization profile'),
        ({'third': ((1, 3), (4, 3), (16, 3))}, 'expected shape profiles that fit the graph'),
    ],
)
def test_profiles_that_do_not_fit_the_graph_are_refused(
    machine, sum_graph, cache, profiles, says: str
):
    other = dataclasses.replace(sum_graph, profiles=profiles)
    with pytest.raises(EngineError, match=says):
        TrtSession(other, cache).activate()


def test_another_file_than_was_exported_is_refused(machine, sum_graph, cache):
    sum_graph.path.write_bytes(b'another')
    with pytest.raises(EngineError, match=rf'expected sha256 {sum_graph.sha256}'):
        TrtSession(sum_graph, cache).activate()


def test_progress_is_told_while_an_engine_is_built(machine, sum_graph, cache, caplog):
    told: list[str] = []
    progress = Progress()
    progress.tell = lambda text, **_how: told.append(text)
    with caplog.at_level(logging.INFO), watching(progress), TrtSession(sum_graph, cache):
        pass
    assert told[0] == 'loading the TensorRT engine of sum'
    assert told[1].startswith('building the TensorRT engine of sum; this takes minutes')
    assert 'Tactics, step 3 of 4' in told[4]
    assert 'is built (' in told[6]
    assert told[-1] == 'warming up sum at first 16x3, second 16x3'


def test_a_build_can_be_broken_off(machine, sum_graph, cache):
    progress = Progress()
    progress.cancel()
    with watching(progress), pytest.raises(EngineError, match='the build was cancelled'):
        TrtSession(sum_graph, cache).activate()
    assert not list(cache.folder.glob('*.engine'))


def test_two_processes_build_one_engine(sum_graph, tmp_path: Path, child_environment):
    log = tmp_path / 'builds'
    arguments = [sum_graph.path, sum_graph.sha256, tmp_path / 'engines', log, '1.0']
    command = [sys.executable, str(PROGRAM), *map(str, arguments)]
    running = [
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=child_environment())
        for _ in range(2)
    ]
    said = [process.communicate(timeout=60)[0] for process in running]
    assert [process.returncode for process in running] == [0, 0]
    assert said == ['begin\ntotal 12.0\n'] * 2
    assert log.read_text() == 'built\n'


def test_a_process_that_dies_while_it_builds_blocks_nobody(
    sum_graph, tmp_path: Path, child_environment
):
    log = tmp_path / 'builds'
    arguments = [sum_graph.path, sum_graph.sha256, tmp_path / 'engines', log]
    command = [sys.executable, str(PROGRAM), *map(str, arguments)]
    dying = subprocess.Popen([*command, '60'], env=child_environment())
    try:
        while not (log.exists() and log.read_text()):
            assert dying.poll() is None
    finally:
        dying.kill()
        dying.wait()
    done = subprocess.run([*command, '0'], env=child_environment(), check=True, timeout=60)
    assert done.returncode == 0
    assert len(list((tmp_path / 'engines').glob('*.engine'))) == 1
