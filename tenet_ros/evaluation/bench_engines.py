"""Exported graphs on every session that there is: latency, memory, and the floors under them."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, TypeAlias

import numpy as np

from tenet_ros.errors import ConfigError, TenetError
from tenet_ros.evaluation.random_exports import exported
from tenet_ros.inference.exported import ExportedGraph
from tenet_ros.inference.session import Session

__all__ = [
    'SESSIONS',
    'Job',
    'Peaks',
    'jobs_of',
    'measure',
    'usable',
    'with_session',
]

Device: TypeAlias = Literal['cpu', 'cuda']


@dataclass(frozen=True, slots=True, kw_only=True)
class Peaks:
    """What a device can do at best; what is not known is 0.

    Attributes:
        tflops: 10^12 operations a second at the graph's precision.
        gbytes_s: 10^9 bytes a second from its memory.
    """

    tflops: float = 0.0
    gbytes_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One measurement.

    Attributes:
        graph: what is run.
        camera: (height, width) of its images, pixels.
        session: a key of ``SESSIONS``.
        runs: how many are timed.
        threads: CPU threads; 0 lets the session choose.
        peaks: of the device.
    """

    graph: ExportedGraph
    camera: tuple[int, int]
    session: str
    runs: int
    threads: int = 0
    peaks: Peaks = Peaks()

    @property
    def name(self) -> str:
        """The graph, the camera's size and the session: "omdet.image 1280x720 ort-cpu"."""
        return f'{self.graph.name} {self.camera[1]}x{self.camera[0]} {self.session}'


def _ort(provider: str) -> Callable[[Job], Session]:
    def make(job: Job) -> Session:
        from tenet_ros.inference.ort import OrtSession

        name = f'{provider}ExecutionProvider'
        return OrtSession.exported(job.graph, provider=name, threads=job.threads)

    return make


def _torch(device: Device, *, cuda_graphs: bool) -> Callable[[Job], Session]:
    def make(job: Job) -> Session:
        from tenet_ros.inference.torch_session import TorchSession

        return TorchSession(job.graph, device=device, cuda_graphs=cuda_graphs)

    return make


def _tensorrt(job: Job) -> Session:
    from tenet_ros.inference.engine_cache import EngineCache
    from tenet_ros.inference.trt import TrtSession

    return TrtSession(job.graph, EngineCache(job.graph.path.parent / 'engines'))


SESSIONS: Mapping[str, Callable[[Job], Session]] = MappingProxyType(
    {
        'ort-cpu': _ort('CPU'),
        'ort-cuda': _ort('CUDA'),
        'ort-tensorrt': _ort('Tensorrt'),
        'tensorrt': _tensorrt,
        'torch-cpu': _torch('cpu', cuda_graphs=False),
        'torch-cuda': _torch('cuda', cuda_graphs=True),
        'torch-cuda-launches': _torch('cuda', cuda_graphs=False),
    }
)
"""How each session is made; the last is ``torch-cuda`` without CUDA graphs."""


def jobs_of(
    model: str,
    *,
    camera: tuple[int, int],
    folder: Path,
    full: bool,
    precision: Literal['fp32', 'fp16'],
) -> Iterator[Job]:
    """Yield a job for each graph of a model, for no session yet.

    Args:
        model: an exporter, which gets random weights; the name of a bundled model; or an ONNX
            file.
        camera: (height, width) of the images to export for, pixels.
        folder: where exports are written to, and found again.
        full: the published architecture, else a small one of its kind.
        precision: of the export.

    Raises:
        ConfigError: there is no such model, or its exporter is not installed.
        EngineError: it cannot be exported.
    """
    for graph, size in _graphs(model, camera, folder, full=full, precision=precision):
        # It goes to another process, and a read-only mapping cannot.
        plain = replace(graph, profiles=dict(graph.profiles))
        yield Job(graph=plain, camera=size, session='', runs=0)


def _graphs(
    model: str,
    camera: tuple[int, int],
    folder: Path,
    *,
    full: bool,
    precision: Literal['fp32', 'fp16'],
) -> Iterator[tuple[ExportedGraph, tuple[int, int]]]:
    from tenet_ros.export.job import EXPORTERS, digest
    from tenet_ros.inference.catalogue import load_manifest, manifest_names
    from tenet_ros.inference.store import EngineStore

    if model in EXPORTERS:
        record, place, _ = exported(model, camera, folder, full=full, precision=precision)
        for note in record.graphs:
            yield ExportedGraph.of(record, note.role, place), camera
        return
    if model in manifest_names():
        path = EngineStore.default().path(load_manifest(model))
    elif model.endswith('.onnx'):
        path = Path(model)
    else:
        known = ', '.join((*EXPORTERS, *manifest_names()))
        raise ConfigError(f'--models: expected {known} or an ONNX file, got {model!r}; use one')
    if not path.is_file():
        raise ConfigError(f'--models: expected a file at {path}, got none; pull {model} first')
    graph = ExportedGraph(name=path.stem, model=model, path=path, sha256=digest(path))
    yield graph, _own_size(path) or camera


