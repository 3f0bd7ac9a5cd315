"""The CUDA runtime by its fake; where a real libcudart is, its error path too."""

from __future__ import annotations

import ctypes
from types import SimpleNamespace

import numpy as np
import pytest

from tenet_ros.errors import EngineError
from tenet_ros.inference import cudart
from tenet_ros.inference.cudart import CudaRuntime, Gpu


@pytest.fixture
def cuda(machine) -> CudaRuntime:
    return CudaRuntime.load()


def test_a_gpu_is_named(cuda: CudaRuntime):
    assert cuda.device_count() == 1
    assert cuda.gpu() == Gpu('Fake Orin', (8, 7))


def test_bytes_go_to_the_gpu_and_back(cuda: CudaRuntime):
    stream, device = cuda.new_stream(), cuda.allocate(12)
    there, back = cuda.pinned(12), cuda.pinned(12)
    there[:] = np.arange(12)
    cuda.upload(device, there, 12, stream)
    cuda.download(back, device, 12, stream)
    cuda.synchronize(stream)
    np.testing.assert_array_equal(back, np.arange(12))
    cuda.free(device)
    cuda.free_stream(stream)


def test_what_is_captured_runs_at_the_launch(cuda: CudaRuntime):
    stream, device = cuda.new_stream(), cuda.allocate(4)
    there, back = cuda.pinned(4), cuda.pinned(4)
    cuda.begin_capture(stream)
    cuda.upload(device, there, 4, stream)
    cuda.download(back, device, 4, stream)
    graph = cuda.end_capture(stream)
    for value in (3, 5):
        there[:] = value
        assert (back != value).all()
        cuda.launch(graph, stream)
        cuda.synchronize(stream)
        assert (back == value).all()
    cuda.free_graph(graph)
    cuda.free(device)
    cuda.free_stream(stream)


def test_pinned_memory_lives_as_long_as_a_view_of_it(cuda: CudaRuntime, machine):
    memory = cuda.pinned(16)
    view = memory.view(np.float32).reshape(2, 2)[1]
    del memory
    assert len(machine.gpu.host) == 1
    view[:] = 1
    del view
    assert not machine.gpu.host


def test_too_little_memory_says_how_much_there_is(cuda: CudaRuntime, machine):
    machine.gpu.memory_bytes = 5 << 20
    with pytest.raises(
        EngineError, match=r'out of memory \(CUDA error 2\), 5 MiB of 5 MiB are free; close'
    ):
        cuda.allocate(6 << 20)


@pytest.mark.parametrize(('code', 'words'), [(719, 'the GPU is lost'), (1, 'got some error')])
def test_errors_of_what_was_queued_arise_at_the_end(cuda: CudaRuntime, machine, code, words):
    stream = cuda.new_stream()
    machine.gpu.failing = code
    with pytest.raises(EngineError, match=rf'{words}.* \(CUDA error {code}\)'):
        cuda.synchronize(stream)
    cuda.free_stream(stream)


def test_a_runtime_without_graphs_is_too_old():
    with pytest.raises(EngineError, match=r'CUDA 11.4 or newer.*update CUDA'):
        CudaRuntime(SimpleNamespace())


@pytest.fixture
def libraries(monkeypatch: pytest.MonkeyPatch, machine):
    """Let the machine have these libraries, by name; None is one that is not there."""
    monkeypatch.undo()  # the loader is tested, on the fake's functions

    def have(**found):
        def dll(name):
            if found.get(name) is None:
                raise OSError('cannot open shared object file')
            return found[name]

        monkeypatch.setattr(ctypes, 'CDLL', dll)
        monkeypatch.setattr(cudart, '_library_names', lambda: iter(found))

    return have


def test_the_first_runtime_that_finds_a_gpu_is_taken(libraries, machine):
    blind = SimpleNamespace(**vars(machine.gpu.library()))
    blind.cudaGetDeviceCount = lambda _out: 35
    libraries(missing=None, blind=blind, good=machine.gpu.library())
    assert CudaRuntime.load().gpu().name == 'Fake Orin'


def test_no_runtime_at_all(libraries):
    libraries(missing=None)
    with pytest.raises(EngineError, match='got no libcudart; install the driver and CUDA'):
        CudaRuntime.load()


def test_a_machine_without_a_gpu(libraries, machine):
    machine.gpu.count = 0
    libraries(one=machine.gpu.library(), two=machine.gpu.library())
    with pytest.raises(EngineError) as caught:
        CudaRuntime.load()
    assert str(caught.value).count('no CUDA-capable device') == 1


def test_a_gpu_is_there_if_the_driver_counts_one(monkeypatch):
    def driver(code: int, count: int):
        def counted(out) -> int:
            out._obj.value = count
            return 0

        return lambda _name: SimpleNamespace(cuInit=lambda _flags: code, cuDeviceGetCount=counted)

    for code, count, present in ((0, 2, True), (0, 0, False), (100, 1, False)):
        monkeypatch.setattr(ctypes, 'CDLL', driver(code, count))
        assert cudart.gpu_present() == present


def test_a_real_runtime_has_every_function():
    for name in cudart._library_names():
        try:
            library = ctypes.CDLL(name)
        except OSError:
            continue
        CudaRuntime(library)
        return
    pytest.skip('needs a libcudart; no GPU')
