"""A CUDA runtime whose GPU is this process's own memory: what is queued is done at once.

It has the functions of libcudart that ``CudaRuntime`` calls, with their arguments and error codes.
Copies really copy, captured work really runs at each launch, and every handle is accounted for.
"""

from __future__ import annotations

import ctypes
import itertools
from collections.abc import Callable
from functools import partial
from types import SimpleNamespace
from typing import Any

ERRORS = {2: b'out of memory', 100: b'no CUDA-capable device is detected', 719: b'launch failure'}


def number(handle: Any) -> int:
    """The number in a handle, however ctypes hands it over."""
    return int(getattr(handle, 'value', handle) or 0)


class FakeGpu:
    """The state behind the functions.

    Attributes:
        name: of the GPU.
        count: how many there are.
        memory_bytes: of the GPU; more cannot be allocated.
        failing: error code that every further synchronisation returns.
        capturable: False lets a capture fail as it does for a layer that synchronises.
        launches: how many CUDA graphs were launched.
    """

    def __init__(self) -> None:
        self.name, self.count, self.memory_bytes = 'Fake Orin', 1, 1 << 30
        self.failing, self.capturable, self.launches = 0, True, 0
        self.device: dict[int, Any] = {}
        self.host: dict[int, Any] = {}
        self.streams: set[int] = set()
        self.graphs: dict[int, list[Callable[[], None]]] = {}
        self.recording: dict[int, list[Callable[[], None]]] = {}
        self._handles = itertools.count(0x1000)

    def queue(self, stream: int, work: Callable[[], None]) -> None:
        """Do a piece of work now, or record it."""
        assert stream in self.streams
        if stream in self.recording:
            self.recording[stream].append(work)
        else:
            work()

    def used_bytes(self) -> int:
        return sum(len(memory) for memory in self.device.values())

    def library(self) -> SimpleNamespace:
        """Return the functions."""
        names = [name for name in dir(self) if name.startswith('cuda')]
        # CudaRuntime sets attributes on functions, which methods do not take; partials do.
        return SimpleNamespace(**{name: partial(getattr(self, name)) for name in names})

    def cudaGetErrorString(self, code):
        return ERRORS.get(number(code), b'some error')

    def cudaGetLastError(self):
        return 0

    def cudaGetDeviceCount(self, out):
        out._obj.value = self.count
        return 0 if self.count else 100

    def cudaGetDeviceProperties(self, out, _index):
        out.value = self.name.encode()
        return 0

    def cudaDeviceGetAttribute(self, out, attribute, _index):
        out._obj.value = {75: 8, 76: 7}[number(attribute)]
        return 0

    def cudaMemGetInfo(self, free, total):
        free._obj.value, total._obj.value = (
            self.memory_bytes - self.used_bytes(),
            self.memory_bytes,
        )
        return 0

    def cudaMalloc(self, out, size):
        if self.used_bytes() + number(size) > self.memory_bytes:
            return 2
        memory = ctypes.create_string_buffer(number(size))
        out._obj.value = ctypes.addressof(memory)
        self.device[out._obj.value] = memory
        return 0

    def cudaFree(self, address):
        del self.device[number(address)]
        return 0

    def cudaHostAlloc(self, out, size, _flags):
        memory = ctypes.create_string_buffer(number(size))
        out._obj.value = ctypes.addressof(memory)
        self.host[out._obj.value] = memory
        return 0

    def cudaFreeHost(self, address):
        del self.host[number(address)]
        return 0

    def cudaMemcpyAsync(self, to, source, size, kind, stream):
        device, host = (to, source) if number(kind) == 1 else (source, to)
        assert any(a <= number(device) < a + len(m) for a, m in self.device.items())
        assert any(a <= number(host) < a + len(m) for a, m in self.host.items())
        a, b, n = number(to), number(source), number(size)
        self.queue(number(stream), lambda: ctypes.memmove(a, b, n))
        return 0

    def cudaStreamCreateWithFlags(self, out, _flags):
        out._obj.value = next(self._handles)
        self.streams.add(out._obj.value)
        return 0

    def cudaStreamDestroy(self, stream):
        self.streams.remove(number(stream))
        return 0

    def cudaStreamSynchronize(self, stream):
        assert number(stream) in self.streams
        assert number(stream) not in self.recording
        return self.failing

    def cudaStreamBeginCapture(self, stream, _mode):
        self.recording[number(stream)] = []
        return 0

    def cudaStreamEndCapture(self, stream, out):
        work = self.recording.pop(number(stream))
        if not self.capturable:
            return 901
        out._obj.value = next(self._handles)
        self.graphs[out._obj.value] = work
        return 0

    def cudaGraphInstantiateWithFlags(self, out, graph, _flags):
        out._obj.value = next(self._handles)
        self.graphs[out._obj.value] = self.graphs[number(graph)]
        return 0

    def cudaGraphLaunch(self, graph, _stream):
        self.launches += 1
        for work in self.graphs[number(graph)]:
            work()
        return 0

    def cudaGraphDestroy(self, graph):
        del self.graphs[number(graph)]
        return 0

    cudaGraphExecDestroy = cudaGraphDestroy
