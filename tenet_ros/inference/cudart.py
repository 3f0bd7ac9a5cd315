"""The part of the CUDA runtime that a session needs, by ctypes: nothing to install on a Jetson."""

from __future__ import annotations

import ctypes
import ctypes.util
import sys
import weakref
from collections.abc import Iterator
from contextlib import suppress
from ctypes import POINTER, byref, c_char_p, c_int, c_size_t, c_ubyte, c_uint, c_ulonglong, c_void_p
from dataclasses import dataclass
from pathlib import Path
from typing import Any, final

import numpy as np
import numpy.typing as npt

from tenet_ros.errors import EngineError

__all__ = ['CudaRuntime', 'Gpu', 'gpu_present']

# Numbers of driver_types.h.
_OUT_OF_MEMORY = 2
_INSUFFICIENT_DRIVER = 35
_NO_DEVICE = 100
# Errors after which the process can use the GPU no more: the context is gone or corrupt.
_LOST = frozenset({46, 101, 214, 219, 220, 700, 702, 709, 710, *range(713, 722), 999})
_TO_DEVICE, _TO_HOST = 1, 2
_CAPABILITY_MAJOR, _CAPABILITY_MINOR = 75, 76
_NON_BLOCKING = 1
_CAPTURE_THREAD_LOCAL = 1
_PROPERTIES_BYTES = 1 << 14
"""More than cudaDeviceProp of any version; the GPU's name is its first field, 256 bytes."""

_HANDLE = POINTER(c_void_p)
_SIGNATURES: dict[str, list[Any]] = {
    'cudaGetDeviceCount': [POINTER(c_int)],
    'cudaGetDeviceProperties': [c_void_p, c_int],
    'cudaDeviceGetAttribute': [POINTER(c_int), c_int, c_int],
    'cudaMemGetInfo': [POINTER(c_size_t), POINTER(c_size_t)],
    'cudaMalloc': [_HANDLE, c_size_t],
    'cudaFree': [c_void_p],
    'cudaHostAlloc': [_HANDLE, c_size_t, c_uint],
    'cudaFreeHost': [c_void_p],
    'cudaMemcpyAsync': [c_void_p, c_void_p, c_size_t, c_int, c_void_p],
    'cudaStreamCreateWithFlags': [_HANDLE, c_uint],
    'cudaStreamDestroy': [c_void_p],
    'cudaStreamSynchronize': [c_void_p],
    'cudaStreamBeginCapture': [c_void_p, c_int],
    'cudaStreamEndCapture': [c_void_p, _HANDLE],
    'cudaGraphInstantiateWithFlags': [_HANDLE, c_void_p, c_ulonglong],
    'cudaGraphLaunch': [c_void_p, c_void_p],
    'cudaGraphDestroy': [c_void_p],
    'cudaGraphExecDestroy': [c_void_p],
    'cudaGetLastError': [],
}


@dataclass(frozen=True, slots=True)
class Gpu:
    """A GPU.

    Attributes:
        name: "NVIDIA GeForce RTX 4090".
        capability: compute capability, (major, minor).
    """

    name: str
    capability: tuple[int, int]


