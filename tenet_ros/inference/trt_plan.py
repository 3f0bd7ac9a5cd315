"""A TensorRT engine's memory, and what is ready to run for one set of input shapes."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any, TypeAlias, final

import numpy as np
import numpy.typing as npt

from tenet_ros.errors import EngineError
from tenet_ros.inference.cudart import CudaRuntime
from tenet_ros.inference.spec import TensorSpec

__all__ = ['Plan', 'Shapes', 'Workplace']

Shapes: TypeAlias = 'tuple[tuple[str, tuple[int, ...]], ...]'
"""Shape of each input, by name, in the engine's order."""


@final
class Workplace:
    """Stream, scratch memory and buffers of one engine, for the largest shapes.

    Args:
        trt: the module ``tensorrt``.
        cuda: the CUDA runtime.
        engine: ``trt.ICudaEngine``.
        inputs: of the engine.
        outputs: of the engine.
        stack: that frees everything.
    """

    def __init__(
        self,
        trt: Any,
        cuda: CudaRuntime,
        engine: Any,
        inputs: tuple[TensorSpec, ...],
        outputs: tuple[TensorSpec, ...],
        stack: ExitStack,
    ) -> None:
        self.cuda, self.inputs, self.outputs = cuda, inputs, outputs
        self._trt, self._engine, self._stack = trt, engine, stack
        self.stream = cuda.new_stream()
        stack.callback(cuda.free_stream, self.stream)
        self._scratch_bytes = max(int(engine.device_memory_size_v2), 256)
        self._scratch = self._allocate(self._scratch_bytes)
        self.device: dict[str, int] = {}
        self.host: dict[str, npt.NDArray[np.uint8]] = {}

    def reserve(self, largest: Shapes, name: str) -> None:
        """Allocate the buffers of every tensor for the largest shapes of the inputs."""
        shapes = self.shapes(self.new_context(largest, name), largest, name)
        for spec in (*self.inputs, *self.outputs):
            size_bytes = _bytes(shapes[spec.name], spec)
            self.device[spec.name] = self._allocate(size_bytes)
            self.host[spec.name] = self.cuda.pinned(size_bytes)

    def new_context(self, shapes: Shapes, name: str) -> Any:
        """Return an execution context for these input shapes, on the common scratch memory.

        Raises:
            EngineError: TensorRT does not make one, or does not take the shapes.
        """
        strategy = self._trt.ExecutionContextAllocationStrategy.USER_MANAGED
        context = self._engine.create_execution_context(strategy)
        if context is None:
            raise EngineError(
                f'{name}: expected an execution context, got none; free memory of the GPU'
            )
        context.set_device_memory(self._scratch, self._scratch_bytes)
        refused = [tensor for tensor, shape in shapes if not context.set_input_shape(tensor, shape)]
        if refused:
            raise EngineError(
                f'{name}: expected the engine to take the shapes {dict(shapes)}, it refuses that of '
                f'{", ".join(refused)}; remove the engine from the cache'
            )
        return context

    def shapes(self, context: Any, given: Shapes, name: str) -> dict[str, tuple[int, ...]]:
        """Return the shape of every tensor in a context.

        Raises:
            EngineError: an output's shape depends on the data.
        """
        found = {
            spec.name: tuple(int(size) for size in context.get_tensor_shape(spec.name))
            for spec in self.outputs
        }
        for tensor, shape in found.items():
            if any(size < 0 for size in shape):
                raise EngineError(
                    f'{name}: expected outputs whose shape follows from the inputs, {tensor} is '
                    f'{shape}; export it with a fixed number'
                )
        return {**dict(given), **found}

    def _allocate(self, size_bytes: int) -> int:
        address = self.cuda.allocate(size_bytes)
        self._stack.callback(self.cuda.free, address)
        return address


@final
class Plan:
    """One execution context, and the CUDA graph of it once it was captured.

    Args:
        place: where it runs; all plans of a place run one after another.
        shapes: of the inputs.
        name: of the graph, for messages.
        logger: of TensorRT, with its newest error.
    """

    def __init__(self, place: Workplace, shapes: Shapes, name: str, logger: Any) -> None:
        self._place, self._name, self._logger = place, name, logger
        self._graph = 0
        self._context = place.new_context(shapes, name)
        for tensor, address in place.device.items():
            self._context.set_tensor_address(tensor, address)
        sizes = place.shapes(self._context, shapes, name)
        self.given = {spec.name: self._view(spec, sizes[spec.name]) for spec in place.inputs}
        self.found = {spec.name: self._view(spec, sizes[spec.name]) for spec in place.outputs}

    def run(self) -> None:
        """Take ``given`` to the GPU, run, bring ``found`` back; return when that is done."""
        if self._graph:
            self._place.cuda.launch(self._graph, self._place.stream)
        else:
            self._queue()
        self._place.cuda.synchronize(self._place.stream)

    def capture(self) -> None:
        """Record the run as a CUDA graph; it must have run once before.

        Raises:
            EngineError: the engine has something that cannot be recorded.
        """
        self._place.cuda.begin_capture(self._place.stream)
        failure: EngineError | None = None
        try:
            self._queue()
        except EngineError as error:
            failure = error
        graph = self._place.cuda.end_capture(self._place.stream)  # always, or the stream is stuck
        if failure is not None:
            self._place.cuda.free_graph(graph)
            raise failure
        self._graph = graph

    def close(self) -> None:
        """Free the CUDA graph and the context."""
        if self._graph:
            self._place.cuda.free_graph(self._graph)
            self._graph = 0
        self._context = None

    def _queue(self) -> None:
        place = self._place
        for name, memory in self.given.items():
            place.cuda.upload(place.device[name], memory, memory.nbytes, place.stream)
        if not self._context.execute_async_v3(place.stream):
            raise EngineError(
                f'{self._name}: expected TensorRT to run the engine, got '
                f'{self._logger.last_error or "no reason"}; see the log'
            )
        for name, memory in self.found.items():
            place.cuda.download(memory, place.device[name], memory.nbytes, place.stream)

    def _view(self, spec: TensorSpec, shape: tuple[int, ...]) -> npt.NDArray[Any]:
        """Return the tensor's host memory in this shape."""
        memory = self._place.host[spec.name][: _bytes(shape, spec)]
        return memory.view(spec.dtype).reshape(shape)


def _bytes(shape: tuple[int, ...], spec: TensorSpec) -> int:
    return int(np.prod(shape, dtype=np.int64)) * spec.dtype.itemsize
