"""ONNX Runtime behind the Session protocol. The one module that imports it to run models."""

from __future__ import annotations

import hashlib
import logging
import os
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any, final

import numpy as np
import numpy.typing as npt
import onnxruntime
from onnxruntime.capi import onnxruntime_pybind11_state as native

from tenet_ros.errors import EngineError
from tenet_ros.inference.cache_lock import locked
from tenet_ros.inference.exported import ExportedGraph
from tenet_ros.inference.manifest import Manifest
from tenet_ros.inference.ort_gpu import (
    FixedBuffers,
    cuda_options,
    tensorrt_options,
    warm_up_shapes,
)
from tenet_ros.inference.progress import current
from tenet_ros.inference.session import Session
from tenet_ros.inference.spec import TensorMap, TensorSpec, check_tensors

__all__ = ['LADDER', 'OrtSession', 'default_threads', 'usable_cpus']

_log = logging.getLogger(__name__)

_TENSORRT = 'TensorrtExecutionProvider'
LADDER = (_TENSORRT, 'CUDAExecutionProvider', 'CPUExecutionProvider')
"""Execution providers, the most wanted first; the CPU stands under every other one."""

_ERRORS: tuple[type[Exception], ...] = (
    RuntimeError,
    ValueError,
    *(t for t in vars(native).values() if isinstance(t, type) and issubclass(t, Exception)),
)
"""What ONNX Runtime raises; its own classes share no base below ``Exception``."""

_DTYPES = {
    'tensor(float)': np.float32,
    'tensor(float16)': np.float16,
    'tensor(double)': np.float64,
    'tensor(int64)': np.int64,
    'tensor(int32)': np.int32,
    'tensor(uint8)': np.uint8,
    'tensor(int8)': np.int8,
    'tensor(bool)': np.bool_,
}


