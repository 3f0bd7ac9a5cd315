from __future__ import annotations

import dataclasses
import sys
from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from tenet_ros.errors import ConfigError, EngineError
from tenet_ros.inference import cudart
from tenet_ros.inference.exported import ExportedGraph
from tenet_ros.inference.open_session import ENGINES, open_session
from tenet_ros.inference.record import ExportRecord, GraphRecord

ONES = {name: np.ones((2, 3), np.float32) for name in ('first', 'second')}


@pytest.fixture
def record(sum_graph: ExportedGraph) -> ExportRecord:
    graph = GraphRecord(
        role='image',
        file=sum_graph.path.name,
        sha256=sum_graph.sha256,
        size_bytes=sum_graph.path.stat().st_size,
        profiles=sum_graph.profiles,
    )
    return ExportRecord(
        model='sums',
        exporter='sum',
        camera=(720, 1280),
        canvas=(640, 640),
        precision='fp32',
        limits={},
        source={},
        made_with={},
        graphs=(graph,),
    )


@pytest.fixture
def no_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cudart, 'gpu_present', lambda: False)
    monkeypatch.setattr(onnxruntime, 'get_available_providers', lambda: ['CPUExecutionProvider'])
    monkeypatch.delitem(sys.modules, 'tensorrt', raising=False)


def open_it(record: ExportRecord, graph: ExportedGraph, engine: str = 'auto'):
    return open_session(record, 'image', graph.path.parent, engine=engine, threads=1)


def test_a_graph_that_is_missing_or_changed_names_the_command_that_mends_it(
    record, sum_graph, no_gpu, tmp_path: Path
):
    again = 'tenet-ros models export sums --force --camera 1280x720 --precision fp32'
    folder = tmp_path / 'elsewhere'
    folder.mkdir()
    place = folder / sum_graph.path.name
    for content, says in ((None, 'got No such file or directory'), (b'other', f'{place} has ')):
        if content:
            place.write_bytes(content)
        with pytest.raises(EngineError, match=f'sums.image: .*{says}.*; run `{again}`'):
            open_session(record, 'image', folder, engine='cpu').activate()
    with pytest.raises(EngineError, match=f'run `{again}`'):
        open_session(record, 'text', folder)


def test_without_a_gpu_the_cpu_runs_and_every_reason_is_said(record, sum_graph, no_gpu):
    with open_it(record, sum_graph) as session:
        assert (session.infer(ONES)['total'] == 2).all()
        assert session.key == f'sums.image {sum_graph.sha256[:12]}'
        assert session.provider == (
            'CPU, 1 thread (no tensorrt; no Tensorrt in this onnxruntime; no CUDA in this '
            'onnxruntime; no program sum.pt2)'
        )


def test_without_a_gpu_a_runtime_for_one_is_not_even_tried(record, sum_graph, no_gpu, monkeypatch):
    have = ['TensorrtExecutionProvider', 'CUDAExecutionProvider', 'CPUExecutionProvider']
    monkeypatch.setattr(onnxruntime, 'get_available_providers', lambda: have)
    with open_it(record, sum_graph, 'onnxruntime') as session:
        assert session.provider == 'CPU, 1 thread (no GPU)'


def test_tensorrt_comes_first_and_keeps_its_engines_beside_the_graph(machine, record, sum_graph):
    with open_it(record, sum_graph) as session:
        assert session.provider.startswith('TensorRT 10.3.0 on Fake Orin')
        assert (session.infer(ONES)['total'] == 2).all()
    assert list((sum_graph.path.parent / 'engines').glob('sums.image-fp32-Fake-Orin-*.engine'))


def test_a_gpu_that_is_lost_in_flight_leaves_the_cpu(machine, record, sum_graph):
    with open_it(record, sum_graph) as session:
        machine.gpu.failing = 719
        assert (session.infer(ONES)['total'] == 2).all()
        assert session.provider.startswith('CPU, 1 thread (')
        assert 'the GPU is lost' in session.provider
        assert 'TensorRT 10.3.0 on Fake Orin' in session.fallback


def test_without_room_on_the_gpu_the_cpu_runs(machine, record, sum_graph):
    machine.gpu.memory_bytes = 100
    with open_it(record, sum_graph) as session:
        assert session.provider.startswith('CPU')
        assert 'TensorRT: out of memory' in session.provider


def test_a_wish_for_one_engine_is_kept(machine, record, sum_graph):
    with open_it(record, sum_graph, 'cpu') as session:
        assert session.provider == 'CPU, 1 thread'
    machine.told.parse_error = 'no such operator'
    with pytest.raises(EngineError, match='no such operator'):
        open_it(record, sum_graph, 'tensorrt').activate()


def test_torch_runs_the_program_where_it_is_wished_for(record, sum_program, no_gpu):
    pytest.importorskip('torch')
    with open_it(record, sum_program, 'torch') as session:
        assert (session.infer(ONES)['total'] == 2).all()
        assert session.provider.startswith('Torch ')
        assert 'CPU' in session.provider
        assert '(no GPU)' in session.provider


def test_an_engine_of_another_name_is_refused(record, sum_graph):
    with pytest.raises(ConfigError, match=r"expected one of auto, .*, got 'npu'; use one"):
        open_it(record, sum_graph, 'npu')


def test_a_role_that_was_not_exported_is_refused(record, sum_graph):
    with pytest.raises(EngineError, match='expected a graph for "text"'):
        open_session(record, 'text', sum_graph.path.parent)


@pytest.mark.parametrize('engine', sorted(ENGINES))
def test_a_graph_that_was_changed_runs_nowhere(record, sum_graph, engine: str, no_gpu):
    graph = dataclasses.replace(record.graphs[0], sha256='0' * 64)
    changed = dataclasses.replace(record, graphs=(graph,))
    with pytest.raises(EngineError, match=r'sums.image'):
        open_it(changed, sum_graph, engine).activate()
