"""A program exported by torch: its file, and the program on its device. Imports ``torch``."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal, TypeAlias, final

import numpy as np
import numpy.typing as npt
import torch
from torch.export.passes import move_to_device_pass
from torch.utils import _pytree as pytree

from tenet_ros.errors import EngineError, first_line
from tenet_ros.inference.exported import ExportedGraph
from tenet_ros.inference.spec import TensorMap, TensorSpec

__all__ = ['Device', 'LoadedProgram', 'load_program', 'program_path', 'save_program']

Device: TypeAlias = Literal['cuda', 'cpu']

_NOTE = 'tenet_ros.json'
"""What lies in a ``.pt2`` beside the program: names of the outputs, and the graph's sha256."""

_DTYPES = {
    torch.float32: np.float32,
    torch.float16: np.float16,
    torch.float64: np.float64,
    torch.int64: np.int64,
    torch.int32: np.int32,
    torch.uint8: np.uint8,
    torch.int8: np.int8,
    torch.bool: np.bool_,
}

_WARM_UP_RUNS = 3
"""As PyTorch's notes on CUDA graphs ask for, before one is captured."""


def program_path(graph: ExportedGraph) -> Path:
    """Return where the program of an exported graph lies: beside it, as ``.pt2``."""
    return graph.path.with_suffix('.pt2')


def save_program(
    program: Any, path: Path, *, outputs: Sequence[str], graph_sha256: str = ''
) -> None:
    """Write an exported program where ``TorchSession`` finds it, whole or not at all.

    Args:
        program: a ``torch.export.ExportedProgram``; its inputs are called as the graph's.
        path: of ``program_path``.
        outputs: names of what it returns, in order.
        graph_sha256: of the ONNX file that was exported with it.
    """
    partial = path.with_name(f'.{path.stem}.{os.getpid()}.part.pt2')
    note = json.dumps({'outputs': list(outputs), 'graph_sha256': graph_sha256})
    try:
        torch.export.save(program, partial, extra_files={_NOTE: note})
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def load_program(graph: ExportedGraph) -> tuple[Any, list[str]]:
    """Return the program of a graph, and the names of its outputs.

    Raises:
        EngineError: there is none, it is corrupt, or it is of another export.
    """
    path, files = program_path(graph), {_NOTE: ''}
    try:
        program = torch.export.load(path, extra_files=files)
        note = json.loads(files[_NOTE])
        outputs, sha256 = list(note['outputs']), str(note['graph_sha256'])
    except Exception as error:  # torch raises what it will for a file that is none
        raise EngineError(
            f'{graph.name}: expected an exported program at {path}, got {first_line(error)}; '
            f'{graph.torch_remedy}'
        ) from error
    if sha256 != graph.sha256:
        raise EngineError(
            f'{graph.name}: expected the program of the graph {graph.sha256}, {path} is of '
            f'{sha256 or "another"}; {graph.torch_remedy}'
        )
    return program, outputs


@dataclass(slots=True)
class _Recorded:
    """A CUDA graph with the tensors that it reads and writes."""

    graph: Any
    given: list[Any]
    staged: list[Any]
    found: list[Any]
    landed: list[Any]


@final
class LoadedProgram:
    """A program on its device."""

    def __init__(
        self,
        program: Any,
        outputs: list[str],
        graph: ExportedGraph,
        device: Device,
        *,
        graphs: bool,
    ) -> None:
        nodes = list(program.graph.nodes)
        meta = {node.name: node.meta['val'] for node in nodes if node.op == 'placeholder'}
        results = [node.meta['val'] for node in nodes[-1].args[0]]
        self.inputs = tuple(_spec(name, meta[name]) for name in program.graph_signature.user_inputs)
        self.outputs = tuple(
            _spec(name, value) for name, value in zip(outputs, results, strict=True)
        )
        self._device = device
        self._graphs = graphs
        self._half = graph.precision == 'fp16' and device == 'cuda'
        self._in_spec = program.call_spec.in_spec
        self._module = move_to_device_pass(program, device).module()
        self._recorded: dict[tuple[tuple[int, ...], ...], _Recorded] = {}

    def run(self, inputs: TensorMap) -> dict[str, npt.NDArray[Any]]:
        """Run on tensors that were checked."""
        arrays = [np.ascontiguousarray(inputs[spec.name]) for spec in self.inputs]
        with torch.no_grad():
            found = self._run_recorded(arrays) if self._graphs else self._run_plain(arrays)
        return dict(zip((s.name for s in self.outputs), (t.numpy() for t in found), strict=True))

    def _call(self, tensors: list[Any]) -> list[Any]:
        args, kwargs = pytree.tree_unflatten(tensors, self._in_spec)
        # Weights are cast within the call, also within a CUDA graph: its memory is its own.
        half = partial(torch.autocast, 'cuda', torch.float16, cache_enabled=False)
        with half() if self._half else nullcontext():
            results = pytree.tree_leaves(self._module(*args, **kwargs))
        wanted = [spec.dtype for spec in self.outputs]
        return [
            tensor.to(_torch_dtype(dtype)) for tensor, dtype in zip(results, wanted, strict=True)
        ]

    def _run_plain(self, arrays: list[npt.NDArray[Any]]) -> list[Any]:
        tensors = [torch.tensor(array, device=self._device) for array in arrays]  # a copy: ours
        return [tensor.cpu() for tensor in self._call(tensors)]

    def _run_recorded(self, arrays: list[npt.NDArray[Any]]) -> list[Any]:
        shapes = tuple(array.shape for array in arrays)
        if shapes not in self._recorded:
            self._recorded[shapes] = self._record(arrays)
        recorded = self._recorded[shapes]
        for staged, given, array in zip(recorded.staged, recorded.given, arrays, strict=True):
            staged.numpy()[...] = array
            given.copy_(staged, non_blocking=True)
        recorded.graph.replay()
        for landed, found in zip(recorded.landed, recorded.found, strict=True):
            landed.copy_(found, non_blocking=True)
        torch.cuda.current_stream().synchronize()
        return recorded.landed

    def _record(self, arrays: list[npt.NDArray[Any]]) -> _Recorded:
        """Return a CUDA graph of the program for these shapes."""
        staged = [torch.tensor(array).pin_memory() for array in arrays]
        given = [tensor.cuda() for tensor in staged]
        side = torch.cuda.Stream()
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):
            for _ in range(_WARM_UP_RUNS):
                self._call(given)
        torch.cuda.current_stream().wait_stream(side)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph, capture_error_mode='thread_local'):
            found = self._call(given)
        landed = [torch.empty(t.shape, dtype=t.dtype).pin_memory() for t in found]
        return _Recorded(graph, given, staged, found, landed)


def _spec(name: str, value: Any) -> TensorSpec:
    if value.dtype not in _DTYPES:
        known = ', '.join(np.dtype(dtype).name for dtype in _DTYPES.values())
        raise EngineError(f'{name}: expected one of {known}, got {value.dtype}; export it anew')
    shape = tuple(size if isinstance(size, int) else str(size) for size in value.shape)
    return TensorSpec(name, np.dtype(_DTYPES[value.dtype]), shape)


def _torch_dtype(dtype: np.dtype[Any]) -> Any:
    return next(ours for ours, numpys in _DTYPES.items() if np.dtype(numpys) == dtype)
