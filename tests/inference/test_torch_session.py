"""Torch for real, on the CPU; its CUDA path needs a GPU (marked so)."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from tenet_ros.errors import ContractError, EngineError
from tenet_ros.inference.exported import ExportedGraph

torch = pytest.importorskip('torch', reason='needs torch (extra torch)')

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


@pytest.mark.gpu
@pytest.mark.parametrize('cuda_graphs', [True, False])
def test_a_gpu_gives_what_the_cpu_gives(sum_program: ExportedGraph, cuda_graphs):
    with TorchSession(sum_program, cuda_graphs=cuda_graphs) as session:
        for count in (1, 2, 4, 16, 2, 1):
            ones = np.ones((count, 3), np.float32)
            given = {'first': ones, 'second': count * ones}
            np.testing.assert_array_equal(session.infer(given)['total'], (1 + count) * ones)
