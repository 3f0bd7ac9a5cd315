"""From a model's content to a native session of ONNX Runtime, on the best provider that works."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, final

import onnxruntime
from onnxruntime.capi import onnxruntime_pybind11_state as native

from tenet_ros.errors import EngineError, first_line
from tenet_ros.inference.cache_lock import locked
from tenet_ros.inference.exported import ExportedGraph
from tenet_ros.inference.ort_gpu import cuda_options, tensorrt_options
from tenet_ros.inference.progress import current

__all__ = ['ERRORS', 'LADDER', 'OrtLadder']

_log = logging.getLogger(__name__)

_TENSORRT = 'TensorrtExecutionProvider'
LADDER = (_TENSORRT, 'CUDAExecutionProvider', 'CPUExecutionProvider')
"""Execution providers, the most wanted first; the CPU stands under every other one."""

ERRORS: tuple[type[Exception], ...] = (
    RuntimeError,
    ValueError,
    *(t for t in vars(native).values() if isinstance(t, type) and issubclass(t, Exception)),
)
"""What ONNX Runtime raises; its own classes share no base below ``Exception``."""


@final
class OrtLadder:
    """Tries execution providers for one model, the most wanted first.

    Args:
        name: of the model, for messages.
        digest: SHA-256 of the model's content; TensorRT's engines are named after it.
        graph: the note of the export, if it is one.
        providers: to try, best first.
        threads: CPU threads of one inference.
        engine_cache: folder where TensorRT keeps the engines that it builds.
        cuda_graphs: whether a GPU records the inference, where no shape varies.
    """

    def __init__(
        self,
        name: str,
        digest: str,
        *,
        graph: ExportedGraph | None,
        providers: tuple[str, ...],
        threads: int,
        engine_cache: Path,
        cuda_graphs: bool,
    ) -> None:
        self._name = name
        self._graph = graph
        self._providers = providers
        self._threads = threads
        self._engine_cache = engine_cache
        self._cuda_graphs = cuda_graphs
        self._prefix = f'{name}_{digest[:12]}'
        self._cache_writable = False

    @contextmanager
    def building(self) -> Iterator[None]:
        """Hold the lock on TensorRT's engines, where it may build some."""
        if _TENSORRT in self._providers and _TENSORRT in onnxruntime.get_available_providers():
            with locked(self._engine_cache, self._prefix, self._name) as self._cache_writable:
                yield
        else:
            yield

    def climb(self, content: bytes) -> tuple[Any, str]:
        """Return a native session on the best provider that works, and why that one.

        Args:
            content: of the ONNX file.

        Raises:
            EngineError: no provider that is wanted works here.
            Exception: one of ``ERRORS``, of the CPU: the model itself is no good.
        """
        available = onnxruntime.get_available_providers()
        passed: list[str] = []
        for provider in self._providers:
            short = provider.removesuffix('ExecutionProvider')
            if provider not in available:
                passed.append(f'no {short} in this onnxruntime')
                continue
            try:
                session = self._create_best(content, provider)
            except ERRORS as error:
                if provider == 'CPUExecutionProvider':
                    raise
                passed.append(f'{short}: {first_line(error)}')
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

    def _create_best(self, content: bytes, provider: str) -> Any:
        """Return a native session, made once more without what may have been in its way."""
        if provider == 'CPUExecutionProvider':
            return self._create(content, provider, cuda_graphs=False)
        current().tell(f'loading {self._name} in ONNX Runtime ({provider}); it may take minutes')
        try:
            return self._create(content, provider, cuda_graphs=self._cuda_graphs)
        except ERRORS as error:
            # A CUDA graph wants every node on the GPU; an engine may be of another machine.
            graphs = self._cuda_graphs and provider == 'CUDAExecutionProvider'
            if not graphs and not (provider == _TENSORRT and self._drop_engines()):
                raise
            _log.warning(
                '%s is loaded once more, %s: %s',
                self._name,
                'without a CUDA graph' if graphs else 'with engines built anew',
                first_line(error),
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