def _own_size(path: Path) -> tuple[int, int] | None:
    """Return the (height, width) that a graph's image input is fixed to."""
    import onnx

    for value in onnx.load(str(path), load_external_data=False).graph.input:
        dims = [dim.dim_value for dim in value.type.tensor_type.shape.dim]
        if len(dims) == 4:
            height, width = dims[2:] if dims[1] in {1, 3} else dims[1:3]
            return (height, width) if height and width else None
    return None


def measure(job: Job) -> dict[str, Any]:
    """Run one job in a process of its own, so that its memory is its own.

    Returns:
        ``provider``, ``load_ms``, ``warm_up_ms``, ``latency_ms``, ``cpu_ms`` (processor time of all
        threads, the median: what other work on the machine takes is not in it), ``rss_mb``,
        ``gpu_mb`` (where there is a GPU), ``work``, and ``floors_ms`` where peaks are given; or
        ``skipped``: why not.
    """
    program = job.graph.path.with_suffix('.pt2')
    if job.session.startswith('torch') and not program.is_file():
        return {'skipped': f'no program {program.name} beside the graph'}
    with ProcessPoolExecutor(1, mp_context=get_context('spawn')) as pool:
        return pool.submit(_measure, job).result()


def _measure(job: Job) -> dict[str, Any]:
    work, feed = _work_and_feed(job)
    start_mb = _rss_mb()
    session = SESSIONS[job.session](job)
    try:
        load_ms = _timed_ms(session.activate)
        warm_up_ms = _timed_ms(lambda: session.infer(feed))
        times, busy = [], []
        for _ in range(job.runs):
            before_s = time.process_time()
            times.append(_timed_ms(lambda: session.infer(feed)))
            busy.append(1e3 * (time.process_time() - before_s))
    except (TenetError, ImportError) as error:
        return {'skipped': str(error)}
    figures: dict[str, Any] = {
        'provider': session.provider,
        'precision': job.graph.precision,
        'load_ms': round(load_ms, 1),
        'warm_up_ms': round(warm_up_ms, 1),
        'latency_ms': {
            f'p{share}': round(float(np.percentile(times, share)), 2) for share in (50, 95, 99)
        },
        'cpu_ms': round(float(np.median(busy)), 2),
        'rss_mb': {'start': round(start_mb, 1), 'end': round(_rss_mb(), 1)},
        'work': {'gflops': round(work.flops / 1e9, 2), 'mb': round(work.moved_bytes / 1e6, 1)},
    }
    gpu = _gpu_mb()
    if gpu:
        figures['gpu_mb'] = gpu
    if job.peaks.tflops and job.peaks.gbytes_s:
        floors = work.floors_ms(job.peaks.tflops, job.peaks.gbytes_s)
        figures['floors_ms'] = {name: round(value, 3) for name, value in floors.items()}
        figures['share_of_floor'] = round(max(floors.values()) / float(np.median(times)), 3)
    session.deactivate()
    return figures


def _work_and_feed(job: Job) -> tuple[Any, dict[str, Any]]:
    import onnx

    from tenet_ros.export.fabricate import fabricate
    from tenet_ros.export.work import work_of

    model = onnx.load(str(job.graph.path))
    feed = fabricate(model, camera=job.camera, profiles=job.graph.profiles)
    return work_of(model, {name: array.shape for name, array in feed.items()}), feed


def _timed_ms(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return 1e3 * (time.perf_counter() - start)


def _rss_mb() -> float:
    """Return this process's resident memory in MB (10^6 bytes)."""
    try:
        pages = int(Path('/proc/self/statm').read_text('ascii').split()[1])
    except (OSError, IndexError, ValueError):
        return 0.0
    return pages * os.sysconf('SC_PAGE_SIZE') / 1e6


def _gpu_mb() -> float:
    """Return what this process holds of a GPU's memory, MiB as the driver counts; 0 without one."""
    query = ['nvidia-smi', '--query-compute-apps=pid,used_memory', '--format=csv,noheader,nounits']
    try:
        done = subprocess.run(query, capture_output=True, text=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError):
        return 0.0
    rows = [line.split(',') for line in done.stdout.splitlines()]
    return sum(
        float(row[1]) for row in rows if len(row) == 2 and row[0].strip() == str(os.getpid())
    )


def usable(session: str) -> str:
    """Return why a session need not be tried on this machine, or ''."""
    if session.startswith('ort-') and session != 'ort-cpu':
        import onnxruntime

        provider = {'ort-cuda': 'CUDA', 'ort-tensorrt': 'Tensorrt'}[session]
        lacks = f'{provider}ExecutionProvider' not in onnxruntime.get_available_providers()
        return f'no {provider} in this onnxruntime' if lacks else ''
    package = {'tensorrt': 'tensorrt'}.get(session, 'torch' if 'torch' in session else '')
    if package and importlib.util.find_spec(package) is None:
        return f'{package} is not installed'
    if session.startswith('torch-cuda'):
        import torch

        return '' if torch.cuda.is_available() else 'torch finds no GPU'
    return ''


def with_session(job: Job, session: str, *, runs: int, threads: int, peaks: Peaks) -> Job:
    """Return ``job`` for a session."""
    return replace(job, session=session, runs=runs, threads=threads, peaks=peaks)
