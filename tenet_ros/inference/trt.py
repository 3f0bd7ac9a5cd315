"""TensorRT behind the Session protocol. The one module that imports ``tensorrt``, 10 or 11."""

from __future__ import annotations

import importlib
import logging
from contextlib import ExitStack
from types import TracebackType
from typing import Any, final

import numpy as np
import numpy.typing as npt

from tenet_ros.errors import ContractError, EngineError
from tenet_ros.inference.cudart import CudaRuntime
from tenet_ros.inference.engine_cache import BuiltEngine, EngineCache, EngineKey
from tenet_ros.inference.exported import ExportedGraph
from tenet_ros.inference.progress import current
from tenet_ros.inference.spec import Dim, TensorMap, TensorSpec, check_tensors
from tenet_ros.inference.trt_build import build_engine, new_logger
from tenet_ros.inference.trt_plan import Plan, Shapes, Workplace

__all__ = ['TrtSession']

_log = logging.getLogger(__name__)

_MAX_PLANS = 8
"""Shapes that are kept ready: more than the profiles ever name."""


@final
class TrtSession:
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
        self._graph = graph
        self._cache = cache
        self._cuda_graphs = cuda_graphs
        self._loaded: _Loaded | None = None
        self._provider = 'not active'

    @property
    def key(self) -> str:
        """The name, and the first 12 digits of the file's sha256."""
        return self._graph.key

    @property
    def provider(self) -> str:
        """What runs the model."""
        return self._provider

    @property
    def inputs(self) -> tuple[TensorSpec, ...]:
        """What ``infer`` takes."""
        return self._active().inputs

    @property
    def outputs(self) -> tuple[TensorSpec, ...]:
        """What ``infer`` gives."""
        return self._active().outputs

    def activate(self) -> None:
        """Load the engine, built first if the cache has none, and run it at its profile's shapes."""
        if self._loaded is not None:
            return
        content = self._graph.read()
        trt = _tensorrt(self._graph.name)
        cuda = CudaRuntime.load()
        gpu = cuda.gpu()
        logger = new_logger(trt)
        runtime = trt.Runtime(logger)
        key = EngineKey(
            name=self._graph.name,
            graph_sha256=self._graph.sha256,
            tensorrt=trt.__version__,
            gpu=gpu.name,
            capability=gpu.capability,
            precision=self._graph.precision,
            profiles=self._graph.profiles,
        )

        def build(timing: bytes) -> BuiltEngine:
            return build_engine(trt, logger, content, self._graph, timing)

        current().tell(f'loading the TensorRT engine of {self._graph.name}')
        built = self._cache.get(key, build)
        engine = runtime.deserialize_cuda_engine(built.plan)
        if engine is None and 'out of memory' not in logger.last_error.lower():
            _log.warning(
                '%s: TensorRT does not load the engine from the cache (%s): it is built again',
                self._graph.name, logger.last_error,
            )  # fmt: skip
            built = self._cache.get(key, build, distrust=built.plan)
            engine = runtime.deserialize_cuda_engine(built.plan)
        if engine is None:
            raise EngineError(
                f'{self._graph.name}: expected TensorRT {trt.__version__} to load its engine, got '
                f'{logger.last_error}; free memory of the GPU'
            )
        loaded = _Loaded(trt, cuda, engine, built, self._graph, logger, graphs=self._cuda_graphs)
        # The runtime must outlive its engine.
        loaded.owners = (runtime, logger)
        self._loaded = loaded
        graphs = 'CUDA graphs' if loaded.graphs else 'no CUDA graphs'
        major, minor = gpu.capability
        self._provider = (
            f'TensorRT {trt.__version__} on {gpu.name} (sm {major}{minor}), '
            f'{self._graph.precision}, {graphs}'
        )

    def infer(self, inputs: TensorMap) -> dict[str, npt.NDArray[Any]]:
        """Run the model. The results are overwritten by the next call with the same shapes."""
        loaded = self._active()
        check_tensors(self._graph.name, loaded.inputs, inputs)
        return loaded.run(inputs)

    def deactivate(self) -> None:
        """Free the engine and all its memory."""
        if self._loaded is not None:
            self._loaded.close()
        self._loaded = None
        self._provider = 'not active'

    def __enter__(self) -> TrtSession:
        """Activate."""
        self.activate()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Deactivate."""
        self.deactivate()

    def _active(self) -> _Loaded:
        if self._loaded is None:
            raise EngineError(
                f'{self._graph.name}: expected an active session; call activate() first'
            )
        return self._loaded


class _Loaded:
    """An engine on the GPU, its memory, and what is ready for each shape."""

    def __init__(
        self,
        trt: Any,
        cuda: CudaRuntime,
        engine: Any,
        built: BuiltEngine,
        graph: ExportedGraph,
        logger: Any,
        *,
        graphs: bool,
    ) -> None:
        self.owners: tuple[Any, ...] = ()
        self.graphs = graphs
        self._name = graph.name
        self._trt, self._engine, self._logger = trt, engine, logger
        self._plans: dict[Shapes, Plan] = {}
        names = [engine.get_tensor_name(index) for index in range(engine.num_io_tensors)]
        given = [n for n in names if engine.get_tensor_mode(n) == trt.TensorIOMode.INPUT]
        dims = built.notes.get('dims', {})
        self.inputs = tuple(self._spec(name, dims.get(name)) for name in given)
        self.outputs = tuple(self._spec(name) for name in names if name not in given)
        self._ranges = {spec.name: self._range(spec) for spec in self.inputs}
        with ExitStack() as stack:
            self._place = Workplace(trt, cuda, engine, self.inputs, self.outputs, stack)
            stack.callback(self._drop_plans)
            self._place.reserve(self._at(-1), graph.name)
            for level in range(graph.levels):
                shapes = self._at(level)
                current().tell(f'warming up {graph.name} at {_shapes_text(shapes)}', log=False)
                self._plan(shapes)
            self._stack = stack.pop_all()

    def close(self) -> None:
        """Free everything."""
        self._stack.close()

    def run(self, inputs: TensorMap) -> dict[str, npt.NDArray[Any]]:
        """Run the engine on tensors that were checked, except for the profile's range."""
        shapes = tuple((spec.name, inputs[spec.name].shape) for spec in self.inputs)
        plan = self._plans.get(shapes)
        if plan is None:
            self._check_range(shapes)
            plan = self._plan(shapes)
        for name, memory in plan.given.items():
            np.copyto(memory, inputs[name])
        plan.run()
        return dict(plan.found)

    def _plan(self, shapes: Shapes) -> Plan:
        """Return what runs these shapes, made and run once if need be."""
        if shapes in self._plans:
            return self._plans[shapes]
        if len(self._plans) >= _MAX_PLANS:
            self._plans.pop(next(iter(self._plans))).close()
        plan = Plan(self._place, shapes, self._name, self._logger)
        plan.run()
        if self.graphs:
            try:
                plan.capture()
            except EngineError as error:
                self.graphs = False
                _log.warning('%s runs without CUDA graphs: %s', self._name, str(error))
                plan.run()  # if it was the GPU itself, that shows here
        self._plans[shapes] = plan
        return plan

    def _drop_plans(self) -> None:
        for plan in self._plans.values():
            plan.close()
        self._plans.clear()

    def _spec(self, name: str, dims: list[Dim] | None = None) -> TensorSpec:
        if self._engine.is_shape_inference_io(name):
            raise EngineError(
                f'{self._name}: expected tensors of data, {name} decides shapes; export it without'
            )
        shape = tuple(self._engine.get_tensor_shape(name))
        named = dims if dims and len(dims) == len(shape) else [f'{name}_{a}' for a in range(8)]
        return TensorSpec(
            name,
            np.dtype(self._trt.nptype(self._engine.get_tensor_dtype(name))),
            tuple(size if size >= 0 else str(named[axis]) for axis, size in enumerate(shape)),
        )

    def _range(self, spec: TensorSpec) -> tuple[tuple[int, ...], ...]:
        """Return the least, usual and largest shape of an input."""
        fixed = tuple(dim for dim in spec.shape if isinstance(dim, int))
        if len(fixed) == len(spec.shape):
            return (fixed,) * 3
        return tuple(tuple(s) for s in self._engine.get_tensor_profile_shape(spec.name, 0))

    def _at(self, level: int) -> Shapes:
        return tuple((spec.name, self._ranges[spec.name][level]) for spec in self.inputs)

    def _check_range(self, shapes: Shapes) -> None:
        """Refuse what the engine was not built for.

        Raises:
            ContractError: a dimension is out of its range.
        """
        for name, shape in shapes:
            least, _, largest = self._ranges[name]
            for axis, size in enumerate(shape):
                if not least[axis] <= size <= largest[axis]:
                    raise ContractError(
                        f'{self._name}: expected dimension {axis} of {name} from {least[axis]} to '
                        f'{largest[axis]}, for which the engine was built, got {size}; pad it or '
                        'give it in parts'
                    )


def _shapes_text(shapes: Shapes) -> str:
    return ', '.join(f'{name} {"x".join(map(str, shape))}' for name, shape in shapes)


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
