"""Small ONNX models, written byte by byte: the package that writes ONNX is not a dependency."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

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
