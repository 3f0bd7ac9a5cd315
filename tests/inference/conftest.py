"""Small ONNX models, written byte by byte: the package that writes ONNX is not a dependency."""

from __future__ import annotations

import gc
import hashlib
import importlib.util
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from tenet_ros.inference import cudart
from tenet_ros.inference.cudart import CudaRuntime
from tenet_ros.inference.exported import ExportedGraph

PROGRAMS = Path(__file__).parent / 'programs'

# Numbers of onnx.proto's TensorProto.DataType.
ELEMENT = {'uint8': 2, 'float32': 1, 'int64': 7}


def varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def number(field: int, value: int) -> bytes:
    return varint(field << 3) + varint(value)


def chunk(field: int, value: bytes | str) -> bytes:
    raw = value.encode() if isinstance(value, str) else value
    return varint(field << 3 | 2) + varint(len(raw)) + raw


def value_info(name: str, dtype: str, shape: Sequence[int | str]) -> bytes:
    dims = b''.join(
        chunk(1, number(1, dim) if isinstance(dim, int) else chunk(2, dim)) for dim in shape
    )
    tensor = number(1, ELEMENT[dtype]) + chunk(2, dims)
    return chunk(1, name) + chunk(2, chunk(1, tensor))


def initializer(name: str, array: npt.NDArray[Any]) -> bytes:
    dims = b''.join(number(1, size) for size in array.shape)
    return dims + number(2, ELEMENT[array.dtype.name]) + chunk(8, name) + chunk(9, array.tobytes())


def node(operator: str, inputs: Sequence[str], output: str) -> bytes:
    return b''.join(chunk(1, name) for name in inputs) + chunk(2, output) + chunk(4, operator)


def model(
    nodes: Sequence[bytes],
    inputs: Sequence[bytes],
    outputs: Sequence[bytes],
    initializers: Sequence[bytes] = (),
) -> bytes:
    graph = b''.join(
        chunk(field, part)
        for field, parts in ((1, nodes), (5, initializers), (11, inputs), (12, outputs))
        for part in parts
    )
    opset = chunk(8, chunk(1, '') + number(2, 13))
    return number(1, 8) + opset + chunk(7, graph + chunk(2, 'graph'))


@pytest.fixture
def onnx_writer() -> SimpleNamespace:
    """The functions above, for tests that need graphs of their own."""
    return SimpleNamespace(model=model, node=node, value_info=value_info, initializer=initializer)


@pytest.fixture
def sum_model(tmp_path: Path) -> Path:
    """``total = first + second``, both (rows, 3) float32."""
    path = tmp_path / 'sum.onnx'
    path.write_bytes(
        model(
            nodes=[node('Add', ['first', 'second'], 'total')],
            inputs=[value_info(name, 'float32', ['rows', 3]) for name in ('first', 'second')],
            outputs=[value_info('total', 'float32', ['rows', 3])],
        )
    )
    return path


@pytest.fixture
def embedding_model(tmp_path: Path) -> Callable[[npt.NDArray[np.float32]], Path]:
    """Return a writer of sentence encoders that look each token up in a table."""

    def write(table: npt.NDArray[np.float32]) -> Path:
        path = tmp_path / 'model.onnx'
        names = ('input_ids', 'attention_mask', 'token_type_ids')
        path.write_bytes(
            model(
                nodes=[node('Gather', ['table', 'input_ids'], 'last_hidden_state')],
                inputs=[value_info(name, 'int64', ['batch', 'tokens']) for name in names],
                outputs=[
                    value_info('last_hidden_state', 'float32', ['batch', 'tokens', table.shape[1]])
                ],
                initializers=[initializer('table', table)],
            )
        )
        return path

    return write


def load_program(name: str) -> Any:
    """Import a file of ``programs/``."""
    spec = importlib.util.spec_from_file_location(name, PROGRAMS / f'{name}.py')
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class FakeMachine:
    """A GPU and a TensorRT that are not there, in place of those that may be.

    Attributes:
        gpu: the GPU's state.
        told: what TensorRT is to do; see ``fake_tensorrt.new_module``.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.gpu = load_program('fake_cuda').FakeGpu()
        library = self.gpu.library()
        monkeypatch.setattr(CudaRuntime, 'load', lambda: CudaRuntime(library))
        monkeypatch.setattr(cudart, 'gpu_present', lambda: self.gpu.count > 0)
        self._monkeypatch = monkeypatch
        self.install('10.3.0')

    def install(self, version: str) -> None:
        """Put a version of TensorRT in place."""
        module = load_program('fake_tensorrt').new_module(self.gpu, version=version)
        self.told = module.told
        self._monkeypatch.setitem(sys.modules, 'tensorrt', module)


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeMachine]:
    """A fake GPU with a fake TensorRT; whatever was taken of it must be given back."""
    made = FakeMachine(monkeypatch)
    yield made
    gc.collect()
    left = (made.gpu.device, made.gpu.host, made.gpu.streams, made.gpu.graphs)
    assert left == ({}, {}, set(), {})


@pytest.fixture
def sum_graph(sum_model: Path) -> ExportedGraph:
    """The sum model as an export of 1 to 16 rows, usually 4."""
    shapes = ((1, 3), (4, 3), (16, 3))
    return ExportedGraph(
        name='sum',
        model='sum',
        path=sum_model,
        sha256=hashlib.sha256(sum_model.read_bytes()).hexdigest(),
        profiles={'first': shapes, 'second': shapes},
    )


@pytest.fixture(scope='session')
def sum_program_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sum model as a program of torch, without a graph that it belongs to."""
    torch = pytest.importorskip('torch', reason='needs torch (extra torch)')

    class Sum(torch.nn.Module):
        def forward(self, first, second):
            return first + second

    rows = torch.export.Dim('rows', min=1, max=16)
    ones = {name: torch.ones(2, 3) for name in ('first', 'second')}
    dims = {name: {0: rows} for name in ones}
    program = torch.export.export(Sum(), (), ones, dynamic_shapes=dims)
    path = tmp_path_factory.mktemp('program') / 'sum.pt2'
    torch.export.save(program, path)
    return path


@pytest.fixture
def sum_program(sum_graph: ExportedGraph, sum_program_file: Path) -> ExportedGraph:
    """The sum model with its program beside it."""
    torch = pytest.importorskip('torch')
    from tenet_ros.inference.torch_session import program_path, save_program

    path = program_path(sum_graph)
    shutil.copy(sum_program_file, path)
    program = torch.export.load(path)
    save_program(program, path, outputs=['total'], graph_sha256=sum_graph.sha256)
    return sum_graph
