"""TensorRT behind the Session protocol. The one module that imports ``tensorrt``, 10 or 11."""

from __future__ import annotations

import importlib
import logging
from typing import Any, final

import numpy.typing as npt

from tenet_ros.errors import EngineError
from tenet_ros.inference.cudart import CudaRuntime, Gpu
from tenet_ros.inference.engine_cache import BuiltEngine, EngineCache, EngineKey
from tenet_ros.inference.exported import ExportedGraph
from tenet_ros.inference.loaded_session import LoadedSession
from tenet_ros.inference.progress import current
from tenet_ros.inference.spec import TensorMap, check_tensors
from tenet_ros.inference.trt_build import build_engine, new_logger
from tenet_ros.inference.trt_engine import LoadedEngine

__all__ = ['TrtSession']

_log = logging.getLogger(__name__)


@final
class TrtSession(LoadedSession[LoadedEngine]):
    """A graph run by TensorRT; see ``Session`` for what the methods promise.

    The memory for the largest shapes is allocated once. For every shape that occurs there is one
    CUDA graph of copy, inference and copy; TensorRT wants an execution context for each, and they
    share their scratch memory.

    Args:
        graph: the file, and what it must be.
        cache: of engines.
        cuda_graphs: False queues every kernel anew each time.
    """

    def __init__(
        self, graph: ExportedGraph, cache: EngineCache, *, cuda_graphs: bool = True
    ) -> None:
        super().__init__(graph.name)
        self._graph = graph
        self._cache = cache
        self._cuda_graphs = cuda_graphs

    @property
    def key(self) -> str:
        """The name, and the first 12 digits of the file's sha256."""
        return self._graph.key

    def activate(self) -> None:
        """Load the engine, built first if the cache has none, and run it at its profile's shapes."""
        if self._loaded is not None:
            return
        content = self._graph.read()
        trt = _tensorrt(self._name)
        cuda = CudaRuntime.load()
        gpu = cuda.gpu()
        try:
            logger = new_logger(trt)
            engine, built = self._engine(trt, logger, gpu, content)
            loaded = LoadedEngine(
                trt, cuda, engine, built, self._graph, logger, graphs=self._cuda_graphs
            )
        except (RuntimeError, TypeError) as error:  # the bindings', where an object is not made
            raise EngineError(
                f'{self._name}: expected TensorRT {trt.__version__} to load the engine, got '
                f'{error}; see the log, or use another engine'
            ) from error
        graphs = 'CUDA graphs' if loaded.graphs else 'no CUDA graphs'
        major, minor = gpu.capability
        self._loaded = loaded
        self._provider = (
            f'TensorRT {trt.__version__} on {gpu.name} (sm {major}{minor}), '
            f'{self._graph.precision}, {graphs}'
        )

    def infer(self, inputs: TensorMap) -> dict[str, npt.NDArray[Any]]:
        """Run the model. The next call overwrites the results."""
        loaded = self._active()
        check_tensors(self._name, loaded.inputs, inputs)
        return loaded.run(inputs)

    def deactivate(self) -> None:
        """Free the engine and all its memory."""
        if self._loaded is not None:
            self._loaded.close()
        super().deactivate()

    def _cache_key(self, version: str, gpu: Gpu) -> EngineKey:
        return EngineKey(
            name=self._name,
            graph_sha256=self._graph.sha256,
            tensorrt=version,
            gpu=gpu.name,
            capability=gpu.capability,
            precision=self._graph.precision,
            profiles=self._graph.profiles,
        )

    def _engine(self, trt: Any, logger: Any, gpu: Gpu, content: bytes) -> tuple[Any, BuiltEngine]:
        """Return the engine, from the cache or built; one that does not load is built again."""
        key = self._cache_key(trt.__version__, gpu)

        def build(timing: bytes) -> BuiltEngine:
            return build_engine(trt, logger, content, self._graph, timing)

        current().tell(f'loading the TensorRT engine of {self._name}')
        runtime = trt.Runtime(logger)  # the bindings keep it for as long as its engine
        built = self._cache.get(key, build)
        engine = runtime.deserialize_cuda_engine(built.plan)
        if engine is None and 'out of memory' not in logger.last_error.lower():
            _log.warning(
                '%s: TensorRT does not load the engine from the cache (%s): it is built again',
                self._name, logger.last_error,
            )  # fmt: skip
            built = self._cache.get(key, build, distrust=built.plan)
            engine = runtime.deserialize_cuda_engine(built.plan)
        if engine is None:
            raise EngineError(
                f'{self._name}: expected TensorRT {trt.__version__} to load its engine, got '
                f'{logger.last_error}; free memory of the GPU'
            )
        return engine, built


def _tensorrt(name: str) -> Any:
    """Import TensorRT.

    Raises:
        EngineError: it does not import, or is too old.
    """
    try:
        trt = importlib.import_module('tensorrt')
    except (ImportError, OSError) as error:
        raise EngineError(
            f'{name}: expected the package tensorrt, got {error}; install TensorRT 10 or 11 with '
            'its Python package, or use another engine'
        ) from error
    version = [int(part) for part in trt.__version__.split('.')[:2]]
    if version < [10, 1]:
        raise EngineError(
            f'{name}: expected TensorRT 10.1 or newer, got {trt.__version__}; update it (JetPack '
            '6.1 or newer), or use another engine'
        )
    return trt
