"""A ``tensorrt`` that builds engines of one kind, ``total = first + second``, for the fake GPU.

It keeps to TensorRT 10's Python API in what ``trt.py`` and ``trt_build.py`` use of it: names,
arguments, what is returned in failure. ``configure`` makes it fail.
"""

from __future__ import annotations

import ctypes
import json
import time
from enum import Enum, IntEnum
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np

MAGIC = b'fake plan '


def new_module(gpu: Any, *, version: str = '10.3.0', **wishes: Any) -> ModuleType:
    """Return the module.

    Args:
        gpu: a ``FakeGpu``.
        version: of TensorRT.
        wishes: ``parse_error`` (text), ``build_error`` (text), ``refuses`` (number of plans that
            do not load), ``build_s`` (how long a build takes), ``build_log`` (file that gets one
            line for each build), ``runs`` (executions before one fails).
    """
    told = SimpleNamespace(
        **{
            'parse_error': '', 'build_error': '', 'refuses': 0, 'build_s': 0.0, 'build_log': '',
            'runs': 1 << 30, 'refusal': 'the plan is of another platform', 'timing_mismatch': False, 'gpu': gpu, **wishes,
        }
    )  # fmt: skip
    module: Any = ModuleType('tensorrt')
    module.__version__ = version
    module.told = told
    module.ILogger, module.IProgressMonitor = ILogger, IProgressMonitor
    module.NetworkDefinitionCreationFlag = Flag
    module.TensorIOMode = Mode
    module.ExecutionContextAllocationStrategy = Strategy
    module.nptype = {'float32': np.float32}.__getitem__
    module.Builder = lambda logger: Builder(told, logger)
    module.OnnxParser = lambda network, logger: Parser(told, network, logger)
    module.Runtime = lambda logger: Runtime(told, logger)
    return module


class Flag(IntEnum):
    STRONGLY_TYPED = 1


class Mode(Enum):
    INPUT = 1
    OUTPUT = 2


class Strategy(Enum):
    STATIC = 0
    USER_MANAGED = 2


class ILogger:
    class Severity(Enum):
        INTERNAL_ERROR = 0
        ERROR = 1
        WARNING = 2
        INFO = 3
        VERBOSE = 4

    def __init__(self) -> None:
        pass


class IProgressMonitor:
    def __init__(self) -> None:
        pass


class Tensor:
    def __init__(self, name: str) -> None:
        self.name, self.shape = name, (-1, 3)

    def get_dimension_name(self, index: int) -> str:
        return 'rows' if index == 0 else ''


class Network:
    def __init__(self, flags: int) -> None:
        self.strong = bool(flags & 1 << Flag.STRONGLY_TYPED)
        self.tensors: list[Tensor] = []

    @property
    def num_inputs(self) -> int:
        return len(self.tensors)

    def get_input(self, index: int) -> Tensor:
        return self.tensors[index]


class Parser:
    def __init__(self, told: Any, network: Network, logger: Any) -> None:
        self._told, self._network = told, network
        self.num_errors = int(bool(told.parse_error))

    def parse(self, content: bytes, path: str) -> bool:
        assert Path(path).read_bytes() == content
        self._network.tensors = [Tensor('first'), Tensor('second')]
        return not self._told.parse_error

    def get_error(self, index: int) -> Any:
        assert index == 0
        return SimpleNamespace(node_name=lambda: 'node_7', desc=lambda: self._told.parse_error)


class Profile:
    def __init__(self) -> None:
        self.shapes: dict[str, list[list[int]]] = {}

    def set_shape(self, name: str, least: Any, usual: Any, largest: Any) -> None:
        self.shapes[name] = [list(least), list(usual), list(largest)]


class Config:
    def __init__(self, told: Any) -> None:
        self._told = told
        self.profile = Profile()
        self.progress_monitor: Any = None

    def add_optimization_profile(self, profile: Profile) -> int:
        fits = profile.shapes.keys() == {'first', 'second'}
        self.profile = profile
        return 0 if fits else -1

    def create_timing_cache(self, content: bytes) -> Any:
        return SimpleNamespace(content=content, serialize=lambda: content + b'+')

    def set_timing_cache(self, cache: Any, ignore_mismatch: Any) -> bool:
        assert not ignore_mismatch
        return not (self._told.timing_mismatch and cache.content)


