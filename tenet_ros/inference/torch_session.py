"""PyTorch behind the Session protocol: an exported program, on CUDA with CUDA graphs or on the CPU.

For machines with PyTorch and a GPU but no TensorRT. The extra ``[torch]``; the one module of this
room, with ``torch_program``, that imports ``torch``.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from types import TracebackType
from typing import Any, final

import numpy as np
import numpy.typing as npt
import torch

from tenet_ros.errors import ContractError, EngineError, first_line
from tenet_ros.inference.exported import ExportedGraph
from tenet_ros.inference.loaded_session import LoadedSession
from tenet_ros.inference.progress import current
from tenet_ros.inference.spec import TensorMap, TensorSpec, check_tensors
from tenet_ros.inference.torch_program import (
    Device,
    LoadedProgram,
    load_program,
    program_path,
    save_program,
)

__all__ = ['TorchSession', 'program_path', 'save_program']


@final
class TorchSession(LoadedSession[LoadedProgram]):
    """An exported program; see ``Session`` for what the methods promise.

    Args:
        graph: the exported graph whose program it is; the ``.pt2`` lies beside it.
        device: where to run it.
        cuda_graphs: False launches every kernel anew each time.
    """

    def __init__(
        self, graph: ExportedGraph, *, device: Device = 'cuda', cuda_graphs: bool = True
    ) -> None:
        super().__init__(graph.name)
        self._graph = graph
        self._device: Device = device
        self._cuda_graphs = cuda_graphs and device == 'cuda'

    @property
    def key(self) -> str:
        """The name, and the first 12 digits of the graph's sha256."""
        return self._graph.key

    def activate(self) -> None:
        """Load the program and run it at its profile's shapes."""
        if self._loaded is not None:
            return
        if self._device == 'cuda' and not torch.cuda.is_available():
            raise EngineError(
                f'{self._name}: expected a GPU, torch {torch.__version__} finds none; '
                'install the driver and a torch for CUDA, or use another engine'
            )
        current().tell(f'loading the program of {self._name}')
        program, outputs = load_program(self._graph)
        with self._engine_errors('could not be loaded'):
            loaded = LoadedProgram(
                program, outputs, self._graph, self._device, graphs=self._cuda_graphs
            )
            for level in range(self._graph.levels):
                loaded.run(
                    {s.name: np.zeros(self._shape(s, level), s.dtype) for s in loaded.inputs}
                )
        self._loaded = loaded
        self._provider = f'Torch {torch.__version__} on {self._where()}'

    def infer(self, inputs: TensorMap) -> dict[str, npt.NDArray[Any]]:
        """Run the model. On a GPU the next call with the same shapes overwrites the results."""
        loaded = self._active()
        check_tensors(self._name, loaded.inputs, inputs)
        for spec in loaded.inputs:
            self._check_range(spec.name, inputs[spec.name].shape)
        with self._engine_errors('could not be run'):
            return loaded.run(inputs)

    def deactivate(self) -> None:
        """Free the model."""
        super().deactivate()
        if self._device == 'cuda' and torch.cuda.is_initialized():
            torch.cuda.empty_cache()

    def _where(self) -> str:
        if self._device == 'cpu':
            return f'CPU, {torch.get_num_threads()} threads'
        graphs = 'CUDA graphs' if self._cuda_graphs else 'no CUDA graphs'
        return f'{torch.cuda.get_device_name()}, {self._graph.precision}, {graphs}'

    def _shape(self, spec: TensorSpec, level: int) -> tuple[int, ...]:
        if spec.name in self._graph.profiles:
            return self._graph.profiles[spec.name][level]
        return tuple(dim if isinstance(dim, int) else 1 for dim in spec.shape)

    def _check_range(self, name: str, shape: tuple[int, ...]) -> None:
        if name not in self._graph.profiles:
            return
        least, _, largest = self._graph.profiles[name]
        for axis, size in enumerate(shape):
            if not least[axis] <= size <= largest[axis]:
                raise ContractError(
                    f'{self._name}: expected dimension {axis} of {name} from {least[axis]} '
                    f'to {largest[axis]}, got {size}; pad it or give it in parts'
                )

    def _engine_errors(self, what: str) -> AbstractContextManager[None]:
        return _EngineErrors(self._graph, what)


class _EngineErrors(AbstractContextManager[None]):
    """Turns what torch raises into an EngineError with a reason and a remedy."""

    def __init__(self, graph: ExportedGraph, what: str) -> None:
        self._graph = graph
        self._what = what

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if isinstance(error, torch.cuda.OutOfMemoryError):
            remedy = 'close what else uses the GPU, or take a smaller model'
        elif isinstance(error, (RuntimeError, AssertionError, ValueError, TypeError)):
            remedy = f'{self._graph.torch_remedy}, or use another engine'
        else:
            return
        raise EngineError(
            f'{self._graph.name}: expected a program that torch {torch.__version__} runs, it '
            f'{self._what}: {first_line(error)}; {remedy}'
        ) from error
