"""Torch for real, on the CPU; its CUDA path needs a GPU (marked so)."""

from __future__ import annotations

import dataclasses
from contextlib import contextmanager, nullcontext
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from tenet_ros.errors import ContractError, EngineError
from tenet_ros.inference.exported import ExportedGraph

torch = pytest.importorskip('torch', reason='needs torch (extra torch)')

from tenet_ros.inference import torch_program  # noqa: E402
from tenet_ros.inference.torch_session import (  # noqa: E402
    TorchSession,
    program_path,
    save_program,
)

ONES = np.ones((2, 3), np.float32)


class Two(torch.nn.Module):
    """Two outputs of a fixed size and of other types, inputs by position."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = torch.nn.Parameter(torch.full((3, 2), 2.0))

    def forward(self, image, count):
        return image.float() @ self.weight, count + 1


@pytest.fixture
def two(sum_graph: ExportedGraph) -> ExportedGraph:
    graph = dataclasses.replace(sum_graph, profiles={})
    given = (torch.ones(1, 3, dtype=torch.uint8), torch.ones(4, dtype=torch.int64))
    program = torch.export.export(Two(), given)
    save_program(
        program, program_path(graph), outputs=['image_out', 'count_out'], graph_sha256=graph.sha256
    )
    return graph


def test_outputs_have_the_names_and_types_that_were_saved(two: ExportedGraph):
    with TorchSession(two, device='cpu') as session:
        assert [str(spec) for spec in session.inputs] == [
            'image: (1, 3) uint8', 'count: (4,) int64',
        ]  # fmt: skip
        assert [str(spec) for spec in session.outputs] == [
            'image_out: (1, 2) float32', 'count_out: (4,) int64',
        ]  # fmt: skip
        result = session.infer({'count': np.arange(4), 'image': np.full((1, 3), 5, np.uint8)})
    np.testing.assert_array_equal(result['image_out'], [[30.0, 30.0]])
    np.testing.assert_array_equal(result['count_out'], [1, 2, 3, 4])


@pytest.mark.parametrize('count', [0, 17])
def test_a_shape_beyond_the_profile_is_refused(sum_program: ExportedGraph, count: int):
    ones = np.ones((count, 3), np.float32)
    with (
        TorchSession(sum_program, device='cpu') as session,
        pytest.raises(ContractError, match='dimension 0 of first from 1 to 16'),
    ):
        session.infer({'first': ones, 'second': ones})


@pytest.mark.parametrize('content', [b'', b'no program', bytes(1000)])
def test_a_corrupt_program_is_one_line(sum_program: ExportedGraph, content: bytes):
    program_path(sum_program).write_bytes(content)
    with pytest.raises(EngineError, match=r'expected an exported program at .*export sum') as got:
        TorchSession(sum_program, device='cpu').activate()
    assert '\n' not in str(got.value)


def test_a_program_of_another_export_is_refused(sum_program: ExportedGraph):
    other = dataclasses.replace(sum_program, sha256='0' * 64)
    with pytest.raises(EngineError, match=rf'is of {sum_program.sha256}'):
        TorchSession(other, device='cpu').activate()


@pytest.mark.skipif(torch.cuda.is_available(), reason='has a GPU')
def test_without_a_gpu_there_is_one_line(sum_program: ExportedGraph):
    with pytest.raises(EngineError, match=r'expected a GPU, torch .* finds none'):
        TorchSession(sum_program).activate()


def test_too_little_memory_says_what_to_do(sum_program: ExportedGraph, monkeypatch):
    def run(_loaded, _inputs):
        raise torch.cuda.OutOfMemoryError('CUDA out of memory. Tried to allocate 2 GiB')

    with TorchSession(sum_program, device='cpu') as session:
        monkeypatch.setattr(type(session._loaded), 'run', run)
        with pytest.raises(EngineError, match=r'CUDA out of memory.* close what else uses the GPU'):
            session.infer({'first': ONES, 'second': ONES})


class FakeGraph:
    """A ``torch.cuda.CUDAGraph`` whose replay does again what was done while it was recorded."""

    replays = 0

    def replay(self) -> None:
        FakeGraph.replays += 1
        program, given, found = self.recorded
        for old, new in zip(found, REAL_CALL(program, given), strict=True):
            old.copy_(new)


REAL_CALL = torch_program.LoadedProgram._call


@pytest.fixture
def fake_cuda(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have torch's GPU be the CPU, as far as a recorded program needs one."""
    last: list[tuple[Any, ...]] = []

    def call(program, given):
        last[:] = [(program, given, REAL_CALL(program, given))]
        return last[0][2]

    @contextmanager
    def record(graph, **_how):
        yield
        graph.recorded = last[0]

    stream = SimpleNamespace(wait_stream=lambda _other: None, synchronize=lambda: None)
    monkeypatch.setattr(torch_program.LoadedProgram, '_call', call)
    monkeypatch.setattr(torch_program, 'move_to_device_pass', lambda program, _device: program)
    monkeypatch.setattr(torch.Tensor, 'cuda', torch.Tensor.clone)
    monkeypatch.setattr(torch.Tensor, 'pin_memory', lambda tensor: tensor)
    for name, fake in {
        'is_available': lambda: True,
        'get_device_name': lambda: 'Fake GPU',
        'Stream': lambda: stream,
        'current_stream': lambda: stream,
        'stream': lambda _stream: nullcontext(),
        'CUDAGraph': FakeGraph,
        'graph': record,
    }.items():
        monkeypatch.setattr(torch.cuda, name, fake)


@pytest.mark.usefixtures('fake_cuda')
def test_each_shape_is_recorded_once_and_replayed(sum_program: ExportedGraph):
    with TorchSession(sum_program) as session:
        assert session.provider.endswith('on Fake GPU, fp32, CUDA graphs')
        assert len(session._loaded._recorded) == 3, 'the profile, at the warm-up'
        before = FakeGraph.replays
        for count in (1, 2, 4, 16, 2, 1):
            ones = np.ones((count, 3), np.float32)
            strided = np.asfortranarray(count * ones)
            total = session.infer({'first': ones, 'second': strided})['total']
            np.testing.assert_array_equal(total, (1 + count) * ones)
        assert FakeGraph.replays == before + 6
        assert len(session._loaded._recorded) == 4


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason='needs a torch for CUDA')
@pytest.mark.parametrize('cuda_graphs', [True, False])
def test_a_gpu_gives_what_the_cpu_gives(sum_program: ExportedGraph, cuda_graphs):
    with TorchSession(sum_program, cuda_graphs=cuda_graphs) as session:
        for count in (1, 2, 4, 16, 2, 1):
            ones = np.ones((count, 3), np.float32)
            given = {'first': ones, 'second': count * ones}
            np.testing.assert_array_equal(session.infer(given)['total'], (1 + count) * ones)