@final
class CudaRuntime:
    """libcudart, with errors in words. Addresses, streams and graphs are plain numbers.

    Args:
        library: with the functions of the CUDA runtime.

    Raises:
        EngineError: a function is missing.
    """

    def __init__(self, library: Any) -> None:
        self._library = library
        try:
            for name, arguments in _SIGNATURES.items():
                function = getattr(library, name)
                function.argtypes, function.restype = arguments, c_int
            library.cudaGetErrorString.argtypes = [c_int]
            library.cudaGetErrorString.restype = c_char_p
        except AttributeError as error:
            raise EngineError(
                f'expected the CUDA runtime of CUDA 11.4 or newer, got one without {error}; '
                'update CUDA'
            ) from error

    @classmethod
    def load(cls) -> CudaRuntime:
        """Return the first CUDA runtime on this machine that finds a GPU.

        Raises:
            EngineError: there is none.
        """
        reasons: list[str] = []
        for name in _library_names():
            with suppress(OSError):  # not there
                runtime = cls(ctypes.CDLL(name))
                count = c_int()
                code = runtime._library.cudaGetDeviceCount(byref(count))
                if count.value > 0 and not code:
                    return runtime
                reasons.append(runtime._words(code) if code else 'no GPU')
        raise EngineError(
            'expected a GPU and the CUDA runtime, got '
            f'{"; ".join(dict.fromkeys(reasons)) or "no libcudart"}; install the driver and CUDA, '
            'or use another engine'
        )

    def device_count(self) -> int:
        """Return how many GPUs there are."""
        count = c_int()
        code = self._library.cudaGetDeviceCount(byref(count))
        if code == _NO_DEVICE:
            return 0
        self._check('count the GPUs', code)
        return count.value

    def gpu(self, index: int = 0) -> Gpu:
        """Return what a GPU is."""
        properties = ctypes.create_string_buffer(_PROPERTIES_BYTES)
        self._check(
            'read what the GPU is', self._library.cudaGetDeviceProperties(properties, index)
        )
        capability = [c_int(), c_int()]
        for value, attribute in zip(
            capability, (_CAPABILITY_MAJOR, _CAPABILITY_MINOR), strict=True
        ):
            code = self._library.cudaDeviceGetAttribute(byref(value), attribute, index)
            self._check('read what the GPU is', code)
        name = properties.raw[:256].split(b'\0', 1)[0].decode('utf-8', 'replace')
        return Gpu(name, (capability[0].value, capability[1].value))

    def allocate(self, size_bytes: int) -> int:
        """Return the address of new memory on the GPU, aligned to 256 bytes."""
        address = c_void_p()
        code = self._library.cudaMalloc(byref(address), max(size_bytes, 1))
        self._check(f'allocate {size_bytes} bytes on the GPU', code)
        return address.value or 0

    def free(self, address: int) -> None:
        """Free memory of the GPU; a GPU that is gone has freed it."""
        self._library.cudaFree(address)

    def pinned(self, size_bytes: int) -> npt.NDArray[np.uint8]:
        """Return new page-locked memory of the host, (size_bytes,) uint8.

        It is freed when the last view of it is gone, so that no array ever points into nothing.
        """
        address = c_void_p()
        code = self._library.cudaHostAlloc(byref(address), max(size_bytes, 1), 0)
        self._check(f'allocate {size_bytes} page-locked bytes', code)
        memory = (c_ubyte * size_bytes).from_address(address.value or 0)
        weakref.finalize(memory, self._library.cudaFreeHost, address.value).atexit = False
        return np.frombuffer(memoryview(memory), np.uint8)

    def upload(self, device: int, host: npt.NDArray[Any], size_bytes: int, stream: int) -> None:
        """Queue a copy from page-locked memory to the GPU."""
        code = self._library.cudaMemcpyAsync(
            device, host.ctypes.data, size_bytes, _TO_DEVICE, stream
        )
        self._check('copy to the GPU', code)

    def download(self, host: npt.NDArray[Any], device: int, size_bytes: int, stream: int) -> None:
        """Queue a copy from the GPU to page-locked memory."""
        code = self._library.cudaMemcpyAsync(host.ctypes.data, device, size_bytes, _TO_HOST, stream)
        self._check('copy from the GPU', code)

    def new_stream(self) -> int:
        """Return a new stream, which does not wait for the default one."""
        stream = c_void_p()
        code = self._library.cudaStreamCreateWithFlags(byref(stream), _NON_BLOCKING)
        self._check('make a stream', code)
        return stream.value or 0

    def free_stream(self, stream: int) -> None:
        """Destroy a stream."""
        self._library.cudaStreamDestroy(stream)

    def synchronize(self, stream: int) -> None:
        """Wait until everything that was queued is done; errors of it arise here."""
        self._check('run on the GPU', self._library.cudaStreamSynchronize(stream))

    def begin_capture(self, stream: int) -> None:
        """Record what is queued from now on, without doing it. Other threads are left alone."""
        code = self._library.cudaStreamBeginCapture(stream, _CAPTURE_THREAD_LOCAL)
        self._check('begin a CUDA graph', code)

    def end_capture(self, stream: int) -> int:
        """Return a CUDA graph, ready to be launched, of what was queued since ``begin_capture``."""
        graph, ready = c_void_p(), c_void_p()
        code = self._library.cudaStreamEndCapture(stream, byref(graph))
        if code:
            self._library.cudaGetLastError()  # else the next call of anybody reports it again
        self._check('end a CUDA graph', code)
        code = self._library.cudaGraphInstantiateWithFlags(byref(ready), graph, 0)
        self._library.cudaGraphDestroy(graph)
        self._check('make a CUDA graph ready', code)
        return ready.value or 0

    def launch(self, graph: int, stream: int) -> None:
        """Queue a CUDA graph."""
        self._check('launch a CUDA graph', self._library.cudaGraphLaunch(graph, stream))

    def free_graph(self, graph: int) -> None:
        """Destroy a CUDA graph."""
        self._library.cudaGraphExecDestroy(graph)

    def _check(self, what: str, code: int) -> None:
        """Raise the error of a code other than zero."""
        if not code:
            return
        words = self._words(code)
        remedy = 'see the log of the driver (dmesg)'
        if code == _OUT_OF_MEMORY:
            self._library.cudaGetLastError()
            words += self._memory()
            remedy = 'close what else uses the GPU, or take a smaller model'
        elif code == _INSUFFICIENT_DRIVER:
            remedy = 'update the driver'
        elif code in _LOST:
            words = f'the GPU is lost: {words}'
            remedy = 'start this process again; if it comes back, see the log of the driver (dmesg)'
        raise EngineError(f'expected to {what}, got {words}; {remedy}')

    def _words(self, code: int) -> str:
        return f'{self._library.cudaGetErrorString(code).decode()} (CUDA error {code})'

    def _memory(self) -> str:
        free, total = c_size_t(), c_size_t()
        if self._library.cudaMemGetInfo(byref(free), byref(total)):
            return ''
        return f', {free.value >> 20} MiB of {total.value >> 20} MiB are free'


def gpu_present() -> bool:
    """Return whether the driver finds a GPU; this asks no CUDA runtime, of which there may be many."""
    try:
        driver = ctypes.CDLL('libcuda.so.1')
    except OSError:
        return False
    count = c_int()
    return not driver.cuInit(0) and not driver.cuDeviceGetCount(byref(count)) and count.value > 0


def _library_names() -> Iterator[str]:
    """Yield where libcudart may be: known to the loader, or in a wheel of NVIDIA's."""
    names = ['libcudart.so', *(f'libcudart.so.{version}' for version in ('13', '12', '11.0'))]
    known = ctypes.util.find_library('cudart')
    yield from dict.fromkeys([known, *names] if known else names)
    for folder in sys.path:
        for place in ('nvidia/cu13/lib', 'nvidia/cuda_runtime/lib'):
            yield from (str(path) for path in sorted(Path(folder, place).glob('libcudart.so.*')))
