"""From an ONNX graph to a TensorRT engine, with progress that a person understands.

TensorRT is passed in as a module: nothing here imports it.
"""

from __future__ import annotations

import logging
import time
from typing import Any

from tenet_ros.errors import EngineError
from tenet_ros.inference.engine_cache import BuiltEngine
from tenet_ros.inference.exported import ExportedGraph
from tenet_ros.inference.progress import Progress, current

__all__ = ['build_engine', 'new_logger']

_log = logging.getLogger(__name__)

_LOG_EVERY_S = 10.0


def new_logger(trt: Any) -> Any:
    """Return a ``trt.ILogger`` that writes to Python's logging and remembers the newest error.

    What TensorRT calls an error is a warning here: whoever asked decides what it means.
    """
    severity = trt.ILogger.Severity
    levels = {
        severity.INTERNAL_ERROR: logging.WARNING,
        severity.ERROR: logging.WARNING,
        severity.WARNING: logging.DEBUG,
    }

    class _Logger(trt.ILogger):  # type: ignore[misc, unused-ignore]
        def __init__(self) -> None:
            trt.ILogger.__init__(self)
            self.last_error = ''

        def log(self, severity: Any, msg: str) -> None:
            level, text = levels.get(severity, logging.DEBUG), ' '.join(msg.split())
            if level == logging.WARNING:
                self.last_error = text[:300]
            _log.log(level, 'TensorRT: %s', text)

    return _Logger()


def build_engine(
    trt: Any, logger: Any, content: bytes, graph: ExportedGraph, timing: bytes
) -> BuiltEngine:
    """Build an engine; this takes minutes.

    Args:
        trt: the module ``tensorrt``, 10.1 or newer.
        logger: of ``new_logger``.
        content: of the ONNX file.
        graph: what it is, and for which shapes.
        timing: a timing cache of this machine, or nothing.

    Returns:
        The engine, with the names of its inputs' varying dimensions as the note ``dims``.

    Raises:
        EngineError: TensorRT does not take the graph, or the build was cancelled.
    """
    progress, begin_s = current(), time.monotonic()
    title = f'building the TensorRT engine of {graph.name}'
    progress.tell(f'{title}; this takes minutes, and is done once for this GPU')
    builder = trt.Builder(logger)
    network = _parse(trt, logger, builder, content, graph)
    config = builder.create_builder_config()
    if graph.profiles:
        _add_profile(builder, config, logger, graph)
    cache = config.create_timing_cache(timing)
    if cache is None or not config.set_timing_cache(cache, False):  # of another GPU or TensorRT
        cache = config.create_timing_cache(b'')
        config.set_timing_cache(cache, False)
    monitor = _new_monitor(trt, title, progress)
    config.progress_monitor = monitor
    plan = builder.build_serialized_network(network, config)
    if plan is None:
        if progress.cancelled:
            raise EngineError(f'{graph.name}: expected an engine, the build was cancelled')
        raise EngineError(
            f'{graph.name}: expected TensorRT {trt.__version__} to build an engine, got '
            f'{logger.last_error or "no reason"}; free memory of the GPU, or use another engine'
        )
    spent_s = time.monotonic() - begin_s
    progress.tell(f'the TensorRT engine of {graph.name} is built ({spent_s:.0f} s)')
    return BuiltEngine(
        plan=bytes(plan), notes={'dims': _dims(network)}, timing=bytes(cache.serialize())
    )


def _parse(trt: Any, logger: Any, builder: Any, content: bytes, graph: ExportedGraph) -> Any:
    """Return the network of an ONNX graph, typed as the graph is.

    FP16 is in the graph. TensorRT 10 keeps to it in a strongly typed network; 11 knows no other.
    """
    strong = trt.NetworkDefinitionCreationFlag.STRONGLY_TYPED
    network = builder.create_network(1 << int(strong))
    parser = trt.OnnxParser(network, logger)
    if not parser.parse(content, str(graph.path)):
        errors = [parser.get_error(index) for index in range(parser.num_errors)]
        where = '; '.join(f'{error.node_name()}: {error.desc()}' for error in errors[:3])
        raise EngineError(
            f'{graph.name}: expected a graph that TensorRT {trt.__version__} takes, got '
            f'{where or logger.last_error}; {graph.remedy}, or use another engine'
        )
    return network


def _add_profile(builder: Any, config: Any, logger: Any, graph: ExportedGraph) -> None:
    """Have the engine built for the graph's shapes."""
    profile = builder.create_optimization_profile()
    for name, (least, usual, largest) in graph.profiles.items():
        profile.set_shape(name, least, usual, largest)
    if config.add_optimization_profile(profile) < 0:
        raise EngineError(
            f'{graph.name}: expected shape profiles that fit the graph, got {dict(graph.profiles)} '
            f'({logger.last_error}); {graph.remedy}'
        )


def _dims(network: Any) -> dict[str, list[int | str]]:
    """Return the shape of every input with the graph's own names of what varies."""
    inputs = [network.get_input(index) for index in range(network.num_inputs)]
    return {
        tensor.name: [
            size if size >= 0 else tensor.get_dimension_name(axis) or f'{tensor.name}_{axis}'
            for axis, size in enumerate(tensor.shape)
        ]
        for tensor in inputs
    }


def _new_monitor(trt: Any, title: str, progress: Progress) -> Any:
    """Return a ``trt.IProgressMonitor`` that tells the phase, and ends a build when cancelled."""

    class _Monitor(trt.IProgressMonitor):  # type: ignore[misc, unused-ignore]
        def __init__(self) -> None:
            trt.IProgressMonitor.__init__(self)
            self._steps: dict[str, int] = {}
            self._begin_s = self._said_s = time.monotonic()

        def phase_start(self, phase_name: str, parent_phase: str | None, num_steps: int) -> None:
            del parent_phase
            self._steps[phase_name] = num_steps

        def phase_finish(self, phase_name: str) -> None:
            self._steps.pop(phase_name, None)

        def step_complete(self, phase_name: str, step: int) -> bool:
            now_s = time.monotonic()
            due = now_s - self._said_s >= _LOG_EVERY_S
            if due:
                self._said_s = now_s
            total = self._steps.get(phase_name, step + 1)
            progress.tell(
                f'{title}: {phase_name}, step {step + 1} of {total} '
                f'({now_s - self._begin_s:.0f} s so far)',
                log=due,
            )
            return not progress.cancelled

    return _Monitor()
