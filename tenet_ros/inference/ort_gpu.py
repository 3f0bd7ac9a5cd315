"""ONNX Runtime on a GPU: options of its providers, and buffers that stay where they are.

ONNX Runtime is passed in as a module: nothing here imports it.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias, final

import numpy as np
import numpy.typing as npt

from tenet_ros.inference.exported import ExportedGraph
from tenet_ros.inference.record import Profile
from tenet_ros.inference.spec import TensorMap, TensorSpec

__all__ = ['FixedBuffers', 'cuda_options', 'tensorrt_options', 'warm_up_shapes']

Sizes: TypeAlias = 'tuple[tuple[int, ...], ...]'


def tensorrt_options(
    graph: ExportedGraph | None, prefix: str, cache: Path | None, *, cuda_graphs: bool
) -> dict[str, str]:
    """Return options of the TensorRT execution provider.

    Its engines are named after the GPU and TensorRT by itself; the prefix names the model. Without
    profiles an engine is built again whenever a dimension leaves the range seen so far.

    Args:
        graph: what is run; None for a graph of fixed precision and unknown shapes.
        prefix: of the engines' file names.
        cache: folder of engines and timing cache; None keeps none.
        cuda_graphs: whether to record the inference.
    """
    options = {}
    if cache is not None:
        options = {
            'trt_engine_cache_enable': 'True',
            'trt_engine_cache_path': str(cache),
            'trt_engine_cache_prefix': prefix,
            'trt_timing_cache_enable': 'True',
            'trt_timing_cache_path': str(cache),
        }
    if graph is None:
        return options
    if graph.precision == 'fp16':
        # This provider's networks are weakly typed on TensorRT 10: FP16 in the graph counts only
        # where FP16 is allowed, and then normalisation must be kept out of it.
        options |= {'trt_fp16_enable': 'True', 'trt_layer_norm_fp32_fallback': 'True'}
    if graph.profiles:
        for level, which in enumerate(('min', 'opt', 'max')):
            options[f'trt_profile_{which}_shapes'] = _shapes_text(graph.profiles, level)
    elif cuda_graphs:
        options['trt_cuda_graph_enable'] = 'True'
    return options


def cuda_options(graph: ExportedGraph | None, *, cuda_graphs: bool) -> dict[str, str]:
    """Return options of the CUDA execution provider.

    A CUDA graph is of one shape here, so it is recorded only where no shape varies.
    """
    if graph is None:
        return {}
    options = {'arena_extend_strategy': 'kSameAsRequested'}  # else memory doubles as it grows
    if cuda_graphs and not graph.profiles:
        options['enable_cuda_graph'] = '1'
    return options


def warm_up_shapes(
    inputs: tuple[TensorSpec, ...], profiles: Mapping[str, Profile]
) -> tuple[dict[str, tuple[int, ...]], ...]:
    """Return the shapes of the inputs for each run of the warm-up."""
    levels = range(3) if profiles else range(1)
    return tuple(
        {
            spec.name: profiles[spec.name][level]
            if spec.name in profiles
            else tuple(dim if isinstance(dim, int) else 1 for dim in spec.shape)
            for spec in inputs
        }
        for level in levels
    )


@final
class FixedBuffers:
    """Inputs and outputs of a session that stay at one address for each set of input shapes.

    A CUDA graph reads and writes where it was recorded, and memory is not allocated anew for each
    frame.

    Args:
        runtime: the module ``onnxruntime``.
        session: ``onnxruntime.InferenceSession``.
        inputs: of the session.
        outputs: of the session.
        device: where the session runs: "cuda", or "cpu" in tests.
    """

    def __init__(
        self,
        runtime: Any,
        session: Any,
        inputs: tuple[TensorSpec, ...],
        outputs: tuple[TensorSpec, ...],
        device: str = 'cuda',
    ) -> None:
        self._runtime, self._session = runtime, session
        self._inputs, self._outputs = inputs, outputs
        self._device = device
        self._bound: dict[Sizes, tuple[Any, list[Any]]] = {}

    def run(self, inputs: TensorMap) -> dict[str, npt.NDArray[Any]]:
        """Run on tensors that were checked. Every call returns arrays of its own."""
        sizes = tuple(inputs[spec.name].shape for spec in self._inputs)
        if sizes not in self._bound:
            self._bound[sizes] = self._bind(sizes)
        binding, given = self._bound[sizes]
        for spec, value in zip(self._inputs, given, strict=True):
            value.update_inplace(np.ascontiguousarray(inputs[spec.name]))
        self._session.run_with_iobinding(binding)
        values = binding.copy_outputs_to_cpu()
        return {s.name: np.array(v) for s, v in zip(self._outputs, values, strict=True)}

    def _bind(self, sizes: Sizes) -> tuple[Any, list[Any]]:
        """Return a binding for these shapes, and its inputs."""
        binding, given = self._session.io_binding(), []
        names: dict[str, int] = {}
        for spec, shape in zip(self._inputs, sizes, strict=True):
            names |= {d: n for d, n in zip(spec.shape, shape, strict=True) if isinstance(d, str)}
            value = self._new(spec, shape)
            binding.bind_ortvalue_input(spec.name, value)
            given.append(value)
        for spec in self._outputs:
            shape = tuple(d if isinstance(d, int) else names.get(d, 0) for d in spec.shape)
            if all(shape):
                binding.bind_ortvalue_output(spec.name, self._new(spec, shape))
            else:  # its shape is known only once it has run
                binding.bind_output(spec.name, self._device)
        return binding, given

    def _new(self, spec: TensorSpec, shape: tuple[int, ...]) -> Any:
        make = self._runtime.OrtValue.ortvalue_from_shape_and_type
        return make(list(shape), spec.dtype.type, self._device, 0)


def _shapes_text(profiles: Mapping[str, Profile], level: int) -> str:
    """Return shapes as the provider reads them: "boxes:4x4,image:1x720x1280x3"."""
    return ','.join(
        f'{name}:{"x".join(map(str, shapes[level]))}' for name, shapes in profiles.items()
    )
