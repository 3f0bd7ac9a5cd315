"""Activates a TensorRT session of the sum model in a process of its own, on the fakes.

Arguments: the ONNX file, its sha256, the cache, a file that gets a line for each build, and the
seconds that a build takes.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from tenet_ros.inference.cudart import CudaRuntime
from tenet_ros.inference.engine_cache import EngineCache
from tenet_ros.inference.exported import ExportedGraph
from tenet_ros.inference.trt import TrtSession


def main() -> None:
    import fake_cuda
    import fake_tensorrt

    path, sha256, cache, log, seconds = sys.argv[1:]
    gpu = fake_cuda.FakeGpu()
    library = gpu.library()
    CudaRuntime.load = lambda: CudaRuntime(library)
    sys.modules['tensorrt'] = fake_tensorrt.new_module(gpu, build_log=log, build_s=float(seconds))
    shapes = ((1, 3), (4, 3), (16, 3))
    graph = ExportedGraph(
        name='sum',
        model='sum',
        path=Path(path),
        sha256=sha256,
        profiles={'first': shapes, 'second': shapes},
    )
    print('begin')
    with TrtSession(graph, EngineCache(Path(cache))) as session:
        ones = np.ones((2, 3), np.float32)
        print('total', session.infer({'first': ones, 'second': ones})['total'].sum())


if __name__ == '__main__':
    main()  # its own folder is on the path
