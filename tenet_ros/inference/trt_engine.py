"""A TensorRT engine on the GPU, and what is ready to run for each set of input shapes."""

from __future__ import annotations

import logging
from contextlib import ExitStack
from typing import Any, final

import numpy as np
import numpy.typing as npt

from tenet_ros.errors import ContractError, EngineError
from tenet_ros.inference.cudart import CudaRuntime
from tenet_ros.inference.engine_cache import BuiltEngine
from tenet_ros.inference.exported import ExportedGraph
from tenet_ros.inference.progress import current
from tenet_ros.inference.spec import Dim, TensorMap, TensorSpec
from tenet_ros.inference.trt_plan import Plan, Shapes, Workplace

__all__ = ['LoadedEngine']

_log = logging.getLogger(__name__)

_MAX_PLANS = 8
"""Shapes that are kept ready: more than the profiles ever name."""


@final
class LoadedEngine:
    """An engine on the GPU, with its memory; run once at every shape of its profile.

    Args:
        trt: the module ``tensorrt``.
        cuda: the CUDA runtime.
        engine: ``trt.ICudaEngine``.
        built: what the cache knows of it.
        graph: that it was built from.
        logger: of TensorRT, with its newest error.
        graphs: whether to record CUDA graphs.

    Raises:
        EngineError: there is too little memory, or the engine does not run. Nothing is left.
    """

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
        try:
            plan.run()
            if self.graphs:
                self._capture(plan)
        except EngineError:
            plan.close()
            raise
        self._plans[shapes] = plan
        return plan

    def _capture(self, plan: Plan) -> None:
        """Record a plan, or go on without CUDA graphs."""
        try:
            plan.capture()
        except EngineError as error:
            self.graphs = False
            _log.warning('%s runs without CUDA graphs: %s', self._name, str(error))
            plan.run()  # if it was the GPU itself, that shows here

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