class Builder:
    def __init__(self, told: Any, logger: Any) -> None:
        self._told, self._logger = told, logger

    def create_network(self, flags: int = 0) -> Network:
        return Network(flags)

    def create_builder_config(self) -> Config:
        return Config(self._told)

    def create_optimization_profile(self) -> Profile:
        return Profile()

    def build_serialized_network(self, network: Network, config: Config) -> bytes | None:
        assert network.strong
        if self._told.build_log:
            with Path(self._told.build_log).open('a') as file:
                file.write('built\n')
        config.progress_monitor.phase_start('Tactics', None, 4)
        for step in range(4):
            time.sleep(self._told.build_s / 4)
            if not config.progress_monitor.step_complete('Tactics', step):
                return None
        config.progress_monitor.phase_finish('Tactics')
        error = self._told.build_error
        if not config.profile.shapes:
            error = 'Network has dynamic inputs, but no optimization profile has been defined'
        if error:
            self._logger.log(ILogger.Severity.ERROR, error)
            return None
        return MAGIC + json.dumps(config.profile.shapes).encode()


class Runtime:
    def __init__(self, told: Any, logger: Any) -> None:
        self._told, self._logger = told, logger

    def deserialize_cuda_engine(self, plan: bytes) -> Engine | None:
        if self._told.refuses > 0 or not plan.startswith(MAGIC):
            self._told.refuses -= 1
            self._logger.log(ILogger.Severity.ERROR, self._told.refusal)
            return None
        return Engine(self._told, json.loads(plan[len(MAGIC) :]))


class Engine:
    num_io_tensors = 3
    device_memory_size_v2 = 1024

    def __init__(self, told: Any, shapes: dict[str, list[list[int]]]) -> None:
        self._told, self._shapes = told, shapes

    def get_tensor_name(self, index: int) -> str:
        return ('first', 'second', 'total')[index]

    def get_tensor_mode(self, name: str) -> Mode:
        return Mode.OUTPUT if name == 'total' else Mode.INPUT

    def get_tensor_shape(self, name: str) -> tuple[int, int]:
        return (-1, 3)

    def get_tensor_dtype(self, name: str) -> str:
        return 'float32'

    def is_shape_inference_io(self, name: str) -> bool:
        return False

    def get_tensor_profile_shape(self, name: str, profile_index: int) -> list[list[int]]:
        assert profile_index == 0
        return self._shapes[name]

    def create_execution_context(self, strategy: Strategy) -> Context:
        assert strategy is Strategy.USER_MANAGED
        return Context(self._told, self._shapes)


class Context:
    def __init__(self, told: Any, ranges: dict[str, list[list[int]]]) -> None:
        self._told, self._ranges = told, ranges
        self._scratch = 0
        self._shapes: dict[str, tuple[int, ...]] = {}
        self._addresses: dict[str, int] = {}

    def set_device_memory(self, memory: int, size: int) -> None:
        assert size >= Engine.device_memory_size_v2
        self._scratch = memory

    def set_input_shape(self, name: str, shape: tuple[int, ...]) -> bool:
        least, _, largest = self._ranges[name]
        self._shapes[name] = tuple(shape)
        return all(a <= b <= c for a, b, c in zip(least, shape, largest, strict=True))

    def get_tensor_shape(self, name: str) -> tuple[int, ...]:
        return self._shapes.get(name, self._shapes['first'])

    def set_tensor_address(self, name: str, memory: int) -> bool:
        self._addresses[name] = memory
        return True

    def execute_async_v3(self, stream_handle: int) -> bool:
        assert self._scratch in self._told.gpu.device
        assert self._addresses.keys() == {'first', 'second', 'total'}
        self._told.runs -= 1
        if self._told.runs < 0:
            return False

        def array(name: str) -> Any:
            shape = self.get_tensor_shape(name)
            count = int(np.prod(shape))
            memory = (ctypes.c_float * count).from_address(self._addresses[name])
            return np.frombuffer(memory, np.float32).reshape(shape)

        def add() -> None:
            np.add(array('first'), array('second'), out=array('total'))

        self._told.gpu.queue(stream_handle, add)
        return True