def usable_cpus() -> int:
    """Return how many CPUs this process may use."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, 'sched_getaffinity') else os.cpu_count()
    return usable or 1


def default_threads() -> int:
    """Return half of the CPUs that this process may use, at least 1 and at most 8.

    The other half is for the fast lane: a detector that takes every core makes each frame late.
    """
    return min(8, max(1, usable_cpus() // 2))


@final
class OrtSession(Session):
    """A model run by ONNX Runtime; see ``Session`` for what the methods promise.

    Args:
        path: of the ONNX file.
        manifest: what the file must be; None takes any file as it is.
        threads: CPU threads for one inference; 0 for ``default_threads()``.
        providers: execution providers to try, best first.
        engine_cache: folder where TensorRT keeps the engines that it builds.
    """

    def __init__(
        self,
        path: Path,
        manifest: Manifest | None = None,
        *,
        threads: int = 0,
        providers: tuple[str, ...] = LADDER,
        engine_cache: Path | None = None,
    ) -> None:
        self._path = path
        self._manifest = manifest
        self._threads = threads or default_threads()
        self._providers = providers
        self._engine_cache = engine_cache or path.parent / 'tensorrt'
        self._name = manifest.name if manifest else path.stem
        self._digest = manifest.graph.sha256 if manifest else ''
        self._graph: ExportedGraph | None = None
        self._cuda_graphs = self._cache_writable = False
        self._loaded: _Loaded | None = None
        self._provider = 'not active'

    @classmethod
    def exported(
        cls,
        graph: ExportedGraph,
        *,
        provider: str = 'CPUExecutionProvider',
        threads: int = 0,
        cuda_graphs: bool = True,
    ) -> OrtSession:
        """Return a session on an exported graph.

        Args:
            graph: the file, and what it must be.
            provider: the one execution provider to use.
            threads: as of the class.
            cuda_graphs: whether a GPU records the inference, where no shape varies.
        """
        session = cls(
            graph.path,
            threads=threads,
            providers=(provider,),
            engine_cache=graph.path.parent / 'engines',
        )
        session._name, session._digest = graph.name, graph.sha256
        session._graph, session._cuda_graphs = graph, cuda_graphs
        return session

    @property
    def key(self) -> str:
        """The name, and the first 12 digits of the file's sha256 once that is known."""
        return f'{self._name} {self._digest[:12]}'.strip()

    @property
    def provider(self) -> str:
        """What runs the model, and why nothing better does."""
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
        """Read, check, load and run the model once."""
        if self._loaded is not None:
            return
        content = self._read()
        with self._building() as self._cache_writable:
            native_session, provider = self._climb(content)
            loaded = _Loaded(native_session, fixed_buffers=self._graph is not None)
            if self._manifest:
                self._manifest.check_graph(loaded.inputs, loaded.outputs)
            profiles = self._graph.profiles if self._graph else {}
            for shapes in warm_up_shapes(loaded.inputs, profiles):
                zeros = {s.name: np.zeros(shapes[s.name], s.dtype) for s in loaded.inputs}
                self._run(loaded, zeros)
        self._loaded, self._provider = loaded, provider

    def infer(self, inputs: TensorMap) -> dict[str, npt.NDArray[Any]]:
        """Run the model. Every call returns arrays of its own, so they outlive the next call."""
        loaded = self._active()
        check_tensors(self._name, loaded.inputs, inputs)
        return self._run(loaded, inputs)

    def deactivate(self) -> None:
        """Free the model."""
        self._loaded = None
        self._provider = 'not active'

    def _active(self) -> _Loaded:
        if self._loaded is None:
            raise EngineError(f'{self._name}: expected an active session; call activate() first')
        return self._loaded

    def _read(self) -> bytes:
        """Return the file's content, checked against the manifest or the note of its export."""
        if self._graph:
            return self._graph.read()
        remedy = 'check the path'
        if self._manifest:
            remedy += f', or run `tenet-ros models pull {self._name}`'
        try:
            content = self._path.read_bytes()
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise EngineError(
                f'{self._name}: expected a model at {self._path}, got {reason}; {remedy}'
            ) from error
        digest = hashlib.sha256(content).hexdigest()
        if self._manifest and digest != self._manifest.graph.sha256:
            raise EngineError(
                f'{self._name}: expected sha256 {self._manifest.graph.sha256}, '
                f'{self._path} has {digest}; {remedy}'
            )
        self._digest = digest
        return content

    def _climb(self, content: bytes) -> tuple[Any, str]:
        """Return a native session on the best provider that works, and why that one."""
        available = onnxruntime.get_available_providers()
        passed: list[str] = []
        for provider in self._providers:
            short = provider.removesuffix('ExecutionProvider')
            if provider not in available:
                passed.append(f'no {short} in this onnxruntime')
                continue
            try:
                session = self._create_best(content, provider)
            except _ERRORS as error:
                if provider == 'CPUExecutionProvider':
                    raise self._failed('could not be loaded', error) from error
                passed.append(f'{short}: {_first_line(error)}')
                continue
            # Without its libraries a GPU provider steps aside in silence and leaves the CPU.
            if session.get_providers()[0] != provider:
                passed.append(f'{short} does not start on this machine')
                continue
            what = f'{short}, {self._threads} thread{"s" if self._threads > 1 else ""}'
            return session, f'{what} ({"; ".join(passed)})' if passed else what
        if self._graph:
            raise EngineError(
                f'{self._name}: expected onnxruntime to run it on {", ".join(self._providers)}, got '
                f'{"; ".join(passed)}; install what that needs, or use another engine'
            )
        raise EngineError(
            f'{self._name}: expected one of {", ".join(self._providers)}; got '
            f'{", ".join(available)} ({"; ".join(passed)}); install an onnxruntime that has one'
        )

    @property
    def _prefix(self) -> str:
        """How the file names of TensorRT's engines begin."""
        return f'{self._name}_{self._digest[:12]}'

    def _building(self) -> AbstractContextManager[bool]:
        """Return the lock on TensorRT's engines, where it may build some."""
        if _TENSORRT in self._providers and _TENSORRT in onnxruntime.get_available_providers():
            return locked(self._engine_cache, self._prefix, self._name)
        return nullcontext(False)

    def _create_best(self, content: bytes, provider: str) -> Any:
        """Return a native session, made once more without what may have been in its way."""
        if provider == 'CPUExecutionProvider':
            return self._create(content, provider, cuda_graphs=False)
        current().tell(f'loading {self._name} in ONNX Runtime ({provider}); it may take minutes')
        try:
            return self._create(content, provider, cuda_graphs=self._cuda_graphs)
        except _ERRORS as error:
            # A CUDA graph wants every node on the GPU; an engine may be of another machine.
            graphs = self._cuda_graphs and provider == 'CUDAExecutionProvider'
            if not graphs and not (provider == _TENSORRT and self._drop_engines()):
                raise
            _log.warning(
                '%s is loaded once more, %s: %s',
                self._name,
                'without a CUDA graph' if graphs else 'with engines built anew',
                _first_line(error),
            )
            return self._create(content, provider, cuda_graphs=self._cuda_graphs and not graphs)

    def _drop_engines(self) -> bool:
        """Remove TensorRT's engines of this model; return whether there were any."""
        engines = list(self._engine_cache.glob(f'{self._prefix}*'))
        try:
            for engine in engines:
                engine.unlink()
        except OSError:
            return False
        return bool(engines)

    def _create(self, content: bytes, provider: str, *, cuda_graphs: bool) -> Any:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self._threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        # Spinning threads hold a core while they wait: on two cores that doubles the latency.
        options.add_session_config_entry('session.intra_op.allow_spinning', '0')
        chain: list[Any] = []
        if provider == _TENSORRT:
            cache = self._engine_cache if self._cache_writable else None
            trt = tensorrt_options(self._graph, self._prefix, cache, cuda_graphs=cuda_graphs)
            chain.append((provider, trt))
        if provider == 'CUDAExecutionProvider' or (self._graph and chain):
            # Under TensorRT, CUDA runs the nodes that TensorRT does not take.
            graphs = cuda_graphs and not chain
            chain.append(('CUDAExecutionProvider', cuda_options(self._graph, cuda_graphs=graphs)))
        chain.append(('CPUExecutionProvider', {}))
        # Left to itself it would go on with another provider, at any run, and say so on stdout only.
        own_fallback = {} if provider == 'CPUExecutionProvider' else {'enable_fallback': 0}
        return onnxruntime.InferenceSession(content, options, providers=chain, **own_fallback)

    def _run(self, loaded: _Loaded, inputs: TensorMap) -> dict[str, npt.NDArray[Any]]:
        try:
            if loaded.buffers is not None:
                return loaded.buffers.run(inputs)
            values = loaded.session.run(loaded.names, dict(inputs))
        except _ERRORS as error:
            raise self._failed('could not be run', error) from error
        return dict(zip(loaded.names, values, strict=True))

    def _failed(self, what: str, error: Exception) -> EngineError:
        remedy = 'fetch it again or update onnxruntime'
        if self._graph:
            remedy = f'{self._graph.remedy}, or use another engine'
        return EngineError(
            f'{self._name}: expected an ONNX model that onnxruntime {onnxruntime.__version__} '
            f'runs; {self._path} {what}: {_first_line(error)}; {remedy}'
        )


class _Loaded:
    """A native session with its metadata read once."""

    def __init__(self, session: Any, *, fixed_buffers: bool) -> None:
        self.session = session
        self.inputs = tuple(_spec(node) for node in session.get_inputs())
        self.outputs = tuple(_spec(node) for node in session.get_outputs())
        self.names = [spec.name for spec in self.outputs]
        on_gpu = fixed_buffers and session.get_providers()[0] != 'CPUExecutionProvider'
        self.buffers = (
            FixedBuffers(onnxruntime, session, self.inputs, self.outputs) if on_gpu else None
        )


def _spec(node: Any) -> TensorSpec:
    """Translate ONNX Runtime's description; an unnamed varying dimension gets a name of its own."""
    if node.type not in _DTYPES:
        known = ', '.join(_DTYPES)
        raise EngineError(f'{node.name}: expected one of {known}, got {node.type}; export it anew')
    shape = tuple(dim or f'{node.name}_{axis}' for axis, dim in enumerate(node.shape))
    return TensorSpec(node.name, np.dtype(_DTYPES[node.type]), shape)


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0][:200] if lines else type(error).__name__
