"""From an exported graph and a wish to a session that falls back: the one list of who may run it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType

from tenet_ros.errors import ConfigError
from tenet_ros.inference.engine_cache import EngineCache
from tenet_ros.inference.exported import ExportedGraph
from tenet_ros.inference.fallback import Candidate, FallbackSession
from tenet_ros.inference.record import ExportRecord, Role
from tenet_ros.inference.session import Session

__all__ = ['ENGINES', 'open_session']

ENGINES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        'auto': ('tensorrt', 'ort-tensorrt', 'ort-cuda', 'torch-cuda', 'ort-cpu'),
        'tensorrt': ('tensorrt', 'ort-tensorrt'),
        'onnxruntime': ('ort-tensorrt', 'ort-cuda', 'ort-cpu'),
        'torch': ('torch-cuda', 'torch-cpu'),
        'cpu': ('ort-cpu',),
    }
)
"""What may run a graph, best first, by the wish."""


def open_session(
    record: ExportRecord,
    role: Role,
    folder: Path,
    *,
    engine: str = 'auto',
    threads: int = 0,
    cuda_graphs: bool = True,
) -> FallbackSession:
    """Return a session on an exported graph; it is made cheaply and loaded by ``activate``.

    Args:
        record: of the export.
        role: which of its graphs.
        folder: where the record and its graphs lie; engines are kept in ``engines/`` there.
        engine: one of ``ENGINES``.
        threads: CPU threads of one inference; 0 lets the session choose.
        cuda_graphs: False launches every kernel anew each time.

    Raises:
        ConfigError: no such engine.
        EngineError: the export has no such graph.
    """
    if engine not in ENGINES:
        raise ConfigError(f'engine: expected one of {", ".join(ENGINES)}, got {engine!r}; use one')
    graph = ExportedGraph.of(record, role, folder)
    new = {
        'tensorrt': partial(_tensorrt, graph, folder / 'engines', cuda_graphs),
        'ort-tensorrt': partial(_ort, graph, 'Tensorrt', threads, cuda_graphs),
        'ort-cuda': partial(_ort, graph, 'CUDA', threads, cuda_graphs),
        'ort-cpu': partial(_ort, graph, 'CPU', threads, cuda_graphs),
        'torch-cuda': partial(_torch, graph, 'cuda', cuda_graphs),
        'torch-cpu': partial(_torch, graph, 'cpu', cuda_graphs),
    }
    return FallbackSession(graph.key, [new[name]() for name in ENGINES[engine]])


def _tensorrt(graph: ExportedGraph, cache: Path, cuda_graphs: bool) -> Candidate:  # noqa: FBT001
    def make() -> Session:
        from tenet_ros.inference.trt import TrtSession

        return TrtSession(graph, EngineCache(cache), cuda_graphs=cuda_graphs)

    def obstacle() -> str:
        return _missing('tensorrt') or _no_gpu()

    return Candidate(name='TensorRT', make=make, obstacle=obstacle, slow=True)


def _ort(graph: ExportedGraph, name: str, threads: int, cuda_graphs: bool) -> Candidate:  # noqa: FBT001
    provider = f'{name}ExecutionProvider'

    def make() -> Session:
        from tenet_ros.inference.ort import OrtSession

        return OrtSession.exported(
            graph, threads=threads, provider=provider, cuda_graphs=cuda_graphs
        )

    def obstacle() -> str:
        import onnxruntime

        if provider not in onnxruntime.get_available_providers():
            return f'no {name} in this onnxruntime'
        return '' if name == 'CPU' else _no_gpu()

    return Candidate(
        name=f'ONNX Runtime {name}', make=make, obstacle=obstacle, slow=name == 'Tensorrt'
    )


def _torch(graph: ExportedGraph, device: str, cuda_graphs: bool) -> Candidate:  # noqa: FBT001
    def make() -> Session:
        from tenet_ros.inference.torch_session import TorchSession

        return TorchSession(
            graph, device='cuda' if device == 'cuda' else 'cpu', cuda_graphs=cuda_graphs
        )

    def obstacle() -> str:
        program = graph.path.with_suffix('.pt2')
        if not program.is_file():
            return f'no program {program.name}'
        return _missing('torch') or (_no_gpu() if device == 'cuda' else '')

    return Candidate(name=f'Torch {device}', make=make, obstacle=obstacle)


def _missing(package: str) -> str:
    """Return why a package cannot be imported, without importing it."""
    try:
        found = find_spec(package)
    except ValueError:  # a module that was put in place by hand has no spec
        return ''
    return '' if found else f'no {package}'


def _no_gpu() -> str:
    from tenet_ros.inference.cudart import gpu_present

    return '' if gpu_present() else 'no GPU'
