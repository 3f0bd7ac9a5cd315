"""ONNX Runtime behind the Session protocol; with ``ort_ladder`` all that imports it to run models."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any, final

import numpy as np
import numpy.typing as npt
import onnxruntime

from tenet_ros.errors import EngineError, first_line
from tenet_ros.inference.exported import ExportedGraph
from tenet_ros.inference.loaded_session import LoadedSession
from tenet_ros.inference.manifest import Manifest
from tenet_ros.inference.ort_gpu import FixedBuffers, warm_up_shapes
from tenet_ros.inference.ort_ladder import ERRORS, LADDER, OrtLadder
from tenet_ros.inference.spec import TensorMap, TensorSpec, check_tensors

__all__ = ['OrtSession', 'default_threads', 'usable_cpus']

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
class OrtSession(LoadedSession['_Loaded']):
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
        super().__init__(manifest.name if manifest else path.stem)
        self._path = path
        self._manifest = manifest
        self._threads = threads or default_threads()
        self._providers = providers
        self._engine_cache = engine_cache or path.parent / 'tensorrt'
        self._digest = manifest.graph.sha256 if manifest else ''
        self._graph: ExportedGraph | None = None
        self._cuda_graphs = False

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

    def activate(self) -> None:
        """Read, check, load and run the model once."""
        if self._loaded is not None:
            return
        content = self._read()
        ladder = OrtLadder(
            self._name,
            self._digest,
            graph=self._graph,
            providers=self._providers,
            threads=self._threads,
            engine_cache=self._engine_cache,
            cuda_graphs=self._cuda_graphs,
        )
        with ladder.building():
            try:
                native_session, provider = ladder.climb(content)
            except ERRORS as error:
                raise self._failed('could not be loaded', error) from error
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

    def _run(self, loaded: _Loaded, inputs: TensorMap) -> dict[str, npt.NDArray[Any]]:
        try:
            if loaded.buffers is not None:
                return loaded.buffers.run(inputs)
            values = loaded.session.run(loaded.names, dict(inputs))
        except ERRORS as error:
            raise self._failed('could not be run', error) from error
        return dict(zip(loaded.names, values, strict=True))

    def _failed(self, what: str, error: Exception) -> EngineError:
        remedy = 'fetch it again or update onnxruntime'
        if self._graph:
            remedy = f'{self._graph.remedy}, or use another engine'
        return EngineError(
            f'{self._name}: expected an ONNX model that onnxruntime {onnxruntime.__version__} '
            f'runs; {self._path} {what}: {first_line(error)}; {remedy}'
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
